"""Numbers, dates and names in what the author tells of a story, held against what its sources told of it.

Only sentences that tell are looked at: none in which the author speaks of themselves or to the reader, asks, or
imagines, and none with a link of its own.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.html import sentences
from pipeline.likeness import words
from pipeline.model import Snapshot
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from pipeline.model import Finding, Post, Take
    from pipeline.write.told import Told

_SPEAKS: Final = re.compile(
    r"\bI\b|\b(?:me|my|mine|we|our|ours|us|you|your|would|should|could|might|suppose|imagine|perhaps"
    r"|ich|mir|mich|meine?[rmns]?|wir|uns|unsere?[rmns]?|würden?|könnten?|sollten?|säße|vielleicht"
    r"|je|j['’]\w+|moi|mon|ma|mes|nous|notre|nos|vous|votre|vos|peut-être"
    r"|yo|mi|mis|nosotros|nuestr[oa]s?|quizás|ik|mijn|wij|we|onze|zou|zouden|misschien)\b"
)
_NUMBER: Final = re.compile(r"(?<![A-Za-z\d.,])\d+(?:[.,'’\u00a0\u202f ]\d{3})*(?:[.,]\d+)?(?!\d*0s\b|s\b)")
_FEW: Final = 2
"""Up to here a number is hardly more than a way to speak."""
_LEAST: Final = 10
"""A smaller number may count the author's own points, and is passed over."""
_YEARS: Final = range(1900, 2100)
_PARTICLES: Final = "de|da|di|del|della|den|der|du|la|le|van|von|zu|of|y|e"
_CAPITAL: Final = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]*"
_NAME: Final = re.compile(rf"{_CAPITAL}(?:(?: (?:{_PARTICLES}))? {_CAPITAL})*")
_LANGUAGES: Final = ("en", "de", "fr", "es", "nl", "it", "pt")
_NOUNS_IN_CAPITALS: Final = 0.2
"""Where more of the words within sentences begin with a capital, the language writes its nouns so."""
_TITLE_CASE: Final = 0.5
"""Where more of them do, it is a headline in capitals, and no name can be told from a word."""
_ONES: Final = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_UNITS: Final = (*_ONES.split(), "seventeen", "eighteen", "nineteen")
_AMOUNTS: Final = frozenset(
    (
        "dozen dozens hundred hundreds thousand thousands million millions billion billions trillion half halves third "
        "thirds quarter quarters double doubled doubles triple tripled triples quadrupled twice thrice tenfold twofold"
    ).split()
)
_REPORTS: Final = re.compile(
    rf"({_CAPITAL}) (?:says|said|calls|called|warns|warned|reports|reported|told|tells|wrote|writes|claims|claimed"
    r"|finds|found|fears|feared|admits|admitted|denies|denied|accuses|accused|blames|blamed|announced|announces|plans)\b"
)
"""Somebody at the beginning of a sentence, where any word has a capital, who says or does what people do."""
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def unsupported(post: Post, told: Told) -> Iterator[Finding]:
    """Yield the numbers, dates and names in the takes of ``post`` that no source has."""
    if not told.sources:
        return
    known = Known(post, told, [post.title])
    for take in post.takes:
        for sentence in _that_tell(post, take):
            missing = known.missing_in(sentence, nouns_in_capitals=_has_nouns_in_capitals(take.words))
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


def _has_nouns_in_capitals(text: str) -> bool:
    return _share_in_capitals(text) > _NOUNS_IN_CAPITALS


def _share_in_capitals(text: str) -> float:
    """Return how many of the words within sentences begin with a capital, from 0 to 1."""
    inside: list[str] = re.findall(r"(?<=[\w,] )[^\W\d_][\w’'-]*", text)
    return sum(word[0].isupper() for word in inside) / len(inside) if inside else 0.0


class Known:
    """The numbers, months and words of a post's sources, of what is known of them, and of texts ``beside`` them."""

    def __init__(self, post: Post, told: Told, beside: Iterable[str] = ()) -> None:
        around = [*beside, *post.topics, *(source.publisher for source in post.sources)]
        around += [source.title for source in post.sources]
        texts = [*told.texts, *around, *(getattr(source, "publisher", "") for source in told.sources)]
        self._words = {word.removesuffix("'s") for text in texts for word in words(text)}
        self._words |= {part for word in self._words for part in word.split("'")}
        self._numbers = {number for text in texts for number in _numbers_in(text)}
        for day in [post.date, *_days_of(post, told)]:
            self._numbers |= {str(day.year), str(day.month), str(day.day)}
            self._words |= _names_of_month(day.month)

    def missing_in(self, sentence: str, *, nouns_in_capitals: bool) -> list[str]:
        """Return the numbers, dates and names of ``sentence`` that are not known, as they stand in it."""
        found = [each for each, _ in _dates_in(sentence) if not self._has_date(each)]
        for number in _NUMBER.finditer(sentence):
            value = _value(number[0])
            if float(value) >= _LEAST and value not in self._numbers and not any(number[0] in each for each in found):
                found.append(number[0])
        return [*found, *self._strangers(sentence, nouns_in_capitals=nouns_in_capitals)]

    def strange_to(self, sentence: str) -> list[str]:
        """Return the numbers, dates and names of a ``sentence`` that nobody vouches for, small and spelled ones too."""
        every = [(found[0], _value(found[0])) for found in _NUMBER.finditer(sentence)]
        every += [(word, str(value)) for word, value in _spelled_in(sentence)]
        strange = [text for text, value in every if float(value) > _FEW and value not in self._numbers]
        strange += [word for word in words(sentence) if word in _AMOUNTS and word not in self._words]
        strange += [found[1] for found in [_REPORTS.match(sentence)] if found and self._is_new(found[1])]
        titled = _share_in_capitals(sentence) > _TITLE_CASE
        names = [] if titled else self.missing_in(sentence, nouns_in_capitals=_has_nouns_in_capitals(sentence))
        return list(dict.fromkeys((*strange, *names)))

    def _has_date(self, date: str) -> bool:
        numbers = {_value(number) for number in re.findall(r"\d+", date)}
        return numbers <= self._numbers and _month_in(date) in self._words

    def _strangers(self, sentence: str, *, nouns_in_capitals: bool) -> Iterator[str]:
        for found in _NAME.finditer(sentence):
            parts = [part for part in re.split(r"[ -]", found[0]) if part[:1].isupper()]
            if found.start() == 0 or sentence[: found.start()].rstrip()[-1:] in {":", "“", "„", "«", '"'}:
                parts = parts[1:]  # a sentence begins with a capital, whatever its first word is
            new = [part for part in parts if self._is_new(part)]
            if len(new) >= (2 if nouns_in_capitals else 1):
                yield found[0]

    def _is_new(self, part: str) -> bool:
        word = part.casefold().replace("’", "'").removesuffix("'s").strip("'")
        return bool(word) and part != "I" and word not in self._words and word not in _calendar()


def _days_of(post: Post, told: Told) -> Iterator[dt.date]:
    yield from (day for source in post.sources for day in (source.published, source.accessed) if day)
    for source in told.sources:
        if isinstance(source, Snapshot):
            yield source.taken_at.date()
        else:
            yield (source.published or source.first_seen).date()


def _value(number: str) -> str:
    """Return ``number`` as every country writes it alike: 4,100 and 4.100 as 4100, 14,20 as 14.2."""
    bare = re.sub(r"[.,'’\u00a0\u202f ](?=\d{3}(?!\d))", "", number).replace(",", ".")
    return bare.rstrip("0").rstrip(".") if "." in bare else bare.lstrip("0") or "0"


def _numbers_in(text: str) -> Iterator[str]:
    """Yield the numbers of ``text``, those in English words too."""
    yield from (_value(found) for found in _NUMBER.findall(text))
    yield from re.findall(r"\d+", text)
    spelled = _spelled()
    mine = words(text)
    for word, after in zip(mine, [*mine[1:], ""], strict=False):
        if word in spelled:
            yield str(spelled[word])
            if word in _TENS and after in spelled:
                yield str(spelled[word] + spelled[after])


def _spelled_in(sentence: str) -> Iterator[tuple[str, int]]:
    """Yield each number that is written in English words, with its value; twenty-five is one."""
    spelled, mine = _spelled(), words(sentence)
    for before, word, after in zip(["", *mine], mine, [*mine[1:], ""], strict=False):
        if word in _TENS and after in _UNITS[1:10]:
            yield f"{word}-{after}", spelled[word] + spelled[after]
        elif word in spelled and not (before in _TENS and word in _UNITS[1:10]):
            yield word, spelled[word]


@cache
def _spelled() -> dict[str, int]:
    return {word: number for number, word in enumerate(_UNITS)} | {
        word: 10 * ten for ten, word in enumerate(_TENS, start=2)
    }


@cache
def _months() -> dict[str, int]:
    """Return the number of each month by its names in the languages of the neighbourhood."""
    from babel import Locale

    every = (Locale(language).months["format"][width] for language in _LANGUAGES for width in ("wide", "abbreviated"))
    return {name.rstrip(".").casefold(): number for names in every for number, name in names.items()}


@cache
def _calendar() -> frozenset[str]:
    """Return the names of months and of days of the week, which are no names of anybody."""
    from babel import Locale

    days = (Locale(language).days["format"]["wide"].values() for language in _LANGUAGES)
    named = {name.casefold() for names in days for name in names}
    return frozenset({*named, *_months(), *(f"{name}s" for name in named)})


def _names_of_month(month: int) -> set[str]:
    return {name for name, number in _months().items() if number == month}


def _dates_in(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield each date of ``sentence``, as it stands there, with the name of its month."""
    names = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    pattern = rf"(?:\b\d{{1,2}}(?:\.|st|nd|rd|th)? (?:de |of )?)?\b({names})\b\.?(?:,? (?:de )?\d{{1,4}}\b)*"
    for found in re.finditer(pattern, sentence, re.IGNORECASE):
        if re.search(r"\d", found[0]):
            yield found[0], found[1].casefold()


def _month_in(date: str) -> str:
    return next((name for _, name in _dates_in(date)), "")
