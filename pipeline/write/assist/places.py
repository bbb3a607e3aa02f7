"""Where in a post the words go that a model proposes, and the post with them in it.

What is put in is plain text, escaped: it can hold no markup, no link and no picture. Every other byte stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline import yamltext
from pipeline.errors import UsageError
from pipeline.html import to_markdown
from pipeline.model import Wish
from pipeline.post.format import assisted_matter

if TYPE_CHECKING:
    from pipeline.model import Assisted, Post, Take

_MARKUP: Final = re.compile(r"\]\(|\]\[|\[\^|`|<[a-zA-Z/!]|https?://")


def take_at(post: Post, line: int | None) -> Take | None:
    """Return the take of ``post`` in which ``line`` of its file stands; without a line the first, if there is one."""
    before = [take for take in post.takes if line is None or take.line <= line]
    if line is None:
        return next(iter(before), None)
    return next((take for take in reversed(before) if line < _end(post, take)), None)


def _end(post: Post, take: Take) -> int:
    return posts.take_ends(post.body)[take.line - post.body_line] + post.body_line


def place_of(post: Post, wish: Wish, line: int | None) -> str:
    """Return what ``wish`` is about in ``post``, at ``line`` of its file. Raises ``UsageError`` where there is no such.

    It is the passage to be said tighter, the link of a take, the target of an image, and nothing for title or summary.
    """
    match wish:
        case Wish.SUMMARY | Wish.SUBJECT:
            return ""
        case Wish.TIGHTER:
            return _passage(post, line)
        case Wish.ALT:
            return _image(post, line)
    take = take_at(post, line)
    return _name_of(post, take) if take else ""  # of the post as a whole


def _name_of(post: Post, take: Take) -> str:
    """Return the link of ``take``, and which of several on that link it is."""
    same = [other.line for other in post.takes if other.url == take.url]
    number = same.index(take.line) + 1
    return f"{take.url} ({number})" if number > 1 else take.url


def _passage(post: Post, line: int | None) -> str:
    if line is None:
        raise UsageError("say which passage is to be tighter, by one of its lines (--line)")
    rows = post.body.split("\n")
    for start, end in posts.paragraph_lines(post.body):
        if start <= line - post.body_line < end:
            passage = "\n".join(rows[start:end])
            if _MARKUP.search(passage):
                raise UsageError(
                    f"the passage in line {line} of {post.path.name} has a link, an image, a note or code in it, which "
                    "would be lost; make it tighter yourself"
                )
            return passage
    raise UsageError(f"line {line} of {post.path.name} is in no paragraph of yours")


def _image(post: Post, line: int | None) -> str:
    found = [
        (number + post.body_line, image.target)
        for image in posts.images(post.body)
        for number, row in posts.lines_of_text(post.body)
        if f"]({image.target}" in row
    ]
    wanted = [target for number, target in found if line is None or number == line]
    if not wanted:
        where = f"line {line} of {post.path.name}" if line else post.path.name
        raise UsageError(f"{where} shows no image written as ![words](file)")
    return wanted[0]


def with_words(text: str, post: Post, words: Assisted, place: str) -> str:
    """Return ``text``, the file of ``post`` with plain line ends, with ``words`` at ``place``, noted as a model's.

    Raises ``UsageError`` where the place is not there any more.
    """
    try:
        matter = yamltext.append_items(_matter(post, words), ("assisted",), [assisted_matter(words)])
    except ValueError as error:
        raise UsageError(f"{post.path.name}: the front matter cannot be changed by a program: {error}") from None
    body = post.body if words.what in {Wish.SUMMARY, Wish.SUBJECT} else _body(post, words, place)
    at = text.index(post.matter, text.index("\n"))
    head, rest = text[:at], text[at + len(post.matter) :]
    return head + matter + rest[: len(rest) - len(post.body)] + body


def _matter(post: Post, words: Assisted) -> str:
    name = {Wish.SUMMARY: "summary", Wish.SUBJECT: "title"}.get(words.what)
    if name is None:
        return post.matter
    if re.search(rf"^{name}:", post.matter, re.MULTILINE):
        return yamltext.set_value(post.matter, (name,), words.text)
    return f"{post.matter}{name}: {yamltext.in_a_line(str(words.text))}\n"


def _body(post: Post, words: Assisted, place: str) -> str:
    said = to_markdown(words.text)
    match words.what:
        case Wish.TIGHTER:
            if post.body.count(place) != 1:
                raise UsageError("the passage is not there any more as it was when the model was asked; ask again")
            return post.body.replace(place, said)
        case Wish.ALT:
            image = re.compile(rf"!\[(?:[^\]\\]|\\.)*\](?=\({re.escape(place)}[\s)])")
            rows = post.body.split("\n")
            at = next((number for number, row in posts.lines_of_text(post.body) if image.search(row)), None)
            if at is None:
                raise UsageError(f"the image {place} is not there any more; ask again")
            return "\n".join([*rows[:at], image.sub(lambda _: f"![{said}]", rows[at], count=1), *rows[at + 1 :]])
    rows = post.body.split("\n")
    take = next((take for take in post.takes if _name_of(post, take) == place), None)
    if place and take is None:
        raise UsageError(f"the take on {place} is not there any more; ask again")
    at = posts.end_of_words(post.body, take.line - post.body_line if take else None)
    return "\n".join([*rows[:at], "", said, *([""] if at < len(rows) and rows[at].strip() else []), *rows[at:]])
