"""content/ to a folder of pages for the engine: the author's files as they are, and the pages made from them.

The pages of topics and of trends are plain Markdown, so any engine can build them. Drafts, hidden files, and links
that lead out of content/ stay behind.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.html import slug, to_markdown
from pipeline.post.assisted import disclosure
from pipeline.publish.trends import EXPLAINED, trend_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model import PlainText, Post, Trend
    from pipeline.settings.sections import Settings

TOPICS: Final = "topics"
TRENDS: Final = "trends.md"


def stage(folder: Path, every: Sequence[Post], settings: Settings, trends: Sequence[Trend] | None = None) -> Path:
    """Fill ``folder`` with what the engine builds of the author's content, and return it.

    Without ``trends`` it has no page of them.
    """
    content = settings.content
    shutil.rmtree(folder, ignore_errors=True)
    for source in _files(content):
        target = folder / source.relative_to(content)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    for post in every:
        page = folder / posts.POSTS / post.path.name
        if not page.exists():  # a draft, in a preview
            page.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(post.path, page)
        _tell_templates(page, _facts(post, settings))
    _write_topics(folder / TOPICS, _by_topic(every), settings.site.language)
    if trends is not None:
        page = folder / TRENDS
        _append(page, "Trends", [*([] if page.is_file() else [EXPLAINED, ""]), *trend_lines(trends)])
    return folder


def _files(content: Path) -> Iterator[Path]:
    inside = content.resolve()
    for path in sorted(content.rglob("*")):
        parts = path.relative_to(content).parts
        if parts[0] == posts.DRAFTS or any(part.startswith(".") for part in parts):
            continue
        if path.is_file() and path.resolve().is_relative_to(inside):
            yield path


def _by_topic(every: Sequence[Post]) -> dict[PlainText, list[Post]]:
    """Return the posts of each topic, topics by name; two spellings of one page's name are one topic."""
    found: defaultdict[str, list[Post]] = defaultdict(list)
    names: dict[str, PlainText] = {}
    for post in every:
        for topic in dict.fromkeys(post.topics):
            names.setdefault(slug(topic), topic)
            found[slug(topic)].append(post)
    return {names[key]: found[key] for key in sorted(found)}


def _facts(post: Post, settings: Settings) -> Mapping[str, object]:
    """Return what templates show of ``post`` and its file does not say."""
    pages = {topic: f"{TOPICS}/{slug(topic)}/" for topic in post.topics}  # without it a topic has no link
    facts: dict[str, object] = {"topic_pages": pages} if pages else {}
    return facts | ({"assist_disclosure": disclosure(post, settings.assist.disclosure)} if post.assisted else {})


def _tell_templates(path: Path, facts: Mapping[str, object]) -> None:
    """Write ``facts`` into the front matter of the page at ``path``."""
    lines = "".join(f"{name}: {json.dumps(value)}\n" for name, value in facts.items())
    text = path.read_text(encoding="utf-8-sig")
    start = text.index("\n") + 1
    path.write_text(f"{text[:start]}{lines}{text[start:]}", encoding="utf-8")


def _write_topics(folder: Path, topics: Mapping[PlainText, Sequence[Post]], language: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    overview = [f"- [{to_markdown(name)}]({slug(name)}.md) · {len(found)}" for name, found in topics.items()]
    _append(folder / "index.md", "Topics", overview)
    for name, found in topics.items():
        lines = [line for post in found for line in _listed(post, language)]
        _append(folder / f"{slug(name)}.md", name, lines)


def _listed(post: Post, language: str) -> Iterator[str]:
    title = f"[{to_markdown(post.title)}](../{posts.POSTS}/{post.path.name})"
    day = posts.day_in_words(post.date, language).replace(" ", "\u00a0")  # a day is not broken over two lines
    yield f"- {title} ·\u00a0{day}"
    if post.summary:
        yield f"\n    {to_markdown(post.summary)}\n"


def _append(path: Path, title: str, lines: Sequence[str]) -> None:
    """Put ``lines`` under the author's introduction in ``path``, or under a title of their own."""
    matter = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n"
    introduction = path.read_text(encoding="utf-8-sig").rstrip() + "\n" if path.is_file() else matter
    path.write_text(introduction + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
