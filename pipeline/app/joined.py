"""Two records that became one, as they were: a file of cards in the author's folder, until that person is erased."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = re.compile(r"(\d+)-and-(\d+)\.vcf")


def cards_of(state: Path, stays: int, goes: int) -> Path:
    """Return the file for the records of these numbers, of which the first stays."""
    return _folder(state) / f"{stays}-and-{goes}.vcf"


def forget(state: Path, person: int) -> None:
    """Delete each file of whoever became part of this person, and of whoever had become part of those."""
    files = {path: match for path in _folder(state).glob("*.vcf") if (match := _NAME.fullmatch(path.name))}
    waiting = [person]
    while waiting:
        stays = waiting.pop()
        for path in [path for path, match in files.items() if int(match[1]) == stays]:
            waiting.append(int(files.pop(path)[2]))
            path.unlink(missing_ok=True)


def _folder(state: Path) -> Path:
    return state / "merged"
