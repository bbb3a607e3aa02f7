"""What a page is about: the first sentence on it, for search engines and for previews of links."""

from __future__ import annotations

import re
from typing import Final

from pipeline.html import markdown_to_html, plain_text, sentences, shortened, text_of

_MOST: Final = 200
"""Characters; search engines show no more."""
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_NO_WORDS: Final = re.compile(r"[#<>|!{]|[-*+][ \t]|\d+[.)][ \t]|\[[^\]]+\]:|```|~~~|    |\t|[^\n]*\n[=-]+[ \t]*$")
"""How what is no paragraph begins: a heading, a list, a quotation, a table, an image, code, a definition."""


def first_sentence(body: str) -> str:
    """Return the first sentence of the first paragraph in the Markdown ``body``; none where there is no paragraph.

    A paragraph that ends with a colon says nothing without what stands below it.
    """
    for block in re.split(r"\n[ \t]*\n", _COMMENT.sub("", body)):
        paragraph = block.strip("\n")
        if paragraph.strip() and not _NO_WORDS.match(paragraph) and not paragraph.rstrip().endswith((":", "：")):
            said = text_of(markdown_to_html(paragraph))
            return next((shortened(plain_text(each), _MOST) for each in sentences(said)), "")
    return ""
