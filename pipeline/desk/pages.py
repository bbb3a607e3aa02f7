"""The desk's pages from their templates, its files, and how what a page asks for is answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline.errors import BylineError, UsageError
from pipeline.post.files import ChangedOutsideError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipeline.desk.guard import Keys

    Endpoint = Callable[[Request], Awaitable[Response]]

_HERE: Final = Path(__file__).parent
Given = TypeVar("Given", bound=BaseModel)
LARGEST: Final = 2**63 - 1
Number = Annotated[int, Field(ge=0, le=LARGEST)]
"""The number of a story, an entry or a line; a larger one no store can hold."""


class SupersededError(BylineError):
    """What the page acts on is another by now; ``stands`` is what it shall show instead."""

    def __init__(self, message: str, stands: Mapping[str, Any]) -> None:
        self.stands = stands
        super().__init__(message)


class Pages:
    """The templates, filled for this author. All that is put into them is shown as text."""

    def __init__(self, site_name: str, keys: Keys) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._everywhere = {"site_name": site_name, "key": keys.change}

    def page(self, name: str, /, **facts: Any) -> Response:
        """Return the page made of the template ``name``."""
        return HTMLResponse(self.part(name, **facts))

    def part(self, name: str, /, **facts: Any) -> str:
        """Return the HTML made of the template ``name``."""
        return self._templates.get_template(name).render(**self._everywhere, **facts)

    def routes(self) -> Sequence[BaseRoute]:
        """Return where the files that pages load are."""
        return (Mount("/static", StaticFiles(directory=_HERE / "static")),)


def number_in(said: str) -> int:
    """Return the number that an address names. Raises ``UsageError`` where it is none."""
    if not (said.isascii() and said.isdecimal()) or len(said) > len(str(LARGEST)) or int(said) > LARGEST:
        raise UsageError("there is nothing of this number")
    return int(said)


def shown(path: str, work: Callable[[Request], Response]) -> Route:
    """Return the route of a page, which changes nothing."""

    async def answer(request: Request) -> Response:
        try:
            return await run_in_threadpool(work, request)
        except BylineError as error:
            return PlainTextResponse(f"{error}\n", 404)

    return Route(path, answer, methods=["GET"])


def done(path: str, given: type[Given], work: Callable[[Given], Any]) -> Route:
    """Return the route of what a page has done: ``work`` is given what it says, and its result is told in JSON."""

    async def answer(request: Request) -> Response:
        try:
            said = given.model_validate_json(await request.body())
            return JSONResponse(await run_in_threadpool(work, said))
        except ValidationError as error:
            return JSONResponse(
                {"error": f"the page said what the desk does not know: {error.errors()[0]['msg']}"}, 400
            )
        except ChangedOutsideError as error:
            return JSONResponse({"error": str(error), "text": error.now.text, "mark": error.now.mark}, 409)
        except SupersededError as error:
            return JSONResponse({"error": str(error), **error.stands}, 409)
        except BylineError as error:
            return JSONResponse({"error": str(error)}, 422)

    return Route(path, answer, methods=["POST"])
