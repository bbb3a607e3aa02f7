"""What comes back: webmentions that prove true, imports, mentions in feeds, and only what the author shows is seen."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from starlette.testclient import TestClient

from pipeline.app.mentioned import Mentioned, fetched
from pipeline.connect.heard.imported import imported
from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_url
from pipeline.model import Echo, EchoKind
from pipeline.page.mention import links_to, said_of
from pipeline.serve import answering, limits
from pipeline.serve.errands import Errands
from pipeline.store import echoes as kept
from pipeline.store import shares
from pipeline.web import Unreachable, Web

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
SITE = "https://ana-ruiz.example/"
NAME = "2026-11-20-what-cranes-tell"
TARGET = f"{SITE}posts/{NAME}/"
POST = "---\ndate: 2026-11-20\ntitle: What the cranes tell\ntopics: [Labour]\n---\nWords.\n"
REPLY = """<html><body><div class="h-entry"><a class="p-author h-card" href="/"><img alt=""><span class="p-name">Bea
Kim</span></a><a class="u-in-reply-to" href="{target}">in reply to</a><div class="e-content"><p>The committee is what I
would <b>watch</b>, too.</p><script>alert(1)</script></div>
<time class="dt-published" datetime="2026-11-22T08:00:00+01:00">
</time></div></body></html>"""


class Door:
    """The service of a site whose webmentions may be on loopback, as others are not."""

    def __init__(self, app):
        self.app, self.now, self.notes = app, NOW, []
        self.errands = Errands(self.notes.append)
        self.service = app.service()
        self.service.__dict__["mentioned"] = Mentioned(app.settings, app.store, loopback)
        self.pages = TestClient(answering(self.service, lambda: self.now, self.errands), follow_redirects=False)

    def tell(self, source, target=TARGET, **more):
        answer = self.pages.post("/webmention", data={"source": source, "target": target, **more})
        self.errands.wait()
        return answer

    def kept(self, **which):
        return self.app.heard.every(**which)


def loopback(url):
    async def ask():
        async with Web(user_agent="test", timeout_seconds=5, max_bytes=2**20) as web:
            return await web.get(url, allow_private=True)

    return asyncio.run(ask())


@pytest.fixture
def place(site):
    """A site with a post, and a service for it."""
    file = site / "byline.yml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["publish"]["subscribe"] = {"url": "https://letter.ana-ruiz.example/subscribe"}
    data["select"]["topics"] = {"labour": {"phrases": ["dockers"]}}
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    mkdocs = site / "mkdocs.yml"
    text = mkdocs.read_text(encoding="utf-8")
    lines = [f"site_url: {SITE}" if line.startswith("site_url:") else line for line in text.split("\n")]
    mkdocs.write_text("\n".join(lines), encoding="utf-8")
    (site / "content/posts" / f"{NAME}.md").write_text(POST, encoding="utf-8")
    return site


@pytest.fixture
def door(place, open_app):
    opened = Door(open_app(place))
    yield opened
    opened.errands.close()


def echo(**more):
    told = {"kind": EchoKind.REPLY, "author": "Bea Kim", "said": "Well said.", "source": "https://bea.example/1"}
    told = {**told, "about": TARGET, "at": NOW, "id": 0, **more}
    told |= {name: plain_text(told[name]) for name in ("author", "said")}
    return Echo(**{**told, "source": safe_url(told["source"]) if told["source"] else None})


# -- received


def test_a_reply_is_taken_at_once_and_kept_with_who_said_what(door, web):
    source = web.serve("/reply", REPLY.format(target=TARGET), content_type="text/html; charset=utf-8")
    assert door.tell(source).status_code == 202
    [found] = door.kept()
    said = "The committee is what I would watch, too."
    assert (found.kind, found.author, found.said) == (EchoKind.REPLY, "Bea Kim", said)
    assert (found.source, found.about, found.is_shown) == (source, TARGET, False)
    assert found.at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def test_told_twice_it_is_once(door, web):
    source = web.serve("/reply", REPLY.format(target=TARGET), content_type="text/html")
    door.tell(source)
    door.tell(source, f"{TARGET}#part")
    assert len(door.kept()) == 1


def test_what_does_not_link_is_not_kept(door, web):
    body = f"<p>{TARGET}</p><!-- <a href='{TARGET}'>x</a> --><script>'<a href={TARGET}>'</script>"
    assert door.tell(web.serve("/no", body, content_type="text/html")).status_code == 202
    assert door.kept() == []


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", ""])
def test_what_is_no_text_is_not_kept(door, web, kind):
    door.tell(web.serve("/no", f"<a href='{TARGET}'>", content_type=kind))
    assert door.kept() == []


def test_plain_text_that_names_the_page_is_kept(door, web):
    door.tell(web.serve("/text", f"See {TARGET} for more", content_type="text/plain"))
    assert [found.author for found in door.kept()] == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("status", "body", "left"), [(410, "", 0), (200, "<p>changed</p>", 0), (404, "", 1), (503, "", 1)]
)
def test_what_is_gone_is_taken_away_and_what_is_only_silent_stays(door, web, status, body, left):
    source = web.serve("/reply", REPLY.format(target=TARGET), content_type="text/html")
    door.tell(source)
    web.serve("/reply", body, status=status, content_type="text/html")
    door.tell(source)
    assert len(door.kept()) == left


@pytest.mark.parametrize(
    ("status", "body", "became", "shown"),
    [
        (200, REPLY, "there", [True]),
        (200, REPLY.replace("committee", "choir"), "changed", [False]),
        (404, "", "missing", [False]),
        (410, "", "gone", []),
        (200, "<p>nothing</p>", "gone", []),
        (503, "", "silent", [True]),
    ],
)
def test_sources_are_looked_at_again_now_and_then(door, web, status, body, became, shown):
    source = web.serve("/reply", REPLY.format(target=TARGET), content_type="text/html")
    door.tell(source)
    [found] = door.kept()
    door.app.heard.show(found.id)
    web.serve("/reply", body.format(target=TARGET), status=status, content_type="text/html")
    mentioned = door.service.mentioned
    assert mentioned.again(7, NOW + timedelta(days=6)) == ()
    [(echo, what)] = mentioned.again(7, NOW + timedelta(days=8))
    assert (echo.id, what) == (found.id, became)
    assert [each.is_shown for each in door.kept()] == shown
    assert mentioned.again(7, NOW + timedelta(days=9)) == ()  # it was just looked at


def test_what_was_imported_is_not_taken_for_a_page_that_links(place, open_app, tmp_path, byline):
    told = [{"author": "Bea", "said": "Yes.", "source": "https://bea.example/9", "about": TARGET}]
    (tmp_path / "m.json").write_text(json.dumps(told), encoding="utf-8")
    app = open_app(place)
    app.heard.take(tmp_path / "m.json")
    assert app.mentioned.again(0, NOW + timedelta(days=99)) == ()
    assert "0 pages looked at." in byline("heard", "again", at=place)[1]


def test_what_was_shown_and_says_something_else_now_is_looked_at_again(door, web):
    source = web.serve("/reply", REPLY.format(target=TARGET), content_type="text/html")
    door.tell(source)
    [first] = door.kept()
    door.app.heard.show(first.id)
    door.tell(source)
    assert door.kept()[0].is_shown
    web.serve("/reply", REPLY.format(target=TARGET).replace("committee", "casino"), content_type="text/html")
    door.tell(source)
    [found] = door.kept()
    assert (found.id, found.is_shown, "casino" in found.said) == (first.id, False, True)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("ftp://bea.example/1", TARGET),
        ("javascript:alert(1)", TARGET),
        ("", TARGET),
        (TARGET, TARGET),
        (f"{TARGET}#a", TARGET),
        ("https://bea.example/1", "https://other.example/"),
        ("https://bea.example/1", "https://ana-ruiz.example.evil/"),
        ("https://bea.example/1", f"{SITE}posts/nothing-of-that-name/"),
        ("https://bea.example/1", f"{SITE}drafts/secret/"),
        ("https://bea.example/1", f"{SITE}../byline/"),
        ("https://bea.example/1", f"{SITE}..%2f..%2fbyline/"),
        ("https://bea.example/1", f"{SITE}.git/"),
        ("https://bea.example/1", f"{SITE}%00/"),
        ("https://bea.example/" + "a" * 3000, TARGET),
    ],
)
def test_what_is_no_webmention_is_refused_and_nobody_is_asked(door, source, target):
    def never(url):
        raise AssertionError(url)

    door.service.__dict__["mentioned"] = Mentioned(door.app.settings, door.app.store, never)
    assert door.tell(source, target).status_code == 400
    assert (door.kept(), door.notes) == ([], [])


@pytest.mark.parametrize(
    "target", [SITE, SITE.rstrip("/"), f"{TARGET}index.html", TARGET.replace("https", "http"), f"{SITE}about/"]
)
def test_pages_of_the_site_are_targets(door, place, target):
    (place / "content/about.md").write_text("# About\n", encoding="utf-8")
    assert door.service.mentioned.fault("https://bea.example/1", target, NOW) == ""


def test_a_post_that_is_not_out_is_no_target(door, place):
    (place / "content/posts/2026-12-24-later.md").write_text(POST.replace("2026-11-20", "2026-12-24"), encoding="utf-8")
    assert door.tell("https://bea.example/1", f"{SITE}posts/2026-12-24-later/").status_code == 400


@pytest.mark.parametrize(
    "body", ["source=https://a.example/", "target=" + TARGET, "source=a&source=b&target=" + TARGET, ""]
)
def test_one_of_each_is_wanted(door, body):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert door.pages.post("/webmention", content=body, headers=kind).status_code == 400


def test_it_is_a_form_and_a_post(door):
    assert door.pages.post("/webmention", json={"source": "a", "target": "b"}).status_code == 415
    assert door.pages.get("/webmention").status_code in {404, 405}


def test_no_private_address_is_asked(door, web):
    source = web.serve("/reply", REPLY.format(target=TARGET), content_type="text/html")
    door.service.__dict__["mentioned"] = Mentioned(door.app.settings, door.app.store)
    for private in (source, "http://169.254.169.254/latest/", "http://[::1]/", "http://localhost/"):
        assert door.tell(private).status_code == 202
        assert isinstance(fetched(private), Unreachable)
    assert (web.requests, door.kept()) == ([], [])


def test_who_tells_too_often_is_told_to_come_later(door):
    door.service.__dict__["mentioned"] = Mentioned(
        door.app.settings, door.app.store, lambda _: Unreachable(cause="is away")
    )
    for _ in range(limits.MENTIONS[0]):
        assert door.tell("https://bea.example/1").status_code == 202
    answer = door.tell("https://bea.example/1")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3600")
    door.now += timedelta(hours=1, seconds=1)
    assert door.tell("https://bea.example/1").status_code == 202


def test_the_answer_does_not_wait_for_the_source(door, web):
    def slow(_request):
        time.sleep(1)
        return 200, {"content-type": "text/html"}, b"<p>no</p>"

    web.pages["/slow"] = slow
    began = time.monotonic()
    assert door.pages.post("/webmention", data={"source": f"{web.url}/slow", "target": TARGET}).status_code == 202
    assert time.monotonic() - began < 0.9
    door.errands.wait()


# -- reading


def test_a_link_is_told_by_its_address_and_not_by_its_beginning():
    base = "https://bea.example/1"
    assert links_to(f"<a href='{TARGET}'>x</a>", base, TARGET)
    assert links_to(f"<base href='{SITE}posts/'><a href='{NAME}/#x'>x</a>", base, TARGET)
    assert not links_to(f"<a href='{TARGET}more/'>x</a>", base, TARGET)
    assert not links_to(f"<a title='{TARGET}'>x</a>", base, TARGET)


def test_of_a_page_without_marks_the_paragraph_with_the_link_is_what_it_says():
    page = f"<p>First.</p><p>As <a href='{TARGET}'>Ana Ruiz</a> says, watch it.</p>"
    said = said_of(page, "https://www.bea.example/1", TARGET)
    assert (said.kind, said.author, said.at) == (EchoKind.WEBMENTION, "bea.example", None)
    assert said.words == "As Ana Ruiz says, watch it."


@pytest.mark.parametrize(
    ("name", "kind"), [("u-like-of", "share"), ("u-repost-of", "share"), ("u-in-reply-to", "reply")]
)
def test_how_it_was_meant_is_told_by_its_class(name, kind):
    page = f"<div class='h-entry'><a class='{name}' href='{TARGET}'>x</a></div>"
    assert said_of(page, "https://bea.example/1", TARGET).kind == kind


def test_what_hides_or_runs_is_no_part_of_what_is_kept():
    evil = "<div class=h-entry><p class=p-author>Bea\u202e\x1b[31m<b>K</b></p>"
    evil += f"<p class=e-content><a href='{TARGET}'>x</a>&lt;script&gt;\x07</p></div>"
    said = said_of(evil, "https://bea.example/1", TARGET)
    assert "\x1b" not in said.author + said.words
    assert "\u202e" not in said.author
    assert "<script>" in said.words


@pytest.mark.parametrize("page", ["<div>" * 50_000, "<b>" * 100_000, "", "<", "<a href=" + "x" * 10**6, "\0" * 1000])
def test_no_page_keeps_it_busy_or_breaks_it(page):
    began = time.process_time()
    links_to(page, "https://bea.example/1", TARGET)
    said_of(page + f"<a href='{TARGET}'>", "https://bea.example/1", TARGET)
    assert time.process_time() - began < 5


# -- imported, and found in feeds


JF2 = {
    "type": "feed",
    "children": [
        {
            "type": "entry",
            "author": {"type": "card", "name": "Mei Tan", "url": "https://mei.example/"},
            "url": "https://mei.example/7",
            "published": "2026-11-21T10:00:00+08:00",
            "wm-received": "2026-11-21T02:05:00Z",
            "wm-source": "https://mei.example/7",
            "wm-target": TARGET,
            "content": {"text": "A sentence of hers."},
            "wm-property": "in-reply-to",
        },
        {"wm-source": "nonsense", "wm-target": TARGET},
        {"wm-source": "https://x.example/", "wm-target": "https://other.example/"},
        "nothing",
        {"author": "=cmd()", "said": "\x1b[2J<b>hi</b>", "about": TARGET, "kind": "reply", "at": "2026-11-20"},
        {"author": "Bo", "said": "x", "about": TARGET, "kind": "odd"},
        {"author": "Bo", "said": "x", "about": TARGET, "at": "yesterday"},
    ],
}


def test_a_file_is_taken_as_far_as_it_can_be_read_and_twice_changes_nothing(door, tmp_path):
    file = tmp_path / "mentions.jf2"
    file.write_text(json.dumps(JF2), encoding="utf-8")
    fresh, known, wrong = door.app.heard.take(file)
    assert (fresh, known, [each.partition(":")[0] for each in wrong]) == (
        2,
        0,
        ["item 2", "item 3", "item 4", "item 6", "item 7"],
    )
    mei, told = door.kept()
    assert (mei.kind, mei.author, mei.said, mei.at) == (
        EchoKind.REPLY,
        "Mei Tan",
        "A sentence of hers.",
        datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
    )
    assert (told.author, told.source, "\x1b" in told.said) == ("=cmd()", None, False)
    assert door.app.heard.take(file)[:2] == (0, 2)


def test_the_older_form_and_a_list_are_read_too():
    links = {
        "links": [
            {
                "source": "https://a.example/",
                "target": TARGET,
                "data": {"author": {"name": "A"}, "content": "x"},
                "activity": {"type": "like"},
            }
        ]
    }
    [[_, found]], wrong = imported(json.dumps(links).encode(), SITE, NOW)
    assert (found.kind, found.author, found.said, wrong) == (EchoKind.SHARE, "A", "x", [])


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\xff", b'"a"', b'{"children": 1}'])
def test_what_is_no_such_file_is_told(data):
    with pytest.raises(UsageError, match="the file is no"):
        imported(data, SITE, NOW)


def test_what_is_received_and_imported_is_once(door, web, tmp_path):
    source = web.serve("/reply", REPLY.format(target=TARGET), content_type="text/html")
    door.tell(source)
    (tmp_path / "a.json").write_text(json.dumps([{"source": source, "target": TARGET, "said": "x"}]), encoding="utf-8")
    assert door.app.heard.take(tmp_path / "a.json")[:2] == (0, 1)


FEED = """<rss version="2.0"><channel><title>Port News</title><link>https://news.example/</link>
<item><title>One</title><link>https://news.example/1</link>
<description>It rains. {name} calls it a bargain. So.</description></item>
<item><title>Two</title><link>https://news.example/2</link>
<description>&lt;a href="{target}"&gt;there&lt;/a&gt;</description></item>
<item><title>Three</title><link>https://news.example/3</link><description>{name}sson is another.</description></item>
<item><title>Own</title><link>{site}posts/x/</link><description>{name} wrote.</description></item>
</channel></rss>"""


def test_feeds_that_name_the_author_or_link_to_them_are_found_once(place, open_app, web):
    app = open_app(place)
    name = app.settings.site.author
    url = web.serve("/feed", FEED.format(name=name, target=TARGET, site=SITE), content_type="application/rss+xml")
    file = place / "byline.yml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["pull"]["feeds"] = [{"url": url, "allow_private": True}]
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    app = open_app(place)
    app.feeds.pull(lambda _: None)
    found = {each.source: each for each in app.heard.look(8)}
    assert set(found) == {"https://news.example/1", "https://news.example/2"}
    assert found["https://news.example/1"].said == f"{name} calls it a bargain."
    assert found["https://news.example/2"].about == TARGET
    assert app.heard.look(8) == ()


# -- shown


def keep(app, *echoes):
    with app.store.writing() as connection:
        return [kept.keep(connection, f"key {number}", each) for number, each in enumerate(echoes)]


def test_only_what_the_author_shows_is_on_the_site_and_goes_again(place, open_app, byline):
    app = open_app(place)
    first, _ = keep(app, echo(said="Well said <b>."), echo(author="Canary Jones", said="hidden canary"))
    app.publish()
    page = place / "site/voices/index.html"
    assert not page.exists()
    app.heard.show(first)
    app.publish()
    text = page.read_text(encoding="utf-8")
    assert "Well said &lt;b&gt;." in text
    assert 'href="https://bea.example/1"' in text
    assert "Canary" not in "".join(path.read_text("utf-8", "replace") for path in place.glob("site/**/*.html"))
    assert byline("heard", "hide", first, at=place)[0] == 0
    app.publish()
    assert not page.exists()


@pytest.mark.parametrize(("more", "why"), [({"source": None}, "look it up"), ({"said": ""}, "says nothing")])
def test_what_has_no_source_or_no_words_is_not_shown(place, open_app, more, why):
    app = open_app(place)
    [number] = keep(app, echo(**more))
    with pytest.raises(UsageError, match=why):
        app.heard.show(number)
    with pytest.raises(UsageError, match="nothing with the number 99"):
        app.heard.show(99)


def test_what_readers_answered_to_lifts_a_story_a_little_and_says_so(place, open_app, web):
    item = "<item><title>Dockers vote</title><link>https://news.example/1</link></item>"
    feed = f"<rss version='2.0'><channel><title>N</title>{item}</channel></rss>"
    url = web.serve("/feed", feed, content_type="application/rss+xml")
    file = place / "byline.yml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["pull"]["feeds"] = [{"url": url, "allow_private": True}]
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    app = open_app(place)
    app.feeds.pull(lambda _: None)

    def answered():
        [item] = app.stories.select()
        return [(reason.points, reason.because) for reason in item.reasons if reason.name == "answered"]

    numbers = keep(app, *(echo(author=f"Reader {n}", source=f"https://r{n}.example/") for n in range(9)))
    assert answered() == []
    app.heard.show(numbers[0])
    assert answered() == [(0.1, "a reader of yours answered to what you wrote about labour")]
    for number in numbers:
        app.heard.show(number)
    assert answered() == [(0.5, "9 of your readers answered to what you wrote about labour")]


# -- the store


def test_each_store_keeps_an_echo_once_and_a_claim_for_one(store):
    with store.writing() as connection:
        first = kept.keep(connection, "a", echo())
        assert (first > 0, kept.keep(connection, "a", echo())) == (True, 0)
        assert kept.put(connection, "a", echo(said="Other words."), NOW) == first
        assert kept.show(connection, first, ["Labour"], shown=True)
        assert kept.answered(connection, NOW - timedelta(days=1)) == {"labour": 1}
        assert [each.said for each in kept.all_echoes(connection, shown=True)] == ["Other words."]
        assert (kept.remove(connection, "a"), kept.remove(connection, "a")) == (True, False)
        assert shares.claim(connection, "post", "x", "mark", NOW)
        assert not shares.claim(connection, "post", "x", "mark", NOW)
        shares.settle(connection, "post", "x", "https://x.com/1")
        assert shares.shares_of(connection, "post")["x"].url == "https://x.com/1"
        shares.release(connection, "post", "x")
        assert shares.shares_of(connection, "post") == {}
