"""The room publish: what the built site holds, and what it refuses."""

import functools
import json
import os
import re
import shutil
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree as ET

import pytest

from pipeline.cli.init import _sample_files, make
from pipeline.errors import PublishError

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
HOME = "https://nadia-verhoeven.example/"


class Page(HTMLParser):
    """The links, headings and metadata of a page."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.ids = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        self.ids.add(values.get("id"))

    def all(self, tag):
        return [values for name, values in self.tags if name == tag]

    def meta(self, name):
        return next(
            (
                values.get("content")
                for values in self.all("meta")
                if name in (values.get("name"), values.get("property"))
            ),
            None,
        )


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def post(site, matter, body="Text.\n"):
    path = site / "content/posts/2026-11-23-new.md"
    path.write_text(f"---\ndate: 2026-11-23\n{matter}---\n{body}", encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sample site, built once."""
    from conftest import NOW
    from pipeline.app import App
    from pipeline.settings import load

    folder = tmp_path_factory.mktemp("sample") / "site"
    make(folder, dict(_sample_files()))
    app = App(load(folder, {}), NOW)
    return folder, app.publish()


def test_the_sample_site_builds_without_a_warning(built):
    folder, site = built
    assert site.warnings == ()
    assert site.posts == 3
    assert site.folder == folder / "site"


@pytest.mark.parametrize(
    "page",
    [
        "index.html",
        "404.html",
        "about/index.html",
        "archive/2026/index.html",
        "topics/index.html",
        "topics/automation/index.html",
        "posts/2026-11-16-what-had-no-name/index.html",
        "feed.xml",
        "atom.xml",
        "feed.json",
        "topics/automation/atom.xml",
        "letter/feed.xml",
        "sitemap.xml",
    ],
)
def test_the_site_has(built, page):
    assert (built[1].folder / page).is_file()


def test_every_internal_link_leads_to_a_file_and_every_anchor_to_a_place(built):
    site = built[1].folder
    broken = []
    for path in sorted(site.rglob("*.html")):
        if path.name == "404.html":
            continue  # its links begin at the root of the site
        for tag, values in Page(path).tags:
            link = values.get("href" if tag in {"a", "link"} else "src") or ""
            if not link or re.match(r"[a-z]+:|//", link):
                continue
            place, _, anchor = link.partition("#")
            target = (path.parent / place.partition("?")[0]).resolve() if place else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (anchor and target.suffix == ".html" and anchor not in Page(target).ids):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_no_page_asks_anybody_else_for_anything(built):
    away = [
        (path.name, values)
        for path in built[1].folder.rglob("*.html")
        for tag, values in Page(path).tags
        if (tag in {"script", "img", "iframe", "source"} and (values.get("src") or "").startswith(("http", "//")))
        or (tag == "link" and "stylesheet" in values.get("rel", "") and values["href"].startswith(("http", "//")))
    ]
    assert away == []


def test_a_post_says_what_it_is_to_programs_and_has_one_heading(built):
    page = Page(built[1].folder / "posts/2026-11-16-what-had-no-name/index.html")
    assert page.meta("og:title") == "The things that had no name"
    assert page.meta("og:type") == "article"
    assert page.meta("description").startswith("A labour agreement")
    assert [link["href"] for link in page.all("link") if link.get("rel") == "canonical"] == [
        HOME + "posts/2026-11-16-what-had-no-name/"
    ]
    assert len(page.all("h1")) == 1


def test_each_topic_of_a_post_leads_to_its_page_and_back(built):
    site = built[1].folder
    post = (site / "posts/2026-11-16-what-had-no-name/index.html").read_text(encoding="utf-8")
    assert 'href="../../topics/energy/"' in post
    topic = (site / "topics/energy/index.html").read_text(encoding="utf-8")
    assert "../../posts/2026-11-16-what-had-no-name/" in topic
    assert "Shore power, fuels, batteries" in topic  # the author's own introduction


def test_the_feeds_hold_every_post_whole_with_absolute_links(built):
    site = built[1].folder
    items = ET.parse(site / "feed.xml").getroot().findall("channel/item")
    entries = json.loads((site / "feed.json").read_text(encoding="utf-8"))["items"]
    assert [item.findtext("link") for item in items] == [entry["url"] for entry in entries]
    assert len(items) == 3
    for item, entry in zip(items, entries, strict=True):
        assert item.findtext(CONTENT) == entry["content_html"]
        links = re.findall(r'(?:href|src)="([^"]*)"', entry["content_html"])
        assert all(link.startswith("https://") for link in links)
        assert "<script" not in entry["content_html"]
    assert "Monday" in entries[0]["content_html"] or len(entries[0]["content_html"]) > 3000


def test_the_json_feed_names_the_source_of_a_link_post(built):
    entries = json.loads((built[1].folder / "feed.json").read_text(encoding="utf-8"))["items"]
    link_post = next(entry for entry in entries if entry["id"].endswith("thirty-four-minutes/"))
    assert link_post["external_url"].startswith("https://")
    assert link_post["date_published"].startswith("2026-11-11T00:0")


def test_byline_reads_its_own_feeds(built):
    from pipeline.feed import parse

    rss = parse((built[1].folder / "feed.xml").read_bytes(), HOME + "feed.xml")
    assert (rss.format, rss.repairs, len(rss.entries)) == ("rss-2.0", (), 3)
    assert parse((built[1].folder / "feed.json").read_bytes(), HOME).format == "json-1.1"


def test_the_same_content_builds_the_same_bytes_in_another_folder_on_another_day(built, open_app, tmp_path):
    shutil.copytree(built[0], tmp_path / "again", ignore=shutil.ignore_patterns("site", ".byline"))
    for path in (tmp_path / "again").rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    again = open_app(tmp_path / "again", now=datetime(2027, 3, 1, tzinfo=UTC)).publish().folder
    assert files_of(again) == files_of(built[1].folder)


# -- what it refuses, and what it survives


def test_a_broken_post_is_named_and_the_old_site_stays(site, open_app):
    open_app(site).publish()
    before = (site / "site/index.html").read_bytes()
    (site / "content/posts/2026-11-23-broken.md").write_text("---\ndate: soon\n---\nText.\n", encoding="utf-8")
    with pytest.raises(PublishError, match=r"2026-11-23-broken\.md:2: date"):
        open_app(site).publish()
    assert (site / "site/index.html").read_bytes() == before


def test_a_template_that_is_broken_stops_the_build_and_the_old_site_stays(site, open_app):
    open_app(site).publish()
    (site / "overrides/main.html").write_text("{% extends 'base.html' %}{% block", encoding="utf-8")
    with pytest.raises(PublishError):
        open_app(site).publish()
    assert (site / "site/index.html").is_file()


def test_a_broken_link_is_a_warning_with_its_file(site, open_app):
    post = site / "content/posts/2026-11-23-link.md"
    post.write_text("---\ndate: 2026-11-23\ntitle: T\n---\n[x](nowhere.md)\n", encoding="utf-8")
    warnings = open_app(site).publish().warnings
    assert any("2026-11-23-link.md" in warning and "nowhere.md" in warning for warning in warnings)


def test_other_addresses_than_letters_and_feeds_link_to_are_refused_with_the_remedy(site, open_app):
    config = site / "mkdocs.yml"
    config.write_text(config.read_text(encoding="utf-8") + "\nuse_directory_urls: false\n", encoding="utf-8")
    with pytest.raises(PublishError, match="use_directory_urls"):
        open_app(site).publish()


def test_drafts_hidden_files_and_links_out_of_content_stay_behind(site, open_app, tmp_path):
    (site / "content/drafts").mkdir()
    (site / "content/drafts/2026-11-23-d.md").write_text("---\ndate: 2026-11-23\ntitle: D\n---\nd\n", encoding="utf-8")
    (site / "content/.secret.md").write_text("secret", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("outside", encoding="utf-8")
    (site / "content/leak.txt").symlink_to(tmp_path / "outside.txt")
    built = open_app(site).publish().folder
    found = {path.name for path in built.rglob("*")}
    assert not found & {"leak.txt", ".secret.md", "2026-11-23-d"}


def test_hostile_front_matter_prints_as_itself(site, open_app):
    evil = '"><script>alert(1)</script>{{ 7*7 }}'
    post = site / "content/posts/2026-11-23-evil.md"
    post.write_text(
        f"---\ndate: 2026-11-23\ntitle: '{evil}'\nsummary: '{evil}'\ntopics: ['{evil}', '../../etc/x']\n"
        "kind: essay\nsources:\n  - {url: 'https://a.example/', title: '<img src=x onerror=alert(1)>'}\n---\nText.\n",
        encoding="utf-8",
    )
    built = open_app(site).publish().folder
    for path in built.rglob("*.html"):
        page = Page(path)
        assert not any(name.startswith("on") for _, values in page.tags for name in values), path
        scripts = re.findall(r"<script([^>]*)>(.*?)</script>", path.read_text(encoding="utf-8"), re.DOTALL)
        assert "alert(1)" not in "".join(code for kind, code in scripts if "ld+json" not in kind)
        assert not any("<" in data for kind, data in scripts if "ld+json" in kind)
    assert not (built.parent / "etc").exists()
    assert "49" not in Page(built / "posts/2026-11-23-evil/index.html").meta("og:title")
    ET.parse(built / "feed.xml")


def test_names_of_topics_in_any_script_have_pages(site, open_app):
    post = site / "content/posts/2026-11-23-t.md"
    post.write_text(
        "---\ndate: 2026-11-23\ntitle: T\ntopics: [Énergie & réseaux, 港口]\n---\nText.\n", encoding="utf-8"
    )
    site_folder = open_app(site).publish().folder
    assert (site_folder / "topics/energie-reseaux/index.html").is_file()
    assert (site_folder / "topics/港口/index.html").is_file()


def test_posts_of_one_day_stand_in_the_same_order_at_home_and_in_the_feeds(site, open_app):
    for name in ("a", "b"):
        (site / f"content/posts/2026-11-23-{name}.md").write_text(
            f"---\ndate: 2026-11-23\ntitle: {name}\n---\nText.\n", encoding="utf-8"
        )
    built = open_app(site).publish().folder
    feed = json.loads((built / "feed.json").read_text(encoding="utf-8"))
    assert [item["title"] for item in feed["items"]][:2] == ["a", "b"]
    home = (built / "index.html").read_text(encoding="utf-8")
    assert home.index("posts/2026-11-23-a/") < home.index("posts/2026-11-23-b/")


HOSTILE_TITLE = "<img src=x onerror=\"document.title='RAN'\"> &lt;script&gt; deal"


@pytest.mark.parametrize(
    ("search", "results"), [("material", ".md-search-result__list"), ("pagefind", ".byline-search ol")]
)
def test_a_title_is_text_in_the_search_of_the_site(site, open_app, search, results):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    post(site, f"title: {json.dumps(HOSTILE_TITLE)}\n")
    folder = open_app(site, {"BYLINE_PUBLISH_SEARCH": search}).publish().folder
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.keyboard.press("/")
        page.keyboard.type("onerror deal", delay=20)
        found = page.locator(f"{results} li").first
        found.wait_for()
        assert HOSTILE_TITLE in " ".join(found.inner_text().split())
        assert page.title() != "RAN"
        assert page.locator(f"{results} img").count() == 0
        browser.close()
        server.shutdown()


def test_controls_in_a_body_leave_a_feed_that_can_be_read(site, open_app):
    post(site, "title: Strange \n", "a\x1b[31m b\x0b c\uffff\n")
    folder = open_app(site).publish().folder
    assert ET.parse(folder / "feed.xml").getroot().tag == "rss"


def test_front_matter_that_the_engine_stumbles_over_is_told_in_a_sentence(site, open_app):
    post(site, "title: T\ntemplate: [7]\n")
    with pytest.raises(PublishError, match=r"The engine stumbles .*front matter"):
        open_app(site).publish()


def test_a_post_that_is_a_link_out_of_content_is_no_post(site, open_app, tmp_path):
    (tmp_path / "secret.md").write_text("---\ndate: 2026-11-23\ntitle: Secret\n---\nSecret.\n", encoding="utf-8")
    (site / "content/posts/2026-11-23-secret.md").symlink_to(tmp_path / "secret.md")
    folder = open_app(site).publish().folder
    assert not (folder / "posts/2026-11-23-secret").exists()


def test_the_posts_that_a_site_does_not_show_yet_are_known(site, open_app):
    app = open_app(site)
    [path] = app.unbuilt()
    app.publish()
    os.utime(path, (time.time() + 5, time.time() + 5))  # as a checkout does
    assert app.unbuilt() == ()
    path.write_text(path.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    assert app.unbuilt() == (path,)
    app.publish()
    assert app.unbuilt() == ()


# -- trends


@pytest.fixture
def trending(site):
    """A site that has pulled eight weeks of three feeds, in which a hostile headline rises and another one falls."""
    from conftest import NOW
    from pipeline.html import plain_text, safe_html, safe_url
    from pipeline.model import ParsedEntry
    from pipeline.pull.taking import take_in
    from pipeline.settings.sections import STATE
    from pipeline.store import Store
    from pipeline.store import pull as kept

    def told(feed, week, number):
        loud = f"Customs* strike {HOSTILE_TITLE} | x" if week < 2 else "Wash water"
        return ParsedEntry(
            uid=f"{week}-{number}",
            title=plain_text(loud if number < 4 else f"Calm{number} day"),
            link=safe_url(f"https://paper{feed.id}.example/{week}_{number}?a=(b)"),
            published=NOW - timedelta(weeks=week, hours=number),
            updated=None,
            authors=(),
            summary=safe_html(""),
            content=safe_html(""),
        )

    (site / STATE).mkdir(exist_ok=True)
    with closing(Store(site / STATE / "byline.db")) as store, store.writing() as connection:
        for feed in kept.known_feeds(connection, [f"https://paper{n}.example/" for n in "abc"]).values():
            named = replace(feed, title=plain_text("[Paper](javascript:alert(1))"))
            take_in(connection, named, [told(feed, week, n) for week in range(8) for n in range(12)], NOW)
    return site


WANTED = {"BYLINE_PUBLISH_TRENDS": "true"}


def main_of(path):
    """The words of the page itself, without menu and footer, and its HTML."""
    html = path.read_text(encoding="utf-8")
    markup = re.search(r"<article.*?</article>", html, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split()), markup


def test_a_site_tells_trends_only_where_that_is_wanted(trending, open_app):
    assert not (open_app(trending).publish().folder / "trends").exists()
    built = open_app(trending, WANTED).publish(strict=True)
    assert built.warnings == ()
    words, markup = main_of(built.folder / "trends/index.html")
    assert "▁▁▁▁▁▁██ in 24 of 72 headlines of the last two weeks, in 0 of 216 of the six before" in words
    assert words.index("Rising") < words.index("Customs") < words.index("Falling") < words.index("Wash water")
    assert markup.count("<h1") == 1
    linked = re.findall(r'<a href="https://paper\d\.example/(\d)_\d\?a=\(b\)">', markup)
    assert (linked[:3], linked[-3:]) == (["0"] * 3, ["2"] * 3)


def test_what_feeds_say_is_text_on_the_page_of_trends(trending, open_app):
    folder = open_app(trending, WANTED | {"BYLINE_PUBLISH_SEARCH": "material"}).publish().folder
    _, markup = main_of(folder / "trends/index.html")
    assert "&lt;img src=x" in markup
    assert "<img" not in markup
    assert 'href="javascript' not in markup
    assert "[Paper](javascript:alert(1))" in markup
    found = json.loads((folder / "search/search_index.json").read_text(encoding="utf-8"))["docs"]
    of_page = [entry for entry in found if entry["location"].startswith("trends/")]
    assert of_page != []
    assert not any("<img" in entry["title"] + entry["text"] for entry in of_page)


def test_the_authors_own_page_of_trends_is_its_introduction_and_the_menu_leads_to_it(trending, open_app):
    own = trending / "content/trends.md"
    own.write_text("---\ntitle: Zunahme\n---\n\nSo lese ich das.\n", encoding="utf-8")
    config = trending / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    assert "\n# - Trends: trends.md " in text
    config.write_text(text.replace("\n# - Trends: trends.md ", "\n  - Was zunimmt: trends.md "), encoding="utf-8")
    built = open_app(trending, WANTED).publish(strict=True)
    words, _ = main_of(built.folder / "trends/index.html")
    assert words.index("Zunahme") < words.index("So lese ich das.") < words.index("Rising")
    assert "headlines of my feeds" not in words
    assert 'href="trends/"' in (built.folder / "index.html").read_text(encoding="utf-8")
    assert own.read_text(encoding="utf-8").endswith("So lese ich das.\n")


def test_where_nothing_was_pulled_the_page_of_trends_says_so(site, open_app):
    words, _ = main_of(open_app(site, WANTED).publish(strict=True).folder / "trends/index.html")
    assert "Nothing rises or falls" in words
