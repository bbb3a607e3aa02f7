"""Quotations, word for word: taking one from an entry, and telling whether one stands in its source.

What comes in is an entry of the store; what goes out is a sentence of it, or the truth about a quotation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of, plain_text, sentences
from pipeline.html import digest as hashed
from pipeline.likeness import count, holds, parts, plain
from pipeline.model import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.model import Entry, PlainText

_SHORT: Final = 6
"""A sentence of fewer words tells too little to stand alone."""
FEWEST: Final = 3
"""Of fewer words no part of a quotation may be that leaves words out: from crumbs one can bake any sentence."""


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


def plain_texts(sources: Iterable[Entry | Snapshot]) -> tuple[str, ...]:
    """Return all that each of ``sources`` says, made plain, so that quotations can be looked for in it."""
    return tuple(plain(" ".join(source_text(source))) for source in sources)


def stands_in(quoted: str, texts: Iterable[str]) -> bool:
    """Tell whether ``quoted`` stands word for word in one of the plain ``texts``, each part of it around an ellipsis.

    Kinds of quotation marks, dashes and spaces do not count, as typing them anew changes no word.
    """
    whole, wanted = plain(quoted), parts(quoted)
    return bool(wanted) and any(holds(text, [whole]) or holds(text, wanted) for text in texts)


def parts_from_source_at(quoted: str, texts: Sequence[str]) -> str:
    """Return the words at which ``quoted``, which stands in none of the plain ``texts``, leaves the nearest of them."""
    for part in re.split(r"[\[(]?(?:…|\.(?:\s?\.){2,})[\])]?", quoted):
        words = part.split()
        most = max((_standing(words, text) for text in texts), default=0)
        if most < len(words):
            return " ".join(words[most : most + 3])
    return quoted  # each part stands there, but not in this order


def _standing(words: Sequence[str], text: str) -> int:
    """Return how many of ``words``, from the first on, stand in ``text`` one after the other."""
    starts = ((many, plain(" ".join(words[:many]))) for many in range(len(words), 0, -1))
    return next((many for many, start in starts if start and holds(text, [start])), 0)


def crumbs(quoted: str, texts: Sequence[str]) -> list[str]:
    """Return the parts of ``quoted`` around its ellipses that are too short to keep the sense of their sentence.

    An ellipsis that the source itself has leaves nothing out.
    """
    found = parts(quoted)
    if len(found) < 2 or any(holds(text, [plain(quoted)]) for text in texts):  # noqa: PLR2004
        return []
    return [part for part in found if count(part) < FEWEST]
