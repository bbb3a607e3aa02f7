"""``byline pull``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.talk import app, counted, json_option, progress, report
from pipeline.model import FeedState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import FeedOutcome


@click.command()
@json_option
@click.pass_context
def pull(context: click.Context, *, as_json: bool) -> int:
    """Fetch the feeds of byline.yml and keep what is new.

    Only what changed is fetched; what is known already is not stored again. A feed that cannot be read is named
    with its cause, stops none of the others, and makes the exit code 1.

    \b
    Example:
      byline pull
    """
    with app(context) as opened, progress("Pulling feeds", len(opened.settings.pull.feeds)) as step:
        outcomes = opened.pull(lambda _outcome: step())
    report(_data(outcomes), *_lines(outcomes), as_json=as_json)
    return int(any(outcome.state is FeedState.FAILED for outcome in outcomes))


def _data(outcomes: Sequence[FeedOutcome]) -> dict[str, Any]:
    return {
        "feeds": [
            {
                "url": outcome.feed.url,
                "title": outcome.feed.title,
                "state": outcome.state,
                "new": outcome.new,
                "updated": outcome.updated,
                "repairs": outcome.repairs,
                "cause": outcome.cause,
                "moved_to": outcome.moved_to,
            }
            for outcome in outcomes
        ],
        **_sums(outcomes),
    }


def _sums(outcomes: Sequence[FeedOutcome]) -> dict[str, int]:
    states = [outcome.state for outcome in outcomes]
    sums = {str(state): states.count(state) for state in FeedState}
    return sums | {
        "new": sum(outcome.new for outcome in outcomes),
        "updated": sum(o.updated for o in outcomes),
    }


def _lines(outcomes: Sequence[FeedOutcome]) -> list[str]:
    sums = _sums(outcomes)
    fared = ", ".join(f"{sums[state]} {state}" for state in FeedState)
    new = counted(sums["new"], "new entry", "new entries")
    lines = [f"{counted(len(outcomes), 'feed')}: {fared}. {new}, {sums['updated']} updated."]
    for outcome in outcomes:
        name = outcome.feed.title or outcome.feed.url
        if outcome.state is FeedState.FAILED:
            lines.append(f"  failed    {name} {outcome.cause}")
            lines += [f"            {outcome.feed.url}"] if outcome.feed.title else []
        lines += [f"  repaired  {name}: {repair}" for repair in outcome.repairs]
        if outcome.moved_to:
            lines.append(f"  moved     {name} says its address is now {outcome.moved_to}")
    return lines
