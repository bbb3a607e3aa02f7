"""What can be told of a post by its words alone: leftovers, titles that one does not give oneself, empty headings."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.likeness import count, words
from pipeline.write.quoted.told import said_in
from pipeline.write.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import Finding, Post

_LEFT: Final = re.compile(
    rf"<!--\s*(?:(?:{'|'.join(posts.LEADS)}):|TODO|FIXME|TK\b)"
    r"|^\s*(?:\*\*)?(?:TODO|FIXME|TBD|TK)(?:\*\*)?\s*(?:[:–—-]|$)"
    r"|\b(?:TODO|FIXME|TBD):|\[(?:TODO|FIXME|TBD|TK|XXX)\b|\bTKTK\b|\bXXXX+\b"
    r"|(?i:\blorem ipsum\b)|\{\{[^{}]{0,200}\}\}|\{%[^%]{0,200}%\}"
    r"|(?i:\[(?:insert|fill in|placeholder|add your|your (?:words|view|name|text|opinion))\b[^\]]*\](?![(\[:]))"
)
"""What a template or the author in a hurry leaves behind; in capitals, as Spanish says ``todo`` often."""
_BETWEEN: Final = r"(?:\s+[\w’'-]+){0,6}?\s+"
_LEADER: Final = r"(?:thought[- ]leaders?|Vordenker(?:in)?|leader d['’]opinion|líder de opinión)\b"
_I_AM: Final = r"I['’]m|I am|I was|I became|I have become|I['’]ve become|[Ww]e are|[Ww]e['’]re|me|myself|ourselves"
_CALLS_THEMSELVES: Final = re.compile(
    rf"\b(?:{_I_AM}){_BETWEEN}{_LEADER}"
    rf"|\b[Aa]s an?{_BETWEEN}{_LEADER},? (?:I|we|my|our)\b"
    rf"|\b(?:[Mm]y|[Oo]ur)(?:\s+[\w’'-]+){{0,3}}?\s+thought[- ]leadership\b"
    rf"|\bI,? (?:as )?a {_LEADER}|{_LEADER} like (?:me|myself|us)\b"
    rf"|\b(?:[Ii]ch bin|[Aa]ls|[Mm]ich|[Jj]e suis|[Ss]oy){_BETWEEN}{_LEADER}"
)
_NOT: Final = re.compile(
    r"\b(?:not|never|no|nobody|neither|hardly|without|nicht|kein\w*|pas|jamais|no soy|nunca)\b|n['’]t\b"
)
_VAGUE: Final = frozenset(
    (
        "interesting|very interesting|interesting read|interesting news|something interesting|more|more news|news|"
        "other news|in other news|update|updates|an update|miscellaneous|misc|sundry|various|varia|other|others|"
        "other things|links|more links|link|here|click here|read this|read more|read on|learn more|find out more|"
        "this|this one|article|an article|must read|a must read|worth a read|worth reading|worth a look|stuff|"
        "things|bits and pieces|odds and ends|quick hits|quick links|untitled|heading|take|story|wow|amazing|"
        "you won t believe this|interessant|interessantes|verschiedenes|sonstiges|neuigkeiten|mehr|hier klicken|"
        "weiterlesen|lesenswert|intéressant|divers|actualités|en bref|cliquez ici|lire la suite|à lire|"
        "interesante|noticias|más noticias|varios|haz clic aquí|leer más|interessant nieuws|nieuws|meer nieuws|"
        "diversen|klik hier|lees meer|lees verder|interessante|notizie|altre notizie|clicca qui"
    ).split("|")
)
"""Headings that would stand over anything as well."""
_FILE: Final = re.compile(r"[\w.\-/ ]+\.(?:png|jpe?g|gif|webp|svg|avif|heic)", re.IGNORECASE)
_FEWEST_POSTS: Final = 3
_SHORT, _LONG = 0.4, 2.5
"""How much shorter or longer than usual is far from it."""


def leftovers(post: Post) -> Iterator[Finding]:
    """Yield what a template left behind; whole lines of a draft's prompts are none, as publishing takes them out."""
    remedy = "Write what belongs there, or take it out."
    for line, text in ((posts.line_of(post, "title"), post.title), (posts.line_of(post, "summary"), post.summary)):
        if found := _LEFT.search(text):
            yield Rule.LEFTOVER.broken(post.path, line, f"“{found[0].strip()}” is left over from a template", remedy)
    for number, line_text in posts.lines_of_text(post.body):
        if posts.without_prompts(line_text) and (found := _LEFT.search(line_text)):
            reason = f"“{found[0].strip()}” is left over from a template"
            yield Rule.LEFTOVER.broken(post.path, post.body_line + number, reason, remedy)


def pictures(post: Post) -> Iterator[Finding]:
    """Yield each image without words for those who do not see it; HTML with ``alt=""`` says that it adds nothing."""
    lines = post.body.split("\n")
    for image in posts.images(post.body):
        by_html = re.search(rf"<img\b[^>]*{re.escape(image.target)}", post.body)
        if image.alt and not _FILE.fullmatch(image.alt.strip()):
            continue
        if image.alt == "" and by_html:
            continue
        at = next((number for number, line in enumerate(lines) if image.target in line), 0)
        reason = f"the image {image.target} has no words for those who do not see it"
        remedy = 'Say what it shows, as in ![A crane at night](crane.png); if it adds nothing, write <img … alt="">.'
        yield Rule.NO_ALT.broken(post.path, post.body_line + at, reason, remedy)


def boasts(post: Post) -> Iterator[Finding]:
    """Yield each place where the author gives themselves a title that is for others to give."""
    for said in said_in(post):
        for sentence in re.split(r"(?<=[.!?…])\s+", said.text):
            found = _CALLS_THEMSELVES.search(sentence)
            if found and not _NOT.search(sentence):
                reason = f"“{found[0].strip()}”: whether you lead thought is for others to say"
                remedy = "Say what you did or think; that tells it."
                yield Rule.THOUGHT_LEADER.broken(post.path, said.line, reason, remedy)


def vague_headings(post: Post) -> Iterator[Finding]:
    """Yield each heading that hides what stands under it."""
    for said in said_in(post):
        if said.heading and " ".join(words(said.text)).replace("'", " ") in _VAGUE:
            reason = f"the heading “{said.text}” does not say what it is about"
            remedy = "Say in the heading what happened, and to whom."
            yield Rule.VAGUE_HEADING.broken(post.path, said.line, reason, remedy)


def length(post: Post, usual: Sequence[int]) -> Iterator[Finding]:
    """Yield a finding if ``post`` is much longer or shorter than ``usual``: how many words posts of its kind have."""
    if len(usual) < _FEWEST_POSTS:
        return
    here, there = words_of(post), median(usual)
    if not there * _SHORT <= here <= there * _LONG:
        reason = f"the post has {here} words; your last ones of this kind had about {there:.0f}"
        remedy = "Cut it or add to it, or tell readers in the opening why this one is different."
        yield Rule.UNUSUAL_LENGTH.broken(post.path, post.body_line, reason, remedy)


def words_of(post: Post) -> int:
    """Return how many words the body of ``post`` has, which tells how long it takes to read."""
    return count(posts.without_prompts(post.body))
