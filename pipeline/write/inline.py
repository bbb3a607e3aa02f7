"""Quotations in running text: what stands between quotation marks, by the customs of many languages.

What comes in is a paragraph; what goes out is what it quotes, with its place. Whether that is true is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSED_BY: Final = {
    "“": "”", "„": '“”‟"', "‟": "”", "«": "»", "»": "«»", "‹": "›", "›": "‹", "「": "」", "『": "』",
    '"': '"', "”": "”", "‘": "’", "‚": "‘’", "'": "'",
}  # fmt: skip
"""By which marks a quotation ends that one of these opens."""
_TURNED: Final = frozenset("»›”\"'‘‚")
"""Marks that close or belong to a word as well: they open only before a word, and not behind one."""
_SINGLE: Final = frozenset("‘'‚")
_NESTING: Final = frozenset("“«「『")
_ELIDED: Final = re.compile(r"['‘’](?:tis|twas|twere|em|til|till|cause|bout|round|n|s|t)\b", re.IGNORECASE)
"""Words whose first letters an apostrophe stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words between quotation marks, and where they begin and end with their marks.

    Where an apostrophe may be the end, ``readings`` has what each would end; the last is the longest.
    """

    readings: tuple[str, ...]
    start: int
    end: int
    closed: bool = True

    @property
    def text(self) -> str:
        """The longest reading."""
        return self.readings[-1]


def quoted_in(paragraph: str) -> Iterator[Quoted]:
    """Yield what ``paragraph`` quotes, in order; a quotation within another belongs to the outer one."""
    at = 0
    while at < len(paragraph):
        found = _quoted(paragraph, at) if _opens(paragraph, at) else None
        if found is not None:
            yield found
        at = found.end if found is not None else at + 1


def _opens(text: str, at: int) -> bool:
    mark = text[at]
    if mark not in _CLOSED_BY:
        return False
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if mark not in _TURNED:
        return bool(after)
    if mark in _SINGLE:
        return not before.isalnum() and after.isalpha() and not _ELIDED.match(text, at)
    return not before.isalnum() and before not in {".", ",", "!", "?", "…"} and bool(after.strip())


def _quoted(text: str, at: int) -> Quoted | None:
    ends = list(_single_ends(text, at) if text[at] in _SINGLE else _ends(text, at))
    readings = tuple(text[at + 1 : end] for end in ends)
    if readings:
        return Quoted(readings=readings, start=at, end=ends[-1] + 1)
    if text[at] in _SINGLE:  # more likely an apostrophe
        return None
    return Quoted(readings=(text[at + 1 :],), start=at, end=len(text), closed=False)


def _ends(text: str, at: int) -> Iterator[int]:
    """Yield the place of the mark that ends what is opened at ``at``, if there is one."""
    mark, depth = text[at], 1
    for place in range(at + 1, len(text)):
        if text[place] in _CLOSED_BY[mark]:
            depth -= 1
            if depth == 0:
                yield place
                return
        elif text[place] == mark and mark in _NESTING:
            depth += 1
    last = text.rfind(_CLOSED_BY[mark][0], at + 1)
    if last > at:  # one of several is not closed, and nobody knows which
        yield last


def _single_ends(text: str, at: int) -> Iterator[int]:
    """Yield each place that may end single marks: those behind an s may be apostrophes, the first other is the end."""
    for found in re.finditer(f"[{_CLOSED_BY[text[at]]}](?!\\w)", text[at + 1 :]):
        place = at + 1 + found.start()
        yield place
        if text[place - 1 : place].casefold() != "s":
            return


_SAY: Final = "ask|say|answer|reply|write|propose|begin|start|put it"
_OWN: Final = re.compile(
    rf"\b(?:I|[Ww]e)(?:['’](?:d|ll)| would| will| shall| should| could| might| now| always| often)* (?:{_SAY})\b"
    r"|(?:^|[,;:] |\b(?:and|then|so|to|please) )[Aa]sk\b"
    r"|\b[Mm]y (?:own )?question\b"
    r"|\b(?:ich (?:würde|werde|will|frage)|[Ff]rag(?:e|t|en Sie)|[Mm]eine Frage)\b"
    r"|\b(?:je (?:demanderais|demande)|[Dd]emande(?:z|ons)|[Mm]a question)\b"
    r"|\b(?:yo )?(?:[Pp]reguntaría|[Pp]regunt(?:e|en|emos)|[Mm]i pregunta)\b"
    r"|\b(?:ik zou|[Vv]raag|[Mm]ijn vraag)\b"
)
_OTHERS: Final = re.compile(
    r"\b(?:he|she|they|it|said|says?|told|tells|wrote|writes|answer(?:s|ed)|repli(?:es|ed)|explain(?:s|ed)"
    r"|warn(?:s|ed)|according|er|sie|sagt\w*|schrieb|il|elle|dit|dijo|él|ella|hij|zij|zegt|zei)\b"
)
_TITLED: Final = re.compile(
    r"\b(?:titled|entitled|headed|mit dem Titel|unter dem Titel|intitulée?s?|titulad[oa]s?|getiteld)[,:]?\s*$"
)


def is_own_speech(before: str) -> bool:
    """Tell whether the words ``before`` a quotation say that it is a title, or what the author would ask or say."""
    sentence = re.split(r"(?<=[.!?…])[\"'”’»)]*\s", before)[-1]
    if _TITLED.search(sentence):
        return True
    own = list(_OWN.finditer(sentence))
    return bool(own) and not _OTHERS.search(sentence, own[-1].end())
