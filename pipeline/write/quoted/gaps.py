"""Where a quotation leaves words out: whether what is left still says what its source says.

What comes in is a quotation that stands in its source; what goes out are sentences that tell how its gaps may turn its
sense. An ellipsis that the source itself has leaves nothing out.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pipeline.likeness import count, holds, parts, places, plain
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FEWEST: Final = 3
"""Of fewer words no part of a quotation may be that leaves words out: from crumbs one can bake any sentence."""
REMEDY: Final = f"Quote {FEWEST} words or more in each part and keep its sense, or quote one sentence in whole."
_NOT: Final = re.compile(
    r"(?:\b(?:not|never|no|nobody|none|neither|nor|hardly|without|nicht|nie|niemals|kein\w*|ohne|pas|jamais|aucune?"
    r"|nunca|jamás|niet|geen|nooit|non|mai|não|cannot|den(?:y|ie[sd])|refus(?:e|es|ed|ing)|reject(?:s|ed)?"
    r"|declined?|unlikely|impossible|bestreitet|bestritt(?:en)?|dementierte?n?|weigerte?n?)|n't)$"
)
"""A word that turns what stands behind it, or before it, into its opposite."""
_NOT_BEFORE: Final = re.compile(rf"by no means$|anything but$|far from$|{_NOT.pattern}")
_ENDS_SENTENCE: Final = re.compile(r"[.!?。！？]['\")\]]*(?:\s|$)|[。！？]")
_BEGINS: Final = re.compile(r"(?:^|[.!?¶:]\s?'?\s?|')$")
_ENDS: Final = re.compile(r"[.,;]?(?:$|'|[.!?])")
_LABEL: Final = re.compile(r"\w+:\s*'?$|'$")
"""Who speaks next, as interviews have it."""
_SIGN: Final = 3
"""So many characters has the end of a sentence that the part before a gap ended."""
_SHORTEST: Final = 4
_NEAR: Final = 60
"""So many characters before a quotation are looked at for a denial of the author's own."""


def in_gaps(quoted: str, texts: Sequence[str]) -> Iterator[tuple[Rule, str]]:
    """Yield what is wrong with the gaps of ``quoted``, which stands in one of the plain ``texts``, and how."""
    found = parts(quoted)
    if len(found) < 2 or any(holds(text, [plain(quoted)]) for text in texts):  # noqa: PLR2004
        return
    crumb = next((part for part in found if count(part) < FEWEST), "")
    if crumb and not any(_is_end_of_sentence(crumb, found, text) for text in texts):
        reason = f"only “{crumb}” stands between two gaps of the quotation, which may turn its sense"
        yield Rule.QUOTATION_IN_CRUMBS, reason
        return
    gaps = [_left_out(text, found) for text in texts if holds(text, found)]
    # what is wrong is wrong in each of the texts: where nothing is turned, that one bears it out
    denied = min((next(filter(None, map(_denied, each)), "") for each in gaps), default="")
    if denied and any(all(map(_is_of_sentences, each)) for each in gaps):
        yield Rule.QUOTATION_DOUBTFUL, f"the quotation leaves out whole sentences with “{denied}” in them"
    elif denied:
        yield Rule.QUOTATION_IN_CRUMBS, f"the quotation leaves out “{denied}”, which turns its sense"
    elif gaps and all(any(map(_parts_sentences, each)) for each in gaps):
        yield Rule.QUOTATION_DOUBTFUL, "the quotation makes one sentence out of the halves of two"


def behind_denial(quoted: str, before: str, texts: Sequence[str]) -> Iterator[tuple[Rule, str]]:
    """Yield how ``quoted`` begins behind a denial in each of the plain ``texts`` that have it.

    ``before`` are the author's words in front of it, which may have the denial.
    """
    first = next(iter(parts(quoted)), "").strip("',.;: ")
    denials = [_denied_before(text, places(text, [first])[0][0]) for text in texts if holds(text, [first])]
    own = re.split(r"\W+(?<!')", plain(before[-_NEAR:]).casefold())
    if denials and all(denials) and not any(map(_NOT.search, own)):
        yield Rule.QUOTATION_DOUBTFUL, f"the quotation begins behind “{denials[0]}”, which its source has before it"


def _denied_before(text: str, at: int) -> str:
    """Return the word of denial right before the place ``at`` of a sentence of the plain ``text``."""
    found = _NOT_BEFORE.search(text[max(at - _NEAR, 0) : at].casefold().rstrip(" '"))
    return found[0] if found else ""


def _is_end_of_sentence(crumb: str, found: Sequence[str], text: str) -> bool:
    """Tell whether ``crumb``, the only short part, is one end of a sentence of ``text``, and nothing is turned."""
    others = sum(count(part) < FEWEST for part in found) > 1 or all(count(part) < _SHORTEST for part in found)
    if others or not holds(text, found):
        return False
    stand, gaps = places(text, found), _left_out(text, found)
    if crumb == found[0]:
        at_end, gap = bool(_BEGINS.search(text[: stand[0][0]])), gaps[0]
    elif crumb == found[-1]:
        at_end, gap = crumb[-1:] in ".!?" or bool(_ENDS.match(text, stand[-1][1])), gaps[-1]
    else:
        return False
    denied = any(_NOT.search(word.strip(".,;:!?'")) for word in gap.casefold().split())
    return at_end and not denied and not _ENDS_SENTENCE.search(gap)


def _left_out(text: str, found: Sequence[str]) -> list[str]:
    """Return what stands between the parts ``found`` of the plain ``text``."""
    return [text[end:start] for (_, end), (start, _) in pairwise(places(text, found))]


def _parts_sentences(left_out: str) -> bool:
    """Tell whether a sentence goes on in the text ``left_out``, and another one goes on behind it."""
    ends = [each.end() for each in _ENDS_SENTENCE.finditer(left_out)]
    return bool(ends) and ends[0] > _SIGN and ends[-1] < len(_LABEL.sub("", left_out))


def _is_of_sentences(left_out: str) -> bool:
    """Tell whether nothing but whole sentences is left out in ``left_out``."""
    ends = [each.end() for each in _ENDS_SENTENCE.finditer(left_out)]
    return len(ends) > 1 and ends[0] <= _SIGN and ends[-1] >= len(_LABEL.sub("", left_out))


def _denied(left_out: str) -> str:
    """Return the word of denial that stands at one end of what is left out, or in it where it is short."""
    several = [word for word in left_out.casefold().split() if any(map(str.isalnum, word))]
    if not several:
        return ""
    near = several if len(several) <= FEWEST else [*several[:2], several[-1]]
    return next((found[0] for word in near if (found := _NOT.search(word.strip(".,;:!?'")))), "")
