"""What hosts answered a short while ago, for the other sites of this worker that ask the same.

A publisher whose feed eight hundred authors read is not asked eight hundred times for it. It is a shared cache as RFC
9111 has it, but simpler and stricter: what it holds is a few minutes old at most, was given without a condition or with
the very same, and is whole; and nothing of it outlives the worker. So an answer counts as fresh for these few minutes
longer than its host said.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.model import SafeUrl
    from pipeline.web import Answer

GOOD_FOR: Final = 600.0
"""Seconds; no feed is due more often, however many sites read it."""
_ROOM: Final = 64 * 2**20
"""Bytes of all answers together."""
_PART: Final = 8
"""None takes more than this part of the room."""
_NOT_FOR_ALL: Final = frozenset({"private", "no-store", "no-cache"})
_SAME_FOR_ALL: Final = frozenset(
    {"", "accept", "accept-encoding", "a-im", "if-none-match", "if-modified-since", "cookie", "authorization", "origin"}
)
"""What an answer may vary by: what all sites send alike, what is compared here, and what none of them sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """An answer, when it came, and the validators of what it is about, ETag and Last-Modified; a 304 has no body."""

    answer: Answer
    at: float
    validators: tuple[str, str]


class Shelf:
    """Keeps answers for who asks next, in whatever thread; ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[SafeUrl, str], _Kept] = OrderedDict()  # the oldest first
        self._bytes = 0

    def find(self, address: SafeUrl, headers: Mapping[str, str]) -> Answer | None:
        """Return what ``address`` would answer to a request with ``headers``, where that is known.

        To who has the same version already, that is that nothing has changed (RFC 9110, section 15.4.5).
        """
        with self._lock:
            self._tidy()
            kept = self._kept.get(_key(address, headers))
        if kept is None:
            return None
        if any(kept.validators) and kept.validators == _asked_if(headers):
            return replace(kept.answer, status=HTTPStatus.NOT_MODIFIED, body=b"")
        return kept.answer if kept.answer.status == HTTPStatus.OK else None

    def keep(self, answer: Answer, headers: Mapping[str, str]) -> None:
        """Keep ``answer``, which was given to a request with ``headers``, where it is whole and may be for anybody."""
        key = _key(answer.url, headers)
        with self._lock:
            self._tidy()
            fresh = _fresh(self._drop(key), answer, _asked_if(headers), self._clock())
            if fresh is not None and _size(fresh.answer) <= _ROOM // _PART:
                self._kept[key] = fresh
                self._bytes += _size(fresh.answer)
            while self._bytes > _ROOM:
                self._drop(next(iter(self._kept)))

    def _tidy(self) -> None:
        """Let go of what is too old."""
        while self._kept and self._clock() - next(iter(self._kept.values())).at >= GOOD_FOR:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[SafeUrl, str]) -> _Kept | None:
        gone = self._kept.pop(key, None)
        self._bytes -= _size(gone.answer) if gone is not None else 0
        return gone


def _fresh(before: _Kept | None, answer: Answer, asked_if: tuple[str, str], at: float) -> _Kept | None:
    """Return what to keep of ``answer``; if it says that nothing has changed, the whole from ``before`` that fits."""
    if not _is_for_all(answer.headers):
        return None
    if answer.status == HTTPStatus.OK:
        return _Kept(answer=answer, at=at, validators=_validators(answer.headers))
    if answer.status == HTTPStatus.NOT_MODIFIED and any(asked_if):
        known = before if before is not None and before.validators == asked_if else None
        return replace(known or _Kept(answer=answer, at=at, validators=asked_if), at=at)
    return None


def _size(answer: Answer) -> int:
    return len(answer.body) + sum(len(name) + len(value) for name, value in answer.headers.items())


def _is_for_all(headers: Mapping[str, str]) -> bool:
    """Tell whether an answer with these headers may be given to anybody (RFC 9111, section 3, and RFC 9110, 12.5.5)."""
    limits = {directive.partition("=")[0] for directive in _listed(headers.get("Cache-Control", ""))}
    return not limits & _NOT_FOR_ALL and _listed(headers.get("Vary", "")) <= _SAME_FOR_ALL


def _listed(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(",")}


def _key(address: SafeUrl, headers: Mapping[str, str]) -> tuple[SafeUrl, str]:
    return address, headers.get("Accept", "")


def _validators(headers: Mapping[str, str]) -> tuple[str, str]:
    return headers.get("ETag", ""), headers.get("Last-Modified", "")


def _asked_if(headers: Mapping[str, str]) -> tuple[str, str]:
    return headers.get("If-None-Match", ""), headers.get("If-Modified-Since", "")
