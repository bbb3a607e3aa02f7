"""Whether the site is to be built anew, for whoever looks again and again and may not build in vain.

``byline publish`` finds that out for itself, and better; a worker looks at a thousand sites every five minutes.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.publish.facts.withheld import today
from pipeline.publish.outline import is_outlined, keep_outline, outline_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.app import App


def to_build(app: App) -> bool:
    """Tell whether the site, if it is built here, is made of other things than when it was, or lacks a page of a post.

    Raises ``PostError`` at a post without a page that cannot be read: nothing is built with it.
    """
    if app.settings.publish.built_elsewhere:
        return False
    held = [app.held(path) for path in app.unbuilt()]  # all are read
    return not all(held) or not is_outlined(app.settings, app.shown_of_site(), today(app.now))


@contextmanager
def noting_built(app: App) -> Iterator[None]:
    """Remember, where the block ends well, that the site was built as it was at its beginning."""
    outline = outline_of(app.settings, app.shown_of_site(), today(app.now))
    yield
    keep_outline(app.settings, outline)
