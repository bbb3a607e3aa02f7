"""The search of the site by Pagefind (pagefind.app), a program that its package carries and that asks no network.

The index is in parts of some years each: one whose pages did not change is taken as it was, so that a change costs the
indexing of its part. Only posts and pages are indexed, no lists.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.errors import PublishError
from pipeline.publish.kept import Piece, digest, pieces_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model import Post
    from pipeline.settings.sections import Settings

FOLDER: Final = "search"
_FEWEST: Final = 250
"""So many posts at least are in one part, but for that of the newest years."""
_NOT_NEEDED: Final = ("pagefind-*ui*", "pagefind-highlight.js", "wasm.unknown.pagefind")
"""What Pagefind adds for pages that use its own look."""


def parts_of(every: Sequence[Post]) -> list[tuple[str, tuple[Post, ...]]]:
    """Return ``every`` post (the newest first) in parts of whole years, each with its name, the newest part first."""
    parts: list[list[Post]] = [[]]
    for post in reversed(every):
        if len(parts[-1]) >= _FEWEST and post.date.year != parts[-1][-1].date.year:
            parts.append([])
        parts[-1].append(post)
    return [(str(part[0].date.year) if part else "all", tuple(part)) for part in reversed(parts)]


def searchable(pieces: Mapping[str, Piece], every: Sequence[Post], settings: Settings, work: Path) -> dict[str, Piece]:
    """Return the files of the index of the pages among ``pieces``; ``work`` remembers those of each part.

    Raises ``PublishError`` where Pagefind cannot make one.
    """
    if settings.publish.search != "pagefind":
        return {}
    made: dict[str, Piece] = {}
    folders = {name: _indexed(name, pages, work) for name, pages in _pages(pieces, every)}
    for name, folder in folders.items():
        made |= {f"{FOLDER}/{name}/{file}": piece for file, piece in pieces_in(folder).items()}
    for old in {*work.iterdir()} - {*folders.values()}:
        shutil.rmtree(old)
    return made


def _pages(pieces: Mapping[str, Piece], every: Sequence[Post]) -> Iterator[tuple[str, dict[str, Piece]]]:
    """Yield the pages of each part; those that are no posts are in the first."""
    of_posts = {f"{posts.POSTS}/{post.path.stem}/index.html" for post in every}
    others = {name: piece for name, piece in pieces.items() if name.endswith("index.html") and name not in of_posts}
    for number, (part, listed) in enumerate(parts_of(every)):
        names = [f"{posts.POSTS}/{post.path.stem}/index.html" for post in listed]
        pages = {name: pieces[name] for name in names if name in pieces}
        yield part, pages | (others if number == 0 else {})


def _indexed(name: str, pages: Mapping[str, Piece], work: Path) -> Path:
    """Return the folder with the index of ``pages``, made anew unless they are those of the last time."""
    key = digest(repr(sorted((page, piece.mark) for page, piece in pages.items())).encode())
    folder = work / f"{name}-{key}"
    if not folder.is_dir():
        part, site = work / f"{name}.part", work / f"{name}.pages"
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(site, ignore_errors=True)
        for page, piece in pages.items():
            (site / page).parent.mkdir(parents=True, exist_ok=True)
            (site / page).write_bytes(piece.bytes)
        _run(site, part)
        shutil.rmtree(site)
        part.rename(folder)
    return folder


def _run(site: Path, output: Path) -> None:
    from pagefind_bin import get_executable

    command = [str(get_executable()), "--site", str(site), "--output-path", str(output), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (a list of our own)
    if done.returncode or not (output / "pagefind.js").is_file():
        raise PublishError(f"The search cannot be made: {(done.stderr or done.stdout).strip() or 'Pagefind gave up'}")
    for pattern in _NOT_NEEDED:
        for path in output.glob(pattern):
            path.unlink()
