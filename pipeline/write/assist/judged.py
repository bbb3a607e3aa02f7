"""What speaks against a proposal: what a check would find in the post if it held it, and nowhere else. Pure rules."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pipeline.likeness import count, words
from pipeline.model import Wish
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import Finding, PlainText

_DENIALS: Final = frozenset(
    "not no never none nobody nothing neither nor without cannot hardly nicht nichts niemand nie kein keine keinen "
    "keiner ohne pas jamais sans sin nunca ni niet geen nooit zonder non mai senza não nem sem".split()
)
_OF_THE_WHOLE: Final = frozenset(
    {
        Rule.NO_WORDS,
        Rule.FEW_WORDS,
        Rule.NO_TEXT,
        Rule.NO_OPENING,
        Rule.NO_SUMMARY,
        Rule.UNUSUAL_LENGTH,
        Rule.ACCEPTED_FOR_NOTHING,
        Rule.ASSISTED_UNTOLD,
    }
)
"""What a post lacks as a whole is no fault of a proposal."""
_SAME: Final = 0.6
"""So much of the words of a tighter passage are those of the passage."""


def against(before: Sequence[Finding], after: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what a check finds in a post with a proposal in it (``after``), and did not find without (``before``)."""
    known = Counter((finding.rule, finding.reason) for finding in before)
    for finding in after:
        known[finding.rule, finding.reason] -= 1  # what is found once more than before is new
        if finding.rule not in _OF_THE_WHOLE and known[finding.rule, finding.reason] < 0:
            yield finding


def stray(wish: Wish, place: str, text: PlainText) -> str:
    """Return how a proposal to say ``place`` tighter says something else, or is none; empty where it is one."""
    if wish is not Wish.TIGHTER:
        return ""
    if count(text) >= count(place):
        return "it is not shorter than your passage"
    mine, theirs = Counter(words(text)), Counter(words(place))
    if (mine & theirs).total() < _SAME * mine.total():
        return "it says something else than your passage"
    lost, gained = _denials(place) - _denials(text), _denials(text) - _denials(place)
    if lost.total() > gained.total():
        return f"it leaves out “{_as_said(lost, place)}”, which turns your passage"
    return f"it adds “{_as_said(gained, text)}”, which turns your passage" if gained.total() > lost.total() else ""


def _denials(text: str) -> Counter[str]:
    return Counter(denial for word in words(text) if (denial := _denial(word)))


def _denial(word: str) -> str:
    """Return what ``word`` says, if it is a denial: can't says not."""
    if word == "cannot" or word.endswith("n't"):
        return "not"
    return word if word in _DENIALS else ""


def _as_said(denials: Counter[str], text: str) -> str:
    return next(word for word in words(text) if denials[_denial(word)])
