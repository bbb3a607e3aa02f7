"""The author's files in content/, and the folder of pages for the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pipeline import post as posts
from pipeline.publish.kept import files_in, keep, of_file
from pipeline.publish.person import FILES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from pipeline.publish.kept import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A folder for the engine. ``pages`` has the digest of each Markdown file, by its name in it.

    ``named`` is what each page is called by its front matter, and what it is about in a sentence; ``days`` tells when
    pages changed of which the author says it, ``notices`` what the author should know.
    """

    folder: Path
    pages: Mapping[str, str]
    named: Mapping[str, tuple[str, str]]
    days: Mapping[str, date]
    notices: tuple[str, ...] = ()

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


def files_of(content: Path) -> dict[str, Path]:
    """Return the author's files that belong to the site, by their names in ``content``."""
    inside = content.resolve()
    found: dict[str, Path] = {}
    for name, path in files_in(content):
        parts = name.split("/")
        if parts[0] == posts.DRAFTS or name in FILES or any(part.startswith(".") for part in parts):
            continue
        if not path.is_symlink() or (path.is_file() and path.resolve().is_relative_to(inside)):
            found[name] = path
    return dict(sorted(found.items()))


def staged(folder: Path, pages: Mapping[str, Sheet], others: Mapping[str, Path]) -> Staged:
    """See to it that ``folder`` holds ``pages`` and copies of ``others``, by their names, and nothing else."""
    pieces = {name: sheet.piece for name, sheet in pages.items()}
    copies = {name: of_file(path) for name, path in others.items()}
    keep(folder, pieces | copies, folder.with_name("stage.note"))
    named = {name: (sheet.title, sheet.about) for name, sheet in pages.items()}
    days = {name: sheet.day for name, sheet in pages.items() if sheet.day}
    return Staged(folder=folder, pages={name: piece.mark for name, piece in pieces.items()}, named=named, days=days)
