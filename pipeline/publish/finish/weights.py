"""How heavy pages are: what a reader's browser loads for one, compressed as servers send it, and which are too heavy.

Of an image the copy counts that a laptop shows; what other sites serve does not.
"""

from __future__ import annotations

import re
import zlib
from html import unescape
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pipeline.publish.finish.images import IMAGE, PHOTO, WIDTHS, file_of
from pipeline.publish.ground.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipeline.publish.ground.kept import Piece

_LOADED: Final = re.compile(rb'<(?:link rel="stylesheet" href|script (?:type="module" )?src)="([^"]+)"')
_SHOWN: Final = re.compile(rb'\ssrc="([^"]+)"')
_COPY: Final = re.compile(rb'(?:srcset="|, )([^" ,]+) 960w')
_SMALL: Final = re.compile(rb'(?:srcset="|, )([^" ,]+) %dw[^>]* sizes="%b"' % (WIDTHS[0], PHOTO.encode()))
"""The copy that is enough for the picture of the author."""
_PACKED: Final = frozenset({".html", ".css", ".js", ".svg", ".json"})
"""What servers compress."""
_LEVEL: Final = 1


def too_heavy(pieces: Mapping[str, Piece], kilobytes: int, note: Path) -> list[str]:
    """Return which pages among ``pieces`` weigh more than so many ``kilobytes``, the heaviest first.

    ``note`` remembers what was weighed before.
    """
    most = kilobytes * 1000
    scales = _Scales(pieces, load(note, {str: (int, (str, ...))}) or {})
    weights = {name: scales.weight(name, most) for name in pieces if name.endswith("index.html")}
    save(note, scales.now)
    heavy = sorted(((weight, name) for name, weight in weights.items() if weight > most), reverse=True)
    return [
        f"{name.removesuffix('index.html') or 'the first page'} weighs {weight / 1000:.0f} KB with all that it loads, "
        f"more than the {kilobytes} KB of publish.page_kilobytes; its images are most of that, or its length"
        for weight, name in heavy
    ]


class _Scales:
    """Weighs files; ``now`` is what is known of those that were weighed, by their marks."""

    def __init__(self, pieces: Mapping[str, Piece], known: Mapping[str, tuple[int, tuple[str, ...]]]) -> None:
        self._pieces = pieces
        self._known = known
        self.now: dict[str, tuple[int, tuple[str, ...]]] = {}

    def weight(self, name: str, most: int) -> int:
        """Return how many bytes a browser loads for the page ``name``, or, below ``most``, so many at most."""
        own, links = self._weighed(name)
        folder = PurePosixPath(name).parent
        files = {file for link in links if (file := file_of(link, folder))}
        others = sum(self._weighed(file)[0] for file in files if file in self._pieces)
        if own + others <= most:  # as nearly every page, which then need not be compressed
            return own + others
        return len(zlib.compress(self._pieces[name].bytes, _LEVEL)) + others

    def _weighed(self, name: str) -> tuple[int, tuple[str, ...]]:
        piece = self._pieces[name]
        if piece.mark not in self.now:
            self.now[piece.mark] = self._known.get(piece.mark) or _weighed(name, piece)
        return self.now[piece.mark]


def _weighed(name: str, piece: Piece) -> tuple[int, tuple[str, ...]]:
    """Return the size of a file as it is sent, or of a page as it is, and what that loads."""
    if PurePosixPath(name).suffix not in _PACKED:
        return piece.size, ()
    data = piece.bytes
    if name.endswith(".html"):
        return len(data), tuple(dict.fromkeys(_links(data)))
    return len(zlib.compress(data, _LEVEL)), ()


def _links(html: bytes) -> Iterable[str]:
    for link in _LOADED.findall(html):
        yield unescape(link.decode("utf-8", "replace"))
    for tag in IMAGE.finditer(html):
        if shown := _SMALL.search(tag[0]) or _COPY.search(tag[0]) or _SHOWN.search(tag[0]):
            yield unescape(shown[1].decode("utf-8", "replace"))
