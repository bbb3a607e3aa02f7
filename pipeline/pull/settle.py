"""What an answer teaches: a feed and what came of asking it, to the feed as it is remembered from now on.

Pure rules. Each gives an outcome whose ``feed`` holds all that the store keeps for the next time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.html import plain_text
from pipeline.model import Change, ChangeKind, Due, FeedOutcome, FeedState
from pipeline.pull import moves, schedule
from pipeline.pull.headers import fresh_until, retry_at
from pipeline.pull.statuses import status_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.model import Feed, ParsedEntry, ParsedFeed, SafeUrl
    from pipeline.pull.fetched import Fetched

_GONE: Final = 410
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_A_DAY: Final = timedelta(days=1)


def sensibly_dated(entry: ParsedEntry, now: datetime) -> ParsedEntry:
    """Return ``entry`` without a date that lies more than a day ahead; how the publisher wrote it is kept."""
    latest = now + _A_DAY
    if (entry.published or now) <= latest and (entry.updated or now) <= latest:
        return entry
    return replace(
        entry,
        published=entry.published if entry.published and entry.published <= latest else None,
        updated=entry.updated if entry.updated and entry.updated <= latest else None,
    )


def failed(feed: Feed, cause: str) -> FeedOutcome:
    """Return the outcome of a feed that could not be had."""
    return FeedOutcome(feed=replace(feed, failures=feed.failures + 1, error=cause), state=FeedState.FAILED, cause=cause)


def waiting(feed: Feed, cause: str) -> FeedOutcome:
    """Return the outcome of a feed that was not asked."""
    return FeedOutcome(feed=feed, state=FeedState.WAITING, cause=cause)


def refused(feed: Feed, status: int, headers: Mapping[str, str], now: datetime) -> FeedOutcome:
    """Return the outcome of an answer without a feed: one that is gone is paused, one that is busy is left alone."""
    outcome = failed(feed, status_in_words(status))
    if status == _GONE:
        change = Change(kind=ChangeKind.PAUSED, before="", after=status_in_words(status))
        return replace(outcome, feed=replace(outcome.feed, paused=change.after), changes=(change,))
    if status in {_TOO_MANY, _UNAVAILABLE}:
        at = retry_at(headers, now)
        return replace(outcome, wait=Due(at=at, because=f"its host asks for that ({status})") if at else None)
    return outcome


def unchanged(feed: Feed, headers: Mapping[str, str], moved_to: SafeUrl | None, now: datetime) -> FeedOutcome:
    """Return the outcome of an answer that says that nothing is new (304); it may bring new validators."""
    etag, last_modified = _validator(headers, "ETag"), _validator(headers, "Last-Modified")
    known = replace(feed, etag=etag or feed.etag, last_modified=last_modified or feed.last_modified)
    if feed.broken:  # and broken it still is
        return failed(known, feed.broken)
    return replace(_well(known, FeedState.UNCHANGED, moved_to, now), fresh_until=fresh_until(headers, now))


def same(feed: Feed, fetched: Fetched, now: datetime) -> FeedOutcome:
    """Return the outcome of a body that is byte for byte the one that is known."""
    return unchanged(_with_validators(feed, fetched, now), fetched.headers, fetched.moved_to, now)


def broken(feed: Feed, fetched: Fetched, cause: str, now: datetime) -> FeedOutcome:
    """Return the outcome of a body that cannot be read; the validators are kept, as it need not come again."""
    return failed(replace(_with_validators(feed, fetched, now), broken=cause), cause)


def read(feed: Feed, fetched: Fetched, parsed: ParsedFeed, now: datetime) -> FeedOutcome:
    """Return the outcome of a body that was read. The author's title for a feed comes before its own."""
    own_title = parsed.title or feed.own_title
    dates = [entry.published or entry.updated for entry in parsed.entries]
    known = replace(
        _with_validators(feed, fetched, now),
        title=feed.title or own_title or plain_text(urlsplit(feed.url).hostname or feed.url),
        own_title=own_title,
        site=parsed.link or feed.site,
        broken=None,
        repairs=parsed.repairs,
        rhythm=parsed.rhythm,
        gap=schedule.usual_gap(dates, now) or feed.gap,
    )
    outcome = _well(known, FeedState.READ, fetched.moved_to, now)
    return replace(outcome, fresh_until=fresh_until(fetched.headers, now))


def planned(outcome: FeedOutcome, now: datetime, dice: float) -> FeedOutcome:
    """Return ``outcome`` with the time at which its feed, just asked, is due again."""
    due = schedule.due(outcome.feed, outcome.fresh_until, now, dice)
    if outcome.wait is not None and outcome.wait.at > due.at:
        due = outcome.wait
    return replace(outcome, feed=replace(outcome.feed, checked_at=now, due=due))


def _well(feed: Feed, state: FeedState, moved_to: SafeUrl | None, now: datetime) -> FeedOutcome:
    known, changes = moves.after_answer(feed, moved_to, now)
    return FeedOutcome(feed=replace(known, failures=0, error=None, read_at=now), state=state, changes=changes)


def _with_validators(feed: Feed, fetched: Fetched, now: datetime) -> Feed:
    """Return ``feed`` with the validators as they came. Of a partial body the hash tells nothing."""
    return replace(
        feed,
        etag=_validator(fetched.headers, "ETag"),
        last_modified=_validator(fetched.headers, "Last-Modified"),
        body_hash=feed.body_hash if fetched.partial else fetched.body_hash,
        whole_at=feed.whole_at if fetched.partial else now,
    )


def _validator(headers: Mapping[str, str], name: str) -> str | None:
    """Return a validator as it came; one that could not be sent back as it came is of no use."""
    value = headers.get(name, "")
    return value if value and value.isprintable() else None
