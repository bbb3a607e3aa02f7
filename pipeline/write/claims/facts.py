"""Numbers, dates and names in what the author tells of a story, held against what its sources told of it.

Only sentences that tell are looked at: none in which the author speaks of themselves or to the reader, asks, or
imagines, and none with a link of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.html import sentences
from pipeline.likeness import words
from pipeline.model import Snapshot
from pipeline.write.claims.dates import calendar, dates_in, month_in, names_of
from pipeline.write.claims.numbers import NUMBER, numbers_in, value
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from pipeline.model import Finding, Post, Take
    from pipeline.write.quoted.told import Told

_SPEAKS: Final = re.compile(
    r"\bI\b|\b(?:me|my|mine|we|our|ours|us|you|your|would|should|could|might|suppose|imagine|perhaps"
    r"|ich|mir|mich|meine?[rmns]?|wir|uns|unsere?[rmns]?|würden?|könnten?|sollten?|säße|vielleicht"
    r"|je|j['’]\w+|moi|mon|ma|mes|nous|notre|nos|vous|votre|vos|peut-être"
    r"|yo|mi|mis|nosotros|nuestr[oa]s?|quizás|ik|mijn|wij|we|onze|zou|zouden|misschien)\b"
)
_LEAST: Final = 10
"""A smaller number may count the author's own points, and is passed over."""
_PARTICLES: Final = "de|da|di|del|della|den|der|du|la|le|van|von|zu|of|y|e"
_CAPITAL: Final = r"[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-ЯЁ][\w’'-]*"
_NAME: Final = re.compile(rf"{_CAPITAL}(?:(?: (?:{_PARTICLES}))? {_CAPITAL})*")
_NOUNS_IN_CAPITALS: Final = 0.2
"""Where more of the words within sentences begin with a capital, the language writes its nouns so."""


def unsupported(post: Post, told: Told) -> Iterator[Finding]:
    """Yield the numbers, dates and names in the takes of ``post`` that no source has."""
    if not told.sources:
        return
    known = Known(post, told, [post.title])
    for take in post.takes:
        for sentence in _that_tell(post, take):
            missing = known.missing_in(sentence, nouns_in_capitals=has_nouns_in_capitals(take.words))
            if missing:
                line = post.body_line + posts.line_with(sentence, post.body)
                reason = f"no source of this post has {', '.join(f'“{each}”' for each in missing)}"
                remedy = "Look it up again; if it is right, link the sentence to where it stands."
                yield Rule.UNSUPPORTED.broken(post.path, line, reason, remedy)


def _that_tell(post: Post, take: Take) -> Iterator[str]:
    """Yield the sentences of ``take`` that say what is so, and leave it to the take's source to bear them out."""
    linked = posts.linked_words(post.body)
    for paragraph in take.words.split("\n"):
        for sentence in sentences(paragraph):
            spoken = sentence[:1].lower() + sentence[1:]
            if sentence.rstrip("\"'”’»)").endswith("?") or _SPEAKS.search(spoken) or re.match(r"I\b", sentence):
                continue
            if not any(text in sentence for text in linked):
                yield sentence


def has_nouns_in_capitals(text: str) -> bool:
    """Tell whether ``text`` is of a language that writes its nouns in capitals."""
    return share_in_capitals(text) > _NOUNS_IN_CAPITALS


def share_in_capitals(text: str) -> float:
    """Return how many of the words within sentences begin with a capital, from 0 to 1."""
    inside: list[str] = re.findall(r"(?<=[\w,] )[^\W\d_][\w’'-]*", text)
    return sum(word[0].isupper() for word in inside) / len(inside) if inside else 0.0


class Known:
    """The numbers and words of a post's sources, of what is known of them, and of texts ``beside`` them.

    ``days`` are the numbers of the days on which the sources appeared and were read, ``years`` those of their years.
    """

    def __init__(self, post: Post, told: Told, beside: Iterable[str] = ()) -> None:
        around = [*beside, *post.topics, *(source.publisher for source in post.sources)]
        around += [source.title for source in post.sources]
        texts = [*told.texts, *around, *(getattr(source, "publisher", "") for source in told.sources)]
        self.words = {word.removesuffix("'s") for text in texts for word in words(text)}
        self.words |= {part for word in self.words for part in word.split("'")}
        self.numbers = {number for text in texts for number in numbers_in(text)}
        every = [post.date, *_days_of(post, told)]
        self.words |= {name for day in every for name in names_of(day)}
        self.years = {str(day.year) for day in every}
        self.days = {str(number) for day in every for number in (day.month, day.day)} | self.years

    def missing_in(self, sentence: str, *, nouns_in_capitals: bool) -> list[str]:
        """Return the numbers, dates and names of ``sentence`` that are not known, as they stand in it."""
        found = self.dates_missing_in(sentence)
        for number in NUMBER.finditer(sentence):
            worth = value(number[0])
            if float(worth) < _LEAST or worth in self.numbers | self.days:
                continue
            if not any(number[0] in each for each in found):
                found.append(number[0])
        return [*found, *self.strangers_in(sentence, nouns_in_capitals=nouns_in_capitals)]

    def dates_missing_in(self, sentence: str) -> list[str]:
        """Return the dates of ``sentence`` that are not known."""
        return [each for each in dates_in(sentence) if not self._has_date(each)]

    def _has_date(self, date: str) -> bool:
        numbers = {value(number) for number in re.findall(r"\d+", date)}
        return numbers <= self.numbers | self.days and month_in(date) in self.words

    def strangers_in(self, sentence: str, *, nouns_in_capitals: bool) -> Iterator[str]:
        """Yield the names of ``sentence`` that are not known; of a noun in capitals it takes two words to make one."""
        for found in _NAME.finditer(sentence):
            parts = [part for part in re.split(r"[ -]", found[0]) if part[:1].isupper()]
            if found.start() == 0 or sentence[: found.start()].rstrip()[-1:] in {":", "“", "„", "«", '"'}:
                parts = parts[1:]  # a sentence begins with a capital, whatever its first word is
            new = [part for part in parts if self.is_new(part)]
            if len(new) >= (2 if nouns_in_capitals else 1):
                yield found[0]

    def is_new(self, part: str) -> bool:
        """Tell whether a word that begins with a capital is known nowhere, and is no name of a month or a day."""
        word = part.casefold().replace("’", "'").removesuffix("'s").strip("'")
        return bool(word) and word.split("'")[0] != "i" and word not in self.words and word not in calendar()


def _days_of(post: Post, told: Told) -> Iterator[dt.date]:
    yield from (day for source in post.sources for day in (source.published, source.accessed) if day)
    for source in told.sources:
        if isinstance(source, Snapshot):
            yield source.taken_at.date()
        else:
            yield (source.published or source.first_seen).date()
