"""What the author put into content/ besides posts, looked over: what is for the site, and what has to be told of it.

What no program can read, or no address can name, is left out and told of. Of two pages at one address, one is.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pipeline import post as posts
from pipeline.errors import PublishError
from pipeline.post.format import too_long
from pipeline.publish.facts import places
from pipeline.publish.facts.person import FILES
from pipeline.publish.facts.reading import not_utf8
from pipeline.publish.facts.withheld import is_draft
from pipeline.publish.ground.kept import also_folders, files_in
from pipeline.publish.stage.matter import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LONGEST: Final = 1_000_000
"""Characters of a page; more takes minutes to make, and longer to load."""
_EFFECTIVE: Final = os.access in os.supports_effective_ids


class Words(NamedTuple):
    """What the author wrote on a page: its front matter, the text below it, and how many lines are before that."""

    matter: Mapping[str, Any]
    body: str
    before: int

    @property
    def is_draft(self) -> bool:
        """Whether it is not ready."""
        return is_draft(self.matter)


class Theirs(NamedTuple):
    """The author's ``pages`` and ``others`` of their files, by their names in content/, and what to know of them."""

    pages: dict[str, Words]
    others: dict[str, Path]
    held: list[str]
    notices: list[str]


def theirs_in(content: Path, taken: Iterable[str], *, drafts: bool) -> Theirs:
    """Return what there is in ``content`` besides posts, with what is not ready if ``drafts`` are wanted.

    ``taken`` are the names of the pages that are there without it. Raises ``PublishError`` for what cannot be read.
    """
    files, notices = files_of(content)
    found = Theirs({}, {}, [], notices)
    unread: list[str] = []
    for name, path in files.items():
        if not name.endswith(places.PAGES):
            found.others[name] = path
        elif not _is_post(name):
            words, faults = _words(path, f"content/{name}", unread)
            notices += faults
            if words.is_draft and not drafts:
                found.held.append(
                    f"content/{name} says draft: true, so it is not on the site; take that line away to publish it"
                )
            else:
                found.pages[name] = words
    if unread:
        raise PublishError("The site is not built, because pages cannot be:", unread)
    notices += _one_at_each_address(found, {*taken})
    notices += _alike_but_for_capitals([*taken, *found.pages, *found.others])
    return found


def _is_post(name: str) -> bool:
    """Tell whether a page is a post's; one that is not among the posts is kept back."""
    return name.startswith(f"{posts.POSTS}/") and name.count("/") == 1 and name.endswith(".md")


def files_of(content: Path) -> tuple[dict[str, Path], list[str]]:
    """Return the author's files that belong to the site, by their names in ``content``, and what is left out and why.

    Raises ``PublishError`` for what may not be read.
    """
    inside = content.resolve()
    found: dict[str, Path] = {}
    told: dict[str, None] = {}
    unread: list[str] = []
    for name, path in files_in(content, lambda error: unread.append(f"{error.filename}: {error.strerror}")):
        parts = name.split("/")
        if any(part.startswith(".") for part in parts) or name in FILES:
            continue
        if parts[0].casefold() == posts.DRAFTS and len(parts) > 1:
            told |= {} if parts[0] == posts.DRAFTS else {_not_drafts(parts[0]): None}
        elif not path.is_symlink() or Path(os.path.realpath(path)).is_relative_to(inside):
            if reason := _unfit(name, path):
                told[f"content/{_shown(name)} {reason}"] = None
            elif not os.access(path, os.R_OK, effective_ids=_EFFECTIVE):
                unread.append(f"{path}: Permission denied")
            else:
                found[name] = path
    if unread:
        raise PublishError("The site is not built, because files of it cannot be read:", unread)
    return dict(sorted(found.items())), list(told)


def _not_drafts(folder: str) -> str:
    return f"content/{folder}/ is not on the site, as the folder of drafts; call it content/{posts.DRAFTS}/"


def _unfit(name: str, path: Path) -> str:
    """Return why the site cannot have the file at ``path``; nothing where it can."""
    if not_utf8(name):
        return "has a name that is not UTF-8, and is left out; rename it"
    try:
        kind = path.stat().st_mode
    except OSError:
        return "is a link that leads nowhere, and is left out; take it away"
    if S_ISDIR(kind):
        return "is a link to a folder, and is left out; put a folder there, or link to its files"
    return "" if S_ISREG(kind) else "is no file, but a named pipe or a device, and is left out; take it away"


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")


def _words(path: Path, name: str, unread: list[str]) -> tuple[Words, Iterator[str]]:
    """Return what the page at ``path`` says, and what is wrong with its front matter; what cannot be is ``unread``."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    matter, body, problem = split(text)
    before = text.count("\n") - body.count("\n")
    long = (each for each in too_long(body, before + 1, _LONGEST) if not _is_markup(body, each[0] - before - 1))
    unread += [f"{name}:{line}: {reason}" for line, reason in long]
    return Words(matter, body, before), iter([f"{name}:{problem[0]}: {problem[1]}"] if problem else [])


def _is_markup(body: str, number: int) -> bool:
    """Tell whether a line is HTML, which Markdown hardly looks at."""
    return len(body) <= _LONGEST and body.split("\n")[number].startswith("<")


def _one_at_each_address(found: Theirs, taken: set[str]) -> Iterator[str]:
    """Leave one page at each address, the first of a post or one of ours, a page, and a folder's page; tell of it."""
    first = {_file_of(name): name for name in taken}
    for name in sorted(found.pages, key=lambda name: PurePosixPath(name).stem in {"index", "README"}):
        other = first.setdefault(_file_of(name), name)
        if other != name:
            del found.pages[name]
            is_ours = other in taken and not _is_post(other)
            yield f"content/{name} is not on the site, as {_beside_ours(other) if is_ours else _beside(other)}"
    theirs = {_file_of(name): name for name in (*found.pages, *filter(_is_post, taken))}
    for name in sorted(found.others.keys() & theirs.keys()):
        del found.others[name]
        yield f"content/{name} is not on the site, as {_beside(theirs[name])}"
    for name in sorted(also_folders([*taken, *found.pages, *found.others]) & found.others.keys()):
        del found.others[name]
        yield f"content/{name} is not on the site, as the pages of the folder {name}/ are; rename it"


def _beside(other: str) -> str:
    return f"content/{other} has the same address; rename one of them"


def _beside_ours(other: str) -> str:
    return (
        f"Byline's page {places.unquoted(other)} has the same address; call it content/{other} to add its words there"
    )


def _file_of(page: str) -> str:
    return places.unquoted(page) + "index.html"


def _alike_but_for_capitals(names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for names that are one on Windows and macOS."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        alike[name.casefold()].append(name)
    for same in alike.values():
        if len(same) > 1:
            listed = " and ".join(f"content/{name}" for name in sorted(same))
            yield f"{listed} differ in nothing but capitals, and are one on Windows and macOS; rename one of them"
