"""The desk: a web page on the author's own machine, to choose stories, write, check and preview.

What comes in is the app; what goes out are the author's choices in the store and the same Markdown files that any
editor writes. The desk holds nothing else. ``guard`` keeps other pages out; ``week``, ``triage``, ``trends``,
``writing``, ``out``, ``people``, ``notes``, ``shares`` and ``heard`` answer, and ``letters`` for the page of one
letter, which is served alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.desk.guard import HOST, Guard, Keys
from pipeline.desk.server import listening, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from starlette.types import ASGIApp

    from pipeline.app import App
    from pipeline.send.interrupted import Stopping

PLACES: Final = ("/week", "/", "/drafts", "/out", "/people")
"""Where one may come in; the first of them where an address names none."""

__all__ = ["Keys", "address", "desk", "guarded", "guarded_letter", "letter"]


def desk(app: App, port: int, clock: Callable[[], datetime], tell: Callable[[str], None]) -> None:
    """Serve the desk on ``port`` until interrupted, once ``tell`` was given the address that lets a browser in.

    Raises ``StoreError`` where the store cannot be used.
    """
    from pipeline.send.interrupted import Stopping

    with app.store.reading():  # opened and brought up to date here, a fault of it is told once, in the terminal
        pass
    bound, keys = listening(port), Keys.new()
    taken = bound.getsockname()[1]
    tell(address(taken, keys))
    stopping = Stopping()
    try:
        serve(guarded(app, clock, keys, taken, stopping), bound)
    finally:
        stopping.want()  # a letter that is leaving comes to a halt; `byline send` goes on with it


def letter(app: App, path: Path, port: int, clock: Callable[[], datetime], tell: Callable[[str], None]) -> None:
    """Serve the letter of the post in ``path`` on ``port`` until interrupted, as the desk is served."""
    bound, keys = listening(port), Keys.new()
    taken = bound.getsockname()[1]
    tell(address(taken, keys))
    serve(guarded_letter(app, path, clock, keys, taken), bound)


def guarded_letter(app: App, path: Path, clock: Callable[[], datetime], keys: Keys, port: int) -> ASGIApp:
    """Return the page of one letter behind the same guard."""
    from starlette.applications import Starlette

    from pipeline.desk.letters import LetterPage
    from pipeline.desk.pages import Pages

    pages = Pages(app.settings.site.site_name, keys)
    page = LetterPage(app, path, clock, pages)
    return Guard(Starlette(routes=[*pages.routes(), *page.routes()]), keys, port)


def address(port: int, keys: Keys) -> str:
    """Return the address by which the author comes in."""
    return f"http://{HOST}:{port}/?start={keys.start}"


def guarded(
    app: App, clock: Callable[[], datetime], keys: Keys, port: int, stopping: Stopping | None = None
) -> ASGIApp:
    """Return the desk behind its guard. A letter that is being sent comes to a halt once ``stopping`` is wanted."""
    from starlette.applications import Starlette

    from pipeline.desk.assisting import Assisting
    from pipeline.desk.heard import Heard
    from pipeline.desk.notes import Notes
    from pipeline.desk.out import Out
    from pipeline.desk.pages import Pages
    from pipeline.desk.people import People
    from pipeline.desk.shares import Shares
    from pipeline.desk.touching import Touching
    from pipeline.desk.trends import Trends
    from pipeline.desk.triage import Triage
    from pipeline.desk.week import Week
    from pipeline.desk.writing import Writing
    from pipeline.send.interrupted import Stopping

    pages = Pages(app.settings.site.site_name, keys)
    writing = Writing(app, clock, pages)
    paged = [kind(app, clock, pages) for kind in (Week, Triage, Trends, People, Notes, Shares, Heard)]
    out = Out(app, clock, pages, stopping or Stopping())
    parts = (*paged, out, writing, Assisting(app, clock, writing.path), Touching(app, clock))
    routes = [route for part in parts for route in part.routes()]
    return Guard(Starlette(routes=[*pages.routes(), *routes]), keys, port, PLACES)
