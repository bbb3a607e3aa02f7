"""The way to a model: any service that speaks the chat completions of the OpenAI API, asked by plain HTTP.

What comes in is messages; what goes out is what the model says, or an ``AssistError`` that says why it says nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pipeline.errors import AssistError, UsageError
from pipeline.html import plain_text, shortened
from pipeline.web import Unreachable, Web

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import SecretStr

    from pipeline.settings.sections import AssistSettings
    from pipeline.write.assist.asking import Message

MOST_BYTES: Final = 2**20
"""So long no answer is."""
_TOKENS: Final = 1_500
_OK: Final = 200
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_REASONS: Final = {
    401: "does not accept the key: look at BYLINE_ASSIST_KEY",
    403: "does not accept the key: look at BYLINE_ASSIST_KEY",
    404: "knows no such model or address: look at assist.model, and whether assist.url ends as the service wants (/v1)",
    413: "says that the post and its sources are too long for it",
    429: "asks you to wait, or your account there is used up",
}


def see_that_named(settings: AssistSettings) -> None:
    """See that there is a service to ask. Raises ``UsageError`` where byline.yml names none."""
    if settings.url is None or not settings.model:
        raise UsageError("no model is named that could be asked: set assist.url and assist.model in byline.yml")


async def ask(web: Web, settings: AssistSettings, key: SecretStr | None, messages: Sequence[Message]) -> str:
    """Return what the model says to ``messages``. Raises ``AssistError`` where it says nothing."""
    see_that_named(settings)
    assert settings.url is not None
    place = urlsplit(settings.url)
    host = place.netloc.rpartition("@")[2]  # what stands before it is nobody's business
    if key and place.scheme != "https" and place.hostname not in _HERE:
        raise AssistError(f"{host} would get your key in the clear: use https:// in assist.url")
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    headers |= {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    asked = {"model": settings.model, "messages": messages, "stream": False, "max_tokens": _TOKENS}
    url = settings.url.rstrip("/") + "/chat/completions"
    answer = await web.post(url, json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace"), headers=headers)
    if isinstance(answer, Unreachable):
        raise AssistError(f"{host} {answer.cause} (assist.url)")
    if answer.status != _OK:
        reason = _REASONS.get(answer.status, f"answers with the status {answer.status}")
        told = _complaint(answer.body)
        raise AssistError(f"{host} {reason}{told.replace(key.get_secret_value(), '…') if key else told}")
    return _said(answer.body, host)


def _said(body: bytes, host: str) -> str:
    told = _parsed(body)
    try:
        said = told["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        said = None
    if not isinstance(said, str) or not said.strip():
        raise AssistError(f"{host} gives no answer of a chat: is assist.url that of an OpenAI-compatible service?")
    return said


def _complaint(body: bytes) -> str:
    """Return what the service says went wrong, in brackets and short, if it says anything."""
    told = _parsed(body)
    error = told.get("error") if isinstance(told, dict) else None
    words = error.get("message") if isinstance(error, dict) else error
    return f" ({shortened(plain_text(words), 200)})" if isinstance(words, str) and words.strip() else ""


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
