"""What a form or an address says, as texts that may be shown: bounded, and one of each name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from starlette.requests import Request

_MOST_FIELDS: Final = 50
_FORM: Final = "application/x-www-form-urlencoded"


def token_of(request: Request) -> str:
    """Return the token in the address of a request."""
    return request.query_params.get("token", "")


def is_form(request: Request) -> bool:
    """Tell whether the body is what a form without files sends."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM


async def fields_of(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a form, in its order; nothing of one with too many."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return []
