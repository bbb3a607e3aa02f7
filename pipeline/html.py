"""The only maker of SafeHtml, SafeUrl, PlainText and Slug: whatever comes from outside passes here.

What comes in is markup, text or an address that nobody vouches for; what goes out is safe to put into a page,
a mail, a terminal or a Markdown file. It knows nothing of feeds, posts or letters.
"""

from __future__ import annotations

import html as entities
import ipaddress
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

import nh3

from pipeline.model import PlainText, SafeHtml, SafeUrl, Slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_BLOCKS: Final = frozenset(
    (
        "address article aside blockquote br caption dd details div dl dt figcaption figure footer h1 h2 "
        "h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
    ).split()
)
_INLINE: Final = frozenset(
    ("a abbr b bdi bdo cite code del dfn em i img ins kbd mark q s samp small span strong sub sup time u var").split()
)
_WITH_CONTENT: Final = frozenset({"script", "style", "template", "noscript", "iframe", "svg", "math", "title"})
_ATTRIBUTES: Final = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "time": {"datetime"},
}
_URL_ATTRIBUTES: Final = frozenset({"href", "src", "cite"})
_TAG: Final = re.compile(r"<[^<>]*>")
_TAG_BEGINS: Final = re.compile(r"<!--|<(/?)([a-zA-Z][^\s/>]*)")
_TAG_ENDS: Final = re.compile(
    r"""(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?>"[^"]*"|'[^']*'|[^\s>"'][^\s>]*+|(?=>))|(?!\s*+=)))*+>"""
)
_FORMATTING: Final = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_NEVER_NESTED: Final = frozenset(
    ("area base br col dd dt embed hr img input li link meta option p param source td th tr wbr").split()
)
_MAX_DEPTH: Final = 200
_MOST_ANEW: Final = 8
"""So many formatting elements may be open where a block begins, on average."""

_to_blocks = nh3.Cleaner(tags=set(_BLOCKS), clean_content_tags=set(_WITH_CONTENT), attributes={}, link_rel=None)

# Marks that reorder, hide or smuggle text: bidirectional ones, spaces and letters without width, tag characters. The
# joiners U+200C and U+200D stay, as Persian and emoji need them.
_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SPACES: Final = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\u2800]+")
_NO_TEXT: Final = re.compile(
    f"[\ud800-\udfff\ufdd0-\ufdef{''.join(chr(n) for p in range(17) for n in (p << 16 | 65534, p << 16 | 65535))}]"
)
"""Halves of characters, and code points that are none and never will be (Unicode, section 23.7)."""
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 (section 2.2) has no place for, and the control characters that it only tolerates."""
_MOST_MARKS: Final = 30
"""So many marks may stand on one letter (Unicode Standard Annex 15, Stream-Safe Text Format)."""


# -- text ----------------------------------------------------------------------------------------------


def plain_text(text: str) -> PlainText:
    """Return ``text``, which is no markup, as one line without control or hidden characters."""
    kept = _SPACES.sub(" ", text)
    if not kept.isascii():
        kept = unicodedata.normalize("NFC", _unpiled(_HIDDEN.sub("", _NO_TEXT.sub("", kept))))
    return PlainText(" ".join(kept.split()))


def without_controls(text: str) -> str:
    """Return ``text``, whose lines stay as they are, without what an XML document cannot hold."""
    return _NOT_IN_XML.sub("", text)


def _unpiled(text: str) -> str:
    """Return ``text`` with no more marks on a letter than any language has: sorting a pile of them takes minutes."""
    kept, pile = [], 0
    for mark in text:
        pile = pile + 1 if unicodedata.combining(mark) else 0
        if pile <= _MOST_MARKS:
            kept.append(mark)
    return "".join(kept)


def text_of(markup: str) -> PlainText:
    """Return the words of ``markup`` as one line: no tags, entities decoded, scripts and styles gone."""
    return PlainText(" ".join(blocks_of(markup)))


def blocks_of(markup: str) -> tuple[PlainText, ...]:
    """Return the words of ``markup``, one text for each paragraph, list item, cell or line."""
    if "<" not in markup and "&" not in markup:
        text = plain_text(markup)
        return (text,) if text else ()
    parts = _TAG.split(_to_blocks.clean(_parsable(markup)))
    return tuple(text for part in parts if (text := plain_text(entities.unescape(part))))


def looks_like_markup(text: str) -> bool:
    """Tell whether ``text`` holds an element or an entity, so that it was meant as HTML."""
    return bool(re.search(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#[xX][\da-fA-F]+|[a-zA-Z]\w+);", text))


def shortened(text: PlainText, limit: int) -> PlainText:
    """Return ``text`` cut at a word so that it has at most ``limit`` characters, with an ellipsis where cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return PlainText((head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:-–—") + "…")


_SLUG_BYTES: Final = 80
"""File systems allow 255 bytes for a whole name."""


def slug(text: str) -> Slug:
    """Return ``text`` as one part of a path: ASCII where the letters have a base letter, else as they are."""
    words = re.findall(r"[^\W_]+", "".join(map(_base_letter, plain_text(text))).casefold())
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word.encode()[:_SLUG_BYTES].decode("utf-8", "ignore")
        if len(longer.encode()) > _SLUG_BYTES:
            break
        name = longer
    return Slug(name or "untitled")


def _base_letter(letter: str) -> str:
    """Return the ASCII letter under an accent; any other letter as it is."""
    plain = unicodedata.normalize("NFKD", letter)
    return plain[0] if plain[0].isascii() and all(map(unicodedata.combining, plain[1:])) else letter


_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]?[A-ZÀ-ÖØ-Þ0-9])")
_NOT_AN_END: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|Inc|Ltd|Co|Corp|vs|approx|z\.B|bzw|ca|Nr|[A-Z])|\.\w)\.$"
)


_LONGEST_ABBREVIATION: Final = 12
"""Characters that are enough to see one of these, and what it is not a part of."""


def sentences(text: str) -> Sequence[str]:
    """Return ``text`` cut into sentences; each, and all joined by a space, stand in it word for word."""
    parts: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        before = text[max(start, end.start() - _LONGEST_ABBREVIATION) : end.start()]
        if not _NOT_AN_END.search(before):
            parts.append(text[start : end.end()].rstrip())
            start = end.end()
    return [part for part in (*parts, text[start:].strip()) if part]


# -- addresses -----------------------------------------------------------------------------------------

_TRACKING: Final = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_hsenc|_hsmi|mkt_tok|vero_id|oly_(anon|enc)_id|wickedid"
)
_HOST: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_IN_PATH: Final = "/%:@!$&'()*+,;=~-._?"
_MAX_URL: Final = 2048


def safe_url(address: str, base: str = "", *, tracking: bool = False) -> SafeUrl | None:
    """Return ``address``, resolved against ``base``, or None where it is no plain http or https URL.

    Credentials are taken out, and parameters that only track unless ``tracking`` keeps them; what may not stand in
    a URL (RFC 3986) is percent-encoded.
    """
    cleaned = re.sub(r"[\t\r\n]", "", address.strip("".join(map(chr, range(33)))))
    try:
        absolute = re.match(r"https?://", cleaned, re.IGNORECASE)
        parts = urlsplit(_slashes(cleaned) if absolute else urljoin(base, _slashes(cleaned)))
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    default = {"http": 80, "https": 443}[parts.scheme]
    place = host if port in {None, default} else f"{host}:{port}"
    query = parts.query if tracking else _without_tracking(parts.query)
    url = urlunsplit((parts.scheme, place, *map(_encoded, (parts.path, query, parts.fragment))))
    return SafeUrl(url) if len(url) <= _MAX_URL else None


def _encoded(part: str) -> str:
    """Percent-encode what may not stand in a URL, and a % that encodes nothing."""
    return quote(re.sub(r"%(?![\da-fA-F]{2})", "%25", part), safe=_IN_PATH, errors="ignore")


def _slashes(address: str) -> str:
    """Read a backslash before the query as browsers do (WHATWG URL, special schemes): as a slash."""
    head, mark, rest = re.split(r"([?#])", address, maxsplit=1) if re.search(r"[?#]", address) else (address, "", "")
    return head.replace("\\", "/") + mark + rest


def _host(name: str) -> str:
    """Return ``name`` in ASCII. Raises ``ValueError`` where it is no host name and no IP address."""
    name = unquote(name)
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name.partition('%')[0])}]"  # a zone says nothing to anybody else
    if not name.isascii():
        name = name.encode("idna").decode()
    name = name.lower()
    if not _HOST.fullmatch(name):
        raise ValueError(name)
    return name


def _without_tracking(query: str) -> str:
    if not any(_TRACKING.fullmatch(name.lower()) for name, _ in parse_qsl(query, keep_blank_values=True)):
        return query
    kept = [part for part in query.split("&") if not _TRACKING.fullmatch(part.partition("=")[0].lower())]
    return "&".join(kept)


# -- markup --------------------------------------------------------------------------------------------


_MAIL: Final = re.compile(r"mailto:[^\s\"'<>\\]+", re.IGNORECASE)


def safe_html(
    markup: str, base: str = "", resolve: Callable[[str], str] | None = None, *, mail: bool = False
) -> SafeHtml:
    """Return ``markup`` with only what may be shown: text, structure, links and images by http and https.

    ``resolve`` is given each address before it is joined to ``base``; ``mail`` keeps mailto: links too. Cleaning
    again takes nothing away.
    """
    if not markup:
        return SafeHtml("")

    def address(_tag: str, attribute: str, value: str) -> str | None:
        if attribute not in _URL_ATTRIBUTES:
            return value
        if mail and attribute == "href" and _MAIL.fullmatch(value):
            return value
        return safe_url(resolve(value) if resolve else value, base)

    cleaned = nh3.clean(
        _parsable(markup),
        tags=set(_BLOCKS | _INLINE),
        clean_content_tags=set(_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=address,
        link_rel=None,
        url_schemes={"http", "https", "mailto"} if mail else {"http", "https"},
    )
    shown = without_controls(cleaned)
    return SafeHtml(re.sub(r"(<pre[^>]*>)\n+", r"\1", shown).strip())  # a parser eats the first line break each time


def _parsable(markup: str) -> str:
    """Return ``markup`` as an HTML parser takes it: no half characters, no nesting that would take it minutes."""
    if not markup.isascii():
        markup = markup.encode("utf-8", "replace").decode("utf-8")
    if markup.count("<") <= _MAX_DEPTH or not _is_too_deep(markup):
        return markup
    return _TAG.sub(" ", markup).replace("<", "&lt;")


def _is_too_deep(markup: str) -> bool:
    """Tell whether ``markup`` nests so deep, or repeats its formatting so often, that parsing it takes minutes.

    A formatting element that is not closed is opened anew in every block after it (HTML, section 13.2.4.3).
    """
    open_now: Counter[str] = Counter()
    depth = formats = opened_anew = blocks = 0
    for closing, tag in _tags(markup):
        is_format = tag in _FORMATTING
        if not closing and not is_format:
            blocks += 1
            opened_anew += formats
        if tag not in _NEVER_NESTED and (not closing or open_now[tag]):
            step = -1 if closing else 1
            open_now[tag] += step
            depth += step
            formats += step * is_format
        if depth > _MAX_DEPTH or opened_anew > _MAX_DEPTH + _MOST_ANEW * blocks:
            return True
    return "<![cdata[" in markup.lower()  # what of it is markup depends on what it stands in


def _tags(markup: str) -> Iterator[tuple[bool, str]]:
    """Yield the tags of ``markup`` (HTML, section 13.2.5): whether each closes, and its name."""
    at = 0
    while found := _TAG_BEGINS.search(markup, at):
        if found[0] == "<!--":
            at = markup.find("-->", found.start() + 2) + 3
            if at < found.end():
                return
            continue
        end = _TAG_ENDS.match(markup, found.end())
        if end is None:
            return
        yield bool(found[1]), found[2].lower()
        at = end.end()


def kept_html(stored: str) -> SafeHtml:
    """Name what this module made and the store kept for what it is."""
    return SafeHtml(stored)


def kept_text(stored: str) -> PlainText:
    """Name what this module made and the store kept for what it is."""
    return PlainText(stored)


def kept_url(stored: str) -> SafeUrl:
    """Name what this module made and the store kept for what it is."""
    return SafeUrl(stored)


# -- Markdown ------------------------------------------------------------------------------------------

_EXTENSIONS: Final = ("extra", "admonition", "sane_lists")
_ANYWHERE: Final = re.compile(r"[\\`*_\[\]{}]")
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")


def to_markdown(text: PlainText) -> str:
    """Return ``text`` so that Markdown shows it as it is, wherever in a line it stands.

    Only what every dialect can escape is escaped with a backslash; for the rest there are entities.
    """
    escaped = _ANYWHERE.sub(r"\\\g<0>", _ENTITY.sub("&amp;", text)).replace("<", "&lt;")
    escaped = escaped.replace("\\]:", "\\]&#58;")  # not the beginning of a reference
    escaped = re.sub(r"#+$", lambda found: "\\#" * len(found[0]), escaped)  # not the end of a heading
    escaped = re.sub(r"^(\d+)([.)])", lambda found: f"{found[1]}&#{ord(found[2])};", escaped)
    escaped = re.sub(r"^[#+\->!]", r"\\\g<0>", escaped)
    return re.sub(r"^[=~:?/]", lambda found: f"&#{ord(found[0])};", escaped)


def markdown_link(text: PlainText, url: SafeUrl) -> str:
    """Return a Markdown link whose text and target show and lead as given."""
    target = _ENTITY.sub("&amp;", url)
    if re.search(r"[()']", url):  # these may end a target, or begin a title behind it
        target = f"<{target}>"
    return f"[{to_markdown(text)}]({target})"


def rendered(markdown_text: str, base: str, resolve: Callable[[str], str] | None = None) -> SafeHtml:
    """Return Markdown as HTML for a feed or a mail: all addresses absolute, nothing in it that runs."""
    return safe_html(markdown_to_html(markdown_text), base, resolve, mail=True)


def markdown_to_html(markdown_text: str) -> str:
    """Return Markdown as HTML that nobody has cleaned, as the site shows it."""
    import markdown

    return markdown.markdown(markdown_text, extensions=list(_EXTENSIONS), output_format="html")
