"""What a post shows: its links and quotations as Python-Markdown sees them, which makes the site, feeds and letters.

``takes`` and ``links`` read CommonMark, because its parser knows lines. The two do not agree on everything (blocks of
``!!!``, footnotes, addresses with spaces), and what is published is what counts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from itertools import accumulate
from typing import Final

from pipeline.html import markdown_to_html

_INLINE: Final = frozenset(
    "a abbr b bdi bdo br cite code data del dfn em font i img ins kbd mark q s samp small span strike strong sub sup "
    "time tt u var wbr".split()
)
"""What stands within a passage; every other element ends one and begins the next."""
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NOT_SAID: Final = frozenset({"pre", "script", "style", "template"})
_BOXES: Final = frozenset({"quote", "cite", "pullquote", "blockquote"})
"""Classes of the boxes (``!!! quote``) in which the site shows quotations."""
_QUOTATION_MARKS: Final = re.compile("[\"'‘’‚“”„«»‹›「」『』]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image: where it is, and the words in its place, None where nothing is said of them."""

    target: str
    alt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph, item, cell, heading or the words for an image, outside of quotations and blocks of code."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Targets of links and images, each with its line in the HTML from 1, and texts of quotations, in their order.

    ``passages`` is all else that is said, and ``images`` are those that the page shows.
    """

    targets: tuple[tuple[str, int], ...]
    quotations: tuple[str, ...]
    passages: tuple[Passage, ...]
    images: tuple[Image, ...]


@lru_cache(maxsize=8)  # a check asks for one text many times
def shown(body: str) -> Shown:
    """Return what the Markdown ``body`` shows."""
    return shown_by(markdown_to_html(body))


def shown_by(html: str) -> Shown:
    """Return what ``html`` shows."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Shown(
        targets=tuple(reader.targets),
        quotations=tuple(reader.quotations),
        passages=tuple(reader.said()),
        images=tuple(reader.images),
    )


def passages(body: str) -> tuple[Passage, ...]:
    """Return what the Markdown ``body`` says outside of quotations and blocks of code, as the site shows it."""
    return shown(body).passages


def images(body: str) -> tuple[Image, ...]:
    """Return the images that the Markdown ``body`` shows."""
    return shown(body).images


def words(text: str) -> str:
    """Return ``text`` as its words alone, so that two readings of it can be compared."""
    return " ".join(re.findall(r"[^\W_]+", text))


def line_with(text: str, body: str) -> int:
    """Return the line of ``body``, from 0, in which ``text`` begins, as far as its first words tell."""
    start = words(text).split()[:5]
    lines, starts = _lines(body)
    for many in range(len(start), 0, -1):
        at = lines.find(f" {' '.join(start[:many])} ")
        if at >= 0:
            return bisect_right(starts, at) - 1
    return 0


@lru_cache(maxsize=2)  # it is asked for each passage of a body
def _lines(body: str) -> tuple[str, tuple[int, ...]]:
    """Return the words of ``body``, a space on both sides of each line, and where in that each line begins."""
    lines = [f" {words(line)} \n" for line in body.split("\n")]
    return "".join(lines), tuple(accumulate(map(len, lines[:-1]), initial=0))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[tuple[str, int]] = []
        self.quotations: list[str] = []
        self.images: list[Image] = []
        self._passages: list[Passage] = []
        self._here = ""
        self._in: list[str] = []
        """The open elements among those that change what words in them are."""
        self._quoting: list[str] = []
        """The open elements that quote, and those like the innermost in it, so that their ends are told apart."""

    def said(self) -> list[Passage]:
        """Return the passages of all that was read."""
        self._end_passage()
        return self._passages

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where ``tag`` leads, and whether it begins a quotation or a passage."""
        values = dict(attrs)
        self.targets += [(values[name] or "", self.getpos()[0]) for name in ("href", "src") if name in values]
        if tag not in _INLINE:
            self._end_passage()
        if tag == "blockquote" or tag in self._quoting[-1:] or _BOXES & {*(values.get("class") or "").split()}:
            if not self._quoting:
                self.quotations.append("")
            self._quoting.append(tag)
        if tag in _NOT_SAID | _HEADINGS | {"code"}:
            self._in.append(tag)
        elif tag == "a":  # the signs of a footnote are no words
            self._in.append("note" if (values.get("class") or "").startswith("footnote-") else tag)
        if tag == "img":
            self._show(values)
        self._collect(f" {values.get('alt') or ''} ")
        self._here += " " * (tag == "br")

    def _show(self, values: dict[str, str | None]) -> None:
        alt = (values["alt"] or "") if "alt" in values else None
        self.images.append(Image(target=values.get("src") or "", alt=alt))
        if alt and not self._quoting:
            self._passages.append(Passage(text=alt))

    def handle_endtag(self, tag: str) -> None:
        """Note where a quotation or a passage ends."""
        if tag not in _INLINE:
            self._end_passage()
        if tag in self._quoting[-1:]:
            self._quoting.pop()
        if self._in and self._in[-1] in {tag, "note" if tag == "a" else tag}:
            self._in.pop()

    def handle_data(self, data: str) -> None:
        """Collect the text of a quotation or of a passage."""
        self._collect(data)
        if not self._quoting and not {*self._in} & {*_NOT_SAID, "note"}:
            self._here += _QUOTATION_MARKS.sub(" ", data) if "code" in self._in else data

    def _collect(self, data: str) -> None:
        if self._quoting:
            self.quotations[-1] += data

    def _end_passage(self) -> None:
        if text := " ".join(self._here.split()):
            self._passages.append(Passage(text=text, heading=bool(_HEADINGS & {*self._in})))
        self._here = ""
