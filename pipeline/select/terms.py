"""Texts to the words that tell them apart: folded, without what every text says. It knows no other text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pipeline.html import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.model import Entry

LEAD_WORDS: Final = 60
"""How much of an entry's text counts; what an article is about stands at its beginning."""
TITLE_WORDS: Final = 60
"""How much of a title counts: no newsroom needs a third of it, but a title may be as long as its feed pleases."""
LEAD_MARKUP: Final = 8_000
"""Characters of markup in which the lead is looked for."""
FEWEST_WORDS: Final = 2
"""An entry of fewer telling words ("Tags", "Item 2") is like too many others."""
REMEMBERED: Final = 20_000
"""Texts whose words are kept while the process lives: whoever groups again reads only what is new."""

_WORD: Final = re.compile(r"\w[\w’'&.-]*\w|\w")
_POSSESSIVE: Final = re.compile(r"['’]s?$")
_UNSPACED: Final = re.compile(
    r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Thai, Lao, Khmer, Kana and Han are written without spaces; two letters there are about a word."""
_STOP: Final = frozenset(
    (
        "a about after again all also am an and any are as at be because been before being but by can "
        "could did do does doing down during each few for from further had has have having he her here "
        "hers him his how i if in into is it its just me more most my new no nor not now of off on once "
        "only or other our out over own s said same say says she should so some such t than that the "
        "their them then there these they this those through to too two under until up us very was we "
        "were what when where which while who whom why will with would year years you your aber als am an "
        "auch auf aus bei bis das dass dem den der des die durch ein eine einem einen einer es für hat "
        "ich im in ist mit nach nicht noch nur oder sich sie sind so über um und von vor war wie wird zu "
        "zum zur au aux avec ce ces dans de des du elle en est et il la le les leur mais ne ou par pas "
        "pour que qui sa se son sur un une el los las por con para una del"
    ).split()
)
_SMALL_WORDS: Final = {
    language: frozenset(words.split())
    for language, words in {
        "de": "das dem den der des die ein eine einen für ist mit nicht sich und von wird zum zur",
        "en": "and are for from has have is it not of that the to was were which with",
        "es": "con del el es las los más muy para por que se su una y",
        "fr": "au aux avec ce dans des du est et la le les pour qui sur une",
        "it": "che da dei del della di gli il per sono su una",
        "nl": "de een en het met niet op te van voor wordt zijn",
        "pt": "com da das do dos e em não o os para um uma",
    }.items()
}
"""The words that a language's sentences cannot do without."""
FEWEST_SMALL: Final = 4
"""A text with fewer small words does not tell its language, nor does one with half as many of another."""
_NEWSROOM: Final = frozenset(
    (
        "april august back best come comes day december don't even february first friday get gets go going "
        "got january july june know like live look looks made make makes march may might monday month must "
        "need news november october one people photo report reports review saturday see september show "
        "shows still sunday take takes tell tells three thursday time today told took top tuesday update "
        "via video want watch way wednesday week"
    ).split()
)
"""What headlines of any story say; a topic may be about one of these words, so only grouping passes over them."""


def tells_a_kind(word: str) -> bool:
    """Tell whether a folded word can tell what kind of news this is: no number, and not what any headline says."""
    return word not in _ANYWHERE and not word[0].isdigit()


@dataclass(frozen=True, slots=True)
class Wording:
    """The telling words of an entry's title and of its lead, in their order; and how its words are written.

    ``capitals`` are the words of running text that begin with a capital, ``smalls`` those that do not, each as often
    as it occurs.
    """

    title: tuple[str, ...]
    lead: tuple[str, ...]
    capitals: tuple[str, ...] = ()
    smalls: tuple[str, ...] = ()
    words: str = ""
    """The words of both in one string: two of these are compared quickly."""
    language: str = ""
    """The language, where it is clear."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the telling words of ``text``, folded so that a plural or a possessive is the same word."""
    return tuple(_folded(word) for word in _WORD.findall(text.casefold()) if word not in _STOP)


@dataclass(frozen=True, slots=True)
class Written:
    """A telling word, folded, and where in its text it is written, without a possessive's end."""

    folded: str
    start: int
    end: int


def written_words(text: str) -> Iterator[Written]:
    """Yield the telling words of ``text`` with where they are written."""
    for found in _WORD.finditer(text):
        word = found[0].casefold()
        if word not in _STOP:
            yield Written(_folded(word), found.start(), found.start() + len(_POSSESSIVE.sub("", found[0])))


def told(entry: Entry) -> Wording:
    """Return what ``entry`` tells; nothing where its words are too few to tell an event."""
    return _told(entry.title[:LEAD_MARKUP], (entry.summary or entry.content)[:LEAD_MARKUP])


def forget() -> None:
    """Let go of the words that are remembered. They only save time."""
    _told.cache_clear()
    _folded.cache_clear()


@lru_cache(maxsize=REMEMBERED)
def _told(title: str, lead: str) -> Wording:
    text = text_of(lead)
    of_title, of_lead = _grouping_words(title)[:TITLE_WORDS], _grouping_words(text)[:LEAD_WORDS]
    if len({word for word in (*of_title, *of_lead) if not word.isdigit()}) < FEWEST_WORDS:
        return Wording((), ())
    capitals: list[str] = []
    smalls: list[str] = []
    for tokens in (_WORD.findall(title), _WORD.findall(text)[: 2 * LEAD_WORDS]):
        if _is_running(tokens):
            for token in tokens[1:]:  # the first has its capital from the sentence
                (capitals if token[0].isupper() else smalls).append(_folded(token.casefold()))
    words = f"{' '.join(of_title)}\n{' '.join(of_lead)}"
    return Wording(of_title, of_lead, tuple(capitals), tuple(smalls), words, _language(f"{title} {text}"))


def _language(text: str) -> str:
    """Return the language that the small words of ``text`` tell, or nothing where they do not clearly tell one."""
    counts = Counter(_WORD.findall(text.casefold())[: 2 * LEAD_WORDS])
    found = {name: sum(counts[word] for word in words) for name, words in _SMALL_WORDS.items()}
    most, second = sorted(found, key=lambda name: -found[name])[:2]
    return most if found[most] >= max(FEWEST_SMALL, 2 * found[second]) else ""


def _is_running(tokens: Iterable[str]) -> bool:
    """Tell text in which a capital means a name from A Headline Where It Means Nothing."""
    return sum(token[0].islower() and len(token) > 3 for token in tokens) > 1  # noqa: PLR2004


def _grouping_words(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if word in _STOP or word in _NEWSROOM:
            continue
        if word.isascii() or not (runs := _UNSPACED.findall(word)):
            found.append(_folded(word))
            continue
        found += [run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))]
        found += [_folded(rest) for rest in _UNSPACED.split(word) if rest]
    return tuple(found)


@lru_cache(maxsize=REMEMBERED)
def _folded(word: str) -> str:
    word = _POSSESSIVE.sub("", word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return word[:-3] + "y" if word.endswith("ies") else word[:-1]
    return word


_ANYWHERE: Final = frozenset(map(_folded, _NEWSROOM))
