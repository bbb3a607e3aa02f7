"""A story as a card of the desk: what stands on it, in words. Pure, from the shortlist and the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of, plain_text, sentences, shortened
from pipeline.model import Story
from pipeline.words import spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from pipeline.model import Entry, PlainText, RankedStory, Reason, SafeUrl

_SENTENCES: Final = 2
_NAMED: Final = 3
"""So many publishers besides the first are named; of more, the first two."""
_LONGEST: Final = 320
"""Characters of the opening: what the eye takes in before it decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report of a story, as a line."""

    id: int
    title: str
    publisher: PlainText
    link: SafeUrl | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the author sees of a story. ``choice`` is empty where nothing was chosen yet.

    ``publisher`` is that of the report shown, ``others`` names the rest; ``watched`` is empty where nobody watched is
    named.
    """

    id: int
    title: str
    link: SafeUrl | None
    publisher: PlainText
    others: str
    age: str
    watched: str
    opening: str
    reasons: tuple[Reason, ...]
    score: float
    topics: tuple[str, ...]
    choice: str
    written: str
    drafted: bool
    reports: tuple[Report, ...]


def cards(stories: Sequence[RankedStory], drafted: Collection[SafeUrl], now: datetime) -> list[Card]:
    """Return a card for each story; ``drafted`` are the links that drafts comment on."""
    return [_card(item, drafted, now) for item in stories]


def _card(item: RankedStory, drafted: Collection[SafeUrl], now: datetime) -> Card:
    lead = item.story.lead
    return Card(
        id=item.story.id,
        title=_title(lead),
        link=lead.link,
        publisher=lead.publisher,
        others=_others(item.story),
        age=_reported(item, now),
        watched=_watched(item.reasons),
        opening=_opening(lead),
        reasons=item.reasons,
        score=item.score,
        topics=item.topics,
        choice=item.choice or "",
        written=_written(item),
        drafted=any(entry.link in drafted for entry in item.story.entries),
        reports=tuple(_report(entry) for entry in item.story.entries),
    )


def _written(item: RankedStory) -> str:
    """Return what the author wrote about it, and whether there is news since."""
    if item.written is None:
        return ""
    said = "You wrote about this on" if item.is_spent else "Update to what you wrote on"
    return f"{said} {item.written.date}: “{item.written.title}”"


def _report(entry: Entry) -> Report:
    return Report(id=entry.id, title=_title(entry), publisher=entry.publisher, link=entry.link)


def _title(entry: Entry) -> str:
    return entry.title or f"From {entry.publisher or entry.link}"


def _others(story: Story) -> str:
    """Return who else reports it: by name, as far as these are few."""
    lead = story.lead
    rest = tuple(entry for entry in story.entries if (entry.host or entry.feed) != (lead.host or lead.feed))
    names = Story(id=story.id, entries=rest).publishers
    if len(names) <= _NAMED:
        return f"and {', '.join(names)}" if names else ""
    return f"and {', '.join(names[: _NAMED - 1])} and {len(names) - _NAMED + 1} more"


def _reported(item: RankedStory, now: datetime) -> str:
    """Return when a story was last reported, told as of now, whenever the shortlist was made."""
    dated = [entry.dated for entry in item.story.entries if entry.published]
    return age(max(dated), now) if dated else "undated"


def _watched(reasons: Sequence[Reason]) -> str:
    """Return which of those whom the author watches a story names."""
    said = next((reason.because for reason in reasons if reason.name == "watched"), "")
    names = said.removeprefix("it names ").removesuffix(", whom you watch")
    return f"watched: {names}" if names else ""


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago something was, in words."""
    span = now - moment
    return "just now" if span < timedelta(minutes=1) else f"{spoken(span)} ago"


def _opening(entry: Entry) -> PlainText:
    """Return the first sentences of a report."""
    told = (sentence for block in blocks_of(entry.content or entry.summary) for sentence in sentences(block))
    return shortened(
        plain_text(" ".join(sentence for sentence, _ in zip(told, range(_SENTENCES), strict=False))), _LONGEST
    )
