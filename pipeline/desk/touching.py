"""What the author notes of a person at the desk: a touch, a snooze, "leave alone"; and each of them taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from pipeline.desk.pages import Number, done
from pipeline.model import PersonId, Touch, TouchKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import BaseRoute

    from pipeline.app import App


class Had(BaseModel):
    """The author was in touch with somebody, today or on a day."""

    person: Number
    kind: TouchKind
    about: str = ""
    on: date | None = None


class HadNot(BaseModel):
    """A touch that was logged by mistake."""

    person: Number
    kind: TouchKind
    at: datetime


class Snoozed(BaseModel):
    """It is not somebody's turn for so many days, or before a day; without both, a snooze is taken back."""

    person: Number
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    until: date | None = None


class LeftAlone(BaseModel):
    """It is never somebody's turn again, or it can be."""

    person: Number
    leave: bool


class Touching:
    """Does what the pages of people ask to be noted."""

    def __init__(self, app: App, clock: Callable[[], datetime]) -> None:
        self._app, self._clock = app, clock

    def routes(self) -> Sequence[BaseRoute]:
        """Return what is answered where."""
        return (
            done("/touch", Had, self.touch),
            done("/untouch", HadNot, self.untouch),
            done("/snooze", Snoozed, self.snooze),
            done("/leave-alone", LeftAlone, self.leave_alone),
        )

    def touch(self, said: Had) -> dict[str, Any]:
        """Log a touch; tell when it was, by which it can be taken back."""
        network = self._app.at(self._clock()).network
        touch = network.log(str(said.person), said.kind, about=said.about, on=said.on)
        told = {"kind": touch.kind, "day": f"{touch.at:%Y-%m-%d}", "about": touch.about}
        return {"at": touch.at.isoformat(), **told}

    def untouch(self, said: HadNot) -> dict[str, Any]:
        """Take back a touch."""
        network = self._app.at(self._clock()).network
        network.unlog(Touch(person=PersonId(said.person), kind=said.kind, at=said.at))
        return {}

    def snooze(self, said: Snoozed) -> dict[str, Any]:
        """Snooze somebody, or no more; tell until when, and until when they were before."""
        app = self._app.at(self._clock())
        before = app.network.find(str(said.person)).snoozed_until
        until = app.now.date() + timedelta(days=said.days) if said.days else said.until
        app.network.snooze(str(said.person), until)
        return {"until": until and until.isoformat(), "was": before and before.isoformat()}

    def leave_alone(self, said: LeftAlone) -> dict[str, Any]:
        """Leave somebody alone, or no more; tell how it is now."""
        network = self._app.at(self._clock()).network
        return {"left": network.leave_alone(str(said.person), leave=said.leave).is_left_alone}
