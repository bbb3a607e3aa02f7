"""What is due, what failed and what waits, gathered from all rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.app.written import read_posts
from pipeline.model import DeliveryState, Kind, SendState

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from pipeline.app import App
    from pipeline.model import Delivery, EditionId, Handover, Post, Sending, Turn
    from pipeline.pull.subscriptions.health import FeedHealth
    from pipeline.store.troubles import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is due, what failed, and what waits."""

    feeds: tuple[FeedHealth, ...]
    shortlisted: int
    shortlisted_at: datetime | None
    drafts: Mapping[Path, int]
    posts: int
    broken: tuple[Path, ...]
    unbuilt: tuple[Path, ...]
    unapproved: tuple[str, ...]
    unsent: tuple[str, ...]
    readers: int
    waiting: tuple[Delivery, ...]
    sendings: tuple[Sending, ...]
    late: tuple[str, ...]
    returned: int
    cut_off: tuple[Handover, ...] = ()
    turns: tuple[Turn, ...] = ()
    service: str = ""
    troubles: tuple[Trouble, ...] = ()
    moved: tuple[str, datetime] | None = None


def status_of(app: App) -> Status:
    """Return what is due, what failed and what waits."""
    from pipeline.store import begun, handovers, moves, sends
    from pipeline.store import deliveries as ledger
    from pipeline.store import returns as kept_returns
    from pipeline.store import select as kept_stories
    from pipeline.store import send as kept_readers

    with app.store.reading() as connection:
        waiting = ledger.unfinished(connection)
        sendings = sends.sendings(connection, (SendState.SCHEDULED, SendState.RUNNING, SendState.PAUSED))
        handed = handovers.all_handovers(connection)
        known = begun.editions(connection)
        active = kept_readers.active_readers(connection, app.now)
        returned = kept_returns.count_waiting(connection)
        made_at, moved = kept_stories.shortlist_made_at(connection), moves.moved_to(connection)
    read, broken = read_posts(app.settings.content, posts.POSTS)
    held = app.kept_back(read)
    drafts, _ = read_posts(app.settings.content, posts.DRAFTS)
    return Status(
        feeds=app.feeds.healths(),
        shortlisted=len(app.stories.shortlist()),
        shortlisted_at=made_at,
        drafts={path: sum(found.accepted is None for found in app.check(path)) for path in app.drafts()},
        posts=len(read) + len(broken),
        broken=broken,
        unbuilt=tuple(path for path in app.unbuilt() if path not in held),
        unapproved=tuple(path.stem for path in app.unapproved(each.path for each in (*read, *drafts))),
        unsent=tuple(_unsent(read, known)),
        readers=active,
        waiting=waiting,
        sendings=sendings,
        late=tuple(each.edition for each in app.letters.due().late),
        returned=returned,
        cut_off=tuple(each for each in handed if each.state is DeliveryState.CLAIMED),
        turns=app.network.turns(),
        service=app.network.service_reminder(),
        troubles=troubles_of(app),
        moved=moved,
    )


def _unsent(read: Iterable[Post], known: Container[EditionId]) -> Iterator[str]:
    """Yield the names of editions whose delivery was never begun."""
    for post in read:
        if post.kind is Kind.EDITION and posts.edition_of(post) not in known:
            yield post.path.stem


def troubles_of(app: App) -> tuple[Trouble, ...]:
    """Return what a worker could not do, and why."""
    from pipeline.store.troubles import all_troubles

    with app.store.reading() as connection:
        return all_troubles(connection, app.now)
