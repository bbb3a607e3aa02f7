"""``byline week``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pipeline.cli.talk import app, counted, json_option, moment, report, write_file
from pipeline.model import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.app import App
    from pipeline.model import PlannedStep, WeekFigures, WeekPlan


@click.command()
@click.option(
    "--begin",
    type=click.Choice([step.value for step in Step]),
    help="Note that this step is begun; the one before is left.",
)
@click.option("--leave", is_flag=True, help="Note that you leave it for now; it can be taken up again.")
@click.option("--go", is_flag=True, help="Begin the next step, and open the desk where it is done, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=8010, show_default=True, help="The port of the desk.")
@click.option("--no-browser", is_flag=True, help="Only print the address of the desk, and open no browser.")
@click.option(
    "--ics", type=click.Path(dir_okay=False), help="Write the week as an event for your calendar into this file."
)
@json_option
@click.pass_context
def week(
    context: click.Context,
    begin: str | None,
    ics: str | None,
    port: int,
    *,
    leave: bool,
    go: bool,
    no_browser: bool,
    as_json: bool,
) -> int:
    """Say what the week holds: what waits, whom to speak to, and how it fits into the hours you give.

    How long each step takes is written down when you begin and leave it, and the next plan knows it. Nothing is done
    by itself.

    \b
    Example:
      byline week
      byline week --go
      byline week --ics week.ics
    """
    with app(context) as opened:
        if ics:
            return _calendar(opened, ics, as_json=as_json)
        if begin:
            opened.week.begin(Step(begin))
        if leave:
            opened.week.leave()
        if go:
            _at_the_desk(context, opened, port, no_browser=no_browser)
        plan, figures = opened.week.plan(), opened.week.figures()
    report({"plan": plan, "weeks": figures}, *_lines(plan, figures[-1]), as_json=as_json)
    return 0


def _at_the_desk(context: click.Context, opened: App, port: int, *, no_browser: bool) -> None:
    """Begin what is next, and serve the desk until interrupted."""
    from pipeline.desk import desk
    from pipeline.desk.week import PLACES

    following = opened.week.plan().next
    if following:
        opened.week.begin(following)
    place = PLACES[following] if following else "/week"

    def tell(address: str) -> None:
        there = f"{address}&then={place}"
        click.echo(f"The desk is at {there} until you press Ctrl-C.")
        if not no_browser:
            click.launch(there)

    fixed = moment(context) if context.obj["now"] else None
    try:
        desk(opened, port, lambda: fixed or datetime.now(UTC), tell)
    finally:
        opened.at(fixed or datetime.now(UTC)).week.leave()


def _calendar(opened: App, file: str, *, as_json: bool) -> int:
    from pathlib import Path

    from pipeline.connect.calendar import event

    settings = opened.settings
    text = event(settings.connect, settings.site.site_name, settings.site.site_url, opened.now)
    write_file(Path(file), text.encode())
    report({"file": file}, f"{file} holds your week; open it with your calendar.", as_json=as_json)
    return 0


def _lines(plan: WeekPlan, figures: WeekFigures) -> Iterator[str]:
    yield f"Week {plan.week}, {plan.minutes / 60:g} hours"
    for step in plan.steps:
        yield from _step_lines(step, is_next=step.step == plan.next)
    done = [
        counted(figures.posts, "post"),
        counted(figures.takes, "take"),
        counted(figures.readers, "new reader"),
        counted(figures.touches, "person spoken to", "people spoken to"),
        counted(figures.service, "thing given", "things given"),
    ]
    yield f"So far: {', '.join(done)}, in {counted(figures.minutes, 'minute')}."
    if plan.next:
        yield "`byline week --go` begins what is next."


def _step_lines(step: PlannedStep, *, is_next: bool) -> Iterator[str]:
    mark = "done" if step.is_done else "next" if is_next else ""
    times = [f"{step.minutes} min"]
    times += [f"{step.spent} spent"] if step.spent else []
    times += [f"{step.before} last time"] if step.before is not None else []
    yield click.style(f"{mark:5}{step.step:9}{', '.join(times)}", bold=is_next)
    yield from (f"              {line}" for line in step.waits)
    if is_next:
        yield f"              {step.command}"
