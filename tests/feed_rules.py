"""The rules of feeds as small functions: each document gives the sentences that a validator would say of it.

Written from RFC 4287 and RFC 3339, the RSS 2.0 specification and the profile of the RSS Advisory Board, JSON Feed 1.1,
and what the W3C feed validator is known to warn of.
"""

import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import html5lib
from html5lib.html5parser import ParseError

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
CHANNEL = set("title link description language copyright lastBuildDate generator docs item".split()) | {f"{ATOM}link"}
ITEM = set("title link guid pubDate category description enclosure".split()) | {f"{DC}creator", f"{CONTENT}encoded"}
FEED = {ATOM + name for name in "id title subtitle updated author link rights icon generator entry".split()}
ENTRY = {ATOM + name for name in "id title published updated author link category summary content".split()}
RELATIONS = set("self alternate related enclosure hub via".split())
ELEMENTS = set(
    "a abbr address article aside b bdi blockquote br caption cite code dd del details dfn div dl dt em figcaption "
    "figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span "
    "strong sub summary sup table tbody td tfoot th thead time tr u ul var".split()
)
ATTRIBUTES = set("lang dir href title src alt width height cite colspan rowspan scope start datetime".split())
RFC_822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
URL = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/[\w;/?:@&=+$.!~*'()%,#-]*)?", re.ASCII)
MIME = re.compile(r"[a-z]+/[a-z+.-]+")
LONGEST = 5_000_000


def complaints_of_xml(data):
    text = data.decode("utf-8")
    if not text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<'):
        yield "the encoding is not declared"
    if re.search("[\x7f-\x9f\ufffd]", text):
        yield "there are characters that tell of a wrong encoding"
    if len(data) > LONGEST:
        yield "it is longer than validators read"


def complaints_of_html(html, place):
    try:
        tree = html5lib.HTMLParser(strict=True).parseFragment(html)
    except ParseError as error:
        yield f"{place} is no valid HTML: {error}"
        return
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag == "DOCUMENT_FRAGMENT":
            continue
        name = node.tag.rpartition("}")[2]
        if name not in ELEMENTS:
            yield f"{place} has an element {name}"
        yield from (f"{place} has an attribute {each}" for each in node.attrib if each not in ATTRIBUTES)
        if name == "img" and not {"src", "alt"} <= {*node.attrib}:
            yield f"{place} has an image without src or alt"
        for link in (node.attrib[each] for each in ("href", "src", "cite") if each in node.attrib):
            if not URL.fullmatch(link) and not link.startswith("mailto:"):
                yield f"{place} has a link that is not whole: {link}"


def complaints_of_text(value, raw, place):
    """What stands in a text that is no HTML, or that is not said to be any, must not look like it."""
    if not value.strip():
        yield f"{place} is blank"
    if re.search(r"</\w+>", value):
        yield f"{place} holds HTML"
    if re.search(r"&#?\w+", value) and "&#x" not in raw:
        yield f"{place} holds entities of HTML"


def raw_of(data, name):
    return re.findall(rf"<{name}[ >].*", data.decode("utf-8"))


def complaints_of_url(url, place):
    if not URL.fullmatch(url or "") or "#" in (url or ""):
        yield f"{place} is no whole address: {url}"


def repeated(values):
    return sorted({value for value in values if values.count(value) > 1})


# -- RSS


def complaints_of_rss(data, address):
    yield from complaints_of_xml(data)
    root = ET.fromstring(data)
    channels = root.findall("*")
    if (root.tag, root.attrib) != ("rss", {"version": "2.0"}) or [each.tag for each in channels] != ["channel"]:
        yield "it is no rss of version 2.0 with one channel"
        return
    channel = channels[0]
    names = [child.tag for child in channel]
    yield from (f"the channel has a strange {name}" for name in names if name not in CHANNEL)
    yield from (f"the channel has two {name}" for name in repeated(names) if name not in {"item", f"{ATOM}link"})
    yield from (f"the channel has no {each}" for each in ("title", "link", "description") if not channel.findtext(each))
    if "item" in names and set(names[names.index("item") :]) != {"item"}:
        yield "items do not come last"
    yield from complaints_of_url(channel.findtext("link"), "the link of the channel")
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", channel.findtext("language") or ""):
        yield "the language is none"
    yield from complaints_of_822(channel.findtext("lastBuildDate"), "lastBuildDate")
    yield from complaints_of_links(channel.findall(f"{ATOM}link"), address, "application/rss+xml")
    for name in ("title", "description", "copyright", "category"):
        for raw in raw_of(data, name)[: 1 if name == "description" else None]:  # that of an item is HTML
            yield from complaints_of_text(ET.fromstring(raw).text or "", raw, name)
    items = channel.findall("item")
    yield from (f"two items have the guid {each}" for each in repeated([item.findtext("guid") for item in items]))
    for item in items:
        yield from complaints_of_item(item)


def complaints_of_item(item):
    names = [child.tag for child in item]
    yield from (f"an item has a strange {name}" for name in names if name not in ITEM)
    yield from (f"an item has two {name}" for name in repeated(names) if name != "category")
    wanted = ("title", "link", "guid", "pubDate", "description", f"{CONTENT}encoded", f"{DC}creator")
    yield from (f"an item has no {each}" for each in wanted if not item.findtext(each))
    if "description" in names and names.index("description") > names.index(f"{CONTENT}encoded"):
        yield "the description comes after the content"
    yield from complaints_of_822(item.findtext("pubDate"), "pubDate")
    yield from complaints_of_url(item.findtext("link"), "a link")
    guid = item.find("guid")
    if guid is None:
        return
    yield from complaints_of_url(guid.text, "a guid")
    if (guid.get("isPermaLink") == "true") != (guid.text == item.findtext("link")):
        yield "a guid says wrongly whether it is a link"
    for name in ("description", f"{CONTENT}encoded"):
        yield from complaints_of_html(item.findtext(name) or "", name)
    for each in item.findall("enclosure"):
        if set(each.attrib) != {"url", "length", "type"} or not each.get("length").isdigit():
            yield "an enclosure lacks something"
        elif not MIME.fullmatch(each.get("type")) or not URL.fullmatch(each.get("url")):
            yield "an enclosure has a wrong type or address"


def complaints_of_822(value, place):
    if not RFC_822.fullmatch(value or ""):
        yield f"{place} is no date: {value}"
        return
    when = parsedate_to_datetime(value)
    if when.strftime("%a") != value[:3]:
        yield f"{place} names the wrong day of the week"
    if when.year < 1990:
        yield f"{place} is implausible"


def complaints_of_links(links, address, kind):
    """What is wrong with the links of a feed: one to itself, and no two alike."""
    selves = [link.attrib for link in links if link.get("rel") == "self"]
    if selves != [{"rel": "self", "href": address, "type": kind}]:
        yield f"the link to itself is not {address}"
    yield from complaints_of_relations(links)


def complaints_of_relations(links):
    yield from (f"two links alike: {each}" for each in repeated([(e.get("rel"), e.get("type", "")) for e in links]))
    for link in links:
        if link.get("rel") not in RELATIONS or not URL.fullmatch(link.get("href", "")):
            yield f"a link leads nowhere: {link.attrib}"
        if link.get("type") and not MIME.fullmatch(link.get("type")):
            yield f"a link has the type {link.get('type')}"


# -- Atom


def complaints_of_atom(data, address):
    yield from complaints_of_xml(data)
    root = ET.fromstring(data)
    names = [child.tag for child in root]
    if root.tag != f"{ATOM}feed" or not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", root.get(LANG, "")):
        yield "it is no feed with a language"
        return
    yield from (f"the feed has a strange {name}" for name in names if name not in FEED)
    yield from (f"the feed has two {n}" for n in repeated(names) if n not in {f"{ATOM}entry", f"{ATOM}link"})
    wanted = ("id", "title", "updated", "author")
    yield from (f"the feed has no {each}" for each in wanted if root.find(ATOM + each) is None)
    if f"{ATOM}entry" in names and set(names[names.index(f"{ATOM}entry") :]) != {f"{ATOM}entry"}:
        yield "entries do not come last"
    yield from complaints_of_links(root.findall(f"{ATOM}link"), address, "application/atom+xml")
    yield from complaints_of_atom_parts(root, data)
    entries = root.findall(f"{ATOM}entry")
    for name in ("id", "updated"):
        yield from (f"two entries have the {name} {e}" for e in repeated([e.findtext(ATOM + name) for e in entries]))
    for entry in entries:
        yield from complaints_of_entry(entry)
        yield from complaints_of_atom_parts(entry, data)
    updated = [entry.findtext(f"{ATOM}updated") for entry in entries]
    if updated and root.findtext(f"{ATOM}updated") != max(updated):
        yield "the feed is not updated when its newest entry is"


def complaints_of_entry(entry):
    names = [child.tag for child in entry]
    yield from (f"an entry has a strange {name}" for name in names if name not in ENTRY)
    yield from (f"an entry has two {n}" for n in repeated(names) if n not in {f"{ATOM}category", f"{ATOM}link"})
    wanted = ("id", "title", "updated", "published", "author", "content")
    yield from (f"an entry has no {each}" for each in wanted if entry.find(ATOM + each) is None)
    links = entry.findall(f"{ATOM}link")
    yield from complaints_of_relations(links)
    if not any((link.get("rel"), link.get("type")) == ("alternate", "text/html") for link in links):
        yield "an entry has no page"
    if not all(each.get("term") for each in entry.findall(f"{ATOM}category")):
        yield "a category has no term"
    if entry.findtext(f"{ATOM}published") > entry.findtext(f"{ATOM}updated"):
        yield "an entry is updated before it is published"


def complaints_of_atom_parts(parent, data):
    """What is wrong with ids, dates, people and texts of a feed or an entry."""
    for child in parent:
        name, text = child.tag.removeprefix(ATOM), child.text or ""
        if name == "id":
            yield from complaints_of_url(text, "an id")
            if urlsplit(text).netloc != urlsplit(text).netloc.lower() or not urlsplit(text).path:
                yield f"an id is not canonical: {text}"
        elif name in {"updated", "published"}:
            yield from complaints_of_3339(text, name)
        elif name == "author":
            yield from complaints_of_text(child.findtext(f"{ATOM}name") or "", "&#x", "the name of an author")
            yield from complaints_of_url(child.findtext(f"{ATOM}uri"), "the uri of an author")
        elif child.get("type") == "html":
            yield from complaints_of_html(text, name) if text.strip() else [f"{name} is blank"]
        elif name in {"title", "subtitle", "summary", "rights"}:
            raw = " ".join(raw_of(data, name))
            yield from complaints_of_text(text, raw, name)


def complaints_of_3339(value, place):
    if not RFC_3339.fullmatch(value or ""):
        yield f"{place} is no date: {value}"
    elif datetime.fromisoformat(value).year < 1990:
        yield f"{place} is implausible"


# -- JSON Feed


def complaints_of_json(data, address):
    feed = json.loads(data)
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "the version is not 1.1"
    if feed.get("feed_url") != address:
        yield f"the feed is not at {address}"
    if not feed.get("title") or not isinstance(feed.get("items"), list):
        yield "there is no title, or there are no items"
        return
    yield from complaints_of_url(feed.get("home_page_url"), "home_page_url")
    yield from complaints_of_people(feed)
    if not all(hub.get("type") and URL.fullmatch(hub.get("url", "")) for hub in feed.get("hubs", [])):
        yield "a hub lacks something"
    yield from (f"two items have the id {each}" for each in repeated([item.get("id") for item in feed["items"]]))
    for item in feed["items"]:
        if not isinstance(item.get("id"), str) or not item.get("content_html"):
            yield "an item has no id or no content"
        for name in ("url", "external_url", "image"):
            yield from complaints_of_url(item[name].partition("#")[0], name) if name in item else ()
        for name in ("date_published", "date_modified"):
            yield from complaints_of_3339(item[name], name) if name in item else ()
        if not all(isinstance(tag, str) and tag for tag in item.get("tags", [])):
            yield "a tag is no text"
        yield from complaints_of_people(item)
        yield from complaints_of_html(item.get("content_html", ""), "content_html")


def complaints_of_people(of):
    if "author" in of or not all(each.get("name") and URL.fullmatch(each["url"]) for each in of.get("authors", [{}])):
        yield "an author lacks something, or is told as JSON Feed 1.0 did"
