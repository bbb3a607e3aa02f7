"""The folder of pages for the engine, filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pipeline.publish.ground.kept import keep, of_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from pipeline.publish.ground.kept import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A folder for the engine. ``pages`` has the digest of each Markdown file, by its name in it.

    ``named`` is what each page is called by its front matter, and what it is about in a sentence; ``days`` tells when
    pages changed of which the author says it, ``notices`` what the author should know, and ``held`` what is kept back.
    """

    folder: Path
    pages: Mapping[str, str]
    named: Mapping[str, tuple[str, str]]
    days: Mapping[str, date]
    notices: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    @property
    def titles(self) -> frozenset[str]:
        """The titles that front matter gives."""
        return frozenset(title for title, _ in self.named.values())


class Sheet(NamedTuple):
    """A page for the engine: the title that its front matter gives, the file, and when it changed, if that is said.

    ``about`` is what it is about in a sentence, and ``wrong`` what in it is not shown as it is meant.
    """

    title: str
    piece: Piece
    day: date | None = None
    about: str = ""
    wrong: tuple[str, ...] = ()


def staged(folder: Path, pages: Mapping[str, Sheet], others: Mapping[str, Path]) -> Staged:
    """See to it that ``folder`` holds ``pages`` and copies of ``others``, by their names, and nothing else."""
    pieces = {name: sheet.piece for name, sheet in pages.items()}
    copies = {name: of_file(path) for name, path in others.items()}
    keep(folder, pieces | copies, folder.with_name("stage.note"))
    named = {name: (sheet.title, sheet.about) for name, sheet in pages.items()}
    days = {name: sheet.day for name, sheet in pages.items() if sheet.day}
    return Staged(folder=folder, pages={name: piece.mark for name, piece in pieces.items()}, named=named, days=days)
