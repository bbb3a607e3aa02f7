"""When to go on and when not: rules from what the receiving sides answered. They know no connection and no store."""

from __future__ import annotations

import re
from collections import Counter, deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.model import LONGEST_WAIT, DeliveryState
from pipeline.words import as_said

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import Settled

_FIRST: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(hours=12)
_MOST_UNCERTAIN: Final = 2
"""After so many in a row without an answer the mail server is ill, and would leave each further reader uncertain."""
_LOOKED_AT: Final = 20
_FEWEST: Final = 10
"""So many answers at least, of the last ones, are looked at for a burst of refusals: half of them."""
_RESTS: Final = 3
"""So many in a row are put off by one domain, and it is left in peace for the rest of the run."""
_SENDERS_DOING: Final = re.compile(r"\b5\.7\.(?:2[5-9]|3[0-2]|509|51[0-5])\b")
"""Codes by which Google, Yahoo and Microsoft refuse who does not prove to be the sender; as of 2026-11."""
_SENDER_PUT_OFF: Final = re.compile(r"\b4\.7\.\d+\b")
_GREYLISTED: Final = re.compile(r"gr[ae]y", re.IGNORECASE)


def again_at(tries: int, now: datetime, wait: timedelta | None = None) -> datetime:
    """Return when to try again what was put off, after so many ``tries``: 5 minutes, 20, 80, up to half a day.

    ``wait`` is how long the other side wants to be left in peace, if it says so.
    """
    return now + max(min(LONGEST, _FIRST * int(4 ** min(tries - 1, 10))), min(LONGEST_WAIT, wait or timedelta(0)))


class Course:
    """How a send goes. ``trouble`` says why it must not go on; nothing where it may."""

    def __init__(self) -> None:
        self.trouble = ""
        self._uncertain = 0
        self._last: deque[DeliveryState] = deque(maxlen=_LOOKED_AT)
        self._put_off: Counter[str] = Counter()
        self._sender: deque[bool] = deque(maxlen=_LOOKED_AT)

    def note(self, domain: str, ended: Settled, *, is_senders: bool = False) -> None:
        """Take in how a delivery to somebody at ``domain`` ended; ``is_senders`` where that lies with the sender."""
        self._uncertain = self._uncertain + 1 if ended.state is DeliveryState.CLAIMED else 0
        self._last.append(ended.state)
        self._put_off[domain] = self._put_off[domain] + 1 if ended.state is DeliveryState.LATER else 0
        is_put_off = ended.state is DeliveryState.LATER and bool(_SENDER_PUT_OFF.search(ended.answer))
        is_put_off = is_put_off and ended.wait is None and not _GREYLISTED.search(ended.answer)
        self._sender.append(is_put_off or is_senders)
        self.trouble = self.trouble or self._found(ended)

    @property
    def is_cut_off(self) -> bool:
        """Whether the last deliveries were cut off before the answer, one after the other."""
        return self._uncertain >= _MOST_UNCERTAIN

    def rests(self, domain: str) -> bool:
        """Tell whether ``domain`` is to be left in peace for the rest of the run."""
        return self._put_off[domain] >= _RESTS

    def _found(self, ended: Settled) -> str:
        if self.is_cut_off:
            return (
                f"{_MOST_UNCERTAIN} deliveries in a row were cut off before the answer, so nobody else is sent to: "
                "look whether these arrived, settle them with --uncertain, and send again"
            )
        refused = ended.state is DeliveryState.REFUSED
        proves_nothing = (refused or self._sender[-1]) and _SENDERS_DOING.search(ended.answer)
        if proves_nothing or sum(self._sender) >= _RESTS:
            return (
                "the receiving side has something against the sender, not against the reader "
                f"({as_said(ended.answer)}), so nobody else is sent to: look at SPF, DKIM and DMARC of your domain, at "
                "the name of the machine that sends, and at what it says, and go on with --resume"
            )
        many = self._last.count(DeliveryState.REFUSED)
        if refused and len(self._last) >= _FEWEST and many * 2 >= len(self._last):
            return (
                f"{many} of the last {len(self._last)} deliveries were refused (the last: "
                f"{as_said(ended.answer)}), so nobody else is sent to: look at `byline status`, and send again"
            )
        return ""
