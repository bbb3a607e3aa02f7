"""The post format: Markdown to Post and back, takes and sources, and where a post is on disk and on the site.

A post is front matter and plain Markdown. The text itself is never rewritten, only moved or cut at whole lines.
``format`` reads and writes files, ``takes`` and ``links`` know their structure, ``body`` shows them, ``places``
finds them.
"""

from pipeline.post.body import (
    EXCERPT_END,
    LEADS,
    OPENING,
    PROMPT,
    as_html,
    attributed,
    day_in_words,
    locale_of,
    prompt,
    without_prompts,
)
from pipeline.post.format import line_of, parse, read, render, text_of
from pipeline.post.links import Link, anchors, linked_words, links
from pipeline.post.places import (
    DRAFTS,
    POSTS,
    address,
    edition_of,
    file_name,
    find,
    page_address,
    page_of,
    paths,
    resolve,
)
from pipeline.post.shown import images, line_with, passages
from pipeline.post.takes import (
    commonmark,
    end_of_words,
    half_linked_headings,
    lines_of_text,
    paragraph_lines,
    put_first,
    stray_quotations,
    take_ends,
)

__all__ = [
    "DRAFTS",
    "EXCERPT_END",
    "LEADS",
    "OPENING",
    "POSTS",
    "PROMPT",
    "Link",
    "address",
    "anchors",
    "as_html",
    "attributed",
    "commonmark",
    "day_in_words",
    "edition_of",
    "end_of_words",
    "file_name",
    "find",
    "half_linked_headings",
    "images",
    "line_of",
    "line_with",
    "lines_of_text",
    "linked_words",
    "links",
    "locale_of",
    "page_address",
    "page_of",
    "paragraph_lines",
    "parse",
    "passages",
    "paths",
    "prompt",
    "put_first",
    "read",
    "render",
    "resolve",
    "stray_quotations",
    "take_ends",
    "text_of",
    "without_prompts",
]
