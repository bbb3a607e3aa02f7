"""MkDocs's collection of files, with some of its pages passed by, and a note of who asked for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files, InclusionLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Set

    from pipeline.publish.engine.speed.watch import Watch


class WatchedFiles(Files):
    """Files of which pages that are passed by can be linked to, but are not read, made or written."""

    def __init__(self, files: Files, watch: Watch) -> None:
        super().__init__(files)
        self._watch = watch
        self._passed: Set[str] = frozenset()
        self._no_copies = False

    def pass_by(self, names: Set[str], *, no_copies: bool) -> None:
        """Pass by the pages of these ``names``; with ``no_copies``, leave files that are no pages to another process."""
        self._passed, self._no_copies = names, no_copies

    def get_file_from_path(self, path: str) -> File | None:
        """Return the file at ``path``, and note for the page that is being made that it depends on it."""
        found = super().get_file_from_path(path)
        self._watch.lookup(path, found.url if found else None)
        return found

    def documentation_pages(
        self, *, inclusion: Callable[[InclusionLevel], bool] = InclusionLevel.is_included
    ) -> Sequence[File]:
        """Return the pages that are not passed by."""
        return [file for file in super().documentation_pages(inclusion=inclusion) if file.src_uri not in self._passed]

    def copy_static_files(self, dirty: bool = False, **chosen: Any) -> None:  # noqa: FBT001, FBT002  (MkDocs's own form)
        """Copy what is no page, if that is this process's part."""
        if not self._no_copies:
            super().copy_static_files(dirty, **chosen)
