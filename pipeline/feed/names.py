"""What the elements of a feed are called, whatever namespace, prefix and case a publisher gave them.

The elements of RSS and Atom have bare names ("title"), those of their extensions the prefix that everybody knows
("dc:creator"), and what is none of them a name that nobody asks for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

ATOM: Final = "http://www.w3.org/2005/atom"
ATOM_03: Final = "http://purl.org/atom/ns#"
RSS_10: Final = "http://purl.org/rss/1.0/"
RSS_090: Final = "http://my.netscape.com/rdf/simple/0.9/"

_PREFIXES: Final = {
    "": "",
    ATOM: "",
    ATOM_03: "",
    RSS_10: "",
    RSS_090: "",
    "http://purl.org/net/rss1.1#": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://example.com/newformat#": "",
    "http://example.com/necho": "",
    "http://purl.org/echo/": "",
    "http://purl.org/pie/": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/elements/1.0/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://search.yahoo.com/mrss": "media:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://purl.org/rss/1.0/modules/syndication/": "sy:",
    "http://purl.org/syndication/history/1.0": "fh:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
    "http://www.w3.org/xml/1998/namespace": "xml:",
}
_KNOWN: Final = frozenset(_PREFIXES.values())
_USERLAND: Final = re.compile(r"http://backend\.userland\.com/rss[\d.]*")


@lru_cache(maxsize=4096)
def name_of(tag: str) -> str:
    """Return the name of an element whose tag lxml gives as "{namespace}Name" or, undeclared, "prefix:Name"."""
    if not isinstance(tag, str):  # lxml's mark of what is no element, such as a reference to an entity
        return "?"
    if not tag.startswith("{"):
        prefix, colon, local = tag.lower().rpartition(":")
        return tag.lower() if prefix + colon in _KNOWN else local if prefix in {"atom", "rss"} else "?"
    namespace, _, local = tag[1:].rpartition("}")
    namespace = _USERLAND.sub("", namespace.strip().lower())
    known = _PREFIXES.get(namespace)
    return "?" if known is None else known + local.lower()


def namespace_of(tag: str) -> str:
    """Return the namespace of a tag in lower case, or an empty text."""
    return tag[1:].rpartition("}")[0].lower() if tag.startswith("{") else ""
