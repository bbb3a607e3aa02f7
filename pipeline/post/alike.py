"""Whether two texts are one post that only got another name. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from datetime import date

    from pipeline.model import PlainText

_LIKE: Final = 0.8
"""Two texts that have so many of their words in common, in their order, read alike."""
_READ: Final = 1_000
"""Words; more of a text tell no more."""


class Said(Protocol):
    """What tells a post from others, whatever its file is called."""

    @property
    def title(self) -> PlainText:
        """Its title."""

    @property
    def date(self) -> date:
        """Its day."""

    @property
    def body(self) -> str:
        """Its text after the front matter."""


def are_one(old: Said, new: Said) -> bool:
    """Tell whether ``new`` is ``old``, which may have been changed a little."""
    if old.body == new.body or (old.title == new.title and old.date == new.date):
        return True
    return old.date == new.date and _is_like(old, new)


def reads_like(old: Said, new: Said) -> bool:
    """Tell whether whoever got ``old`` would know it again in ``new``, which may have got another day, too."""
    return are_one(old, new) or _is_like(old, new)


def _is_like(old: Said, new: Said) -> bool:
    match = SequenceMatcher(None, _words(old), _words(new), autojunk=False)
    return match.quick_ratio() > _LIKE and match.ratio() > _LIKE  # the first takes little, and is never less


def _words(said: Said) -> list[str]:
    return said.body.split()[:_READ]
