"""One line in the fonts that show it: stretches of one face and direction, in the order in which they stand.

Text that runs to the left may stand in one that runs to the right, and the other way around: the direction of each
stretch is that of its letters, and what has none goes with what surrounds it, as Unicode's bidirectional rules have it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pipeline.publish.cards.faces import MEASURED_AT, Face, Typeface, at_size, face_of
from pipeline.publish.cards.glyphs import characters
from pipeline.publish.cards.letters import clusters, way_of
from pipeline.publish.cards.presentation import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.ImageDraw import ImageDraw

_LTR: Final = "ltr"
_RTL: Final = "rtl"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    text: str
    face: Face
    way: str

    def drawn(self) -> str:
        """Return the text as the engine of fonts is to have it."""
        return (
            self.text
            if self.face.shapes
            else in_order(self.text, self.way, characters(self.face.path, self.face.index))
        )

    def direction(self) -> str | None:
        return self.way if self.face.shapes else None  # the plain engine knows none

    def width(self, size: int) -> float:
        return at_size(self.face, size).getlength(self.drawn(), direction=self.direction())


def shown(text: str, faces: Typeface) -> str:
    """Return what some face has glyphs for."""
    if _in_first(text, faces):
        return text
    return " ".join("".join(found[1] for letter in clusters(text) if (found := face_of(letter, faces))).split(" "))


def _in_first(text: str, faces: Typeface) -> bool:
    """Tell whether the face that is asked first has all of a text, as in most titles; there may be no face at all."""
    return any(characters(face.path, face.index).issuperset(text) for face in faces.faces[:1])


@lru_cache(maxsize=16384)
def measured(text: str, faces: Typeface) -> float:
    """Return the width of a text in its own size."""
    return sum(run.width(MEASURED_AT) for run in _runs(text, faces, _LTR)) / MEASURED_AT


def write(draw: ImageDraw, line: str, faces: Typeface, size: int, at: tuple[int, int], way: str) -> None:
    """Draw a line on its baseline, from ``at`` to the right, or for ``rtl`` so that it ends there."""
    runs = [(run, run.width(size)) for run in _runs(line, faces, way)]
    left = at[0] if way == _LTR else at[0] - sum(width for _, width in runs)
    for run, width in runs:
        font = at_size(run.face, size)
        draw.text((left, at[1]), run.drawn(), fill=255, font=font, anchor="ls", direction=run.direction())
        left += width


def _runs(text: str, faces: Typeface, way: str) -> list[_Run]:
    """Return the stretches of a line from left to right."""
    if text.isascii() and way == _LTR and _in_first(text, faces):
        return [_Run(text=text, face=faces.faces[0], way=way)]
    letters = clusters(text)
    groups: list[list[_Run]] = []
    for letter, turned in zip(letters, _ways(letters, way), strict=True):
        found = face_of(letter, faces)
        if not found:
            continue
        if not groups or groups[-1][-1].way != turned:
            groups.append([])
        _add(groups[-1], *found, turned)
    ordered = groups if way == _LTR else groups[::-1]
    return [run for group in ordered for run in (group if group[0].way == _LTR else group[::-1])]


def _add(group: list[_Run], face: Face, letter: str, way: str) -> None:
    """Put a letter to the stretch before it where that is of its face, or may be."""
    last = group[-1] if group else None
    if last and (last.face == face or _goes_with(letter, last)):
        group[-1] = replace(last, text=last.text + letter)
    else:
        group.append(_Run(text=letter, face=face, way=way))


def _goes_with(mark: str, last: _Run) -> bool:
    """Tell whether a mark of no script is set in the face of the words before it; pictures have too wide a space."""
    is_free = not mark[0].isalpha() and mark in characters(last.face.path, last.face.index)
    return is_free and any(map(str.isalpha, last.text))


def _ways(letters: Sequence[str], base: str) -> list[str]:
    """Return the direction of each letter; digits go with what is before, other marks with both sides if they agree."""
    ways: list[str] = []
    strong = base
    for way in map(way_of, letters):
        strong = way if way in {_LTR, _RTL} else strong
        ways.append(strong if way else "")
    start = 0
    for alike, many in groupby(list(ways)):
        end = start + len(list(many))
        if not alike:
            sides = {ways[start - 1] if start else base, ways[end] if end < len(ways) else base}
            ways[start:end] = [sides.pop() if len(sides) == 1 else base] * (end - start)
        start = end
    return ways
