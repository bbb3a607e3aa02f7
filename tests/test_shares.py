"""Telling of a post elsewhere: texts in the post's own words, counted as each place counts, posted once."""

import os
import pty
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from channel_servers import Bluesky, LinkedIn, Mastodon, served
from pipeline import post as posts
from pipeline.connect.channels.bluesky import tid
from pipeline.connect.channels.channel import Measure, NotPostedError, UncertainError
from pipeline.connect.channels.linkedin import little
from pipeline.connect.channels.rich import rich
from pipeline.connect.shares import counted, drafts
from pipeline.connect.shares.moulds import hashtag, tagged
from pipeline.errors import BylineError, ConnectError, UsageError
from pipeline.post.syndicated import with_syndication

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
NAME = "2026-11-20-what-cranes-tell"
POST = """---
date: 2026-11-20
title: What the cranes tell
summary: Four cranes, and the one sentence that nobody wrote down.
topics: [port labour, data]
kind: edition
---
I went to see them at night. <!-- a note --> It was quiet.

## [Hallum writes it down](https://news.example/hallum)

> Nobody loses work.

The guarantee is not the news. The committee is.
"""
SECRETS = {
    "BYLINE_MASTODON_TOKEN": "sesame-0123456789",
    "BYLINE_BLUESKY_PASSWORD": "app-pass-word",
    "BYLINE_LINKEDIN_TOKEN": "sesame-0123456789",
}
ROWS = [
    (group, *row)
    for group, rows in yaml.safe_load((ROOT / "tests/counted.yml").read_text(encoding="utf-8")).items()
    for row in rows
]


# -- counting


def test_there_are_a_hundred_hard_texts():
    assert len(ROWS) >= 100
    assert len({row[1] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("place", "count"), [
    (0, counted.at_linkedin), (1, counted.in_mastodon), (2, counted.graphemes),
    (3, counted.utf8), (4, counted.in_threads), (5, counted.in_x),
])  # fmt: skip
def test_each_place_counts_by_its_published_rule(place, count):
    wrong = [(text, numbers[place], count(text)) for _, text, *numbers in ROWS if count(text) != numbers[place]]
    assert wrong == []


def test_an_address_counts_what_the_server_of_mastodon_says():
    assert counted.in_mastodon("a https://example.com/long/enough", 10) == 12


@pytest.mark.parametrize(
    "text",
    [
        "http://" + "a." * 20_000,
        "http://a.com/" + "(" * 20_000,
        "a-" * 20_000,
        "@a" * 20_000,
        "\U0001f469\u200d" * 9000,
    ],
)
def test_no_text_keeps_a_counter_busy(text):
    began = time.process_time()
    for count in (counted.in_x, counted.in_mastodon, counted.in_threads, counted.graphemes, rich):
        count(text)
    assert time.process_time() - began < 5


def test_what_is_seen_first_ends_between_characters():
    assert counted.first("ab\U0001f469\u200d\U0001f4bbc", 4) == "ab"
    assert counted.first("abc", 210) == "abc"


def test_how_far_a_text_is_over_is_told():
    assert (Measure(used=283, most=280).over, Measure(used=280, most=280).over) == (3, 0)


# -- words


def test_bluesky_gets_short_links_and_facets_that_count_bytes():
    text = "Grüße 🙂 https://www.example.com/a/very/long/path/indeed?utm_source=x, #Häfen (https://b.example/x)."
    shown, facets = rich(text)
    data = shown.encode()
    parts = [(data[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode(), f["features"][0]) for f in facets]
    assert [said for said, _ in parts] == ["example.com/a/very/long/path/…", "#Häfen", "b.example/x"]
    assert parts[0][1]["uri"] == "https://www.example.com/a/very/long/path/indeed?utm_source=x"
    assert (parts[1][1]["tag"], parts[2][1]["uri"]) == ("Häfen", "https://b.example/x")
    assert shown.startswith("Grüße 🙂 ")
    assert shown.endswith(" (b.example/x).")


def test_marks_of_linkedins_format_are_shown_as_they_are():
    said = little("a_b (c) #Ports https://example.com/a_b @x *y* 1#2")
    assert said == r"a\_b \(c\) {hashtag|\#|Ports} https://example.com/a_b \@x \*y\* 1\#2"


def test_only_links_to_the_own_site_say_where_somebody_came_from():
    site = "https://ana-ruiz.example/"
    own = tagged("https://ana-ruiz.example/posts/a/#b", site, "x", "a")
    assert own == "https://ana-ruiz.example/posts/a/?utm_source=x&utm_medium=social&utm_campaign=a#b"
    for url in ("https://ana-ruiz.example.evil/", "https://news.example/a", "http://ana-ruiz.example/a"):
        assert tagged(url, site, "x", "a") == url


@pytest.mark.parametrize(
    ("topic", "tag"), [("port labour", "#PortLabour"), ("data", "#data"), ("e-mail", "#EMail"), ("2026", ""), ("!", "")]
)
def test_a_topic_becomes_a_tag(topic, tag):
    assert hashtag(topic) == tag


def test_a_key_of_bluesky_is_made_of_the_post_and_is_one():
    day = datetime(2026, 11, 20, tzinfo=UTC)
    keys = {tid(name, day) for name in ("a", "b", "c")}
    assert len(keys) == 3
    assert tid("a", day) == tid("a", day)
    assert all(len(key) == 13 and key[0] in "234567abcdefghij" for key in keys)
    assert max(keys) < tid("a", day + timedelta(days=2))


# -- a site


@pytest.fixture
def shared(site, open_app):
    (site / "content/posts" / f"{NAME}.md").write_text(POST, encoding="utf-8")
    return Desk(site, open_app)


class Desk:
    def __init__(self, site, open_app):
        self.site, self._open = site, open_app
        self.path = site / "content/posts" / f"{NAME}.md"

    def app(self, now=NOW, environment=SECRETS, **settings):
        file = self.site / "byline.yml"
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        for channel, said in settings.items():
            data["connect"].setdefault("shares", {})[channel] = said
        file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return self._open(self.site, environment, now)

    def at(self, server, **environment):
        kind = type(server).__name__.lower()
        more = {"mastodon": {}, "bluesky": {"handle": "ana.bsky.example"}, "linkedin": {"author": "urn:li:person:A1"}}
        return kind, self.app(**environment, **{kind: {"server": server.url, **more[kind]}})

    def picture(self, data=b"\x89PNG-card"):
        card = self.site / "site/assets/cards" / f"{NAME}.png"
        card.parent.mkdir(parents=True)
        card.write_bytes(data)


def posting(app, name, text="Quiet cranes. https://ana-ruiz.example/posts/x/"):
    [channel] = app.shares.channels((name,))
    return app.shares.post(app.shares.find(NAME), channel, text)


def test_each_channel_has_a_text_of_its_own_in_words_of_the_post(shared):
    app = shared.app()
    file, found = app.shares.draft(shared.path, app.shares.channels())
    assert file == shared.site / "shares" / f"{NAME}.md"
    texts = {each.channel: each.text for each in found}
    assert list(texts) == ["linkedin", "mastodon", "bluesky", "threads", "x"]
    assert len(set(texts.values())) == 5
    ours = POST + " ".join((hashtag("port labour"), hashtag("data")))
    for name, text in texts.items():
        assert f"utm_source={name}" in text
        said = [line for line in text.split("\n") if line and not line.startswith(("https://", "#"))]
        assert said
        assert [line for line in said if line not in ours.replace(" <!-- a note -->", "")] == []
    assert "The guarantee is not the news." in texts["bluesky"]
    assert "Nobody loses work" not in "".join(texts.values())


def test_what_the_author_changed_stays_until_they_want_it_anew(shared):
    app = shared.app()
    channels = app.shares.channels(("x", "threads"))
    file, _ = app.shares.draft(shared.path, channels[:1])
    mine = "---\nlink: there\n---\n\nA note.\n\n## x\n\nMy own words\n\n# and more\n"
    file.write_bytes(mine.replace("\n", "\r\n").encode())
    app.shares.draft(shared.path, channels)
    after = file.read_bytes().decode()
    assert after.startswith(mine.rstrip().replace("\n", "\r\n"))
    texts = drafts.read(file).texts
    assert (texts["x"], texts["threads"][:22]) == ("My own words\n\n# and more", "I went to see them at ")
    app.shares.draft(shared.path, channels[:1], anew=True)
    fresh = drafts.read(file).texts
    assert (fresh["x"].split("\n")[0], fresh["threads"]) == ("What the cranes tell", texts["threads"])
    assert "A note.\r\n" in file.read_bytes().decode()


def test_two_texts_for_one_channel_are_told():
    with pytest.raises(UsageError, match="two texts for x"):
        drafts.texts_in("## x\n\na\n\n## x\n\nb\n", Path("a.md"))


def test_the_authors_templates_come_first_and_a_broken_one_is_told_with_its_line(shared):
    own = shared.site / "overrides/shares"
    (own / "x.txt").write_text("Mine: {{ title }}\n", encoding="utf-8")
    app = shared.app()
    _, [found] = app.shares.draft(shared.path, app.shares.channels(("x",)))
    assert found.text == "Mine: What the cranes tell"
    (own / "threads.txt").write_text("\n{{ nothing }}\n", encoding="utf-8")
    with pytest.raises(ConnectError, match=r"threads\.txt:2: .*'nothing' is undefined"):
        app.shares.draft(shared.path, app.shares.channels(("threads",)))


def test_what_is_too_long_is_told_by_how_much_and_not_cut(shared, byline):
    byline("share", NAME, "--channel", "x", at=shared.site)
    file = shared.site / "shares" / f"{NAME}.md"
    file.write_text(f"## x\n\n{'a' * 283}\n", encoding="utf-8")
    code, out, _ = byline("share", NAME, "--channel", "x", "--check", at=shared.site)
    assert (code, "283 of 280 characters; 3 characters too many" in out) == (1, True)
    assert "a" * 283 in file.read_text(encoding="utf-8")


def test_a_post_that_is_not_out_is_not_told_of(shared):
    shared.path.write_text(POST.replace("kind: edition", "draft: true"), encoding="utf-8")
    with pytest.raises(UsageError, match="not out yet"):
        shared.app().shares.find(NAME)


def test_no_text_is_on_the_site(shared, byline):
    byline("share", NAME, at=shared.site)
    assert byline("publish", at=shared.site)[0] == 0
    assert [
        path for path in (shared.site / "site").rglob("*") if "shares" in path.name or "utm_source" in path.name
    ] == []


# -- posting


def test_mastodon_gets_text_card_and_its_words_and_the_post_its_address(shared):
    shared.picture()
    with served(Mastodon()) as there:
        there.looks = 2
        name, app = shared.at(there)
        url = posting(app, name)
        [status] = there.posts.values()
    assert (status["visibility"], status["media_ids"], status["language"]) == ("public", ["1"], "en")
    assert there.media["1"] == (b"\x89PNG-card", f"{app.shares._facts(posts.read(shared.path)).alt}", "image/png")
    assert posts.read(shared.path).syndication == (url,)
    assert shared.path.read_text(encoding="utf-8").endswith(POST.partition("kind: edition\n")[2].partition("---\n")[2])


def test_the_server_says_how_long_a_text_may_be(shared):
    with served(Mastodon()) as there:
        there.most = 60
        there.per_url = 30
        name, app = shared.at(there)
        [channel] = app.shares.channels((name,))
        assert channel.measures("a https://example.com") == (Measure(used=32, most=60),)
        with pytest.raises(UsageError, match="too long for mastodon, by 1 characters"):
            posting(app, name, "a" * 61)
        assert there.posts == {}


def test_bluesky_gets_facets_and_a_card_that_leads_to_the_post(shared):
    shared.picture()
    with served(Bluesky()) as there:
        name, app = shared.at(there)
        url = posting(app, name)
        [[key, asked]] = there.posts.items()
    record = asked["record"]
    assert url == f"https://bsky.app/profile/ana.bsky.example/post/{key}"
    assert record["text"] == "Quiet cranes. ana-ruiz.example/posts/x"
    assert record["facets"][0]["index"] == {"byteStart": 14, "byteEnd": 38}
    external = record["embed"]["external"]
    assert (external["title"], external["thumb"]["size"]) == ("What the cranes tell", 9)
    assert external["uri"] == f"https://example.org/posts/{NAME}/" or NAME in external["uri"]
    assert (record["createdAt"], record["langs"]) == ("2026-11-23T07:30:00.000Z", ["en"])


def test_a_card_of_more_than_a_megabyte_stays_away_from_bluesky(shared):
    shared.picture(b"x" * 1_000_001)
    with served(Bluesky()) as there:
        name, app = shared.at(there)
        posting(app, name)
        assert there.media == {}
        assert len(there.posts) == 1


def test_linkedin_gets_an_article_with_its_picture(shared):
    shared.picture()
    with served(LinkedIn()) as there:
        name, app = shared.at(there)
        url = posting(app, name, "Quiet (cranes) #Ports")
        [[urn, asked]] = there.posts.items()
    assert url == f"https://www.linkedin.com/feed/update/{urn}/"
    assert asked["commentary"] == r"Quiet \(cranes\) {hashtag|\#|Ports}"
    assert asked["content"]["article"]["thumbnail"] == "urn:li:image:C1"
    assert there.media["urn:li:image:C1"] == b"\x89PNG-card"


def test_a_token_goes_to_nobody_else(shared):
    shared.picture()
    with served(LinkedIn()) as there, served(LinkedIn()) as other:
        there.upload_to = f"{other.url}/up"
        name, app = shared.at(there)
        with pytest.raises(NotPostedError):
            posting(app, name)
        assert (other.asked, there.posts) == ([], {})


def test_a_token_follows_no_redirect(shared):
    shared.picture()
    with served(Mastodon()) as there, served(Mastodon()) as other:
        there.looks = 2
        usual = there.answer

        def leading_away(request, body):
            if request.path.startswith("/api/v1/media/"):
                return 302, {}, {"Location": f"{other.url}{request.path}"}
            return usual(request, body)

        there.answer = leading_away
        name, app = shared.at(there)
        with pytest.raises(NotPostedError, match="picture"):
            posting(app, name)
        assert (other.asked, there.posts) == ([], {})


@pytest.mark.parametrize("kind", [Mastodon, Bluesky, LinkedIn])
def test_what_is_posted_is_posted_once(shared, kind):
    with served(kind()) as there:
        name, app = shared.at(there)
        url = posting(app, name)
        with pytest.raises(UsageError, match="already"):
            posting(app, name)
        assert len(there.posts) == 1
        assert posts.read(shared.path).syndication == (url,)


@pytest.mark.parametrize("kind", [Mastodon, Bluesky, LinkedIn])
def test_a_no_posts_nothing_and_may_be_tried_again(shared, kind):
    with served(kind()) as there:
        there.plan = [(403, {"error": "Nope", "message": "Nope"})]
        name, app = shared.at(there)
        with pytest.raises(NotPostedError, match=r"403 \(Nope\); nothing was posted"):
            posting(app, name)
        posting(app, name)
        assert len(there.posts) == 1


@pytest.mark.parametrize("kind", [Mastodon, Bluesky])
@pytest.mark.parametrize("cut", ["cut", "take", (503, {})])
def test_what_was_cut_off_is_posted_once_by_trying_again(shared, kind, cut):
    with served(kind()) as there:
        there.plan = [cut]
        name, app = shared.at(there)
        with pytest.raises(UncertainError):
            posting(app, name)
        later = shared.app(now=NOW + timedelta(minutes=5))
        url = posting(later, name)
        assert len(there.posts) == 1
        assert posts.read(shared.path).syndication == (url,)
        if kind is Bluesky:
            assert next(iter(there.posts.values()))["record"]["createdAt"].startswith("2026-11-23T07:30")


def test_mastodon_forgets_keys_so_after_an_hour_the_author_looks(shared):
    with served(Mastodon()) as there:
        there.plan = ["take"]
        name, app = shared.at(there)
        with pytest.raises(UncertainError):
            posting(app, name)
        for at in (
            NOW + timedelta(hours=2),
            NOW - timedelta(days=1),
        ):  # or a clock was ahead, nobody knows how long ago
            with pytest.raises(UsageError, match="look whether it is there"):
                posting(shared.app(now=at), name)
        assert len(there.posts) == 1


def test_linkedin_knows_no_post_again_so_the_author_looks_and_says(shared, byline):
    with served(LinkedIn()) as there:
        there.plan = ["take"]
        name, app = shared.at(there)
        with pytest.raises(UncertainError):
            posting(app, name)
        with pytest.raises(UsageError, match="--posted ADDRESS, or with --forget"):
            posting(app, name)
        assert byline("share", NAME, "--channel", name, "--forget", at=shared.site)[0] == 0
        posting(app, name)
        assert len(there.posts) == 2


def test_where_nobody_answers_nothing_was_posted_and_it_may_be_tried_again(shared):
    with served(LinkedIn()) as there:
        name, app = shared.at(there)
    with pytest.raises(NotPostedError, match="refuses the connection; nothing was posted"):
        posting(app, name)
    with served(LinkedIn()) as again:
        name, app = shared.at(again)
        posting(app, name)
        assert len(again.posts) == 1


def test_a_wrong_password_posts_nothing_and_is_not_printed(shared):
    with served(Bluesky()) as there:
        name, app = shared.at(there, environment={"BYLINE_BLUESKY_PASSWORD": "wrong-pass"})
        with pytest.raises(NotPostedError, match="Invalid identifier or password") as told:
            posting(app, name)
        assert "wrong-pass" not in str(told.value)


@pytest.mark.parametrize(("name", "missing"), [
    ("mastodon", "connect.shares.mastodon.server"), ("bluesky", "connect.shares.bluesky.handle"),
    ("linkedin", "BYLINE_LINKEDIN_TOKEN"), ("x", "copy the text there"),
])  # fmt: skip
def test_what_is_missing_is_told(shared, name, missing):
    with pytest.raises(UsageError, match=missing):
        posting(shared.app(environment={}), name)


def test_what_was_posted_by_hand_is_noted(shared, byline):
    code, _, _ = byline("share", NAME, "--channel", "x", "--posted", "https://x.com/ana/status/1", at=shared.site)
    assert (code, posts.read(shared.path).syndication) == (0, ("https://x.com/ana/status/1",))
    assert byline("share", NAME, "--posted", "https://x.com/ana/status/1", at=shared.site)[0] == 2


# -- a yes in a terminal


def test_without_a_terminal_nothing_leaves(shared, byline):
    with served(Mastodon()) as there:
        shared.at(there)
        code, _, err = byline("share", NAME, "--channel", "mastodon", "--post", at=shared.site)
        assert (code, "call it in a terminal" in err, there.posts) == (2, True, {})


def in_a_terminal(site, answer, *words):
    """Run a command in a terminal of its own, and give what it said; ``answer`` is typed when it asks."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pipeline", "-C", str(site), "--now", "2026-11-23T07:30Z", *words]
    environment = {**os.environ, **SECRETS, "PYTHONPATH": str(ROOT), "BYLINE_DEBUG": "1"}
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, cwd=site
    )
    os.close(theirs)
    os.write(ours, answer)
    return process, ours


@pytest.mark.parametrize(("answer", "many"), [(b"y\n", 1), (b"n\n", 0), (b"\n", 0)])
def test_a_text_leaves_after_a_yes_and_only_then(shared, byline, answer, many):
    with served(Mastodon()) as there:
        shared.at(there)
        byline("share", NAME, "--channel", "mastodon", at=shared.site)
        process, terminal = in_a_terminal(shared.site, answer, "share", NAME, "--channel", "mastodon", "--post")
        out, _ = process.communicate(timeout=60)
        os.close(terminal)
        assert (len(there.posts), process.returncode) == (many, 0), out
        assert len(posts.read(shared.path).syndication) == many


def test_killed_between_request_and_note_it_is_there_once_and_noted_in_the_end(shared, byline):
    with served(Mastodon()) as there:
        shared.at(there)
        byline("share", NAME, "--channel", "mastodon", at=shared.site)
        held = there.planned

        def kill(take):
            answer = held(take)
            process.send_signal(signal.SIGKILL)
            process.wait()
            return answer

        there.planned = kill
        process, terminal = in_a_terminal(shared.site, b"y\n", "share", NAME, "--channel", "mastodon", "--post")
        process.wait(timeout=60)
        process.stdout.close()
        os.close(terminal)
        assert (len(there.posts), posts.read(shared.path).syndication) == (1, ())
        there.planned = held
        process, terminal = in_a_terminal(shared.site, b"y\n", "share", NAME, "--channel", "mastodon", "--post")
        out, _ = process.communicate(timeout=60)
        os.close(terminal)
        assert (len(there.posts), process.returncode) == (1, 0), out
        assert posts.read(shared.path).syndication == tuple(there.posts)


def test_what_a_run_was_cut_off_from_noting_is_noted_by_the_next(shared):
    with served(Bluesky()) as there:
        name, app = shared.at(there)
        url = posting(app, name)
        shared.path.write_text(POST, encoding="utf-8")
        assert app.shares.note_all(shared.path) == (url,)
        assert posts.read(shared.path).syndication == (url,)


# -- the post's file


@pytest.mark.parametrize(
    "said",
    [
        "",
        "syndication:\n",
        "syndication: https://a.example/1 # there\n",
        "syndication: [https://a.example/1]\n",
        "syndication:\n  - https://a.example/1 # kept\n",
    ],
)
def test_an_address_is_noted_and_all_else_stays(said):
    text = f"---\ndate: 2026-11-20\ntitle: 'A: b' # mine\n{said}topics: [a]\n---\nBody\n---\nsyndication: no\n"
    post = posts.parse(with_syndication(text, "https://b.example/2"))
    assert post.syndication[-1] == "https://b.example/2"
    assert (post.syndication[0] == "https://a.example/1") == ("a.example" in said)
    assert post.body == "Body\n---\nsyndication: no\n"
    assert "'A: b' # mine\n" in with_syndication(text, "https://b.example/2")


# -- channels of others


def test_a_channel_of_somebody_elses_is_an_entry_point(shared, tmp_path, monkeypatch):
    package = tmp_path / "theirs"
    (package / "other_channel-1.dist-info").mkdir(parents=True)
    (package / "other_channel-1.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: other-channel\nVersion: 1\n"
    )
    (package / "other_channel-1.dist-info/entry_points.txt").write_text(
        "[byline.channels]\nwall = other_channel:Wall\n"
    )
    (package / "other_channel.py").write_text(
        "from pipeline.connect.channels.channel import Measure\n"
        "class Wall:\n"
        "    name, seen, repeats = 'wall', 0, None\n"
        "    def __init__(self, ground): self.site = ground.settings.site.site_url\n"
        "    def measures(self, text): return (Measure(used=len(text), most=10_000),)\n"
        "    def hindrance(self): return ''\n"
        "    def post(self, outgoing): return 'https://wall.example/' + outgoing.name\n"
    )
    monkeypatch.syspath_prepend(str(package))
    app = shared.app()
    assert posting(app, "wall") == f"https://wall.example/{NAME}"
    with pytest.raises(UsageError, match=r"there is no channel fax; there are linkedin, mastodon, .*wall"):
        app.shares.channels(("fax",))


def test_a_channel_that_does_not_load_is_told(shared, tmp_path, monkeypatch):
    package = tmp_path / "theirs"
    (package / "odd_channel-1.dist-info").mkdir(parents=True)
    (package / "odd_channel-1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: odd-channel\nVersion: 1\n")
    (package / "odd_channel-1.dist-info/entry_points.txt").write_text("[byline.channels]\nodd = nowhere_at_all:Odd\n")
    monkeypatch.syspath_prepend(str(package))
    with pytest.raises(BylineError, match=r"channel odd .* does not work"):
        shared.app().shares.channels(("odd",))
