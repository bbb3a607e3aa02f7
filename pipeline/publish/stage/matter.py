"""A page of the author's and the facts that go with it to one Markdown file that every engine reads alike.

Front matter is written anew, each value as JSON, which is YAML of the plainest kind: whatever the author or a feed
wrote there, a day, a tab or a colon, means the same to every parser. The text below it stays as it is.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from pipeline import faults, yamltext

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTS: Final = "facts"
"""The name in the front matter of all that Byline tells the templates."""
_MATTER: Final = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_UNPRINTED: Final = re.compile("[\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u2028\u2029]")
"""What JSON allows as it is, and YAML does not."""


class Parts(NamedTuple):
    """The front matter of a page of the author's and the text below; and the line where it cannot be read, and why.

    Front matter that cannot be read never gets to the engine: there it would be taken for what Byline says of a page.
    """

    matter: dict[str, Any]
    body: str
    problem: tuple[int, str] | None = None


def split(text: str) -> Parts:
    """Return the parts of a page of the author's."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _MATTER.match(plain)
    if found is None:
        return Parts({}, plain, _unfenced(plain))
    body = plain[found.end() :]
    inside = f"\n{found[1] or ''}"  # so that lines are those of the file
    try:
        matter = yamltext.parse(inside) or {}
    except yaml.YAMLError as error:
        line, reason = faults.of_yaml(error, inside)
        return Parts({}, body, (line, f"{reason}; until then the page is without its front matter"))
    if not isinstance(matter, dict):
        return Parts({}, body, (1, "the front matter is not lines of `name: value`, so it is left out"))
    return Parts(matter, body)


def _unfenced(plain: str) -> tuple[int, str] | None:
    """Return what is wrong with a page that begins as front matter does, and has none."""
    if re.match(r"---[ \t]*\n[\w-]+:", plain):
        return 1, "the front matter is not closed, and stands on the page as text; write --- below its last line"
    if re.match(r"[\w-]+:[ \t]", plain):
        return 1, "what looks like front matter stands on the page as text; write --- above and below it"
    return None


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
