"""A file of webmentions and replies to what is kept of them.

It is as webmention.io gives it (jf2, or its older links), or a list by hand, each with ``author``, ``said``,
``source``, ``about``, ``at`` and ``kind``. What cannot be read of an item is told with its number, and the rest is
taken.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urldefrag

from pipeline.connect.heard.received import key_of
from pipeline.errors import UsageError
from pipeline.html import digest, plain_text, safe_url, shortened, text_of
from pipeline.model import Echo, EchoKind
from pipeline.page.mention import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LARGEST: Final = 50 * 2**20
_LONGEST_NAME: Final = 80
_PROPERTIES: Final = {
    "in-reply-to": EchoKind.REPLY,
    "reply": EchoKind.REPLY,
    "repost-of": EchoKind.SHARE,
    "repost": EchoKind.SHARE,
    "like-of": EchoKind.SHARE,
    "like": EchoKind.SHARE,
    "bookmark-of": EchoKind.SHARE,
    "mention-of": EchoKind.WEBMENTION,
    "link": EchoKind.WEBMENTION,
}


def imported(data: bytes, site_url: str, now: datetime) -> tuple[list[tuple[str, Echo]], list[str]]:
    """Return what is in a file, each with its key, and what is wrong with the rest. Raises ``UsageError``."""
    found, wrong = [], []
    for number, item in enumerate(_items(data), 1):
        try:
            found.append(_echo(_flat(item), site_url, now))
        except (ValueError, TypeError) as error:
            wrong.append(f"item {number}: {error}")
    return found, wrong


def _items(data: bytes) -> Sequence[Any]:
    if len(data) > LARGEST:
        raise UsageError(f"the file has more than {LARGEST // 2**20} MB")
    try:
        said = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the file is no JSON: {plain_text(str(error))}") from None
    if isinstance(said, dict):
        said = next((said[name] for name in ("children", "links") if isinstance(said.get(name), list)), said)
    if not isinstance(said, list):
        raise UsageError("the file is no list: webmention.io gives one as children or links")
    return said


def _flat(item: Any) -> dict[str, Any]:
    """Return an item with the names that a list by hand has."""
    if not isinstance(item, dict):
        raise ValueError("is no object with names and values")  # noqa: TRY004  (told as all that is wrong)
    inner, activity = item.get("data"), item.get("activity")
    inner = inner if isinstance(inner, dict) else {}
    kind = activity.get("type") if isinstance(activity, dict) else item.get("wm-property") or item.get("kind")
    told: Iterator[Any] = (part.get(name) for part in (item, inner) for name in ("said", "content", "summary", "name"))
    return {
        "kind": kind,
        "author": next((each for each in (item.get("author"), inner.get("author")) if each), ""),
        "said": next((each for each in told if each), ""),
        "source": item.get("wm-source") or item.get("source") or item.get("url"),
        "about": item.get("wm-target") or item.get("target") or item.get("about"),
        "at": item.get("published") or inner.get("published") or item.get("at") or item.get("wm-received"),
    }


def _echo(item: dict[str, Any], site_url: str, now: datetime) -> tuple[str, Echo]:
    source = safe_url(item["source"], tracking=True) if isinstance(item["source"], str) else None
    if item["source"] and source is None:
        raise ValueError("its source is no web address")
    about = safe_url(item["about"], tracking=True) if isinstance(item["about"], str) else None
    if about is None or not _is_below(about, site_url):
        raise ValueError(f"it is about no page of {site_url}")
    author, said = _name(item["author"]), _words(item["said"])
    if not author and not source:
        raise ValueError("nobody knows who says it, and where")
    kind = _kind(item["kind"])
    author = author or plain_text(str(source).split("/")[2])
    key = key_of(source, about) if source else f"told {digest(f'{author} {about} {said}')}"
    place = urldefrag(about)[0]
    return key, Echo(id=0, kind=kind, author=author, said=said, source=source, about=place, at=_time(item["at"], now))


def _is_below(url: str, site_url: str) -> bool:
    bare = site_url.partition("://")[2].rstrip("/")
    return f"{url.partition('://')[2]}/".startswith(f"{bare}/")


def _kind(value: Any) -> EchoKind:
    if value is None:
        return EchoKind.WEBMENTION
    found = _PROPERTIES.get(str(value)) or next((kind for kind in EchoKind if kind == value), None)
    if found is None:
        raise ValueError(f"its kind, {plain_text(str(value)[:40])}, is none of {', '.join(EchoKind)}")
    return found


def _name(value: Any) -> Any:
    name = value.get("name") if isinstance(value, dict) else value
    return shortened(plain_text(name), _LONGEST_NAME) if isinstance(name, str) else plain_text("")


def _words(value: Any) -> Any:
    if isinstance(value, dict):
        plain = value.get("text") or value.get("value")
        value = plain if isinstance(plain, str) else text_of(str(value.get("html") or ""))
    return shortened(plain_text(value[: 10 * LONGEST]), LONGEST) if isinstance(value, str) else plain_text("")


def _time(value: Any, now: datetime) -> datetime:
    if not value:
        return now
    try:
        moment = datetime.fromisoformat(str(value))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"its time, {plain_text(str(value)[:40])}, is none; write it as 2026-11-23T07:30Z") from None
    return min(moment, now)
