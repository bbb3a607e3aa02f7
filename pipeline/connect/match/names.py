"""Names of people and organisations to the words by which texts name them. It knows no text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.connect.match.lists import COMMON, GIVEN, LEGAL, LEGAL_IN_HAN, PLACES, SOFT, SURNAMES, TITLES
from pipeline.connect.match.ordinary import EVERY_DAY, is_no_employer
from pipeline.connect.match.tokens import bare_words_of, stem_of_russian

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASIDE: Final = re.compile(r"\s*[(\[{|/].*$|\s+[–—-]\s.*$")
"""What stands behind a name that is none of it: "Westmark (Hallum)", "Ana Ruiz | Speaker"."""
_HAN: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ANDS: Final = ("and", "und", "et", "y", "en", "og", "och", "e", "i")
_OTHERS: Final = COMMON | PLACES | GIVEN | SURNAMES
"""Words that a name may consist of and mean something else, or somebody else."""
_ENDS: Final = LEGAL | {"and"}
_SHORTEST: Final = 2
_ACRONYM: Final = 5


class Name(NamedTuple):
    """A name as texts have it.

    ``words`` are folded. ``marks`` are how its owner writes them, to compare capitals by. ``is_common`` says that the
    words alone may mean something or somebody else; ``is_short`` that it is less than the whole name.
    """

    words: tuple[str, ...]
    marks: tuple[str, ...]
    is_common: bool = False
    is_short: bool = False


@lru_cache(maxsize=100_000)
def names_of_organisation(name: str) -> tuple[Name, ...]:
    """Return how texts name an organisation: without its legal form, and with each word for "and"; the whole first."""
    bare = _ASIDE.sub("", name).strip() or name
    for form in LEGAL_IN_HAN:
        bare = bare.replace(form, " ")
    marks, words = bare_words_of(bare)
    if len(words) > 1 and (words[0] == "the" or (words[0] in LEGAL and not words[0].isascii())):
        words, marks = words[1:], marks[1:]
    while len(words) > 1 and words[-1] in _ENDS:
        words.pop()
        marks.pop()
    if (
        not words
        or words[0] in LEGAL
        or is_no_employer(words)
        or not any(len(word) >= _SHORTEST or _HAN.match(word) for word in words)
    ):
        return ()
    found = [Name(tuple(words), tuple(marks), is_common=_is_common_firm(words, marks))]
    if len(words) > 1 and words[-1] in SOFT and not _is_common_firm(words[:-1], marks[:-1]):
        found.append(Name(tuple(words[:-1]), tuple(marks[:-1]), is_short=True))
    return tuple(variant for each in found for variant in _with_each_and(each))


def _with_each_and(name: Name) -> list[Name]:
    places = [at for at, word in enumerate(name.words) if 0 < at < len(name.words) - 1 and word in {"and", "und", "et"}]
    if len(places) != 1:
        return [name]
    at = places[0]
    others = [
        (*name.words[:at], word, *name.words[at + 1 :]) for word in ("and", "und", "et") if word != name.words[at]
    ]
    return [name, *(Name(words, name.marks, name.is_common, name.is_short) for words in others)]


def _is_common_firm(words: Sequence[str], marks: Sequence[str]) -> bool:
    """Tell whether a firm's name may mean something else wherever it stands."""
    if len(words) == 1:
        [word], [mark] = words, marks
        letters_enough = len(word) > _SHORTEST + 1 or (mark.isupper() and len(word) > _SHORTEST) or _HAN.match(word)
        return not letters_enough or word in _OTHERS or word in EVERY_DAY
    if all(_HAN.match(word) for word in words):
        return len(words) <= _SHORTEST
    return all(word in _OTHERS or word in {"of", "and", "the"} for word in words)


def names_of_person(name: str) -> tuple[Name, ...]:
    """Return how texts name a person: first and last name, and the first letter with the last; without titles."""
    first, comma, rest = name.partition(",")
    ranks = [word for word in bare_words_of(rest)[1] if word not in TITLES] if comma else []
    if 1 <= len(ranks) <= _SHORTEST and len(bare_words_of(first)[1]) <= 2:  # noqa: PLR2004  (a last name, and then the first)
        first = f"{rest.strip()} {first.strip()}"
    raw, folded = bare_words_of(_ASIDE.sub("", first))
    begin, end = 0, len(folded)
    while end - begin > 1 and folded[begin] in TITLES and (end - begin > 2 or not _is_initial(raw[begin])):  # noqa: PLR2004
        begin += 1
    while end - begin > 2 and folded[end - 1] in TITLES:  # noqa: PLR2004
        end -= 1
    words, marks = tuple(folded[begin:end]), tuple(raw[begin:end])
    if len(words) < 2 or not any(map(str.isalpha, words)):  # noqa: PLR2004  (one word names too many)
        return ()
    if _HAN.match(words[0]):
        return (Name(words, marks, is_common=len(words) <= _SHORTEST),)
    if _is_initial(marks[0]):
        return (Name(words, marks, is_common=True, is_short=True),)
    return (
        Name(words, marks, is_common=_is_common_person(words)),
        Name((words[0][0], *words[1:]), (marks[0][0], *marks[1:]), is_common=True, is_short=True),
    )


def _is_initial(mark: str) -> bool:
    return len(mark.replace(".", "")) == 1 or (mark.count(".") > 0 and len(mark) <= _ACRONYM)


def _is_common_person(words: Sequence[str]) -> bool:
    """Tell whether many people have this name, or its words mean something else."""
    return all(word in _OTHERS for word in (words[0], words[-1]))


def called(name: str) -> str:
    """Return how one calls somebody: by the first name, or where that cannot be told, by the whole."""
    last, comma, first = name.partition(",")
    raw, folded = bare_words_of(first) if comma else ([], [])
    marks = raw if folded and folded[0] not in TITLES else []
    marks = marks or [mark for mark in last.split() if mark.strip(".").casefold() not in TITLES]
    if not marks or _HAN.match(name) or _is_initial(marks[0]):
        return name
    return marks[0]


@lru_cache(maxsize=100_000)
def key_of_organisation(name: str) -> str:
    """Return by what an organisation is known again, whatever its legal form, capitals and accents."""
    found = names_of_organisation(name)
    words = list(found[0].words) if found else []
    while len(words) > 1 and words[-1] in SOFT:
        words.pop()
    return " ".join(word for word in words if word not in _ANDS)


def stems(words: Sequence[str]) -> tuple[str, ...]:
    """Return a name without the endings that Russian gives it in a sentence."""
    return tuple(map(stem_of_russian, words))
