"""A room of ``send`` that looks at a letter before it leaves: the final bytes of a reader's copy -> findings.

Each rule is a function of the copy and of what is known beside it. None asks anybody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.send.lint.boxes import boxes
from pipeline.send.lint.copy import read
from pipeline.send.lint.dark import boxes_in_the_dark
from pipeline.send.lint.domain import questions, who_vouches
from pipeline.send.lint.facts import Facts
from pipeline.send.lint.fields import in_the_fields
from pipeline.send.lint.legible import for_who_sees, for_who_sees_in_the_dark
from pipeline.send.lint.links import web_links, where_links_lead
from pipeline.send.lint.markup import for_who_hears
from pipeline.send.lint.parts import in_both_parts
from pipeline.send.lint.rules import Grade, LetterFinding, Rule
from pipeline.send.lint.sender import from_whom
from pipeline.send.lint.spam import how_like_spam
from pipeline.send.lint.subject import at_first_sight
from pipeline.send.lint.support import what_is_not_supported
from pipeline.send.lint.wire import on_the_wire

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.send.lint.facts import Question

__all__ = ["Facts", "Grade", "LetterFinding", "Rule", "links_in", "lint", "questions_about"]


def lint(message: bytes, facts: Facts) -> tuple[LetterFinding, ...]:
    """Return what is wrong with a letter, as one reader would get it; what should not leave so comes first."""
    copy = read(message)
    seen = boxes(copy.root)
    found = [
        *on_the_wire(copy),
        *in_the_fields(copy),
        *from_whom(copy),
        *at_first_sight(copy, seen),
        *in_both_parts(copy, facts),
        *for_who_hears(copy, seen),
        *for_who_sees(seen),
        *for_who_sees_in_the_dark(boxes_in_the_dark(copy.root)),
        *where_links_lead(copy, facts),
        *what_is_not_supported(copy),
        *who_vouches(copy, facts),
        *how_like_spam(facts.spam),
    ]
    return tuple(sorted(_once(found), key=lambda each: not each.hinders))


def links_in(message: bytes) -> frozenset[str]:
    """Return the links of a letter to the web, as they stand in it."""
    return web_links(read(message))


def questions_about(message: bytes) -> tuple[Question, ...]:
    """Return what DNS is to be asked about a letter."""
    return questions(read(message))


def _once(found: Iterable[LetterFinding]) -> Iterable[LetterFinding]:
    """Return each finding once, with the number of further places of which the same is to be said."""
    told: dict[tuple[str, str], LetterFinding] = {}
    for each in found:
        same = told.get((each.rule, each.reason))
        told[each.rule, each.reason] = each if same is None else replace(same, more=same.more + 1)
    return told.values()
