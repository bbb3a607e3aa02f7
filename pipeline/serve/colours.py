"""The author's colours for pages of the service, out of the style sheets of the site: CSS in, CSS out.

Only what is a plain colour is taken, so that nothing else of a style sheet comes along.
"""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 1_000_000
_COLOUR: Final = r"#[0-9a-fA-F]{3,8}"
_PROPERTY: Final = re.compile(
    rf"--byline-([a-z]{{1,20}}):\s{{0,9}}(?:light-dark\(\s{{0,9}}({_COLOUR})\s{{0,9}},\s{{0,9}}({_COLOUR})\s{{0,9}}\)|({_COLOUR}))"
    r"\s{0,9}[;}]"
)
_DEFAULTS: Final = {
    "paper": ("#fcfdfd", "#11181d"),
    "panel": ("#f0f4f5", "#1a2329"),
    "line": ("#d5dde1", "#2c3840"),
    "ink": ("#16212b", "#e4e9ec"),
    "quiet": ("#52606c", "#9fadb7"),
    "accent": ("#b0360b", "#ff9c70"),
}


def colours(css: str) -> str:
    """Return the custom properties of the pages, for light and dark; what ``css`` does not say is as `init` has it."""
    said = dict(_DEFAULTS)
    for name, light, dark, both in _PROPERTY.findall(css[:_LONGEST]):
        if name in said:
            said[name] = (both or light, both or dark)
    return f":root{{{_line(said, 0)}}}@media(prefers-color-scheme:dark){{:root{{{_line(said, 1)}}}}}"


def _line(said: dict[str, tuple[str, str]], which: int) -> str:
    return "".join(f"--{name}:{pair[which]};" for name, pair in said.items())
