"""The week's plan: a pure rule from what waits, and from how long it took before, to steps that fit the hours given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.model import PlannedStep, Step, WeekPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model import WeekFacts

_SHARES: Final[Mapping[Step, float]] = {
    Step.TRIAGE: 0.2,
    Step.WRITE: 0.45,
    Step.CHECK: 0.1,
    Step.PUBLISH: 0.05,
    Step.PEOPLE: 0.2,
}
"""How the hours are shared out while nothing is known of how long a step takes."""
_TAKE: Final = 15
"""Minutes that a take needs, while nothing is known."""
_PERSON: Final = 4
"""Minutes that a note to one person needs."""


def plan_of(facts: WeekFacts, hours: float) -> WeekPlan:
    """Return the plan of a week in which the author gives it so many ``hours``."""
    minutes = _shared_out(facts.before, round(hours * 60))
    steps = tuple(
        PlannedStep(
            step=step,
            minutes=minutes[step],
            spent=facts.spent.get(step, 0),
            before=facts.before.get(step),
            waits=() if is_done else tuple(waits),
            command=command,
            is_done=is_done,
        )
        for step, waits, command, is_done in _steps(facts, minutes)
    )
    following = next((each.step for each in steps if not each.is_done), None)
    return WeekPlan(week=facts.week, minutes=sum(minutes.values()), steps=steps, next=following)


def _shared_out(before: Mapping[Step, int], minutes: int) -> dict[Step, int]:
    """Share ``minutes`` out by the usual shares, each moved half way to what the step took last time."""
    took = sum(before.values())
    weights = {step: (share + before.get(step, 0) / took) / 2 if took else share for step, share in _SHARES.items()}
    shared = {step: int(minutes * weight) for step, weight in weights.items()}
    shared[Step.WRITE] += minutes - sum(shared.values())
    return shared


def _steps(facts: WeekFacts, minutes: Mapping[Step, int]) -> Iterator[tuple[Step, list[str], str, bool]]:
    """Yield each step with what waits, its command, and whether it is done."""
    has_post = bool(facts.posts)
    yield Step.TRIAGE, _triage(facts), "byline pull && byline select", has_post or _is_triaged(facts)
    yield Step.WRITE, _write(facts, minutes[Step.WRITE]), "byline write", has_post and not facts.drafts
    yield Step.CHECK, _check(facts), "byline check", has_post and not facts.drafts and not facts.unapproved
    is_out = has_post and not facts.unbuilt and not facts.unsent
    yield Step.PUBLISH, _publish(facts), "byline publish && byline send POST", is_out
    fit = max(1, minutes[Step.PEOPLE] // _PERSON)
    is_done = not facts.people or facts.touches >= fit
    yield Step.PEOPLE, _people(facts, fit, minutes[Step.PEOPLE]), "byline connect", is_done


def _is_triaged(facts: WeekFacts) -> bool:
    return bool(facts.shortlisted and not facts.undecided)


def _triage(facts: WeekFacts) -> list[str]:
    if not facts.shortlisted:
        return ["there is no shortlist yet: `byline pull`, then `byline select`"]
    waits = [f"{_counted(facts.shortlisted, 'story', 'stories')} on the shortlist, {facts.undecided} not decided"]
    return [*waits, *([f"{facts.picked} picked, and in no draft yet"] if facts.picked else [])]


def _write(facts: WeekFacts, minutes: int) -> list[str]:
    written = facts.before.get(Step.WRITE, 0)
    each = max(1, round(written / facts.takes_before)) if facts.takes_before and written else _TAKE
    fit = max(1, minutes // each)
    waits = [f"{_counted(fit, 'take')} fit into {minutes} minutes, at {each} minutes each"]
    waits += [f"{name}: {_counted(found, 'finding')}" for name, found in facts.drafts.items()]
    return waits


def _check(facts: WeekFacts) -> list[str]:
    waits = [f"{name}: {_counted(found, 'finding')} to look at" for name, found in facts.drafts.items() if found]
    waits += [f"{name} passes: `byline write --publish {name}`" for name, found in facts.drafts.items() if not found]
    return [*waits, *(f"{name} waits for somebody to approve it" for name in facts.unapproved)]


def _publish(facts: WeekFacts) -> list[str]:
    waits = [f"{name} is not on the site yet" for name in facts.unbuilt]
    return [*waits, *(f"{name} was sent to nobody yet" for name in facts.unsent)]


def _people(facts: WeekFacts, fit: int, minutes: int) -> list[str]:
    left = fit - facts.touches
    waits = list(facts.people[:left])
    if len(facts.people) > left:
        waits.append(f"{len(facts.people) - left} more can wait: {fit} fit into {minutes} minutes")
    return [*waits, *(["a month went by without anything given: whom could you help?"] if facts.service_due else [])]


def _counted(many: int, one: str, more: str = "") -> str:
    return f"{many} {one if many == 1 else more or one + 's'}"
