"""Feeds come in, entries are kept once, and a bad feed is named in plain words and stops no other."""

import asyncio
import gzip
import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.feed import parse
from pipeline.html import plain_text, safe_html, safe_url
from pipeline.model import FeedState, Naming, ParsedEntry, ParsedFeed, Unreadable
from pipeline.pull import Terms, pull
from pipeline.pull.identity import keyed, trusted
from pipeline.store import pull as kept_feeds
from pipeline.store import select as kept_stories
from pipeline.web import Web

law = settings(derandomize=True, deadline=None, max_examples=80)
NAMES = ("one", "two")


def rss(*names, title="Title of {}", words="Words of {}."):
    items = "".join(
        f"<item><guid>{name}</guid><title>{title.format(name)}</title><link>/{name}</link>"
        f"<description>{words.format(name)}</description></item>"
        for name in names
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>A feed</title>{items}</channel></rss>'


@pytest.fixture
def run_pull(store, now):
    """A function that pulls the feeds at the given addresses, and gives the outcomes."""

    def run(*urls, seconds=5, at=now, told=None, only_due=False, history=0, **changes):
        with store.writing() as connection:
            known = kept_feeds.known_feeds(connection, urls)
        wanted = [replace(known[url], **({"allow_private": True} | changes)) for url in urls]

        async def go():
            async with Web(user_agent="t", timeout_seconds=seconds, max_bytes=2**20) as web:
                terms = Terms(now=at, dice=lambda: 0.0, only_due=only_due, history=history)
                return await pull(wanted, web, store, terms, (told if told is not None else []).append)

        return asyncio.run(go())

    return run


@pytest.fixture
def entries(store, now):
    def read():
        with store.reading() as connection:
            return kept_stories.entries_since(connection, now.replace(year=1990))

    return read


# -- pull


def test_a_feed_is_read_and_its_entries_are_kept(web, run_pull, entries, now):
    (outcome,) = run_pull(web.serve("/feed", rss(*NAMES)))
    assert (outcome.state, outcome.new, outcome.updated, outcome.cause) == (FeedState.READ, 2, 0, None)
    assert outcome.feed.title == "A feed"
    assert [(entry.uid, entry.title, entry.publisher, entry.first_seen) for entry in entries()] == [
        (name, f"Title of {name}", "A feed", now) for name in NAMES
    ]
    assert entries()[0].summary == "Words of one."


def test_validators_go_back_as_they_came(web, run_pull):
    etags = {f"/{number}": tag for number, tag in enumerate(('"a-b"', 'W/"a b"', '"with-gzip;&<>\'"', "unquoted"))}
    moment = "Mon, 23 Nov 2026 08:00:00 +0100"
    urls = [web.serve(path, rss("one"), ETag=etag, Last_Modified=moment) for path, etag in etags.items()]
    run_pull(*urls)
    assert not any("If-None-Match" in headers or "If-Modified-Since" in headers for _, headers in web.requests)

    for path in etags:
        web.serve(path, status=304)
    for _ in range(2):
        web.requests.clear()
        assert {(outcome.state, outcome.new) for outcome in run_pull(*urls)} == {(FeedState.UNCHANGED, 0)}
        assert {path: headers["If-None-Match"] for path, headers in web.requests} == etags
        assert {headers["If-Modified-Since"] for _, headers in web.requests} == {moment}


def test_entries_that_come_again_are_not_kept_twice_and_edits_update_in_place(web, run_pull, entries):
    url = web.serve("/feed", rss(*NAMES))
    assert [run_pull(url)[0].state for _ in range(2)] == [FeedState.READ, FeedState.UNCHANGED]
    before = entries()
    web.serve("/feed", rss("three", *NAMES).replace("Words of one.", "Better words."))
    (outcome,) = run_pull(url)
    assert (outcome.new, outcome.updated) == (1, 1)
    assert [(entry.id, entry.uid) for entry in entries()[:2]] == [(entry.id, entry.uid) for entry in before]
    assert [entry.summary for entry in entries()] == ["Better words.", "Words of two.", "Words of three."]


BAD = {
    "/404": ((404, {}, b"x"), "is not there (404)"),
    "/410": ((410, {}, b"x"), "is gone for good (410)"),
    "/403": ((403, {}, b"x"), "refuses us (403)"),
    "/418": ((418, {}, b"x"), "answers 418"),
    "/500": ((500, {}, b"x"), "has a fault on its own side (500 Internal Server Error)"),
    "/page": ((200, {}, b"<!doctype html><html><body>Hello</body></html>"), "is a web page, not a feed"),
    "/svg": ((200, {}, b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "is XML, but not RSS or Atom"),
    "/words": ((200, {}, b"hello"), "is not a feed"),
    "/empty": ((200, {}, b" \n"), "is empty"),
    "/json": ((200, {}, b'{"a": 1}'), "has no list of items"),
    "/cut": ((200, {}, b'{"items": ['), "is not whole JSON"),
    "/gzip": ((200, {}, gzip.compress(b"x" * 99)[:20]), "is not a feed"),
    "/bad-gzip": ((200, {}, b"\x1f\x8bnonsense"), "is a compressed file that is broken"),
    "/encoding": ((200, {"Content-Encoding": "gzip"}, b"nonsense"), "breaks off before"),
    "/large": ((200, {}, b"x" * 2**21), "sends more than 1 MB"),
    "/endless": (
        (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 2**22),
        "breaks off before",
    ),
    "/429": ((429, {}, b"x"), "asked too often (429)"),
}


def test_bad_feeds_are_named_in_plain_words_and_stop_no_other(web, run_pull, entries):
    def slow(_request):
        time.sleep(1)
        return 200, {}, b""

    web.pages |= {path: page for path, (page, _) in BAD.items()} | {"/slow": slow}
    good, better = web.serve("/good", rss("one")), web.serve("/better", rss("one"))
    *bad, busy = [web.url + path for path in BAD]
    asked = [good, *bad, "http://nobody.invalid/", better, busy]  # the last one's host is asked no more
    told = []
    (late,) = run_pull(web.url + "/slow", seconds=0.2)
    outcomes = run_pull(*asked, told=told)
    assert [outcome.feed.url for outcome in outcomes] == asked
    assert {outcome.feed.url for outcome in told} == set(asked)
    of = {outcome.feed.url: outcome for outcome in outcomes}
    for path, (_, cause) in BAD.items():
        assert of[web.url + path].state is FeedState.FAILED
        assert cause in of[web.url + path].cause
    assert "DNS" in of["http://nobody.invalid/"].cause
    assert late.cause == "did not answer in full within 0.2 seconds"
    assert [of[good].new, of[better].new, len(entries())] == [1, 1, 2]


def test_a_feed_that_moved_for_good_is_told(web, run_pull):
    new = web.serve("/new", rss("one"))
    (outcome,) = run_pull(web.serve("/old", status=301, Location="/new"))
    assert (outcome.state, outcome.feed.move.to, outcome.feed.location) == (FeedState.READ, new, None)


def test_a_hostile_feed_stops_nothing(web, run_pull, entries):
    odd = {
        "id": "a\0b\ud800" + "x" * 9999,
        "title": "\0\ud800T",
        "content_text": "\0\ud800<x>",
        "url": "/\ud800",
    }
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [odd, {"id": "2"}, {"id": 2}]})
    urls = [web.serve("/odd", feed, ETag="\xff\xfe"), web.serve("/good", rss("one"))]
    outcomes = run_pull(*urls)
    assert [outcome.state for outcome in outcomes] == [FeedState.READ, FeedState.READ]
    assert [outcome.state for outcome in run_pull(*urls)] == [FeedState.UNCHANGED, FeedState.UNCHANGED]
    assert [entry.title for entry in entries() if entry.title] == ["T", "Title of one"]


# -- parse

XML = '<?xml version="1.0" encoding="UTF-8"?>'
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
ATOM = "http://www.w3.org/2005/Atom"
RSS_ITEM = "<item><title>T &amp;amp; U</title><link>/e</link><description>&lt;p&gt;S&lt;/p&gt;</description>"
FORMATS = {
    "rss-0.91": f"""<rss version="0.91"><channel><title>F</title><link>/</link>{RSS_ITEM}</item></channel></rss>""",
    "rss-1.0": f"""<rdf:RDF {RDF} {DC}><channel rdf:about="x"><title>F</title><link>/</link></channel>
        <item rdf:about="urn:u"><dc:date>2026-11-23T08:30:00+01:00</dc:date><dc:creator>A</dc:creator>
        <content:encoded><![CDATA[<p>C <a href="r">x</a></p>]]></content:encoded>{RSS_ITEM[6:]}</item></rdf:RDF>""",
    "rss-2.0": f"""<rss version="2.0" {DC}><channel><title>F</title><link>/</link>{RSS_ITEM}
        <guid isPermaLink="false"> urn:u </guid><pubDate>Mon, 23 Nov 2026 08:30:00 +0100</pubDate>
        <dc:creator>A</dc:creator>
        <content:encoded><![CDATA[<p>C <a href="r">x</a></p>]]></content:encoded></item></channel></rss>""",
    "atom-0.3": """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>F</title>
        <link rel="alternate" href="/"/>
        <entry><title mode="escaped" type="text/html">T &amp;amp; U</title><link rel="alternate" href="/e"/>
        <id>urn:u</id>
        <issued>2026-11-23T08:30:00+01:00</issued><author><name>A</name></author>
        <summary type="text/html" mode="escaped">&lt;p&gt;S&lt;/p&gt;</summary>
        <content type="text/html" mode="escaped">&lt;p&gt;C &lt;a href="r"&gt;x&lt;/a&gt;&lt;/p&gt;</content>
        </entry></feed>""",
    "atom-1.0": f"""<feed xmlns="{ATOM}" xml:base="https://a.example/feeds/"><title>F</title><link href="/"/>
        <entry xml:base=".."><title type="html">T &amp;amp; U</title><link href="e"/><id>urn:u</id>
        <published>2026-11-23T08:30:00+01:00</published><updated>2026-11-23T09:30:00Z</updated>
        <author><name>A</name></author><summary type="html">&lt;p&gt;S&lt;/p&gt;</summary>
        <content type="xhtml" xml:base="feeds/"><div xmlns="http://www.w3.org/1999/xhtml">
        <p>C <a href="r">x</a></p>
        </div></content></entry></feed>""",
}
FORMATS["rss-0.92"] = FORMATS["rss-0.91"].replace("0.91", "0.92")
JSON_ITEM = {"id": "urn:u", "url": "/e", "title": "T &amp; U", "date_published": "2026-11-23T08:30:00+01:00"}
JSON_ITEM |= {"content_html": '<p>C <a href="r">x</a></p>', "summary": "S", "author": {"name": "A"}}
JSON_FEED = {"title": "F", "home_page_url": "https://a.example/", "items": [JSON_ITEM]}
for version in ("1", "1.1"):
    FORMATS[f"json-{version}"] = json.dumps(JSON_FEED | {"version": f"https://jsonfeed.org/version/{version}"})


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_the_same_feed(form, now):
    start = "" if form.startswith("json") else XML
    feed = parse((start + FORMATS[form]).encode(), "https://a.example/feeds/feed")
    (one,) = feed.entries
    assert (feed.format, feed.title, feed.link, feed.repairs) == (form, "F", "https://a.example/", ())
    assert (one.title, one.link) == ("T & U", "https://a.example/e")
    assert one.summary in {"<p>S</p>", "S"}
    if form not in {"rss-0.91", "rss-0.92"}:  # which have neither ids nor dates nor authors
        assert (one.published, one.authors) == (now, ("A",))
        assert '<p>C <a href="https://a.example/feeds/r">x</a></p>' in one.content
        assert one.uid == "urn:u"


def test_an_entry_may_have_a_relative_link_and_an_id_that_is_none():
    (one,) = parse(rss("one").encode(), "https://a.example/feed").entries
    assert (one.uid, one.link) == ("one", "https://a.example/one")


def test_broken_xml_is_read_and_the_repair_named():
    feed = parse(rss(*NAMES).replace("Words of one.", "Bed & breakfast <br> &nbsp;").encode()[:-20])
    assert [one.title for one in feed.entries] == ["Title of one", "Title of two"]
    assert "not well-formed XML" in feed.repairs[0]


def test_a_packed_file_is_unpacked_and_a_bomb_is_not():
    assert "compressed" in parse(gzip.compress(rss("one").encode())).repairs[0]
    assert "more than 32 MB" in parse(gzip.compress(bytes(2**26), 1)).cause


@pytest.mark.parametrize("system", ["", ' SYSTEM "file:///etc/passwd"'])
def test_entities_neither_explode_nor_reach_out(system):
    nested = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20))
    first = f"<!ENTITY a0{system}>" if system else '<!ENTITY a0 "boom">'
    body = f"{XML}<!DOCTYPE rss [{first}{nested}]>" + rss("one", words="&a0; &a19;")[21:]
    parse(rss("one").encode())  # loads the parser, which is not what is measured
    began = time.process_time()
    feed = parse(body.encode())
    assert time.process_time() - began < 3
    assert len(repr(feed)) < 10_000 and "root:" not in repr(feed)  # noqa: PT018


@pytest.mark.parametrize(
    "body", [b"/etc/passwd", b"file:///etc/passwd", b"http://127.0.0.1:1/", b"\0", b"<", b"{", b"["]
)
def test_a_body_that_is_a_path_or_rubbish_is_no_feed(body):
    assert isinstance(parse(body), Unreadable)


def test_oddities_of_json_feeds_are_borne():
    odd = [
        1,
        None,
        {},
        {"id": 7, "title": ["x"], "url": "javascript:x", "date_published": "soon", "authors": {"name": 1}},
    ]
    odd.append(
        {
            "id": "8",
            "content_text": "a < b & <script>",
            "external_url": "/x",
            "authors": [None, {"name": "B"}],
        }
    )
    feed = parse(b"\xef\xbb\xbf" + json.dumps({"items": odd}).encode(), "https://a.example/f")
    assert feed.format == "json"
    said = ("2 of 5 items are broken and were passed over",)
    assert feed.repairs == said
    empty, seven, eight = feed.entries
    assert not any((empty.uid, empty.title, empty.link, empty.content))
    assert (seven.uid, seven.title, seven.link, seven.published, seven.authors) == ("7", "", None, None, ())
    assert (eight.link, eight.authors) == ("https://a.example/x", ("B",))
    assert eight.content == "a &lt; b &amp; &lt;script&gt;"


# -- identity


def entry(uid, link=None, title="T"):
    link = safe_url(link) if link else None
    fields = {
        "published": None,
        "updated": None,
        "authors": (),
        "summary": safe_html(""),
        "content": safe_html(""),
    }
    return ParsedEntry(uid=uid, link=link, title=plain_text(title), **fields)


def identified(entries):
    return [item.entry for item in keyed(entries, trusted(entries, Naming.BY_ID))]


some_entries = st.lists(
    st.builds(
        entry,
        st.sampled_from(["", "1", "2", "https://a.example/1"]),
        st.sampled_from([None, "https://a.example/1", "https://a.example/2"]),
        st.sampled_from(["T", "U"]),
    ),
    max_size=6,
)


@law
@given(some_entries)
def test_no_two_entries_of_a_feed_have_one_name(given_entries):
    names = [one.uid for one in identified(given_entries)]
    assert len(set(names)) == len(names)
    assert all(names)
    assert identified(identified(given_entries)) == identified(given_entries)


def test_entries_are_named_by_id_else_link_else_text_and_an_id_given_twice_tells_nothing():
    links = [f"https://a.example/{number}" for number in range(3)]
    given_entries = [entry("0", links[0]), entry("0", links[1]), entry("", links[2]), entry("7"), entry("", title="U")]
    *names, seven, last = [one.uid for one in identified(given_entries)]
    assert names == links
    assert all(name.startswith("sha256:") for name in (seven, last))


def test_of_entries_that_are_the_same_the_first_is_kept():
    first, second = (replace(entry("1"), summary=safe_html(words)) for words in ("first", "second"))
    assert {one.uid: one.summary for one in identified([first, entry("2", title="U"), second])} == {
        "1": "first",
        "2": "",
    }


@law
@given(
    st.sampled_from(["", "/", "/news", "/news/", "/2026/11/one"]),
    st.sampled_from(["", "?p=123", "?p=124", "?p=123&lang=de", "?lang=de&p=123"]),
    st.sampled_from(["http://example.org", "https://www.example.org", "https://new.example.net:8080"]),
)
def test_an_id_that_is_an_address_is_known_again_by_what_stands_behind_the_host(path, query, host):
    def places(address):
        return [item.keys[1:] for item in keyed([entry(address)], Naming.BY_ID)]

    said = bool(path.strip("/") or query)
    assert [len(keys) for keys in places(f"{host}{path}{query}")] == [int(said)]
    assert places(f"{host}{path}{query}") == places(f"http://old.example{path}{query}")
    assert not said or places(f"{host}{path}{query}") != places(f"{host}{path}{query}5")


def test_a_wordpress_id_is_told_apart_from_others_and_known_again_at_another_host(web, run_pull, entries):
    def feed(host):
        return rss(f"{host}/?p=123", f"{host}/?p=124", title="Title {}").replace(f"Title {host}", "A title")

    first, second = (
        feed(host).replace("<link>/", "<link>/at-") for host in ("http://old.example", "https://new.example")
    )
    url = web.serve("/feed", first)
    assert run_pull(url)[0].new == 2
    web.serve("/feed", second)
    assert (run_pull(url)[0].new, len(entries())) == (0, 2)


def test_entries_that_are_passed_over_are_told_now_and_kept_with_the_feed(web, run_pull, store):
    url = web.serve("/feed", rss("one", "one", "two"))
    (outcome,) = run_pull(url)
    said = ("entries that say nothing, or the same twice, passed over (1)",)
    assert outcome.repairs == said
    with store.writing() as connection:
        assert kept_feeds.known_feeds(connection, [url])[url].repairs == said
    (again,) = run_pull(url)
    assert (again.state, again.repairs, again.feed.repairs) == (FeedState.UNCHANGED, (), said)


# -- real feeds


def test_every_real_feed_is_read_or_its_cause_told(corpora):
    paths = [path for path in sorted((corpora / "feeds/real").iterdir()) if path.suffix != ".jsonl"]
    small = [path for path in paths if path.stat().st_size < 100_000]  # the large ones say nothing new, slowly
    read = {path.name: parse(path.read_bytes(), "https://a.example/feed") for path in small}
    assert all(isinstance(feed, ParsedFeed) or (isinstance(feed, Unreadable) and feed.cause) for feed in read.values())
    feeds = [feed for feed in read.values() if isinstance(feed, ParsedFeed)]
    assert len(feeds) > 0.8 * len(small)
    for named in map(identified, (feed.entries for feed in feeds)):
        assert len({one.uid for one in named}) == len(named)


# -- feeds that mean harm


def wrapped(item="", channel=""):
    return (
        f"{XML}<rss version='2.0'><channel><title>F</title>{channel}<item><title>x</title>{item}</item></channel></rss>"
    )


@pytest.mark.parametrize(
    "item",
    [
        "<authors>Jane</authors>",
        "<title_detail>x</title_detail>",
        "<summary_detail>x</summary_detail>",
        "<content>x</content><content_detail>y</content_detail>",
        "<updated_parsed a='1'/>",
        "<published_parsed>soon</published_parsed>",
        "<created_parsed a='1'/>",
        "<link><href>x</href></link><links>x</links>",
        "<id a='1'/><author_detail>x</author_detail>",
    ],
)
def test_elements_with_unlucky_names_lose_nothing_else(item):
    feed = parse(wrapped(item, item).encode())
    assert feed.title == "F"
    assert [entry.title for entry in feed.entries] == ["x"]


def test_of_a_feed_without_end_the_newest_entries_are_kept(web, run_pull, entries):
    items = "".join(
        f"<item><guid>{number}</guid><title>x</title><pubDate>01 Jan {2000 + number // 100} 00:00 GMT</pubDate></item>"
        for number in range(2100)
    )
    (outcome,) = run_pull(web.serve("/endless", f"{XML}<rss version='2.0'><channel>{items}</channel></rss>"))
    assert (outcome.state, outcome.new) == (FeedState.READ, 2000)
    assert "the oldest of 2100 entries passed over" in outcome.repairs
    assert min(int(entry.uid) for entry in entries()) >= 100


def test_titles_names_and_texts_are_taken_up_to_a_length():
    long = "word " * 200_000
    item = f"<author>{long}</author><description>{long}</description>"
    feed = parse(wrapped(item).replace("<title>x", f"<title>{long}").encode())
    (entry,) = feed.entries
    assert len(entry.title) <= 1000
    assert entry.title.endswith("word…")
    assert len(entry.summary) <= 500_000
    assert all(len(author) <= 1000 for author in entry.authors)


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1492-10-12T00:00:00Z"])
def test_a_date_that_no_database_bears_is_no_date(moment, web, run_pull, entries):
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "title": "x", "date_published": moment}],
    }
    url = web.serve("/feed.json", json.dumps(body))
    run_pull(url)
    run_pull(url)
    assert [entry.published for entry in entries()] == [None]


def test_a_chain_of_slow_redirects_has_no_more_time_than_one_feed(web, run_pull):
    def slow(request):
        time.sleep(0.4)
        return 302, {"Location": f"{web.url}/{request.path[1:]}x"}, b""

    web.otherwise = slow
    began = time.monotonic()
    (outcome,) = run_pull(f"{web.url}/0", seconds=1)
    assert outcome.cause == "did not answer in full within 1 seconds"
    assert time.monotonic() - began < 4
