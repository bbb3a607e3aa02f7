"""``byline pull``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.cli.talk import app, change_in_words, counted, json_option, progress, report
from pipeline.errors import QuietError
from pipeline.model import ChangeKind, FeedState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import FeedOutcome, SafeUrl

_ASKED: Final = (FeedState.READ, FeedState.UNCHANGED, FeedState.FAILED)


@click.command()
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("--due", "only_due", is_flag=True, help="Ask only the feeds that are due, as a machine should.")
@click.option("--any", "any_will_do", is_flag=True, help="Make the exit code 1 only where every feed failed.")
@click.option(
    "--history",
    type=click.IntRange(0, 100),
    default=0,
    metavar="N",
    help="Read up to N earlier pages of each feed too, where it has them.",
)
@json_option
@click.pass_context
def pull(
    context: click.Context, urls: tuple[str, ...], *, only_due: bool, any_will_do: bool, history: int, as_json: bool
) -> int:
    """Fetch the feeds of byline.yml, or only those at URL, and keep what is new.

    Only what changed is fetched; what is known already is not stored again. A feed whose host asked to be left alone
    waits. A feed that cannot be read is named with its cause, stops none of the others, and makes the exit code 1.

    \b
    Example:
      byline pull
      byline pull --history 5 https://example.org/feed.xml
    """
    with app(context) as opened, progress("Pulling feeds", len(urls or opened.settings.pull.feeds)) as step:
        try:
            outcomes = opened.feeds.pull(lambda _outcome: step(), urls, only_due=only_due, history=history)
        except QuietError as quiet:
            report(_data(()), f"Nothing was pulled: {quiet}", as_json=as_json)
            return 0
    report(_data(outcomes), *_lines(outcomes), as_json=as_json)
    failed = [outcome.state is FeedState.FAILED for outcome in outcomes]
    return int(all(failed) if any_will_do else any(failed))


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
                "history": outcome.history,
                "moved_to": _moved_to(outcome),
                "changes": outcome.changes,
                "due_at": outcome.feed.due.at if outcome.feed.due else None,
            }
            for outcome in outcomes
        ],
        **_sums(outcomes),
    }


def _moved_to(outcome: FeedOutcome) -> SafeUrl | str | None:
    """Return where the publisher says that the feed is now, followed for good or not yet."""
    adopted = (change.after for change in outcome.changes if change.kind is ChangeKind.MOVED)
    return outcome.feed.move.to if outcome.feed.move else next(adopted, None)


def _sums(outcomes: Sequence[FeedOutcome]) -> dict[str, int]:
    states = [outcome.state for outcome in outcomes]
    sums = {str(state): states.count(state) for state in FeedState}
    return sums | {
        "new": sum(outcome.new for outcome in outcomes),
        "updated": sum(o.updated for o in outcomes),
    }


def _lines(outcomes: Sequence[FeedOutcome]) -> Iterator[str]:
    sums = _sums(outcomes)
    fared = ", ".join(f"{sums[state]} {state}" for state in FeedState if sums[state] or state in _ASKED)
    new = counted(sums["new"], "new entry", "new entries")
    yield f"{counted(len(outcomes), 'feed')}: {fared}. {new}, {sums['updated']} updated."
    for outcome in outcomes:
        yield from _lines_of(outcome)
    waiting = Counter(outcome.cause for outcome in outcomes if outcome.state is FeedState.WAITING)
    for cause, count in waiting.items():
        names = [_name(outcome) for outcome in outcomes if outcome.cause == cause]
        yield f"  waiting   {names[0]}{f' and {count - 1} more' if count > 1 else ''} {cause}"


def _lines_of(outcome: FeedOutcome) -> Iterator[str]:
    name = _name(outcome)
    if outcome.state is FeedState.FAILED:
        yield f"  failed    {name} {outcome.cause}"
        if outcome.feed.title:
            yield f"            {outcome.feed.url}"
    yield from (f"  repaired  {name}: {repair}" for repair in outcome.repairs)
    if outcome.history:
        yield f"  earlier   {name}: {outcome.history}"
    if outcome.feed.move and outcome.state in _ASKED:
        yield f"  moving    {name} says its address is now {outcome.feed.move.to}; believed if it goes on saying so"
    yield from (f"  changed   {name}: {change_in_words(change)}" for change in outcome.changes)


def _name(outcome: FeedOutcome) -> str:
    return outcome.feed.title or outcome.feed.url
