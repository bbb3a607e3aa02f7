"""A post to a text for a channel, by a template for that channel: the author's own, or the one that comes with Byline.

Only words of the post go into it. What is too long is left as it is: the author shortens it, no program does.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from pipeline import post as posts
from pipeline.errors import ConnectError, template_place
from pipeline.html import plain_text, sentences
from pipeline.post.shown import passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import Post

TEMPLATES: Final = Path(__file__).parent / "templates"
_WORD: Final = re.compile(r"\w+")


def text_for(channel: str, post: Post, link: str, folder: Path | None = None) -> str:
    """Return the text of ``post`` for ``channel``; ``folder`` holds the author's templates, CHANNEL.txt.

    Raises ``ConnectError`` where a template is broken.
    """
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    folders = [folder, TEMPLATES] if folder else [TEMPLATES]
    environment = SandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(place) for place in folders]),
        autoescape=False,  # plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"hashtag": hashtag, "first_sentence": first_sentence}
    try:
        template = environment.select_template([f"{channel}.txt", "other.txt"])
        return re.sub(r"\n{3,}", "\n\n", template.render(context(post, link))).strip()
    except Exception as error:  # an author's template may stumble in any way
        place = template_place(error, folder or TEMPLATES)
        raise ConnectError(f"{place}: the template of a share is broken: {error}") from error


def context(post: Post, link: str) -> dict[str, Any]:
    """Return what a template may use; the manual's chapter Connect lists it."""
    return {
        "title": post.title,
        "summary": post.summary,
        "opening": _opening(post),
        "link": link,
        "topics": list(post.topics),
        "takes": [{"heading": take.heading, "url": take.url, "words": plain_text(take.words)} for take in post.takes],
    }


def tagged(url: str, site_url: str, channel: str, name: str) -> str:
    """Return ``url`` with the marks by which statistics know where somebody came from; only if it is of the site."""
    if urlsplit(url)[:2] != urlsplit(site_url)[:2] or urlsplit(url).query:
        return url
    marks = urlencode({"utm_source": channel, "utm_medium": "social", "utm_campaign": name})
    address, _, place = url.partition("#")
    return f"{address}?{marks}" + (f"#{place}" if place else "")


def hashtag(topic: str) -> str:
    """Return a topic as a tag: port logistics as #PortLogistics; nothing where no letter is in it."""
    words = _WORD.findall(topic.replace("_", " "))
    joined = words[0] if len(words) == 1 else "".join(word[:1].upper() + word[1:] for word in words)
    return f"#{joined}" if joined and not joined.isdigit() else ""


def first_sentence(text: str) -> str:
    """Return the first sentence of ``text``, whole."""
    return next(iter(sentences(text)), "")


def _opening(post: Post) -> str:
    """Return the first paragraph of the post that is the author's own, and before its takes."""
    lines = post.body.split("\n")
    before = lines[: post.takes[0].line - post.body_line] if post.takes else lines
    return next(_paragraphs(posts.without_prompts("\n".join(before))), "")


def _paragraphs(body: str) -> Iterator[str]:
    said = (plain_text(passage.text) for passage in passages(body) if not passage.heading)
    yield from (text for text in said if text)
