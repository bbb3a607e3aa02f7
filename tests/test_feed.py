"""Feeds as they are served: every encoding, every slip, every way to write a date; both parsers see the same."""

import gzip
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.feed import parse, tolerant, xmlfeed
from pipeline.feed.dates import moment
from pipeline.feed.document import document
from pipeline.feed.names import name_of
from pipeline.html import text_of
from pipeline.model import ParsedFeed, Rhythm, Unreadable
from pipeline.repair.encoding import in_utf8
from pipeline.repair.xml import mended, without_doctype

law = settings(derandomize=True, deadline=None, max_examples=150)
URL = "https://a.example/feeds/feed"
ITEM = "<item><title>One</title><link>/1</link><guid>1</guid></item>"


def rss(item="", channel="", head=""):
    return f"{head}<rss version='2.0'><channel><title>F</title>{channel}{item}</channel></rss>"


def read(body, content_type=""):
    feed = parse(body if isinstance(body, bytes) else body.encode(), URL, content_type)
    assert isinstance(feed, ParsedFeed), feed
    return feed


ORIGIN = "<f:origLink xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'>https://b.example/1</f:origLink>"


def only(item, **of_feed):
    [entry] = read(rss(f"<item>{item}</item>", **of_feed)).entries
    return entry


# -- both parsers see the same


FIELDS = ("title", "link", "uid", "published", "updated", "authors", "summary", "content")


def seen(feed):
    yield "feed", (feed.title, feed.link, len(feed.entries))
    for number, entry in enumerate(feed.entries):
        for name in FIELDS:
            value = getattr(entry, name)
            yield f"{name} of {number}", text_of(value) if name in {"summary", "content"} else value


def nests(document):
    """Whether an entry holds others, such as its earlier versions, which feedparser takes for entries of the feed."""
    return any(len([*item.iter("{*}item", "{*}entry")]) > 1 for item in document.items)


def test_both_parsers_see_the_same_in_what_both_can_read(corpora):
    paths = [
        path for place in ("gofeed", "feedparser/wellformed") for path in (corpora / "feeds" / place).rglob("*.xml")
    ]
    paths += [path for path in (corpora / "feeds/real").iterdir() if path.suffix != ".jsonl"]
    small = [path for path in paths if path.stat().st_size < 40_000]
    compared, differs = 0, Counter()
    for path in small:
        body, _ = in_utf8(path.read_bytes())
        found, slow = document(body, URL), tolerant.parse(body, URL)
        if found is None or isinstance(slow, Unreadable) or nests(found):
            continue
        one, other = dict(seen(xmlfeed._feed(found, URL))), dict(seen(slow))
        compared += len(one)
        differs.update(name.partition(" ")[0] for name in one if one[name] != other.get(name))
    assert compared > 5000
    assert differs.total() <= 0.005 * compared, differs
    assert differs["published"] + differs["uid"] <= 2


# -- encodings


TEXT = "Zürich – “Æther” ¿Señor?"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be", "windows-1252")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_declared_encoding_is_read_without_a_word(encoding):
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    feed = read(
        rss(f"<item><title>{TEXT}</title></item>", head=f"<?xml version='1.0' encoding='{declared}'?>").encode(encoding)
    )
    assert (feed.entries[0].title, feed.repairs) == (TEXT, ())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет, мир! Новости порта", "koi8-r"),
        ("港口的起重机", "gb18030"),
        ("クレーン", "shift_jis"),
        ("ニュース", "iso-2022-jp"),
    ],
)
def test_encodings_of_the_world_are_read(text, encoding):
    body = rss(f"<item><title>{text}</title></item>", head=f"<?xml version='1.0' encoding='{encoding}'?>").encode(
        encoding
    )
    assert read(body).entries[0].title == text
    bare = rss(f"<item><title>{text}</title></item>").encode(encoding)
    assert read(bare, f"application/xml; charset={encoding}").entries[0].title == text


@pytest.mark.parametrize("declared", ["iso-8859-1", "us-ascii", "windows-1251", "nonsense", "utf-16"])
def test_a_wrong_declaration_is_seen_through(declared):
    body = rss(f"<item><title>{TEXT}</title></item>", head=f"<?xml version='1.0' encoding='{declared}'?>").encode()
    assert read(body).entries[0].title == TEXT


@pytest.mark.parametrize("declared", ["utf-16", "utf-32", "utf-16le", "cp037", "us-ascii", "windows-1252", "shift_jis"])
def test_what_is_ascii_is_read_whatever_it_says_it_is(declared):
    body = rss(ITEM, head=f"<?xml version='1.0' encoding='{declared}'?>")
    assert read(body).entries[0].title == "One"
    assert read(rss(ITEM), f"text/xml; charset={declared}").entries[0].title == "One"


def test_what_is_not_declared_is_guessed_and_told():
    words = "<description>Der Kran steht für längere Zeit still, sagte der Hafen über das Unglück.</description>"
    feed = read(rss(f"<item>{words}</item>").encode("windows-1252"))
    assert "für längere Zeit" in feed.entries[0].summary
    assert "the encoding is not declared as it is; read as" in feed.repairs[0]


def test_a_few_bytes_of_another_encoding_do_not_spoil_the_rest():
    body = rss(f"<item><title>{TEXT * 9} X</title></item>").encode().replace(b" X", b" caf\xe9")
    feed = read(body)
    assert feed.entries[0].title == f"{TEXT * 9} café"
    assert feed.repairs == ("1 bytes that are no utf-8 read as windows-1252",)


def test_text_that_was_encoded_twice_is_as_it_was_meant():
    assert only(f"<title>{'Zürich’s'.encode().decode('latin-1')}</title>").title == "Zürich’s"
    assert only("<title>It&#146;s &#150; caf\u00e9</title>").title == "It’s – café"


@law
@given(st.binary(max_size=200), st.sampled_from(["", "text/xml; charset=utf-16", "x; charset=idna", "x; charset=zlib"]))
def test_whatever_the_bytes_the_result_is_utf8(body, content_type):
    text, _ = in_utf8(body, content_type)
    text.decode("utf-8")


# -- slips


SLIPS = {
    "white space in front": ("  \n" + rss(ITEM, head="<?xml version='1.0'?>"), "what stood before the XML"),
    "a warning in front": ("Warning: mysql\n" + rss(ITEM, head="<?xml version='1.0'?>"), "what stood before the XML"),
    "a bare ampersand": (rss(ITEM.replace("One", "R&D & <![CDATA[&x]]>")), "bare ampersands"),
    "entities of HTML": (rss(ITEM.replace("One", "A&nbsp;&eacute;&bogus;")), "entities that XML does not know"),
    "control characters": (rss(ITEM.replace("One", "O\x02n\x0be")), "control characters"),
    "impossible references": (rss(ITEM.replace("One", "O&#2;n&#xD800;e&#x110000;")), "characters that do not exist"),
    "a prefix that is not declared": (rss(ITEM.replace("</title>", "</title><wfw:x>y</wfw:x>")), "wfw"),
    "the end is missing": (rss(ITEM)[:-16], "not well-formed XML"),
    "something behind the end": (rss(ITEM) + "<!-- served --> bye", "not well-formed XML"),
    "an element that is closed wrongly": (rss(ITEM.replace("</title>", "<br></title>")), "not well-formed XML"),
    "an attribute given twice": (rss(ITEM.replace("<guid>", "<guid a='1' a='2'>")), "not well-formed XML"),
    "HTML around it": (f"<html><body>{rss(ITEM)}</body></html>", "what stands around the feed"),
}


@pytest.mark.parametrize("what", SLIPS)
def test_a_slip_loses_no_entry_and_is_told(what):
    body, told = SLIPS[what]
    feed = read(body)
    assert [(entry.link, entry.uid) for entry in feed.entries] == [("https://a.example/1", "1")]
    assert told in " ".join(feed.repairs)


def test_entities_and_ampersands_mean_what_was_meant():
    assert only("<title>R&D &eacute;&bogus; &amp;amp; <![CDATA[&nbsp;|&]]></title>").title == "R&D é&bogus; & |&"


def test_what_is_mended_for_one_place_leaves_all_others():
    assert mended(b"<a>x &amp; &#65; <![CDATA[& &#2;]]></a>") == (b"<a>x &amp; &#65; <![CDATA[& &#2;]]></a>", ())


@pytest.mark.parametrize(
    "piece", [b"<![CDATA[", b"<!--", b"<!DOCTYPE ", b"<!DOCTYPE [", b"&", b"&#", b"<?xml ", b"<a=" + b"b=" * 9]
)
def test_a_million_beginnings_without_an_end_take_no_time(piece):
    began = datetime.now(UTC)
    many = piece * (400_000 // len(piece))
    for body in (b"<rss><channel><item>" + many, many + b"=" * 500_001):
        parse(body, URL)
    assert datetime.now(UTC) - began < timedelta(seconds=5)


@pytest.mark.parametrize(
    "inside",
    [
        "",
        " SYSTEM 'x'",
        " PUBLIC \"a\" 'b'",
        " SYSTEM 'x>",
        " [<!ENTITY a 'b]>'>]",
        '[ <!ENTITY x "y"> ] ',
        "[<!-- ' ] > -->]",
        "[<?x ' ] > ?>]",
    ],
)
def test_a_document_type_is_left_out(inside):
    body = f"<?xml version='1.0'?><!-- x --><!DOCTYPE rss{inside}><rss>don't</rss>".encode()
    assert without_doctype(body) == b"<rss>don't</rss>"


@pytest.mark.parametrize(
    "before",
    [b"<?xml version='1.0'>", b"<!-- <a> -->", b"<!--" + b"x" * 5000 + b"-->", b"<?a <b> ?>", b"<!DOCTYPE a>", b" x "],
)
def test_nothing_hides_a_document_type(before):
    assert without_doctype(before + b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>") == b"<rss/>"


PIECES = (
    """<!DOCTYPE|rss|[|]|>|<|!|'|"|<!--|-->|-|<?|<?xml |<?XML |?>|<!ENTITY x "y">|&x;|<rss>|</rss>|a=|\x01""".split("|")
)


@settings(law, max_examples=1500)
@given(st.lists(st.sampled_from([*PIECES, '<!DOCTYPE rss [<!ENTITY x "y">]>']), max_size=12).map("".join))
def test_no_document_type_reaches_a_parser(text):
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    plain = without_doctype(f"{text}<rss>&x;</rss>".encode())
    for body in (plain, without_doctype(mended(plain)[0])):
        root = etree.fromstring(body, parser) if body else None
        assert root is None or root.getroottree().docinfo.internalDTD is None


def test_what_looks_like_a_document_type_in_a_text_stays():
    body = rss("<item><description>&lt;!DOCTYPE html> <![CDATA[<!DOCTYPE html>]]></description></item>").encode()
    assert without_doctype(body) == body


# -- what elements mean


def test_names_are_known_under_any_namespace_prefix_and_case():
    atom, dc = "{http://www.w3.org/2005/Atom}", "{http://purl.org/dc/elements/1.1/}"
    assert [name_of(tag) for tag in (f"{atom}Title", "TITLE", "rss:title", "atom:title")] == ["title"] * 4
    assert [name_of(tag) for tag in (f"{dc}creator", "dc:Creator")] == ["dc:creator"] * 2
    assert [name_of(tag) for tag in ("{urn:mine}title", "mine:title")] == ["?"] * 2


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<link>/1</link>", "https://a.example/1"),
        ("<link>/1</link><link>/2</link>", "https://a.example/2"),
        ("<guid>https://a.example/g?utm_source=x</guid>", "https://a.example/g"),
        ("<guid isPermaLink='false'>https://a.example/g</guid>", None),
        ("<guid>7</guid>", None),
        ("<link/><guid>https://a.example/g</guid>", "https://a.example/g"),
        ("<link>javascript:alert(1)</link>", None),
        ("<a:link xmlns:a='http://www.w3.org/2005/Atom' href='/a'/>", "https://a.example/a"),
        ("<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='enclosure' href='/a.mp3'/>", None),
        (
            ("<link>https://feedproxy.example/x</link>" + ORIGIN),
            "https://b.example/1",
        ),
    ],
)
def test_an_entry_leads_where_its_publisher_means(item, link):
    assert only(f"<title>x</title>{item}").link == link


@pytest.mark.parametrize(
    ("item", "authors"),
    [
        ("<author>jane@x.example (Jane Doe)</author>", ("Jane Doe",)),
        ("<author>Jane Doe &lt;jane@x.example&gt;</author>", ("Jane Doe",)),
        ("<author>jane@x.example</author>", ("jane@x.example",)),
        ("<dc:creator>A</dc:creator><dc:creator>B</dc:creator><author>A</author>", ("A", "B")),
        ("<author><name>A</name><email>a@x.example</email></author>", ("A",)),
        ("<itunes:author>Ann</itunes:author>", ("Ann",)),
    ],
)
def test_authors_are_names(item, authors):
    assert set(only(f"<title>x</title>{item}").authors) == set(authors)


def test_of_an_atom_entry_the_author_is_its_own_else_of_its_source_else_of_the_feed():
    def entry(inside=""):
        return f"<entry><title>x</title>{inside}</entry>"

    def by(name):
        return f"<author><name>{name}</name></author>"

    source = f"<source><title>Other</title>{by('S')}</source>"
    body = (
        f"<feed xmlns='http://www.w3.org/2005/Atom'>{by('F')}{entry(by('E') + source)}{entry(source)}{entry()}</feed>"
    )
    feed = read(body)
    assert [one.authors for one in feed.entries] == [("E",), ("S",), ("F",)]
    assert [one.source for one in feed.entries] == ["Other", "Other", ""]
    assert only("<title>x</title><source url='https://r.example/'>Reuters</source>").source == "Reuters"


def test_titles_of_media_and_of_pictures_are_not_the_title():
    media = "xmlns:media='http://search.yahoo.com/mrss/'"
    item = f"<media:group {media}><media:title>M</media:title><media:description>D</media:description></media:group>"
    assert only(f"{item}<image><title>I</title></image><title>T</title>").title == "T"
    assert (only(item).title, only(item).summary) == ("M", "D")
    assert read(rss(ITEM, channel="<image><title>I</title><url>x</url></image>")).title == "F"


def test_the_rhythm_that_a_feed_names_is_read():
    sy = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"
    hourly = f"<sy:updatePeriod {sy}>hourly</sy:updatePeriod><sy:updateFrequency {sy}>2</sy:updateFrequency>"
    assert read(rss(ITEM, channel=hourly)).rhythm == Rhythm(every=timedelta(minutes=30))
    assert read(rss(ITEM, channel="<ttl>90</ttl>" + hourly)).rhythm.every == timedelta(minutes=90)
    assert read(
        rss(ITEM, channel="<ttl>-5</ttl><skipHours><hour>24</hour><hour>x</hour></skipHours>")
    ).rhythm == Rhythm(skip_hours=(0,))


def test_more_than_one_level_of_base_is_resolved():
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/"><entry xml:base="y/">
        <title>t</title><link href="1"/><content type="xhtml" xml:base="../z/"><div xmlns="http://www.w3.org/1999/xhtml">
        <a href="2">a</a><svg:svg xmlns:svg="http://www.w3.org/2000/svg"><svg:script>x()</svg:script></svg:svg></div>
        </content></entry></feed>"""
    [entry] = read(body).entries
    assert (entry.link, entry.content) == ("https://b.example/x/y/1", '<a href="https://b.example/x/z/2">a</a>')


# -- dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 23 Nov 2026 07:30:00 GMT", (2026, 11, 23, 7, 30)),
        ("Mon, 23 Nov 2026 07:30:00 +0100", (2026, 11, 23, 6, 30)),
        ("Mon, 23 Nov 2026 07:30:00 -03:30", (2026, 11, 23, 11, 0)),
        ("23 Nov 2026 07:30 EST", (2026, 11, 23, 12, 30)),
        ("Mon, 23 Nov 26 07:30:00 GMT", (2026, 11, 23, 7, 30)),
        ("Mon, 23 November 2026 07:30:00 UT", (2026, 11, 23, 7, 30)),
        ("23-Nov-2026 07:30:00", (2026, 11, 23, 7, 30)),
        ("2026-11-23T07:30:00Z", (2026, 11, 23, 7, 30)),
        ("2026-11-23T07:30:00.123456789+01:00", (2026, 11, 23, 6, 30)),
        ("2026-11-23 07:30:00", (2026, 11, 23, 7, 30)),
        ("2026-11-23", (2026, 11, 23, 0, 0)),
        ("2026-11", (2026, 11, 1, 0, 0)),
        ("Mon Nov 23 07:30:00 2026", (2026, 11, 23, 7, 30)),
        ("30 Feb 2026 07:30:00 GMT", None),
        ("Mon, 23 Nov 0026 07:30:00 GMT", None),
        ("yesterday", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_dates_are_read_in_the_ways_that_people_write_them(text, expected):
    found = moment(text)
    assert (found and tuple(found.timetuple()[:5])) == expected
    assert found is None or found.tzinfo is UTC


@law
@given(st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)), st.integers(-720, 840))  # noqa: DTZ001
def test_a_date_in_either_form_is_the_same_moment(local, minutes):
    sign, hours, rest = "-" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60
    expected = local.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=minutes)
    assert moment(f"{local:%d %b %Y %H:%M:%S} {sign}{hours:02}{rest:02}") == expected
    assert moment(f"{local:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{rest:02}") == expected


def test_the_date_is_kept_as_it_was_written():
    assert only("<title>x</title><pubDate> soon, my friend </pubDate>").published_raw == "soon, my friend"


# -- packed


def test_a_packed_file_within_a_packed_file_is_refused():
    twice = gzip.compress(gzip.compress(rss(ITEM).encode()))
    assert isinstance(parse(twice, URL), Unreadable)
