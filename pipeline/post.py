"""The post format: Markdown to Post and back, and where a post is on disk and on the site.

A post is front matter and plain Markdown. A heading whose whole content is a link opens a take, a blockquote in a
take quotes its source, and all else is the author's. The structure is read with a CommonMark parser that keeps line
numbers; the text itself is never rewritten, only moved or cut at whole lines.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote, urlsplit

import yaml
from markdown_it import MarkdownIt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline import yamltext
from pipeline.errors import PostError, UsageError
from pipeline.html import plain_text, rendered, safe_url, slug, to_markdown
from pipeline.model import Kind, Post, Quotation, Source, Take

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

    from pipeline.model import PlainText, SafeHtml, SafeUrl, Slug

POSTS: Final = "posts"
DRAFTS: Final = "drafts"
EXCERPT_END: Final = "<!-- more -->"
OPENING: Final = "<!-- Your opening: a word of welcome, and what holds this week together. -->"
PROMPT: Final = "<!-- Your words: what do you make of it, and what would you do on Monday? -->"
"""Both stand in a draft where the author's words go. They show nowhere, and leave when the draft is published."""


# -- reading -------------------------------------------------------------------------------------------


def _clean_url(value: Any) -> Any:
    url = safe_url(value) if isinstance(value, str) else None
    if url is None:
        raise ValueError("must be a full web address that begins with https:// or http://")
    return url


def _clean_text(value: Any) -> Any:
    return plain_text(str(value)) if isinstance(value, (str, int, float)) else value


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, dt.datetime) else value


_Text = Annotated[str, BeforeValidator(_clean_text)]
_Day = Annotated[dt.date, BeforeValidator(_day)]


class _SourceMatter(BaseModel):
    model_config = ConfigDict(extra="ignore")
    url: Annotated[str, BeforeValidator(_clean_url)]
    title: _Text = ""
    publisher: _Text = ""
    published: _Day | None = None
    accessed: _Day | None = None
    snapshot: str | None = None


class _Matter(BaseModel):
    model_config = ConfigDict(extra="allow")
    date: _Day
    title: Annotated[_Text, Field(min_length=1)]
    summary: _Text = ""
    topics: tuple[_Text, ...] = ()
    kind: Kind = Kind.ESSAY
    sources: tuple[_SourceMatter, ...] = ()


def read(path: Path) -> Post:
    """Return the post in ``path``. Raises ``PostError`` with every problem of its front matter."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PostError(path, [(1, "there is no such file")]) from None
    except UnicodeDecodeError as error:
        raise PostError(path, [(1, f"is not UTF-8 text ({error.reason}); save it as UTF-8")]) from None
    return replace(parse(text, path), path=path)


def parse(text: str, path: Path | str = "post") -> Post:
    """Return the post that ``text`` holds; ``path`` is only for messages. Raises ``PostError``."""
    matter, body, body_line = _split(text.replace("\r\n", "\n"), path)
    known = _validated(matter, path)
    kinds = {name: getattr(known, name) for name in ("date", "title", "summary", "topics", "kind")}
    return Post(
        **kinds,
        sources=tuple(Source(**source.model_dump()) for source in known.sources),
        body=body,
        takes=tuple(_takes(body, body_line)),
        body_line=body_line,
        extra=known.model_extra or {},
    )


def _split(text: str, path: Path | str) -> tuple[str, str, int]:
    """Return the front matter, the body, and the line at which the body begins."""
    found = re.match(r"---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", text, re.DOTALL)
    if found is None:
        raise PostError(
            path, [(1, "has no front matter; begin the file with ---, date:, title: and --- again")]
        )
    rest = text[found.end() :]
    body = rest.lstrip("\n")
    return found[1] or "", body, text[: found.end()].count("\n") + 1 + len(rest) - len(body)


def _validated(matter: str, path: Path | str) -> _Matter:
    try:
        data = yamltext.parse(matter)
        if not isinstance(data, dict):
            raise PostError(path, [(1, "the front matter is empty or no list of `name: value` lines")])
        return _Matter.model_validate({name: value for name, value in data.items() if value is not None})
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise PostError(
            path, [(line, f"the front matter is not YAML here: {getattr(error, 'problem', error)}")]
        ) from None
    except ValidationError as error:
        problems = [
            (
                yamltext.line_of(matter, _place(problem)) + 1,
                f"{'.'.join(map(str, _place(problem)))}: {_said(problem)}",
            )
            for problem in error.errors()
        ]
        raise PostError(path, problems) from None


def _place(problem: Any) -> yamltext.Path:
    return tuple(problem["loc"])


def _said(problem: Any) -> str:
    if problem["type"] == "missing":
        return "is missing from the front matter"
    message: str = problem["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


# -- structure -----------------------------------------------------------------------------------------

_commonmark = MarkdownIt("commonmark").enable("table")


def _takes(body: str, body_line: int) -> Iterator[Take]:
    tokens = _commonmark.parse(body)
    heads = [index for index, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]
    for place, start in enumerate(heads):
        linked = _whole_link(tokens[start + 1])
        if linked is None:
            continue
        ends = (other for other in heads[place + 1 :] if tokens[other].tag <= tokens[start].tag)
        inside = tokens[start + 3 : next(ends, len(tokens))]
        yield Take(
            heading=linked[0],
            url=linked[1],
            line=_line(tokens[start], body_line),
            quotations=tuple(_quotations(inside, body_line)),
            words=_own_words(inside),
        )


def _whole_link(inline: Token) -> tuple[PlainText, SafeUrl] | None:
    """Return text and target of a heading that is one link to another site, and nothing else."""
    parts = inline.children or []
    if len(parts) < 2 or parts[0].type != "link_open" or parts[-1].type != "link_close":  # noqa: PLR2004
        return None
    if sum(part.type == "link_open" for part in parts) != 1:
        return None
    url = safe_url(str(parts[0].attrGet("href") or ""))
    return (plain_text(_text(parts)), url) if url else None


def _quotations(tokens: Sequence[Token], body_line: int) -> Iterator[Quotation]:
    start = None
    for index, token in enumerate(tokens):
        if token.type == "blockquote_open" and token.level == 0:
            start = index
        elif token.type == "blockquote_close" and token.level == 0 and start is not None:
            yield Quotation(text=_all_text(tokens[start:index]), line=_line(tokens[start], body_line))


def _own_words(tokens: Sequence[Token]) -> str:
    own, depth = [], 0
    for token in tokens:
        depth += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if depth == 0:
            own.append(token)
    return _all_text(own)


def _all_text(tokens: Sequence[Token]) -> str:
    return "\n".join(_text(token.children or []) for token in tokens if token.type == "inline")


def _text(parts: Sequence[Token]) -> str:
    """Return the words that inline tokens show; raw HTML and comments show none."""
    spaces = {"softbreak": " ", "hardbreak": " "}
    shown = {"text", "code_inline", "image"}
    return "".join(spaces.get(part.type) or (part.content if part.type in shown else "") for part in parts)


def _line(token: Token, body_line: int) -> int:
    assert token.map is not None
    return token.map[0] + body_line


def links(post: Post) -> Iterator[tuple[str, int]]:
    """Yield every link and image target of the body with its line, as they are written."""
    for token in _commonmark.parse(post.body):
        for part in token.children or []:
            target = part.attrGet("href") if part.type == "link_open" else part.attrGet("src")
            if part.type in {"link_open", "image"} and target is not None:
                yield str(target), _line(token, post.body_line)


# -- writing -------------------------------------------------------------------------------------------


def render(post: Post) -> str:
    """Return the Markdown of ``post``, so that ``parse`` gives the same post back."""
    matter: dict[str, Any] = {"date": post.date, "title": str(post.title), "summary": str(post.summary)}
    matter |= {"topics": [str(topic) for topic in post.topics]} if post.topics else {}
    lines = [
        *map(_matter_line, [*matter.items(), ("kind", str(post.kind))]),
        *(["sources:\n"] * bool(post.sources)),
    ]
    lines += [f"  - {_in_a_line(_source_matter(source))}\n" for source in post.sources]
    lines += map(_matter_line, post.extra.items())
    return f"---\n{''.join(lines)}---\n{post.body}"


def _matter_line(setting: tuple[str, Any]) -> str:
    name, value = setting
    if isinstance(value, (list, dict)):
        return f"{_in_a_line(name)}: {_in_a_line(value)}\n"
    return yaml.safe_dump({name: value}, allow_unicode=True, width=10**6)


def _in_a_line(value: Any) -> str:
    dumped = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10**6, default_flow_style=True)
    return dumped.removesuffix("...\n").rstrip("\n")


def _source_matter(source: Source) -> dict[str, Any]:
    fields = ("url", "title", "publisher", "published", "accessed", "snapshot")
    values = {name: getattr(source, name) for name in fields}
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items() if value}


def without_prompts(text: str) -> str:
    """Return ``text`` without the prompts of a draft; every other line stays as it was."""
    prompts = "|".join(map(re.escape, (OPENING, PROMPT)))
    return re.sub(rf"^(?:{prompts})[ \t]*(?:\r?\n|\Z)(?:[ \t]*\r?\n)?", "", text, flags=re.MULTILINE)


def attributed(post: Post, language: str) -> str:
    """Return the body with a line under each take's heading that says who published the source, and when."""
    lines = post.body.split("\n")
    known = {source.url: source for source in post.sources}
    for take in reversed(post.takes):
        if take.url in known and (said := _attribution(known[take.url], language)):
            at = take.line - post.body_line + 1
            lines[at:at] = ["", f"*{said}*", ""]
    return "\n".join(lines)


def _attribution(source: Source, language: str) -> str:
    day = day_in_words(source.published, language) if source.published else ""
    return ", ".join(part for part in (to_markdown(source.publisher), day) if part)


def as_html(body: str, site_url: str, page: PurePosixPath) -> SafeHtml:
    """Return the body of a post for a feed or a letter; ``page`` is the file in content/ that its links start from."""
    text = without_prompts(body).replace(EXCERPT_END, "")
    return rendered(text, page_address(site_url, page), lambda link: resolve(site_url, page, link))


def page_of(post: Post) -> PurePosixPath:
    """Return the file in content/ that the links of a published post start from."""
    assert post.path is not None, "only a post that was read from a file is on the site"
    return PurePosixPath(POSTS) / post.path.name


def day_in_words(day: dt.date, language: str) -> str:
    """Return ``day`` as people of ``language`` write it: 16 November 2026."""
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        locale = Locale("en")
    return format_date(day, "long" if locale.language != "en" else "d MMMM yyyy", locale=locale)


# -- places --------------------------------------------------------------------------------------------


def paths(content: Path, folder: str = POSTS) -> list[Path]:
    """Return the post files in a folder of ``content``, the newest name first."""
    return sorted((content / folder).glob("*.md"), reverse=True)


def find(content: Path, name: str) -> Path:
    """Return the file of the post that the author calls ``name``: a path, a file name or a part of it."""
    for given in (Path(name), content.parent / name):
        if given.is_file():
            return given.resolve()
    every = [*paths(content), *paths(content, DRAFTS)]
    exact = [path for path in every if name in {path.stem, path.name}]
    found = exact or [path for path in every if name in path.stem]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{name} may be any of {', '.join(path.stem for path in found)}; write more of the name"
        )
    raise UsageError(f"there is no post {name} in {content}; `byline status` lists posts and drafts")


def file_name(day: dt.date, title: str) -> str:
    """Return the name of a post's file: its date and the words of its title."""
    return f"{day.isoformat()}-{slug(title)}.md"


def name_of(path: Path) -> Slug:
    """Return the name by which a post is known for good: that of its file."""
    return slug(path.stem)


def address(site_url: str, path: Path) -> SafeUrl:
    """Return where the post in the file ``path`` is on the site."""
    return page_address(site_url, PurePosixPath(POSTS) / path.name)


def page_address(site_url: str, page: PurePosixPath) -> SafeUrl:
    """Return where the page in content/ named ``page`` is on the site (directory URLs, as MkDocs makes them)."""
    place = "" if page.name in {"index.md", "README.md"} else f"{page.stem}/"
    folder = "" if str(page.parent) == "." else f"{page.parent}/"
    url = safe_url(quote(folder + place), site_url.rstrip("/") + "/")
    assert url is not None, "site_url was checked when it was read"
    return url


def resolve(site_url: str, page: PurePosixPath, link: str) -> str:
    """Return the address on the site of ``link`` as it is written in the file ``page`` of content/."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return link
    target = _joined(page.parent, parts.path)
    suffix = (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    if target.suffix == ".md":
        return page_address(site_url, target) + suffix
    return site_url.rstrip("/") + "/" + quote(str(target)) + suffix


def _joined(folder: PurePosixPath, link: str) -> PurePosixPath:
    """Return the path that ``link`` leads to from ``folder``; it never leaves content/."""
    parts: list[str] = [] if link.startswith("/") else list(folder.parts)
    for part in PurePosixPath(link).parts:
        if part == "..":
            parts = parts[:-1]
        elif part not in {".", "/"}:
            parts.append(part)
    return PurePosixPath(*parts)
