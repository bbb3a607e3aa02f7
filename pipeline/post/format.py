"""A post file to a Post and back: front matter, checked and every problem told at once, and the body as it stands."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline import faults, yamltext
from pipeline.errors import PostError
from pipeline.html import plain_text, safe_url
from pipeline.model import Assisted, Kind, Post, Source, Wish
from pipeline.post.files import bytes_of
from pipeline.post.takes import takes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_NAME: Final = 250
"""Bytes of the name of a post, without its end: file systems take 255, and longer ends are put to it than .md."""
_LONGEST: Final = 200_000
_LONGEST_LINE: Final = 20_000
"""Characters of a text, and of a line of it: of signs of Markdown alone, more would take minutes to read."""
_LATER: Final = ("updated", "series", "aliases", "syndication")
"""What a post may have that a draft has not."""


def _clean_url(value: Any) -> Any:
    url = safe_url(value) if isinstance(value, str) else None
    if url is None:
        raise ValueError("must be a full web address that begins with https:// or http://")
    return url


def _clean_text(value: Any) -> Any:
    """Clean a text. What YAML reads as something else would show as that on the site: 1_000 as 1000, Yes as True."""
    if not isinstance(value, str):
        known = {bool: "yes or no", dict: "a name with a value", list: "a list"}
        raise ValueError(f"is read as {known.get(type(value), value)}, not as text; put it in quotes")  # noqa: TRY004  (pydantic wants it)
    return plain_text(value)


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, dt.datetime) else value


def _as_a_list(value: Any) -> Any:
    """Take one text where a list of them may stand for a list of one."""
    return [value] if isinstance(value, str) else value


def _a_name(value: Any) -> Any:
    name = str(_clean_text(value)).removesuffix(".md").strip("/").removeprefix("posts/")
    if not name or "/" in name or "\\" in name or name.startswith("."):
        raise ValueError("must be the name that the file of the post had, such as 2026-11-04-first-thoughts")
    return name


_Text = Annotated[str, BeforeValidator(_clean_text)]
_Texts = Annotated[tuple[_Text, ...], BeforeValidator(_as_a_list)]
_Url = Annotated[str, BeforeValidator(_clean_url)]
_Day = Annotated[dt.date, BeforeValidator(_day)]


class _SourceMatter(BaseModel):
    model_config = ConfigDict(extra="ignore")
    url: _Url
    title: _Text = ""
    publisher: _Text = ""
    authors: _Texts = ()
    topics: _Texts = ()
    published: _Day | None = None
    accessed: _Day | None = None
    snapshot: str | None = None


class _AssistedMatter(BaseModel):
    model_config = ConfigDict(extra="ignore")
    what: Wish
    by: Annotated[_Text, Field(min_length=1)]
    text: Annotated[_Text, Field(min_length=1)]


class _Matter(BaseModel):
    model_config = ConfigDict(extra="allow")
    date: _Day
    title: Annotated[_Text, Field(min_length=1)]
    summary: _Text = ""
    topics: tuple[_Text, ...] = ()
    kind: Kind = Kind.ESSAY
    sources: tuple[_SourceMatter, ...] = ()
    assisted: tuple[_AssistedMatter, ...] = ()
    updated: _Day | None = None
    series: _Text = ""
    aliases: Annotated[tuple[Annotated[str, BeforeValidator(_a_name)], ...], BeforeValidator(_as_a_list)] = ()
    syndication: Annotated[tuple[_Url, ...], BeforeValidator(_as_a_list)] = ()


def read(path: Path) -> Post:
    """Return the post in ``path``. Raises ``PostError`` with every problem of its front matter."""
    return parse(text_of(path), path)


def text_of(path: Path) -> str:
    """Return what the file at ``path`` holds, with plain line ends. Raises ``PostError`` where it cannot be read."""
    try:
        return bytes_of(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise PostError(path, [(1, f"is not UTF-8 text ({error.reason}); save it as UTF-8")]) from None


def parse(text: str, path: Path = Path("post.md")) -> Post:
    """Return the post that ``text`` holds; ``path`` is where it is or would be. Raises ``PostError``."""
    matter, body, body_line = _split(text.replace("\r\n", "\n"), path)
    known = _validated(matter, path)
    same = (*("date", "title", "summary", "topics", "kind"), *_LATER)
    return Post(
        **{name: getattr(known, name) for name in same},
        sources=tuple(Source(**source.model_dump()) for source in known.sources),
        assisted=tuple(Assisted(**each.model_dump()) for each in known.assisted),
        body=body,
        takes=tuple(takes_of(body, body_line)),
        body_line=body_line,
        matter=matter,
        extra=known.model_extra or {},
        path=path,
    )


def _split(text: str, path: Path) -> tuple[str, str, int]:
    """Return the front matter, the body, and the line at which the body begins."""
    found = re.match(r"---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", text, re.DOTALL)
    if found is None and re.match(r"---[ \t]*\n", text):
        raise PostError(path, [(1, "the front matter is not closed; write --- again on a line below its last one")])
    if found is None:
        raise PostError(path, [(1, "has no front matter; begin the file with ---, date:, title: and --- again")])
    rest = text[found.end() :]
    body = rest.lstrip("\n")
    body_line = text[: found.end()].count("\n") + 1 + len(rest) - len(body)
    if problems := list(too_long(body, body_line)):
        raise PostError(path, problems)
    return found[1] or "", body, body_line


def too_long(body: str, first: int, longest: int = _LONGEST) -> Iterator[tuple[int, str]]:
    """Yield the lines of ``body`` of which no Markdown parser makes a page in a reasonable time."""
    if len(body) > longest:
        yield first, f"the text has {len(body):,} characters, more than the {longest:,} of a long one; make two of it"
    for number, line in enumerate(body.split("\n"), first):
        if len(line) > _LONGEST_LINE:
            yield (
                number,
                f"has {len(line):,} characters, more than the {_LONGEST_LINE:,} of a line; break it into lines",
            )


def _validated(matter: str, path: Path) -> _Matter:
    try:
        data = yamltext.parse(f"\n{matter}")  # so that lines are those of the file
        if not isinstance(data, dict):
            raise PostError(path, [(1, "the front matter is empty, or not lines of `name: value`")])
        known = _Matter.model_fields
        return _Matter.model_validate({n: value for n, value in data.items() if value is not None or n not in known})
    except yaml.YAMLError as error:
        line, reason = faults.of_yaml(error, f"\n{matter}")
        raise PostError(path, [(line, reason)]) from None
    except ValidationError as error:
        raise PostError(path, [_told(matter, problem) for problem in error.errors()]) from None


def _told(matter: str, problem: Any) -> tuple[int, str]:
    """Return the line of a problem in its file, and the problem in a sentence."""
    place = tuple(part for part in problem["loc"] if isinstance(part, (str, int)))
    reason = _missing(matter, place) if problem["type"] == "missing" else faults.of_value(problem)
    return yamltext.line_of(matter, place) + 1, f"{'.'.join(map(str, place))}: {reason}"


def _missing(matter: str, place: yamltext.Path) -> str:
    if re.search(rf"^{re.escape(str(place[-1]))}:[ \t]+#", matter, re.MULTILINE):
        return "is empty, as what stands behind # is a comment; put the text in quotes"
    return "is missing from the front matter"


def line_of(post: Post, *place: str | int) -> int:
    """Return the line of the file at which the front matter says what is at ``place``, as deep as it says it."""
    return yamltext.line_of(post.matter, place) + 1


def render(post: Post) -> str:
    """Return the Markdown of ``post``, so that ``parse`` gives the same post back."""
    matter: dict[str, Any] = {"date": post.date, "title": str(post.title), "summary": str(post.summary)}
    matter |= {"topics": [str(topic) for topic in post.topics]} if post.topics else {}
    lines = [
        *map(_matter_line, [*matter.items(), ("kind", str(post.kind))]),
        *(["sources:\n"] * bool(post.sources)),
    ]
    lines += [f"  - {_in_a_line(_source_matter(source))}\n" for source in post.sources]
    lines += ["assisted:\n"] * bool(post.assisted)
    lines += [f"  - {_in_a_line(assisted_matter(words))}\n" for words in post.assisted]
    lines += [_matter_line((name, _plain(getattr(post, name)))) for name in _LATER if getattr(post, name)]
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


def assisted_matter(words: Assisted) -> dict[str, str]:
    """Return what the front matter says of words that a model proposed."""
    return {"what": str(words.what), "by": str(words.by), "text": str(words.text)}


def _source_matter(source: Source) -> dict[str, Any]:
    fields = ("url", "title", "publisher", "authors", "topics", "published", "accessed", "snapshot")
    return {name: _plain(value) for name in fields if (value := getattr(source, name))}


def _plain(value: Any) -> Any:
    """Return a text, a day or texts as YAML writes them."""
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return str(value) if isinstance(value, str) else value
