"""Whether anything that a site is made of has changed since it was built: then there is nothing to do."""

from __future__ import annotations

import os
import re
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from pipeline.publish.kept import files_in, is_kept
from pipeline.publish.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.settings.sections import Settings

_PACKAGES: Final = (
    *("mkdocs", "mkdocs-material", "properdocs", "zensical", "jinja2", "markdown", "pymdown-extensions", "pygments"),
    *("babel", "nh3", "pagefind-bin", "pillow", "font-source-serif-pro", "manimgx-fonts", "manimgx-fonts-cjk"),
)
"""What makes a site besides Byline."""
_FROM_ENVIRONMENT: Final = re.compile(rb"!ENV\s+(?:\[([^\]]*)\]|(\S+))")


def stamp_of(settings: Settings, *how: Any) -> str:
    """Return a digest of all that the site is made of: the author's files, the settings, the programs, and ``how``."""
    made = blake2b(digest_size=16)
    for part in _parts(settings):
        made.update(part)
        made.update(b"\0")
    made.update(repr(how).encode("utf-8", "replace"))
    return made.hexdigest()


def unchanged(stamp: str, output: Path, work: Path) -> Sequence[Any] | None:
    """Return what was kept with ``stamp``; None where the site in ``output`` is not the one that was built by it."""
    kept = load(work / "stamp")
    if not (isinstance(kept, tuple) and kept[0] == stamp and is_kept(output, work / "site.note")):
        return None
    found: Sequence[Any] = kept[1]
    return found


def keep_stamp(stamp: str, told: Sequence[Any], work: Path) -> None:
    """Keep ``told`` with the ``stamp`` of the site that was just built."""
    save(work / "stamp", (stamp, tuple(told)))


def _parts(settings: Settings) -> Iterator[bytes]:
    yield settings.model_dump_json(exclude={"secrets"}).encode()
    yield repr([(name, _version(name)) for name in _PACKAGES]).encode()
    for name in ("byline.yml", "mkdocs.yml"):
        text = (settings.root / name).read_bytes()
        yield text
        named = (each for found in _FROM_ENVIRONMENT.findall(text) for each in b"".join(found).split(b","))
        yield repr([os.environ.get(each.strip().decode("utf-8", "replace"), "") for each in named]).encode()
    for folder in (settings.content, settings.overrides):
        for name, path in sorted(files_in(folder)):
            yield name.encode("utf-8", "replace")
            yield _content(path)


def _content(path: Path) -> bytes:
    """Return what tells whether a file is the same: the text of one that is read, of others size and time."""
    try:
        if path.suffix in {".md", ".yml", ".yaml", ".json", ".html", ".css", ".js", ".txt"}:
            return path.read_bytes()
        found = path.stat()
    except OSError as error:
        return repr(error).encode()
    return f"{found.st_size} {found.st_mtime_ns}".encode()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
