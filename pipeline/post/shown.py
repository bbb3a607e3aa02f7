"""What a post shows: its links and quotations as Python-Markdown sees them, which makes the site, feeds and letters.

``takes`` and ``links`` read CommonMark, because its parser knows lines. The two do not agree on everything (blocks of
``!!!``, footnotes, addresses with spaces), and what is published is what counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from pipeline.html import markdown_to_html


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Targets of links and images, each with its line in the HTML from 1, and texts of quotations, in their order."""

    targets: tuple[tuple[str, int], ...]
    quotations: tuple[str, ...]


def shown(body: str) -> Shown:
    """Return what the Markdown ``body`` shows."""
    return shown_by(markdown_to_html(body))


def shown_by(html: str) -> Shown:
    """Return what ``html`` shows."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Shown(targets=tuple(reader.targets), quotations=tuple(reader.quotations))


def words(text: str) -> str:
    """Return ``text`` as its words alone, so that two readings of it can be compared."""
    return " ".join(re.findall(r"[^\W_]+", text))


def line_with(text: str, body: str) -> int:
    """Return the line of ``body``, from 0, in which ``text`` begins, as far as its first words tell."""
    start = words(text).split()[:5]
    lines = [words(line).split() for line in body.split("\n")]
    for many in range(len(start), 0, -1):
        for number, line in enumerate(lines):
            if f" {' '.join(start[:many])} " in f" {' '.join(line)} ":
                return number
    return 0


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[tuple[str, int]] = []
        self.quotations: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where ``tag`` leads, and whether it begins a quotation."""
        values = dict(attrs)
        self.targets += [(values[name] or "", self.getpos()[0]) for name in ("href", "src") if name in values]
        if tag == "blockquote":
            self._depth += 1
            if self._depth == 1:
                self.quotations.append("")
        self.handle_data(f" {values.get('alt') or ''} ")

    def handle_endtag(self, tag: str) -> None:
        """Note where a quotation ends."""
        self._depth -= tag == "blockquote" and self._depth > 0

    def handle_data(self, data: str) -> None:
        """Collect the text of a quotation."""
        if self._depth:
            self.quotations[-1] += data
