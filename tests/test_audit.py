"""The judge of a built site finds what is planted, names it, and is content with a site that is as it should be."""

import gzip
import http.client
import json
import re
import shutil
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit import author as authors
from audit import browser, budget, crawlers, facts, feeds, lighthouse, links, markup, pictures, samples
from audit.budget import Request, Visit
from audit.pages import Built
from audit.report import counted, skipped, summary
from audit.server import served
from conftest import REPOSITORY

BENCH = REPOSITORY / "bench/audit"
BASE = "https://ana.example/"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = "https://crane-and-berth.example/news/yard"
KINDS = {"2026-11-04-cranes": "essay", "2026-11-11-desk": "link", "2026-11-16-week": "edition"}


# -- a small site as it should be, and the author's folder that it was made from


def post_file(stem, kind):
    return f"""---
date: {stem[:10]}
title: What {kind} & I make of it
summary: One sentence about {kind}.
kind: {kind}
sources:
  - {{url: "{SOURCE}", title: The yard}}
---
## [The yard]({SOURCE})
> Cranes lift themselves.

The first words of my {kind} are these and they go on.
"""


def data_of(url, title, kind, day):
    person = {"@type": "Person", "@id": BASE + "#ana", "name": "Ana Ruiz", "url": BASE}
    article = {
        "@type": "BlogPosting",
        "@id": url + "#post",
        "headline": title,
        "datePublished": day,
        "dateModified": day,
        "author": {"@id": BASE + "#ana"},
        "citation": [{"@type": "CreativeWork", "url": SOURCE}],
        "mainEntityOfPage": url,
    }
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": "Home", "item": BASE},
            {"@type": "ListItem", "position": 2, "name": title},
        ],
    }
    issue = {"@type": "PublicationIssue", "datePublished": day, "isPartOf": {"@id": BASE + "#letter"}}
    letter = {"@type": "Periodical", "@id": BASE + "#letter", "name": "Ana's letter"}
    graph = [person, article, crumbs, *([issue, letter] if kind == "edition" else [])]
    return json.dumps({"@context": "https://schema.org", "@graph": graph})


HEAD = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{title}}</title>
<link rel="canonical" href="{{url}}">
<link rel="stylesheet" href="/style.css">
<link rel="alternate" type="application/rss+xml" href="{BASE}feed.xml">
<link rel="alternate" type="application/atom+xml" href="/feed.atom">
<link rel="alternate" type="application/feed+json" href="/feed.json">
<meta property="og:title" content="{{title}}"><meta property="og:type" content="{{type}}">
<meta property="og:url" content="{{url}}"><meta property="og:image" content="{BASE}card.png">
"""
POST = """<meta property="og:description" content="One sentence about {kind}.">
<meta property="og:image:width" content="40"><meta property="og:image:height" content="20">
<meta property="og:image:alt" content="The title on a card"><meta name="twitter:card" content="summary">
<meta property="article:published_time" content="{day}">
<script type="application/ld+json">{data}</script></head>
<body><a href="#text">To the text</a><a href="../../">Home</a><a href="../2026-11-04-cranes/#text">The first</a>
<article id="text" class="h-entry"><h1 class="p-name">{title}</h1>
<a class="u-url" href="{url}"><time class="dt-published" datetime="{day}">{day}</time></a>
<a class="p-author h-card" href="/">Ana Ruiz</a><a class="{cited}" href="{source}">The yard</a>
<img src="/card.png" srcset="/card.png 1x, ../../card.png 2x" alt="">
<div class="e-content"><p>The first words of my {kind} are these and they go on.</p></div></article></body></html>
"""
HOME_DATA = json.dumps(
    [
        {"@context": "https://schema.org", "@type": "WebSite", "name": "Ana on ports", "url": BASE},
        {"@context": "https://schema.org", "@type": "Person", "@id": BASE + "#ana", "name": "Ana Ruiz"},
    ]
)
HOME = f"""<script type="application/ld+json">{HOME_DATA}</script></head><body><main id="text">
<a href="posts/2026-11-04-cranes/">Cranes</a> <a href="https://elsewhere.example/gone">Elsewhere</a>
<a href="mailto:ana@ana.example">Mail</a> <svg><use href="icons.svg#crane"></use></svg></main></body></html>
"""
ICONS = '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="crane"></symbol></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 40, 20)
RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Ana on ports</title><link>{BASE}</link>
<description>Ports.</description><language>en-GB</language>
<lastBuildDate>Wed, 11 Nov 2026 00:00:00 +0000</lastBuildDate>
<atom:link href="{BASE}feed.xml" rel="self" type="application/rss+xml"/>
<item><title>Desk</title><link>{BASE}posts/2026-11-11-desk/</link><guid>{BASE}posts/2026-11-11-desk/</guid>
<pubDate>Wed, 11 Nov 2026 00:00:00 +0000</pubDate><dc:creator>Ana Ruiz</dc:creator><description>One.</description>
<content:encoded>&lt;p id="fn1"&gt;One &lt;a href="{SOURCE}"&gt;link&lt;/a&gt;.&lt;/p&gt;</content:encoded></item>
<item><title>Cranes</title><description>Two.</description><link>{BASE}posts/2026-11-04-cranes/</link>
<guid isPermaLink="false">tag:ana,2026:1</guid>
<pubDate>Wed, 4 Nov 2026 00:00:00 GMT</pubDate><author>ana@ana.example (Ana Ruiz)</author></item></channel></rss>
"""
ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Ana on ports</title><id>{BASE}</id>
<updated>2026-11-12T00:00:00Z</updated><author><name>Ana Ruiz</name><uri>{BASE}</uri></author>
<link rel="self" href="{BASE}feed.atom"/><link href="{BASE}"/>
<entry><title type="html">Desk &amp;amp; chair</title><id>{BASE}posts/2026-11-11-desk/</id>
<link href="{BASE}posts/2026-11-11-desk/"/><published>2026-11-11T00:00:00Z</published>
<updated>2026-11-12T00:00:00Z</updated><summary>One.</summary>
<content type="html">&lt;p&gt;One.&lt;/p&gt;</content></entry>
<entry><title>Cranes</title><id>tag:ana,2026:1</id><link href="{BASE}posts/2026-11-04-cranes/"/>
<updated>2026-11-04T00:00:00+01:00</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Two.</p></div></content></entry></feed>
"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Ana on ports",
        "home_page_url": BASE,
        "feed_url": BASE + "feed.json",
        "language": "en",
        "authors": [{"name": "Ana Ruiz", "url": BASE}],
        "items": [
            {
                "id": BASE + "posts/2026-11-11-desk/",
                "url": BASE + "posts/2026-11-11-desk/",
                "title": "Desk",
                "content_html": "<p>One.</p>",
                "date_published": "2026-11-11T00:00:00Z",
                "date_modified": "2026-11-12T00:00:00Z",
                "tags": ["ports"],
                "_ours": True,
            },
            {"id": "two", "content_text": "Two.", "date_published": "2026-11-04T00:00:00+01:00"},
        ],
    },
    indent=0,
)
LLMS = f"# Ana on ports\n\n> Ports.\n\nMore.\n\n## Posts\n\n- [Cranes]({BASE}posts/2026-11-04-cranes/): the first\n"
ROBOTS = f"# All may come.\nUser-agent: *\nDisallow: /drafts/\n\nSitemap: {BASE}sitemap.xml\n"
PATHS = ["", *(f"posts/{stem}/" for stem in KINDS)]
SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    + "\n".join(f"<url><loc>{BASE}{path}</loc><lastmod>2026-11-16</lastmod></url>" for path in PATHS)
    + "</urlset>"
)
PLAIN = {
    "feed.xml": RSS,
    "feed.atom": ATOM,
    "feed.json": JSON,
    "sitemap.xml": SITEMAP,
    "robots.txt": ROBOTS,
    "llms.txt": LLMS,
    "icons.svg": ICONS,
    "style.css": "/* url(none.png) */ body { background: url('card.png') }",
    "404.html": '<!doctype html><title>Not here</title><p id="text"><a href="/">Home</a><a href="#text">Text</a>',
    "old/index.html": f'<meta http-equiv="refresh" content="0; url={BASE}posts/2026-11-04-cranes/">',
    "hidden/index.html": '<meta name="robots" content="noindex"><p>Not to be listed.',
}


def write(place, text):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def page_of(stem, kind):
    url, title = f"{BASE}posts/{stem}/", f"What {kind} & I make of it"
    cited = "u-bookmark-of h-cite" if kind == "link" else "source"
    data = data_of(url, title, kind, stem[:10])
    words = {"title": title.replace("&", "&amp;"), "url": url, "type": "article"}
    return HEAD.format(**words) + POST.format(**words, kind=kind, day=stem[:10], data=data, cited=cited, source=SOURCE)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The author's folder, with the built site in its folder site/."""
    root = tmp_path_factory.mktemp("audit") / "ana"
    plugins = "markdown_extensions:\n  - x: {format: !!python/name:some.function }\n"
    settings = f"site_name: Ana on ports\nsite_author: Ana Ruiz\nsite_url: {BASE}\ndocs_dir: content\n{plugins}"
    write(root / "mkdocs.yml", settings)
    for stem, kind in KINDS.items():
        write(root / f"content/posts/{stem}.md", post_file(stem, kind))
        write(root / f"site/posts/{stem}/index.html", page_of(stem, kind))
    write(root / "site/index.html", HEAD.format(title="Ana on ports", url=BASE, type="website") + HOME)
    for name, text in PLAIN.items():
        write(root / "site" / name, text)
    (root / "site/card.png").write_bytes(PNG)
    return root


@pytest.fixture
def author(made, tmp_path):
    return authors.read(shutil.copytree(made, tmp_path / "ana"))


@pytest.fixture
def site(author):
    return Built(folder=author.root / "site", base=BASE)


def planted(site, name, old, new):
    """Return the site with something changed in a file; the change must be one."""
    place = site.folder / name
    text = place.read_text(encoding="utf-8")
    assert old in text
    place.write_text(text.replace(old, new, 1), encoding="utf-8")
    return Built(folder=site.folder, base=site.base, also=site.also)


# -- links

DESK = "posts/2026-11-11-desk/index.html"


def test_all_links_of_a_good_site_lead_somewhere(site):
    row = links.check(site)
    assert row.faults == ()
    assert row.met
    assert row.figure == "0 broken in 7 pages"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (DESK, 'href="../../"', 'href="../../gone/"', "<a href> '../../gone/' leads to no file"),
        (DESK, 'href="#text"', 'href="#none"', "'#none' leads to a page without the id 'none'"),
        (DESK, "cranes/#text", "cranes/#t%C3%A9xt", "without the id 'téxt'"),
        (DESK, "../../card.png 2x", "../card.png 2x", "<img srcset> '../card.png' leads to no file"),
        (DESK, 'img src="/card.png"', 'video poster="/none.png"', "<video poster> '/none.png' leads to no file"),
        (DESK, f'"canonical" href="{BASE}', f'"canonical" href="{BASE}x', "<link href>"),
        (DESK, f'"canonical" href="{BASE}posts/', '"canonical" href="/posts/', "must be a whole address"),
        (DESK, f'og:image" content="{BASE}card', f'og:image" content="{BASE}none', "og:image"),
        (DESK, f'og:image" content="{BASE}', 'og:image" content="/', "og:image '/card.png' is read elsewhere"),
        (DESK, '"mainEntityOfPage": "https', '"mainEntityOfPage": "https://ana.example/gone https', "JSON-LD"),
        (DESK, f'"@id": "{BASE}#ana"', f'"@id": "{BASE}nobody/#ana"', "JSON-LD @id"),
        (DESK, '{"@context"', '{"@context', "its JSON-LD is no JSON"),
        (DESK, f'href="{BASE}feed.xml"', f'href="{BASE}rss.xml"', "rss.xml' leads to no file"),
        (DESK, 'href="/"', 'href="javascript:alert()"', "runs a script"),
        (DESK, "<h1", "<p style=\"background: url('none.png')\"></p><h1", "url() in its style 'none.png'"),
        ("index.html", "icons.svg#crane", "icons.svg#ship", "without the id 'ship'"),
        ("404.html", 'href="/"', 'href="index.html"', "404.html: <a href> 'index.html' leads to no file"),
        ("old/index.html", "2026-11-04-cranes", "2026-11-04-gone", "meta refresh"),
        ("style.css", "'card.png'", "'none.png'", "style.css: url(none.png) leads to no file"),
    ],
)
def test_a_link_that_leads_nowhere_is_named(site, name, old, new, said):
    row = links.check(planted(site, name, old, new))
    assert not row.met
    assert [fault for fault in row.faults if said in fault and fault.startswith(name)] != []


def test_an_address_that_was_written_by_hand_counts_as_the_sites_own(site):
    by_hand = planted(site, DESK, 'href="/"', 'href="https://www.ana.example/gone/"')
    assert links.check(by_hand).met
    assert links.check(Built(folder=by_hand.folder, base=BASE, also=("https://www.ana.example/",))).met is False


def test_a_site_below_a_path_may_not_link_to_the_root_of_its_host(site):
    below = Built(folder=site.folder, base="https://ana.example/site/")
    assert "index.html: <link href> '/style.css' leads to no file" in links.check(below).faults


# -- feeds


def test_good_feeds_have_no_fault(site):
    row = feeds.check(site, NOW)
    assert row.faults == ()
    assert row.figure == "0 faults in 3 feeds (feed.atom, feed.json, feed.xml)"


ENTRY = '&lt;p id="fn1"&gt;One'
FAULTS_OF_RSS = [
    ('version="2.0" x', 'version="0.91" x', "is not <rss version='2.0'>"),
    ("<link>https://ana.example/</link>", "", "the channel has no <link>"),
    ("<description>Ports.</description>", "<description> </description>", "the channel has no <description>"),
    ("<title>Ana on ports", "<title>Ana &lt;b&gt;on&lt;/b&gt; ports", "the channel's title"),
    ("en-GB", "english", "the language 'english' is no code"),
    ("en-GB", "xx-GB", "the language 'xx-GB' is no code"),
    ("</language>", "</language><ttl>an hour</ttl>", "the ttl 'an hour'"),
    ("</language>", "</language><language>en</language>", "the channel has <language> 2 times"),
    ("</language>", "</language><webMaster>Ana</webMaster>", "webMaster 'Ana'"),
    ("</language>", "</language><summary>x</summary>", "<summary>, which RSS does not know"),
    (
        "</language>",
        "</language><image><url>/a.png</url><title>Ana</title><link>https://ana.example/</link></image>",
        "the image's title is not the channel's",
    ),
    ("</language>", "</language><image><url>/a.png</url></image>", "the image's url is no whole address"),
    ("</language>", "</language><image><width>145</width></image>", "the image's width '145'"),
    ("Wed, 11 Nov 2026 00:00:00 +0000</lastB", "Tue, 10 Nov 2026 00:00:00 +0000</lastB", "is before the newest item"),
    ("Wed, 11 Nov 2026 00:00:00 +0000</pub", "Thu, 11 Nov 2026 00:00:00 +0000</pub", "the wrong day of the week"),
    ("Wed, 11 Nov 2026 00:00:00 +0000</pub", "2026-11-11T00:00:00Z</pub", "is no date as in RFC 822"),
    ("Wed, 11 Nov 2026 00:00:00 +0000</pub", "Wed, 11 Nov 26 00:00:00 GMT</pub", "is no date as in RFC 822"),
    ("Wed, 11 Nov 2026 00:00:00 +0000</pub", "Fri, 11 Dec 2026 00:00:00 GMT</pub", "is in the future"),
    ("<pubDate>Wed, 4 Nov 2026 00:00:00 GMT</pubDate>", "", "item 2 (Cranes): has no pubDate"),
    ('feed.xml" rel="self"', 'rss.xml" rel="self"', "and it is served at 'https://ana.example/feed.xml'"),
    ('rel="self" type="application/rss+xml"', 'rel="self" type="text/xml"', "has the type 'text/xml'"),
    ('rel="self"', 'rel="via"', "has 0 atom:link with rel='self'"),
    ("desk/</guid>", "desk/</guid><guid>x</guid>", "has <guid> 2 times"),
    ("<guid>https://ana.example/posts/2026-11-11-desk/</guid>", "", "item 1 (Desk): has no guid"),
    ("<guid>https://ana.example/posts/2026-11-11-desk/", "<guid>one", "says that it is an address and is none"),
    ("tag:ana,2026:1", "https://ana.example/posts/2026-11-11-desk/", "desk/' stands 2 times"),
    ('isPermaLink="false"', 'isPermaLink="no"', "isPermaLink is 'no'"),
    ("<link>https://ana.example/posts/2026-11-04-cranes/", "<link>/posts/2026-11-04-cranes/", "no whole address"),
    ("<link>https://ana.example/posts/2026-11-04-cranes/", f"<link>{BASE}gone/", f"an entry links to {BASE}gone/"),
    ("ana@ana.example (Ana Ruiz)", "Ana Ruiz", "the author 'Ana Ruiz' is not written mail (name)"),
    ("<author>", "<dc:creator>Ana</dc:creator><author>", "has author and dc:creator"),
    ("<title>Cranes</title>", "<title>Cranes &amp;amp; ships</title>", "the title 'Cranes &amp; ships' shows markup"),
    ("<title>Cranes</title><description>Two.</description>", "", "neither title nor description"),
    ("<description>One.</description>", "", "has content:encoded and no description"),
    ("</item></channel>", "<category> </category></item></channel>", "has an empty category"),
    ("</item></channel>", '<enclosure url="/a.mp3" length="1" type="audio/mpeg"/></item></channel>', "whole url"),
    ("</item></channel>", f'<enclosure url="{BASE}a" length="1"/></item></channel>', "an enclosure without a type"),
    (ENTRY, "&lt;script&gt;", "encoded has <script>"),
    (ENTRY, "&lt;style&gt;p{}&lt;/style&gt;", "encoded has <style>"),
    (ENTRY, '&lt;iframe src="https://v.example/"&gt;', "encoded has <iframe>"),
    (ENTRY, '&lt;img src="/card.png"&gt;', "the relative address '/card.png' in <img src>"),
    (ENTRY, '&lt;img srcset="https://a.example/1.png 1x, 2.png 2x"&gt;', "the relative address '2.png' in srcset"),
    (ENTRY, '&lt;a href="#fn1"&gt;1', "the relative address '#fn1' in <a href>"),
    (ENTRY, '&lt;a href="//a.example/"&gt;1', "the relative address '//a.example/'"),
    (ENTRY, '&lt;p onclick="x()"&gt;One', "has the attribute onclick"),
    (ENTRY, '&lt;p style="position: fixed"&gt;One', "has the style 'position: fixed'"),
    ("Two.</description>", '&lt;a href="/x"&gt;Two&lt;/a&gt;</description>', "description has the relative address"),
    ("</rss>", "", "is not well-formed"),
    ("<rss version", "<html version", "is not well-formed"),
]
FAULTS_OF_ATOM = [
    ("<id>https://ana.example/</id>", "", "the feed: has no id"),
    ("<updated>2026-11-12T00:00:00Z</updated><author>", "<author>", "the feed: has no updated"),
    ("<id>https://ana.example/</id>", "<id>ana</id>", "the id 'ana' is no whole address"),
    ("<summary>One.</summary>", "<summary>One.</summary><summary>x</summary>", "has summary 2 times"),
    ("<summary>One.</summary>", "<description>x</description>", "<description>, which Atom does not know"),
    ("<summary>One.</summary>", '<summary type="markdown">x</summary>', "the summary's type is 'markdown'"),
    ("<summary>One.</summary>", '<category label="x"/>', "has a category without a term"),
    ("<title>Cranes", "<title>&lt;b&gt;Cranes&lt;/b&gt;", "shows markup"),
    ('xml:lang="en"', 'xml:lang="english"', "xml:lang 'english'"),
    ("<name>Ana Ruiz</name>", "", "an author has not exactly one name"),
    ("<uri>https://ana.example/</uri>", "<uri>/</uri>", "the author's uri '/'"),
    ("<uri>https://ana.example/</uri>", "<email>ana</email>", "the author's email 'ana'"),
    ("<author>", "<contributor>", "is not well-formed"),
    ("<author><name>Ana Ruiz</name><uri>https://ana.example/</uri></author>", "", "has no author"),
    (
        f'rel="self" href="{BASE}feed.atom"',
        f'rel="self" href="{BASE}atom"',
        "served at 'https://ana.example/feed.atom'",
    ),
    ('<link href="https://ana.example/"/>', '<link href="/"/>', "the link '/' is no whole address"),
    ('<link href="https://ana.example/"/>', f'<link href="{BASE}"/><link href="{BASE}x"/>', "two alternates"),
    ("<published>2026-11-11T", "<published>2026-11-13T", "was updated before it was published"),
    ("<published>2026-11-11T00:00:00Z", "<published>2026-11-11", "is no date as in RFC 3339"),
    ("<published>2026-11-11T00:00:00Z", "<published>2026-11-31T00:00:00Z", "published "),
    ("2026-11-12T00:00:00Z</updated><s", "2026-12-12T00:00:00Z</updated><s", "is in the future"),
    ("2026-11-12T00:00:00Z</updated><author", "2026-11-11T00:00:00Z</updated><author", "before its newest entry"),
    ("<id>tag:ana,2026:1", f"<id>{BASE}posts/2026-11-11-desk/", "desk/' stands 2 times"),
    ('<content type="html">', '<content type="html" src="x">', "the content's src is no whole address"),
    ('<content type="html">', '<content type="HTML5">', "the content's type 'HTML5'"),
    ("&lt;p&gt;One.", '&lt;img src="a.png"&gt;', "the content has the relative address 'a.png'"),
    ("<p>Two.</p>", '<p onclick="x">Two.</p>', "the content has the attribute onclick"),
    ('<div xmlns="http://www.w3.org/1999/xhtml"><p>Two.</p></div>', "Two", "XHTML content is not one div"),
]
FAULTS_OF_JSON = [
    ("version/1.1", "version/1", "the version is"),
    ('"title": "Ana on ports"', '"title": ""', "has no title"),
    ('"home_page_url"', '"_home"', "has no home_page_url"),
    ("feed.json", "json", "feed_url is 'https://ana.example/json'"),
    ('"language": "en"', '"language": "english"', "the language 'english'"),
    ('"authors"', '"author"', "has 'author', which JSON Feed 1.1 does not know"),
    ('"name": "Ana Ruiz",\n"url"', '"_x"', "an author has neither name, url nor avatar"),
    ('"id": "two"', '"id": 2', "has no id that is a string"),
    ('"id": "two"', f'"id": "{BASE}posts/2026-11-11-desk/"', "desk/' stands 2 times"),
    ('"url": "https://ana.example/posts', '"url": "/posts', "is no whole address"),
    ('"url": "https://ana.example/posts/2026-11-11-desk/"', f'"url": "{BASE}gone/"', f"an entry links to {BASE}gone/"),
    ('"content_text"', '"_text"', "has neither content_html nor content_text"),
    ("<p>One.", "<script>One.", "content_html has <script>"),
    ('"date_published": "2026-11-04T00:00:00+01:00"', '"title": "x"', "has no date_published"),
    ("2026-11-11T00:00:00Z", "2026-11-13T00:00:00Z", "was modified before it was published"),
    ("2026-11-12T00:00:00Z", "2027-11-12T00:00:00Z", "is in the future"),
    ("2026-11-12T00:00:00Z", "yesterday", "is no date as in RFC 3339"),
    ('[\n"ports"\n]', '"ports"', "tags is no list of words"),
    ('"_ours": true', '"attachments": [{"url": "/a"}]', "an attachment has no whole url"),
    ('"_ours": true', '"ours": true', "has 'ours'"),
    ('"items": [', '"items": {', "is not well-formed"),
]
FAULTS_OF_FEEDS = [
    *(("feed.xml", *fault) for fault in FAULTS_OF_RSS),
    *(("feed.atom", *fault) for fault in FAULTS_OF_ATOM),
    *(("feed.json", *fault) for fault in FAULTS_OF_JSON),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), FAULTS_OF_FEEDS)
def test_a_fault_of_a_feed_is_named(site, name, old, new, said):
    row = feeds.check(planted(site, name, old, new), NOW)
    assert [fault for fault in row.faults if said in fault and fault.startswith(name)] != []


def test_a_feed_that_is_offered_must_be_there_and_be_what_it_says(site):
    (site.folder / "feed.atom").unlink()
    shutil.copy(site.folder / "feed.json", site.folder / "feed.xml")
    found = feeds.check(site, NOW).faults
    assert "feed.atom: is offered and not there" in found
    assert "feed.xml: is offered as application/rss+xml and is application/feed+json" in found
    other = planted(site, "index.html", "/feed.json", "/feed.xml")
    assert [fault for fault in feeds.check(other, NOW).faults if "hosts serve .xml as something else" in fault] != []


def test_a_feed_must_be_utf_8(site):
    (site.folder / "feed.xml").write_bytes(RSS.replace("Desk", "Désk").encode("latin-1"))
    assert [fault for fault in feeds.check(site, NOW).faults if "is not UTF-8" in fault] != []


def test_two_entries_may_not_have_the_same_id_in_their_text(site):
    twice = planted(site, "feed.xml", "Two.</description>", f"Two.</description>{ENCODED}")
    assert [fault for fault in feeds.check(twice, NOW).faults if "the id 'fn1' is in" in fault] != []


ENCODED = '<content:encoded>&lt;p id="fn1"&gt;Two.&lt;/p&gt;</content:encoded>'


def test_a_site_that_offers_no_feed_is_told_so(tmp_path):
    write(tmp_path / "index.html", "<title>Nothing</title>")
    assert feeds.check(Built(folder=tmp_path, base=BASE), NOW).faults == (
        "no page offers a feed with <link rel='alternate'>",
    )


# -- facts


@pytest.fixture
def readers_of_facts():
    for package in ("mf2py", "extruct"):
        pytest.importorskip(package, reason=f"{package} is in the dependency group audit, which is not installed here")


pytest_facts = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the packages that read the facts


@pytest_facts
@pytest.mark.usefixtures("readers_of_facts")
def test_the_facts_of_a_good_site_are_what_the_author_wrote(site, author):
    row = facts.check(site, author)
    assert row.faults == ()
    assert len(facts.FACTS_OF_A_POST) == 25
    assert row.figure == "0 wrong in 87 facts of 3 posts and home"


WEEK = "posts/2026-11-16-week/index.html"
FACTS = [
    ('"canonical" href="https://ana.example/posts', '"canonical" href="https://ana.example/x', "canonical is"),
    ("p-name", "p-title", "h-entry p-name is"),
    ('class="h-entry"', 'class="entry"', "h-entry dt-published is 'None'"),
    ('class="u-url"', 'class="url"', "h-entry u-url is"),
    ('datetime="2026-11-11"', 'datetime="2026-11-12"', "h-entry dt-published is '2026-11-12', wanted is '2026-11-11'"),
    ("p-author h-card", "p-author", "h-entry p-author h-card p-name"),
    (">Ana Ruiz<", ">Nobody<", "h-entry p-author h-card p-name is 'Nobody'"),
    ('h-card" href="/"', 'h-card" href="/about"', "h-entry p-author h-card u-url is"),
    ("The first words", "Other words", "h-entry e-content is 'other words"),
    ("u-bookmark-of h-cite", "source", "h-entry u-bookmark-of or h-cite is []"),
    ('h-cite" href="https://crane', 'h-cite" href="https://train', "h-entry u-bookmark-of or h-cite is"),
    ('"headline": "What', '"headline": "Why', "BlogPosting headline is"),
    ("BlogPosting", "NewsArticle", "BlogPosting headline is None"),
    ('"datePublished": "2026-11-11', '"datePublished": "2026-11-10', "BlogPosting datePublished is '2026-11-10'"),
    ('"dateModified": "2026-11-11', '"dateModified": "2026-11-10', "BlogPosting dateModified is '2026-11-10'"),
    ('"author": {"@id": "https://ana.example/#ana"}', '"author": "Ana"', "BlogPosting author @id is"),
    ('"name": "Ana Ruiz"', '"name": "Ben"', "BlogPosting author is 'Ben'"),
    ('"url": "https://crane', '"url": "https://train', "BlogPosting citation is"),
    ('"mainEntityOfPage": "https', '"mainEntityOfPage": "http', "BlogPosting mainEntityOfPage is"),
    ('"position": 2', '"position": 3', "BreadcrumbList starts at home is"),
    ('"name": "Home", "item": "https://ana.example/"', '"name": "Home", "item": "x"', "BreadcrumbList starts at home"),
    ('"position": 2, "name": "What', '"position": 2, "name": "Why', "BreadcrumbList ends here is"),
    ('og:title" content="What', 'og:title" content="Why', "og:title is 'Why"),
    ('content="One sentence', 'content="Two sentences', "og:description is"),
    ('content="article"', 'content="website"', "og:type is 'website'"),
    ('og:url" content="https://ana', 'og:url" content="https://ben', "og:url is"),
    ("example/card.png", "example/none.png", "og:image is False"),
    ('width" content="40"', 'width" content="41"', "og:image:width and height is ('41', '20')"),
    ("og:image:alt", "og:image:text", "og:image:alt is ''"),
    ('published_time" content="2026-11-11', 'published_time" content="2026', "article:published_time is '2026'"),
    ('content="summary"', 'content="large"', "twitter:card is False"),
]
FACTS_OF_OTHERS = [
    (WEEK, "PublicationIssue", "Issue", "PublicationIssue datePublished is ''"),
    (WEEK, '"isPartOf"', '"hasPart"', "PublicationIssue isPartOf Periodical is ''"),
    (WEEK, '"Periodical"', '"Thing"', "Periodical is None"),
    ("index.html", '"WebSite"', '"Site"', "home: WebSite name is None"),
    ("index.html", '"url": "https', '"url": "http', "home: WebSite url is"),
    ("index.html", "#ana", "#me", "BlogPosting author @id is 'https://ana.example/#ana'"),
    ("index.html", '"name": "Ana Ruiz"', '"name": "Ana"', "home: Person name is 'Ana'"),
    ("index.html", '"@id"', '"_id"', "home: Person @id is None"),
]


@pytest_facts
@pytest.mark.usefixtures("readers_of_facts")
@pytest.mark.parametrize(("name", "old", "new", "said"), [*((DESK, *fact) for fact in FACTS), *FACTS_OF_OTHERS])
def test_a_fact_that_differs_from_the_authors_file_is_named(site, author, name, old, new, said):
    row = facts.check(planted(site, name, old, new), author)
    assert [fault for fault in row.faults if said in fault] != []
    wanted = {fact.name for fact in (*facts.FACTS_OF_A_POST, *facts.FACTS_OF_A_LINK_POST)}
    assert all(fault.split(": ")[1].startswith(tuple(wanted)) for fault in row.faults if fault.startswith(DESK[:-10]))


def test_every_fact_is_broken_in_a_test():
    broken = [said.removeprefix("home: ") for *_, said in (*FACTS, *FACTS_OF_OTHERS)]
    every = (*facts.FACTS_OF_A_POST, *facts.FACTS_OF_A_LINK_POST, *facts.FACTS_OF_AN_EDITION, *facts.FACTS_OF_HOME)
    assert [fact.name for fact in every if not any(said.startswith(fact.name) for said in broken)] == []


@pytest_facts
@pytest.mark.usefixtures("readers_of_facts")
def test_a_post_that_was_updated_says_when(site, author):
    file = author.root / "content/posts/2026-11-11-desk.md"
    file.write_text(file.read_text(encoding="utf-8").replace("title:", "updated: 2026-11-15\ntitle:", 1))
    [fault] = facts.check(site, authors.read(author.root)).faults
    assert fault.endswith("BlogPosting dateModified is '2026-11-11', wanted is '2026-11-15'")


@pytest_facts
@pytest.mark.usefixtures("readers_of_facts")
def test_a_post_that_is_not_in_the_site_is_named(site, author):
    shutil.rmtree(site.folder / "posts/2026-11-16-week")
    assert "posts/2026-11-16-week/: is not in the site" in facts.check(site, author).faults


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        (PNG, (40, 20)),
        (b"GIF89a" + struct.pack("<HH", 3, 2), (3, 2)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20, 40) + b"\x03", (40, 20)),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x27\0\0\x13\0\0", (40, 20)),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 40, 20), (40, 20)),
        (b"<svg>", None),
    ],
)
def test_the_size_of_a_picture_is_read_off_its_first_bytes(raw, size):
    assert pictures.size_of(raw) == size


# -- sitemap.xml, robots.txt, llms.txt


def test_the_files_for_crawlers_of_a_good_site_have_no_fault(site):
    assert [(row.check, row.faults) for row in crawlers.check(site, NOW)] == [
        ("sitemap.xml", ()),
        ("robots.txt", ()),
        ("llms.txt", ()),
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("sitemap.xml", "</urlset>", "", "is not well-formed"),
        ("sitemap.xml", "schemas/sitemap/0.9", "schemas/sitemap/1.0", "its root is"),
        ("sitemap.xml", f"<loc>{BASE}<", f"<loc>{BASE}gone/<", f"{BASE}gone/ is no page of the site"),
        ("sitemap.xml", f"<loc>{BASE}<", f"<loc>{BASE}gone/<", f"{BASE} is missing"),
        ("sitemap.xml", f"<loc>{BASE}<", f"<loc>{BASE}index.html<", "index.html is no page of the site"),
        ("sitemap.xml", f"<loc>{BASE}<", f"<loc>{BASE}old/<", "it is moved"),
        ("sitemap.xml", f"<loc>{BASE}<", f"<loc>{BASE}hidden/<", "it is hidden"),
        ("sitemap.xml", f"<loc>{BASE}<", f"<loc>{BASE}posts/2026-11-16-week/<", "stands 2 times"),
        ("sitemap.xml", "<lastmod>2026-11-16</lastmod>", "", "has no lastmod"),
        ("sitemap.xml", "2026-11-16", "16 November", "lastmod '16 November' is no date"),
        ("sitemap.xml", "2026-11-16", "2026-12-16", "lastmod 2026-12-16 is in the future"),
        ("index.html", '"canonical" href="https', '"canonical" href="http', "says that its address is http:"),
        ("robots.txt", "Sitemap: https", "Sitemap: http", "names no Sitemap: https"),
        ("robots.txt", "Disallow: /drafts/", "Disallow: /", "forbids the whole site to everybody"),
        ("robots.txt", "Disallow: /drafts/", "Disallow: drafts", "is no path"),
        ("robots.txt", "Disallow: /drafts/", "Forbid: /drafts/", "line 3 'Forbid: /drafts/' is none of"),
        ("robots.txt", "User-agent: *\n", "", "stands before any User-agent"),
        ("llms.txt", "# Ana", "Ana", "does not begin with a title"),
        ("llms.txt", "## Posts", "# Posts", "has more than one title"),
        ("llms.txt", "> Ports.", "Ports.", "has no summary"),
        ("llms.txt", "- [Cranes]", "- Cranes [Cranes]", "is no link with notes"),
        ("llms.txt", "2026-11-04-cranes", "2026-11-04-gone", "where there is nothing"),
    ],
)
def test_a_fault_of_a_file_for_crawlers_is_named(site, name, old, new, said):
    rows = crawlers.check(planted(site, name, old, new), NOW)
    about = "sitemap.xml" if name == "index.html" else name
    assert [fault for row in rows if row.check == about for fault in row.faults if said in fault] != []


def test_files_for_crawlers_that_are_not_there_are_missed(tmp_path):
    write(tmp_path / "index.html", "<title>Alone</title>")
    rows = crawlers.check(Built(folder=tmp_path, base=BASE), NOW)
    assert [row.faults for row in rows] == [("there is none",)] * 3


# -- the budget, and who is asked

VISIT = Visit(
    url=BASE,
    requests=(
        Request(url=BASE, kind="document", size=5000),
        Request(url=BASE + "a.css", kind="stylesheet", size=20_000),
        Request(url=BASE + "a.png", kind="image", size=90_000, own=True),
        Request(url=BASE + "i.json", kind="fetch", size=1000),
    ),
)


def test_a_budget_counts_everything_but_the_pictures_of_the_text():
    assert budget.check({"home": VISIT}, 26_000).met
    row = budget.check({"home": VISIT}, 25_999)
    assert row.faults == (f"home ({BASE}) transfers 26.0 KB without its own images",)
    assert budget.weight(VISIT) == {
        "document": 5000,
        "stylesheet": 20_000,
        "script": 0,
        "image": 90_000,
        "font": 0,
        "other": 1000,
    }
    assert re.search(
        r"^home +5\.0 KB +20\.0 KB .* 116\.0 KB +90\.0 KB +4$", budget.printed({"home": VISIT}), re.MULTILINE
    )


def test_a_quiet_site_asks_nobody_and_leaves_nothing():
    assert [row.met for row in budget.quiet([VISIT], BASE)] == [True] * 4
    loud = Visit(
        url=BASE,
        requests=(Request(url="https://fonts.example/a.woff2", kind="font"), Request(url="data:x", kind="image")),
        cookies=("seen",),
        stored=("theme",),
        session=("step",),
        errors=("script: x is not defined",),
    )
    rows = budget.quiet([VISIT, loud], BASE)
    assert [row.faults for row in rows] == [
        (f"{BASE} asks https://fonts.example/a.woff2",),
        (f"{BASE} sets seen",),
        (f"{BASE} keeps theme",),
        (f"{BASE}: script: x is not defined",),
    ]
    assert rows[2].notes == ("sessionStorage holds step",)


# -- the server


def asked(server, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_pages_are_served_as_a_code_host_serves_them(site):
    with served(site.folder) as server:
        answer, body = asked(server, "/posts/2026-11-11-desk/", **{"Accept-Encoding": "gzip"})
        assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
        assert answer.headers["Cache-Control"] == "max-age=600"
        assert gzip.decompress(body) == (site.folder / DESK).read_bytes()
        plain, body = asked(server, "/posts/2026-11-11-desk/")
        assert plain.headers["Content-Encoding"] is None
        assert body == (site.folder / DESK).read_bytes()
        again, _ = asked(server, "/posts/2026-11-11-desk/", **{"If-None-Match": plain.headers["ETag"]})
        assert again.status == 304
        moved, _ = asked(server, "/posts/2026-11-11-desk")
        assert (moved.status, moved.headers["Location"]) == (301, "/posts/2026-11-11-desk/")
        missing, body = asked(server, "/gone")
        assert missing.status == 404
        assert b"Not here" in body
        picture, _ = asked(server, "/card.png", **{"Accept-Encoding": "gzip"})
        assert (picture.headers["Content-Type"], picture.headers["Content-Encoding"]) == ("image/png", None)


@pytest.mark.parametrize("path", ["/../mkdocs.yml", "/%2e%2e/mkdocs.yml", "/posts/..%2f..%2fmkdocs.yml", "/link.yml"])
def test_nothing_is_served_from_outside_of_the_folder(site, path):
    (site.folder / "link.yml").symlink_to(site.folder.parent / "mkdocs.yml")
    assert (site.folder.parent / "mkdocs.yml").is_file()
    with served(site.folder) as server:
        answer, body = asked(server, path)
    assert answer.status == 404
    assert b"site_name" not in body


def test_a_site_can_be_served_below_a_path(site):
    with served(site.folder, "/site/") as server:
        assert server.address.endswith("/site/")
        assert asked(server, "/site/about")[0].status == 404
        assert asked(server, "/site/")[0].status == 200
        assert asked(server, "/")[0].status == 404


# -- what others' tools say, and what is made of it


def test_lighthouses_failing_audits_are_named_with_their_items():
    node = {"selector": "a.more", "snippet": "<a>", "explanation": "Has no name."}
    audit = {"id": "link-name", "score": 0, "title": "Links have no name", "details": {"items": [{"node": node}]}}
    fine = {"id": "bypass", "score": 1, "title": "Fine"}
    refs = [{"id": "link-name", "weight": 7}, {"id": "bypass", "weight": 1}]
    report = {
        "categories": {"accessibility": {"score": 0.9, "auditRefs": refs}},
        "audits": {"link-name": audit, "bypass": fine},
    }
    assert list(lighthouse.failing(report)) == [
        "accessibility: link-name scores 0.00: Links have no name ",
        "accessibility: link-name: a.more <a> Has no name.",
    ]


def test_a_style_sheet_that_came_with_the_engine_is_not_ours(site):
    import material

    [theirs, *_] = (Path(material.__file__).parent / "templates/assets/stylesheets").glob("main.*.min.css")
    shutil.copy(theirs, site.folder / theirs.name)
    assert [sheet.name for sheet in markup.own_sheets(site.folder)] == ["style.css"]


def test_one_page_of_each_kind_is_looked_at_closely(site, author):
    assert samples.chosen(site, author) == {
        "home": BASE,
        "post": BASE + "posts/2026-11-04-cranes/",
        "link post": BASE + "posts/2026-11-11-desk/",
        "edition": BASE + "posts/2026-11-16-week/",
        "404": BASE + "404.html",
    }


LOUD = """<!doctype html><html lang="en"><title>Loud</title><h1>Loud</h1>
<main><img src="https://far.example/a.png" alt="Far"><img src="/card.png" alt="Own"></main>
<script>document.cookie = "seen=1"; localStorage.theme = "dark"; none.at.all()</script></html>
"""
SHY = """<!doctype html><html lang="en"><title>Shy</title><h1>Shy</h1>
<button onclick="localStorage.theme = 1">Dark</button></html>
"""
HARD = """<!doctype html><html lang="en"><title>Hard</title><main><h1>Hard</h1><img src="/card.png">
<p style="color: #999; background: #fff">Faint</p><label>Find <input type="search"></label></main>
<p id="twice"><p id="twice"></html>
"""


@pytest.fixture
def on_loopback(site):
    """The site with pages that break what only a browser sees, served."""
    if shutil.which("chromium") is None:
        pytest.skip("no chromium on this machine")
    for name, text in {"loud": LOUD, "shy": SHY, "hard": HARD}.items():
        write(site.folder / name / "index.html", text)
    with served(site.folder) as server:
        yield server.address


def test_a_browser_sees_who_is_asked_and_what_is_left_behind_without_a_click(on_loopback):
    loud, shy = browser.visits([on_loopback + "loud/", on_loopback + "shy/"])
    assert list(budget.away([loud, shy], on_loopback)) == [f"{loud.url} asks https://far.example/a.png"]
    assert loud.stored == ("theme",)
    assert "seen=1" in loud.cookies
    assert [error for error in loud.errors if error.startswith("script: ")] != []
    assert (shy.stored, shy.cookies, shy.errors) == ((), (), ())
    [card] = [request for request in loud.requests if request.url.endswith("card.png")]
    assert card.own
    assert card.size > len(PNG)


def installed(path):
    if not (BENCH / "node_modules" / path).exists():
        pytest.skip(f"{path} comes with `make audit`")


def test_axe_names_what_it_finds_in_light_and_dark_and_a_search_that_finds_nothing(on_loopback):
    installed("axe-core/axe.min.js")
    row = browser.axe({"home": on_loopback + "hard/"}, "cranes")
    assert [
        fault for fault in row.faults if fault.startswith("image-alt (critical) at img") and "in 4: " in fault
    ] != []
    assert [fault for fault in row.faults if fault.startswith("color-contrast (serious) at main > p: ")] != []
    assert [fault for fault in row.faults if "'cranes', a word of a title, and shows no result; in 4" in fault] != []


def test_vnu_names_each_error_by_file_and_line(site):
    installed("vnu-jar/build/dist/vnu.jar")
    if shutil.which("java") is None:
        pytest.skip("no java on this machine")
    write(site.folder / "hard/index.html", HARD)
    write(site.folder / "bad.css", "a {}\n\np { colour: red }\n")
    faults = markup.check(Built(folder=site.folder, base=BASE)).faults
    assert [fault for fault in faults if fault.startswith("hard/index.html:3: Duplicate ID “twice”.")] != []
    assert [fault for fault in faults if fault.startswith("bad.css:3: ") and "colour" in fault] != []


# -- the author's folder


def test_an_authors_folder_is_read_as_it_stands(author):
    assert (author.name, author.site_name, author.address) == ("Ana Ruiz", "Ana on ports", BASE)
    [essay, *_] = author.posts
    assert (essay.title, essay.date, essay.kind) == ("What essay & I make of it", "2026-11-04", "essay")
    assert essay.sources == (SOURCE,)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("site_name: A\nsite_url: https://a.example/  # yours\nnav: []\n", "site_name: A\nsite_url: URL\nnav: []\n"),
        ("site_name: A\n", "site_url: URL\nsite_name: A\n"),
    ],
)
def test_the_sites_address_is_replaced_by_the_one_it_is_served_at(text, changed):
    assert authors.addressed(text, "URL") == changed


# -- the report


def run(*words):
    return subprocess.run([sys.executable, BENCH, *map(str, words)], capture_output=True, text=True, check=False)


def test_the_report_ends_with_a_table_and_the_exit_code_says_whether_a_goal_was_missed(site):
    good = run(site.folder, "--base", BASE, "--only", "links,crawlers")
    assert (good.returncode, good.stderr) == (0, "")
    assert re.search(r"^links +0 broken +0 broken in 7 pages +ok$", good.stdout, re.MULTILINE)
    bad = run(planted(site, DESK, "../../", "../gone/").folder, "--base", BASE, "--only", "links")
    assert bad.returncode == 1
    assert f"- {DESK}: <a href> '../gone/' leads to no file" in bad.stdout
    assert re.search(r"^links +0 broken +1 broken in 7 pages +MISSES$", bad.stdout, re.MULTILINE)


def test_what_could_not_be_looked_at_fails_unless_that_is_allowed(site):
    call = (site.folder, "--base", BASE, "--only", "facts")
    assert run(*call).returncode == 1
    assert run(*call, "--allow-missing").returncode == 0
    assert "give the author's folder" in run(*call).stdout


def test_a_check_that_there_is_not_is_refused(site):
    said = run(site.folder, "--only", "manners")
    assert said.returncode == 2
    assert "no check manners; there are links, feeds" in said.stderr


def test_the_table_says_what_missed_and_what_did_not_run():
    rows = [counted("links", "broken", []), counted("feeds", "faults", ["a", "a", "b"]), skipped("vnu", "no java")]
    assert [line.split()[-1] for line in summary(rows).splitlines()[2:]] == ["ok", "MISSES", "RUN"]
    assert "2 faults" in summary(rows)


# -- the tools


def test_the_lock_of_the_tools_names_no_place_and_hashes_each_package():
    text = (BENCH / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert len(packages) > 100
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    wanted = json.loads((BENCH / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert wanted.keys() <= {name.removeprefix("node_modules/") for name in packages}
