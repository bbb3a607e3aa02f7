"""Where else a post was published, written into its front matter; every other byte stays as it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline import yamltext
from pipeline.post import files
from pipeline.post.format import parse

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "syndication"
_FRONT: Final = re.compile(r"\A---[ \t]*\n(?P<matter>.*?)(?=^---[ \t]*$)", re.DOTALL | re.MULTILINE)
_ON_A_LINE: Final = re.compile(rf"^{NAME}:[ \t]+[^\s#|>][^\n]*\n", re.MULTILINE)
_ONE: Final = re.compile(rf"^{NAME}:[ \t]+(?P<said>[^\s\[#][^\n]*)$", re.MULTILINE)


def note_syndication(path: Path, url: str) -> bool:
    """Note in the post at ``path`` that it is at ``url``, too; tell whether it was new.

    Raises ``ChangedOutsideError`` where the file was changed in that moment, ``PostError`` where it is no post, and
    ``ValueError`` where its front matter is written in a way that only the author can change.
    """
    loaded = files.load(path)
    if url in parse(loaded.text, path).syndication:
        return False
    files.save(path, with_syndication(loaded.text, url), loaded.mark)
    return True


def forget_syndication(path: Path, url: str) -> bool:
    """Take ``url`` out of where the post at ``path`` is, too; tell whether it was there. Raises as noting does."""
    loaded = files.load(path)
    if url not in parse(loaded.text, path).syndication:
        return False
    files.save(path, without_syndication(loaded.text, url), loaded.mark)
    return True


def with_syndication(text: str, url: str) -> str:
    """Return the file ``text`` of a post with ``url`` among its addresses elsewhere. Raises ``ValueError``."""
    found = _FRONT.match(text)
    if found is None:
        raise ValueError("it has no front matter")
    matter = found["matter"]
    one = _ONE.search(matter)
    if one is not None:  # a single address, where a list may stand
        old = parse(text).syndication
        fresh = f"{matter[: one.start()]}{NAME}: {yamltext.in_a_line([*map(str, old), url])}{matter[one.end() :]}"
    else:
        fresh = yamltext.append_items(matter, (NAME,), [url])
    changed = text[: found.start("matter")] + fresh + text[found.end("matter") :]
    if url not in parse(changed).syndication:
        raise ValueError("its front matter is written in a way that only you can change")
    return changed


def without_syndication(text: str, url: str) -> str:
    """Return the file ``text`` of a post without ``url`` among its addresses elsewhere. Raises ``ValueError``."""
    found = _FRONT.match(text)
    if found is None:
        raise ValueError("it has no front matter")
    matter, told = found["matter"], [str(each) for each in parse(text).syndication]
    left = [each for each in told if each != url]
    fresh = _ON_A_LINE.sub(lambda _: f"{NAME}: {yamltext.in_a_line(left)}\n" if left else "", matter, count=1)
    if fresh == matter:
        fresh = yamltext.remove_item(matter, (NAME,), told.index(url))
        fresh = fresh if left else fresh.replace(f"\n{NAME}: []\n", "\n", 1)
    changed = text[: found.start("matter")] + fresh + text[found.end("matter") :]
    if [str(each) for each in parse(changed).syndication] != left:
        raise ValueError("its front matter is written in a way that only you can change")
    return changed
