"""The search of the site by Pagefind (pagefind.app), a program that its package carries and that asks no network.

The index is in parts of some years each: one whose pages did not change is taken as it was, so that a change costs the
indexing of its part. Only posts and pages are indexed, no lists.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final, Self

from pipeline.errors import PublishError
from pipeline.publish.facts import places
from pipeline.publish.facts.catalogue import parts_of
from pipeline.publish.ground.kept import Late, Piece, amend, digest, marks_of, names_in, of_file
from pipeline.publish.ground.remembered import folder_at, load, remove, save

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model import Post
    from pipeline.settings.sections import Settings

_PAGES: Final = ".pages"
_NOT_NEEDED: Final = ("pagefind-*ui*", "pagefind-highlight.js", "wasm.unknown.pagefind")
"""What Pagefind adds for pages that use its own look."""
_NO_WORDS: Final = ".headerlink, .footnote-backref"
"""Signs on a page that lead to a place in it."""


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
        known_by = (_NO_WORDS, sorted((page, piece.mark) for page, piece in pages.items()))
        key = digest(repr(known_by).encode())
        self._folders[part] = folder = self._work / f"{part}-{key}"
        if folder.is_dir():
            return
        folder_at(self._work)
        site = self._work / f"{part}{_PAGES}"
        remove(_making(folder))
        _laid(site, pages)
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
            remove(folder)
            _making(folder).rename(folder)
            self._running.pop()
        made = {
            f"{places.SEARCH}/{part}/{name}": _piece(folder, name)
            for part, folder in self._folders.items()
            for name in names_in(folder)
        }
        pages = {self._work / f"{part}{_PAGES}" for part in self._folders}
        for old in {*self._work.glob("*")} - {*self._folders.values()} - pages - {_note(each) for each in pages}:
            remove(old)
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


def _laid(site: Path, pages: Mapping[str, Piece]) -> None:
    """Make ``site`` the folder of ``pages`` that Pagefind reads: only what differs from the last time is put there."""
    before = load(_note(site), {str: str})
    remove(_note(site))  # a run that is cut off leaves a folder of which nothing is believed
    if before is None or not site.is_dir():
        remove(site)
        before = {}
    amend(site, before, pages, only_read=True)
    save(_note(site), marks_of(pages))


def _note(site: Path) -> Path:
    return site.with_suffix(".note")


def _piece(folder: Path, name: str) -> Piece:
    """Return a file of an index; what holds a part of it has a digest of that in its name."""
    path = folder / name
    if name.startswith(("fragment/", "index/")):
        return Piece(mark=f"{name}\0{path.stat().st_size}", source=path)
    return of_file(path)


def _making(folder: Path) -> Path:
    return folder.with_suffix(".part")


def _started(site: Path, output: Path) -> subprocess.Popen[str]:
    from pagefind_bin import get_executable

    command = [str(get_executable()), "--site", str(site), "--output-path", str(output), "--quiet"]
    command += ["--exclude-selectors", _NO_WORDS]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603  (our own)


def _without_looks(index: Path) -> None:
    for pattern in _NOT_NEEDED:
        for path in index.glob(pattern):
            path.unlink()
