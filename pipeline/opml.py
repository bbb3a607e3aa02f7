"""OPML 2.0 (opml.org/spec2.opml): lists of feeds from and for other readers, their folders as topics.

What comes in is a file that another program wrote, however badly, or one that means harm; what goes out are outlines,
each feed once with all its topics, and in words what leads to no feed. It fetches nothing and knows no byline.yml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from pipeline.errors import UsageError
from pipeline.html import LONGEST_LINE, as_web_address, plain_text, safe_url, shortened
from pipeline.model import NO_TEXT, utc
from pipeline.repair.encoding import in_utf8
from pipeline.repair.xml import mended

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from pipeline.model import PlainText, SafeUrl

    _Names = tuple[PlainText, ...]

MAX_BYTES: Final = 10 * 2**20
"""A list of 10,000 feeds has some 2 MB."""
MOST_FEEDS: Final = 10_000
"""Feeds of one file, and so many topics; what is refused counts as a feed."""
MOST_FOLDERS: Final = 20
"""Folders inside each other."""
LONGEST_NAME: Final = 100
"""Characters of the name of a folder; of a title or a description, ``LONGEST_LINE``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed as a list names it. ``topics`` are the folders that it stands in, sorted, as ``topic_of`` writes them."""

    url: SafeUrl
    title: PlainText
    topics: tuple[PlainText, ...] = ()
    site: SafeUrl | None = None
    description: PlainText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """What an OPML file holds: its feeds in its order, each once, and in words what it names that leads to none."""

    outlines: tuple[Outline, ...]
    refused: tuple[PlainText, ...]


# -- topics


def topic_of(names: Iterable[str]) -> PlainText:
    r"""Return the topic that folders with these ``names`` make, the outermost first: ``Ports/Cranes``.

    A slash that is part of a name becomes ``\/`` and a backslash ``\\``, as in file names of a shell.
    """
    return plain_text("/".join(re.sub(r"[\\/]", r"\\\g<0>", name) for name in names))


def names_of(topic: str) -> tuple[PlainText, ...]:
    """Return the names of the folders that make ``topic``; a backslash before anything else is only a backslash."""
    parts = re.findall(r"(?:\\[\\/]|[^/])+", topic)
    names = (plain_text(re.sub(r"\\([\\/])", r"\1", part)) for part in parts)
    return tuple(name for name in names if name)


# -- in


def read_opml(body: bytes) -> Outlines:
    """Return the feeds of an OPML file. Raises ``UsageError`` for what is none, or is hostile."""
    if len(body) > MAX_BYTES:
        raise _refusal(f"has more than {MAX_BYTES // 2**20} MB")
    text, _ = in_utf8(body)
    if _DOCTYPE.match(text):
        raise _refusal(_WITH_DOCTYPE)
    try:
        return _read(text)
    except expat.ExpatError:
        better, _ = mended(_CDATA.sub(b"", text))
    try:
        return _read(better)
    except expat.ExpatError as error:
        raise UsageError(f"the OPML file is not well-formed XML ({error}); export it again") from None


_DOCTYPE: Final = re.compile(rb"(?:[^<]++|<\?.*?\?>|<!--.*?-->|(?!))*+<!DOCTYPE", re.DOTALL | re.IGNORECASE)
"""A document type where it may stand, before the first element. Nothing is mended in a file that has one."""
_CDATA: Final = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
"""What no outline consists of; a million of them that never end would keep a repair busy for hours."""
_WITH_DOCTYPE: Final = "declares a document type, which no honest one needs"


def _refusal(cause: str) -> UsageError:
    return UsageError(f"the OPML file {cause}: refused")


def _read(body: bytes) -> Outlines:
    """Return what stands in ``body``, which is UTF-8 whatever it declares. Raises ``expat.ExpatError``."""
    listener = _Listener()
    parser = expat.ParserCreate("utf-8")  # without namespaces: many a file uses a prefix that it does not declare
    parser.StartDoctypeDeclHandler = listener.doctype
    parser.StartElementHandler = listener.start
    parser.EndElementHandler = listener.end
    parser.Parse(body, True)  # noqa: FBT003  (it takes no names)
    return listener.heard()


class _Listener:
    """Hears a file element by element, so that none has to be held whole, and refuses it once it is beyond bounds."""

    def __init__(self) -> None:
        self._feeds: dict[SafeUrl, Outline] = {}
        self._topics: dict[SafeUrl, set[PlainText]] = {}
        self._refused: dict[PlainText, None] = {}
        self._spelt: dict[_Names, PlainText] = {}
        self._length = 0
        self._inside: list[_Names] = []
        self._begun = False

    def heard(self) -> Outlines:
        """Return all that was heard."""
        found = (replace(outline, topics=tuple(sorted(self._topics[url]))) for url, outline in self._feeds.items())
        return Outlines(outlines=tuple(found), refused=tuple(self._refused))

    def doctype(self, *_: object) -> None:
        """Refuse a document type, and so all entities and anything external."""
        raise _refusal(_WITH_DOCTYPE)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear an element begin."""
        kind = _local(name)
        if not self._begun and kind != "opml":
            raise UsageError(f"the file is no OPML: it begins with <{_line(name, LONGEST_NAME)}>")
        self._begun = True
        if kind == "outline":
            if len(self._inside) > MOST_FOLDERS:
                raise _refusal(f"nests folders more than {MOST_FOLDERS} deep")
            given = {key.lower(): value.strip() for key, value in attributes.items()}  # each spells xmlUrl its way
            self._inside.append(self._outline(given, self._inside[-1] if self._inside else ()))
            if len(self._feeds) + len(self._refused) > MOST_FEEDS:
                raise _refusal(f"names more than {MOST_FEEDS:,} feeds")

    def end(self, name: str) -> None:
        """Hear an element end."""
        if _local(name) == "outline":
            self._inside.pop()

    def _outline(self, given: Mapping[str, str], folders: _Names) -> _Names:
        """Hear an outline that stands in ``folders``; return the folders of what stands in it."""
        address, kind = given.get("xmlurl", ""), given.get("type", "").lower()
        if address and kind != "include":  # WordPress writes type="link" for feeds too
            self._feed(given, address, folders)
            return folders
        if kind in {"rss", "atom", "link", "include"}:
            self._refuse(_cause_of(kind, given), given)
            return folders
        name = _line(_name(given), LONGEST_NAME)
        return (*folders, name) if name else folders

    def _feed(self, given: Mapping[str, str], address: str, folders: _Names) -> None:
        url = safe_url(as_web_address(address), tracking=True)
        if url is None:
            self._refuse("is no web address", given)
            return
        title = given.get("title") or given.get("text", "")
        unnamed = not given.get("title") and title in {address, url}  # a text must be given, and there was none
        known = self._feeds.get(url, Outline(url=url, title=NO_TEXT))
        self._feeds[url] = replace(
            known,
            title=known.title or (NO_TEXT if unnamed else _line(title)),
            site=known.site or safe_url(given.get("htmlurl", ""), tracking=True),
            description=known.description or _line(given.get("description", "")),
        )
        topics = self._topics.setdefault(url, set())
        for names in (folders, *_categories(given.get("category", ""))):
            if names:
                self._file(topics, names)

    def _file(self, topics: set[PlainText], names: _Names) -> None:
        """Add the topic of ``names`` to ``topics``, as long as the file does not say far more than it has bytes."""
        topic = self._spelt.get(names) or self._spelt.setdefault(names, topic_of(names))
        self._length += 0 if topic in topics else len(topic)
        topics.add(topic)
        if len(self._spelt) > MOST_FEEDS or self._length > MAX_BYTES:
            raise _refusal("files its feeds in more folders than anybody has")

    def _refuse(self, cause: str, given: Mapping[str, str]) -> None:
        named = given.get("xmlurl") or given.get("url") or given.get("htmlurl") or _name(given) or "(no name)"
        self._refused[plain_text(f"{cause}: {_line(named, 200)}")] = None


def _local(name: str) -> str:
    """Return the name of an element without the prefix of a namespace."""
    return name.rpartition(":")[2].lower()


def _name(given: Mapping[str, str]) -> str:
    return given.get("title") or given.get("text", "")


def _line(text: str, limit: int = LONGEST_LINE) -> PlainText:
    """Return ``text`` as one line of bounded length; what looks like markup in it is characters, here and later."""
    return shortened(plain_text(text[: 4 * limit]), limit)


def _cause_of(kind: str, given: Mapping[str, str]) -> str:
    """Return why an outline without the address of a feed is passed over (OPML 2.0, inclusion and links)."""
    place = given.get("url", "").partition("?")[0].lower()
    if kind == "include" or (kind == "link" and place.endswith(".opml")):
        return "includes another list"
    return "is a link, not a feed" if kind == "link" else "has no address"


def _categories(attribute: str) -> Iterator[_Names]:
    """Yield the folders that OPML 2.0's category stands for: ``/Ports/Cranes,/Work`` or simple tags."""
    for path in dict.fromkeys(attribute.split(",")):
        parts = [part for part in path.split("/") if part.strip()]
        if len(parts) > MOST_FOLDERS:
            raise _refusal(f"nests folders more than {MOST_FOLDERS} deep")
        yield tuple(name for part in parts if (name := _line(part, LONGEST_NAME)))


# -- out


def write_opml(title: str, outlines: Iterable[Outline], *, made: datetime | None) -> bytes:
    """Return an OPML file of ``outlines``, in their order, each in the folder of each of its topics.

    ``made`` is an aware time, or none where the file is to be the same whenever it is made. Raises ``UsageError`` for a
    topic that is deeper than a file may be.
    """
    root = ET.Element("opml", version="2.0")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = plain_text(title)
    if made is not None:
        ET.SubElement(head, "dateCreated").text = format_datetime(utc(made), usegmt=True)
    ET.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    folders: dict[_Names, ET.Element] = {(): ET.SubElement(root, "body")}
    for feed in outlines:
        for names in dict.fromkeys(map(names_of, feed.topics)) or [()]:
            ET.SubElement(_folder(folders, names), "outline", _attributes(feed))
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _folder(folders: dict[_Names, ET.Element], names: _Names) -> ET.Element:
    """Return the folder with these ``names``, made where it is not there yet."""
    if len(names) > MOST_FOLDERS:
        raise UsageError(f"the topic {topic_of(names)} is more than {MOST_FOLDERS} folders deep; shorten it")
    if names not in folders:
        parent = _folder(folders, names[:-1])
        folders[names] = ET.SubElement(parent, "outline", text=names[-1], title=names[-1])
    return folders[names]


def _attributes(feed: Outline) -> dict[str, str]:
    """Return the attributes of a feed; without a title of its own, the text that OPML wants is the address."""
    given = {"type": "rss", "text": feed.title or feed.url, "title": feed.title, "xmlUrl": feed.url}
    given |= {"htmlUrl": feed.site or "", "description": feed.description}
    return {name: value for name, value in given.items() if value}
