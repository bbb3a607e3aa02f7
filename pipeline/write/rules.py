"""The rules that a post is checked by, and how grave it is to break each."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from pipeline.model import Finding, Severity

if TYPE_CHECKING:
    from pathlib import Path


class Rule(StrEnum):
    """A rule by the name that findings give it, which never changes."""

    severity: Severity

    def __new__(cls, name: str, severity: Severity) -> Self:
        """Make a rule of its name and how grave it is to break it."""
        rule = str.__new__(cls, name)
        rule._value_ = name
        rule.severity = severity
        return rule

    FRONT_MATTER = "front-matter", Severity.ERROR
    HIDDEN = "hidden", Severity.ERROR
    NO_TEXT = "no-text", Severity.ERROR
    NO_SUMMARY = "no-summary", Severity.WARNING
    NO_TAKES = "no-takes", Severity.WARNING
    NO_WORDS = "no-words", Severity.ERROR
    HEADING_NOT_A_LINK = "heading-not-a-link", Severity.WARNING
    QUOTATION_NOT_IN_SOURCE = "quotation-not-in-source", Severity.ERROR
    QUOTATION_IN_CRUMBS = "quotation-in-crumbs", Severity.ERROR
    QUOTATION_UNCHECKED = "quotation-unchecked", Severity.ERROR
    QUOTATION_TOO_LONG = "quotation-too-long", Severity.ERROR
    SOURCE_NOT_STORED = "source-not-stored", Severity.ERROR
    SOURCE_NOT_LISTED = "source-not-listed", Severity.WARNING
    SOURCE_WITHOUT_TAKE = "source-without-take", Severity.WARNING
    BROKEN_LINK = "broken-link", Severity.ERROR

    def broken(self, path: Path, line: int, reason: str, remedy: str) -> Finding:
        """Return the finding that this rule is broken in ``line`` of the file ``path``."""
        return Finding(rule=self.value, severity=self.severity, path=path, line=line, reason=reason, remedy=remedy)
