"""Quotations, word for word: taking one from an entry, and telling whether one stands in its source.

What comes in is an entry of the store; what goes out is a sentence of it, or the truth about a quotation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from pipeline.html import blocks_of, plain_text, sentences
from pipeline.html import digest as hashed
from pipeline.likeness import holds, parts, plain, words
from pipeline.model import Snapshot

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from pipeline.model import Entry, PlainText

_SHORT: Final = 6
"""A sentence of fewer words tells too little to stand alone."""
_APART: Final = " ¶ "
"""What stands between a title and its text, so that no quotation goes from one into the other."""
_REMARK: Final = re.compile(
    r"\s*[\[(](?:sic!?|(?:my |our )?(?:emphasis|italics)(?: mine| ours| added)?|Hervorhebung [^\])]{1,30}"
    r"|je souligne|nous soulignons)[\])]",
    re.IGNORECASE,
)
"""What an author says of a quotation within it."""
_INCISE: Final = re.compile(
    r",? (?:(?:m[’'])?(?:a|ont) )?(?:dit|déclar[ée]|affirm[ée]|expliqu[ée]|ajout[ée]|assur[ée]|confi[ée]|précis[ée]"
    r"|promet|promis|poursuit|poursuivi)(?:-(?:il|elle|ils|elles))?(?: [^,«».]{1,60})?, "
)
"""Who speaks, said within the marks, as is the custom of French."""
_PART_OF_A_NAME: Final = r"(?:(?:of|the|for|at|de|del|da|di|du|la|le|van|von|der|y) )*[A-ZÀ-ÖØ-Þ][\w’'-]*\.?"
_SIGNED: Final = re.compile(
    rf"(?:\s*(?:[—–―]|--)\s*|(?<=[”\"»])\s+|\s*\()({_PART_OF_A_NAME}(?: {_PART_OF_A_NAME}){{0,4}})"
    r"(?:,((?: [\w’'-]+){1,7}))?\)?$"
)
"""Who said it, behind a dash or in brackets at the end of a quotation that stands by itself; and what they are."""
_SENTENCE: Final = re.compile(
    r"\b(?:I|we|you|they|he|she|it|who|is|are|was|were|be|has|have|had|will|would|can|could|not?|never|ich|wir|ist|war"
    r"|nicht|je|nous|est|pas|yo|es|no)\b",
    re.IGNORECASE,
)
"""What no name and no office has in it."""
_BRACKETED: Final = re.compile(r"\[(\w)\](?=\w)")
"""One letter that the author changed, as who quotes half a sentence does."""
_MOST_LOOKED_AT: Final = 400
"""So many words of a part are compared to find where it leaves its source."""


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
    told = (source_text(source) for source in sources)
    return tuple(plain(_APART.join((title, " ".join(blocks)))) for title, *blocks in told)


def stands_in(quoted: str, texts: Iterable[str]) -> bool:
    """Tell whether ``quoted`` stands word for word in one of the plain ``texts``, each part of it around an ellipsis.

    Kinds of quotation marks, dashes and spaces do not count, as typing them anew changes no word; nor does a sign at
    the end, “[sic]”, or the first letter of “[W]e”.
    """
    return any(_stands(form, texts) for form in _forms(quoted))


def unsigned(quoted: str, known: Container[str]) -> str:
    """Return ``quoted`` without the name at its end of who said it, if each word of the name is ``known``."""
    signed = _SIGNED.search(quoted)
    if signed is None or _SENTENCE.search(signed[0]):
        return quoted
    is_known = all(word.removesuffix("'s") in known for word in words(signed[1]))
    return quoted[: signed.start()] if is_known else quoted


def _stands(quoted: str, texts: Iterable[str]) -> bool:
    whole, wanted = plain(quoted).rstrip(",.;: "), parts(quoted)
    return bool(whole and wanted) and any(holds(text, [whole]) or holds(text, wanted) for text in texts)


def _forms(quoted: str) -> Iterator[str]:
    """Yield ``quoted`` as it is, and as its source has it where the author says that something is not."""
    yield quoted
    said = _REMARK.sub("", quoted)
    if said != quoted:
        yield said
    if _INCISE.search(said):
        yield from (_INCISE.sub(other, said) for other in (" ", ", "))
    if "[" in quoted:
        yield _BRACKETED.sub(lambda found: found[1].lower(), said)
        yield _BRACKETED.sub(lambda found: found[1].upper(), said)


def parts_from_source_at(quoted: str, texts: Sequence[str]) -> str:
    """Return the words at which ``quoted``, which stands in none of the plain ``texts``, leaves the nearest of them."""
    nearest = max(_forms(quoted), key=lambda form: max((_standing(form.split(), text) for text in texts), default=0))
    for part in re.split(r"[\[(]?(?:…|\.(?:\s?\.){2,})[\])]?", nearest):
        several = part.split()[:_MOST_LOOKED_AT]
        most = max((_standing(several, text) for text in texts), default=0)
        if most < len(several):
            return " ".join(several[most : most + 3])
    return quoted  # each part stands there, but not in this order


def _standing(several: Sequence[str], text: str) -> int:
    """Return how many of the words ``several``, from the first on, stand in ``text`` one after the other."""
    starts = range(1, min(len(several), _MOST_LOOKED_AT) + 1)  # of what stands, each beginning stands as well
    return bisect_left(starts, 1, key=lambda many: not _begins(several[:many], text))


def _begins(several: Sequence[str], text: str) -> bool:
    start = plain(" ".join(several))
    return not start or holds(text, [start])
