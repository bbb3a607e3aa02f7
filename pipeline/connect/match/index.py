"""Finds thousands of names in a text in one pass: an index by the first word. It knows no people."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Generic, TypeVar

from pipeline.connect.match.tokens import otherwise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.connect.match.tokens import Words

Value = TypeVar("Value")


@dataclass(slots=True)
class Index(Generic[Value]):
    """What is looked for, by its words."""

    _lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _values: dict[str, list[Value]] = field(default_factory=dict)
    _begins: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, words: Sequence[str], value: Value) -> None:
        """Have ``words`` looked for."""
        first, length = words[0], len(words)
        known = self._lengths.get(first, ())
        if length not in known:
            self._lengths[first] = tuple(sorted((*known, length), reverse=True))
        self._values.setdefault(" ".join(words), []).append(value)

    def found(self, words: Words) -> Iterator[tuple[int, int, list[Value]]]:
        """Yield where something stands, and what: of what begins at a word the longest, and nothing within that."""
        free = 0
        for at, mark in enumerate(words.raw):
            begins = self._begins.get(mark)
            if begins is None:
                begins = self._begins[mark] = self._begun(mark, words.folded[at])
            if begins and at >= free and (found := self._longest(words, at, begins)):
                yield found
                free = found[1]

    def _begun(self, mark: str, folded: str) -> tuple[str, ...]:
        return tuple(word for word in (folded, *otherwise(mark)) if word in self._lengths)

    def _longest(self, words: Words, at: int, begins: Sequence[str]) -> tuple[int, int, list[Value]] | None:
        lengths: Iterable[int] = self._lengths[begins[0]]
        if len(begins) > 1:
            lengths = sorted({length for first in begins for length in self._lengths[first]}, reverse=True)
        for length in lengths:
            end = at + length
            if end > len(words.raw):
                continue
            plain = " ".join(words.folded[at:end])
            if plain in self._values:
                return at, end, self._values[plain]
            for spelt in _otherwise_spelt(words, at, end):
                if (values := self._values.get(" ".join(spelt))) is not None:
                    return at, end, values
        return None


@dataclass(slots=True)
class Phrases:
    """Phrases that are looked for, folded already, also one within another."""

    _lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def add(self, phrase: str) -> None:
        """Have ``phrase`` looked for."""
        if phrase not in self._known:
            self._known.add(phrase)
            first, length = phrase.partition(" ")[0], phrase.count(" ") + 1
            known = self._lengths.get(first, ())
            if length not in known:
                self._lengths[first] = (*known, length)

    def found(self, words: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Yield each place of ``words`` where a phrase begins, and the phrase."""
        lengths_of, known = self._lengths, self._known
        for at, first in enumerate(words):
            if lengths := lengths_of.get(first):
                for length in lengths:
                    phrase = first if length == 1 else " ".join(words[at : at + length])
                    if phrase in known:
                        yield at, phrase


def _otherwise_spelt(words: Words, start: int, end: int) -> Iterator[tuple[str, ...]]:
    """Yield how else the words from ``start`` to ``end`` may be meant: without endings and joined articles."""
    if any(mark[-1] == "s" or not mark.isascii() or "'" in mark for mark in words.raw[start:end]):
        others = [(words.folded[place], *otherwise(words.raw[place])) for place in range(start, end)]
        if any(len(each) > 1 for each in others):
            yield from product(*others)
