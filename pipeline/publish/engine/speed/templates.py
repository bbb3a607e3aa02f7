"""The templates of a theme, found and compiled quickly; what they make is the same."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

from jinja2 import BytecodeCache, FileSystemLoader

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from jinja2 import Environment
    from jinja2.bccache import Bucket
    from mkdocs.theme import Theme


def quicken(theme: Theme) -> None:
    """See to it that MkDocs gets the templates of ``theme`` by way of this module."""
    theme.get_env = partial(_quick, theme.get_env)  # type: ignore[method-assign]


def _quick(made: Callable[[], Environment]) -> Environment:
    env = made()
    env.bytecode_cache = _COMPILED
    if isinstance(env.loader, FileSystemLoader):
        env.loader = _Visible(env.loader.searchpath)
    return env


class _Visible(FileSystemLoader):
    """Lists no hidden files: MkDocs takes none of them for the site, and Material has ten thousand icons there."""

    def list_templates(self) -> list[str]:
        """Return the names of all files that are neither hidden nor in a hidden folder."""
        return sorted({name for root in self.searchpath for name in _visible(str(root))})


def _visible(root: str) -> list[str]:
    names = []
    for place, folders, files in os.walk(root):
        folders[:] = [folder for folder in folders if not folder.startswith(".")]
        inside = place[len(root) :].strip(os.sep).replace(os.sep, "/")
        names += [f"{inside}/{file}" if inside else file for file in files if not file.startswith(".")]
    return names


class _Compiled(BytecodeCache):
    """Templates that this process has compiled, for its next build; never a file, as what is in it is run."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a template that was compiled from the same source."""
        checksum, code = self._known.get(bucket.key, ("", None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was compiled."""
        self._known[bucket.key] = (bucket.checksum, bucket.code)


_COMPILED: Final = _Compiled()
