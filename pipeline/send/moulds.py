"""The moulds of one send: readers share one who are called by name or not, and have the same takes first.

There are as many as are asked for, but never more than a few dozen at a time; a list of any length is sent with them.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache, partial
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline import post as posts
from pipeline.send.letter import make_letter
from pipeline.send.message import Envelope, Mould
from pipeline.send.tokens import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pipeline.model import Letter, Reader
    from pipeline.send.sign import Signer
    from pipeline.send.tokens import Tokens
    from pipeline.send.wire import Message
    from pipeline.settings.sections import Settings

MOST: Final = 64
_KINDS_OF_TOPICS: Final = 10_000
"""Sets of topics of which it is remembered what they put first."""


class _Kind(NamedTuple):
    """What sets one mould apart from another: whether its readers have a name, and which takes come first."""

    is_named: bool
    first: frozenset[str]


class Moulds:
    """Makes ``letter`` out to one reader after the other, also for several threads at once."""

    def __init__(
        self, letter: Letter, settings: Settings, tokens: Tokens, now: datetime, signers: Sequence[Signer] = ()
    ) -> None:
        self._letter, self._settings = letter, settings
        choosing = tokens.maker(Purpose.PREFERENCES, now)
        base = f"{settings.service}preferences?token="
        envelope = Envelope.of(settings)
        self._mould = partial(
            Mould, envelope=envelope, signers=signers, choosing=lambda secret: base + choosing(secret)
        )
        self._first = lru_cache(maxsize=_KINDS_OF_TOPICS)(self._put_first)
        self._made: OrderedDict[_Kind, Mould] = OrderedDict(
            {_Kind(bool(letter.name), frozenset()): self._mould(letter)}
        )
        self._lock = Lock()

    def message(self, reader: Reader, now: datetime) -> Message:
        """Return the letter for ``reader``, written at ``now``."""
        first = self._first(reader.topics) if reader.topics else frozenset()
        return self._of(_Kind(bool(self._letter.name and reader.name), first)).message(reader, now)

    def _of(self, kind: _Kind) -> Mould:
        with self._lock:
            if found := self._made.get(kind):
                self._made.move_to_end(kind)
                return found
            assert self._letter.post is not None, "only a letter that was made of a post is of several kinds"
            letter = make_letter(self._letter.post, self._settings, is_named=kind.is_named, first=kind.first)
            made = self._made[kind] = self._mould(letter)
            if len(self._made) > MOST:
                self._made.popitem(last=False)
        return made

    def _put_first(self, topics: tuple[str, ...]) -> frozenset[str]:
        """Return which takes come first for a reader of these topics; none where that changes nothing."""
        post = self._letter.post
        if post is None:
            return frozenset()
        chosen = frozenset(
            str(source.url)
            for source in post.sources
            if any(" ".join(topic.casefold().split()) in topics for topic in source.topics)
        )
        return chosen if posts.put_first(post, chosen) is not post else frozenset()
