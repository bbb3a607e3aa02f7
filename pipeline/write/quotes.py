"""Quotations, word for word: taking one from an entry, and telling whether one stands in its source.

What comes in is an entry of the store; what goes out is a sentence of it, or the truth about a quotation.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of, plain_text, sentences
from pipeline.html import digest as hashed
from pipeline.model import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.model import Entry, PlainText

_SHORT: Final = 6
"""A sentence of fewer words tells too little to stand alone."""
FEWEST: Final = 3
"""Of fewer words no part of a quotation may be that leaves words out: from crumbs one can bake any sentence."""
_SAME: Final = str.maketrans(
    {mark: same for same, marks in {"'": "‘’‚‛′`´", '"': "“”„‟″«»", "-": "‐‑‒–—―−"}.items() for mark in marks}
)


def source_text(source: Entry | Snapshot) -> tuple[str, ...]:
    """Return all that ``source`` says, one text for each paragraph: an entry's title, summary and content."""
    if isinstance(source, Snapshot):
        return (source.title, *source.text.split("\n\n"))
    return (source.title, *blocks_of(source.summary), *blocks_of(source.content))


def digest(entry: Entry) -> str:
    """Return the hash by which the text that a quotation was taken from is known again."""
    return hashed("\n".join(source_text(entry)))


def quotation(entry: Entry, article: Snapshot | None, most_words: int) -> PlainText | None:
    """Return the first sentences of ``entry`` that make up a quotation of at most ``most_words`` words.

    Where the feed gives none, they are of its article.
    """
    told = (*blocks_of(entry.content), *blocks_of(entry.summary))
    for block in (*told, *(article.text.split("\n\n") if article else ())):
        taken: list[str] = []
        for sentence in sentences(block):
            if len(" ".join([*taken, sentence]).split()) > most_words:
                break
            taken.append(sentence)
            if len(" ".join(taken).split()) >= _SHORT:
                return plain_text(" ".join(taken))
    return None


def stands_in(quoted: str, sources: Iterable[Entry | Snapshot]) -> bool:
    """Tell whether ``quoted`` stands word for word in one of ``sources``, each part of it around an ellipsis.

    Kinds of quotation marks, dashes and spaces do not count, as typing them anew changes no word.
    """
    parts = _parts(quoted)
    return bool(parts) and any(_in_order(parts, _plain(" ".join(source_text(entry)))) for entry in sources)


def parts_from_source_at(quoted: str, sources: Iterable[Entry | Snapshot]) -> str:
    """Return the words at which ``quoted``, which stands in none of ``sources``, leaves the nearest of them."""
    texts = [f" {_plain(' '.join(source_text(entry)))} " for entry in sources]
    for part in _parts(quoted):
        words = part.split()
        most = max(_standing(words, text) for text in texts)
        if most < len(words):
            return " ".join(words[most : most + 3])
    return quoted  # each part stands there, but not in this order


def _standing(words: Sequence[str], text: str) -> int:
    """Return how many of ``words``, from the first on, stand in ``text`` one after the other."""
    return next((many for many in range(len(words), 0, -1) if f" {' '.join(words[:many])} " in text), 0)


def crumbs(quoted: str) -> list[str]:
    """Return the parts of ``quoted`` around its ellipses that are too short to keep the sense of their sentence."""
    parts = _parts(quoted)
    return [part for part in parts if len(part.split()) < FEWEST] if len(parts) > 1 else []


def _parts(quoted: str) -> list[str]:
    # Normalising made three points of each ellipsis.
    return [part for part in re.split(r"\s*(?:\[\.\.\.\]|\.\.\.)\s*", _plain(quoted)) if part]


def _in_order(parts: Sequence[str], text: str) -> bool:
    """Tell whether ``parts`` stand in ``text`` one after the other, each as whole words."""
    at = 0
    for part in parts:
        pattern = rf"(?<!\w){re.escape(part)}(?!\w)"
        found = re.compile(pattern).search(text, at)
        if found is None:
            return False
        at = found.end()
    return True


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SAME).split()).strip("\"' ")
