"""The feeds of a site are found from any of its pages, whatever the page is like, with few requests."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.feed import parse
from pipeline.html import safe_url
from pipeline.model import Unreadable
from pipeline.page.links import read_page
from pipeline.pull.fetched import fetched
from pipeline.pull.subscriptions.discover import MOST_REQUESTS, discover
from pipeline.pull.subscriptions.wellknown import MOST_COMMON_PATHS, common_paths, in_page, patterns
from pipeline.web import Answer, Unreachable, Web
from pipeline.words import rhythm_in_words

law = settings(derandomize=True, deadline=None, max_examples=150)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UC = "UC" + "x" * 22
VIDEOS = "https://www.youtube.com/feeds/videos.xml"


def rss(title="News", first="/1", days=(1, 4, 6)):
    """A feed with an entry on each of ``days`` of November; the first of them leads to ``first``."""
    items = "".join(
        f"<item><title>T{day}</title><link>{first if not number else f'/{title}/{day}'}</link>"
        f"<pubDate>{day:02} Nov 2026 08:00:00 GMT</pubDate></item>"
        for number, day in enumerate(days)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'


def link(href, kind="application/rss+xml", rel="alternate", title=""):
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}">'


def page(*head, body=""):
    return f"<!doctype html><html><head><title>A site</title>{''.join(head)}</head><body>{body}</body></html>"


async def read(answer):
    body = fetched(answer)
    return body if isinstance(body, Unreadable) else parse(body.body, body.url, body.content_type)


def look(url, *, allow_private=True):
    async def run():
        async with Web(user_agent="t", timeout_seconds=5, max_bytes=2**21) as client:
            found = await discover(url, client, read, allow_private=allow_private)
            return found if isinstance(found, Unreachable) else found.candidates

    return asyncio.run(run())


class Script:
    """A web of a few pages by address, where nothing else is; ``asked`` are the requests, and what was allowed."""

    timeout_seconds = 5

    def __init__(self, pages, silent=()):
        self.pages, self.silent, self.asked = pages, silent, {}

    async def get(self, url, *, allow_private=False):
        assert url not in self.asked, "asked for twice"
        self.asked[url] = allow_private
        if urlsplit(url).netloc in self.silent:
            return Unreachable(cause="did not answer")
        status, body = (200, self.pages[url]) if url in self.pages else (404, "nothing here")
        return Answer(url=safe_url(url), status=status, headers={}, body=body.encode())

    def look(self, url, **options):
        return [one.url for one in asyncio.run(discover(url, self, read, **options)).candidates]


@pytest.fixture
def found(web):
    """A function that gives the paths of the feeds found for a page that says this."""

    def find(*head, body="", at="/", **headers):
        web.serve(at, page(*head, body=body), **({"Content_Type": "text/html"} | headers))
        return [one.url.removeprefix(web.url) for one in look(web.url + at)]

    return find


def paths(web):
    return [path for path, _ in web.requests]


# -- the address itself


def test_the_address_of_a_feed_is_that_feed(web):
    url = web.serve("/feed", rss())
    (one,) = look(url)
    assert (one.url, one.title, one.format, one.entries) == (url, "News", "rss-2.0", 3)
    assert (one.newest, one.every) == (datetime(2026, 11, 6, 8, tzinfo=UTC), 2.5 * DAY)
    assert paths(web) == ["/feed"]


@pytest.mark.parametrize(("status", "kept"), [(301, "/new"), (308, "/new"), (302, "/old"), (307, "/old")])
def test_a_feed_that_moved_for_good_is_named_by_its_new_address(web, status, kept):
    web.serve("/new", rss())
    old = web.serve("/old", status=status, Location="/new")
    web.serve("/", page(link("/old")))
    assert [one.url for one in look(old)] == [one.url for one in look(web.url + "/")] == [web.url + kept]


@pytest.mark.parametrize(("days", "every"), [((), None), ((1, 2), None), ((1, 2, 3), DAY), ((1, 8, 15, 16), 7 * DAY)])
def test_the_rhythm_is_the_median_gap_of_three_dates_or_more(web, days, every):
    (one,) = look(web.serve("/feed", rss(days=days)))
    assert (one.every, one.newest is None) == (every, not days)


def test_what_cannot_be_reached_is_said(web):
    assert "private address" in look(web.serve("/feed", rss()), allow_private=False).cause
    assert "no web address" in look("javascript:alert(1)").cause


@pytest.mark.parametrize("body", ["", "\0\1\2", "hello", page(), "<", '{"a": 1}'])
def test_where_nothing_is_found_nothing_is_given(web, body):
    assert look(web.serve("/", body)) == ()


# -- what a page declares


def test_the_feeds_that_a_page_declares_are_found_in_its_order(web, found):
    web.serve("/b", rss("B", "/b1"))
    web.serve("/c.json", json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "C", "items": []}))
    web.serve("/a", rss("A", "/a1"))
    assert found(link("/b"), link("/c.json", "application/feed+json"), link("/a")) == ["/b", "/c.json", "/a"]


@pytest.mark.parametrize(
    "tag",
    [
        *(link("/x", kind) for kind in "application/rss+xml application/atom+xml application/feed+json".split()),
        *(link("/x", kind) for kind in "application/rdf+xml text/xml application/xml".split()),
        link("/x", "application/json", title="Our feed"),
        link("/x", " Application/RSS+XML ; charset=utf-8"),
        link("/x", rel="ALTERNATE home"),
        link("/x", rel="feed"),
        link("/x", rel="nofollow Feed", kind=""),
        "<LINK REL=alternate TYPE=application/rss+xml HREF=/x>",
        "<link href = '/x'\ntype='application/rss+xml'\trel='alternate' / >",
        "<link rel=alternate type=application/rss+xml href='feed:HOST/x'>",
    ],
)
def test_a_feed_may_be_declared_in_many_ways(web, found, tag):
    web.serve("/x", rss())
    assert found(tag.replace("HOST", web.url)) == ["/x"]


@pytest.mark.parametrize(
    "tag",
    [
        link("/x", "application/json"),
        link("/x", "application/json+oembed", title="feed"),
        link("/x", "text/css", rel="alternate stylesheet"),
        link("/x", "text/html"),
        link("/x", rel="canonical"),
        link("/x", kind="", rel="alternate"),
        f"<!-- {link('/x')} -->",
        f"<script>'{link('/x')}'</script>",
        f"<div title='{link('/x')}'>",
        "<link rel=alternate type=application/rss+xml>",
    ],
)
def test_what_is_no_declaration_of_a_feed_is_not_followed(web, found, tag):
    web.serve("/x", rss())
    assert found(tag) == []
    assert "/x" not in paths(web)


def test_relative_addresses_are_relative_to_the_page_or_to_the_base_that_it_names(web, found):
    web.serve("/here/x", rss("X", "/x1"))
    web.serve("/there/x", rss("Y", "/y1"))
    assert found(link("x"), at="/here/page") == ["/here/x"]
    assert found("<base target=_top><base href='/there/'><base href='/no/'>", link("x"), at="/page") == ["/there/x"]
    assert found("<base href='javascript:0'>", link("x"), at="/here/page") == ["/here/x"]


def test_an_ampersand_of_an_address_may_be_written_in_any_way(web, found):
    for path in ("/x?a=1&section=2", "/x?a=2&b=3"):
        web.serve(path, rss(path, path))
    assert found(link("/x?a=1&section=2"), link("/x?a=2&amp;b=3")) == ["/x?a=1&section=2", "/x?a=2&b=3"]


def test_a_page_in_utf_16_is_read(web):
    web.serve("/x", rss())
    web.serve("/", page(link("/x")).encode("utf-16"), Content_Type="text/html")
    assert [one.url for one in look(web.url + "/")] == [web.url + "/x"]


def test_what_is_declared_must_be_a_feed_when_it_is_asked_for(web, found):
    web.serve("/page", page())
    web.serve("/error", rss(), status=500)
    assert found(link("/page"), link("/error"), link("/gone")) == []


def test_a_feed_without_a_title_has_that_of_its_link_or_of_its_host(web):
    for path, title in (("/x", "The link"), ("/y", "")):
        web.serve(path, rss("", path))
        web.serve("/", page(link(path, title=title)))
        assert [one.title for one in look(web.url + "/")] == [title or "127.0.0.1"]


# -- what a page links to


@pytest.mark.parametrize(
    "tag",
    [
        "<a href='/x/rss'>Follow</a>",
        "<a href='/x.xml'>Follow</a>",
        "<a href='/x?format=atom'>Follow</a>",
        "<a href='/newsfeed/'>Follow</a>",
        "<a href='/x'>RSS</a>",
        "<a href='/x'><b>Our</b> Atom feed</a>",
        "<a href='/x' aria-label='RSS'><svg></svg></a>",
        "<a href='/x'><img src=i.png alt='RSS feed'></a>",
        "<a class=icon href='/x'><i class='fa fa-rss'></i></a>",
    ],
)
def test_links_that_speak_of_a_feed_are_followed(web, found, tag):
    address = tag.partition("href='")[2].partition("'")[0]
    web.serve(address, rss())
    assert found(body=tag) == [address]


@pytest.mark.parametrize(
    "tag",
    [
        "<a href='/x'>Feedback, atomic and embossed</a>",
        "<a href='/x'>Why everybody should read the news by RSS again</a>",
        "<a href='/sitemap.xml'>Map</a>",
        "<a href='/x'>More</a> RSS",
        "<a name=x>RSS</a>",
        "<a href='#rss'>RSS</a>",
    ],
)
def test_links_that_do_not_are_not(web, found, tag):
    assert found(body=tag) == []
    assert {web.url + path for path in paths(web)} == {web.url + "/", *common_paths(web.url)}


def test_of_many_links_ten_are_followed_those_whose_address_speaks_first(web, found):
    web.serve("/feed-30", rss())
    by_text = "".join(f"<a href='/{number}'>RSS</a>" for number in range(100))
    by_address = "".join(f"<a href='/feed-{number}'>x</a>" for number in range(22, 200))
    assert found(body=by_text + by_address) == ["/feed-30"]
    assert paths(web)[1:] == [f"/feed-{number}" for number in range(22, 32)]


def test_what_is_declared_and_what_is_linked_stand_in_the_order_of_the_page(web, found):
    for name in ("/feed/1", "/2", "/feed/3"):
        web.serve(name, rss(name, name))
    assert found(body=f"<a href=/feed/1>x</a>{link('/2')}<a href=/feed/3>x</a>") == ["/feed/1", "/2", "/feed/3"]


# -- the same feed twice, and comments


def test_feeds_of_comments_come_last(web, found):
    web.serve("/a", rss("Comments on: News", "/a1"))
    web.serve("/comments/feed", rss("News", "/b1"))
    web.serve("/c", rss("Commentary", "/c1"))
    web.serve("/d", rss("D", "/d1"))
    head = [link("/a"), link("/comments/feed"), link("/c"), link("/d", title="All comments")]
    assert found(*head) == ["/c", "/a", "/comments/feed", "/d"]


def test_two_addresses_that_lead_to_one_are_one(web, found):
    web.serve("/first", status=302, Location="/real")
    web.serve("/second", status=302, Location="/real")
    web.serve("/real", rss())
    assert found(link("/first"), link("/second"), link("/real"), link("/first#x")) == ["/first"]
    assert paths(web).count("/first") == 1


def test_feeds_with_one_title_and_one_first_entry_are_one(web, found):
    web.serve("/rss", rss("News", "/same"))
    web.serve("/atom", rss("News", "/same", days=(1, 2)))
    web.serve("/other", rss("Other news", "/same"))
    assert found(link("/atom"), link("/other"), body="<a href=/rss>RSS</a>") == ["/atom", "/other"]


# -- what is usual


def test_usual_places_are_tried_only_where_the_page_leads_to_none(web, found):
    web.serve("/feed", rss("Usual", "/u1"))
    web.serve("/x", rss())
    assert found(link("/x")) == ["/x"]
    assert paths(web) == ["/", "/x"]
    assert found(link("/gone")) == ["/feed"]


def test_three_feeds_in_usual_places_are_enough_and_the_newest_comes_first(web, found):
    web.serve("/feed", status=302, Location="/rss.xml")
    web.serve("/rss.xml", rss("A", "/a1", days=(1,)))
    web.serve("/feed.xml", rss("Comments", "/b1", days=(30,)))
    web.serve("/index.xml", rss("C", "/c1", days=(9,)))
    web.serve("/atom.xml", rss("D", "/d1", days=(20,)))
    assert found() == ["/index.xml", "/feed", "/feed.xml"]
    assert "/atom.xml" not in paths(web)


def test_usual_places_are_tried_below_the_page_too(web, found):
    web.serve("/en/blog/index.xml", rss())
    assert found(at="/en/blog/") == ["/en/blog/index.xml"]


def test_what_made_the_page_says_where_to_look_first(web, found):
    web.serve("/blog/feed_rss_created.xml", rss("A", "/a1"))
    assert found('<meta name="generator" content="mkdocs-1.6.1">', at="/blog/") == ["/blog/feed_rss_created.xml"]
    assert paths(web)[1] == "/blog/feed_rss_created.xml"


def test_what_is_no_page_still_has_a_site(web):
    web.serve("/feed", rss())
    image = web.serve("/logo.png", f"\x89PNG {link('/x')}", Content_Type="image/png")
    assert [one.url for one in look(image)] == [web.url + "/feed"]
    assert "/x" not in paths(web)


@pytest.mark.parametrize("url", ["https://a.example", "https://a.example/blog/", "https://a.example/a/b/c/d.html", "x"])
@pytest.mark.parametrize("generator", ["", "Hugo 0.150", "WordPress 7.0; Ghost; Jekyll; Zola; Wix"])
def test_the_usual_places_are_few(url, generator):
    places = common_paths(url, generator)
    assert len(places) == len(set(places)) == (MOST_COMMON_PATHS if url != "x" else 0)
    assert all(place.startswith("https://a.example/") for place in places)


def test_below_a_single_post_nothing_is_looked_for():
    places = common_paths("https://a.example/2026/11/a-post/")
    assert "https://a.example/2026/11/feed" in places
    assert not any("a-post" in place for place in places)


# -- what sites of a kind have

KNOWN = {
    f"https://www.youtube.com/channel/{UC}/videos": [f"{VIDEOS}?channel_id={UC}"],
    "https://youtube.com/playlist?si=1&list=PL0123456789": [f"{VIDEOS}?playlist_id=PL0123456789"],
    "https://m.youtube.com/user/somebody": [f"{VIDEOS}?user=somebody"],
    "https://www.youtube.com/@somebody": [],
    "https://old.reddit.com/r/Python/comments/1/x/": ["https://www.reddit.com/r/Python/.rss"],
    "https://reddit.com/u/some-body": ["https://www.reddit.com/user/some-body/.rss"],
    "https://www.reddit.com/": ["https://www.reddit.com/.rss"],
    "https://github.com/a-b/c.d/issues/1": [
        f"https://github.com/a-b/c.d/{name}.atom" for name in ("releases", "commits", "tags")
    ],
    "https://github.com/somebody": ["https://github.com/somebody.atom"],
    "https://github.com/topics/rss": [],
    "https://gitlab.com/group/sub/project/-/issues": [
        f"https://gitlab.com/group/sub/project{rest}" for rest in ("/-/releases.atom", "/-/tags?format=atom", ".atom")
    ],
    "https://gitlab.example:8443/a/b": [
        f"https://gitlab.example:8443/a/b{rest}" for rest in ("/-/releases.atom", "/-/tags?format=atom", ".atom")
    ],
    "https://medium.com/@some.body/a-story-1": ["https://medium.com/feed/@some.body"],
    "https://medium.com/the-paper": ["https://medium.com/feed/the-paper"],
    "https://medium.com/tag/ports/latest": ["https://medium.com/feed/tag/ports"],
    "https://medium.com/me/stories": [],
    "https://somebody.medium.com/": ["https://somebody.medium.com/feed"],
    "https://somebody.substack.com/p/a-post": ["https://somebody.substack.com/feed"],
    "https://open.substack.com/pub/somebody/p/x": ["https://somebody.substack.com/feed"],
    "https://substack.com/@somebody": [],
    "https://social.example/@some_body/12345": ["https://social.example/@some_body.rss"],
    "https://social.example/@somebody@other.example": ["https://other.example/@somebody.rss"],
    "https://social.example/@somebody.rss": [],
    "https://www.threads.net/@somebody": [],
    "https://bsky.app/profile/a.example/post/1": ["https://bsky.app/profile/a.example/rss"],
    "https://bsky.app/profile/did:plc:abc": ["https://bsky.app/profile/did:plc:abc/rss"],
    "https://somebody.wordpress.com/about/": ["https://somebody.wordpress.com/feed/"],
    "https://somebody.blogspot.com/": ["https://somebody.blogspot.com/feeds/posts/default"],
    "http://somebody.blogspot.co.uk/2010": ["http://somebody.blogspot.co.uk/feeds/posts/default"],
    "https://somebody.tumblr.com/post/1": ["https://somebody.tumblr.com/rss"],
    "https://www.tumblr.com/somebody": ["https://somebody.tumblr.com/rss"],
    "https://stackoverflow.com/questions/tagged/c%2b%2b": [
        "https://stackoverflow.com/feeds/tag?tagnames=c%2b%2b&sort=newest"
    ],
    "https://stats.stackexchange.com/questions/12/x": ["https://stats.stackexchange.com/feeds/question/12"],
    "https://askubuntu.com/": ["https://askubuntu.com/feeds"],
    "https://news.ycombinator.com/newest": ["https://news.ycombinator.com/rss"],
    "https://arxiv.org/list/cs.AI/recent": ["https://rss.arxiv.org/rss/cs.AI"],
    "https://vimeo.com/somebody": ["https://vimeo.com/somebody/videos/rss"],
    "https://vimeo.com/channels/staffpicks/1": ["https://vimeo.com/channels/staffpicks/videos/rss"],
    "https://vimeo.com/123456": [],
    "https://www.flickr.com/photos/12345678@N01/": [
        "https://www.flickr.com/services/feeds/photos_public.gne?id=12345678@N01"
    ],
    "https://www.flickr.com/photos/somebody": [],
    "https://dev.to/somebody/a-post": ["https://dev.to/feed/somebody"],
    "https://dev.to/t/python": ["https://dev.to/feed/tag/python"],
    "https://somebody.hashnode.dev/": ["https://somebody.hashnode.dev/rss.xml"],
    "https://somebody.ghost.io": ["https://somebody.ghost.io/rss/"],
    "https://a.example/": [],
    "https://notgithub.com/a/b": [],
    "https://a.example/github.com/a/b": [],
    "javascript:alert(1)": [],
}


@pytest.mark.parametrize("url", KNOWN)
def test_sites_of_a_kind_keep_their_feeds_where_all_of_it_do(url):
    assert list(patterns(url)) == KNOWN[url]


some_urls = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from([*KNOWN, *(f"https://{urlsplit(url).netloc}/" for url in KNOWN)]),
    st.text("/@?=&%.:#-_+a1é\\\"'<> \0\n", max_size=30) | st.text(max_size=10),
)


@law
@given(some_urls)
def test_whatever_stands_in_an_address_its_patterns_are_few_and_safe(url):
    found = patterns(url)
    assert len(found) <= 3
    assert all(safe_url(one) == one for one in found)


@pytest.mark.parametrize(
    "source",
    [
        f'{{"channelId":"UC{"y" * 22}"}} {{"externalId":"{UC}"}}',
        f'<meta itemprop="identifier" content="{UC}">',
        f'<link rel="canonical" href="https://www.youtube.com/channel/{UC}">',
        f'"videoDetails":{{"channelId":"{UC}"}}',
    ],
)
def test_a_page_of_youtube_names_its_channel(source):
    asked = "https://www.youtube.com/@somebody"
    assert in_page(asked, source.encode()) == (f"{VIDEOS}?channel_id={UC}",)
    assert in_page("https://youtube.com.example/", source.encode()) == ()

    script = Script({asked: f"<html>{source}", f"{VIDEOS}?channel_id={UC}": rss()})
    assert script.look(asked) == [f"{VIDEOS}?channel_id={UC}"]


def test_the_kind_of_the_site_helps_where_the_page_itself_is_refused():
    script = Script({"https://www.reddit.com/r/Python/.rss": rss()})
    assert script.look("https://old.reddit.com/r/Python") == ["https://www.reddit.com/r/Python/.rss"]


def test_an_account_of_a_fediverse_server_is_found(web, found):
    web.serve("/@ana.rss", rss())
    assert found(at="/@ana") == ["/@ana.rss"]


# -- pages that mean harm


@pytest.mark.parametrize(
    "address", ["javascript:alert('rss')", "data:text/xml,rss", "file:///rss.xml", "http://[rss", ""]
)
def test_what_is_no_web_address_is_not_followed_and_hides_nothing(web, found, address):
    web.serve("/x", rss())
    many = link(address) * 500 + f'<a href="{address}">RSS</a>' * 500
    assert found(many, link("/x")) == ["/x"]
    assert paths(web) == ["/", "/x"]


@pytest.mark.parametrize(
    "junk",
    [
        "<div>" * 2000,
        "</p></table></html></html>",
        "<a href=x <b title='<'><<<>&&&#;<?php ?><![CDATA[ ]]>",
        "<!doctype rss [<!ENTITY a 'b'>]><?xml version='1.0' encoding='no'?>",
        "\0\1\ufffe\ud7ff<p\0>",
        "<table><select><svg><title/><math>",
        "<script>if (a<b) '<!--'</script><style><</style><textarea><link></textarea>",
        "<!--><!---><!-- x -- y --><!-- <script> -->",
        "<p " + "a=1 " * 50_000 + ">",
    ],
)
def test_broken_markup_hides_nothing(web, found, junk):
    web.serve("/x", rss())
    web.serve("/feed/y", rss("Y", "/y1"))
    assert found(junk, link("/x"), junk, body=f"{junk}<a href=/feed/y>{junk}") == ["/x", "/feed/y"]


@pytest.mark.parametrize("tag", [link("/{}"), "<a href=/{}/feed>x</a>", link("/{}") + "<a href=/{}/rss>x</a>"])
def test_however_many_links_there_are_the_requests_are_few(web, found, tag):
    assert found(*(tag.replace("{}", str(number)) for number in range(5000))) == []
    assert MOST_REQUESTS - 6 <= len(web.requests) - 1 <= MOST_REQUESTS


def test_a_page_with_many_true_feeds_shows_twenty(web, found):
    for number in range(40):
        web.serve(f"/{number}", rss(f"N{number}", f"/{number}/1"))
    assert found(*(link(f"/{number}") for number in range(40))) == [f"/{number}" for number in range(MOST_REQUESTS)]
    assert len(web.requests) - 1 == MOST_REQUESTS


def test_what_stands_after_the_first_megabyte_is_not_read(web, found):
    web.serve("/x", rss())
    assert found("x" * 2**20, link("/x")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 200_000,
        "<a href=x>" * 100_000,
        "<!--" * 250_000,
        "<script>" * 120_000,
        "<script>" + "</scrip" * 140_000,
        '<a href="' * 110_000,
        "<a " + "=" * 1_000_000,
        "<a " + " " * 1_000_000,
        "<a " + "".join(f"a{number}=1 " for number in range(110_000)) + ">",
        "<" * 1_000_000,
        ("<a href='" + "&" * 7000 + "'>") * 140,
        "<link rel=feed href=javascript:x>" * 30_000,
    ],
    ids=lambda source: source[:12],
)
def test_no_markup_takes_long(source):
    began = time.process_time()
    read_page(source, "https://a.example/")
    assert time.process_time() - began < 5


@law
@given(st.lists(st.sampled_from(["<a ", "<link ", "<!--", "-->", ">", '"', "'", "href=", "rel=feed ", "/feed", "x"])))
def test_whatever_the_markup_is_what_it_leads_to_is_safe(parts):
    said = read_page("".join(parts), "https://a.example/")
    assert all(safe_url(lead.url) == lead.url for lead in (*said.declared, *said.linked))


# -- other hosts


def test_a_private_address_is_allowed_for_the_host_and_port_of_the_page_alone(web, found):
    web.serve("/x", rss())
    port = urlsplit(web.url).port
    elsewhere = [f"http://localhost:{port}/x", f"http://127.0.0.2:{port}/x", f"http://[::1]:{port}/x"]
    assert found(*map(link, elsewhere)) == []
    assert "/x" not in paths(web)

    home = "http://a.example:8080/"
    head = [link("/x"), link("http://a.example/x"), link("https://a.example:8080/y"), link("http://b.example:8080/x")]
    script = Script({home: page(*head)})
    script.look(home, allow_private=True)
    allowed = [url for url, private in script.asked.items() if private]
    assert allowed[:3] == [home, home + "x", "https://a.example:8080/y"]
    assert {urlsplit(url).netloc for url in allowed} == {"a.example:8080"}
    closed = Script({home: page(*head)})
    closed.look(home)
    assert not any(closed.asked.values())


def test_a_feed_on_another_host_is_found():
    other = "https://feeds.example/x"
    assert Script({"https://a.example/": page(link(other)), other: rss()}).look("https://a.example/") == [other]


def test_a_host_that_does_not_answer_is_asked_twice_at_most():
    silent = "silent.example"
    head = [*(link(f"https://{silent}/{number}") for number in range(10)), link("/x")]
    script = Script({"https://a.example/": page(*head), "https://a.example/x": rss()}, silent=[silent])
    assert script.look("https://a.example/") == ["https://a.example/x"]
    assert len([url for url in script.asked if silent in url]) == 2


# -- rhythm in words


@pytest.mark.parametrize(
    ("every", "words"),
    [
        (None, ""),
        (0 * DAY, "several a day"),
        (3 * HOUR, "several a day"),
        (15 * HOUR, "several a day"),
        (17 * HOUR, "about one a day"),
        (DAY, "about one a day"),
        (35 * HOUR, "about one a day"),
        (1.5 * DAY, "about 5 a week"),
        (2.3 * DAY, "about 3 a week"),
        (3.5 * DAY, "about 2 a week"),
        (7 * DAY, "about one a week"),
        (9 * DAY, "about one a week"),
        (10 * DAY, "about 3 a month"),
        (14 * DAY, "about 2 a month"),
        (31 * DAY, "about one a month"),
        (60 * DAY, "rarely"),
        (4000 * DAY, "rarely"),
    ],
)
def test_a_rhythm_is_said_in_words(every, words):
    assert rhythm_in_words(every) == words
