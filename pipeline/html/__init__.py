"""The only maker of SafeHtml, SafeUrl, PlainText and Slug: whatever comes from outside passes here.

What comes in is markup, text or an address that nobody vouches for; what goes out is safe to put into a page,
a mail, a terminal or a Markdown file. It knows nothing of feeds, posts or letters.
"""

from pipeline.html.addresses import as_web_address, authority, host_of, kept_url, safe_url, without_feed_scheme
from pipeline.html.markdown import markdown_link, markdown_to_html, rendered, to_markdown
from pipeline.html.markup import LONGEST_LINE, blocks_of, kept_html, one_line, safe_html, text_of
from pipeline.html.text import (
    digest,
    kept_text,
    looks_like_markup,
    plain_text,
    sentences,
    shortened,
    slug,
    whole,
    without_controls,
)

__all__ = [
    "LONGEST_LINE",
    "as_web_address",
    "authority",
    "blocks_of",
    "digest",
    "host_of",
    "kept_html",
    "kept_text",
    "kept_url",
    "looks_like_markup",
    "markdown_link",
    "markdown_to_html",
    "one_line",
    "plain_text",
    "rendered",
    "safe_html",
    "safe_url",
    "sentences",
    "shortened",
    "slug",
    "text_of",
    "to_markdown",
    "whole",
    "without_controls",
    "without_feed_scheme",
]
