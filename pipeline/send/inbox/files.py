"""Mails in files, for those without IMAP: single ones, folders of the form Maildir, and mbox. Nothing is changed."""

from __future__ import annotations

import mailbox
from typing import TYPE_CHECKING, Final

from pipeline.errors import UsageError
from pipeline.html import plain_text
from pipeline.send.returned import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MBOX: Final = b"From "


def mails_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each mail in ``path`` by a name that tells where it is. Raises ``UsageError`` where it cannot be read."""
    name = plain_text(str(path))
    try:
        if path.is_dir():
            yield from _of_maildir(path)
        elif _beginning(path, len(_MBOX)) == _MBOX:
            yield from _of_mbox(path)
        else:
            yield name, _beginning(path, MOST_BYTES)
    except (OSError, mailbox.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{name} cannot be read: {why}; give files of one mail each, a Maildir or an mbox") from error


def _beginning(path: Path, size: int) -> bytes:
    with path.open("rb") as opened:
        return opened.read(size)


def _of_maildir(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the mails of a Maildir: those that came, and those that somebody has looked at."""
    places = [folder / name for name in ("new", "cur")]
    if not all(place.is_dir() for place in places):
        raise UsageError(f"{plain_text(str(folder))} is a folder and no Maildir, which has new/ and cur/")
    for place in places:
        for path in sorted(place.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                yield plain_text(str(path)), _beginning(path, MOST_BYTES)


def _of_mbox(path: Path) -> Iterator[tuple[str, bytes]]:
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.keys(), start=1):
            with box.get_file(key) as mail:
                yield f"{plain_text(str(path))}, mail {number}", mail.read(MOST_BYTES)
    finally:
        box.close()
