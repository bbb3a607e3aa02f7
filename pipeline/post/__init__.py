"""The post format: Markdown to Post and back, takes and sources, and where a post is on disk and on the site.

A post is front matter and plain Markdown. The text itself is never rewritten, only moved or cut at whole lines.
``format`` reads and writes files, ``takes`` knows their structure, ``body`` shows them, ``places`` finds them.
"""

from pipeline.post.body import (
    EXCERPT_END,
    OPENING,
    PROMPT,
    as_html,
    attributed,
    day_in_words,
    without_prompts,
)
from pipeline.post.format import parse, read, render
from pipeline.post.places import (
    DRAFTS,
    POSTS,
    address,
    file_name,
    find,
    name_of,
    page_address,
    page_of,
    paths,
    resolve,
)
from pipeline.post.takes import links

__all__ = [
    "DRAFTS",
    "EXCERPT_END",
    "OPENING",
    "POSTS",
    "PROMPT",
    "address",
    "as_html",
    "attributed",
    "day_in_words",
    "file_name",
    "find",
    "links",
    "name_of",
    "page_address",
    "page_of",
    "parse",
    "paths",
    "read",
    "render",
    "resolve",
    "without_prompts",
]
