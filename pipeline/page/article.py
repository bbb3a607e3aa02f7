"""The text of an article, taken out of its page word for word (trafilatura).

What comes in is a page of HTML; what goes out is the title and the text of its article, or why there is none. It
asks the web for nothing. Some pages keep the parser busy for minutes: run it where it can be stopped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.html import one_line, plain_text, without_controls
from pipeline.model import Unreadable
from pipeline.repair.encoding import in_utf8

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

    from pipeline.model import PlainText

LONGEST_HTML: Final = 2 * 2**20
"""Characters of HTML that are read, scripts and styles not counted; the pages of large newspapers have 400,000."""
FEWEST_WORDS: Final = 40
"""What has fewer words is a login, an error or a page that only a script fills."""
_MOST_NESTING: Final = 2_000_000
"""20,000 elements inside a hundred others each: trafilatura looks for everything in everything around it."""
_FIRST_BYTES: Final = 4096
_META_CHARSET: Final = re.compile(rb"""<meta\s[^<>]*?charset\s*+=\s*+["']?+\s*+([A-Za-z0-9._:-]++)""", re.IGNORECASE)

_CODE: Final = ("script", "style")
_CODE_BEGINS: Final = re.compile(rf"<({'|'.join(_CODE)})\b", re.IGNORECASE)
_WORDS_OF_A_SENTENCE: Final = ("span", "time", "q")
_INLINE: Final = frozenset(
    (
        "a abbr acronym b bdi bdo big br cite code data del dfn em font graphic hi i img ins kbd mark q ref s samp "
        "small span strong sub sup time tt u var wbr"
    ).split()
)
_UNSEEN: Final = re.compile(r"(?:^|[\s_-])(?:sr-only|screen-?reader|visually-?hidden)", re.IGNORECASE)
_BREAK: Final = "\0"
"""Stands between paragraphs; no text of a tree can hold it."""
# Thai, Lao, Burmese, Khmer, Chinese and Japanese put no spaces between words, which have some two letters.
_WORD: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uf900-\ufaff]{2}|\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The title of a page, and the text of its article: clean paragraphs with an empty line between them."""

    title: PlainText
    text: str


def extracted(body: bytes, url: str, content_type: str) -> Extracted | Unreadable:
    """Return the article in ``body``, a page of HTML that was served from ``url`` as ``content_type``.

    Some pages keep the parser busy for minutes: run it where it can be stopped. It never asks the web for anything.
    """
    html = _decoded(body, content_type)
    if len(html) > LONGEST_HTML:
        html = _without_code(html)
    if len(html) > LONGEST_HTML:
        return Unreadable(cause=f"shows more than {LONGEST_HTML // 2**20} MB of HTML")
    try:
        found = _read(html, url)
    except MemoryError:
        raise  # whoever bounds the memory of this process says so in words
    except Exception as error:  # noqa: BLE001  (hostile pages break parsers in ways that nobody lists)
        return Unreadable(cause=f"cannot be read as a page ({type(error).__name__})")
    if found is None:
        return Unreadable(cause="nests its markup too deep")
    title, text = found
    if len(_WORD.findall(text)) < FEWEST_WORDS:
        return Unreadable(cause="shows no text that can be read")
    return Extracted(title=title, text=text)


def _decoded(body: bytes, content_type: str) -> str:
    """Return ``body`` as text: by its byte order mark, the server's word, or its own (HTML, section 13.2.3)."""
    said = _META_CHARSET.search(body[:_FIRST_BYTES])
    # What can be read to here as ASCII is not in UTF-16, whatever it says.
    own = said[1].decode("ascii") if said and not said[1].lower().startswith(b"utf-16") else ""
    return without_controls(in_utf8(body, f"{content_type}; charset={own}" if own else content_type)[0].decode())


def _without_code(html: str) -> str:
    """Return ``html`` without scripts and styles, which make up most of a large page."""
    kept, at = [], 0
    for begin in _CODE_BEGINS.finditer(html):
        if begin.start() < at:
            continue
        end = re.compile(rf"</{begin[1]}", re.IGNORECASE).search(html, begin.end())
        if end is None:
            break  # and each that follows would be looked for to the end in vain
        kept.append(html[at : begin.start()])
        at = end.start()
    return "".join([*kept, html[at:]])


def _read(html: str, url: str) -> tuple[PlainText, str] | None:
    """Return the title of a page and the text of its article, or None where looking for it would take minutes."""
    from lxml.html import HTMLParser, document_fromstring
    from trafilatura import bare_extraction  # here, since it takes a fifth of a second to load

    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, collect_ids=False)
    root = document_fromstring(html.encode(), parser=parser)
    title = _title(root)
    _prepare(root)
    if _nesting(root) > _MOST_NESTING:
        return None
    # Recall, as a quotation must be found: of the sentences of 380 real articles it keeps 98 in 100, what is missing
    # being captions, lists of links and code; balanced it is 95. Tables, as old pages are laid out in them. No
    # comments, as these are not the publisher's words. No metadata: its search for a date takes longer than all else.
    found = bare_extraction(root, url=url, favor_recall=True, include_comments=False, include_tables=True)
    body = getattr(found, "body", None)
    return title, "" if body is None else "\n\n".join(_paragraphs(body))


def _title(root: HtmlElement) -> PlainText:
    """Return what the page calls itself where it is shared, else its one heading, else what its window shows."""
    shared = root.xpath("string(//meta[@property='og:title']/@content)")
    headings = root.xpath("//h1")
    only = headings[0].text_content() if len(headings) == 1 else ""
    window = root.findtext(".//title") or ""
    return next((title for text in (shared, only, window) if (title := one_line(str(text)))), plain_text(""))


def _prepare(root: HtmlElement) -> None:
    """Keep ``root`` from losing words of its sentences, which trafilatura judges by the names of their elements.

    It throws away each time, each span or p whose class is called author, and each div with text among paragraphs.
    """
    from lxml.etree import strip_elements, strip_tags

    strip_elements(root, *_CODE, with_tail=False)
    for element in root.iter():  # &#7; and its like can be parsed, but not be moved to another element
        element.text = element.text and without_controls(element.text)
        element.tail = element.tail and without_controls(element.tail)
    for element in list(root.iter("span")):
        if _is_unseen(element):
            element.drop_tree()
    strip_tags(root, *_WORDS_OF_A_SENTENCE)
    for element in root.iter("p"):
        element.attrib.pop("class", None)
        element.attrib.pop("id", None)
    for element in root.iter("figure"):
        if element.find(".//blockquote") is not None:
            element.tag = "div"
    for element in root.iter("div"):
        if _is_paragraph(element):
            element.tag = "p"


def _nesting(root: HtmlElement) -> int:
    """Return how many elements stand in others, each counted once for every one around it."""
    from lxml.etree import iterwalk

    depth = nesting = 0
    for event, _ in iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        nesting += depth if event == "start" else 0
    return nesting


def _is_unseen(element: HtmlElement) -> bool:
    """Tell whether readers do not see ``element``, so that nobody quotes it."""
    style = (element.get("style") or "").replace(" ", "").lower()
    unseen = element.get("hidden") is not None or "display:none" in style
    return unseen or bool(_UNSEEN.search(element.get("class") or ""))


def _is_paragraph(element: _Element) -> bool:
    """Tell whether ``element`` holds text and nothing that would begin another paragraph."""
    texts = (element.text, *(child.tail for child in element))
    return any(text and text.strip() for text in texts) and all(
        inner.tag in _INLINE for inner in element.iterdescendants()
    )


def _paragraphs(body: _Element) -> list[PlainText]:
    """Return the text of ``body`` word for word, one for each paragraph, heading, list item, cell or line.

    Not the text that trafilatura makes of it: that has no joiners, which Persian needs, and decodes entities twice.
    """
    from lxml.etree import iterwalk

    parts: list[str] = []
    for event, element in iterwalk(body, events=("start", "end")):
        inline = element.tag in _INLINE and element.getparent() is not body
        parts.append("" if inline else _BREAK)
        parts.append((element.text if event == "start" else element.tail) or "")
    return [text for part in "".join(parts).split(_BREAK) if (text := plain_text(part))]
