"""The fonts of the cards: which there are, which of them shows a letter, and what a line comes to in them.

They come with packages, and from a file that the author names; never from the machine, so that each makes the same.
What no font has a glyph for is left out: an empty box says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PIL import ImageFont, features

from pipeline.errors import PublishError
from pipeline.publish.cards.glyphs import characters
from pipeline.publish.cards.letters import BREAK, SOFT_HYPHEN

SHAPES: Final = features.check_feature("raqm") is True
"""Whether letters are joined and ordered by the libraries that Pillow brings and finds; if not, by us, more plainly."""
_BOLD: Final = 700
_REGULAR: Final = 400
MEASURED_AT: Final = 64
_TRIED_AT: Final = 100  # no text is larger
_NOT_DRAWN: Final = re.compile(f"[\u200c\u200d{BREAK}{SOFT_HYPHEN}]")
_SERIF: Final = ("font_source_serif_pro", "files/SourceSerifPro-Bold.ttf")
_SANS: Final = ("manimgx_fonts", "NotoSans[[]wght].ttf")
_SCRIPTS: Final = ("manimgx_fonts", "Noto*.ttf")
_EAST: Final = ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc")
_FORMS: Final = {"ja": 0, "ko": 1, "zh": 2, "zh-cn": 2, "zh-hans": 2, "zh-tw": 3, "zh-hant": 3, "zh-hk": 4, "zh-mo": 4}
"""The number of a language's own font within that file; Chinese says by script or place which of its two it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One font of a file, with the weight to set it in where the file holds many."""

    path: Path
    weight: int
    index: int = 0
    shapes: bool = SHAPES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Typeface:
    """Faces in the order in which they are asked for a letter. Each is made once, so that what it found is kept."""

    faces: tuple[Face, ...]
    found: dict[str, tuple[Face, str] | None] = field(default_factory=dict)


@lru_cache(maxsize=64)
def typeface(language: str, own: Path | None = None, *, bold: bool, shapes: bool = SHAPES) -> Typeface:
    """Return the faces of titles and names, or those of the small lines, which are not ``bold``.

    Raises ``PublishError`` where the author's own file is no font.
    """
    if own:
        _see_that_font(own)
    weight = _BOLD if bold else _REGULAR
    scripts = [*_files(*_SANS), *(path for path in _files(*_SCRIPTS) if "Italic" not in path.name)]
    faces = [Face(path=path, weight=weight) for path in dict.fromkeys(scripts)]
    faces.sort(key=lambda face: "Emoji" in face.path.name)  # a digit of theirs is drawn for a key
    faces += [Face(path=path, weight=weight, index=_form_of(language)) for path in _files(*_EAST)]
    serif = [Face(path=path, weight=_BOLD) for path in _files(*_SERIF)]
    mine = [Face(path=own, weight=weight)] if own else []
    every = (*mine, *serif, *faces) if bold else (*faces, *mine)
    return Typeface(faces=tuple(replace(face, shapes=shapes) for face in every))


@lru_cache(maxsize=256)
def at_size(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """Return a face ready to draw."""
    engine = ImageFont.Layout.RAQM if face.shapes else ImageFont.Layout.BASIC
    font = ImageFont.truetype(face.path, size, index=face.index, layout_engine=engine)
    try:
        axes = font.get_variation_axes()
    except OSError:  # a file of one weight
        return font
    settings: list[float] = [face.weight if axis["name"] == b"Weight" else axis["default"] or 0 for axis in axes]
    font.set_variation_by_axes(settings)
    return font


def face_of(letter: str, faces: Typeface) -> tuple[Face, str] | None:
    """Return the first face that shows a letter, and what it shows of it; None where there is no such face.

    A letter whose marks no face has goes without them, and one that is another in disguise goes undisguised.
    """
    if letter not in faces.found:
        plain = unicodedata.normalize("NFKC", letter)
        tries = dict.fromkeys((letter, letter[0], plain, plain[0]))
        shows = ((face, text) for text in tries for face in faces.faces if _shows(face, text))
        faces.found[letter] = next(shows, None)
    return faces.found[letter]


def _shows(face: Face, text: str) -> bool:
    """Tell whether a face has glyphs for all of a letter, and such as can be drawn: a few are too intricate."""
    if not characters(face.path, face.index).issuperset(_NOT_DRAWN.sub("", text)):
        return False
    try:
        at_size(face, _TRIED_AT).getmask(text)
    except OSError:
        return False
    return True


def _form_of(language: str) -> int:
    """Return the number of a language's own font among those of East Asia."""
    parts = language.lower().replace("_", "-").split("-")
    return next((_FORMS[key] for key in ("-".join(parts[:2]), "-".join(parts[::2]), parts[0]) if key in _FORMS), 0)


@lru_cache(maxsize=16)
def _files(package: str, pattern: str) -> tuple[Path, ...]:
    """Return the files of a package; none where it is not installed, and then the next face does."""
    found = find_spec(package)
    folders = found.submodule_search_locations if found else None
    return tuple(sorted(path for folder in folders or () for path in Path(folder).glob(pattern)))


def _see_that_font(path: Path) -> None:
    try:
        ImageFont.truetype(path, MEASURED_AT)
    except (OSError, ValueError) as error:
        raise PublishError(
            f"{path} cannot be used as a font: {error}. "
            "publish.card_font names a font file of yours that ends in .ttf or .otf."
        ) from error
