"""The file in which the texts for the channels wait: shares/POST.md in the site's folder. The author edits it.

What stands in it is a text for each channel under a heading of its own. Nothing of it is ever on the site, as it lies
beside content/ and not in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline import yamltext
from pipeline.errors import UsageError
from pipeline.post import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER: Final = "shares"
_HEAD: Final = re.compile(r"\A---\n(.*?\n)?---\n", re.DOTALL)
_SECTION: Final = re.compile(r"^## ([a-z][a-z0-9-]{0,39})[ \t]*$", re.MULTILINE)
_LARGEST: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What goes with the texts: where the post is, its card (a file of the site) and what that shows in words."""

    link: str
    image: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """The texts of one post by channel, and the file in which they are."""

    path: Path
    texts: Mapping[str, str]


def path_of(root: Path, name: str) -> Path:
    """Return where the texts about the post ``name`` are, or would be."""
    return root / FOLDER / f"{name}.md"


def read(path: Path) -> Drafted:
    """Return the texts in ``path``; none where there is no such file. Raises ``PostError`` and ``UsageError``."""
    return Drafted(path=path, texts=texts_in(_text(path), path) if path.exists() else {})


def texts_in(text: str, path: Path) -> dict[str, str]:
    """Return the texts by channel. Raises ``UsageError`` where one channel has two."""
    body = _HEAD.sub("", text, count=1)
    parts = _SECTION.split(body)[1:]
    found: dict[str, str] = {}
    for name, said in zip(parts[::2], parts[1::2], strict=True):
        if name in found:
            raise UsageError(f"{path} has two texts for {name}; take one out")
        found[name] = said.strip()
    return found


def write(path: Path, facts: Facts, fresh: Mapping[str, str], *, anew: bool = False) -> Drafted:
    """Put the ``fresh`` texts into the file; those that it has stay as the author left them, unless ``anew``."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_head(facts) + "".join(_section(name, text) for name, text in fresh.items()), encoding="utf-8")
        return read(path)
    loaded = files.load(path)
    text = loaded.text
    known = texts_in(text, path)
    for name, said in fresh.items():
        if name in known and anew:
            text = _replaced(text, name, said)
        elif name not in known:
            text = text.rstrip("\n") + "\n" + _section(name, said)
    if text != loaded.text:
        files.save(path, text, loaded.mark)
    return read(path)


def put(path: Path, name: str, said: str, mark: str) -> str:
    """Put what the author wrote for one channel into the file that had ``mark``; return its mark from now on.

    Raises ``UsageError`` where it could not be read again as it is, and ``ChangedOutsideError``.
    """
    if found := _SECTION.search(said):
        raise UsageError(
            f"a line such as “{found[0]}” begins the text of another channel in {path.name}; write it otherwise"
        )
    loaded = files.load(path)
    is_known = name in texts_in(loaded.text, path)
    text = _replaced(loaded.text, name, said) if is_known else loaded.text.rstrip("\n") + "\n" + _section(name, said)
    if text == loaded.text:
        return loaded.mark
    return files.save(path, text, mark).mark


def _text(path: Path) -> str:
    loaded = files.load(path)
    if len(loaded.text) > _LARGEST:
        raise UsageError(f"{path} is no file of texts to share: it has {len(loaded.text):,} characters")
    return loaded.text


def _head(facts: Facts) -> str:
    lines = (yamltext.in_a_line({name: getattr(facts, name)})[1:-1] for name in ("link", "image", "alt"))
    return "---\n" + "".join(f"{line}\n" for line in lines) + "---\n"


def _section(name: str, text: str) -> str:
    return f"\n## {name}\n\n{text.strip()}\n"


def _replaced(text: str, name: str, said: str) -> str:
    """Return ``text`` with another text for the channel ``name``."""
    found = next(each for each in _SECTION.finditer(text) if each[1] == name)
    after = _SECTION.search(text, found.end())
    end = after.start() - 1 if after else len(text)
    return text[: found.start() - 1] + _section(name, said) + text[end:]
