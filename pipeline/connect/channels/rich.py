"""A text as Bluesky has it: links shortened to what people read, and facets that say where they lead. Pure.

Facets count bytes of UTF-8, not characters (https://docs.bsky.app/docs/advanced-guides/post-richtext).
"""

from __future__ import annotations

import re
from typing import Any, Final

import regex

from pipeline.connect.shares.counted import first, graphemes

SHOWN: Final = 30
"""Characters of a link that are shown."""
_PART: Final = re.compile(r"https?://[^\s<>\"]+|(?<!\S)[#＃](?!\d+(?:\s|$))[^\s#＃]+", re.IGNORECASE)
_ENDS: Final = ".,;:!?'…"
_PUNCTUATION: Final = regex.compile(r"\p{P}+$")
_LONGEST_TAG: Final = 64


def rich(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return what is shown of ``text``, and the facets of its links and tags."""
    shown, facets, at = "", [], 0
    for found in _PART.finditer(text):
        word = _without_end(found[0])
        feature = _link(word) if word[:4].lower() == "http" else _tag(word)
        if feature is None:
            continue
        said, what = feature
        shown += text[at : found.start()]
        start = len(shown.encode())
        shown += said
        facets.append({"index": {"byteStart": start, "byteEnd": len(shown.encode())}, "features": [what]})
        at = found.start() + len(word)
    return shown + text[at:], facets


def short(url: str) -> str:
    """Return a link as people read it: host and path, no longer than is good."""
    plain = re.sub(r"^https?://(www\.)?", "", url, flags=re.IGNORECASE)
    plain = plain.partition("?")[0].partition("#")[0].rstrip("/") or plain
    return plain if graphemes(plain) <= SHOWN else first(plain, SHOWN - 1, graphemes) + "…"


def _without_end(word: str) -> str:
    """Return ``word`` without the marks that belong to the sentence around it."""
    while word and (word[-1] in _ENDS or (word[-1] == ")" and word.count("(") < word.count(")"))):
        word = word[:-1]
    return word


def _link(url: str) -> tuple[str, dict[str, str]] | None:
    if "://" not in url or not url.partition("://")[2]:
        return None
    return short(url), {"$type": "app.bsky.richtext.facet#link", "uri": url}


def _tag(word: str) -> tuple[str, dict[str, str]] | None:
    word = _PUNCTUATION.sub("", word[1:])
    if not word or graphemes(word) > _LONGEST_TAG:
        return None
    return f"#{word}", {"$type": "app.bsky.richtext.facet#tag", "tag": word}
