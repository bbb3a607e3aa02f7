"""The picture itself: 1,200 by 630 pixels in sixteen colours. Facts in, the bytes of a PNG out.

Each line of facts has a band of its own, which nothing leaves: so no letter, however tall or wide, touches the margins.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from pipeline.publish.cards.card import Card, Direction
from pipeline.publish.cards.colours import Palette, blend, rgb
from pipeline.publish.cards.faces import SHAPES, Typeface, face_of, typeface
from pipeline.publish.cards.letters import clean, clusters, reads_rightwards
from pipeline.publish.cards.line import measured, shown, write
from pipeline.publish.cards.png import png
from pipeline.publish.cards.wrap import Setting, Step, fit

if TYPE_CHECKING:
    from pathlib import Path

WIDTH: Final = 1200
HEIGHT: Final = 630
MARGIN: Final = 76
"""Pixels at each side that hold paper only."""
RULE: Final = 12
"""The height of the rule at the top, in the colour of links."""

_INSET: Final = 12  # for what hangs out of a line's box, as the ends of some letters do
_ROOM: Final = WIDTH - 2 * MARGIN - 2 * _INSET
_TITLE: Final = tuple(Step(size=size, lines=lines) for size, lines in ((100, 2), (86, 3), (76, 3), (66, 4), (54, 5)))
_NAME: Final = (Step(size=38, lines=1), Step(size=32, lines=1))
_SMALL: Final = (Step(size=29, lines=1), Step(size=25, lines=1))
_LEADING: Final = 1.15
_ASCENT: Final = 0.72  # the height of a capital above the baseline, of the size
_OVERHANG: Final = 0.5  # what a letter with marks may take above that, and below the baseline
_NAME_AT: Final = 94
_LINE_AT: Final = HEIGHT - 54
_TOPICS_ABOVE: Final = 36
_BETWEEN: Final = (140, 506)  # where topics and title stand
_INKS: Final = ((1, 7), (8, 4), (12, 4))  # where the colours of ink, of quiet and of links start, and their steps
_BITS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Band:
    """Lines of one size and colour, the first on its baseline."""

    setting: Setting
    faces: Typeface
    ink: int
    baseline: int


def draw(card: Card, palette: Palette, font: Path | None = None, *, shapes: bool = SHAPES) -> bytes:
    """Return a card as a PNG; the same facts give the same bytes. ``font`` is a file of the author's for the title.

    Without ``shapes`` no library joins and orders letters, as on machines that have none.
    Raises ``PublishError`` where that file is no font.
    """
    picture = Image.new("P", (WIDTH, HEIGHT), 0)
    start, steps = _INKS[2]
    picture.paste(start + steps - 1, (0, 0, WIDTH, RULE))
    rightwards = card.direction == Direction.LTR
    if card.direction == Direction.AUTO:
        rightwards = reads_rightwards(clean(card.title) or clean(card.site_name))
    for band in _bands(card, font, shapes=shapes):
        _put(picture, band, rightwards=rightwards)
    return png(picture.tobytes("raw", f"P;{_BITS}"), (WIDTH, HEIGHT), _BITS, bytes(_colours(palette)))


def unshown(card: Card, font: Path | None = None) -> str:
    """Return the letters of a title that no font has, each once; the picture goes without them."""
    faces = typeface(card.language, font, bold=True)
    return "".join(dict.fromkeys(letter for letter in clusters(clean(card.title)) if not face_of(letter, faces)))


def _bands(card: Card, font: Path | None, *, shapes: bool) -> list[_Band]:
    """Return what the card says, each thing at its height."""
    bold, small = (typeface(card.language, font, bold=bold, shapes=shapes) for bold in (True, False))
    name, title = shown(clean(card.site_name), bold), shown(clean(card.title), bold)
    if title in {"", name}:  # of a page that is no post, or no font has a letter of it
        name, title = "", name
    setting = _fit(title, bold, _TITLE)
    topics = shown(clean(card.topics), small)
    above = _TOPICS_ABOVE + _SMALL[0].size if topics else 0
    tall = round(setting.size * (_ASCENT + _LEADING * (len(setting.lines) - 1)))
    top = _BETWEEN[0] + (_BETWEEN[1] - _BETWEEN[0] - tall - above) // 2 + above
    bands = (
        _Band(setting=_fit(name, bold, _NAME), faces=bold, ink=0, baseline=_NAME_AT),
        _Band(setting=_fit(topics, small, _SMALL), faces=small, ink=2, baseline=top - _TOPICS_ABOVE),
        _Band(setting=setting, faces=bold, ink=0, baseline=top + round(setting.size * _ASCENT)),
        _Band(setting=_fit(shown(clean(card.line), small), small, _SMALL), faces=small, ink=1, baseline=_LINE_AT),
    )
    return [band for band in bands if band.setting.lines]


def _fit(text: str, faces: Typeface, steps: tuple[Step, ...]) -> Setting:
    return fit(text, lambda part: measured(part, faces), steps, _ROOM)


def _put(picture: Image.Image, band: _Band, *, rightwards: bool) -> None:
    """Draw the lines of a band in its colour; nothing else stands at their height."""
    lettered = _lettered_again if len(band.setting.lines) == 1 else _lettered
    if found := lettered(band.setting, band.faces, band.ink, rightwards=rightwards):
        shades, (left, top) = found
        picture.paste(shades, (MARGIN + left, band.baseline + top))


def _lettered(
    setting: Setting, faces: Typeface, ink: int, *, rightwards: bool
) -> tuple[Image.Image, tuple[int, int]] | None:
    """Return lines in the colours of an ink, and where they start, from the margin and from the first baseline."""
    size, leading = setting.size, _leading(setting.size)
    over = round(size * (_ASCENT + _OVERHANG))
    tall = over + leading * (len(setting.lines) - 1) + round(size * _OVERHANG)
    mask = Image.new("L", (WIDTH - 2 * MARGIN, tall))
    pen = ImageDraw.Draw(mask)
    left, way = (_INSET, "ltr") if rightwards else (_INSET + _ROOM, "rtl")
    for number, line in enumerate(setting.lines):
        write(pen, line, faces, size, (left, over + number * leading), way)
    box = mask.getbbox()
    return (mask.crop(box).point(_table(*_INKS[ink])), (box[0], box[1] - over)) if box else None


_lettered_again: Final = lru_cache(maxsize=256)(_lettered)
"""The same, for what stands on many cards: the name, a day, topics."""


def _leading(size: int) -> int:
    return round(size * _LEADING)


@lru_cache(maxsize=len(_INKS))
def _table(start: int, steps: int) -> bytes:
    """Return for each of 256 shades which colour it is in one ink; the lightest is paper."""
    levels = [round(shade * steps / 255) for shade in range(256)]
    return bytes(start + level - 1 if level else 0 for level in levels)


def _colours(palette: Palette) -> list[int]:
    """Return paper, and each ink in the steps of its edges."""
    paper = rgb(palette.paper)
    found = [paper]
    for (_, steps), colour in zip(_INKS, (palette.ink, palette.quiet, palette.accent), strict=True):
        found += [blend(rgb(colour), paper, (step + 1) / steps) for step in range(steps)]
    return [part for colour in found for part in colour]
