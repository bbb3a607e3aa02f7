"""The author's week: its steps, what waits in each, and what came of the weeks before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Step(StrEnum):
    """A part of the week's work, in the order in which they come."""

    TRIAGE = "triage"
    WRITE = "write"
    CHECK = "check"
    PUBLISH = "publish"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A time that was spent on a step; one that goes on has no end."""

    week: str
    step: Step
    began_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFacts:
    """What there is to plan a week from. ``week`` is its name by ISO 8601, as 2026-W48.

    ``undecided`` of the ``shortlisted`` stories were not looked at, ``picked`` are chosen and in no draft yet. Of each
    of the ``drafts``, by name, it is known how much the check finds. ``spent`` are minutes by step, ``before`` those of
    the last week in which there were any, with its ``takes_before``. ``people`` are sentences: whom to speak to, and
    why.
    """

    week: str
    shortlisted: int
    undecided: int
    picked: int
    drafts: Mapping[str, int]
    unapproved: tuple[str, ...]
    unbuilt: tuple[str, ...]
    unsent: tuple[str, ...]
    posts: tuple[str, ...]
    people: tuple[str, ...]
    touches: int
    service_due: bool
    spent: Mapping[Step, int]
    before: Mapping[Step, int]
    takes_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step with the minutes that it may take, what waits, and the command that does it."""

    step: Step
    minutes: int
    spent: int
    before: int | None
    waits: tuple[str, ...]
    command: str
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPlan:
    """A week's plan; ``next`` is the first step that is not done."""

    week: str
    minutes: int
    steps: tuple[PlannedStep, ...]
    next: Step | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """What came of a week."""

    week: str
    posts: int
    takes: int
    minutes: int
    readers: int
    touches: int
    service: int
