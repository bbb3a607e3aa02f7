"""How fast the letters of one sender leave, whoever sends them: what is used of each limit stands in the store.

What is known here tells for whom to make a message; what the store says when it is claimed is the law.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from pipeline.model import LONGEST_WAIT
from pipeline.send.course import LONGEST, again_at
from pipeline.send.limits import Hours, Limit, believed, most_today, next_day, zone_of
from pipeline.store import pace as kept
from pipeline.store.pace import Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from pipeline.model import Reader
    from pipeline.settings.sending import PaceSettings

_REMEMBERED: Final = timedelta(days=30)
_MINUTE: Final = 60
_LONGEST_MOMENT: Final = timedelta(seconds=50)
TOO_FAST: Final = "letters leave as slowly as send.pace says"
AT_NIGHT: Final = "send.pace.hours: not at this hour where they are"
AT_REST: Final = "the receiving side of others there puts off"
DAY_IS_FULL: Final = "as many letters left today as send.pace allows"
SLOWED: Final = "the other side asks to slow down"


class Free(NamedTuple):
    """When one may leave, and why not before."""

    at: datetime
    why: str = ""


class Pace:
    """The pace of all letters from ``sender``, a domain."""

    def __init__(self, sender: str, settings: PaceSettings) -> None:
        self._sender = sender
        self._settings = settings
        self._zone = ZoneInfo(settings.zone)
        self._hours = Hours.of(settings.hours)
        self._limit = Limit.per_second(f"sender {sender}", settings.per_second) if settings.per_second else None
        self._counts_days = settings.warm_up or settings.per_day is not None
        self._used: dict[str, Use] = {}
        self._rests: dict[str, Use] = {}
        self._before: dict[str, int] = {}
        self._untold: dict[str, Use] = {}
        self._said: dict[str, Use] = {}
        self._slowed_until: datetime | None = None
        self.slowings = 0
        """How often in a row the other side asked to slow down."""

    def learn(self, connection: Connection, now: datetime) -> None:
        """Take in what the store knows of earlier letters."""
        kept.forget(connection, now - _REMEMBERED)
        self._rests = self._believed(kept.used(connection, f"rest {self._sender} "), now)
        slowed = self._believed(kept.used(connection, self._slow_key), now).get(self._slow_key)
        self._slowed_until = slowed.at if slowed else None
        days = kept.used(connection, f"day {self._sender} ")
        self._before = {key: use.used for key, use in days.items()}
        self._used.update(days)

    def ready(self, now: datetime) -> Free:
        """Return when the next letter may leave, whoever it is for."""
        found = [Free(now)]
        if self._slowed_until:
            found.append(Free(self._slowed_until, SLOWED))
        if self._limit:
            found.append(Free(self._limit.free_at(self._until(self._limit.key, now), now), TOO_FAST))
        if self._is_full(self._used, now):
            found.append(Free(next_day(now), DAY_IS_FULL))
        return max(found)

    def free(self, reader: Reader, now: datetime) -> Free:
        """Return when a letter to ``reader`` may leave, as far as it is up to where they are."""
        found = [Free(now)]
        if self._hours:
            found.append(Free(self._hours.free_at(now, zone_of(reader.zone, self._zone)), AT_NIGHT))
        if rest := self._rests.get(self._rest_key(reader.domain)):
            found.append(Free(rest.at, AT_REST))
        if limit := self._domain_limit(reader.domain):
            found.append(Free(limit.free_at(self._until(limit.key, now), now), TOO_FAST))
        return max(found)

    def reserve(self, reader: Reader, now: datetime) -> None:
        """Take it that a letter to ``reader`` is about to leave."""
        for limit in self._limits(reader.domain):
            self._used[limit.key] = Use(limit.used(self._until(limit.key, now), now))
        if self._counts_days:
            day = self._day_key(now)
            self._used[day] = Use(now, self._used.get(day, Use(now)).used + 1)

    def take(self, connection: Connection, readers: Mapping[int, Reader], now: datetime) -> frozenset[int]:
        """Write down the use of letters to ``readers``, by rows of the ledger. Return which of them may leave.

        What others who send at the same time were asked for, to slow down or to leave a domain in peace, is heard here.
        Once it is committed, it ``is_told``: what is said in vain is said again the next time.
        """
        readers = {row: each for row, each in readers.items() if not self._is_at_rest(each.domain, now)}
        limits = {limit.key for reader in readers.values() for limit in self._limits(reader.domain)}
        limits |= {self._day_key(now)} if self._counts_days and readers else set()
        asked = {self._slow_key, *(self._rest_key(each.domain) for each in readers.values())} if readers else set()
        uses = self._heard(connection, limits, asked, now)
        if self._slowed_until and self._slowed_until > now:
            return frozenset()
        readers = {row: each for row, each in readers.items() if not self._is_at_rest(each.domain, now)}
        taken = frozenset(row for row, reader in readers.items() if self._taken(uses, reader, now))
        kept.keep(connection, {key: uses[key] for key in limits})
        for key in limits:
            self._used[key] = max(uses[key], self._used.get(key, uses[key]))
        return taken

    def is_told(self) -> None:
        """Take it that what ``take`` said last is known to all."""
        self._untold = {key: use for key, use in self._untold.items() if self._said.get(key) != use}

    def _heard(self, connection: Connection, limits: set[str], asked: set[str], now: datetime) -> dict[str, Use]:
        """Tell what this one was asked for, and take in what all were. Return the use of ``limits``, which are held."""
        untold, self._said = dict(self._untold), dict(self._untold)
        if not limits and not asked and not untold:
            return {}
        uses = self._believed(kept.held(connection, limits | untold.keys(), now, asked), now)
        if untold:
            if self._slow_key in untold:
                untold[self._slow_key] = max(untold[self._slow_key], uses[self._slow_key])
            kept.keep(connection, untold)
            uses |= untold
        for key in uses.keys() & asked - {self._slow_key}:
            self._rests[key] = uses[key]
            if not uses[key].used:  # it took a letter since
                del self._rests[key]
        if slowed := uses.get(self._slow_key):
            self._slowed_until = max(slowed.at, self._slowed_until or slowed.at)
        return uses

    def _believed(self, uses: Mapping[str, Use], now: datetime) -> dict[str, Use]:
        """Return ``uses`` with those that ask for peace for longer than anybody may; a limit sees to its own."""
        most = {"slow": LONGEST_WAIT, "rest": LONGEST}
        longest = {key: most.get(key.partition(" ")[0]) for key in uses}
        return {
            key: use if (ahead := longest[key]) is None else use._replace(at=believed(use.at, now, ahead))
            for key, use in uses.items()
        }

    def _taken(self, uses: dict[str, Use], reader: Reader, now: datetime) -> bool:
        """Tell whether a letter may leave, and write its use into ``uses``."""
        limits = tuple(self._limits(reader.domain))
        if self._is_full(uses, now) or any(limit.free_at(uses[limit.key].at, now) > now for limit in limits):
            return False
        uses |= {limit.key: Use(limit.used(uses[limit.key].at, now)) for limit in limits}
        if self._counts_days:
            uses[self._day_key(now)] = Use(now, uses[self._day_key(now)].used + 1)
        return True

    def rest(self, domain: str, now: datetime) -> None:
        """Leave ``domain`` in peace for 5 minutes, and for 20, 80 and so on where that is not the first time."""
        key = self._rest_key(domain)
        before = self._rests.get(key, Use(now))
        if before.at <= now:  # or else this was on its way when the rest began
            times = before.used + 1
            self._rests[key] = self._untold[key] = Use(again_at(times, now), times)

    def took(self, domain: str, now: datetime) -> None:
        """Take in that ``domain`` took a letter: what it said before counts no more."""
        if self._slowed_until is None or self._slowed_until <= now:  # or else it was on its way before that
            self.slowings = 0
        key = self._rest_key(domain)
        if key in self._rests:
            del self._rests[key]
            self._untold[key] = Use(now, 0)

    def slow_down(self, asked: timedelta, now: datetime) -> datetime:
        """Send nothing to anybody for as long as is ``asked``, or a moment that doubles. Return until when."""
        if self._slowed_until is None or self._slowed_until <= now:  # or else others were on their way
            self.slowings += 1
            moment = min(_LONGEST_MOMENT, timedelta(seconds=2 ** (self.slowings - 1)))
            self._slowed_until = now + max(asked, moment)
            self._untold[self._slow_key] = Use(self._slowed_until, self.slowings)
        return self._slowed_until

    def _is_at_rest(self, domain: str, now: datetime) -> bool:
        rest = self._rests.get(self._rest_key(domain))
        return rest is not None and rest.at > now

    def _until(self, key: str, now: datetime) -> datetime:
        return self._used[key].at if key in self._used else now

    def _limits(self, domain: str) -> Iterator[Limit]:
        if self._limit:
            yield self._limit
        if limit := self._domain_limit(domain):
            yield limit

    def _domain_limit(self, domain: str) -> Limit | None:
        many = self._settings.domain_per_minute
        return Limit.per_second(f"domain {self._sender} {domain}", many / _MINUTE) if many else None

    def _is_full(self, uses: Mapping[str, Use], now: datetime) -> bool:
        if not self._counts_days:
            return False
        today = self._day_key(now)
        before = [many for key, many in self._before.items() if key < today] if self._settings.warm_up else None
        most = most_today(self._settings.per_day, before)
        return most is not None and today in uses and uses[today].used >= most

    def _day_key(self, now: datetime) -> str:
        return f"day {self._sender} {now:%Y-%m-%d}"

    @property
    def _slow_key(self) -> str:
        return f"slow {self._sender}"

    def _rest_key(self, domain: str) -> str:
        return f"rest {self._sender} {domain}"
