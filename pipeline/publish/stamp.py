"""Whether anything that a site is made of has changed since it was built: then there is nothing to do."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, Final

from pipeline import post as posts
from pipeline.publish.elsewhere import elsewhere
from pipeline.publish.ground.kept import digest, files_in, is_kept
from pipeline.publish.ground.remembered import load, save
from pipeline.publish.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pipeline.settings.sections import Settings

_PACKAGES: Final = (
    *("mkdocs", "mkdocs-material", "properdocs", "zensical", "jinja2", "markdown", "pymdown-extensions", "pygments"),
    *("babel", "nh3", "pagefind-bin", "pillow", "font-source-serif-pro", "manimgx-fonts", "manimgx-fonts-cjk"),
)
"""What makes a site besides Byline."""
CLOCK: Final = b"build_date_utc"
"""By which a template shows when the site was built."""


READ: Final = frozenset({".md", ".yml", ".yaml", ".json", ".html", ".css", ".js", ".txt"})
"""The ends of files whose text tells whether they are the same."""
_KEPT: Final = (str, {str: str}, int, int, (str, ...), (str, ...), (date, date))
"""The form of what is kept of a build: its digest, those of its posts, and what is known of its site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A digest of all that a site is made of, and one of each post, by the name of its file."""

    digest: str
    posts: Mapping[str, str]


def stamp_of(settings: Settings, *how: Any) -> Stamp:
    """Return the stamp of the author's files as they are, the settings, the programs, and ``how``."""
    made = blake2b(repr(how).encode("utf-8", "replace"), digest_size=16)
    for part in frame_of(settings, _never_again):
        made.update(part + b"\0")
    of_posts = {}
    for folder in (settings.content, settings.overrides):
        for name, path in sorted(files_in(folder)):
            told = content_of(path)
            made.update(name.encode("utf-8", "replace") + b"\0" + told)
            if path.parent == settings.content / posts.POSTS:
                of_posts[name] = digest(told)
            if CLOCK in told or path.is_dir():
                made.update(_never_again())
    return Stamp(digest=made.hexdigest(), posts=of_posts)


def is_over(settings: Settings, today: date) -> bool:
    """Tell whether the site that was built is not what it should be ``today``, as the author's dates have it."""
    kept = load(work_of(settings) / "stamp", _KEPT)
    return kept is not None and not kept[-1][0] <= today <= kept[-1][1]


def unchanged(stamp: Stamp, today: date, output: Path, work: Path) -> Site | None:
    """Return what was kept with ``stamp``.

    None where the site in ``output`` is not the one that was built by it, or not what it should be ``today``.
    """
    kept = load(work / "stamp", _KEPT)
    if kept is None or kept[0] != stamp.digest or not is_kept(output, work / "site.note"):
        return None
    many, pages, warnings, held, days = kept[2:]
    site = Site(
        folder=output, posts=many, pages=pages, fresh=0, slowed="", moved=(), held=held, days=days, warnings=warnings
    )
    return site if days[0] <= today <= days[1] else None


def keep_stamp(stamp: Stamp, site: Site, work: Path) -> None:
    """Keep the ``stamp`` of the site that was just built, and what is known of it."""
    known = (site.posts, site.pages, site.warnings, site.held, site.days)
    save(work / "stamp", (stamp.digest, dict(stamp.posts), *known))


def built_posts(work: Path) -> Mapping[str, str]:
    """Return a digest of each post of the last build, by the name of its file."""
    kept = load(work / "stamp", _KEPT)
    posts_built: Mapping[str, str] = kept[1] if kept else {}
    return posts_built


def unbuilt(settings: Settings) -> tuple[Path, ...]:
    """Return the posts that have no page in the site's folder, or one that was made of other words."""
    built = built_posts(work_of(settings))
    return tuple(path for path in posts.paths(settings.content) if not _is_built(path, settings, built))


def work_of(settings: Settings) -> Path:
    """Return the folder in which a build remembers what the next one can use."""
    return settings.state / "work" / "site"


def _is_built(path: Path, settings: Settings, built: Mapping[str, str]) -> bool:
    page = settings.output / posts.POSTS / path.stem / "index.html"
    return page.is_file() and built.get(f"{posts.POSTS}/{path.name}") == digest(content_of(path))


def frame_of(settings: Settings, unknown: Callable[[], bytes]) -> Iterator[bytes]:
    """Yield what a site is made of besides the author's files: settings, programs, a font, and what nobody knows."""
    yield settings.model_dump_json(exclude={"root"}).encode()  # the same folder has another name elsewhere
    yield repr([(name, _version(name)) for name in _PACKAGES]).encode()
    if settings.publish.card_font:
        yield content_of(settings.root / settings.publish.card_font)
    if elsewhere(settings.site):
        yield unknown()


def _never_again() -> bytes:
    """Return what no other stamp has."""
    return str(time.time_ns()).encode()


def content_of(path: Path) -> bytes:
    """Return what tells whether a file is the same: the text of one that is read, of others size and time."""
    try:
        if path.suffix in READ and S_ISREG(path.stat().st_mode):
            return path.read_bytes()
    except OSError as error:
        return repr(error).encode()
    return _state(path)


def _state(path: Path) -> bytes:
    """Return size and times of a file."""
    try:
        found = path.stat()
    except OSError as error:
        return repr(error).encode()
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}".encode()


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
