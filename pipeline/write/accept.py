"""What the author accepts of a check, and why: findings that stay, shown with their reason, and keep no post back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pipeline import post as posts
from pipeline import yamltext
from pipeline.errors import UsageError
from pipeline.html import plain_text
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model import Finding, Post

KEY: Final = "accept"
"""The line of the front matter that names rules, each with a reason."""


def accepted(post: Post, findings: Sequence[Finding], *, links_tried: bool) -> Iterator[Finding]:
    """Yield ``findings``, those that the author accepts with their reason, and what is wrong with accepting them."""
    given = post.extra.get(KEY)
    if given is None:
        yield from findings
        return
    if not isinstance(given, dict):
        remedy = f"Write {KEY}: {{few-words: a short note on purpose}}."
        yield _refused(post, (KEY,), f"{KEY}: names no rules with a reason each", remedy)
        yield from findings
        return
    reasons = {name: str(reason) for name, reason in given.items() if _fault(name, reason) is None}
    for finding in findings:
        reason = reasons.get(finding.rule)
        yield replace(finding, accepted=plain_text(reason)) if reason else finding
    yield from _wrong(post, given)
    yield from _needless(post, reasons, {finding.rule for finding in findings}, links_tried=links_tried)


def can_be_accepted(rule: str) -> bool:
    """Tell whether the author may accept what breaks ``rule``."""
    return any(rule == one.value and one.acceptable for one in Rule)


def with_acceptance(text: str, post: Post, rule: str, reason: str) -> str:
    """Return the file ``text`` of ``post`` with ``rule`` accepted for this reason, and nothing else changed.

    Raises ``UsageError`` where the rule cannot be accepted, the reason says nothing, or no program can write it there.
    """
    said = " ".join(reason.split())
    if fault := _fault(rule, said):
        raise UsageError(fault)
    try:
        matter = yamltext.set_item(post.matter, KEY, rule, said)
    except ValueError as error:
        raise UsageError(f"{post.path.name}: the front matter cannot be changed by a program: {error}") from None
    at = text.index(post.matter, text.index("\n"))
    return text[:at] + matter + text[at + len(post.matter) :]


def _wrong(post: Post, given: Mapping[Any, Any]) -> Iterator[Finding]:
    for name, reason in given.items():
        if fault := _fault(name, reason):
            remedy = "The manual's chapter Write lists the rules, and which of them can be accepted."
            yield _refused(post, (KEY, str(name)), fault, remedy)


def _fault(name: object, reason: object) -> str | None:
    """Return why a rule is not accepted; None if it is."""
    if name not in {rule.value for rule in Rule}:
        return f"there is no rule {name} that could be accepted"
    if not Rule[str(name).upper().replace("-", "_")].acceptable:
        return f"{name} cannot be accepted, whatever the reason"
    if not isinstance(reason, str) or not any(map(str.isalnum, reason)):
        return f"{name} is accepted without a reason in words"
    return None


def _needless(post: Post, reasons: Mapping[str, str], found: set[str], *, links_tried: bool) -> Iterator[Finding]:
    for name in reasons:
        if name not in found and (links_tried or name != Rule.DEAD_LINK):
            reason = f"{name} is accepted, but nothing of that kind was found"
            line = posts.line_of(post, KEY, name)
            remedy = f"Take it out of {KEY}:, so that it hides nothing later."
            yield Rule.ACCEPTED_FOR_NOTHING.broken(post.path, line, reason, remedy)


def _refused(post: Post, place: tuple[str, ...], reason: str, remedy: str) -> Finding:
    return Rule.NOT_ACCEPTABLE.broken(post.path, posts.line_of(post, *place), reason, remedy)
