"""The text that a mail system writes for people -> the recipients it names, each with the words about it.

There is no standard for it. What forms there are have this in common: an address stands at the beginning of a line,
or behind a few known words, and what follows until the next such line is about it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.send.returned.phrases import folded, sections
from pipeline.send.returned.report import ADDRESS, MOST_LINES, MOST_RECIPIENTS, address_in

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_LINE: Final = 1000
_LONGEST_MARK: Final = 200
"""Characters of a line that says that the letter begins."""
_LONGEST_WORDS: Final = 4000
_TELLS: Final = 20
"""Characters that can say a reason; where fewer follow the recipient, it stands before."""
_AT_START: Final = (
    r"\s{0,40}(?:[-*>]{1,3}\s{1,4})?(?:\d{1,3}[.)]\s{1,4})?"
    r"(?:(?:failed |final |original )?"
    r"(?:recipients?|rcpt to|user|address|e-?mail|mailto|empf[äa]nger|destinataire|destinatario|получатель|宛先)"
    r"(?:\s?\(s\))?(?: address(?:es)?)?\s{0,4}:\s{0,9})?[\"'(\[]?<?(?:mailto:|smtp:|rfc822;\s?)?"
)
_LED: Final = re.compile(
    rf"(?:(?P<code>[45]\d\d )(?:[45]\.\d{{1,2}}\.\d{{1,3}} )?<?|{_AT_START})"
    rf"(?P<address>{ADDRESS.pattern})(?(code)>?\.\.\. )",
    re.IGNORECASE,
)
_TOLD: Final = re.compile(
    r"(?i)(?:reach the following recipient(?:\(s\))?:|recipients?:?|recipient address:?|following address(?:es)?:?"
    r"|delivery to|deliver (?:message |mail |your message )?to|delivered to:?|message to|mail to|rcpt to:|addressed to"
    rf"|sent to|mailing list|message for|for user)\s{{0,9}}[\"'(\[]?<?({ADDRESS.pattern})>?"
)
_TO: Final = re.compile(
    rf"(?im)^\s{{0,40}}(?:to|an|à|para|a|aan|кому)\s{{0,4}}:\s{{0,9}}(?:[^\s<@][^\n<@]{{0,60}}<|[\"'<])?({ADDRESS.pattern})"
)
_ENDS_A_LINE: Final = re.compile(
    r"(?im)^(?![ \t]{0,40}(?:from|sender|reply|message-id|contact|postmaster|help|cc|to|return-path|envelope|mail)\b)"
    rf"[^:@\n]{{1,50}}:\s{{0,9}}<?({ADDRESS.pattern})>?\s{{0,9}}$"
)
_HEADER_TO: Final = re.compile(r"(?im)^(?:x-)?(?:envelope-|delivered-|original-)?to\s{0,3}:(.{1,400})")


def before_original(text: str) -> tuple[str, str]:
    """Return what stands before the letter that came back, and the rest."""
    lines = text.split("\n", MOST_LINES)
    for number, line in enumerate(lines):
        if line and len(line) <= _LONGEST_MARK and _begins_the_letter(line):
            return "\n".join(lines[:number]), "\n".join(lines[number:])
    return text, ""


def _begins_the_letter(line: str) -> bool:
    words = folded(line.strip(" \t->*=_#:"))
    signs = sections("signs.txt")
    at_start = any(words.startswith(phrase) for (phrase,) in signs["the letter begins"])
    return at_start or (words,) in signs["the letter begins: the whole line"]


def recipients(text: str) -> dict[str, str]:
    """Return the words of ``text`` by the recipient that they are about, in the order of the text."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    talk: list[str] = []
    for line in _lines(text):
        led = _LED.match(line)
        if led and len(found) < MOST_RECIPIENTS:
            current = found.setdefault(led["address"], [])
            if led["code"]:  # sendmail tells first what was said, then of whom
                current += talk
                talk = []
        elif _is_talk(line):
            talk.append(line)
        current.append(line)
    return {address: "\n".join(lines)[:_LONGEST_WORDS] for address, lines in found.items()} or _mentioned(text)


def _mentioned(text: str) -> dict[str, str]:
    """Return the one recipient that ``text`` names in a sentence, or as what the letter was sent to."""
    flat = " ".join(text[:_LONGEST_WORDS].split())
    if found := _TOLD.search(flat):
        after = flat[found.end() :]
        return {found[1]: after if len(after) > _TELLS else flat}
    found = _ENDS_A_LINE.search(text[:_LONGEST_WORDS]) or _TO.search(text[:_LONGEST_WORDS])
    return {found[1]: text[found.start() : _LONGEST_WORDS]} if found else {}


def heading(text: str) -> tuple[str, str]:
    """Return what ``text`` says before it comes to the first recipient, and the last line of that."""
    before: list[str] = []
    for line in _lines(text):
        if _LED.match(line):
            said = "\n".join(before).strip()
            return said[-_LONGEST_WORDS:], said.rpartition("\n")[2]
        if not _is_talk(line):
            before.append(line)
    return "", ""


def _lines(text: str) -> Sequence[str]:
    return [line[:_LONGEST_LINE] for line in text.split("\n", MOST_LINES)[:MOST_LINES]]


def _is_talk(line: str) -> bool:
    """Tell whether ``line`` is of a transcript: what one mail server said to the other."""
    return line.startswith((">>>", "<<<"))


def addressed(original: str) -> str:
    """Return to whom the letter that came back was addressed, by the first such header in ``original``."""
    found = _HEADER_TO.search(original)
    return address_in(found[1]) if found else ""
