"""``byline connect log``, ``due``, ``snooze`` and ``leave-alone``."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.talk import app, command, json_option, report, wrapped
from pipeline.errors import UsageError
from pipeline.model import TouchKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import Turn


def day(said: str | None) -> date | None:
    """Return a day that the author typed. Raises ``UsageError`` where it is none."""
    if said is None:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise UsageError(f"{said!r} is no day; write it as 2026-11-23") from None


@click.command()
@click.argument("person")
@click.option("--kind", type=click.Choice([kind.value for kind in TouchKind]), required=True, help="How it was.")
@click.option("--about", default="", help="What it was about.")
@click.option("--link", default="", help="The story or post that it was about.")
@click.option("--on", metavar="DATE", help="The day it was, if not today.")
@json_option
@click.pass_context
def log(context: click.Context, person: str, kind: str, about: str, link: str, on: str | None, *, as_json: bool) -> int:
    """Note that you were in touch with somebody: from this day on, it is counted when it is their turn again.

    \b
    Example:
      byline connect log "Ana Ruiz" --kind call --about "the simulator at Hallum" --on 2026-11-20
    """
    with app(context) as opened:
        found = opened.network.find(person)
        touch = opened.network.log(str(found.id), TouchKind(kind), about=about, link=link, on=day(on))
    told = f"Noted: {touch.kind} with {found.name} on {touch.at:%Y-%m-%d}."
    report({"logged": touch, "name": found.name}, told, as_json=as_json)
    return 0


@click.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many to show at most.")
@json_option
@click.pass_context
def due(context: click.Context, limit: int, *, as_json: bool) -> int:
    """Say whose turn it is, and why; and who answered a letter, which you may log as a touch.

    \b
    Example:
      byline connect due
    """
    with app(context) as opened:
        turns, offered = opened.network.turns(), opened.network.offered()
    lines = []
    for turn in turns[:limit]:
        late = ", late" if turn.is_late else ""
        lines += [f"[{turn.person.id}] {turn.person.name}{late}", wrapped(turn.because, "    ")]
    if len(turns) > limit:
        lines.append(f"And {len(turns) - limit} more: --limit shows them.")
    lines += [] if turns else ["It is nobody's turn. How often to be in touch is said by connect.cadence, or --ideal."]
    for person, at in offered:
        words = command("connect", "log", str(person.id), "--kind", "reply", "--on", f"{at:%Y-%m-%d}")
        lines.append(f"{person.name} answered your letter on {at:%Y-%m-%d}: `{words}`")
    answered = [{"id": person.id, "name": person.name, "at": at} for person, at in offered]
    report({"due": [_data(turn) for turn in turns[:limit]], "answered": answered}, *lines, as_json=as_json)
    return 0


def _data(turn: Turn) -> Mapping[str, Any]:
    return {
        "id": turn.person.id,
        "name": turn.person.name,
        "occasion": turn.occasion,
        "because": turn.because,
        "days_over": turn.days_over,
        "is_late": turn.is_late,
    }


@click.command()
@click.argument("person")
@click.option("--days", type=click.IntRange(1, 3650), help="For how many days, from today.")
@click.option("--until", metavar="DATE", help="Until which day.")
@click.option("--off", is_flag=True, help="Take it back.")
@json_option
@click.pass_context
def snooze(
    context: click.Context, person: str, days: int | None, until: str | None, *, off: bool, as_json: bool
) -> int:
    """Let it not be somebody's turn for a while.

    \b
    Example:
      byline connect snooze "Ana Ruiz" --days 30
    """
    if (days is not None) + (until is not None) + off != 1:
        raise UsageError("say one of --days, --until and --off")
    with app(context) as opened:
        last = opened.now.date() + timedelta(days=days) if days else day(until)
        found = opened.network.snooze(person, last)
    told = f"It is not the turn of {found.name} before {last}." if last else f"{found.name} is snoozed no more."
    report({"name": found.name, "snoozed_until": found.snoozed_until}, told, as_json=as_json)
    return 0


@click.command("leave-alone")
@click.argument("person")
@click.option("--off", is_flag=True, help="Take it back.")
@json_option
@click.pass_context
def leave_alone(context: click.Context, person: str, *, off: bool, as_json: bool) -> int:
    """Let it never be somebody's turn again. They stay in your network, and in the news if you watch them.

    \b
    Example:
      byline connect leave-alone "Ana Ruiz"
    """
    with app(context) as opened:
        found = opened.network.leave_alone(person, leave=not off)
    told = f"It can be the turn of {found.name} again." if off else f"It is never the turn of {found.name} again."
    report({"name": found.name, "is_left_alone": found.is_left_alone}, told, as_json=as_json)
    return 0
