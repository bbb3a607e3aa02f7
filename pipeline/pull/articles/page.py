"""The full text of an article, taken from its page on request, so that quotations can be checked against it.

What comes in is the link of an entry; what goes out is the text as it was on a day, with its hash, or the cause in
words why there is none. It knows nothing of stories, of the store or of what will be quoted.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from pipeline.html import authority, digest, plain_text, shortened
from pipeline.model import Snapshot, Unreadable, utc
from pipeline.pull.statuses import status_in_words
from pipeline.web import Unreachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from pipeline.model import SafeUrl
    from pipeline.page.article import Extracted
    from pipeline.pull.articles.robots import Robots
    from pipeline.pull.guest import Guest
    from pipeline.web import Answer

_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_LOOKS_LIKE_HTML: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|article|p|div)\b", re.IGNORECASE)
_OTHERS: Final = {
    "application/pdf": "is a PDF file, not a page",
    "image/": "is a picture, not a page",
    "audio/": "is a recording, not a page",
    "video/": "is a video, not a page",
}
_FIRST_BYTES: Final = 4096
_LONGEST_TYPE: Final = 60


async def article(
    url: SafeUrl,
    web: Guest,
    robots: Robots,
    extract: Callable[[bytes, str, str], Awaitable[Extracted | Unreadable]],
    now: datetime,
    *,
    allow_private: bool = False,
) -> Snapshot | Unreadable:
    """Read the article at ``url``, where its site allows that, or say why not: "example.org <cause>".

    A page may say ``noarchive`` or ``nosnippet``: that is about showing its text to others, and this is shown to
    nobody. ``extract`` runs ``extracted`` where it can be stopped.
    """
    answer = await _page(url, web, robots, allow_private=allow_private)
    if isinstance(answer, Unreadable):
        return answer
    found = await extract(answer.body, answer.url, _content_type(answer))
    if isinstance(found, Unreadable):
        return found
    return Snapshot(
        url=url,
        final_url=answer.url,
        title=found.title,
        text=found.text,
        taken_at=utc(now),
        digest=digest(found.text),
    )


async def _page(url: SafeUrl, web: Guest, robots: Robots, *, allow_private: bool) -> Answer | Unreadable:
    """Return the page at ``url``, or why there is none that may be read."""

    async def refusal(address: SafeUrl) -> Unreachable | None:
        own = allow_private and authority(address) == authority(url)
        cause = await robots.refusal(address, allow_private=own)
        return None if cause is None else Unreachable(cause=cause)

    if refused := await refusal(url):  # asked for now, as it also says how long to pause
        return Unreadable(cause=refused.cause)
    answer = await web.get(url, allow_private=allow_private, pause=robots.pause(url), refusal=refusal)
    if isinstance(answer, Unreachable):
        return Unreadable(cause=answer.cause)
    cause = _unfit(answer)
    return answer if cause is None else Unreadable(cause=cause)


def _content_type(answer: Answer) -> str:
    return answer.headers.get("Content-Type", "")


def _unfit(answer: Answer) -> str | None:
    """Return why there is no page in ``answer``, if so, as a part of a sentence."""
    if answer.status != HTTPStatus.OK:
        return status_in_words(answer.status).what
    if not answer.body.strip():
        return "is empty"
    if answer.body.startswith(b"%PDF-"):
        return _OTHERS["application/pdf"]
    media_type = _content_type(answer).partition(";")[0].strip().lower()
    if media_type in _HTML:
        return None
    if not media_type:
        head = answer.body[:_FIRST_BYTES].replace(b"\0", b"")  # as UTF-16 has them
        return None if _LOOKS_LIKE_HTML.search(head) else "does not look like a page"
    known = (words for start, words in _OTHERS.items() if media_type.startswith(start))
    return next(known, f"is {shortened(plain_text(media_type), _LONGEST_TYPE)}, not a page")
