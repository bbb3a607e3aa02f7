"""The rules that a letter is checked by: how grave it is to break each, who says so, and as of which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, Self


class Grade(StrEnum):
    """A letter that fails a rule should not leave as it is; a warning is worth a look."""

    FAIL = "fail"
    WARN = "warn"


class Source(NamedTuple):
    """Who says so, and as of which day: that of a standard, or of the page as it was read."""

    name: str
    as_of: date


_RFCS: Final = {
    2045: date(1996, 11, 1),
    2046: date(1996, 11, 1),
    2369: date(1998, 7, 1),
    2606: date(1999, 6, 1),
    5322: date(2008, 10, 1),
    6376: date(2011, 9, 1),
    6761: date(2013, 2, 1),
    7489: date(2015, 3, 1),
    8058: date(2017, 1, 1),
}
"""The month of each standard."""
_WCAG: Final = date(2023, 10, 5)
_GOOGLE: Final = Source("Google, Email sender guidelines, https://support.google.com/a/answer/81126", date(2025, 2, 15))
_MICROSOFT: Final = Source("Microsoft, Outlook.com requirements for high-volume senders", date(2026, 6, 21))
_YAHOO: Final = Source("Yahoo, Sender Hub, https://senders.yahooinc.com/best-practices/", date(2024, 2, 1))
_CLIP: Final = Source("Gmail cuts HTML at about 102 kB, as many have measured", date(2022, 1, 31))
_LAW: Final = Source("15 U.S.C. 7704 (a) (5), and the law of many other countries", date(2003, 12, 16))
_HOUSE: Final = Source("a rule of Byline's own", date(2026, 11, 30))
_SPAMASSASSIN: Final = Source("SpamAssassin, its rules that ask nobody, as installed here", date(2026, 11, 30))
_CANIEMAIL: Final = Source("https://www.caniemail.com", date(2026, 4, 16))


def _rfc(number: int, section: str = "") -> Source:
    return Source(f"RFC {number}" + f", section {section}" * bool(section), _RFCS[number])


def _wcag(criterion: str) -> Source:
    return Source(f"WCAG 2.2, {criterion}", _WCAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFinding:
    """Something that a check found in a letter: where, what, and what to do.

    ``place`` is a header's name, or a line of the files that ``byline letter`` writes: ``html:31``. ``more`` counts
    further places of which the same is to be said.
    """

    rule: str
    severity: Grade
    place: str
    reason: str
    remedy: str
    source: str
    as_of: date
    more: int = 0

    @property
    def hinders(self) -> bool:
        """Whether the letter should not leave like this."""
        return self.severity is Grade.FAIL


class Rule(StrEnum):
    """A rule by the name that findings give it, which never changes."""

    severity: Grade
    source: Source

    def __new__(cls, name: str, severity: Grade, source: Source) -> Self:
        """Make a rule of its name, how grave it is to break it, and who says so."""
        rule = str.__new__(cls, name)
        rule._value_ = name
        rule.severity = severity
        rule.source = source
        return rule

    CLIPPED = "clipped", Grade.FAIL, _CLIP
    NEARLY_CLIPPED = "nearly-clipped", Grade.WARN, _CLIP
    LONG_LINE = "long-line", Grade.FAIL, _rfc(5322, "2.1.1")
    BARE_NEWLINE = "bare-newline", Grade.FAIL, _rfc(5322, "2.3")
    SEVEN_BIT = "seven-bit", Grade.FAIL, _rfc(2045, "6")
    ONE_FROM = "one-from", Grade.FAIL, _rfc(5322, "3.6.2")
    FIELD_TWICE = "field-twice", Grade.FAIL, _rfc(5322, "3.6")
    DATE = "date", Grade.FAIL, _rfc(5322, "3.3")
    MESSAGE_ID = "message-id", Grade.FAIL, _rfc(5322, "3.6.4")
    MIME_VERSION = "mime-version", Grade.FAIL, _rfc(2045, "4")
    NO_UNSUBSCRIBE = "no-unsubscribe", Grade.FAIL, _rfc(2369, "3.2")
    NO_ONE_CLICK = "no-one-click", Grade.WARN, _GOOGLE
    ONE_CLICK_BROKEN = "one-click-broken", Grade.FAIL, _rfc(8058, "3.1")
    UNSUBSCRIBE_UNSIGNED = "unsubscribe-unsigned", Grade.FAIL, _rfc(8058, "4")
    NO_WAY_TO_LEAVE = "no-way-to-leave", Grade.FAIL, _GOOGLE
    NO_REPLY = "no-reply", Grade.FAIL, _MICROSOFT
    FREEMAIL = "freemail", Grade.FAIL, _GOOGLE
    SENDER_RESERVED = "sender-reserved", Grade.WARN, _rfc(2606)
    SENDER_NAME = "sender-name", Grade.WARN, _HOUSE
    SENDER_EMOJI = "sender-emoji", Grade.WARN, _HOUSE
    NO_ADDRESS = "no-address", Grade.FAIL, _LAW
    SUBJECT_EMPTY = "subject-empty", Grade.FAIL, _HOUSE
    SUBJECT_LONG = "subject-long", Grade.WARN, _HOUSE
    SUBJECT_REPLY = "subject-reply", Grade.FAIL, _GOOGLE
    SUBJECT_CAPITALS = "subject-capitals", Grade.WARN, _HOUSE
    PREHEADER_EMPTY = "preheader-empty", Grade.WARN, _HOUSE
    PREHEADER_LENGTH = "preheader-length", Grade.WARN, _HOUSE
    NO_HTML = "no-html", Grade.FAIL, _rfc(2046, "5.1.4")
    NO_TEXT = "no-text", Grade.FAIL, _rfc(2046, "5.1.4")
    TEXT_LINKS = "text-links", Grade.WARN, _HOUSE

    NO_LANG = "no-lang", Grade.FAIL, _wcag("3.1.1")
    LANG_LOST = "lang-lost", Grade.WARN, _wcag("3.1.1")
    NO_TITLE = "no-title", Grade.FAIL, _wcag("2.4.2")
    NO_DARK = "no-dark", Grade.WARN, _HOUSE
    LAYOUT_TABLE = "layout-table", Grade.FAIL, _wcag("1.3.1")
    NO_ALT = "no-alt", Grade.FAIL, _wcag("1.1.1")
    HEADING_ORDER = "heading-order", Grade.WARN, _wcag("1.3.1")
    EMPTY_LINK = "empty-link", Grade.FAIL, _wcag("2.4.4")
    VAGUE_LINK = "vague-link", Grade.WARN, _wcag("2.4.4")
    SMALL_TEXT = "small-text", Grade.FAIL, _HOUSE
    LOW_CONTRAST = "low-contrast", Grade.FAIL, _wcag("1.4.3")
    LOW_CONTRAST_LARGE = "low-contrast-large", Grade.WARN, _wcag("1.4.3")

    LINK_NOT_ABSOLUTE = "link-not-absolute", Grade.FAIL, _HOUSE
    LINK_HTTP = "link-http", Grade.WARN, _HOUSE
    LINK_NOWHERE = "link-nowhere", Grade.FAIL, _rfc(6761)
    LINK_DRAFT = "link-draft", Grade.FAIL, _HOUSE
    LINK_TEXT = "link-text", Grade.FAIL, _GOOGLE
    LINK_DEAD = "link-dead", Grade.WARN, _HOUSE
    IMAGE_SOURCE = "image-source", Grade.FAIL, _HOUSE

    UNSUPPORTED = "unsupported", Grade.WARN, _CANIEMAIL

    DKIM_ALIGNMENT = "dkim-alignment", Grade.FAIL, _rfc(7489, "3.1.1")
    DKIM_KEY = "dkim-key", Grade.FAIL, _rfc(6376, "3.6.2")
    SPF = "spf", Grade.FAIL, _GOOGLE
    DMARC = "dmarc", Grade.FAIL, _YAHOO
    NO_MX = "no-mx", Grade.FAIL, _MICROSOFT
    SPAM = "spam", Grade.FAIL, _SPAMASSASSIN
    SPAM_NEAR = "spam-near", Grade.WARN, _SPAMASSASSIN

    def found(self, place: str, reason: str, remedy: str) -> LetterFinding:
        """Return the finding that this rule is broken at ``place``."""
        return LetterFinding(
            rule=self.value,
            severity=self.severity,
            place=place,
            reason=reason,
            remedy=remedy,
            source=self.source.name,
            as_of=self.source.as_of,
        )
