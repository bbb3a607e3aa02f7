"""Times, spans of time and counts as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_A_MINUTE: Final = timedelta(minutes=1)
_BARS: Final = "▁▂▃▄▅▆▇█"


def moment_in_words(moment: datetime) -> str:
    """Return a time as the author reads it, to the minute that is then over: "2026-11-24 07:30 UTC"."""
    begun = moment.replace(second=0, microsecond=0)
    return f"{begun if begun == moment else begun + _A_MINUTE:%Y-%m-%d %H:%M} UTC"


def as_said(answer: str) -> str:
    """Return what the other side of a mail said, as a quotation: what is not for a log is known by that."""
    return f"“{answer.replace('”', '')}”"


def spoken(span: timedelta) -> str:
    """Return a span of time in round words: "40 minutes", "3 hours", "2 days"."""
    minutes = max(1, round(span / _A_MINUTE))
    if minutes < 100:  # noqa: PLR2004  (from there on, hours say it better)
        return f"{minutes} minutes" if minutes > 1 else "1 minute"
    hours = round(minutes / 60)
    return f"{hours} hours" if minutes < 48 * 60 else f"{round(minutes / 60 / 24)} days"


def rhythm_in_words(every: timedelta | None) -> str:
    """Say how often a feed has a new entry: "about 3 a week"; nothing where that is not known."""
    if every is None:
        return ""
    days = every / timedelta(days=1)
    if days < 0.67:  # noqa: PLR2004  (nearer to two a day than to one)
        return "several a day"
    for longest, of_unit, unit in ((1.5, 1, "day"), (10, 7, "week"), (45, 30.4, "month")):
        if days < longest:
            number = max(1, round(of_unit / days))
            return f"about {'one' if number == 1 else number} a {unit}"
    return "rarely"


def listed(names: Sequence[str]) -> str:
    """Return ``names`` as one says them: "a, b and c"; nothing of none."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def opening_of(text: str, most: int = 8) -> str:
    """Return the first words of ``text``, with an ellipsis where there are more."""
    several = text.split()
    return " ".join(several[:most]) + " …" * (len(several) > most)


def bars(counts: Sequence[int]) -> str:
    """Return ``counts`` as a row of bars, the highest for the largest."""
    most = max(counts, default=0) or 1
    return "".join(_BARS[round(count / most * (len(_BARS) - 1))] for count in counts)
