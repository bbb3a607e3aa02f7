"""Whether the page of an edition is online, where the site is built elsewhere: asked as a reader would ask.

What comes in is the page's address; what goes out is nothing, or a sentence on what to do.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from pipeline import __version__
from pipeline.errors import UsageError
from pipeline.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Callable

_OK: Final = 200
_SECONDS, _MOST_BYTES = 20.0, 20 * 2**20
PATIENCE: Final = 600.0
"""Seconds in which a code host puts a site online that was just built."""
_EVERY: Final = 15.0


def see_that_it_is_online(
    url: str, tell: Callable[[str], object], *, patience: float = 0.0, every: float = _EVERY
) -> None:
    """Raise ``UsageError`` where no page is at ``url`` within ``patience`` seconds; ``tell`` hears of the waiting.

    The address is below that of the author's own site, so it may be a private one.
    """
    until = time.monotonic() + patience
    is_told = False
    while (why := asyncio.run(_why_not(url))) is not None:
        if time.monotonic() + every > until:
            raise UsageError(
                f"{url} {why}, so the letter was not sent: its link would lead nowhere. See that the site is put "
                "online with this edition, and send again; where that is, is told by site_url in mkdocs.yml"
            )
        if not is_told:
            tell(f"{url} {why}; asking again for up to {patience / 60:.0f} minutes")
        is_told = True
        time.sleep(every)


async def _why_not(url: str) -> str | None:
    """Return why there is no page at ``url``, as a part of a sentence."""
    agent = f"Byline/{__version__}"
    async with Web(user_agent=agent, timeout_seconds=_SECONDS, max_bytes=_MOST_BYTES) as web:
        answer = await web.get(url, headers={"Cache-Control": "no-cache"}, allow_private=True)
    if not isinstance(answer, Answer):
        return answer.cause
    return None if answer.status == _OK else f"answers {answer.status}"
