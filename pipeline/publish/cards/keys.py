"""What a card is known by in a cache: all that its bytes come from, of the card, of the author and of this machine."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from PIL import features

from pipeline.errors import PublishError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.publish.cards.card import Card
    from pipeline.publish.cards.colours import Palette

_LAYOUT: Final = 2
"""To be raised with each change to this package that changes a picture."""
_PACKAGES: Final = ("pillow", "font-source-serif-pro", "manimgx-fonts", "manimgx-fonts-cjk")
_LIBRARIES: Final = ("freetype2", "raqm", "harfbuzz", "fribidi", "zlib_ng")


def key_of(card: Card, palette: Palette, font: Path | None = None) -> str:
    """Return 32 hex digits that change with whatever changes the picture. ``PublishError`` if a font cannot be read."""
    if font and not font.is_file():
        raise PublishError(
            f"byline.yml: publish.card_font names {font}, where no file is; "
            "put your font there, or take the setting away for the font that comes with Byline"
        )
    own = _digest(font, font.stat().st_mtime_ns) if font else ""
    facts = (_LAYOUT, _versions(), own, card, palette)
    return blake2b(repr(facts).encode(errors="surrogatepass"), digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def _versions() -> tuple[str | None, ...]:
    libraries = (features.version(name) if features.check(name) else None for name in _LIBRARIES)
    return (unicodedata.unidata_version, *map(_installed, _PACKAGES), *libraries)


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@lru_cache(maxsize=4)
def _digest(path: Path, _changed: int) -> str:
    try:
        return blake2b(path.read_bytes()).hexdigest()
    except OSError as error:
        raise PublishError(f"{path}, which publish.card_font names, cannot be read: {error.strerror}.") from error
