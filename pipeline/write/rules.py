"""The rules that a post is checked by, and how grave it is to break each."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from pipeline.model import Finding, Severity

if TYPE_CHECKING:
    from pathlib import Path


class Rule(StrEnum):
    """A rule by the name that findings give it, which never changes.

    Some can be accepted by the author, with a reason; none of those that see to it that nobody is quoted wrongly.
    """

    severity: Severity
    acceptable: bool

    def __new__(cls, name: str, severity: Severity, acceptable: bool = False) -> Self:  # noqa: FBT001, FBT002  (an enum gives no names)
        """Make a rule of its name, how grave it is to break it, and whether the author may accept that."""
        rule = str.__new__(cls, name)
        rule._value_ = name
        rule.severity = severity
        rule.acceptable = acceptable
        return rule

    FRONT_MATTER = "front-matter", Severity.ERROR
    HIDDEN = "hidden", Severity.ERROR
    NO_TEXT = "no-text", Severity.ERROR
    NO_SUMMARY = "no-summary", Severity.ERROR, True
    NO_TAKES = "no-takes", Severity.WARNING, True
    NO_OPENING = "no-opening", Severity.ERROR
    NO_WORDS = "no-words", Severity.ERROR
    FEW_WORDS = "few-words", Severity.ERROR, True
    COPIED = "copied", Severity.ERROR, True
    HEADING_NOT_A_LINK = "heading-not-a-link", Severity.WARNING, True
    QUOTATION_NOT_IN_SOURCE = "quotation-not-in-source", Severity.ERROR
    QUOTATION_IN_CRUMBS = "quotation-in-crumbs", Severity.ERROR
    QUOTATION_UNCHECKED = "quotation-unchecked", Severity.ERROR
    QUOTATION_TOO_LONG = "quotation-too-long", Severity.ERROR, True
    QUOTATION_DOUBTFUL = "quotation-doubtful", Severity.WARNING, True
    SOURCE_NOT_STORED = "source-not-stored", Severity.ERROR
    SOURCE_UNKNOWN = "source-unknown", Severity.ERROR, True
    SOURCE_NOT_LISTED = "source-not-listed", Severity.WARNING, True
    SOURCE_WITHOUT_TAKE = "source-without-take", Severity.WARNING, True
    BROKEN_LINK = "broken-link", Severity.ERROR, True
    DEAD_LINK = "dead-link", Severity.WARNING, True
    NO_ALT = "no-alt", Severity.ERROR, True
    LEFTOVER = "leftover", Severity.ERROR, True
    UNSUPPORTED = "unsupported", Severity.WARNING, True
    ASSISTED_UNTOLD = "assisted-untold", Severity.ERROR
    ASSISTED_UNSUPPORTED = "assisted-unsupported", Severity.ERROR
    THOUGHT_LEADER = "thought-leader", Severity.WARNING, True
    VAGUE_HEADING = "vague-heading", Severity.WARNING, True
    UNUSUAL_LENGTH = "unusual-length", Severity.WARNING, True
    NOT_ACCEPTABLE = "not-acceptable", Severity.ERROR
    ACCEPTED_FOR_NOTHING = "accepted-for-nothing", Severity.WARNING

    def broken(self, path: Path, line: int, reason: str, remedy: str) -> Finding:
        """Return the finding that this rule is broken in ``line`` of the file ``path``."""
        return Finding(rule=self.value, severity=self.severity, path=path, line=line, reason=reason, remedy=remedy)
