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
from pipeline.write.claims.dates import calendar, dates_in, days_told, months_in, names_of
from pipeline.write.claims.numbers import NUMBER, numbers_in, spelled_in, value
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from pipeline.model import Finding, Post, Take
    from pipeline.write.quoted.told import Told

_SPEAKS: Final = re.compile(
    r"\bI\b|\b(?:me|my|mine|we|our|ours|us|you|your|would|should|could|might|suppose|imagine|perhaps"
    r"|Sie|Ihr\w*|Ihnen|ich|mir|mich|meine?[rmns]?|wir|uns|unsere?[rmns]?|würden?|könnten?|sollten?|säße|vielleicht"
    r"|je|j['’]\w+|moi|mon|ma|mes|nous|notre|nos|vous|votre|vos|peut-être"
    r"|yo|mi|mis|nosotros|nuestr[oa]s?|quizás|ik|mijn|wij|we|onze|zou|zouden|misschien)\b"
)
_LEAST: Final = 10
_LEAST_SPELLED: Final = 20
"""A smaller number may count the author's own points, or be no more than a way to speak, and is passed over."""
_PARTICLES: Final = "de|da|di|del|della|den|der|du|la|le|van|von|zu|of|y|e"
_CAPITAL: Final = r"[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-ЯЁ][\w’'-]*"
_NAME: Final = re.compile(rf"{_CAPITAL}(?:(?: (?:{_PARTICLES}))? {_CAPITAL})*")
_ABOUT: Final = re.compile(
    r"(?:\b(?:some|about|over|nearly|around|almost|roughly|under|below|than|rund|etwa|fast|über|knapp|environ|quelque"
    r"|près de|plus de|unos|unas|cerca de|casi|ongeveer|bijna|circa)|~|≈)\s*[€$£¥]?$",
    re.IGNORECASE,
)
_ROUND: Final = 0.05
_OPEN: Final = frozenset(':“„«»"”[')
"""Behind these a sentence may begin, and with it a capital."""
_LONGEST_UNIT: Final = 4
_OF_GERMAN: Final = frozenset(
    "der und ist nicht ein eine einen einem einer zu mit von für auf dem den sich auch wie bei nach nur oder aber wird "
    "sind werden hat haben sein ich sie wir dass wenn über aus zum zur noch kann mehr".split()
)
_NOUNS_IN_CAPITALS: Final = 0.12
"""Where so many of the words are these, the language is German, and writes its nouns in capitals."""


def unsupported(post: Post, told: Told) -> Iterator[Finding]:
    """Yield the numbers, dates and names in the takes of ``post`` that no source has."""
    if not told.sources:
        return
    known, linked = Known(post, told, [post.title]), posts.linked_words(post.body)
    for take in post.takes:
        nouns_in_capitals = has_nouns_in_capitals(take.words)
        for sentence in _that_tell(take, linked):
            missing = known.missing_in(sentence, nouns_in_capitals=nouns_in_capitals)
            if missing:
                line = post.body_line + posts.line_with(sentence, post.body)
                reason = f"no source of this post has {', '.join(f'“{each}”' for each in missing)}"
                remedy = "Look it up again; if it is right, link the sentence to where it stands."
                yield Rule.UNSUPPORTED.broken(post.path, line, reason, remedy)


def _that_tell(take: Take, linked: Iterable[str]) -> Iterator[str]:
    """Yield the sentences of ``take`` that say what is so, and have none of the words that are ``linked``."""
    for paragraph in take.words.split("\n"):
        for sentence in sentences(paragraph):
            spoken = sentence[:1].lower() + sentence[1:]
            if sentence.rstrip("\"'”’»)").endswith("?") or _SPEAKS.search(spoken) or re.match(r"I\b", sentence):
                continue
            if not any(text in sentence for text in linked):
                yield sentence


def has_nouns_in_capitals(text: str) -> bool:
    """Tell whether ``text`` is of a language that writes its nouns in capitals.

    By its small words: how many begin with a capital says little, where headlines do so by custom.
    """
    mine = words(text)
    return sum(word in _OF_GERMAN for word in mine) > _NOUNS_IN_CAPITALS * len(mine)


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
        around += [name for source in told.sources if not isinstance(source, Snapshot) for name in source.authors]
        texts = [*told.texts, *around, *(getattr(source, "publisher", "") for source in told.sources)]
        self.words = {word.removesuffix("'s") for text in texts for word in words(text)}
        self.words |= {part for word in self.words for part in word.split("'")}
        self.numbers = {number for text in texts for number in numbers_in(text)}
        every = [post.date, *_days_of(post, told)]
        self.words |= {name for day in every for name in names_of(day)}
        self.dates = {date for text in texts for date in days_told(text)}
        self.dates |= {(frozenset({day.month}), frozenset({str(day.day), str(day.year)})) for day in every}
        self.years = {str(day.year) for day in every}
        self.days = {str(number) for day in every for number in (day.month, day.day)} | self.years

    def missing_in(self, sentence: str, *, nouns_in_capitals: bool) -> list[str]:
        """Return the numbers, dates and names of ``sentence`` that are not known, as they stand in it."""
        found = self.dates_missing_in(sentence)
        for number in NUMBER.finditer(sentence):
            worth = value(number[0])
            if float(worth) < _LEAST or worth in self.numbers | self.days or self._is_round(sentence, number, worth):
                continue
            if not any(number[0] in each for each in found):
                found.append(number[0])
        spelled = ((text, str(number)) for text, number in spelled_in(sentence) if number >= _LEAST_SPELLED)
        found += [text for text, worth in spelled if worth not in self.numbers | self.days]
        return [*found, *self.strangers_in(sentence, nouns_in_capitals=nouns_in_capitals)]

    def _is_round(self, sentence: str, number: re.Match[str], worth: str) -> bool:
        """Tell whether ``number`` is said to be no more than about another that is known."""
        if not _ABOUT.search(sentence, max(number.start() - 20, 0), number.start()):
            return False
        return any(abs(float(known) - float(worth)) <= _ROUND * float(worth) for known in self.numbers)

    def dates_missing_in(self, sentence: str) -> list[str]:
        """Return the dates of ``sentence`` that are not known."""
        return [each for each in dates_in(sentence) if not self._has_date(each)]

    def _has_date(self, date: str) -> bool:
        """Tell whether one date that is known has the month of ``date``, and each of its numbers but a likely year."""
        numbers = {str(int(number)) for number in re.findall(r"\d+", date)} - self.years
        return any(months_in(date) & months and numbers <= theirs for months, theirs in self.dates)

    def strangers_in(self, sentence: str, *, nouns_in_capitals: bool) -> Iterator[str]:
        """Yield the names of ``sentence`` that are not known; of a noun in capitals it takes two words to make one."""
        for found in _NAME.finditer(sentence):
            parts = [part for part in re.split(r"[ -]", found[0]) if part[:1].isupper()]
            if found.start() == 0 or sentence[: found.start()].rstrip()[-1:] in _OPEN:
                parts = parts[1:]  # a sentence begins with a capital, whatever its first word is
            if re.search(r"[\d°]\s?$", sentence[: found.start()]) and len(found[0]) <= _LONGEST_UNIT:
                continue  # 77 °F, 2,400 MWh
            new = [part for part in parts if self.is_new(part)]
            if len(new) >= (2 if nouns_in_capitals else 1):
                yield found[0]

    def is_new(self, part: str) -> bool:
        """Tell whether a word that begins with a capital is known nowhere, and is no name of a month or a day."""
        word = part.casefold().replace("’", "'").removesuffix("'s").strip("'")
        if not word or word.split("'")[0] in {"i", "j"} or word in calendar():
            return False
        return any(each not in self.words for each in word.split("-") if each)


def _days_of(post: Post, told: Told) -> Iterator[dt.date]:
    yield from (day for source in post.sources for day in (source.published, source.accessed) if day)
    for source in told.sources:
        if isinstance(source, Snapshot):
            yield source.taken_at.date()
        else:
            yield (source.published or source.first_seen).date()
