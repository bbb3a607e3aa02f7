"""What an answer teaches: a feed and what came of asking it, to the feed as it is remembered from now on.

Pure rules. Each gives an outcome whose ``feed`` holds all that the store keeps for the next time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.html import plain_text
from pipeline.model import Change, ChangeKind, FeedOutcome, FeedState, Unreadable
from pipeline.pull import moves, schedule
from pipeline.pull.fetched import fetched
from pipeline.pull.headers import fresh_until
from pipeline.pull.statuses import status_in_words
from pipeline.words import moment_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.model import Due, Feed, ParsedEntry, ParsedFeed, SafeUrl
    from pipeline.pull.fetched import Fetched
    from pipeline.web import Answer

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


def spared(feed: Feed, wait: Due | None, now: datetime, *, only_due: bool) -> FeedOutcome | None:
    """Return the outcome of a feed that is not to be asked ``now``, or None; ``wait`` is its host's wish."""
    if feed.paused:
        return waiting(feed, f"is paused: it {feed.paused}; `byline feeds undo` has it asked again")
    if wait is not None and wait.is_to_come(now):
        return waiting(feed, f"is left alone until {moment_in_words(wait.at)}: {wait.because}")
    if only_due and feed.due is not None and feed.due.is_to_come(now):
        cause = f"is not due before {moment_in_words(feed.due.at)}, {feed.due.because}"
        return FeedOutcome(feed=feed, state=FeedState.RESTING, cause=cause)
    return None


def waiting(feed: Feed, cause: str) -> FeedOutcome:
    """Return the outcome of a feed that may not be asked."""
    return FeedOutcome(feed=feed, state=FeedState.WAITING, cause=cause)


def answered(feed: Feed, answer: Answer, now: datetime, *, asked_if: bool, whole: bool) -> Fetched | FeedOutcome:
    """Return the body in ``answer``, or the outcome where there is none to read.

    ``asked_if`` tells whether it was asked for only if it changed, ``whole`` whether it is wanted even if it did not.
    """
    if answer.status == HTTPStatus.NOT_MODIFIED:
        if not asked_if:
            return failed(feed, "says that nothing has changed (304), though it was asked for the whole")
        return unchanged(feed, answer.headers, answer.moved_to, now)
    body = fetched(answer)
    if isinstance(body, Unreadable):
        return refused(feed, answer)
    return same(feed, body, now) if body.body_hash == feed.body_hash and not whole else body


def refused(feed: Feed, answer: Answer) -> FeedOutcome:
    """Return the outcome of an answer without a feed: one that is gone, and not only on a detour, is paused."""
    said = status_in_words(answer.status)
    outcome = failed(feed, str(said))
    if answer.status != HTTPStatus.GONE or answer.detoured:
        return outcome
    change = Change(kind=ChangeKind.PAUSED, before="", after=said.what)
    return replace(outcome, feed=replace(outcome.feed, paused=said.what), changes=(change,))


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
    """Return the outcome of a body that cannot be read; it need not come again, but a part of it must, as the whole."""
    known = replace(feed, whole_at=None) if fetched.partial else _with_validators(feed, fetched, now)
    return failed(replace(known, broken=cause), cause)


def read(feed: Feed, fetched: Fetched, parsed: ParsedFeed, now: datetime) -> FeedOutcome:
    """Return the outcome of a body that was read. The author's title for a feed comes before its own."""
    own_title = parsed.title or feed.own_title
    gap = None if fetched.partial else schedule.usual_gap((one.published or one.updated for one in parsed.entries), now)
    known = replace(
        _with_validators(feed, fetched, now),
        title=feed.title or own_title or plain_text(urlsplit(feed.url).hostname or feed.url),
        own_title=own_title,
        site=parsed.link or feed.site,
        broken=None,
        repairs=parsed.repairs,
        rhythm=parsed.rhythm,
        gap=gap or feed.gap,
    )
    outcome = _well(known, FeedState.READ, fetched.moved_to, now)
    return replace(outcome, fresh_until=fresh_until(fetched.headers, now))


def planned(outcome: FeedOutcome, wait: Due | None, now: datetime, dice: float) -> FeedOutcome:
    """Return ``outcome`` with the time at which its feed, just asked, is due again; ``wait`` is its host's wish."""
    due = schedule.due(outcome.feed, outcome.fresh_until, now, dice)
    if wait is not None and wait.at > due.at:
        due = wait
    return replace(outcome, feed=replace(outcome.feed, checked_at=now, due=due))


def _well(feed: Feed, state: FeedState, moved_to: SafeUrl | None, now: datetime) -> FeedOutcome:
    known, changes = moves.after_answer(feed, moved_to, now)
    return FeedOutcome(feed=replace(known, failures=0, error=None, read_at=now), state=state, changes=changes)


def _with_validators(feed: Feed, fetched: Fetched, now: datetime) -> Feed:
    """Return ``feed`` with the validators as they came. Of a partial body the hash tells nothing."""
    return replace(
        feed,
        answered_at=fetched.url,
        etag=_validator(fetched.headers, "ETag"),
        last_modified=_validator(fetched.headers, "Last-Modified"),
        body_hash=feed.body_hash if fetched.partial else fetched.body_hash,
        whole_at=feed.whole_at if fetched.partial else now,
    )


def _validator(headers: Mapping[str, str], name: str) -> str | None:
    """Return a validator as it came; one that could not be sent back as it came is of no use."""
    value = headers.get(name, "")
    return value if value and value.isprintable() else None
