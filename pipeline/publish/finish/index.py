"""The search of the site by Pagefind (pagefind.app), a program that its package carries and that asks no network.

The index is in parts of some years each: one whose pages did not change is taken as it was, so that a change costs the
indexing of its part. Only posts and pages are indexed, no lists.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final, Self

from pipeline.errors import PublishError
from pipeline.publish import places
from pipeline.publish.catalogue import parts_of
from pipeline.publish.kept import Late, Piece, digest, lay, names_in, of_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model import Post
    from pipeline.settings.sections import Settings

_NOT_NEEDED: Final = ("pagefind-*ui*", "pagefind-highlight.js", "wasm.unknown.pagefind")
"""What Pagefind adds for pages that use its own look."""


class Indexing:
    """The making of the index, by programs that run beside this one until it asks for ``pieces``.

    Whatever happens in between, none of them outlives the block that it stands in.
    """

    def __init__(self, work: Path) -> None:
        self._work = work
        self._folders: dict[str, Path] = {}
        self._running: list[tuple[Path, subprocess.Popen[str]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for _, running in self._running:
            running.kill()
            running.communicate()

    def begin(self, part: str, pages: Mapping[str, Piece]) -> None:
        """Begin the index of ``pages``, unless it is there from the last time."""
        key = digest(repr(sorted((page, piece.mark) for page, piece in pages.items())).encode())
        self._folders[part] = folder = self._work / f"{part}-{key}"
        if folder.is_dir():
            return
        site = self._work / f"{part}.pages"
        for place in (site, _making(folder)):
            shutil.rmtree(place, ignore_errors=True)
        for page, piece in pages.items():
            (site / page).parent.mkdir(parents=True, exist_ok=True)
            lay(piece, site / page)
        self._running.append((folder, _started(site, _making(folder))))

    @property
    def late(self) -> Late:
        """The files of the index, for who asks last."""
        return Late(places.SEARCH, self.pieces)

    def pieces(self) -> dict[str, Piece]:
        """Return the files of the index. Raises ``PublishError`` where Pagefind cannot make one."""
        while self._running:
            folder, running = self._running[-1]
            told, _ = running.communicate()
            if running.returncode or not (_making(folder) / "pagefind.js").is_file():
                raise PublishError(f"The search cannot be made: {told.strip() or 'Pagefind gave up'}")
            _without_looks(_making(folder))
            _making(folder).rename(folder)
            self._running.pop()
        made = {
            f"{places.SEARCH}/{part}/{name}": of_file(folder / name)
            for part, folder in self._folders.items()
            for name in names_in(folder)
        }
        for old in {*self._work.glob("*")} - {*self._folders.values()}:
            shutil.rmtree(old)
        return made


def begin(indexing: Indexing, pieces: Mapping[str, Piece], every: Sequence[Post], settings: Settings) -> None:
    """Begin the index of the pages among ``pieces``, if the site is to have it."""
    if settings.publish.search == "pagefind":
        for part, pages in _pages(pieces, every):
            indexing.begin(part, pages)


def _pages(pieces: Mapping[str, Piece], every: Sequence[Post]) -> Iterator[tuple[str, dict[str, Piece]]]:
    """Yield the pages of each part; those that are no posts are in the newest."""
    of_posts = {places.post_page(post) for post in every}
    others = {name: piece for name, piece in pieces.items() if name.endswith("index.html") and name not in of_posts}
    for number, (part, listed) in enumerate(parts_of(every)):
        pages = {name: pieces[name] for name in map(places.post_page, listed) if name in pieces}
        yield part, pages | (others if number == 0 else {})


def _making(folder: Path) -> Path:
    return folder.with_suffix(".part")


def _started(site: Path, output: Path) -> subprocess.Popen[str]:
    from pagefind_bin import get_executable

    command = [str(get_executable()), "--site", str(site), "--output-path", str(output), "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603  (our own)


def _without_looks(index: Path) -> None:
    for pattern in _NOT_NEEDED:
        for path in index.glob(pattern):
            path.unlink()
