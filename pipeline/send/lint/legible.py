"""Whether the words of a letter can be read: large enough, and of a colour that stands out from what is behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.send.lint.colours import contrast
from pipeline.send.lint.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.send.lint.boxes import Box
    from pipeline.send.lint.rules import LetterFinding

SMALLEST: Final = 14.0
LEAST: Final = 4.5
LEAST_LARGE: Final = 3.0
_LARGE: Final = 24.0
_LARGE_BOLD: Final = 14 * 4 / 3
"""Pixels from which WCAG calls text large: 18 points, or 14 if it is bold."""
_ROUNDING: Final = 0.01


def for_who_sees(seen: Sequence[Box]) -> Iterator[LetterFinding]:
    """Yield which words are small or pale. Where a picture is behind them, nobody can tell."""
    for box in seen:
        if box.is_hidden or not any(map(str.isalnum, box.text)):
            continue
        if box.size < SMALLEST - _ROUNDING:
            told = f"text of {box.size:.3g} px is hard to read on a phone"
            yield Rule.SMALL_TEXT.found(box.place, told, f"Let its font-size be {SMALLEST:.0f} px or more.")
        yield from _contrast(box)


def for_who_sees_in_the_dark(seen: Sequence[Box]) -> Iterator[LetterFinding]:
    """Yield which words are pale in the dark."""
    for box in seen:
        if not box.is_hidden and any(map(str.isalnum, box.text)):
            yield from _contrast(box, "in the dark, ")


def _contrast(box: Box, when: str = "") -> Iterator[LetterFinding]:
    if box.ground is None:
        return
    ink = box.ink.over(box.ground)
    found = contrast(ink, box.ground)
    is_large = box.size >= (_LARGE_BOLD if box.is_bold else _LARGE) - _ROUNDING
    if found >= LEAST:
        return
    told = f"{when}text of {ink.named()} on {box.ground.named()} has a contrast of {found:.2f}, and needs {LEAST}"
    rule = Rule.LOW_CONTRAST_LARGE if is_large and found >= LEAST_LARGE else Rule.LOW_CONTRAST
    yield rule.found(box.place, told, "Take a darker colour on a light ground, or a lighter one on a dark ground.")
