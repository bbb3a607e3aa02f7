"""What is known beside the bytes of a letter, by which it is judged. Nothing here was looked up by the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from pipeline.send.lint.spam import Score

    Question: TypeAlias = tuple[str, str]
    """A name, and the kind of record: TXT, MX, A or AAAA."""
    Records: TypeAlias = Mapping[Question, tuple[str, ...] | None]
    """What DNS has of each; None where it gave no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the author's site says of the letter.

    ``postal_address`` is what the settings hold, ``drafts`` are the names of the drafts, without ending and without
    the post at hand, ``dead`` the links that were tried in vain, each with the reason as a part of a sentence,
    and ``behind`` says where links that are counted lead in the end.
    ``records`` are the answers of DNS, if it was asked, ``keys`` the public keys of our own by selector and domain,
    and ``spam`` is what SpamAssassin says.
    """

    postal_address: str = ""
    drafts: frozenset[str] = frozenset()
    dead: Mapping[str, str] = field(default_factory=dict)
    behind: Mapping[str, str] = field(default_factory=dict)
    records: Records | None = None
    keys: Mapping[tuple[str, str], str] = field(default_factory=dict)
    spam: Score | None = None
