"""Images of pages: their size told beforehand, smaller copies for small screens, loaded when they come into sight.

Only images of the site's own are touched, and of those only what Pillow opens within its bounds; all others stay as the
author wrote them. The first image of a page is the one that a reader sees first, and is not put off.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from html import escape, unescape
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlsplit

from pipeline.publish.ground.kept import Piece, digest, of_bytes
from pipeline.publish.ground.remembered import folder_at, load, remove, save

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image
    from PIL.ImageFile import ImageFile

WIDTHS: Final = (480, 960, 1440)
"""Of each image there is a copy of these widths, in pixels, where it is wider itself."""
FOLDER: Final = "assets/images/sized"
"""Where the copies are on the site."""
_SIZES: Final = "(min-width: 42rem) 38.2rem, (min-width: 30.01rem) calc(100vw - 3.75rem), calc(100vw - 2.5rem)"
"""How wide an image in the text is shown, as the style sheet has it; here, 1rem is 16px."""
PHOTO: Final = "7.5rem"
"""How wide that of the author is shown."""
_KINDS: Final = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
"""What can be made smaller; other kinds (a moving GIF, a drawing) are shown as they are."""
_MOST_PIXELS: Final = 80_000_000
IMAGE: Final = re.compile(rb"""<img\b(?:[^<>"']|"[^"]*"|'[^']*')*>""")
"""The tag of an image. None goes on where another tag begins, or a page of half tags would take minutes."""
_ATTRIBUTE: Final = re.compile(r"""\s([a-zA-Z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?""")


_NOTED: Final = ({str: bool}, {str: (int, int, {int: str})})
"""The form of what is remembered: which pages have images, and the shapes of images, both by their marks."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of an image: its size in pixels, and its copies, by their widths."""

    width: int
    height: int
    copies: Mapping[int, str]


def with_images(pieces: dict[str, Piece], memory: Path) -> tuple[dict[str, Piece], list[str]]:
    """Return ``pieces`` with the tags of images completed and the copies added, and what could not be read.

    What was made is remembered in the folder ``memory``, and swept from it when no image needs it any more.
    """
    noted: tuple[dict[str, bool], dict[str, Any]] | None = load(memory / "note", _NOTED)
    seen, known = noted or ({}, {})
    shapes = {mark: Shape(*values) for mark, values in known.items()}
    work = _Work(pieces=pieces, memory=memory, shapes=shapes)
    now: dict[str, bool] = {}
    made: dict[str, Piece] = {}
    for name, piece in pieces.items():
        if name.endswith(".html"):
            now[piece.mark] = _has_images(piece) if piece.mark not in seen else seen[piece.mark]
            if now[piece.mark]:
                made[name] = of_bytes(_completed(piece.bytes, PurePosixPath(name).parent, work))
    used = {mark: (shape.width, shape.height, dict(shape.copies)) for mark, shape in work.used.items()}
    save(memory / "note", (now, used))
    copies = {copy: Piece(mark=copy, source=memory / PurePosixPath(copy).name) for copy in work.copies()}
    _sweep(memory, {piece.source for piece in copies.values() if piece.source})
    return pieces | made | copies, work.unread


@dataclass(slots=True)
class _Work:
    """The images of one build: ``shapes`` are known from the last one, ``used`` are those that pages show.

    ``refused`` are those that cannot be shown by their size, and ``unread`` tells why.
    """

    pieces: Mapping[str, Piece]
    memory: Path
    shapes: dict[str, Shape]
    used: dict[str, Shape] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)

    def copies(self) -> Iterator[str]:
        for shape in self.used.values():
            yield from shape.copies.values()

    def shape(self, name: str) -> Shape | None:
        """Return what is known of the image that is the file ``name`` of the site; None where that cannot be shown."""
        piece = self.pieces.get(name)
        if piece is None or piece.mark in self.refused:
            return None
        if piece.mark not in self.used:
            known = self.shapes.get(piece.mark)
            whole = known and all((self.memory / PurePosixPath(copy).name).is_file() for copy in known.copies.values())
            found = known if whole else self._measured(name, piece.bytes)
            if found is None:
                self.refused.add(piece.mark)
                return None
            self.used[piece.mark] = found
        return self.used[piece.mark]

    def _measured(self, name: str, data: bytes) -> Shape | None:
        if name.lower().endswith(".svg"):
            return _drawing(data)
        from PIL import Image, UnidentifiedImageError

        try:
            with _opened(data) as opened:
                return self._shaped(opened, name, digest(data))
        except Image.DecompressionBombError:
            self.unread.append(f"{name} has more than {_MOST_PIXELS:,} pixels; make it smaller")
        except UnidentifiedImageError:
            self.unread.append(f"{name} is no image that can be read")
        except (OSError, ValueError, SyntaxError) as error:
            self.unread.append(f"{name} is no image that can be read ({error})")
        return None

    def _shaped(self, opened: ImageFile, name: str, known_by: str) -> Shape:
        from PIL import ImageOps

        small = opened.format in _KINDS and not getattr(opened, "is_animated", False)
        turned = ImageOps.exif_transpose(opened)
        return Shape(turned.width, turned.height, self._made(turned, name, known_by) if small else {})

    def _made(self, image: Image.Image, name: str, known_by: str) -> dict[int, str]:
        """Make the copies of ``image`` that are smaller than it is."""
        copies = {}
        colours = image.info.get("icc_profile") if image.mode.startswith("RGB") else None
        folder_at(self.memory)
        for width in WIDTHS:
            if width < image.width:
                height = max(1, round(image.height * width / image.width))
                whole = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
                file = f"{PurePosixPath(name).stem}-{known_by[:10]}-{width}.webp"
                smaller = whole.resize((width, height), resample=3, reducing_gap=3.0)
                smaller.save(self.memory / file, "WEBP", quality=80, icc_profile=colours)
                copies[width] = f"{FOLDER}/{file}"
        return copies


def _opened(data: bytes) -> ImageFile:
    """Open an image, of which no pixel is read yet. Raises Pillow's ``DecompressionBombError`` for too many of them."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # its bound is higher than ours
        opened = Image.open(BytesIO(data), formats=[*_KINDS, "GIF", "AVIF"])
    if opened.width * opened.height > _MOST_PIXELS:
        raise Image.DecompressionBombError
    return opened


def _has_images(piece: Piece) -> bool:
    return IMAGE.search(piece.bytes) is not None


def _completed(html: bytes, folder: PurePosixPath, work: _Work) -> bytes:
    """Return ``html``, a page in ``folder`` of the site, with the tags of its images completed."""
    first = True

    def tag(found: re.Match[bytes]) -> bytes:
        nonlocal first
        done = _tag(found[0].decode("utf-8", "surrogateescape"), folder, work, lazy=not first)
        first = False
        return done.encode("utf-8", "surrogateescape")

    return IMAGE.sub(tag, html)


def _tag(tag: str, folder: PurePosixPath, work: _Work, *, lazy: bool) -> str:
    given = {name.lower(): unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(tag)}
    name = file_of(given.get("src", ""), folder)
    shape = work.shape(name) if name else None
    more: dict[str, str] = {}
    if shape and not {"width", "height"} & given.keys():
        more |= {"width": str(shape.width), "height": str(shape.height)}
    if shape and shape.copies and "srcset" not in given:
        up = "../" * len(folder.parts)
        every = {
            **{width: up + quote(copy) for width, copy in shape.copies.items()},
            shape.width: quote(up + str(name)),
        }
        more |= {"srcset": ", ".join(f"{url} {width}w" for width, url in every.items()), "sizes": _sizes(given)}
    if "loading" not in given:
        more |= {"loading": "lazy", "decoding": "async"} if lazy else {"decoding": "async"}
    end = "/>" if tag.endswith("/>") else ">"
    return tag[: -len(end)].rstrip() + "".join(f' {key}="{escape(value)}"' for key, value in more.items()) + end


def _sizes(given: Mapping[str, str]) -> str:
    """Return how wide an image is shown, by the attributes that it was ``given``."""
    if given.get("width", "").isdecimal():
        return f"{given['width']}px"
    return PHOTO if "u-photo" in given.get("class", "").split() else _SIZES


def file_of(src: str, folder: PurePosixPath) -> str | None:
    """Return the file of the site that ``src`` names in a page in ``folder``; None where it leads elsewhere."""
    try:
        parts = urlsplit(src)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return None
    place: list[str] = list(folder.parts)
    for part in unquote(parts.path).split("/"):
        if part == ".." and not place:
            return None
        place = place[:-1] if part == ".." else [*place, part] if part not in {"", "."} else place
    return "/".join(place)


def _drawing(data: bytes) -> Shape | None:
    """Return the size of an SVG, if it says one."""
    head = re.search(rb"<svg\b[^>]*>", data[:20_000])
    sides = (
        [
            re.search(rb"\s" + side + rb"""\s*=\s*["']\s*(\d+(?:\.\d+)?)(?:px)?\s*["']""", head[0])
            for side in (b"width", b"height")
        ]
        if head
        else []
    )
    if len(sides) == 2 and all(sides):  # noqa: PLR2004
        width, height = (round(float(side[1])) for side in sides if side)
        return Shape(width, height, {})
    return None


def _sweep(memory: Path, wanted: set[Path]) -> None:
    for path in memory.glob("*.webp"):
        if path not in wanted:
            remove(path)
