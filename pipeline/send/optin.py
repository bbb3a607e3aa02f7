"""Double opt-in and what readers choose by themselves: a token comes in, the list changes, and nobody logs in.

Who asks for letters gets a mail, and letters once they say so again by the link in it. Whether an address was known
before is told to its mailbox alone.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text
from pipeline.model import ReaderState
from pipeline.send.tokens import CONFIRMED_WITHIN, Purpose
from pipeline.store import forgotten as erased
from pipeline.store import send as kept

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from pipeline.model import Asked, PlainText, Preferences, Reader
    from pipeline.send.tokens import Tokens
    from pipeline.store import Store

_TOKEN: Final = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_FORGOTTEN_AFTER: Final = CONFIRMED_WITHIN + timedelta(days=1)
_SOON: Final = timedelta(days=1)


class OptIn:
    """The ways in and out of the list in ``store`` by ``tokens``."""

    def __init__(self, store: Store, tokens: Tokens) -> None:
        self._store, self._tokens = store, tokens

    def ask(self, address: str, asked: Asked) -> tuple[bool, str]:
        """Note that somebody asked for letters to ``address``.

        Return whether a reader is there already, and the token for the mail: to confirm, or to choose.
        """
        with self._store.writing() as connection:
            kept.drop_unconfirmed(connection, asked.at - _FORGOTTEN_AFTER)
            before = kept.reader_by_email(connection, address)
            waiting = kept.asked_by(connection, before.id) if before else None
            wish = waiting if waiting and _is_the_same(waiting, asked) else asked
            reader = kept.ask(connection, address, wish)
        assert reader is not None, "it was just written down"
        there = _is_on_the_list(reader)
        purpose = Purpose.PREFERENCES if there else Purpose.CONFIRM
        return there, self._tokens.made(purpose, reader.token, asked.at if there else wish.at)

    def wording(self, token: str, now: datetime) -> PlainText | None:
        """Return the words that who has this token agrees to by confirming; None where it is no such token."""
        with self._store.reading() as connection:
            reader, asked = self._wish(connection, token, now)
        return asked.wording if asked else reader.wording if reader and _is_on_the_list(reader) else None

    def confirm(self, token: str, now: datetime) -> str | None:
        """Put on the list who asked for it. Return the token for their preferences; None where there is no such wish.

        Twice is once; who has left since is not brought back by an old link.
        """
        with self._store.writing() as connection:
            reader, asked = self._wish(connection, token, now)
            if reader is None or not (asked or _is_on_the_list(reader)):
                return None
            if asked:
                kept.confirm(connection, reader.id, asked, _consent(asked), now)
                erased.know_again(connection, self._tokens.marks(kept.email_key(reader.email)))
        return self._tokens.made(Purpose.PREFERENCES, reader.token, now)

    def tidy(self, now: datetime) -> None:
        """Forget the wishes that can be confirmed no more."""
        with self._store.writing() as connection:
            kept.drop_unconfirmed(connection, now - _FORGOTTEN_AFTER)

    def _wish(self, connection: Connection, token: str, now: datetime) -> tuple[Reader | None, Asked | None]:
        """Return whose token to confirm this is, and the wish that it confirms: the one in whose mail it stood.

        None of both where they asked anew since, as that may be in other words: the link of that mail is for it.
        """
        found = self._tokens.read_with_time(Purpose.CONFIRM, token, now)
        reader = kept.reader_by_token(connection, found[0]) if found else None
        asked = kept.asked_by(connection, reader.id) if reader else None
        if found and asked and asked.at.replace(microsecond=0) != found[1]:
            return None, None
        return reader, asked

    def preferences(self, token: str, now: datetime) -> Preferences | None:
        """Return what the reader with this token chose; None where there is none on the list."""
        with self._store.reading() as connection:
            reader = self._reader(connection, Purpose.PREFERENCES, token, now)
            if reader is None or not _is_on_the_list(reader):
                return None
            return kept.preferences_of(connection, reader)

    def prefer(self, token: str, wanted: Preferences, now: datetime) -> bool:
        """Note what a reader wants from now on; tell whether there is one on the list with this token."""
        with self._store.writing() as connection:
            reader = self._reader(connection, Purpose.PREFERENCES, token, now)
            if reader is None or not _is_on_the_list(reader):
                return False
            kept.prefer(connection, reader.id, wanted)
        return True

    def leave(self, token: str, now: datetime) -> bool:
        """Take a reader off the list, before the next letter is claimed; tell whether the token is one of a reader's.

        It may be the one in letters, or one that was signed to leave or to choose.
        """
        with self._store.writing() as connection:
            reader = self._leaving(connection, token, now)
            if reader is not None and (reader.state is not ReaderState.LEFT or reader.because):  # their own word counts
                kept.mark_left(connection, reader.id, now)
        return reader is not None

    def choosing(self, token: str, now: datetime) -> str | None:
        """Return the token for the preferences of a reader who came to leave; None where they are on no list."""
        with self._store.reading() as connection:
            reader = self._leaving(connection, token, now)
        return self._tokens.made(Purpose.PREFERENCES, reader.token, now) if reader and _is_on_the_list(reader) else None

    def _leaving(self, connection: Connection, token: str, now: datetime) -> Reader | None:
        if not _TOKEN.fullmatch(token):
            return None
        signed = (self._reader(connection, purpose, token, now) for purpose in _TO_LEAVE)
        return kept.reader_by_token(connection, token) or next(filter(None, signed), None)

    def _reader(self, connection: Connection, purpose: Purpose, token: str, now: datetime) -> Reader | None:
        secret = self._tokens.read(purpose, token, now)
        return None if secret is None else kept.reader_by_token(connection, secret)


_TO_LEAVE: Final = (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES)


def _is_on_the_list(reader: Reader) -> bool:
    return reader.state in {ReaderState.ACTIVE, ReaderState.PAUSED}


def _is_the_same(one: Asked, other: Asked) -> bool:
    """Tell whether a wish says again what was said just before: the links of both mails are good for it."""
    is_soon = other.at - one.at < _SOON
    return is_soon and (one.source, one.wording, one.ip) == (other.source, other.wording, other.ip)


def _consent(asked: Asked) -> PlainText:
    return plain_text(f"{asked.source}, asked {asked.at:%Y-%m-%d %H:%M} UTC, confirmed by the link in a mail")
