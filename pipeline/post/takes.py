"""The structure of a post's body: its takes, their quotations and the author's own words, with line numbers.

A heading whose whole content is a link opens a take, which ends at the next heading of its level; a blockquote in it
is a quotation, wherever it stands; all else is the author's. Read with a CommonMark parser, which knows the lines.
What looks like a take or a quotation and is none can be asked for, as nobody checks it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt

from pipeline.html import plain_text, safe_url
from pipeline.model import Quotation, Take
from pipeline.post.shown import line_with, shown, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from markdown_it.token import Token

    from pipeline.model import PlainText, Post, SafeUrl

commonmark = MarkdownIt("commonmark").enable("table")
"""The parser of all that reads a post; Python-Markdown, which shows it, knows no lines."""
commonmark.validateLink = lambda url: True  # type: ignore[method-assign] # noqa: ARG005  (what leads nowhere is told)
_AROUND: Final = frozenset({"strong_open", "strong_close", "em_open", "em_close"})
_NAME_OF_HEADING: Final = re.compile(r"\s*\{:?[^}]*\}\s*")
_QUOTABLE: Final = frozenset({"inline", "fence", "code_block"})
_CODE: Final = re.compile(r"(?<!`)(`++)[^`].*?(?<!`)\1(?!`)")
"""Code in a line, from some marks to as many."""
_QUOTING: Final = re.compile(r"<(?:blockquote|q)\b", re.IGNORECASE)


def takes_of(body: str, body_line: int) -> Iterator[Take]:
    """Yield the takes of ``body``, which begins at ``body_line`` of its file."""
    tokens = commonmark.parse(body)
    for (text, url), start, end in _spans(tokens):
        inside = tokens[start + 3 : end]
        yield Take(
            heading=text,
            url=url,
            line=_line(tokens[start], body_line),
            body_line=_line(tokens[start], body_line) + _height(tokens[start]),
            quotations=tuple(_quotations(inside, body_line)),
            words=_own_words(inside),
        )


def stray_quotations(post: Post) -> list[int]:
    """Return the line of each quotation of which nobody knows the source.

    It stands outside of takes, is written as HTML, or is one to the site alone (in a block of ``!!!``, in a footnote).
    """
    tokens = commonmark.parse(post.body)
    in_takes = {place for _, start, end in _spans(tokens) for place in range(start, end)}
    outside = [token for place, token in enumerate(tokens) if place not in in_takes]
    lines = {quoted.line for quoted in _quotations(outside, post.body_line)}
    known = f" {' '.join(words(quoted.text) for quoted in _quotations(tokens, 0))} "
    for text in shown(post.body).quotations:
        if f" {words(text)} " not in known and words(text):
            lines.add(post.body_line + line_with(text, post.body))
    for token in tokens:
        markup = [token, *(token.children or ())]
        if any(part.type.startswith("html") and _QUOTING.search(part.content) for part in markup):
            lines.add(_line(token, post.body_line))
    return sorted(lines)


def half_linked_headings(post: Post) -> Iterator[int]:
    """Yield the line of each heading that holds a link and more, so that it opens no take."""
    tokens = commonmark.parse(post.body)
    takes = {start for _, start, _ in _spans(tokens)}
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and place not in takes:
            inside = tokens[place + 1].children or []
            if any(safe_url(str(part.attrGet("href") or "")) for part in inside if part.type == "link_open"):
                yield _line(token, post.body_line)


def _spans(tokens: Sequence[Token]) -> Iterator[tuple[tuple[PlainText, SafeUrl], int, int]]:
    """Yield of each take what its heading says and links to, and where its tokens begin and end."""
    heads = [index for index, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]
    for place, start in enumerate(heads):
        if linked := _whole_link(tokens[start + 1]):
            ends = (other for other in heads[place + 1 :] if tokens[other].tag <= tokens[start].tag)
            yield linked, start, next(ends, len(tokens))


def _whole_link(inline: Token) -> tuple[PlainText, SafeUrl] | None:
    """Return text and target of a heading that is one link to another site, and nothing else.

    Around it may be stars or underscores, and behind it a name for the heading, as {#cranes}.
    """
    parts = [part for part in inline.children or [] if part.type not in _AROUND]
    if parts and parts[-1].type == "text" and _NAME_OF_HEADING.fullmatch(parts[-1].content):
        parts = parts[:-1]
    parts = [part for part in parts if part.type != "text" or part.content]
    if len(parts) < 2 or parts[0].type != "link_open" or parts[-1].type != "link_close":  # noqa: PLR2004
        return None
    if sum(part.type == "link_open" for part in parts) != 1:
        return None
    url = safe_url(str(parts[0].attrGet("href") or ""))
    return (plain_text(_text(parts)), url) if url else None


def _quotations(tokens: Sequence[Token], body_line: int) -> Iterator[Quotation]:
    """Yield the blockquotes, in a list too; one inside another belongs to the outer one."""
    start, depth = 0, 0
    for index, token in enumerate(tokens):
        if token.type == "blockquote_open":
            start = start if depth else index
            depth += 1
        elif token.type == "blockquote_close":
            depth -= 1
            if depth == 0:
                quoted = _all_text(tokens[start:index], _QUOTABLE)
                yield Quotation(text=quoted, line=_line(tokens[start], body_line))


def _own_words(tokens: Sequence[Token]) -> str:
    own, depth = [], 0
    for token in tokens:
        depth += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if depth == 0:
            own.append(token)
    return _all_text(own)


def _all_text(tokens: Sequence[Token], kinds: frozenset[str] = frozenset({"inline"})) -> str:
    told = (token for token in tokens if token.type in kinds)
    return "\n".join(_text(token.children or []) if token.type == "inline" else token.content for token in told)


def _text(parts: Sequence[Token]) -> str:
    """Return the words that inline tokens show; raw HTML and comments show none."""
    spaces = {"softbreak": " ", "hardbreak": " "}
    visible = {"text", "code_inline", "image"}
    return "".join(spaces.get(part.type) or (part.content if part.type in visible else "") for part in parts)


def _height(token: Token) -> int:
    assert token.map is not None
    return token.map[1] - token.map[0]


def _line(token: Token, body_line: int) -> int:
    assert token.map is not None
    return token.map[0] + body_line


def take_ends(body: str) -> dict[int, int]:
    """Return for each line of ``body`` at which a take begins the line after its end, both from 0."""
    tokens = commonmark.parse(body)
    last = len(body.split("\n"))
    spans = ((start, tokens[end] if end < len(tokens) else None) for _, start, end in _spans(tokens))
    return {_line(tokens[start], 0): _line(after, 0) if after else last for start, after in spans}


def put_first(post: Post, urls: Collection[str]) -> Post:
    """Return ``post`` with the takes about ``urls`` before the others; all else stays in its place.

    So does what follows a line (``---``) in a take: it parts two takes, or is said at the end.
    """
    lines = post.body.split("\n")
    places = _movable(post.body, len(lines))
    chosen = [place for place in places if place[0] in urls] + [place for place in places if place[0] not in urls]
    if chosen == places:
        return post
    made, at = list[str](), 0
    for (_, start, end), (_, first, last) in zip(places, chosen, strict=True):
        made += [*lines[at:start], "\n".join(lines[first:last]).strip("\n"), ""]
        at = end
    body = "\n".join((*made, *lines[at:]))
    return replace(post, body=body, takes=tuple(takes_of(body, post.body_line)))


def _movable(body: str, length: int) -> list[tuple[SafeUrl, int, int]]:
    """Return the url of each take that is in no other, with the lines, from 0, at which it begins and ends to move."""
    tokens = commonmark.parse(body)
    found: list[tuple[SafeUrl, int, int]] = []
    behind = 0
    for (_, url), start, end in _spans(tokens):
        if start < behind:
            continue
        behind = end
        lines = (token.map[0] for token in tokens[start:end] if token.type == "hr" and token.level == 0 and token.map)
        last = tokens[end].map if end < len(tokens) else None
        found.append((url, _line(tokens[start], 0), next(lines, last[0] if last else length)))
    return found


def paragraph_lines(body: str) -> list[tuple[int, int]]:
    """Return where each paragraph of ``body`` begins and ends that is in no list or quotation, as lines from 0."""
    tokens = commonmark.parse(body)
    paragraphs = (token for token in tokens if token.type == "paragraph_open" and token.level == 0)
    return [(token.map[0], token.map[1]) for token in paragraphs if token.map]


def end_of_words(body: str, take: int | None) -> int:
    """Return the line, from 0, behind the last that is said in the take that begins at line ``take``, or in all."""
    start, end = (take, take_ends(body)[take]) if take is not None else (0, len(body.split("\n")))
    said = (token.map for token in commonmark.parse(body) if token.level == 0 and token.type != "html_block")
    return max((place[1] for place in said if place and start <= place[0] < end), default=end)


def lines_of_text(body: str) -> Iterator[tuple[int, str]]:
    """Yield each line of ``body`` that is no block of code, with its number from 0, and without code between words."""
    blocks = (token.map for token in commonmark.parse(body) if token.type in {"fence", "code_block"} and token.map)
    code = {number for start, end in blocks for number in range(start, end)}
    for number, line in enumerate(body.split("\n")):
        if number not in code:
            yield number, _CODE.sub(" ", line)
