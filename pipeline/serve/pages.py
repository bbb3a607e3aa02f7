"""The pages of the service from their templates, with the author's colours; no script, nothing from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from pipeline.serve.colours import colours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pipeline.app.service import Service

_HERE: Final = Path(__file__).parent / "templates"
_FAULTS: Final = {
    404: ("There is no such page", "The address may have been cut off; copy it whole out of the mail."),
    405: ("This is not how it works", "Go back, and use the button on the page."),
    500: ("Something went wrong", "It is not your doing. Please try again later."),
    503: ("Too much at once", "Please try again in a few minutes."),
}


class Pages:
    """The templates, filled for this author. All that is put into them is shown as text."""

    def __init__(self, service: Service) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = f"{colours(service.style_sheets())}{(_HERE / 'style.css').read_text(encoding='utf-8')}"
        self._everywhere = {
            "site_name": service.site_name,
            "site_url": service.site_url,
            "style": Markup(style),  # noqa: S704  (ours, and colours by their form)
        }
        seal = b64encode(sha256(style.encode()).digest()).decode()
        self.policy = "; ".join(
            (
                "default-src 'none'",
                f"style-src 'sha256-{seal}'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            )
        )

    def page(self, name: str, /, status: int = 200, **facts: Any) -> Response:
        """Return the page made of the template ``name``."""
        return HTMLResponse(self._templates.get_template(name).render(**self._everywhere, **facts), status)

    def told(self, title: str, *words: str, status: int = 200) -> Response:
        """Return a page that says something and asks nothing."""
        return self.page("told.html", status, title=title, words=words, next=None)

    def faults(self) -> Mapping[Any, Any]:
        """Return how what cannot be answered is told."""

        async def not_so(_request: Request, error: Exception) -> Response:
            status = error.status_code if isinstance(error, HTTPException) else 500
            title, words = _FAULTS.get(status, _FAULTS[500])
            return self.told(title, words, status=status)

        return {HTTPException: not_so, 500: not_so}
