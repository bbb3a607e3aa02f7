"""Colours as CSS names them, and how well one is read on another (WCAG 2.2)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_FUNCTION: Final = re.compile(r"rgba?\(([^()]*)\)")
_NUMBER: Final = re.compile(r"(-?[\d.]+)(%?)")
_LEAST: Final = 3
"""Numbers of a colour without its opacity."""
_NEARLY_BLACK: Final = 0.04045
"""Up to here sRGB is a straight line."""


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255, and how much it covers, from 0 to 1."""

    red: float
    green: float
    blue: float
    cover: float = 1.0

    def over(self, other: Colour) -> Colour:
        """Return what is seen where this colour lies on ``other``, which covers all."""
        mixed = [self.cover * mine + (1 - self.cover) * its for mine, its in zip(self[:3], other[:3], strict=True)]
        return Colour(*mixed)

    def luminance(self) -> float:
        """Return the relative luminance, from 0 for black to 1 for white."""
        red, green, blue = map(_linear, self[:3])
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def named(self) -> str:
        """Return the colour as #rrggbb."""
        return "#" + "".join(f"{round(part):02x}" for part in self[:3])


BLACK: Final = Colour(0, 0, 0)
WHITE: Final = Colour(255, 255, 255)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((one.luminance(), other.luminance()))
    return (lighter + 0.05) / (darker + 0.05)


def colour(text: str) -> Colour | None:
    """Return the colour that ``text`` names, or None where it names none that is known."""
    from PIL.ImageColor import getrgb

    text = text.strip().lower()
    if text == "transparent":
        return BLACK._replace(cover=0.0)
    if found := _FUNCTION.fullmatch(text):
        return _numbers(found[1])
    try:
        red, green, blue, *cover = getrgb(text)
    except ValueError:
        return None
    return Colour(red, green, blue, next((part / 255 for part in cover), 1.0))


def _numbers(text: str) -> Colour | None:
    """Return a colour of numbers, with commas or without (CSS Color 4)."""
    try:
        parts = [(float(number), sign) for number, sign in _NUMBER.findall(text)]
    except ValueError:
        return None
    if len(parts) < _LEAST:
        return None
    red, green, blue = (min(max(number * 255 / 100 if sign else number, 0.0), 255.0) for number, sign in parts[:3])
    cover = next((number / 100 if sign else number for number, sign in parts[3:]), 1.0)
    return Colour(red, green, blue, min(max(cover, 0.0), 1.0))


def _linear(part: float) -> float:
    share = part / 255
    return share / 12.92 if share <= _NEARLY_BLACK else ((share + 0.055) / 1.055) ** 2.4
