"""The letters of one author: looked at, tried on the author, and sent to the readers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.app.written import read_posts
from pipeline.errors import UsageError
from pipeline.model import DeliveryState, Kind, SendState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pipeline.app import App
    from pipeline.app.lettered import Linted
    from pipeline.model import Delivery, EditionId, Handover, Letter, Post
    from pipeline.send import Audience, Orders, Sent
    from pipeline.send.hosted.service import Hosted
    from pipeline.send.orders import Due
    from pipeline.send.ways import Answer, Way
    from pipeline.store.links import Opened

_NEWS: Final = timedelta(days=14)
"""An edition that is older is no news, and was sent long ago, from wherever that was."""


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
        """Send ``letter`` to the author alone; return their address, and what the other side answered."""
        from pipeline.send import rehearse
        from pipeline.send.ways import way_of
        from pipeline.store import links

        if letter.links:  # the author opens them too
            with self._app.store.writing() as connection:
                links.keep(connection, letter.edition, letter.links)
        return rehearse(letter, self._app.settings, way_of(self._app.settings))

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

    def stale(self, path: Path) -> str:
        """Return why the letter of a post would link to a page that is not there as it is; nothing where it is."""
        if why := self._app.held(path):
            return f"{path.stem} {why}; until then the letter would link to nothing"
        if path.name not in {post.name for post in self._app.unbuilt()}:
            return ""
        return f"{self._app.settings.output.name}/ does not show {path.stem} as it is now, and the letter links to it"

    def count(self, letter: Letter) -> int:
        """Return how many would get ``letter`` now."""
        from pipeline.store import deliveries as ledger

        with self._app.store.reading() as connection:
            return ledger.count_wanted(connection, letter.edition, letter.topics, self._app.now)

    def reach(self, letter: Letter) -> int:
        """Return to how many ``letter`` goes in all; once its audience is frozen, that stays as it is to the end."""
        from pipeline.store.remaining import reach

        if not self.is_being_sent(letter):
            return self.count(letter)
        with self._app.store.reading() as connection:
            return reach(connection, letter.edition)

    def audience(self, letter: Letter) -> Audience:
        """Return who would get ``letter`` now, and who would not and why."""
        from pipeline.send import audience

        return audience(letter, self._app.store, self._app.now)

    def why_held(self, letter: Letter) -> str:
        """Return why nobody is sent ``letter`` until the author orders it; nothing where nobody stopped that."""
        from pipeline.send import why_held

        return why_held(letter.edition, self._app.store)

    def send(
        self,
        letter: Letter,
        folder: Path | None,
        tell: Callable[[Delivery], None],
        *,
        resume: bool = False,
        wait: bool = False,
        part: Orders | None = None,
    ) -> Sent:
        """Send ``letter`` to all who have not got it: by the way of the settings, or as files into ``folder``.

        What was refused for good has its consequences for readers, however the send ends. ``part`` are orders for one
        of many who send it at once.

        Raises ``UsageError`` where it must not leave.
        """
        from pipeline.send import Orders, send
        from pipeline.send.consequences import Consequences

        self._see_that_it_may_leave(letter, resume=resume)
        if folder is None:
            self.see_that_it_lasts(letter.edition)
        try:
            orders = replace(part or Orders(), resume=resume, wait=wait)
            return send(letter, self._app.settings, self._app.store, self.way(folder), tell, orders)
        finally:
            Consequences(self._app.store, datetime.now(UTC)).after_sending(letter.edition)

    def way(self, folder: Path | None = None) -> Way:
        """Return the way by which letters leave: that of the settings, or files in ``folder``."""
        from pipeline.send.ways import Folder, way_of

        return Folder(folder) if folder is not None else way_of(self._app.settings)

    @cached_property
    def service(self) -> Hosted | None:
        """The service that has the readers, where the settings name one: it gets editions as a whole."""
        from pipeline.send.hosted import hosted_of

        return hosted_of(self._app.settings)

    def handed(self, letter: Letter) -> Handover | None:
        """Return what became of ``letter`` at a service that has the readers."""
        from pipeline.store import handovers

        with self._app.store.reading() as connection:
            return handovers.handover_of(connection, letter.edition)

    def is_handed(self, letter: Letter) -> bool:
        """Tell whether ``letter`` was handed over to a service, as far as is known for certain."""
        before = self.handed(letter)
        return before is not None and before.state is DeliveryState.SENT

    def hand_over(self, letter: Letter, service: Hosted, *, resume: bool = False) -> Handover:
        """Hand ``letter`` over to ``service``, once. Raises ``UsageError`` as ``send`` does.

        One whose send is paused or cancelled is handed over only to ``resume`` it.
        """
        from pipeline.send import orders
        from pipeline.send.hosted import hand_over

        if not self.is_handed(letter):
            self._see_that_it_may_leave(letter, resume=resume)
            orders.take_up(self._app.store, letter.edition, resume=resume)
        return hand_over(letter, self._app.settings, self._app.store, service, lambda: datetime.now(UTC))

    def _see_that_it_may_leave(self, letter: Letter, *, resume: bool) -> None:
        from pipeline.app.departing import see_that_it_may_leave

        see_that_it_may_leave(self._app, letter, datetime.now(UTC), resume=resume)

    def see_that_it_lasts(self, edition: str) -> None:
        """Raise ``UsageError`` where what is to be remembered of a send would be gone with this machine."""
        from pipeline.app.lasting import see_that_it_lasts

        see_that_it_lasts(self._app.settings, edition)

    def see_that_the_key_is_known(self) -> None:
        """Raise ``UsageError`` where what answers to readers' links on another machine may have another key."""
        from pipeline.app.lasting import see_that_the_key_is_known

        see_that_the_key_is_known(self._app.settings)

    def see_that_it_is_online(self, letter: Letter, tell: Callable[[str], object], *, wait: bool) -> None:
        """Raise ``UsageError`` where the page of ``letter`` is not online; ``wait`` gives a code host time for it.

        That is asked before the first letter: later on, an answer that stays out for once would hold up the others.
        """
        from pipeline.app.online import PATIENCE, see_that_it_is_online

        if self.is_being_sent(letter):
            return
        see_that_it_is_online(letter.web_url, tell, patience=PATIENCE if wait else 0.0)

    def newest(self) -> Path:
        """Return the newest edition that is on the site. Raises ``UsageError`` where it is none of these days."""
        editions = self._editions()
        if not editions:
            raise UsageError(f"there is no edition in {self._app.settings.content.name}/{posts.POSTS} to be sent")
        newest = max(editions, key=lambda post: (post.date, post.path.stem))
        if self._app.now.date() - newest.date > _NEWS:
            raise UsageError(f"the newest edition is of {newest.date}; name it, if you mean it: {newest.path.stem}")
        return newest.path

    def passed_over(self, newest: Path) -> tuple[str, ...]:
        """Return the editions of these days that nobody was sent, but for the ``newest``."""
        from pipeline.store import begun

        with self._app.store.reading() as connection:
            known = begun.editions(connection)
        return tuple(
            post.path.stem
            for post in self._editions()
            if post.path != newest and self._app.now.date() - post.date <= _NEWS and posts.edition_of(post) not in known
        )

    def _editions(self) -> list[Post]:
        """Return the editions that are on the site."""
        read, _ = read_posts(self._app.settings.content, posts.POSTS)
        return [post for post in read if post.kind is Kind.EDITION and not self._app.held(post.path)]

    def see_that_it_is_known(self, path: Path) -> None:
        """Raise ``UsageError`` where the store came out of a backup, and the post may have been sent since then."""
        from pipeline.app.departing import see_that_it_is_known

        see_that_it_is_known(self._app, posts.read(path))

    def plan(self, edition: EditionId, at: datetime, *, resume: bool = False) -> None:
        """Write down that ``edition`` is to be sent ``at`` that time; one that was stopped only to ``resume`` it."""
        from pipeline.send import orders

        self.see_that_it_lasts(edition)
        orders.plan(self._app.store, edition, at, self._app.now, resume=resume)

    def due(self) -> Due:
        """Return which sends are due now, and which are too late to begin by themselves."""
        from pipeline.send import orders

        return orders.due(self._app.store, self._app.settings.send.pace.late_hours, self._app.now)

    def begun(self, name: str) -> EditionId | None:
        """Return the edition of this very name whose send is planned or was begun; None where there is none."""
        from pipeline.model import EditionId
        from pipeline.store import sends

        with self._app.store.reading() as connection:
            known = sends.sending_of(connection, EditionId(name))
        return known.edition if known else None

    def is_being_sent(self, letter: Letter) -> bool:
        """Tell whether the send of ``letter`` was begun and goes on."""
        from pipeline.store import sends

        with self._app.store.reading() as connection:
            known = sends.sending_of(connection, letter.edition)
        return known is not None and known.state is SendState.RUNNING

    def is_due(self, edition: EditionId) -> bool:
        """Tell whether the send of ``edition`` is due still."""
        return any(each.edition == edition for each in self.due().now)

    def pause(self, edition: EditionId) -> None:
        """Let nobody else be sent ``edition`` until it is resumed."""
        from pipeline.send import orders

        orders.pause(self._app.store, edition)

    def cancel(self, edition: EditionId) -> int:
        """Let nobody else get ``edition``. Return how many waited for it."""
        from pipeline.send import orders

        return orders.cancel(self._app.store, edition)

    def resolve_uncertain(self, letter: Letter, state: DeliveryState) -> int:
        """Give what was cut off of ``letter``, deliveries or the whole, the state that the author decides on.

        After a restore, the whole of what came between is uncertain.
        """
        from pipeline.app.departing import count_as_sent
        from pipeline.store import deliveries as ledger
        from pipeline.store import handovers

        now = datetime.now(UTC)
        if state is DeliveryState.SENT and (many := count_as_sent(self._app, letter, now)):
            return many
        with self._app.store.writing() as connection:
            whole = handovers.resolve_edition(connection, letter.edition, state, now)
            return whole + ledger.resolve_uncertain(connection, letter.edition, state, now)
