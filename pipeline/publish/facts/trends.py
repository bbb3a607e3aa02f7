"""Trends to the lines of a page: plain Markdown in which all that feeds say is shown as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.html import markdown_link, to_markdown
from pipeline.words import bars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import Entry, Trend

EXPLAINED: Final = (
    "What the headlines of my feeds say more often than before, and what they say less often: "
    "the last two weeks against the six weeks before."
)
NOTHING: Final = "Nothing rises or falls by more than chance at the moment."


def trend_lines(found: Sequence[Trend]) -> Iterator[str]:
    """Yield the lines that tell ``found``, rising ones first, each with its weeks and its latest headlines."""
    for heading, trends in (
        ("Rising", [trend for trend in found if trend.rise > 0]),
        ("Falling", [trend for trend in found if trend.rise < 0]),
    ):
        if trends:
            yield f"## {heading}\n"
            for trend in trends:
                yield from _told(trend)
            yield ""
    if not found:
        yield NOTHING


def _told(trend: Trend) -> Iterator[str]:
    lately = f"in {trend.lately} of {trend.of_lately} headlines of the last two weeks"
    weeks = f"{lately}, in {trend.before} of {trend.of_before} of the six before"
    yield f"- **{to_markdown(trend.term)}** {bars(trend.counts)} {weeks}"
    yield from (f"    - {_linked(entry)}" for entry in trend.examples)


def _linked(entry: Entry) -> str:
    title = markdown_link(entry.title, entry.link) if entry.link else to_markdown(entry.title)
    return f"{title} · {to_markdown(entry.publisher)}" if entry.publisher else title
