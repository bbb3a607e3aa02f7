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

from pipeline.said import direction
from pipeline.serve.colours import colours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pipeline.app.service import Service

_HERE: Final = Path(__file__).parent / "templates"
_FAULTS: Final = {
    404: ("no_page_title", "no_page"),
    405: ("not_so_title", "not_so"),
    500: ("fault_title", "fault"),
    503: ("too_much", "too_much_minutes"),
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
        self.said = service.said
        style = f"{colours(service.style_sheets())}{(_HERE / 'style.css').read_text(encoding='utf-8')}"
        self._everywhere = {
            "site_name": service.site_name,
            "site_url": service.site_url,
            "said": service.said,
            "dir": direction(service.said.language),
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
        said = self.said

        async def not_so(_request: Request, error: Exception) -> Response:
            status = error.status_code if isinstance(error, HTTPException) else 500
            title, words = _FAULTS.get(status, _FAULTS[500])
            return self.told(said(title), said(words), status=status)

        return {HTTPException: not_so, 500: not_so}
