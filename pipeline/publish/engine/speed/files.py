"""MkDocs's collection of files, with some of its pages passed by, and a note of who asked for what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files, InclusionLevel

from pipeline.publish.ground.kept import Piece, of_bytes, of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from pipeline.publish.engine.speed.watch import Watch


class WatchedFiles(Files):
    """Files of which pages that are passed by can be linked to, but are not read, made or written."""

    def __init__(self, files: Files, watch: Watch) -> None:
        super().__init__(files)
        self._watch = watch
        self._passed: AbstractSet[str] | None = None

    def pass_by(self, names: AbstractSet[str]) -> None:
        """Pass by the pages of these ``names``, and copy nothing."""
        self._passed = names

    def others(self) -> dict[str, Piece]:
        """Return the files that are no pages, by where they go."""
        every = (
            file
            for file in self
            if not file.is_documentation_page() and file.inclusion.value > InclusionLevel.DRAFT.value
        )
        return {file.dest_uri: _piece(file) for file in every}

    def get_file_from_path(self, path: str) -> File | None:
        """Return the file at ``path``, and note for the page that is being made that it depends on it."""
        found = super().get_file_from_path(path)
        self._watch.lookup(path, found.url if found else None)
        return found

    def documentation_pages(
        self, *, inclusion: Callable[[InclusionLevel], bool] = InclusionLevel.is_included
    ) -> Sequence[File]:
        """Return the pages that are not passed by."""
        every = super().documentation_pages(inclusion=inclusion)
        return [file for file in every if file.src_uri not in (self._passed or ())]

    def copy_static_files(self, dirty: bool = False, **chosen: Any) -> None:  # noqa: FBT001, FBT002  (MkDocs's own form)
        """Copy what is no page, unless it is taken from ``others``."""
        if self._passed is None:
            super().copy_static_files(dirty, **chosen)


def _piece(file: File) -> Piece:
    return of_file(Path(file.abs_src_path)) if file.abs_src_path else of_bytes(file.content_bytes)
