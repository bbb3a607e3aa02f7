"""What an engine warns of, in words for the author: which file of theirs, which line, and what is wrong with a link.

Engines see staged pages, whose lines are others than the author's, so a line is found by the link that stands in it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


class Link(NamedTuple):
    """A link that leads nowhere: the page that it stands on, as it is written there, and what is wrong with it."""

    page: str
    target: str
    problem: str


_NO_PAGE: Final = "leads to no page or file"
_NO_PART: Final = "leads to a part that is not there"
_SAID: Final = re.compile(
    r"Doc file '(?P<page>.+?)' contains an? (?:absolute |unrecognized relative )?link '(?P<target>.*?)'"
    r"(?:, but the target .* is (?P<no_page>not found)|, but .*(?P<no_part>anchor)|(?P<odd>))",
    re.DOTALL,
)
"""How MkDocs and ProperDocs say it."""
_POINTED: Final = re.compile(r"\W*\[ (?P<page>.+):(?P<line>\d+):(?P<column>\d+) \]\W*")
"""How Zensical points to a place of a staged page, in a line below what it says."""
_ENDS: Final = re.compile(r"[\s()<>\"']")


def in_words(warnings: Iterable[str], content: Path) -> Iterator[str]:
    """Yield what MkDocs or ProperDocs warns of; ``content`` is the folder of what the author wrote."""
    for warning in warnings:
        said = _SAID.match(warning)
        if said is None:
            yield warning
        else:
            odd = "is neither a page nor a whole address"
            problem = _NO_PAGE if said["no_page"] else _NO_PART if said["no_part"] else odd
            yield _told(Link(said["page"], said["target"], problem), content)


def pointed_to(lines: Sequence[str], staged: Path, content: Path) -> Iterator[str]:
    """Yield what Zensical warns of in the ``lines`` that it prints, of pages in the folder ``staged``."""
    for before, line in pairwise(lines):
        place = _POINTED.fullmatch(line)
        if place is None:
            continue
        problem = {"page does not exist": _NO_PAGE, "anchor does not exist": _NO_PART}.get(before, before)
        target = _at(staged / place["page"], int(place["line"]), int(place["column"]))
        yield _told(Link(place["page"], target, problem), content)


def _at(path: Path, line: int, column: int) -> str:
    """Return the target of the link that stands in a file around ``column`` of ``line``; both count from 1."""
    lines = _lines(path)
    text = lines[line - 1] if line <= len(lines) else ""
    before, after = text[: column - 1], text[column - 1 :]
    return _ENDS.split(before)[-1] + _ENDS.split(after)[0]


def _told(link: Link, content: Path) -> str:
    path = content / link.page
    number = next((number for number, line in enumerate(_lines(path), 1) if link.target in line), 0)
    place = f"{content.name}/{link.page}" if path.is_file() else link.page
    where = f"{place}:{number}" if number else place
    return f"{where}: the link {link.target} {link.problem}"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig", errors="replace").splitlines() if path.is_file() else []
