"""The author's colours for a card, out of the style sheet of the site: CSS in, four colours out.

What cannot be understood is passed over, colour by colour, and what could not be read on its paper is made readable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from PIL import ImageColor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Rgb: TypeAlias = tuple[int, int, int]

_LONGEST: Final = 1_000_000  # characters of a style sheet; what comes later is not looked at
_DEEPEST: Final = 8  # how often one property may stand for another
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_MARK: Final = re.compile(r"[{};]")
_DARK: Final = re.compile(r"slate|dark", re.IGNORECASE)
_STANDS_FOR: Final = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,(.*))?\)", re.DOTALL)
_FUNCTION: Final = re.compile(r"(rgb|hsl)a?\(([^()]*)\)", re.IGNORECASE)
_OPAQUE: Final = 255
_READABLE: Final = 4.5  # as the Web Content Accessibility Guidelines ask of text,
_VISIBLE: Final = 3.0  # and of large text and marks
_NEARLY_BLACK: Final = 0.03928  # below it a screen is linear
_BLACK: Final = (0, 0, 0)
_WHITE: Final = (255, 255, 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Four colours as ``#rrggbb``; the defaults are those of the site that `byline init` makes."""

    paper: str = "#fcfdfd"
    ink: str = "#16212b"
    quiet: str = "#52606c"
    accent: str = "#b0360b"


def palette_of(css: str) -> Palette:
    """Return the colours for light that ``--byline-paper`` and its like have in a style sheet."""
    said = dict(_properties(_COMMENT.sub(" ", css[:_LONGEST])))
    default = Palette()
    paper = _colour(said, "paper", _WHITE) or rgb(default.paper)
    ink = _colour(said, "ink", paper) or rgb(default.ink)
    quiet = _colour(said, "quiet", paper) or rgb(default.quiet)
    accent = _colour(said, "accent", paper) or rgb(default.accent)
    if contrast(ink, paper) < _READABLE:
        ink = max((_BLACK, _WHITE), key=lambda colour: contrast(colour, paper))
    quiet = quiet if contrast(quiet, paper) >= _READABLE else ink
    accent = accent if contrast(accent, paper) >= _VISIBLE else ink
    return Palette(paper=_hex(paper), ink=_hex(ink), quiet=_hex(quiet), accent=_hex(accent))


def rgb(colour: str) -> Rgb:
    """Return the three numbers of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast of two colours, from 1 to 21, as the Web Content Accessibility Guidelines define it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def blend(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Return ``one`` over ``other``, covering it by ``share``."""
    red, green, blue = (round(above * share + below * (1 - share)) for above, below in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    linear = [
        part / 12.92 if part <= _NEARLY_BLACK else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _properties(css: str) -> Iterator[tuple[str, str]]:
    """Yield the custom properties in their order, without those that stand in a rule for dark."""
    rules: list[str] = []
    start = 0
    for mark in _MARK.finditer(css):
        said = css[start : mark.start()].strip()
        start = mark.end()
        if mark[0] == "{":
            rules.append(said if len(rules) < _DEEPEST else "")
            continue
        name, colon, value = said.partition(":")
        if colon and name.strip().startswith("--") and not any(map(_DARK.search, rules)):
            yield name.strip(), value.replace("!important", "").strip()
        if mark[0] == "}" and rules:
            rules.pop()


def _colour(said: Mapping[str, str], name: str, behind: Rgb) -> Rgb | None:
    """Return what a property comes to, on what is behind it; None where it is no colour that we understand."""
    value = said.get(f"--byline-{name}", "")
    for _ in range(_DEEPEST):
        if value.lower().startswith("light-dark("):
            value = _first(value[len("light-dark(") :])
        elif found := _STANDS_FOR.fullmatch(value):
            value = said.get(found[1], (found[2] or "").strip())
        else:
            return _read(value, behind)
    return None


def _first(arguments: str) -> str:
    """Return what stands before the first comma that is inside no other brackets."""
    depth = 0
    for place, mark in enumerate(arguments):
        depth += (mark == "(") - (mark == ")")
        if depth < 0 or (mark == "," and not depth):
            return arguments[:place].strip()
    return ""


def _read(value: str, behind: Rgb) -> Rgb | None:
    """Return a colour in one of the usual notations."""
    if found := _FUNCTION.fullmatch(value):
        parts = found[2].replace("/", " ").replace(",", " ").split()
        alpha = _share(parts[3]) if len(parts) == 4 else 1.0  # noqa: PLR2004 - red, green, blue, alpha
        value = f"{found[1]}({','.join(parts[:3])})"
    else:
        alpha = 1.0
    try:
        red, green, blue, *more = (max(0, min(_OPAQUE, part)) for part in ImageColor.getrgb(value[:64]))
    except ValueError:
        return None
    return blend((red, green, blue), behind, more[0] / _OPAQUE if more else alpha)


def _share(text: str) -> float:
    """Return ``50%`` and ``0.5`` as a half; a share that is none covers everything."""
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return 1.0
    return min(1.0, max(0.0, share)) if share == share else 1.0  # noqa: PLR0124 - not a number
