"""The command line: what every command promises, and one walk through the whole week."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from pipeline.cli import COMMANDS, cli
from pipeline.post import PROMPT
from pipeline.settings.explained import explained

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title><link>https://{host}/</link>{items}
</channel></rss>"""
ITEM = """<item><guid>{host}-{number}</guid><title>{title}</title><link>https://{host}/{number}</link>
<pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate><description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"""
CRANES = "Rotterdam will run its 24 yard cranes from one remote desk, the port said on Sunday."
STRIKE = "Pilots at Bergen stopped work for a day over rest hours, their union said."


def commands(group, path=()):
    """Every command of the tree with the words that call it."""
    import click

    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


TREE = dict(commands(cli))


@pytest.fixture
def week(site, web):
    """A site with two feeds that both tell of the cranes, and one that is gone."""
    for host, title in (("one.example", "One"), ("two.example", "Two")):
        items = ITEM.format(host=host, number=1, title="Rotterdam runs 24 yard cranes from a remote desk", text=CRANES)
        items += ITEM.format(
            host=host, number=2, title=f"{title}: other news", text=STRIKE if title == "One" else "Rain."
        )
        web.serve(f"/{title}.xml", FEED.format(title=title, host=host, items=items), ETag=f'"{title}"')
    values = yaml.safe_load((site / "byline.yml").read_text(encoding="utf-8"))
    values["pull"]["feeds"] = [
        {"url": f"{web.url}/{name}.xml", "title": name, "allow_private": True} for name in ("One", "Two", "Gone")
    ]
    values["select"]["topics"] = {"automation": {"phrases": ["remote desk"]}}
    values["connect"] = {"organisations": ["Rotterdam"], "people": []}
    (site / "byline.yml").write_text(explained(values), encoding="utf-8")
    return site


# -- what every command promises


@pytest.mark.parametrize("words", TREE, ids=" ".join)
def test_help_says_what_it_does_with_an_example_and_explains_each_option(words, byline):
    code, out, _ = byline(*words, "--help")
    assert code == 0
    assert "Example" in out
    for parameter in TREE[words].params:
        if parameter.param_type_name == "option":
            assert parameter.help, parameter.name


@pytest.mark.parametrize(
    "words",
    [
        words
        for words, command in TREE.items()
        if not hasattr(command, "commands")
        and words[-1] not in {"export", "demo", "desk", "serve", "worker"}
        and words[0] != "ci"  # these speak to a log
    ],
    ids=" ".join,
)
def test_what_reports_can_report_as_json(words):
    assert any("--json" in parameter.opts for parameter in TREE[words].params)


def test_the_list_of_commands_says_what_each_command_says(byline):
    _, out, _ = byline("--help")
    assert all(about in out for _, about in COMMANDS.values())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nonsense"], "No such command"),
        (["pull", "--nonsense"], "No such option"),
        (["write", "one"], "not a valid integer"),
        (["write", "1", "--publish", "x"], "--publish"),
        (["letter"], "Missing argument"),
        (["letter", "nothing-like-it"], "there is no post"),
        (["feeds", "remove", "https://nobody.example/"], "not in byline.yml"),
        (["feeds", "add", "ftp://example.org"], "https://"),
        (["readers", "add", "nobody"], "no mail address"),
        (["readers", "remove", "nobody@example.org"], "not on the list"),
        (["pull", "https://nobody.example/"], "not in byline.yml"),
        (["write", "99"], "byline select"),
        (["check", "nothing-like-it"], "there is no post"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_told_in_a_sentence_with_exit_code_2(words, told, site, byline):
    code, out, err = byline(*words, at=site)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("word", "told", "kept"), [("pull", "byline feeds add", {"feeds": []}), ("write", "byline pull", {"draft": None})]
)
def test_that_there_is_nothing_to_do_yet_is_told_and_is_no_fault(word, told, kept, site, byline):
    code, out, err = byline(word, at=site)
    assert (code, err) == (0, "")
    assert told in out
    code, out, _ = byline(word, "--json", at=site)
    assert code == 0
    assert kept.items() <= json.loads(out).items()


def test_outside_a_site_the_remedy_is_told(tmp_path, byline):
    code, _, err = byline("status", at=tmp_path)
    assert code == 2
    assert "byline init" in err


def test_every_wrong_setting_is_told_at_once_with_its_line(site, byline):
    (site / "byline.yml").write_text("pull:\n  concurrency: many\nsend:\n  sender: nobody\n  colour: red\n", "utf-8")
    code, _, err = byline("status", at=site)
    assert code == 2
    for place in (
        "byline.yml:2: pull.concurrency",
        "byline.yml:4: send.sender",
        "byline.yml:5: there is no setting",
    ):
        assert place in err


def test_a_wrong_time_is_told(site):
    from pipeline.cli import run

    assert run(["-C", str(site), "--now", "soon", "pull"]) == 2


def test_help_is_fast_because_it_imports_nothing_of_the_work():
    code = (
        "import sys; from pipeline.cli import run; run(['--help']); "
        "heavy = {'sqlalchemy','aiohttp','mkdocs','pydantic','feedparser','rich','yaml','nh3'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, stdout=subprocess.DEVNULL).returncode == 0


def test_a_closed_pipe_is_no_error(site):
    command = f"{sys.executable} -m pipeline -C {site} readers export | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], check=False, capture_output=True, text=True)
    assert done.stderr == ""


# -- init


def test_init_makes_a_site_that_builds_by_byline_and_by_plain_mkdocs(tmp_path, byline):
    code, out, _ = byline("init", tmp_path / "mine", "--name", "Ana Ruiz", "--email", "ana@example.org", "--json")
    assert code == 0
    files = json.loads(out)["files"]
    assert {
        "mkdocs.yml",
        "byline.yml",
        ".gitignore",
        ".github/workflows/publish.yml",
        "content/about.md",
    } <= set(files)
    assert byline("publish", "--strict", at=tmp_path / "mine")[0] == 0
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    plain = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", tmp_path / "plain"],
        check=False,
        cwd=tmp_path / "mine",
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (plain.returncode, plain.stderr) == (0, "")


def test_init_overwrites_nothing(tmp_path, byline):
    (tmp_path / "byline.yml").write_text("mine", encoding="utf-8")
    code, _, err = byline("init", tmp_path)
    assert code == 2
    assert "overwrites nothing" in err
    assert [path.name for path in tmp_path.iterdir()] == ["byline.yml"]
    assert (tmp_path / "byline.yml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("option", "value"), [("--url", "ana"), ("--email", "nobody"), ("--email", "a b@c")])
def test_init_refuses_what_is_no_address(option, value, tmp_path, byline):
    code, _, err = byline("init", tmp_path / "mine", option, value)
    assert code == 2
    assert option in err
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("name", ["O'Neil: the #1", 'Ana "A" Ruiz', "王小明", "R&D <b>", "a, b", "$name ${x}"])
def test_init_takes_any_name(name, tmp_path, byline):
    from pipeline.settings import load

    code, _, err = byline("init", tmp_path / "mine", "--name", name, "--email", "ana@example.org")
    assert code == 0, err
    settings = load(tmp_path / "mine", {})
    assert settings.site.site_name == name
    assert "ana@example.org" in settings.send.sender
    assert byline("check", "why-i-write-this", at=tmp_path / "mine")[0] == 0


# -- the week


def test_the_whole_week_from_feeds_to_letters(week, web, byline, mailbox):
    code, out, err = byline("pull", at=week)
    assert code == 1
    assert "3 feeds: 2 read, 0 unchanged, 1 failed. 4 new entries" in out
    assert "is not there (404)" in out
    assert err == ""
    again = json.loads(byline("pull", "--json", at=week)[1])
    assert (again["unchanged"], again["new"], again["updated"]) == (2, 0, 0)
    assert {path: headers.get("If-None-Match") for path, headers in web.requests[3:]} == {
        "/One.xml": '"One"',
        "/Two.xml": '"Two"',
        "/Gone.xml": None,
    }

    stories = json.loads(byline("select", "--json", at=week)[1])["stories"]
    assert stories[0]["title"] == "Rotterdam runs 24 yard cranes from a remote desk"
    assert stories[0]["publishers"] == ["One", "Two"]
    assert "only One reports it; 1 more prints the same" in byline("select", at=week)[1]

    draft = json.loads(byline("write", stories[0]["id"], "--json", at=week)[1])["draft"]
    code, out, _ = byline("check", at=week)
    assert code == 1
    assert "[no-words]" in out
    assert byline("write", "--publish", draft, at=week)[0] == 1

    text = Path(draft).read_text(encoding="utf-8")
    assert CRANES in text
    mine = "One desk is one point of failure. I would ask for the second, and for whoever is to sit at it at night. "
    mine += "Until that is answered, I would count the cranes, the desks and the people, and write them side by side."
    finished = text.replace(PROMPT, mine, 1).replace("summary: ''", "summary: One desk is too few.")
    Path(draft).write_text(finished, encoding="utf-8")
    code, out, _ = byline("write", "--publish", draft, "--json", at=week)
    assert code == 0
    name = Path(json.loads(out)["post"]).stem

    assert byline("publish", at=week)[0] == 0
    assert (week / f"site/posts/{name}/index.html").is_file()
    files = json.loads(byline("letter", name, "--json", at=week)[1])["files"]
    assert [file.rsplit(".", 1)[1] for file in files] == ["html", "txt", "eml"]

    assert byline("readers", "add", "mei@example.org", "--name", "Mei", at=week)[0] == 0
    code, out, _ = byline("send", name, "--dry-run", "--json", at=week)
    assert json.loads(out)["to"] == ["mei@example.org"]
    values = yaml.safe_load((week / "byline.yml").read_text(encoding="utf-8"))
    values["send"]["smtp"] = {"host": "127.0.0.1", "port": mailbox.port, "security": "none"}
    (week / "byline.yml").write_text(explained(values), encoding="utf-8")
    code, out, _ = byline("send", name, "--yes", at=week)
    assert (code, out.endswith(f"({name}) was sent to 1 reader.\n")) == (0, True)
    assert byline("send", name, "--yes", at=week)[1].endswith("0 readers; 1 left out (--dry-run says why).\n")
    [(sender, recipients, message)] = mailbox.messages
    assert (sender, recipients) == ("ana@ana-ruiz.example", ["mei@example.org"])
    assert f"https://ana-ruiz.example/posts/{name}/" in message.get_body(("plain",)).get_content()

    assert "Rotterdam is in the news" in byline("connect", at=week)[1]
    code, out, _ = byline("status", at=week)
    assert code == 1  # one feed fails still
    assert "Gone is not there (404)" in out
    assert stories[0]["id"] not in [s["id"] for s in json.loads(byline("select", "--json", at=week)[1])["stories"]]


def test_again_shows_what_was_passed_over_behind_the_shortlist_and_spends_no_pick_twice(week, byline):
    byline("pull", at=week)
    first, second, third = ids(byline, week)
    draft = Path(json.loads(byline("write", first, "--json", at=week)[1])["draft"])
    draft.rename(week / "content/posts/2026-11-23-cranes.md")  # as if the check had passed
    byline("select", "skip", second, at=week)
    assert ids(byline, week) == [third]
    assert ids(byline, week, "--again") == [third, first, second]
    said = byline("select", "--again", at=week)[1]
    assert "you wrote about this on 2026-11-23: “Rotterdam runs" in said
    assert "update to" not in said
    again = Path(json.loads(byline("write", "--json", at=week)[1])["draft"]).read_text(encoding="utf-8")
    assert "Rotterdam runs" not in again
    named = Path(json.loads(byline("write", first, "--json", at=week)[1])["draft"]).read_text(encoding="utf-8")
    assert "<!-- You wrote about this: on 2026-11-23, “Rotterdam runs 24 yard cranes from a remote desk”. -->" in named


def test_a_choice_is_taken_back_and_an_id_that_is_not_there_is_explained(week, byline):
    byline("pull", at=week)
    story, *_ = ids(byline, week)
    byline("select", "skip", story, at=week)
    assert story not in ids(byline, week)
    code, _, err = byline("select", "clear", story, at=week)
    assert code == 2
    assert "byline select --again" in err
    assert story in ids(byline, week, "--again")
    code, out, _ = byline("select", "clear", story, at=week)
    assert (code, out.strip().endswith(": undecided")) == (0, True)
    assert story in ids(byline, week)


def ids(byline, site, *options):
    return [story["id"] for story in json.loads(byline("select", *options, "--json", at=site)[1])["stories"]]


def test_a_draft_is_not_sent(week, byline):
    byline("pull", at=week)
    byline("select", at=week)
    draft = json.loads(byline("write", "--json", at=week)[1])["draft"]
    code, _, err = byline("send", draft, at=week)
    assert code == 2
    assert "write --publish" in err


def test_feeds_are_added_once_seen_and_removed_and_travel_as_opml(site, web, byline, tmp_path):
    url = web.serve("/where-it-is", FEED.format(title="One", host="one.example", items=""))
    page = web.serve("/page", "<!doctype html><html><title>x</title></html>")
    before = (site / "byline.yml").read_bytes()
    code, _, err = byline("feeds", "add", page, "--allow-private", at=site)
    assert code == 1
    assert "leads to no feed" in err
    assert byline("feeds", "add", "ftp://example.org/feed", at=site)[0] == 2
    assert byline("feeds", "add", url, at=site)[0] == 1  # a private address, not allowed
    assert (site / "byline.yml").read_bytes() == before
    assert byline("feeds", "add", url, "--allow-private", at=site)[0] == 0
    assert byline("feeds", "add", url, "--allow-private", at=site)[0] == 2
    assert byline("feeds", "export", tmp_path / "feeds.opml", at=site)[0] == 0
    assert byline("feeds", "remove", url, at=site)[0] == 0
    assert (site / "byline.yml").read_bytes() == before
    assert json.loads(byline("feeds", "import", tmp_path / "feeds.opml", "--json", at=site)[1]) == {
        "added": [url],
        "known": 0,
        "refused": [],
    }
    assert "not pulled yet" in byline("feeds", at=site)[1]


def test_the_feeds_of_a_site_are_found_from_its_page(site, web, byline):
    from pipeline.settings import load

    first = web.serve("/first", FEED.format(title="One", host="one.example", items=""))
    second = web.serve("/second", FEED.format(title="Two", host="two.example", items=""))
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in ("/first", "/second")
    )
    page = web.serve("/", f"<!doctype html><html><head>{links}</head></html>")
    code, out, _ = byline("feeds", "add", page, "--allow-private", "--json", at=site)
    told = json.loads(out)
    assert (code, told["added"]) == (1, None)
    assert [(one["url"], one["title"]) for one in told["candidates"]] == [(first, "One"), (second, "Two")]
    code, out, _ = byline("feeds", "add", page, "--allow-private", at=site)
    assert (code, "add one with --choose N" in out, "“Two”" in out) == (1, True, True)
    assert byline("feeds", "add", page, "--allow-private", "--choose", "3", at=site)[0] == 2
    code, out, _ = byline("feeds", "add", page, "--allow-private", "--choose", "2", "--topic", "Ports", at=site)
    assert (code, f"Added {second}" in out) == (0, True)
    assert [(feed.url, feed.topics) for feed in load(site, {}).pull.feeds] == [(second, ("Ports",))]


def test_the_health_of_feeds_is_told_in_plain_words(site, web, byline):
    items = "".join(ITEM.format(host="one.example", number=n, title=f"Item {n}", text="Text.") for n in range(3))
    good = web.serve("/good", FEED.format(title="Good", host="one.example", items=items))
    gone = web.serve("/gone", status=410)
    for url in (good, gone):
        assert byline("feeds", "add", url, "--allow-private", "--no-check", at=site)[0] == 0
    assert byline("pull", at=site)[0] == 1
    _, out, _ = byline("feeds", at=site)
    assert "Good: good, read 2026-11-23" in out
    assert "3 entries, 3 a week" in out
    assert "next      2026-11-2" in out
    assert "changed   it is gone for good (410), and is not asked any more; `byline feeds undo" in out
    code, out, _ = byline("feeds", "check", at=site)
    assert (code, f"byline feeds remove {gone}" in out, good in out) == (1, True, False)
    code, out, _ = byline("pull", at=site)
    assert (code, "waiting   " in out) == (0, True)
    assert byline("feeds", "undo", gone, at=site)[0] == 0
    assert byline("feeds", "undo", gone, at=site)[0] == 2
    assert byline("pull", gone, at=site)[0] == 1
    assert byline("pull", "https://other.example/", at=site)[0] == 2
    told = json.loads(byline("pull", "--due", "--json", at=site)[1])
    assert (told["waiting"], told["resting"]) == (1, 1)
    assert "waiting   " in byline("pull", at=site)[1]
    web.serve("/gone", FEED.format(title="Back", host="one.example", items=items))
    assert (
        byline("feeds", "remove", gone, at=site)[0] == byline("feeds", "add", gone, "--allow-private", at=site)[0] == 0
    )
    assert json.loads(byline("pull", gone, "--json", at=site)[1])["read"] == 1


def test_a_feed_address_that_leads_nowhere_does_not_add_another_one_unasked(site, web, byline):
    web.serve("/feed", FEED.format(title="One", host="one.example", items=""))
    mistyped = web.serve("/tag/ports/feed.xml", status=404)
    code, out, _ = byline("feeds", "add", mistyped, "--allow-private", at=site)
    assert code == 1
    assert f"{mistyped} is not there (404), but its site has 1 feed; add one with --choose N" in out
    assert byline("feeds", "add", mistyped, "--allow-private", "--choose", "1", at=site)[0] == 0


@pytest.mark.parametrize("typed", ["", "not a url", "http://", "ftp://example.org/"])
def test_what_is_no_web_address_is_not_added(site, byline, typed):
    code, _, err = byline("feeds", "add", typed, "--no-check", at=site)
    assert (code, "is no web address" in err) == (2, True)


def test_feeds_parse_prints_one_object_a_feed_from_anywhere(tmp_path, byline):
    feed = tmp_path / "feed.xml"
    feed.write_text(
        FEED.format(
            title="One",
            host="one.example",
            items=ITEM.format(host="one.example", number=1, title="A &amp;amp; B", text="Text."),
        ),
        encoding="utf-8",
    )
    (tmp_path / "page.html").write_text("<!doctype html><html></html>", encoding="utf-8")
    code, out, _ = byline("feeds", "parse", feed, tmp_path / "page.html", tmp_path / "none", "--json", at=tmp_path)
    first, second, third = map(json.loads, out.splitlines())
    assert code == 1
    assert list(first) == ["file", "format", "title", "link", "entries", "repairs", "rhythm", "pages", "error"]
    [entry] = first["entries"]
    given = ["id", "title", "link", "published", "updated", "authors", "summary", "content", "published_raw", "source"]
    assert list(entry) == given
    assert (entry["title"], entry["published"]) == ("A & B", "2026-11-22T10:00:00Z")
    assert "web page" in second["error"]
    assert "No such file" in third["error"]


def test_the_preview_serves_the_site_and_rebuilds_it_after_a_change(site):
    import socket
    from urllib.request import urlopen

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipeline", "-C", site, "publish", "--serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        try:
            page = f"http://127.0.0.1:{port}/about/"
            assert "I am Ana Ruiz" in eventually(lambda: urlopen(page).read().decode(), "I am Ana Ruiz")
            about = site / "content/about.md"
            about.write_text(about.read_text(encoding="utf-8") + "\nA word just added.\n", encoding="utf-8")
            assert "just added" in eventually(lambda: urlopen(page).read().decode(), "just added")
        finally:
            server.terminate()
            server.stderr.close()


def eventually(read, wanted, seconds=20):
    ends = time.monotonic() + seconds
    seen = ""
    while time.monotonic() < ends:
        try:
            seen = read()
        except OSError:
            seen = ""
        if wanted in seen:
            break
        time.sleep(0.1)
    return seen


# -- small mercies


def taken_port():
    import socket

    return socket.create_server(("127.0.0.1", 0))


def test_a_busy_port_is_told_before_anything_is_built_whenever_it_is_asked_for(site, byline):
    with taken_port() as busy:
        for _ in range(2):
            code, out, err = byline("publish", "--serve", "--port", busy.getsockname()[1], at=site)
            assert (code, out) == (2, "")
            assert "choose another with --port" in err
            assert "The preview is at" not in err


@pytest.mark.parametrize("days", ["0", "-3", "99999999999"])
def test_days_out_of_reach_are_wrong_use(site, byline, days):
    assert byline("connect", "--days", days, at=site)[0] == 2


@pytest.mark.parametrize("moment", ["soon", "0001-01-01T00:00+14:00", "2026-13-01"])
def test_a_time_that_is_none_is_wrong_use(site, moment):
    from pipeline.cli import run

    assert run(["-C", str(site), "--now", moment, "status"], {}) == 2


def test_a_second_draft_takes_the_next_stories(week, byline):
    byline("pull", at=week)
    links = []
    for _ in range(2):
        (week / "byline.yml").write_text((week / "byline.yml").read_text().replace("takes: 4", "takes: 1"))
        code, out, _ = byline("write", "--json", at=week)
        assert code == 0
        text = Path(json.loads(out)["draft"]).read_text(encoding="utf-8")
        links += [line for line in text.splitlines() if line.startswith("## ")]
    assert len(set(links)) == 2
    said = ""
    while "in a draft already" not in said:
        before = sorted((week / "content/drafts").iterdir())
        code, out, err = byline("write", at=week)
        assert code == 0, "a quiet week is no fault"
        said = out + err
        assert ("in a draft already" in said) == (sorted((week / "content/drafts").iterdir()) == before)


def test_status_names_a_broken_post_and_the_posts_to_build(site, byline):
    (site / "content/posts/2026-11-22-bad.md").write_text("no front matter\n", encoding="utf-8")
    code, out, _ = byline("status", at=site)
    assert code == 1
    assert "2026-11-22-bad.md: `byline check 2026-11-22-bad`" in out
    assert "2 posts to build: `byline publish`" in out


def test_a_post_is_not_sent_before_the_site_shows_it(site, byline, tmp_path, online):
    byline("readers", "add", "ana@example.org", at=site)
    (name,) = (path.stem for path in (site / "content/posts").glob("*.md"))
    words = ("send", name, "--to-folder", tmp_path / "out", "--yes")
    code, _, err = byline(*words, at=site)
    assert code == 2
    assert "run `byline publish`" in err
    assert not (tmp_path / "out").exists()
    byline("publish", at=site)
    code, _, err = byline(*words, at=site)
    assert code == 0
    assert "note: the unsubscribe button" in err
    (site / "content/posts" / f"{name}.md").touch()
    assert byline("readers", "add", "mei@example.org", at=site)[0] == 0
    with (site / "content/posts" / f"{name}.md").open("a", encoding="utf-8") as file:
        file.write("One more word.\n")
    assert byline(*words, at=site)[0] == 2
    online(site)
    assert byline(*words, "--built-elsewhere", at=site)[0] == 0
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_post_of_a_later_day_is_not_sent_before_that_day(site, byline, tmp_path):
    later = site / "content/posts/2099-01-01-later.md"
    later.write_text("---\ndate: 2099-01-01\ntitle: Later\n---\nWords.\n", encoding="utf-8")
    byline("readers", "add", "ana@example.org", at=site)
    byline("publish", at=site)
    code, _, err = byline("send", later.stem, "--to-folder", tmp_path / "out", "--yes", at=site)
    assert (code, "is dated 2099-01-01, so it is not on the site before" in err) == (2, True)


def test_an_edition_that_was_sent_is_sent_to_nobody_again_under_another_name(site, byline, tmp_path):
    (post,) = (site / "content/posts").glob("*.md")
    text = post.read_text(encoding="utf-8").replace("kind: essay", "kind: edition")
    post.write_text(text, encoding="utf-8")
    assert "not sent" in byline("status", at=site)[1]
    byline("readers", "add", "ana@example.org", at=site)
    byline("publish", at=site)
    assert byline("send", post.stem, "--to-folder", tmp_path / "out", "--yes", at=site)[0] == 0
    post.rename(post.with_name("2026-11-23-another-name.md"))
    byline("publish", at=site)
    assert "not sent" not in byline("status", at=site)[1]
    for name in ("2026-11-23-another-name", post.stem):  # both are names of it
        code, out, _ = byline("send", name, "--dry-run", "--json", at=site)
        assert (code, json.loads(out)["edition"], json.loads(out)["to"]) == (0, post.stem, [])


def test_settling_what_is_uncertain_sends_nothing(site, byline):
    (name,) = (path.stem for path in (site / "content/posts").glob("*.md"))
    byline("readers", "add", "ana@example.org", at=site)
    code, out, _ = byline("send", name, "--uncertain", "sent", "--json", at=site)
    assert (code, json.loads(out)) == (0, {"edition": name, "settled": 0, "as": "sent"})
    assert byline("send", name, "--uncertain", "sent", "--dry-run", at=site)[0] == 2
    code, out, _ = byline("send", name, "--dry-run", "--json", at=site)
    assert code == 1
    assert json.loads(out)["to"] == ["ana@example.org"]
    assert "run `byline publish`" in json.loads(out)["notes"][-1]


def test_a_short_name_means_a_draft_to_write_and_a_post_to_send(site, byline):
    (post,) = (site / "content/posts").glob("*.md")
    (site / "content/drafts").mkdir(exist_ok=True)
    (site / "content/drafts/2026-11-24-why-again.md").write_text(post.read_text(encoding="utf-8"), encoding="utf-8")
    assert "2026-11-24-why-again" in byline("check", "why", "--json", at=site)[1]
    assert json.loads(byline("send", "why", "--dry-run", "--json", at=site)[1])["edition"] == post.stem
    assert json.loads(byline("write", "--publish", "why", "--json", at=site)[1])["post"].endswith("why-again.md")


def test_an_export_of_readers_is_its_owners_alone_even_over_a_file_that_was_not(site, byline):
    (site / "readers.csv").write_text("old", encoding="utf-8")
    (site / "readers.csv").chmod(0o644)
    assert byline("readers", "export", site / "readers.csv", at=site)[0] == 0
    assert (site / "readers.csv").stat().st_mode & 0o777 == 0o600


def test_articles_are_read_on_request_and_a_feed_leads_to_private_pages_of_its_own_host_alone(site, web, byline):
    said = (
        "<p>" + "The port will run its yard cranes from one remote desk, it said on Sunday, from next spring on. " * 9
    )

    def feed(path, title, where, to, text):
        item = ITEM.format(host="x.example", number=1, title=title, text=text)
        item = item.replace("https://x.example/1", f"{where}{to}")
        web.serve(path, FEED.format(title=title, host="x.example", items=item))
        web.serve(
            to, f"<!doctype html><title>t</title><article><h1>{title}</h1>{said}</article>", Content_Type="text/html"
        )

    elsewhere = web.url.replace("127.0.0.1", "localhost")
    feed("/own", "Hallum runs yard cranes from one desk", web.url, "/cranes", CRANES)
    feed("/foreign", "Bergen pilots strike over rest", web.url, "/admin/reboot", STRIKE)
    for url in (f"{web.url}/own", f"{elsewhere}/foreign"):
        assert byline("feeds", "add", url, "--allow-private", "--no-check", at=site)[0] == 0
    assert byline("pull", at=site)[0] == 0
    web.requests.clear()
    told = json.loads(byline("select", "--articles", "--json", at=site)[1])["stories"]
    refused = {story["title"]: "private address" in story["article"].get("error", "") for story in told}
    assert refused == {"Hallum runs yard cranes from one desk": False, "Bergen pilots strike over rest": True}
    assert "/admin/reboot" not in [path for path, _ in web.requests]
    _, out, _ = byline("select", "--articles", at=site)
    assert "read      " + web.url + "/cranes" in out


def test_the_page_of_a_take_is_read_that_no_feed_carries_and_only_where_the_author_allows_it(site, web, byline):
    said = "<p>" + "Cranes of this yard moved again at six, the port said. " * 30
    for path in ("/mine", "/admin"):
        page = f"<!doctype html><title>t</title><article><h1>Cranes moved</h1>{said}</article>"
        web.serve(path, page, Content_Type="text/html")
    assert byline("feeds", "add", f"{web.url}/feed", "--allow-private", "--no-check", at=site)[0] == 0
    elsewhere = web.url.replace("127.0.0.1", "localhost")
    words = "I would ask who had walked below it, who had not been told, and who will be told from now on. " * 2
    takes = "\n\n".join(
        f"## [Cranes moved]({url})\n\n> Cranes of this yard moved again at six\n\n{words}"
        for url in (f"{web.url}/mine", f"{elsewhere}/admin")
    )
    matter = "---\ndate: 2026-11-24\ntitle: T\nsummary: S.\nkind: edition\n---\n"
    draft = site / "content/drafts/2026-11-24-t.md"
    draft.parent.mkdir(exist_ok=True)
    draft.write_text(f"{matter}Hello.\n\n{takes}\n", encoding="utf-8")
    unread = [one["rule"] for one in json.loads(byline("check", "2026-11-24-t", "--json", at=site)[1])["findings"]]
    assert unread.count("source-not-stored") == 2
    _, out, _ = byline("check", "2026-11-24-t", "--articles", "--links", at=site)
    assert f"not read  {elsewhere}/admin is left alone" in out
    assert "/admin" not in [path for path, _ in web.requests]
    assert f"{web.url}/mine is at" not in out
    assert out.count("source-not-stored") == 1
    assert "accept: {source-not-listed: why it stays, dead-link: why it stays" in out


def test_stories_are_chosen_among_and_what_is_picked_is_drafted(week, byline):
    byline("pull", at=week)
    stories = [one["id"] for one in json.loads(byline("select", "--json", at=week)[1])["stories"]]
    assert len(stories) > 1
    assert byline("select", "skip", *map(str, stories[:-1]), at=week)[0] == 0
    code, out, _ = byline("select", "pick", str(stories[-1]), at=week)
    assert (code, out.startswith("picked   ")) == (0, True)
    left = json.loads(byline("select", "--json", at=week)[1])["stories"]
    assert [(one["id"], one["choice"]) for one in left] == [(stories[-1], "pick")]
    assert "picked: " in byline("select", at=week)[1]
    assert len(json.loads(byline("select", "--again", "--json", at=week)[1])["stories"]) == len(stories)
    draft = json.loads(byline("write", "--json", at=week)[1])["draft"]
    assert left[0]["link"] in Path(draft).read_text(encoding="utf-8")
    assert byline("select", "later", str(stories[0]), at=week)[0] == 0
    assert len(json.loads(byline("select", "--json", at=week)[1])["stories"]) == 2


def test_the_strongest_lessons_are_shown_and_all_of_them_when_asked(site, web, byline):
    told = [f"Crane alpha{n} beta{n} gamma{n}" for n in range(6)] + [f"Rate delta{n} eta{n} zeta{n}" for n in range(6)]
    items = "".join(ITEM.format(host="one.example", number=n, title=title, text="") for n, title in enumerate(told, 1))
    web.serve("/One.xml", FEED.format(title="One", host="one.example", items=items))
    assert byline("feeds", "add", f"{web.url}/One.xml", "--allow-private", "--no-check", at=site)[0] == 0
    byline("pull", at=site)
    stories = json.loads(byline("select", "--json", at=site)[1])["stories"]
    for choice, first in (("pick", "Crane"), ("skip", "Rate")):
        ids = [str(one["id"]) for one in stories if one["title"].startswith(first)]
        assert byline("select", choice, *ids, at=site)[0] == 0
    _, strongest, _ = byline("select", "learned", at=site)
    assert "you picked 6 of 6 stories that say “crane”" in strongest
    every = json.loads(byline("select", "learned", "--json", at=site)[1])["lessons"]
    assert f"{len(every) - 30} weaker lessons more; --all shows them." in strongest
    _, out, _ = byline("select", "learned", "--refuse", str(len(every)), at=site)
    assert f"  {len(every)}  " in out
    assert "(refused)" in out
    assert [line.split()[0] for line in byline("select", "learned", "--all", at=site)[1].splitlines()] == [
        str(place) for place in range(1, len(every) + 1)
    ]


def test_stories_are_merged_and_split_by_their_ids_and_slips_are_told(week, byline):
    byline("pull", at=week)
    first, second, *_ = json.loads(byline("select", "--json", at=week)[1])["stories"]
    code, out, _ = byline("select", "merge", str(second["id"]), str(first["id"]), at=week)
    story = min(first["id"], second["id"])
    assert code == 0
    assert out.startswith(f"2 stories are one from now on:\n[{story}] ")
    reports = {one["id"] for one in first["entries"] + second["entries"]}
    merged = next(one for one in json.loads(byline("select", "--json", at=week)[1])["stories"] if one["id"] == story)
    assert {one["id"] for one in merged["entries"]} >= reports
    apart = str(second["entries"][-1]["id"])
    told = json.loads(byline("select", "split", str(story), apart, "--json", at=week)[1])
    assert told == {"story": story, "apart": [int(apart)], "stories": [told["stories"][0], int(apart)]}
    first = next(one for one in json.loads(byline("select", "--json", at=week)[1])["stories"] if one["id"] == story)
    assert int(apart) not in {one["id"] for one in first["entries"]}
    assert byline("select", "merge", str(first["id"]), at=week)[0] == 2
    assert byline("select", "pick", "999999", at=week)[0] == 2
    assert "has no entry 999999" in byline("select", "split", str(first["id"]), "999999", at=week)[2]
    every = [str(one["id"]) for one in first["entries"]]
    assert "name those that do not belong" in byline("select", "split", str(first["id"]), *every, at=week)[2]
    assert "there is no lesson 3" in byline("select", "learned", "--refuse", "3", at=week)[2]
    assert "Nothing is learned yet" in byline("select", "learned", at=week)[1]
    assert byline("select", "trends", at=week)[0] == 0


def test_a_letter_goes_to_the_author_alone_and_counts_as_no_delivery(site, byline, mailbox, monkeypatch):
    for name, value in (("HOST", "127.0.0.1"), ("PORT", str(mailbox.port)), ("SECURITY", "none")):
        monkeypatch.setenv(f"BYLINE_SEND_SMTP_{name}", value)
    (post,) = (site / "content/posts").glob("*.md")
    assert byline("letter", post.stem, "--to-me", "--to", site / "x", at=site)[0] == 2
    code, out, _ = byline("letter", post.stem, "--to-me", "--json", at=site)
    [(_, [author], message)] = mailbox.messages
    assert (code, json.loads(out)["to"], json.loads(out)["state"]) == (0, author, "sent")
    assert message["To"].addresses[0].addr_spec == author
    assert "not sent" not in byline("send", post.stem, "--dry-run", at=site)[1]
    mailbox.answers[author] = "550 no such box"
    code, out, _ = byline("letter", post.stem, "--to-me", at=site)
    assert (code, "did not get it: 550 no such box" in out) == (1, True)
