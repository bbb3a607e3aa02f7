"""Files of contacts to people: LinkedIn, Google, Outlook, vCard, and Markdown or YAML by hand.

What comes in is a file of any size, read once from its beginning to its end; what goes out, one after the other, are
people as it tells of them, and what was refused of it. It knows nothing of the store, and makes nobody a reader.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from pipeline.connect.contacts import byhand, tables, vcard
from pipeline.connect.contacts.lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.connect.contacts.facts import Card, Head, Place, Refused
    from pipeline.connect.contacts.lines import Line

    Told = Card | Place | Refused | Head

_MARKDOWN: Final = frozenset({".md", ".markdown"})
_YAML: Final = frozenset({".yml", ".yaml"})


def contacts(path: Path) -> Iterator[Told]:
    """Yield whom the file tells of, by what it holds: its name decides for Markdown and YAML alone.

    Raises ``UsageError`` where it can be none of the kinds that are known.
    """
    lines = lines_of(path)
    if path.suffix.lower() in _MARKDOWN:
        return byhand.of_markdown(lines)
    if path.suffix.lower() in _YAML:
        return byhand.of_yaml(lines)
    first = next((line for line in lines if line.text.strip()), None)
    whole: Iterator[Line] = chain([first] if first else [], lines)
    if first and first.text.strip().upper().startswith("BEGIN:VCARD"):
        return vcard.cards_of(whole)
    return tables.cards_of(whole, path.name)
