"""What of a post can be put right without a word of the author's: quotations, prompts that are done with, sources.

What comes in is the text of a post's file, with plain line ends, and what is stored of its sources; what goes out is
the new text, and what was changed. Every other byte stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline import yamltext
from pipeline.html import plain_text, to_markdown
from pipeline.model import Snapshot
from pipeline.post.format import assisted_matter
from pipeline.write.claims.assisted import untold
from pipeline.write.quoted.words import plain_texts, source_text, stands_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model import Entry, Post, Quotation, SafeUrl, Suggestion
    from pipeline.write.quoted.told import Sources

_GAP: Final = re.compile(r"\s*[\[(]?(?:…|\.(?:\s?\.){2,})[\])]?\s*")
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_OPENING, _CLOSING = "\"'“‘„«‹「『(", "\"'”’“»›」』).!?…"
_MARKUP: Final = re.compile(r"[*_`<\\]|\[(?!…|\.\.\.)|^> *>|^> *$")


def put_right(text: str, sources: Sources, made: Sequence[Suggestion] = ()) -> tuple[str, tuple[str, ...]]:
    """Return the post that is ``text`` with what can be put right, and what that was, in words; none for a draft as is.

    ``made`` is all that models ever proposed.

    Raises ``PostError`` for what is no post.
    """
    done: list[str] = []
    text = _quotations(text, posts.parse(text), sources, done)
    text = _prompts(text, posts.parse(text), done)
    text = _listed(text, posts.parse(text), sources, done)
    return _noted(text, posts.parse(text), made, done), tuple(done)


def _quotations(text: str, post: Post, sources: Sources, done: list[str]) -> str:
    lines = text.split("\n")
    for take in reversed(post.takes):
        for quoted in reversed(take.quotations):
            stored = sources[take.url]
            end = _end_of_block(lines, quoted)
            if end is None or not stored or stands_in(quoted.text, plain_texts(stored)):
                continue
            if (literal := same_words(quoted.text, stored)) is not None:
                lines[quoted.line - 1 : end] = [f"> {to_markdown(plain_text(literal))}"]
                done.append(f"line {quoted.line}: the quotation is written as its source has it")
    return "\n".join(lines)


def _end_of_block(lines: Sequence[str], quoted: Quotation) -> int | None:
    """Return the line after the block of ``quoted``, if that is one paragraph without markup."""
    at = quoted.line - 1
    while at < len(lines) and lines[at].startswith("> "):
        if _MARKUP.search(lines[at]):
            return None
        at += 1
    plain = at > quoted.line - 1 and (at == len(lines) or not lines[at].strip())
    return at if plain else None


def same_words(quoted: str, stored: Sequence[Entry | Snapshot]) -> str | None:
    """Return ``quoted`` as one of the ``stored`` has it, if its words are there, whatever else is not."""
    for wanted in (quoted, re.sub(r"(\w)[-‐]\s+(\w)", r"\1\2", quoted)):
        parts = [part for part in _GAP.split(wanted) if part.strip()]
        for source in stored:
            found = [_literal(part, source_text(source)) for part in parts]
            literal = " […] ".join(part for part in found if part)
            if parts and all(found) and stands_in(literal, plain_texts([source])):
                return literal
    return None


def _literal(part: str, paragraphs: Iterable[str]) -> str | None:
    """Return the place of a paragraph that has the words of ``part``, with the marks around it that ``part`` has."""
    wanted = [word.casefold() for word in _words(part)]
    for paragraph in paragraphs:
        found = list(_WORD.finditer(paragraph))
        words = [match[0].replace("’", "'").casefold() for match in found]
        for at in range(len(words) - len(wanted) + 1 if wanted else 0):
            if words[at : at + len(wanted)] == wanted:
                start, end = found[at].start(), found[at + len(wanted) - 1].end()
                while part.lstrip()[0] in _OPENING and start and paragraph[start - 1] in _OPENING:
                    start -= 1
                while part.rstrip()[-1] in _CLOSING and end < len(paragraph) and paragraph[end] in _CLOSING + ",":
                    end += 1
                return paragraph[start:end].rstrip(",")
    return None


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text)]


def _prompts(text: str, post: Post, done: list[str]) -> str:
    """Take out the prompts of places that have the author's words."""
    lines = text.split("\n")
    for number in reversed(_done_with(post)):
        end = number + 1 if number < len(lines) and lines[number].strip() else number + 2
        lines[number - 1 : end - 1] = []
        done.append(f"line {number}: a prompt is gone, as your words are there")
    return "\n".join(lines)


def _done_with(post: Post) -> list[int]:
    starts = [take.line for take in post.takes]
    opening = posts.without_prompts(post.body.partition(posts.EXCERPT_END)[0]).strip()
    done = []
    for at, line in posts.lines_of_text(post.body):
        number = post.body_line + at
        place = sum(start < number for start in starts)
        words = post.takes[place - 1].words if place else ""
        if (line.rstrip() == posts.PROMPT and any(map(str.isalnum, words))) or (
            line.rstrip() == posts.OPENING and opening and posts.EXCERPT_END in post.body
        ):
            done.append(number)
    return done


def _listed(text: str, post: Post, sources: Sources, done: list[str]) -> str:
    """List the stored sources of takes that the front matter does not name."""
    listed = {source.url for source in post.sources}
    missing = list(dict.fromkeys(take.url for take in post.takes if take.url not in listed and sources[take.url]))
    items = [dict(_source(url, sources[url][0])) for url in missing]
    try:
        matter = yamltext.append_items(post.matter, ("sources",), items)
    except ValueError:  # it is written in a way that only the author can change
        return text
    done += [f"{url} is listed under sources:" for url in missing]
    return text.replace(post.matter, matter, 1) if items else text


def _noted(text: str, post: Post, made: Sequence[Suggestion], done: list[str]) -> str:
    """Note which words of ``post`` a model proposed, where the front matter does not say so."""
    found = [suggestion.words for suggestion in untold(post, made)]
    try:
        matter = yamltext.append_items(post.matter, ("assisted",), [assisted_matter(words) for words in found])
    except ValueError:  # it is written in a way that only the author can change
        return text
    done += [f"{words.by} is named under assisted: for “{words.text}”" for words in found]
    return text.replace(post.matter, matter, 1) if found else text


def _source(url: SafeUrl, stored: Entry | Snapshot) -> Iterator[tuple[str, object]]:
    yield "url", str(url)
    if stored.title:
        yield "title", str(stored.title)
    if not isinstance(stored, Snapshot):
        if stored.publisher:
            yield "publisher", str(stored.publisher)
        if stored.published and stored.published <= stored.first_seen:
            yield "published", stored.published.date()
