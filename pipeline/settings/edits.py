"""The changes that commands make to the author's byline.yml: a feed in, a feed out, every other byte as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline import settings as setting
from pipeline import yamltext
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.settings.sections import FeedSettings, Settings

_FEEDS: Final = ("pull", "feeds")


def add_feeds(settings: Settings, new: Sequence[FeedSettings]) -> None:
    """Write feeds into byline.yml. Raises ``UsageError`` where one of them stands there."""
    known = {feed.url for feed in settings.pull.feeds}
    again = [feed.url for feed in new if feed.url in known]
    if again:
        raise UsageError(f"{again[0]} is in {setting.FILE} already")
    items = [feed.model_dump(mode="json", exclude_defaults=True) for feed in {feed.url: feed for feed in new}.values()]
    _edit(settings, lambda text: yamltext.append_items(text, _FEEDS, items))


def remove_feed(settings: Settings, url: str) -> None:
    """Take a feed out of byline.yml. Raises ``UsageError`` where it does not stand there."""
    urls = [feed.url for feed in settings.pull.feeds]
    if url not in urls:
        raise UsageError(f"{url} is not in {setting.FILE}; `byline feeds list` shows what is")
    _edit(settings, lambda text: yamltext.remove_item(text, _FEEDS, urls.index(url)))


def _edit(settings: Settings, change: Callable[[str], str]) -> None:
    """Change byline.yml in one place, and see that it is still right before it is kept."""
    path = settings.root / setting.FILE
    try:
        new = change(path.read_bytes().decode("utf-8"))
    except ValueError as error:
        raise UsageError(f"{setting.FILE} cannot be changed by program ({error}); edit pull.feeds by hand") from None
    setting.check(new)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(new.encode())
    fresh.replace(path)
