"""The author's own templates: which files pages are made with, and whether one looks beyond its own page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.publish.ground.kept import digest
from pipeline.publish.ground.remembered import load, save

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jinja2.nodes import Template

_OTHER_PAGES: Final = frozenset({"pages", "build_date_utc"})
"""Names of templates' variables by which a page shows what is not its own."""
_APART: Final = frozenset({"assets", "letter", "notes", "shares"})
"""Folders of overrides/ that no page is made of, but where a template asks for a file of theirs."""


class Templates(NamedTuple):
    """The files that pages are made with, and why one of them forbids to pass pages by, where it does."""

    files: tuple[Path, ...]
    reason: str


def templates_in(folder: Path, note: Path) -> Templates:
    """Return the author's templates in ``folder``; ``note`` remembers what was found out of the same ones."""
    own = sorted(_files(folder))
    if linked := next((path for path in own if path.is_dir()), None):
        return Templates((), f"{linked.name} in {folder.name}/ is a link to a folder, so a template may be elsewhere")
    known = load(note, (str, str, [str]))
    if known is not None and known[0] == _key(files := (*own, *(folder / name for name in known[2]))):
        return Templates(files, known[1])
    reason, asked = _looked_into(own, folder)
    files = (*own, *(folder / name for name in asked))
    save(note, (_key(files), reason, asked))
    return Templates(files, reason)


def _key(files: Sequence[Path]) -> str:
    return digest(repr([(str(path), path.read_bytes() if path.is_file() else b"") for path in files]).encode())


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of the folders that pages are made of, and links to folders."""
    for place, folders, names in os.walk(folder):
        if Path(place) == folder:
            folders[:] = [name for name in folders if name not in _APART]
        for name in (*names, *folders):
            path = Path(place, name)
            if name in names or path.is_symlink():
                yield path


def _looked_into(own: Sequence[Path], folder: Path) -> tuple[str, list[str]]:
    """Return why a template forbids it, and the names of files apart that templates ask for."""
    todo = [path.relative_to(folder).as_posix() for path in own]
    asked: list[str] = []
    reasons = []
    while todo:
        name = todo.pop()
        if (tree := _parsed(folder / name)) is None:
            continue
        reasons += [f"the template {Path(name).name} uses {used}" for used in _used(tree)]
        more = [each for each in _asked(tree) if each.split("/")[0] in _APART and (folder / each).is_file()]
        new = [each for each in dict.fromkeys(more) if each not in asked]
        asked += new
        todo += new
    return (f"{min(reasons)}, so a page may show what is not its own" if reasons else ""), sorted(asked)


def _parsed(path: Path) -> Template | None:
    from jinja2 import Environment, TemplateSyntaxError

    if path.suffix != ".html":
        return None
    try:
        text = path.read_text(encoding="utf-8")
        return Environment(autoescape=False, extensions=["jinja2.ext.do"]).parse(text)  # noqa: S701  (nothing is rendered)
    except (OSError, TemplateSyntaxError, UnicodeDecodeError):
        return None  # the engine says so


def _used(tree: Template) -> list[str]:
    from jinja2 import nodes

    names = {name.name for name in tree.find_all(nodes.Name)} | {each.attr for each in tree.find_all(nodes.Getattr)}
    return sorted(names & _OTHER_PAGES)


def _asked(tree: Template) -> list[str]:
    from jinja2.meta import find_referenced_templates

    return [name for name in find_referenced_templates(tree) if name]
