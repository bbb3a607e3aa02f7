"""Nothing of a person leaves the store: canary values in every field, looked for in all that a week makes."""

import json
import re
from datetime import UTC, date, datetime

import pytest
import yaml
from sqlalchemy import JSON, Boolean, Date, Integer, insert, select
from starlette.routing import Route
from starlette.testclient import TestClient

from pipeline.desk import Keys, guarded
from pipeline.desk.guard import cookie_name
from pipeline.post import PROMPT
from pipeline.post.files import mark_of
from pipeline.serve import answering
from pipeline.serve.errands import Errands
from pipeline.settings.explained import explained
from pipeline.store import Store
from pipeline.store.schema import metadata
from pipeline.store.schema.kinds import Moment

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
CANARY = "zebrafinch"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Daily</title><link>https://a.example/</link><item>
<guid>1</guid><title>Rotterdam runs 24 yard cranes from a remote desk</title><link>https://a.example/1</link>
<pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate><description>Rotterdam will run its 24 yard cranes from one remote desk,
the port said on Sunday.</description></item></channel></rss>"""
WORDS = "One desk is one point of failure. I would ask for the second, and for whoever is to sit at it at night. "
WORDS += "Until that is answered, I would count the cranes, the desks and the people, and write them side by side."
KEPT = ("people", "person_keys", "organisations", "touches", "notes", "services")
"""The tables that hold what concerns people; of services only what is public may be seen."""


def value_of(column):
    """A canary for each field, told apart by its name."""
    if isinstance(column.type, JSON):
        lists = ("former", "emails", "phones", "profiles", "tags", "topics", "by_hand", "also")
        texts = ("place", "met", "notes")
        card = {name: [f"{CANARY}-{name}@example.org"] for name in lists} | {name: f"{CANARY}-{name}" for name in texts}
        card["profiles"] = [f"https://{CANARY}.example/in/ana"]
        return card | {
            "aside": [["role", f"{CANARY}-aside"]],
            "birthday": "--11-23",
            "site": f"https://{CANARY}.example",
        }
    others = {Boolean: column.name != "is_public", Date: date(2026, 11, 1), Moment: datetime(2026, 1, 1, tzinfo=UTC)}
    for kind, value in (*others.items(), (Integer, 1)):
        if isinstance(column.type, kind):
            return value
    if column.foreign_keys:
        return 1
    if column.name == "kind":
        return {"touches": "call", "notes": "share", "services": "talk"}[column.table.name]
    return f"{CANARY}-{column.table.name}-{column.name}"


def fill(folder):
    """Put a row of canaries into each table that concerns people."""
    with_store = Store(folder / ".byline/byline.db")
    with with_store.writing() as connection:
        for name in KEPT:
            table = metadata.tables[name]
            row = {column.name: value_of(column) for column in table.columns} | {"snoozed_until": None}
            row |= {"is_left_alone": False, "sent_at": None}
            connection.execute(insert(table).values({key: row[key] for key in row if key in table.c}))
        assert all(connection.execute(select(metadata.tables[name])).all() for name in KEPT)
    with_store.close()


@pytest.fixture
def week(site, web):
    """A site with a feed, a model that keeps what it is asked, readers, and a network of canaries."""
    asked = []

    def answer(request):
        asked.append(request.said)
        message = {"choices": [{"message": {"role": "assistant", "content": '{"proposals": ["Who sits there?"]}'}}]}
        return 200, {"Content-Type": "application/json"}, json.dumps(message).encode()

    web.pages["/v1/chat/completions"] = answer
    values = yaml.safe_load((site / "byline.yml").read_text(encoding="utf-8"))
    values["pull"]["feeds"] = [{"url": web.serve("/feed", FEED), "title": "Daily", "allow_private": True}]
    values["assist"] = {"url": f"{web.url}/v1", "model": "small-1"}
    values["connect"] = {"cadence": {f"{CANARY}-tags@example.org": {"ideal": 30}}, "birthdays": True}
    values["publish"] = values.get("publish", {}) | {"trends": True}
    (site / "byline.yml").write_text(explained(values), encoding="utf-8")
    return site, asked


def made_by(folder):
    """All files of a site but the store itself and the settings, in which the author wrote the tag themselves."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("byline.db") and path != folder / "byline.yml"
    ]


def test_nothing_of_a_person_reaches_site_feed_letter_log_or_prompt(week, byline):
    site, asked = week
    printed = []

    def run(*words):
        code, out, err = byline(*words, at=site)
        printed.append(out + err)
        assert code in {0, 1}, err
        return out

    assert byline("status", at=site)[0] == 0  # the store is there from now on
    fill(site)
    assert CANARY in byline("connect", "show", "1", at=site)[1]
    assert CANARY in byline("connect", "due", at=site)[1]
    for words in (("pull",), ("select",), ("select", "trends"), ("write",)):
        run(*words)
    (draft,) = (site / "content/drafts").glob("*.md")
    text = draft.read_text(encoding="utf-8").replace(PROMPT, WORDS)
    draft.write_text(text.replace("summary: ''", "summary: Who sits at the desk."), encoding="utf-8")
    for what in ((), ("--json",)):
        run("assist", draft.stem, *what)
    run("check", draft.stem)
    run("write", "--publish", draft.stem)
    assert not draft.exists()
    run("readers", "add", "reader@example.org", "--consent", "asked")
    run("publish")
    post = draft.stem
    run("letter", post)
    run("check", "--letter", post)
    run("send", post, "--to-folder", site / "mail", "--yes")
    for words in (("status",), ("status", "--json"), ("feeds", "check"), ("readers", "list"), ("inbox", "--waiting")):
        run(*words)
    assert len(asked) >= 1
    assert not [prompt for prompt in asked if CANARY in str(prompt).lower()]
    assert not [text for text in printed if CANARY in text.lower()]
    files = made_by(site)
    assert [path for path in files if path.suffix == ".eml"]
    assert (site / "site/feed.xml") in files
    assert not [path for path in files if CANARY.encode() in path.read_bytes().lower() or CANARY in path.name]
    run("connect", "service", "add", f"{CANARY} talk", "--kind", "talk", "--public")
    run("publish")
    assert [path for path in made_by(site / "site") if CANARY.encode() in path.read_bytes().lower()]  # it would be seen


PEOPLES = ("/week", "/people", "/people/1", "/people/1/note")
"""The desk's pages that are about people; the week says whom to speak to. Nothing of a person is on another."""


def pages_of(asgi, names):
    """The paths of all pages of an app behind its guard; ``names`` fill those that are about one thing."""
    routes = [route for route in asgi._desk.routes if isinstance(route, Route) and "GET" in route.methods]
    return [filled(route.path, names) for route in routes]


def filled(path, names):
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: names[path, found[1]], path)


def test_at_the_desk_only_the_pages_of_people_tell_of_people(week, byline, open_app):
    site, _ = week
    for words in (("pull",), ("select",), ("write",)):
        assert byline(*words, at=site)[0] == 0
    fill(site)
    app = open_app(site)
    [draft], [post, *_] = (app.drafts(), sorted((site / "content/posts").glob("*.md")))
    app.publish()
    app.noted.change(1, f"{CANARY} subject", f"{CANARY} text")
    keys = Keys.new()
    asgi = guarded(app, lambda: NOW, keys, 8010)
    own = {
        "Cookie": f"{cookie_name(8010)}={keys.cookie}",
        "X-Byline-Key": keys.change,
        "Origin": "http://127.0.0.1:8010",
    }
    desk = TestClient(asgi, base_url="http://127.0.0.1:8010", headers=own)
    names = {("/write/{name}", "name"): draft.stem, ("/notes/{number}.eml", "number"): "1"}
    names |= {(f"/people/{{number}}{end}", "number"): "1" for end in ("", "/note")}
    names |= {(f"/shares/{{name}}{end}", "name"): post.stem for end in ("", "/card")}
    names |= {("/content/posts/frame/{kind}", "kind"): "site", ("/content/{name:path}", "name"): "none.png"}
    paths = pages_of(asgi, names)
    assert len(paths) >= 15
    assert {path for path in paths if CANARY in desk.get(path).text.lower()} == {*PEOPLES, "/notes/1.eml"}
    assert CANARY in desk.get(f"/people/found?q={CANARY}").text.lower()
    text, mark = draft.read_text(encoding="utf-8"), mark_of(draft)
    views = ["site", "letter", "text"]
    for path, said in {
        "/check": {"name": draft.stem, "text": text},
        "/sources": {"name": draft.stem, "text": text},
        "/preview": {"name": draft.stem, "text": text, "views": views},
        "/propose": {"name": draft.stem, "text": text, "wish": "questions", "line": 1},
        "/publish": {"name": draft.stem, "mark": mark},
        "/share/texts": {"post": post.stem},
        "/letter": {"post": post.stem},
        "/select": {},
        "/build": {},
    }.items():
        answer = desk.post(path, json=said)
        assert answer.status_code in {200, 422}, path
        assert CANARY not in answer.text.lower(), path


def test_what_strangers_reach_tells_of_nobody(site, byline, open_app, mailbox):
    values = yaml.safe_load((site / "byline.yml").read_text(encoding="utf-8"))
    values["publish"]["subscribe"] = {"url": "https://letter.ana-ruiz.example/subscribe"}
    values["send"]["smtp"] = {"host": "127.0.0.1", "port": mailbox.port, "security": "none"}
    (site / "byline.yml").write_text(yaml.safe_dump(values), encoding="utf-8")
    assert byline("status", at=site)[0] == 0
    fill(site)
    notes = []
    errands = Errands(notes.append)
    asgi = answering(open_app(site).service(), lambda: NOW, errands)
    door = TestClient(asgi, base_url="https://letter.ana-ruiz.example")
    known = f"{CANARY}-emails@example.org"  # a person's address: being known is not being on the list
    answers = [
        door.get(path) for path in ("/subscribe", "/preferences", "/unsubscribe", "/confirm", "/health", "/none")
    ]
    answers += [door.get(f"/{path}?token={CANARY}") for path in ("go", "confirm")]
    answers += [
        door.post("/subscribe", data={"email": known}),
        door.post("/subscribe", data={"email": "new@a.example"}),
    ]
    told = {"source": "https://a.example/1", "target": "https://ana-ruiz.example/"}
    answers += [door.post("/webmention", data=told)]
    errands.wait()
    errands.close()
    assert answers[-3].text == answers[-2].text  # nobody learns who is known
    mails = [str(message) for _, to, message in mailbox.messages if to != [known]]
    assert len(mails) == 1
    assert not [text for text in (*(answer.text for answer in answers), *mails, *notes) if CANARY in text.lower()]


def test_what_is_refused_is_for_the_author_alone(site, byline, tmp_path):
    path = tmp_path / "c.vcf"
    path.write_text(f"BEGIN:VCARD\nFN:Ana Ruiz\nno line {CANARY}\nEND:VCARD\n")
    assert byline("connect", "import", path, at=site)[0] == 1
    (refused,) = (site / ".byline/refused").iterdir()
    assert CANARY in refused.read_text()
    assert refused.stat().st_mode & 0o077 == 0
    assert byline("publish", at=site)[0] == 0
    assert not [path for path in (site / "site").rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
