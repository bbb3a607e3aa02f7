"""The letters of one author: looked at, tried on the author, and sent to the readers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pipeline.app import App
    from pipeline.app.lettered import Linted
    from pipeline.model import Delivery, DeliveryState, Letter
    from pipeline.send import Audience, Sent
    from pipeline.send.ways import Answer, Way
    from pipeline.store.links import Opened


class Letters:
    """The posts of one author as letters."""

    def __init__(self, app: App) -> None:
        self._app = app

    def make(self, path: Path, text: str | None = None) -> Letter:
        """Return the post in ``path`` as a letter, with ``text`` as if it held that."""
        from pipeline.send import make_letter

        return make_letter(posts.read(path) if text is None else posts.parse(text, path), self._app.settings)

    def sample(self, letter: Letter) -> Mapping[str, bytes]:
        """Return ``letter`` as a made-up reader would get it: the bytes of a file by each ending."""
        from pipeline.send import sample

        return sample(letter, self._app.settings, self._app.now)

    def write(self, letter: Letter, folder: Path | None = None) -> Mapping[Path, bytes]:
        """Write ``letter``, as a made-up reader would get it, into ``folder`` or .byline/letters. Return the files."""
        place = folder or self._app.settings.state / "letters"
        files = {place / f"{letter.edition}.{end}": data for end, data in self.sample(letter).items()}
        for path, data in files.items():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            except OSError as error:
                raise UsageError(f"{path} cannot be written: {error.strerror}") from error
        return files

    def rehearse(self, letter: Letter) -> tuple[str, Answer]:
        """Send ``letter`` by SMTP to the author alone; return their address, and the mail server's answer."""
        from pipeline.send import rehearse
        from pipeline.send.ways import Smtp
        from pipeline.store import links

        if letter.links:  # the author opens them too
            with self._app.store.writing() as connection:
                links.keep(connection, letter.edition, letter.links)
        return rehearse(letter, self._app.settings, Smtp(self._app.settings))

    def lint(self, path: Path, *, online: bool = False, ask_others: bool = True) -> Linted:
        """Return what is wrong with the letter of the post in ``path``; ``online`` goes to its links, too.

        Without ``ask_others`` it is told at once, by the rules of this house alone.
        """
        from pipeline.app.lettered import look_at

        return look_at(self._app, path, online=online, ask_others=ask_others)

    def counts(self, path: Path) -> tuple[Opened, ...]:
        """Return how often the links of the letter of the post in ``path`` were opened."""
        from pipeline.store import links

        with self._app.store.reading() as connection:
            return links.counts_of(connection, posts.edition_of(posts.read(path)))

    def concerns(self) -> tuple[str, ...]:
        """Return what the author should know before letters go out by these settings."""
        from pipeline.send.message import concerns

        return concerns(self._app.settings)

    def audience(self, letter: Letter) -> Audience:
        """Return who would get ``letter`` now, and who would not and why."""
        from pipeline.send import audience

        return audience(letter, self._app.store, self._app.now)

    def send(self, letter: Letter, folder: Path | None, tell: Callable[[Delivery], None]) -> Sent:
        """Send ``letter`` to all who have not got it: by SMTP, or as files into ``folder``.

        Raises ``UsageError`` where posts must be approved and this one is not.
        """
        from pipeline.send import send
        from pipeline.send.ways import Folder, Smtp

        if self._app.settings.write.approval:
            self._app.see_that_approved(self._app.find(letter.edition))
        way: Way = Folder(folder) if folder is not None else Smtp(self._app.settings)
        return send(letter, self._app.settings, self._app.store, way, tell)

    def resolve_uncertain(self, letter: Letter, state: DeliveryState) -> int:
        """Give the deliveries of ``letter`` that were cut off the state that the author decides on."""
        from pipeline.store import deliveries as ledger

        with self._app.store.writing() as connection:
            return ledger.resolve_uncertain(connection, letter.edition, state, datetime.now(UTC))
