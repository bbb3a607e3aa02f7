"""Which opened links count: a request comes in, and what a person did comes out, as numbers of a link on a day.

Programs open links too, to look whether they are safe. Those that say so are not counted, nor are those that open
several at a time. For that a few seconds' openings are held in memory, under a keyed hash of the network they come from
whose key nobody knows and which is gone with the process; nothing of it is ever written down.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

HELD: Final = timedelta(seconds=10)
"""So long a network has to be silent before what it opened is counted."""
AT_ONCE: Final = timedelta(seconds=1)
"""Nobody opens two links within it."""
MOST: Final = 5
"""So many links, each soon after the last, are opened by a program."""
MOST_NETWORKS: Final = 20_000
_PROGRAM: Final = re.compile(
    "bot|crawl|spider|slurp|scan|preview|prefetch|monitor|check|fetch|python|curl|wget|java/|okhttp|go-http|libwww|"
    "headless|phantom|selenium|puppeteer|playwright|barracuda|proofpoint|mimecast|safelinks|urldefense|trendmicro|"
    "forcepoint|messagelabs|symantec|sophos|fireeye|zscaler|cloudmark|facebookexternalhit|whatsapp|slack|telegram|"
    "skypeuri|discord|embedly|bitly|google-|googleimageproxy|yahoomailproxy|ms-office|microsoft office",
    re.IGNORECASE,
)
_BROWSER: Final = re.compile(r"^Mozilla/5\.0 \(.+\) .*(?:Gecko|AppleWebKit|Presto)|^Opera/")


def is_by_a_person(method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request looks like a person's, by what it says of itself."""
    if method != "GET":
        return False
    purposes = (headers.get(name, "") for name in ("purpose", "sec-purpose", "x-purpose", "x-moz"))
    if any(word in purpose.lower() for purpose in purposes for word in ("prefetch", "preview", "prerender")):
        return False
    if (
        headers.get("sec-fetch-mode", "navigate") != "navigate"
        or headers.get("sec-fetch-dest", "document") != "document"
    ):
        return False
    agent = headers.get("user-agent", "")
    return bool(_BROWSER.search(agent)) and not _PROGRAM.search(agent)


@dataclass(slots=True)
class _Visit:
    """What one network opened, each link once, with the day; it is a program's where that was too much at a time."""

    last: datetime
    opened: dict[str, date] = field(default_factory=dict)
    is_of_a_program: bool = False

    def note(self, name: str, now: datetime) -> None:
        if name not in self.opened:
            soon = bool(self.opened) and now - self.last < AT_ONCE
            self.opened[name] = now.date()
            self.is_of_a_program = self.is_of_a_program or soon or len(self.opened) >= MOST
        self.last = now


class Clicks:
    """What was opened in the last seconds, and is not counted yet."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._visits: OrderedDict[bytes, _Visit] = OrderedDict()
        self._lock = Lock()

    @property
    def is_waiting(self) -> bool:
        """Whether something was opened that may count later."""
        return bool(self._visits)

    def note(self, network: str, name: str, now: datetime) -> None:
        """Note that a link was opened from a network."""
        key = hmac.new(self._key, network.encode(), sha256).digest()
        with self._lock:
            if key not in self._visits and len(self._visits) >= MOST_NETWORKS:
                return  # so many at once is no reading of a letter
            self._visits.setdefault(key, _Visit(now)).note(name, now)
            self._visits.move_to_end(key)

    def over(self, now: datetime | None) -> Counter[tuple[str, date]]:
        """Return what has been opened and counts, once, and forget it; with no ``now`` all of it."""
        counts: Counter[tuple[str, date]] = Counter()
        with self._lock:
            while self._visits:
                key, visit = next(iter(self._visits.items()))
                if now is not None and now - visit.last < HELD:
                    break
                del self._visits[key]
                counts.update(() if visit.is_of_a_program else visit.opened.items())
        return counts
