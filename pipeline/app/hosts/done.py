"""What a run did at a code host, for people in a sentence and for programs in parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Came(StrEnum):
    """What came of what was asked of a code host."""

    NOTHING = "nothing"
    PROPOSED = "proposed"
    THERE = "there already"
    COMMENTED = "commented"
    CHANGED = "changed"
    PUT = "put online"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done: in words, and the ``url`` of what was made and the ``branch`` it is on, empty where none is."""

    state: Came
    told: str
    url: str = ""
    branch: str = ""
