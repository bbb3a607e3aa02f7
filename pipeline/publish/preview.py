"""The site as it will be, served to the author alone: built anew and shown whenever a file of theirs is saved.

What is shown at once are the pages. Pictures, feeds and search are those of the start, as nobody looks at them while
writing.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Final

from watchdog.events import FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent
from watchdog.observers import Observer

from pipeline.errors import PublishError, UsageError
from pipeline.model import Shown
from pipeline.publish.finish.beside import Beside
from pipeline.publish.finish.images import with_images
from pipeline.publish.ground.grounds import told_in_words
from pipeline.publish.ground.kept import amend, marks_of
from pipeline.publish.ground.put import put
from pipeline.publish.making import Memo, make

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.model import Trend
    from pipeline.publish.ground.kept import Piece
    from pipeline.settings.sections import Settings

_SETTLED: Final = 0.02
"""Seconds without another change after which a file counts as saved."""
_SAVED: Final = [FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent]


def see_that_free(address: tuple[str, int]) -> None:
    """See to it that ``address`` can be served at. Raises ``UsageError``."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise UsageError(f"port {address[1]} cannot be used ({error.strerror}); choose another with --port") from error


def previewed_in(settings: Settings) -> Path:
    """Return the folder in which a preview remembers what its next build can use."""
    return settings.state / "work" / "preview"


class Preview:
    """The folder of a preview, kept at what the author's files say.

    ``trends`` and what is ``shown`` are asked for anew at each build.
    """

    def __init__(
        self,
        settings: Settings,
        trends: Callable[[], Sequence[Trend] | None],
        shown: Callable[[], Shown] = Shown,
    ) -> None:
        self.folder = settings.state / "preview"
        self._settings = settings
        self._trends, self._told = trends, shown
        self._work = previewed_in(settings)
        self._memo = Memo()
        self._others: dict[str, Piece] = {}
        self._shown: dict[str, str] = {}

    def build(self) -> tuple[str, ...]:
        """Build what changed, and return what was warned of. Raises ``PublishError``; the last good site stays."""
        is_first = not self._others
        with told_in_words(), Beside(self._work, draws=is_first) as beside:
            self._memo.shown = self._told()
            made = make(self._settings, beside, trends=self._trends(), memo=self._memo)
            if is_first:
                whole = {**made.finished(beside).pieces, **beside.index.pieces()}
                self._others = {name: piece for name, piece in whole.items() if name not in made.built.pieces}
            pages, unread = with_images(dict(made.built.pieces), self._work / "images")
            self._put(self._others | pages)
        return (*made.staged.notices, *made.built.warnings, *unread)

    def _put(self, pieces: dict[str, Piece]) -> None:
        """Show ``pieces``: the first time as any site is put in place, then only those that are not shown already."""
        if self._shown and self.folder.is_dir():
            amend(self.folder, self._shown, pieces)
        else:
            put(pieces, self.folder, self._work)
        self._shown = marks_of(pieces)


def serve(preview: Preview, address: tuple[str, int], watched: Sequence[Path], tell: Callable[[str], None]) -> None:
    """Serve ``preview`` at ``address`` until interrupted; when something ``watched`` is saved, build and reload."""
    from mkdocs.livereload import LiveReloadServer

    def rebuild() -> None:
        try:
            tell("\n".join(preview.build()) or "Built.")
        except PublishError as error:
            tell(str(error))  # the author is in the middle of a sentence; the last good site stays

    rebuild()
    server: Any = LiveReloadServer(rebuild, *address, root=str(preview.folder), mount_path="/")
    server.observer = _Saves()  # MkDocs's own looks twice a second
    server.build_delay = _SETTLED
    for path in watched:
        server.watch(str(path))
    tell(f"The preview is at http://{address[0]}:{address[1]}/ until you press Ctrl-C.")
    try:
        server.serve()
    finally:
        server.shutdown()


class _Saves(Observer):  # type: ignore[misc,valid-type]
    """Hears from the system what was saved, and not that the build reads it."""

    def schedule(self, handler: Any, path: str, **given: Any) -> Any:
        """Watch ``path`` for what changes files."""
        return super().schedule(handler, path, event_filter=_SAVED, **given)
