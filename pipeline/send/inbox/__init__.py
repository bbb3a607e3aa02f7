"""The room ``inbox``: what came into a mailbox, or lies in files, is read and acted on, each mail once.

A mail and how far the mailbox is read are noted in one transaction. Whatever moment a run ends at, the next goes on
with the first mail that was not noted.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.errors import UsageError
from pipeline.model import ReturnKind
from pipeline.send.consequences import take
from pipeline.send.inbox.files import mails_in
from pipeline.send.inbox.imap import opened
from pipeline.send.returned import arrived
from pipeline.store import returns as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Ruling
    from pipeline.send.inbox.imap import Mailbox
    from pipeline.settings.sections import Settings
    from pipeline.store import Store

__all__ = ["Looked", "Round", "read_files", "read_mailbox"]

_A_DAY: Final = timedelta(days=1)
"""Days of a mailbox are those of its server's time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was done about one mail; ``where`` it is. Nothing where it was acted on before."""

    where: str
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round through mails: whose, where it is noted, when, who hears of each; ``only_look`` notes nothing."""

    settings: Settings
    store: Store
    now: datetime
    tell: Callable[[Looked], None]
    only_look: bool = False


def read_files(round_: Round, paths: Iterable[Path]) -> None:
    """Act on the mails in files and folders."""
    for path in paths:
        for where, mail in mails_in(path):
            round_.tell(_looked(round_, where, mail, "file"))


def read_mailbox(round_: Round) -> tuple[str, ...]:
    """Act on the mails that are new in the mailbox. Return what the author should know of it."""
    notes: dict[str, None] = {}
    name = _name(round_.settings)
    with opened(round_.settings, only_look=round_.only_look) as box:
        for number in _new(round_.store, box, name):
            mail = box.mail(number)
            looked = _looked(round_, f"mail {number}", mail or b"", "inbox", (name, box.validity, number))
            round_.tell(looked)
            if not round_.only_look and any(map(_is_dealt_with, looked.rulings)):
                notes[box.put_away(number)] = None
    return tuple(filter(None, notes))


def _is_dealt_with(ruling: Ruling) -> bool:
    """Tell whether the author need not see the mail: an answer of a reader's is theirs to read."""
    return bool(ruling.id) and ruling.event.kind is not ReturnKind.OTHER


def _name(settings: Settings) -> str:
    inbox = settings.send.inbox
    if not inbox.host:
        raise UsageError(
            "there is no mailbox to read: write its server as send.inbox.host into byline.yml, "
            "or give files (`byline inbox FILE...`)"
        )
    return f"{inbox.username or settings.send.address} {inbox.host}:{inbox.port} {inbox.folder}"


def _new(store: Store, box: Mailbox, name: str) -> Sequence[int]:
    """Return the mails that were not read yet; of a mailbox that is new, those since the first letter left."""
    with store.reading() as connection:
        last, first = kept.last_read(connection, name), kept.first_letter_at(connection)
    if last and last[0] == box.validity:
        return box.newer(last[1])
    return box.since((first - _A_DAY).date()) if first else ()


class _OnlyLooked(Exception):  # noqa: N818  (it says that all is well, and takes back what was written)
    """Nothing of the transaction is to be kept."""


def _looked(round_: Round, where: str, mail: bytes, source: str, place: tuple[str, int, int] | None = None) -> Looked:
    """Act on one mail and note how far the mailbox is read, together or not at all."""
    came = arrived(mail, source, round_.settings.send.address)
    rulings: tuple[Ruling, ...] = ()
    with suppress(_OnlyLooked), round_.store.writing() as connection:
        rulings = take(connection, came, round_.now)
        if place:
            kept.note_read(connection, *place)
        if round_.only_look:
            raise _OnlyLooked
    return Looked(where=where, rulings=rulings)
