"""What a reader sees of a letter before opening it: its subject, and the words that come behind it (the preheader)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from pipeline.send.lint.boxes import Box
    from pipeline.send.lint.copy import Copy
    from pipeline.send.lint.rules import LetterFinding

LONGEST_SUBJECT: Final = 60
SHORTEST_PREHEADER: Final = 40
LONGEST_PREHEADER: Final = 130
_REPLY: Final = re.compile(
    r"(?:re|fwd?|fw|aw|wg|sv|vs|vb|tr|rv|enc|odp|pd|antw|ynt|ilt|回复|转发)(?:\[\d+\])?\s*[:\uff1a]", re.IGNORECASE
)
_FEWEST: Final = 2
"""Words in capitals that are no abbreviation."""
_BLOCKS: Final = frozenset(
    "p div td th h1 h2 h3 h4 h5 h6 li blockquote pre body table tr center section header".split()
)
_PADDING: Final = re.compile("[\\s\u00ad\u034f\u200b-\u200f\u2007\u2060\ufeff]+")
"""What some write behind a preheader so that nothing else is shown there."""


def at_first_sight(copy: Copy, seen: Sequence[Box]) -> Iterator[LetterFinding]:
    """Yield what is wrong with subject and preheader."""
    yield from _subject(copy.said("Subject"))
    if copy.root is not None:
        yield from _preheader(preheader(seen))


def _subject(subject: str) -> Iterator[LetterFinding]:
    if not subject.strip():
        yield Rule.SUBJECT_EMPTY.found("Subject", "the letter has no subject", "Give the post a title.")
        return
    if len(subject) > LONGEST_SUBJECT:
        told = f"the subject has {len(subject)} characters; of more than {LONGEST_SUBJECT} a phone shows no end"
        yield Rule.SUBJECT_LONG.found("Subject", told, "Shorten the post's title, or say first what matters.")
    if _REPLY.match(subject):
        told = f"“{subject}” pretends to answer or to pass on a mail of the reader's"
        yield Rule.SUBJECT_REPLY.found("Subject", told, "Take the first word out of the post's title.")
    letters = [letter for letter in subject if letter.upper() != letter.lower()]
    if letters and all(map(str.isupper, letters)) and len(re.findall(r"\w{3,}", subject)) >= _FEWEST:
        told = "the subject is in capitals, as spam is"
        yield Rule.SUBJECT_CAPITALS.found("Subject", told, "Write the post's title as a sentence.")


def preheader(seen: Sequence[Box]) -> str:
    """Return the first words of a letter, as far as its first paragraph goes: mail programs show them in the list.

    Words that are hidden count, as they do there.
    """
    for box in seen:
        if box.text and box.element is not None and not _is_head(box.element):
            return _PADDING.sub(" ", _block(box.element).text_content()).strip()
    return ""


def _is_head(element: HtmlElement) -> bool:
    return any(each.tag in {"head", "style", "script", "title"} for each in (element, *element.iterancestors()))


def _block(element: HtmlElement) -> HtmlElement:
    return next(each for each in (element, *element.iterancestors()) if each.tag in _BLOCKS or each.getparent() is None)


def _preheader(words: str) -> Iterator[LetterFinding]:
    remedy = f"Write a summary: of {SHORTEST_PREHEADER} to {LONGEST_PREHEADER} characters into the post's front matter."
    if not words:
        told = "the letter begins with no words, so there is nothing to show behind its subject"
        yield Rule.PREHEADER_EMPTY.found("html", told, remedy)
    elif not SHORTEST_PREHEADER <= len(words) <= LONGEST_PREHEADER:
        told = f"the first words, shown behind the subject, have {len(words)} characters: “{words[:40]}…”"
        yield Rule.PREHEADER_LENGTH.found("html", told, remedy)
