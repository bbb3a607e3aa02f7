"""Who has approved a post, when, and which words: front matter that falls when the words change.

``approved: {by: Ana Ruiz, at: 2026-11-23T07:30:00Z, text: sha256:…}`` is written by a command, and may be taken out by
hand. It is a note between people who trust each other, not a seal: `git log` says who wrote it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pipeline import yamltext
from pipeline.errors import UsageError
from pipeline.html import digest, plain_text
from pipeline.model import Approval
from pipeline.post.body import without_prompts

if TYPE_CHECKING:
    from pipeline.model import Post

NAME: Final = "approved"
_FRONT: Final = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(?P<matter>.*?)(?P<end>^---[ \t]*(?:\r?\n|\Z))", re.DOTALL | re.MULTILINE
)
_APPROVED: Final = re.compile(rf"^{NAME}:.*(?:\r?\n[ \t].*)*\r?\n", re.MULTILINE)


def hash_of(post: Post) -> str:
    """Return the hash of what is approved: title, summary and body without prompts, however their lines end.

    Where words are noted as a model's, that is part of it: readers are told so, or not.
    """
    noted = [f"{each.what} {each.by}: {each.text}" for each in post.assisted]
    return digest("\n\n".join((post.title, post.summary, without_prompts(post.body).strip(), *noted)))


def approval(post: Post) -> Approval | None:
    """Return who approved ``post`` as it stands now, or None: nobody, or other words."""
    told = post.extra.get(NAME)
    if not isinstance(told, dict) or told.get("text") != hash_of(post):
        return None
    by, at = told.get("by"), told.get("at")
    if not isinstance(by, str) or not isinstance(at, datetime):
        return None
    return Approval(by=plain_text(by), at=at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))


def with_approval(text: str, post: Post, by: str, now: datetime) -> str:
    """Return the file ``text`` of ``post`` with the approval of its words; every other byte stays as it was."""
    found = _FRONT.match(text)
    if found is None:
        raise UsageError(f"{post.path} has no front matter")
    end = "\r\n" if "\r\n" in found[0] else "\n"
    moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    name, words = (yamltext.in_a_line(part) for part in ({"by": by}, {"text": hash_of(post)}))
    line = f"{name[:-1]}, at: {moment}, {words[1:]}"  # a dumped time would have a tag that nobody can read
    matter = _APPROVED.sub("", found["matter"])
    return f"{text[: found.start('matter')]}{matter}{NAME}: {line}{end}{text[found.start('end') :]}"
