"""``byline status``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.app.ailments import in_words
from pipeline.cli.talk import app, counted, json_option, report, shown
from pipeline.model import DeliveryState, SendState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.app.standing import Status
    from pipeline.model import Delivery, Handover, Sending
    from pipeline.pull.subscriptions.health import FeedHealth
    from pipeline.store.troubles import Trouble


@click.command()
@json_option
@click.pass_context
def status(context: click.Context, *, as_json: bool) -> int:
    """Say what is due, what failed and what waits. The exit code is 1 where something failed.

    \b
    Example:
      byline status
    """
    with app(context) as opened:
        found = opened.status()
    failed = [health for health in found.feeds if health.error and not health.paused]
    uncertain = [each for each in found.waiting if each.state is DeliveryState.CLAIMED]
    data = {
        "feeds": found.feeds,
        "shortlisted": found.shortlisted,
        "shortlisted_at": found.shortlisted_at,
        "drafts": [{"path": path, "findings": count} for path, count in found.drafts.items()],
        "posts": found.posts,
        "broken": found.broken,
        "unbuilt": found.unbuilt,
        "unapproved": found.unapproved,
        "unsent": found.unsent,
        "readers": found.readers,
        "waiting": [_waiting_data(delivery) for delivery in found.waiting],
        "sends": [_sending_data(each, is_late=each.edition in found.late) for each in found.sendings],
        "returned": found.returned,
        "cut_off": [{"edition": each.edition, "to": each.way, "claimed_at": each.claimed_at} for each in found.cut_off],
        "turns": len(found.turns),
        "late_turns": sum(turn.is_late for turn in found.turns),
        "service": found.service,
        "troubles": [trouble._asdict() for trouble in found.troubles],
        "moved_to": found.moved[0] if found.moved else None,
    }
    sends = (*map(_sending, found.sendings), *_late(found.late), *_deliveries(found.waiting))
    sends += (*_network(found),)
    sends += (*_handovers(found.cut_off), *_returned(found.returned))
    sends += (*_troubles(found.troubles),)
    report(data, *_moved(found), *_feeds(found.feeds, failed), *_week(found), *sends, as_json=as_json)
    return int(
        bool(failed or uncertain or found.broken or found.late or found.cut_off or found.troubles or found.moved)
    )


def _moved(found: Status) -> Iterator[str]:
    if found.moved:
        place, at = found.moved
        yield f"Store      moved to {place} on {at:%Y-%m-%d}: nothing is written here. Set DATABASE_URL to that, or say"
        yield "           `byline store stay` if this one is to be used again"


def _network(found: Status) -> Iterator[str]:
    if found.turns:
        many = sum(turn.is_late for turn in found.turns)
        late = f", {many} of them late" if many else ""
        whom = counted(len(found.turns), "person", "people")
        yield f"People     {whom} to be in touch with{late}: `byline connect due`"
    if found.service:
        yield f"Service    {found.service}"


def _returned(waiting: int) -> Iterator[str]:
    if waiting:
        yield f"Inbox      {counted(waiting, 'mail')} to decide about: `byline inbox --waiting`"


def _waiting_data(delivery: Delivery) -> dict[str, str]:
    return {
        "edition": delivery.edition,
        "email": delivery.reader.email,
        "state": delivery.state,
        "message_id": delivery.message_id,
        "answer": delivery.answer,
    }


def _sending_data(sending: Sending, *, is_late: bool) -> dict[str, object]:
    due_at = sending.due_at
    return {
        "edition": sending.edition,
        "state": sending.state,
        "reason": sending.reason,
        "due_at": due_at,
        "is_late": is_late,
    }


def _sending(sending: Sending) -> str:
    name = sending.edition
    match sending.state:
        case SendState.SCHEDULED:
            return f"Send       {name} on {sending.due_at:%Y-%m-%d at %H:%M} UTC, by `byline send --due`"
        case SendState.PAUSED:
            return f"Send       {name} is paused: {sending.reason}. `byline send {name} --resume` goes on with it"
        case _ if sending.due_at:
            return f"Send       {name} goes on at {sending.due_at:%Y-%m-%d %H:%M} UTC, by `byline send {name}` or --due"
        case _:
            return f"Send       {name} is running, or was cut off: `byline send {name}` goes on with it"


def _late(editions: Sequence[str]) -> Iterator[str]:
    for name in editions:
        yield f"  late     {name} does not begin by itself any more: `byline send {name}`, or with --at anew"


def _feeds(feeds: Sequence[FeedHealth], failed: Sequence[FeedHealth]) -> Iterator[str]:
    last = max((health.checked_at for health in feeds if health.checked_at), default=None)
    pulled = f"last pulled {last:%Y-%m-%d %H:%M} UTC" if last else "not pulled yet: `byline pull`"
    yield f"Feeds      {len(feeds)}, {pulled}" if feeds else "Feeds      none yet: `byline feeds add URL`"
    yield from (f"  failed   {health.title or health.url} {health.error}" for health in failed)


def _week(found: Status) -> Iterator[str]:
    made = f", made {found.shortlisted_at:%Y-%m-%d %H:%M} UTC" if found.shortlisted_at else ": `byline select`"
    yield f"Shortlist  {counted(found.shortlisted, 'story', 'stories')}{made}"
    yield f"Drafts     {len(found.drafts)}"
    for path, count in found.drafts.items():
        ready = f"ready: `byline write --publish {path.stem}`"
        if path.stem in found.unapproved:
            ready = f"checked: `byline approve {path.stem}`"
        state = f"{counted(count, 'finding')}: `byline check {path.stem}`" if count else ready
        yield f"  {shown(path)}  {state}"
    yield f"Posts      {found.posts}"
    yield from (f"  broken   {shown(path)}: `byline check {path.stem}`" for path in found.broken)
    waiting = set(found.unapproved) - {path.stem for path in found.drafts}
    yield from (f"  not approved {name}: `byline approve {name}`" for name in sorted(waiting))
    if found.unbuilt:
        how = ", once all are approved" if waiting else ": `byline publish`"
        yield f"Site       {counted(len(found.unbuilt), 'post')} to build{how}"
    yield f"Readers    {found.readers}"
    planned = {each.edition for each in found.sendings}
    yield from (f"  not sent {name}: `byline send {name}`" for name in found.unsent if name not in planned)


def _deliveries(waiting: Sequence[Delivery]) -> Iterator[str]:
    for delivery in waiting:
        if delivery.state is DeliveryState.CLAIMED:
            state = f"uncertain, it may have arrived or not: see `byline send {delivery.edition} --uncertain`"
        elif delivery.state is DeliveryState.REFUSED:
            state = f"refused: {delivery.answer}"
        else:
            state = f"put off ({delivery.answer}): the next `byline send {delivery.edition}` tries again"
        yield f"Delivery   {delivery.edition} to {delivery.reader.email}: {state}"


def _handovers(cut_off: Sequence[Handover]) -> Iterator[str]:
    for each in cut_off:
        yield (
            f"Edition    {each.edition} to {each.way}: uncertain, it may be there or not: `byline send {each.edition}` "
            "looks there first"
        )


def _troubles(troubles: Sequence[Trouble]) -> Iterator[str]:
    for each in troubles:
        yield f"Worker     cannot {in_words(each.duty)}, since {each.since:%Y-%m-%d %H:%M} UTC: {each.said}"
