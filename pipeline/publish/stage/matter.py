"""A page of the author's and the facts that go with it to one Markdown file that every engine reads alike.

Front matter is written anew, each value as JSON, which is YAML of the plainest kind: whatever the author or a feed
wrote there, a day, a tab or a colon, means the same to every parser. The text below it stays as it is.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import yaml

from pipeline import yamltext

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTS: Final = "facts"
"""The name in the front matter of all that Byline tells the templates."""
_MATTER: Final = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_UNPRINTED: Final = re.compile("[\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u2028\u2029]")
"""What JSON allows as it is, and YAML does not."""


def split(text: str) -> tuple[dict[str, Any], str] | None:
    """Return the front matter of a page of the author's and the text below; None where it is none that can be read.

    The engine then sees the page as the author wrote it, and says what it thinks of it.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _MATTER.match(plain)
    if found is None:
        return None if plain.startswith("---") or re.match(r"[\w-]+:", plain) else ({}, plain)
    try:
        matter = yamltext.parse(found[1] or "")
    except yaml.YAMLError:
        return None
    return (
        (matter, plain[found.end() :]) if isinstance(matter, dict) else (None if matter else ({}, plain[found.end() :]))
    )


def joined(matter: Mapping[str, Any], body: str) -> str:
    """Return a page of ``matter`` and ``body``."""
    lines = "".join(f"{_json(str(name))}: {_json(value)}\n" for name, value in matter.items())
    return f"---\n{lines}---\n{body}"


def _json(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=_as_text, skipkeys=True)
    except (ValueError, RecursionError):  # it holds itself, as anchors of YAML can have it
        text = '""'
    return _UNPRINTED.sub(lambda found: _escaped(found[0]), text)


def _escaped(letter: str) -> str:
    half = "\ud800" <= letter <= "\udfff"  # of a pair that is not there
    return "\ufffd" if half else f"\\u{ord(letter):04x}"


def _as_text(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else str(value)
