"""Feeds, pages and addresses that mean harm: attacks from collections, and what fuzzing found."""

import gzip
import importlib.machinery
import importlib.util
import json
import re
import socket
import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from lxml import etree

from conftest import REPOSITORY, within
from pipeline.errors import UsageError
from pipeline.feed import bounds, parse, tolerant
from pipeline.html import LONGEST_LINE, safe_html, safe_url, slug
from pipeline.model import ParsedFeed, Unreadable
from pipeline.opml import read_opml
from pipeline.page.article import extracted
from pipeline.page.links import page_in
from pipeline.web import is_public

BASE = "https://base.example/feeds/one.xml"
EVERY = 25  # of the attacks that collections hold, one in so many; bench/hostile takes all


@pytest.fixture(scope="session")
def hostile():
    """The script bench/hostile, which knows how attacks are carried and what harm looks like."""
    loader = importlib.machinery.SourceFileLoader("hostile", str(REPOSITORY / "bench" / "hostile"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("hostile", loader))
    loader.exec_module(module)
    return module


def rss(inner):
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{inner}</channel></rss>'.encode()


def item(inner):
    return rss(f"<item><guid>1</guid>{inner}</item>")


# -- the collections


def test_what_runs_would_be_seen(hostile):
    for left in (
        "<script>x</script>",
        "<p><b onclick=x>y",
        "<a href='javascript:x'>y</a>",
        "<img src=data:x>",
        "<p style='x'>y",
        "<x-y>z",
        "<svg><a href='https://a.example'>",
    ):
        assert list(hostile.scripts(left)), left
    assert not list(
        hostile.scripts('<p>a <a href="https://a.example/" title="t">b</a><img src="http://a.example/c" alt="">')
    )


def test_no_attack_leaves_anything_that_runs_whatever_carries_it(hostile, corpora):
    folder = corpora / "hostile"
    attacks = [*hostile.inputs(folder, *hostile.XSS, *hostile.TEXTS), *hostile.inputs(folder, "patt-path-traversal")]
    for name, attack in attacks[::EVERY]:
        for way, body in hostile.feeds_of(attack):
            assert not list(hostile.harms(parse(body, BASE))), (name, way)


def test_no_attack_is_an_address_or_a_name_of_a_file(hostile, corpora):
    for name, attack in hostile.inputs(corpora / "hostile", *hostile.XSS[:3], *hostile.ADDRESSES, "patt-crlf"):
        for base in ("", BASE):
            url = safe_url(attack, base)
            assert url is None or (hostile.ADDRESS.fullmatch(url) and safe_url(url) == url), name
        assert re.fullmatch(r"[^\s/\\.]+", slug(attack)), name


def test_only_public_addresses_of_the_collections_are_public(hostile, corpora):
    for _, network in hostile.inputs(corpora / "hostile", "advocate-ip"):
        address = network.partition("/")[0]
        assert is_public(address) == hostile.harmless(hostile.ipaddress.ip_address(address)), address


# -- entities


@pytest.fixture
def listening():
    """A port of loopback, and the list of those who came to it."""
    came = []
    server = socket.create_server(("127.0.0.1", 0))

    def accept():
        with suppress(OSError):
            while True:
                connection, peer = server.accept()
                came.append(peer)
                connection.close()

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()[1], came
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def read(body):
    """What a feed and an OPML file become; nothing where the latter is refused."""
    with suppress(UsageError):
        return parse(body, BASE), read_opml(body)
    return (parse(body, BASE),)


def test_a_parser_without_a_guard_would_show_the_file(hostile, tmp_path):
    canary = tmp_path / "canary"
    canary.write_text(hostile.MARK)
    text = f'<!DOCTYPE a [<!ENTITY b SYSTEM "{canary.as_uri()}">]><a>&b;</a>'
    assert etree.fromstring(text, etree.XMLParser(resolve_entities=True)).text == hostile.MARK


def test_no_document_of_the_collections_reads_a_file_asks_a_host_or_grows(hostile, corpora, listening, tmp_path):
    port, came = listening
    canary = tmp_path / "canary"
    canary.write_text(hostile.MARK)
    for name, text in hostile.documents(corpora / "hostile", canary, port):
        found = read(text.encode())
        assert hostile.MARK not in repr(found), name
        assert not any(map(hostile.expanded, found)), name
    assert came == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("behind", ["", " " * 8192, "<!-- <rss> -->", "<!--" + "<rss>" * 2000 + "-->"])
@pytest.mark.parametrize("broken", ["", "<b>"])
def test_an_entity_stands_for_nothing(listening, tmp_path, encoding, behind, broken):
    port, came = listening
    canary = tmp_path / "canary"
    canary.write_text("CANARY")
    declared = (
        f'<!ENTITY a SYSTEM "{canary.as_uri()}"><!ENTITY b "CANARY"><!ENTITY c SYSTEM "http://127.0.0.1:{port}/">'
    )
    uses = "<item><title>&a;&b;&c;</title><description>&a;&b;&c;</description></item>"
    text = f"<!DOCTYPE rss [{declared}]><rss><channel>{uses}{broken}</channel></rss>"
    found = parse(f'<?xml version="1.0" encoding="{encoding}"?>{behind}{text}'.encode(encoding), BASE)

    texts = [text for entry in getattr(found, "entries", ()) for text in (entry.title, entry.summary, entry.content)]
    assert not [text for text in texts if "CANARY" in text and "ENTITY" not in text]
    assert came == []


def test_laughs_are_not_multiplied(hostile):
    assert tolerant.NO_FEED  # which is loaded now: that takes feedparser a second
    for name in (name for name in hostile.MADE if "billion" in name or "quadratic" in name or "parameter" in name):
        feed = within(2, parse, hostile.body_of(name), BASE)
        assert len(repr(feed)) < 10**6, name


# -- what fuzzing found


RAISED = {
    "an encoding of no text": b'<?xml version="1.0" encoding="rot13"?>' + rss("<item><title>t</title></item>")[21:],
    "an encoding that is undefined": b'<?xml version="1.0" encoding="undefined"?>' + rss("<item/>")[21:],
    "a tag that is only a colon": b'<rss n=""><item><description><:',
    "a tag whose name is a number": item("<description>a <x:1>b</x:1></description>"),
    "an hour of 5,000 digits": rss(f"<skipHours><hour>{'9' * 5000}</hour></skipHours><item><title>t</title></item>"),
}


@pytest.mark.parametrize("what", RAISED)
def test_a_feed_never_stops_the_run(what):
    assert isinstance(parse(RAISED[what], BASE), ParsedFeed | Unreadable)


def test_a_repair_is_said_without_control_characters(hostile):
    feed = parse('<rss xmlns:a="h\u009b31m\u202e"><channel><item/></channel></rss>'.encode(), BASE)
    assert not list(hostile.harms(feed))


BROKEN = "<item><b></item>"  # libxml2 may not be trusted with it
BASES = "".join(f'<x xml:base="{number}/">' for number in range(200))
SLOW = {
    "an address for each base around it": lambda: rss(BASES + "<item><link>a</link></item>" * 300 + "</x>" * 200),
    "an author without an end": lambda: rss(f"{BROKEN}<item><author>{'x' * 30_000}</author></item>"),
    "elements that nest": lambda: item("<a>" * 200_000),
}


@pytest.mark.parametrize("what", SLOW)
def test_no_feed_takes_longer_than_its_length_is_worth(what):
    within(1.5, parse, SLOW[what](), BASE)


@pytest.mark.parametrize(
    "author",
    [f"<author><![CDATA[{'x' * 40_000}]]></author>", f"<author>{'<i/>'.join(['x' * 900] * 44)}</author>"],
    ids=["CDATA", "elements"],
)
def test_no_disguise_makes_an_author_slow(author):
    within(1, parse, rss(f"{BROKEN}<item>{author}</item>"), BASE)


MANY = 500_001
FULL = {
    "attributes": lambda: item("<title " + " ".join(f"a{n} = ''" for n in range(MANY)) + ">t</title>"),
    "attributes of many elements": lambda: item("<a b='' c='>' d='' e='' f=''/>" * (MANY // 5 + 1)),
    "names": lambda: b'{"items":[{' + b",".join(b'"%d" :1' % n for n in range(MANY)) + b"}]}",
    "texts": lambda: b'{"items":[' + rb'"\\",' * 2 * MANY + b"1]}",
    "lists": lambda: b'{"items":[' + b"[],[[]]," * MANY + b"1]}",
}


@pytest.mark.parametrize("body", FULL.values(), ids=FULL)
def test_a_small_body_that_would_fill_memory_is_refused(body):
    read = parse(body(), BASE)
    assert isinstance(read, Unreadable)
    assert read.cause.startswith("holds more than 500,000 ")


QUOTED = 'x="y" ' * MANY
ROOMY = {
    "CDATA": lambda: item(f"<description><![CDATA[<p {QUOTED}>]]></description>"),
    "escaped": lambda: item(f"<description>&lt;p {QUOTED}&gt;</description>"),
    "a comment": lambda: item(f"<!-- <p {QUOTED} --><title>t</title>"),
    "JSON": lambda: json.dumps({"items": [{"id": "1", "content_html": '":[{,\\' * MANY}]}).encode(),
}


@pytest.mark.parametrize("body", ROOMY.values(), ids=ROOMY)
def test_a_text_is_no_attribute_and_no_value_whatever_it_holds(body):
    read = parse(body(), BASE)
    assert isinstance(read, ParsedFeed)
    assert len(read.entries) == 1


@pytest.mark.parametrize("place", ["<rss>{}<channel/></rss>", "<rss><channel>{}<item>{}</item></channel></rss>"])
def test_a_reference_that_is_left_in_the_tree_costs_nothing_else(place):
    unclosed = "<!DOCTYPE rss [<!-- ' --><!ENTITY a 'b'>]>"  # one quotation mark too many to tell where it ends
    feed = parse((unclosed + place.replace("{}", "&a;<title>t</title>")).encode(), BASE)
    assert isinstance(feed, ParsedFeed)


def test_an_id_has_an_end():
    feed = parse(rss(f"<item><title>t</title><guid>{'x' * 10**6}</guid></item>"), BASE)
    assert len(feed.entries[0].uid) <= 4 * LONGEST_LINE


@pytest.mark.parametrize(
    "markup",
    [
        "\ufeff>",
        "<table><td>" * 120,
    ],
    ids=["a byte order mark", "tables that nest"],
)
def test_cleaning_twice_is_once(markup):
    once = safe_html(markup)
    assert safe_html(once) == once


def test_half_a_character_hides_no_tracking():
    assert safe_url("https://a.example/?utm_\ud800source=x") in {"https://a.example/", None}


def test_dates_are_aware_and_in_utc():
    for text in (
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "2026-11-23T07:30:00+14:00",
        "2026-11-23",
        "9999-12-31T23:59:59-12:00",
    ):
        (entry,) = parse(item(f"<pubDate>{text}</pubDate>"), BASE).entries
        assert entry.published is None or entry.published.utcoffset() == timedelta(0)


def test_json_that_nests_or_exaggerates_is_a_feed_or_none():
    for body in (b'{"items":' + b"[" * 100_000, b'{"title":' + b"9" * 5000 + b"}", b'{"items":[{"id":1e999}]}'):
        assert isinstance(parse(body, BASE), ParsedFeed | Unreadable)
    half = json.dumps({"items": [{"id": "\ud800", "title": "\udfff", "content_html": "<b>\ud800"}]}).encode()
    assert parse(half, BASE).entries[0].title == ""


# -- what a reviewer with ill intent found


def json_feed(*items, **of_feed):
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, **of_feed}).encode()


@pytest.mark.parametrize("before", ["<!DOCTYPE rss [<!-- ' -->", f"<!-- {'x' * 5000} --><!DOCTYPE rss ["])
def test_a_reference_to_an_entity_among_elements_costs_nothing(before):
    text = f"{before}<!ENTITY x 'y'>]><rss><channel>&x;<title>T</title><item>&x;</item></channel></rss>"
    feed = parse(text.encode(), BASE)
    assert (feed.title, len(feed.entries)) == ("T", 1)


STRANGE = "( EST Jan , 13/13/13 25:61:61 )"  # over which one of feedparser's rules stumbles


def test_no_date_costs_more_than_itself():
    (entry, other) = parse(json_feed({"id": "1", "date_published": STRANGE}, {"id": "2"}), BASE).entries
    assert (entry.published, entry.published_raw, other.uid) == (None, STRANGE, "2")
    feed = parse(rss(f"<item><pubDate>{STRANGE}</pubDate></item>" + "<item><guid>1</guid></item>" * 2001), BASE)
    assert len(feed.entries) == bounds.MOST_ENTRIES


def test_an_entry_that_is_broken_as_nobody_foresaw_costs_only_itself():
    entry = parse(json_feed({"id": "1"}), BASE).entries[0]
    found, said = bounds.entries([0, 1, 2], lambda item, _room: [entry, None, entry][item] or 1 / 0)
    assert (len(found), said) == (2, ("1 of 3 entries are broken and were passed over",))


def test_a_number_of_5000_digits_costs_no_feed():
    feed = parse(b'{"x":' + b"9" * 5000 + b',"items":[{"id":' + b"8" * 5000 + b'},{"id":7}]}', BASE)
    assert feed.entries[0].uid.startswith("sha256:")
    assert feed.entries[1].uid == "7"


LINKS = "&lt;a href=x>&lt;/a>" * 490


def characters(feed):
    return sum(len(entry.summary) + len(entry.content) + sum(map(len, entry.authors)) for entry in feed.entries)


@pytest.mark.parametrize("broken", ["", "<item><b></item>"], ids=["libxml2", "feedparser"])
def test_a_feed_that_multiplies_in_cleaning_has_an_end(broken):
    base = f"http://evil.example/{'b' * 1960}(1990)/"
    items = f"<item><title>t</title><description>{LINKS}</description></item>" * 60
    body = f"<rss version='2.0' xml:base='{base}'><channel>{broken}{items}</channel></rss>".encode()
    feed = parse(gzip.compress(body), BASE)
    assert characters(feed) <= bounds.MOST_CHARACTERS + 2 * bounds.LONGEST_TEXT
    assert (feed.entries[-1].title, feed.entries[-1].summary) == ("t", "")
    assert re.fullmatch(r"the texts of the last \d\d entries passed over: .*", feed.repairs[-1])


def test_a_json_feed_that_multiplies_in_cleaning_has_an_end():
    item = {"title": "t", "content_html": "<a href=x></a>" * 490}
    feed = parse(json_feed(*[item] * 60), f"https://evil.example/{'b' * 1960}/")
    assert characters(feed) <= bounds.MOST_CHARACTERS + 2 * bounds.LONGEST_TEXT
    assert (feed.entries[-1].title, feed.entries[-1].content) == ("t", "")


def test_long_lists_of_authors_are_not_given_to_each_entry():
    names = [f"{number}{'x' * 900}" for number in range(20)]
    atom = "".join(f"<author><name>{name}</name></author>" for name in names)
    feeds = (
        f"<feed xmlns='http://www.w3.org/2005/Atom'>{atom}{'<entry/>' * 9}</feed>".encode(),
        f"<feed xmlns='http://www.w3.org/2005/Atom'>{atom}{'<entry/>' * 9}<b></feed>".encode(),
        json_feed(*[{"id": "1"}] * 9, authors=[{"name": name} for name in names]),
    )
    for body in feeds:
        assert {len(entry.authors) for entry in parse(body, BASE).entries} == {1}


def test_an_entry_inside_an_entry_is_a_part_of_it():
    feed = parse(rss("<item><guid>1</guid><x><item><guid>2</guid></item></x></item><item><guid>3</guid></item>"), BASE)
    assert [entry.uid for entry in feed.entries] == ["1", "3"]


def test_no_relation_is_kept_that_nobody_asks_for():
    links = "<link rel='&#x9b;31m&#x202e;evil' href='/n'/><link rel='next' href='/2'/><link rel='self' href='/'/>"
    for broken in ("", "<b></i>"):
        feed = parse(f"<feed xmlns='http://www.w3.org/2005/Atom'>{links}{broken}<entry/></feed>".encode(), BASE)
        assert feed.pages == {"next": "https://base.example/2"}


NESTED = "<item><description>" * 120 + "x y <b>k</b> " * 3000 + "</description></item>" * 120
REVIEWED = {
    "entries inside entries": lambda: rss(NESTED * 8),
    "bare ampersands": lambda: rss(f"{BROKEN}<item><description>{'&a' * 1_000_000}</description></item>"),
    "references to what is not declared": lambda: item(f"<description>{'&a;' * 1_000_000}</description>"),
    "authors that begin mail addresses": lambda: item(f"<author>{'(@' * 99}</author>" * 1000),
    "authors that begin mail addresses after a name": lambda: item(f"<author>x &lt;{'@' * 190}</author>" * 1000),
    "authors that end together": lambda: rss(f"{BROKEN}<item>{'<author>x' * 60_000}</author></item>"),
    "two encodings in turns": lambda: b"\xe9\xc3\xa9" * 2_500_000,
    "two encodings in turns, mostly one": lambda: (
        rss(f"<item>{'é' * 9}") + ("é" * 9).encode() * 99_999 + b"\xe9" * 99_999
    ),
}


@pytest.mark.parametrize("what", REVIEWED)
def test_no_feed_that_a_reviewer_wrote_takes_long(what):
    tolerant.parse(b"", BASE)  # feedparser takes half a second to load
    within(1.5, parse, REVIEWED[what](), BASE)


@pytest.mark.parametrize(
    "page",
    [
        b"<meta " * 227 + b"charset=" + b" " * 2720 + b"!",
        b"<html><body>" + b"<div>" * 200 + b"<div>a b</div>" * 50_000,
    ],
    ids=["a charset that is none", "elements that nest"],
)
def test_no_page_of_an_article_takes_long(page):
    extracted(b"<p>x", BASE, "text/html")  # which takes a while to load
    assert isinstance(within(1.5, extracted, page, BASE, "text/html"), Unreadable)


def test_a_million_links_without_an_end_are_read_at_once():
    body = b"<html>" + b"<a/href=x>" * 100_000
    within(1, page_in, body, BASE, "text/html")
