"""Whether anything that a site is made of has changed since it was built: then there is nothing to do."""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from pipeline import post as posts
from pipeline.publish.elsewhere import elsewhere
from pipeline.publish.kept import digest, files_in, is_kept
from pipeline.publish.remembered import load, save
from pipeline.publish.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipeline.settings.sections import Settings

_PACKAGES: Final = (
    *("mkdocs", "mkdocs-material", "properdocs", "zensical", "jinja2", "markdown", "pymdown-extensions", "pygments"),
    *("babel", "nh3", "pagefind-bin", "pillow", "font-source-serif-pro", "manimgx-fonts", "manimgx-fonts-cjk"),
)
"""What makes a site besides Byline."""
_CLOCK: Final = b"build_date_utc"
"""By which a template shows when the site was built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A digest of all that a site is made of, and one of each post, by the name of its file."""

    digest: str
    posts: Mapping[str, str]


def stamp_of(settings: Settings, *how: Any) -> Stamp:
    """Return the stamp of the author's files as they are, the settings, the programs, and ``how``."""
    made = blake2b(repr(how).encode("utf-8", "replace"), digest_size=16)
    for part in _frame(settings):
        made.update(part + b"\0")
    of_posts = {}
    for folder in (settings.content, settings.overrides):
        for name, path in sorted(files_in(folder)):
            told = _content(path)
            made.update(name.encode("utf-8", "replace") + b"\0" + told)
            if path.parent == settings.content / posts.POSTS:
                of_posts[name] = digest(told)
            if _CLOCK in told or path.is_dir():
                made.update(_never_again())
    return Stamp(digest=made.hexdigest(), posts=of_posts)


def unchanged(stamp: Stamp, output: Path, work: Path) -> Site | None:
    """Return what was kept with ``stamp``; None where the site in ``output`` is not the one that was built by it."""
    kept = load(work / "stamp")
    if not (isinstance(kept, tuple) and kept[0] == stamp.digest and is_kept(output, work / "site.note")):
        return None
    many, pages, warnings = kept[2:]
    return Site(folder=output, posts=many, pages=pages, fresh=0, slowed="", moved=(), warnings=warnings)


def keep_stamp(stamp: Stamp, site: Site, work: Path) -> None:
    """Keep the ``stamp`` of the site that was just built, and what is known of it."""
    save(work / "stamp", (stamp.digest, dict(stamp.posts), site.posts, site.pages, site.warnings))


def unbuilt(settings: Settings) -> tuple[Path, ...]:
    """Return the posts that have no page in the site's folder, or one that was made of other words."""
    kept = load(work_of(settings) / "stamp")
    built = kept[1] if isinstance(kept, tuple) else {}
    return tuple(path for path in posts.paths(settings.content) if not _is_built(path, settings, built))


def work_of(settings: Settings) -> Path:
    """Return the folder in which a build remembers what the next one can use."""
    return settings.state / "work" / "site"


def _is_built(path: Path, settings: Settings, built: Mapping[str, str]) -> bool:
    page = settings.output / posts.POSTS / path.stem / "index.html"
    return page.is_file() and built.get(f"{posts.POSTS}/{path.name}") == digest(_content(path))


def _frame(settings: Settings) -> Iterator[bytes]:
    """Yield what a site is made of besides the author's files: settings, programs, a font, and what nobody knows."""
    yield settings.model_dump_json(exclude={"secrets"}).encode()
    yield repr([(name, _version(name)) for name in _PACKAGES]).encode()
    if settings.publish.card_font:
        yield _content(settings.root / settings.publish.card_font)
    if elsewhere(settings.site):
        yield _never_again()


def _never_again() -> bytes:
    """Return what no other stamp has, where a site may be made of more than is known here."""
    return str(time.time_ns()).encode()


def _content(path: Path) -> bytes:
    """Return what tells whether a file is the same: the text of one that is read, of others size and time."""
    try:
        if path.suffix in {".md", ".yml", ".yaml", ".json", ".html", ".css", ".js", ".txt"}:
            return path.read_bytes()
        found = path.stat()
    except OSError as error:
        return repr(error).encode()
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}".encode()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
