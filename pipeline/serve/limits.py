"""How often somebody may ask for letters: for one address, from one network, and in all. In memory, and bounded."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import timedelta
from enum import Enum, auto
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

PER_ADDRESS: Final = (3, timedelta(days=1))
PER_NETWORK: Final = (20, timedelta(hours=1))
IN_ALL: Final = (500, timedelta(hours=1))
FAILED: Final = (100, timedelta(hours=1))
"""Of one network: requests in the name of a mail provider that prove nothing."""
MENTIONS: Final = (30, timedelta(hours=1))
"""Webmentions from one network."""
MENTIONS_IN_ALL: Final = (300, timedelta(hours=1))
MOST_KEYS: Final = 20_000
"""So many addresses and networks are remembered; of more, those heard of longest ago are forgotten."""


class Verdict(Enum):
    """``QUIET`` is answered as ``GO`` is, without a mail: one address had several, and nobody is told of it."""

    GO = auto()
    QUIET = auto()
    STOP = auto()


class Limit:
    """At most so many times ``within`` a span, for each key."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._most, self._within = most, within
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()

    def is_reached(self, key: str, now: datetime) -> bool:
        """Tell whether it was so often already."""
        times = self._times.get(key)
        while times and times[0] <= now - self._within:
            times.popleft()
        return times is not None and len(times) >= self._most

    def note(self, key: str, now: datetime) -> None:
        """Note that it was once more."""
        self._times.setdefault(key, deque(maxlen=self._most)).append(now)
        self._times.move_to_end(key)
        if len(self._times) > MOST_KEYS:
            self._times.popitem(last=False)


class Limits:
    """All three together."""

    def __init__(self) -> None:
        self._address, self._network, self._all = Limit(*PER_ADDRESS), Limit(*PER_NETWORK), Limit(*IN_ALL)
        self._lock = Lock()

    def ask(self, address: str, network: str, now: datetime) -> Verdict:
        """Say what is to be done about a wish for letters to ``address``, and count it."""
        with self._lock:
            if self._all.is_reached("", now) or self._network.is_reached(network, now):
                return Verdict.STOP
            self._all.note("", now)
            self._network.note(network, now)
            if self._address.is_reached(address, now):
                return Verdict.QUIET
            self._address.note(address, now)
        return Verdict.GO
