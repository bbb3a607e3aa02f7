"""What others say of the author's work: received, imported or found in feeds, and shown where the author says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from pipeline import post as posts
from pipeline.errors import PostError, UsageError
from pipeline.store import echoes as kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Echo, EditionId, Post
    from pipeline.settings.sections import Settings
    from pipeline.store import Store

LARGEST: Final = 50 * 2**20


class Echoes:
    """What came back to one author. The store is opened if needed."""

    def __init__(self, settings: Settings, open_store: Callable[[], Store], now: datetime) -> None:
        self._settings, self._open_store, self._now = settings, open_store, now

    def every(self, *, shown: bool | None = None) -> Sequence[Echo]:
        """Return what came back, the latest first: all of it, or what is or is not ``shown``."""
        with self._open_store().reading() as connection:
            return kept.all_echoes(connection, shown=shown)

    def answers(self) -> Sequence[tuple[str, EditionId | None, datetime]]:
        """Return who answered which letter by mail, and when; what they wrote is kept nowhere."""
        from pipeline.store import returns

        with self._open_store().reading() as connection:
            return returns.answers(connection)

    def shown(self) -> tuple[Echo, ...]:
        """Return what the author shows; nothing where there is no store yet."""
        if not self._settings.secrets.database_url and not (self._settings.state / "byline.db").exists():
            return ()
        return tuple(self.every(shown=True))

    def show(self, number: int, *, shown: bool = True) -> Echo:
        """Show what has this number, or hide it, and return it. Raises ``UsageError``."""
        with self._open_store().reading() as connection:
            echo = kept.echo_by(connection, number)
        if echo is None:
            raise UsageError(f"there is nothing with the number {number}; `byline heard list` shows what there is")
        if shown and not (echo.said and echo.source):
            raise UsageError(
                f"{number} cannot be shown: {'it says nothing' if echo.source else 'nobody can look it up'}"
            )
        with self._open_store().writing() as connection:
            kept.show(connection, number, self._topics(echo.about), shown=shown)
            found = kept.echo_by(connection, number)
        assert found is not None, "it was there, and only webmentions take anything away"
        return found

    def look(self, days: int) -> tuple[Echo, ...]:
        """Look for the author in what was pulled in the last ``days``; return what is new."""
        from pipeline.connect.heard import heard

        return heard(self._open_store(), self._settings.site, timedelta(days=days), self._now)

    def take(self, file: Path) -> tuple[int, int, list[str]]:
        """Keep what is in a file; return how much is new, how much was known, and what is wrong with the rest."""
        from pipeline.connect.heard.imported import imported

        try:
            with file.open("rb") as opened:
                data = opened.read(LARGEST + 1)
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}") from error
        found, wrong = imported(data, self._settings.site.site_url, self._now)
        with self._open_store().writing() as connection:
            fresh = sum(bool(kept.keep(connection, key, echo)) for key, echo in found)
        return fresh, len(found) - fresh, wrong

    def _topics(self, about: str) -> tuple[str, ...]:
        post = post_at(self._settings, about)
        return post.topics if post else ()


def post_at(settings: Settings, url: str) -> Post | None:
    """Return the post whose page is at ``url``."""
    parts = page_parts(settings, url)
    if parts is None or len(parts) != 2 or parts[0] != posts.POSTS:  # noqa: PLR2004  (posts/NAME)
        return None
    path = settings.content / posts.POSTS / f"{parts[1]}.md"
    try:
        return posts.read(path) if path in posts.paths(settings.content) else None
    except PostError:
        return None


def page_parts(settings: Settings, url: str) -> tuple[str, ...] | None:
    """Return the parts of the path of a page of the site, from its root; None where ``url`` is on no page of it."""
    site, asked = urlsplit(settings.site.site_url), urlsplit(url)
    root = site.path.rstrip("/")
    if asked.netloc.lower() != site.netloc.lower() or not f"{asked.path}/".startswith(f"{root}/"):
        return None
    parts = tuple(unquote(part) for part in asked.path[len(root) :].split("/") if part)
    parts = parts[:-1] if parts and parts[-1] == "index.html" else parts
    is_odd = any(part.startswith(".") or "/" in part or "\\" in part or "\0" in part for part in parts)
    return None if is_odd else parts
