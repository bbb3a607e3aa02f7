"""What a language model proposes for the posts of one author, and what the author takes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline import post as posts
from pipeline.errors import UsageError
from pipeline.store import write as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Finding, Suggestion, Wish
    from pipeline.settings.sections import Settings
    from pipeline.store import Store
    from pipeline.write.assist.asking import Message


class Assist:
    """The model of byline.yml, if there is one. ``check`` finds what keeps a post from being published."""

    def __init__(
        self,
        settings: Settings,
        open_store: Callable[[], Store],
        now: datetime,
        check: Callable[[Path, str], tuple[Finding, ...]],
    ) -> None:
        self._settings = settings
        self._open_store = open_store
        self._now = now
        self._check = check

    @property
    def model(self) -> str:
        """What the model is called that can be asked; empty where there is none."""
        named = self._settings.assist
        return named.model if named.url else ""

    def propose(self, path: Path, text: str, wish: Wish, line: int | None = None) -> tuple[Suggestion, ...]:
        """Return what the model proposes for the post in ``path`` as if it held ``text``, at one of its lines.

        Raises ``UsageError`` where none is named or nothing can be asked, ``AssistError`` where it gives no answer.
        """
        from pipeline.write.assist import Wanted, propose
        from pipeline.write.assist.endpoint import see_that_named

        see_that_named(self._settings.assist)
        wanted = Wanted(path=path, text=text, wish=wish, line=line)
        return propose(
            wanted, self._open_store(), self._settings, self._ask, lambda text: self._check(path, text), self._now
        )

    def _ask(self, messages: Sequence[Message]) -> str:
        import asyncio

        from pipeline.web import Web
        from pipeline.write.assist.endpoint import MOST_BYTES, ask

        named, key = self._settings.assist, self._settings.secrets.assist_key

        async def asking() -> str:
            agent, seconds = f"Byline/{__version__}", named.timeout_seconds
            async with Web(user_agent=agent, timeout_seconds=seconds, max_bytes=MOST_BYTES) as web:
                return await ask(web, named, key, messages)

        return asyncio.run(asking())

    def taken(self, number: int, path: Path, text: str) -> str:
        """Return ``text``, what the post in ``path`` holds, with the suggestion of this number in it and noted.

        Raises ``UsageError`` where there is no such suggestion, where it is a question, has a fault or no place.
        """
        from pipeline.write.assist import with_taken

        return with_taken(self._suggestion(number), path, text, lambda text: self._check(path, text))

    def take(self, number: int) -> tuple[Path, Suggestion]:
        """Write the suggestion of this number into the file of its post. Return where, and what was written."""
        from pipeline.write.assist import take

        suggestion = self._suggestion(number)
        path = posts.find(self._settings.content, suggestion.post, (posts.DRAFTS, posts.POSTS))
        take(suggestion, path, lambda text: self._check(path, text))
        return path, suggestion

    def _suggestion(self, number: int) -> Suggestion:
        with self._open_store().reading() as connection:
            found = kept.suggestion(connection, number)
        if found is None:
            raise UsageError(f"there is no suggestion {number}; `byline assist POST` shows theirs with a number each")
        return found
