"""The author's files in content/, and the folder of pages for the engine: only what differs is written there.

A note beside the folder tells what was written. It is taken away before the first change and put back after the last,
so that a run that is cut off leaves none, and the next one writes all anew.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from pipeline import post as posts
from pipeline.publish.person import FILES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Marks = dict[str, Any]
    """By the name of each file what tells that it is still the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A folder for the engine. ``pages`` has the digest of each Markdown file, by its name in it."""

    folder: Path
    pages: Mapping[str, str]


def files_of(content: Path) -> dict[str, Path]:
    """Return the author's files that belong to the site, by their names in ``content``."""
    inside = content.resolve()
    found: dict[str, Path] = {}
    for path in sorted(content.rglob("*")):
        parts = path.relative_to(content).parts
        if parts[0] == posts.DRAFTS or parts[0] in FILES or any(part.startswith(".") for part in parts):
            continue
        if path.is_file() and path.resolve().is_relative_to(inside):
            found["/".join(parts)] = path
    return found


def keep(folder: Path, pages: Mapping[str, str], others: Mapping[str, Path]) -> Staged:
    """See to it that ``folder`` holds ``pages`` and copies of ``others``, by their names, and nothing else."""
    note = folder.with_name(f"{folder.name}.json")
    before = _noted(note)
    note.unlink(missing_ok=True)
    if not before:
        shutil.rmtree(folder, ignore_errors=True)
    digests = {name: blake2b(text.encode(), digest_size=16).hexdigest() for name, text in pages.items()}
    marks: Marks = digests | {name: _mark(path) for name, path in others.items()}
    for name in before.keys() - marks.keys():
        (folder / name).unlink(missing_ok=True)
    for name, mark in marks.items():
        if before.get(name) != mark:
            _put(folder / name, pages.get(name), others.get(name))
    note.write_text(json.dumps(marks), encoding="utf-8")
    return Staged(folder=folder, pages=digests)


def _noted(note: Path) -> Marks:
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _mark(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _put(target: Path, text: str | None, source: Path | None) -> None:
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)  # what was a folder before is a file now
    target.parent.mkdir(parents=True, exist_ok=True)
    if text is not None:
        target.write_text(text, encoding="utf-8")
    elif source is not None:
        shutil.copy2(source, target)
