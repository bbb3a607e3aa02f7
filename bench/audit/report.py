"""What a check hands back: a goal, the figure that was found, and every fault by name; and how they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class MissingError(Exception):
    """A tool is not on this machine. The message says which, and the command that installs it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} is missing; install it with: {remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table at the end. ``notes`` are worth reading and no fault; ``met`` is None where nothing ran."""

    check: str
    goal: str
    figure: str
    met: bool | None
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def counted(check: str, noun: str, faults: Iterable[str], notes: Iterable[str] = (), *, seen: str = "") -> Row:
    """Return the row of a check whose goal is that there is none of something."""
    found = tuple(dict.fromkeys(faults))
    figure = f"{len(found)} {noun}" + (f" in {seen}" if seen else "")
    return Row(check=check, goal=f"0 {noun}", figure=figure, met=not found, faults=found, notes=tuple(notes))


def skipped(check: str, reason: str, *, met: bool | None = None) -> Row:
    return Row(check=check, goal="to be run", figure="not run", met=met, faults=(reason,))


def told(row: Row, most: int) -> str:
    """Return a row's faults and notes as text, at most ``most`` of each."""
    lines = [f"== {row.check}: {row.figure}"]
    for mark, found in (("-", row.faults), ("  note:", row.notes)):
        lines += [f"{mark} {text}" for text in found[:most]]
        if len(found) > most:
            lines.append(f"{mark} … and {len(found) - most} more; --all prints them")
    return "\n".join(lines)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows in columns as wide as their longest cell; the first column is words, the others may be figures."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def summary(rows: Sequence[Row]) -> str:
    verdicts = {True: "ok", False: "MISSES", None: "NOT RUN"}
    return table(
        ["check", "goal", "figure", ""], [[row.check, row.goal, row.figure, verdicts[row.met]] for row in rows]
    )
