"""Where posts are: their files in content/, the names the author calls them by, their addresses on the site."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

from pipeline.errors import UsageError
from pipeline.html import safe_url, slug
from pipeline.model import EditionId

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pipeline.model import Post, SafeUrl

POSTS: Final = "posts"
DRAFTS: Final = "drafts"


def paths(content: Path, folder: str = POSTS) -> list[Path]:
    """Return the post files in a folder of ``content``, the newest name first; a link that leads out is none.

    Raises ``UsageError`` where the folder may not be looked into.
    """
    inside, place = content.resolve(), content / folder
    if not (place.is_dir() and place.resolve().is_relative_to(inside)):
        return []
    try:
        with os.scandir(place) as found:
            files = [(file.name, file.is_symlink()) for file in found if file.name.endswith(".md")]
    except OSError as error:
        raise UsageError(f"{place} cannot be looked into ({error.strerror}); give yourself the right to") from error
    named = ((place / name, is_link) for name, is_link in sorted(files, reverse=True))
    return [path for path, is_link in named if not is_link or _leads_into(inside, path)]


def _leads_into(folder: Path, link: Path) -> bool:
    return Path(os.path.realpath(link)).is_relative_to(folder)


def find(content: Path, name: str, folders: Sequence[str] = (POSTS, DRAFTS)) -> Path:
    """Return the file that the author calls ``name``: a path, a file name or a part of it.

    The first of ``folders`` that has such a file counts. Raises ``UsageError`` where there is none, or several.
    """
    for given in (Path(name), content.parent / name):
        if given.is_file():
            return given.resolve()
    every = [paths(content, folder) for folder in folders]
    exact = [[path for path in files if name in {path.stem, path.name}] for files in every]
    like = [[path for path in files if name in path.stem] for files in every]
    found = next((files for files in (*exact, *like) if files), [])
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{name} may be any of {', '.join(path.stem for path in found)}; write more of the name")
    looked = " and ".join(f"{content / folder}" for folder in folders)
    raise UsageError(f"there is no post {name} in {looked}; give the name of the file, or a part of it")


def file_name(day: dt.date, title: str) -> str:
    """Return the name of a post's file: its date and the words of its title."""
    return f"{day.isoformat()}-{slug(title)}.md"


def edition_of(post: Post) -> EditionId:
    """Return the name by which the deliveries of a post are known for good: the first that its file had.

    So a post that was renamed is sent to nobody again. A name that the file of another post has now is that one's.
    """
    had = (alias for alias in post.aliases if not post.path.with_name(f"{alias}.md").exists())
    return EditionId(next(had, post.path.stem))


def address(site_url: str, path: Path) -> SafeUrl:
    """Return where the post in the file ``path`` is on the site."""
    return page_address(site_url, PurePosixPath(POSTS) / path.name)


def page_address(site_url: str, page: PurePosixPath) -> SafeUrl:
    """Return where the page in content/ named ``page`` is on the site (directory URLs, as MkDocs makes them)."""
    url = safe_url(f"{site_url.rstrip('/')}/{_page_place(page)}")
    assert url is not None, "site_url was checked when it was read, and file systems bound a name"
    return url


def _page_place(page: PurePosixPath) -> str:
    place = "" if page.name in {"index.md", "README.md"} else f"{page.stem}/"
    folder = "" if str(page.parent) == "." else f"{page.parent}/"
    return quote(folder + place)


def resolve(site_url: str, page: PurePosixPath, link: str) -> str:
    """Return the address on the site of ``link`` as it is written in the file ``page`` of content/.

    What is no address at all stays as it is; `byline check` names it.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    if parts.scheme or parts.netloc or not parts.path:
        return link
    target = _joined(page.parent, unquote(parts.path))
    suffix = (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    place = _page_place(target) if target.suffix == ".md" else _place_of(target, parts.path)
    return f"{site_url.rstrip('/')}/{place}{suffix}"


def _place_of(target: PurePosixPath, link: str) -> str:
    """Return the place of a file or a folder, whose address ends with a slash if that of the ``link`` to it does."""
    place = quote(str(target)) if target.parts else ""
    return f"{place}/" if place and link.endswith("/") else place


def _joined(folder: PurePosixPath, link: str) -> PurePosixPath:
    """Return the path that ``link`` leads to from ``folder``; it never leaves content/."""
    parts: list[str] = [] if link.startswith("/") else list(folder.parts)
    for part in PurePosixPath(link).parts:
        if part == "..":
            parts = parts[:-1]
        elif part not in {".", "/"}:
            parts.append(part)
    return PurePosixPath(*parts)


def page_of(post: Post) -> PurePosixPath:
    """Return the file in content/ that the links of a published post start from."""
    return PurePosixPath(POSTS) / post.path.name
