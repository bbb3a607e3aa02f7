"""The picture of a post as a model gets it: the author's own file as a data: URL (RFC 2397), bounded."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings.sections import Settings

MOST_BYTES: Final = 8 * 2**20
_KINDS: Final = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".gif": "gif"}


def shown_to_a_model(target: str, path: Path, settings: Settings) -> str:
    """Return the image that the post in ``path`` shows as ``target``.

    Raises ``UsageError`` where a model cannot look at it.
    """
    if not settings.assist.sees_images:
        raise UsageError(
            "assist.sees_images is false: a model that does not look at the image would make its words up. Set it to "
            "true if yours can"
        )
    content = settings.content.resolve()
    file = (content / path.parent.name / unquote(target)).resolve()
    kind = _KINDS.get(file.suffix.lower())
    if kind is None or not file.is_relative_to(content) or not file.is_file():
        raise UsageError(
            f"{target} is no image file in {content.name}/ that a model can look at (PNG, JPEG, WebP, GIF)"
        )
    if file.stat().st_size > MOST_BYTES:
        raise UsageError(f"{target} has more than {MOST_BYTES // 2**20} MB: make it smaller, for your readers too")
    return f"data:image/{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
