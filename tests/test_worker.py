"""Workers: they do what is due and no more, take over from those that die, and tell nothing of anybody."""

import asyncio
import io
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from conftest import _run_sql, serving
from pipeline.app import App
from pipeline.app.letters import Letters
from pipeline.cli.init import _sample_files, make
from pipeline.cli.worker import place_of
from pipeline.errors import (
    ElsewhereError,
    PostError,
    PublishError,
    SendError,
    SettingsError,
    StoppedError,
    StoreError,
    StoreMovedError,
    UsageError,
)
from pipeline.html import plain_text, safe_url
from pipeline.model import DeliveryState, Due, Echo, EchoKind, SendState, Shown
from pipeline.publish import outline
from pipeline.publish.facts.withheld import today
from pipeline.send.interrupted import Stopping
from pipeline.settings import load
from pipeline.settings.sections import store_url
from pipeline.store import Store, echoes, sends
from pipeline.store import deliveries as ledger
from pipeline.store import select as kept_stories
from pipeline.store import send as kept_readers
from pipeline.store.moves import moving
from pipeline.store.schema import deliveries
from pipeline.worker import building
from pipeline.worker import duties as duties_module
from pipeline.worker.duties import Duties, Job, _share
from pipeline.worker.fleet import SCHEMA, Fleet
from pipeline.worker.others import OtherWorkers
from pipeline.worker.queue import _Again
from pipeline.worker.shelf import GOOD_FOR, Shelf
from pipeline.worker.sites import Known, Site, one_site, queue_url, sites_below
from pipeline.worker.told import Told, _QueueFigures, log_as_json
from providers import KEY, Listmonk
from providers import serving as serving_of

EDITION = "2026-11-16-what-had-no-name"
CANARY = "canary"
HERE = {"PYTHONPATH": str(Path(__file__).parents[1])}


@pytest.fixture
def database(postgres):
    """The address of an empty database, as an environment names it."""
    name = f"fleet_{uuid4().hex}"
    _run_sql(postgres, f"CREATE DATABASE {name}")
    yield postgres.replace("+psycopg", "").replace("/postgres?", f"/{name}?")
    _run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fleet(database):
    made = Fleet(queue_url({"DATABASE_URL": database}))
    made.prepare()
    yield made
    made.close()


FEED = (
    '<rss version="2.0"><channel><title>{0} feed</title><item><guid>{0}-1</guid><title>{0} cranes in the yard</title>'
    "<link>/{0}</link></item></channel></rss>"
)


def made_site(folder, feeds, port, like=None):
    """A sample site that reads these feeds and mails to this port; built ``like`` that one, if given."""
    if like is None:
        make(folder, dict(_sample_files()))
    else:
        shutil.copytree(like, folder, symlinks=True)
    byline = folder / "byline.yml"
    lines = "".join(f"    - {{url: {url}, allow_private: true}}\n" for url in feeds)
    byline.write_text(f"pull:\n  feeds:\n{lines}" + "send:\n" + SENDER.format(port), encoding="utf-8")
    return folder


def counts_as_built(root, environment):
    """Let the copy of a built site count as built: it is, but for what no page says, as where letters leave."""
    settings = load(root, environment)
    outline.keep_outline(settings, outline.outline_of(settings, Shown(), today(datetime.now(UTC))))


def added(path, words):
    path.write_text(path.read_text(encoding="utf-8") + words, encoding="utf-8")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A sample site that is built, to be copied: a build takes longer than most of what is tried here."""
    folder = made_site(tmp_path_factory.mktemp("built") / "ana", [], 25)
    command = [sys.executable, "-m", "pipeline", "-C", folder, "publish"]
    subprocess.run(command, env=os.environ | HERE, capture_output=True, check=True)
    return folder


SENDER = (
    "  sender: Ana Ruiz <ana@ana-ruiz.example>\n  postal_address: 1 Quay Street, Rotterdam\n"
    "  unsubscribe_url: https://ana-ruiz.example/leave/\n"
    "  smtp: {{host: 127.0.0.1, port: {}, security: none, connections: 2}}\n"
)


def started(site, database, *options, **environment):
    """A worker as it is started on a machine."""
    command = [sys.executable, "-m", "pipeline", "-C", str(site), "worker", *map(str, options)]
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    here = keep | {"PYTHONPATH": str(Path(__file__).parents[1]), "DATABASE_URL": database} | environment
    return subprocess.Popen(command, env=here, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def events(said):
    return [json.loads(line) for line in said.splitlines()]


def with_readers(url, many):
    """A store with readers, to whom the edition is due."""
    store = Store(store_url(url))
    now = datetime.now(UTC)
    with store.writing() as connection:
        for number in range(many):
            email = f"{CANARY}-{number}@{CANARY}{number % 7}.example"
            kept_readers.add_reader(connection, email, plain_text(f"{CANARY} {number}"), plain_text("form"), now)
        sends.plan(connection, EDITION, now - timedelta(minutes=1), now)
    return store


def test_a_worker_does_all_that_is_due_and_tells_nothing_of_anybody(tmp_path, database, web, mailbox):
    url = f"{database}&schema=ana"
    feed = web.serve(f"/feed.xml?token={CANARY}", FEED.format(CANARY))
    site = made_site(tmp_path / "ana", [feed], mailbox.port)
    store = with_readers(url, 3)
    mailbox.answers[f"{CANARY}-2@{CANARY}2.example"] = f"550 5.1.1 no {CANARY} here"
    for _ in range(2):  # the letter links to the site, which is built first
        worker = started(site, url, "--once")
        out, said = worker.communicate(timeout=120)
        assert (worker.returncode, out) == (0, ""), said
    told = events(said)
    assert (told[0]["event"], told[-1]["event"]) == ("begins", "ends")
    with store.reading() as connection:
        [entry] = kept_stories.entries_since(connection, datetime(1990, 1, 1, tzinfo=UTC))
        assert entry.title == f"{CANARY} cranes in the yard"
        assert ledger.counted(connection, EDITION) == {DeliveryState.SENT: 2, DeliveryState.REFUSED: 1}
    store.close()
    assert len(mailbox.messages) == 2
    assert len(web.requests) == 1  # in the second round the feed is not due
    assert (site / "site/index.html").exists()
    assert CANARY not in said


def test_where_there_is_no_postgresql_a_sentence_says_what_to_do(byline, site):
    code, _, err = byline("worker", at=site)
    assert code == 2
    assert "needs PostgreSQL" in err
    assert "byline send --due" in err


# -- ends and deaths


def until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
    return found


@pytest.fixture
def sending(tmp_path, database, mailbox, built):
    """A site whose edition is due to many, slowly; its address, and its store."""
    url = f"{database}&schema=ana"
    site = made_site(tmp_path / "ana", [], mailbox.port, built)
    with (site / "byline.yml").open("a", encoding="utf-8") as file:
        file.write("  pace: {per_second: 40}\n")
    counts_as_built(site, {})
    with_readers(url, 200).close()
    return site, url


def counted(url):
    store = Store(store_url(url))
    with store.reading() as connection:
        found = ledger.counted(connection, EDITION)
    store.close()
    return found


def test_a_worker_that_is_told_to_end_hands_back_what_it_was_at(sending, mailbox):
    site, url = sending
    first = started(site, url)
    until(lambda: len(mailbox.messages) > 10)
    first.send_signal(signal.SIGTERM)
    _, said = first.communicate(timeout=30)
    assert first.returncode == 0
    assert [each["task"] for each in events(said) if each["event"] == "handed back"] == ["deliver"]
    assert set(counted(url)) == {DeliveryState.SENT, DeliveryState.WAITING}
    fleet = Fleet(queue_url({"DATABASE_URL": url}))
    fleet.prepare(renew=True)  # nothing that counts is in the queue: the next look finds it
    fleet.close()
    second = started(site, url, "--once")
    second.communicate(timeout=60)
    assert counted(url) == {DeliveryState.SENT: 200}
    assert len({message[1][0] for message in mailbox.messages}) == len(mailbox.messages) == 200


def test_what_a_worker_that_died_was_at_is_taken_over_by_another(sending, mailbox, database):
    site, url = sending
    first = started(site, url)
    until(lambda: len(mailbox.messages) > 10)
    first.kill()
    first.communicate()
    fleet = Fleet(queue_url({"DATABASE_URL": database}))
    with fleet.engine.begin() as connection:  # half a minute goes by
        connection.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 s'"))
    assert fleet.jobs()["deliver", "stalled"] == 1
    fleet.close()
    second = started(site, url)
    until(lambda: DeliveryState.WAITING not in counted(url))
    second.send_signal(signal.SIGTERM)
    _, said = second.communicate(timeout=30)
    assert "deliver" in [each["task"] for each in events(said) if each["event"] == "taken over"]
    found = counted(url)
    assert found[DeliveryState.SENT] + found.get(DeliveryState.CLAIMED, 0) == 200
    assert found.get(DeliveryState.CLAIMED, 0) <= 2  # two lines were open
    assert len({message[1][0] for message in mailbox.messages}) == len(mailbox.messages)


def test_a_send_outlasts_a_database_that_ends_its_connections_and_forgets_nothing(sending, mailbox, database):
    """Five times, as at a restart: only a claim of that very moment is uncertain, and nobody is sent to by it."""
    site, url = sending
    duties, done = Duties(one_site(site, {"DATABASE_URL": url}).sites, lambda: None, Stopping()), []
    thread = threading.Thread(target=lambda: done.append(duties.deliver("ana", EDITION)))
    thread.start()
    end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    for many in (20, 50, 80, 110, 140):
        until(lambda many=many: len(mailbox.messages) > many)
        with suppress(OperationalError):
            _run_sql(store_url(database), f"{end_all} AND pid <> pg_backend_pid()")
    thread.join()
    [told] = done
    found = counted(url)
    assert told.counts["sent"] == found[DeliveryState.SENT]
    assert found[DeliveryState.SENT] + found.get(DeliveryState.CLAIMED, 0) == 200
    assert found.get(DeliveryState.CLAIMED, 0) <= 10  # two lines, five times
    assert len(mailbox.messages) == found[DeliveryState.SENT]


def test_one_worker_works_for_many_sites_each_with_its_own_secrets(tmp_path, database, web, mailbox):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("ana", "bea"):
        made_site(tmp_path / "sites" / name, [web.serve(f"/{name}.xml", FEED.format(name))], mailbox.port)
        (secrets / f"{name}.env").write_text(f"BYLINE_SITE_LEAK={name}\n" if name == "bea" else "", encoding="utf-8")
        (secrets / f"{name}.env").chmod(0o600)
    (tmp_path / "sites/cat").mkdir()
    (tmp_path / "sites/cat/byline.yml").touch()
    (secrets / "cat.env").touch(mode=0o644)
    worker = started(tmp_path, database, "--once", "--sites", tmp_path / "sites", "--secrets", secrets)
    _, said = worker.communicate(timeout=120)
    assert worker.returncode == 0
    assert [(each["event"], each.get("site"), each.get("sites")) for each in events(said)][:2] == [
        ("left out", "cat", None), ("begins", None, 2),
    ]  # fmt: skip
    failed = {(each["task"], each["site"], each["error"]) for each in events(said) if each["event"] == "failed"}
    assert failed == {("look", "bea", "SettingsError")}  # there is no such setting; it harms the others nothing
    assert [path for path, _ in web.requests] == ["/ana.xml"]
    assert (tmp_path / "sites/ana/site/index.html").exists()
    (secrets / "bea.env").unlink()
    worker = started(tmp_path, database, "--once", "--sites", tmp_path / "sites", "--secrets", secrets)
    worker.communicate(timeout=120)
    for name in ("ana", "bea"):
        store = Store(store_url(f"{database}&schema=site_{name}"))
        with store.reading() as connection:
            [entry] = kept_stories.entries_since(connection, datetime(1990, 1, 1, tzinfo=UTC))
            assert entry.title == f"{name} cranes in the yard"
        store.close()


READABLE = """
import ctypes, os, sys
from pipeline.processes import shut_off
if os.geteuid() == 0:  # whom nothing is hidden from
    os.setgid(65534); os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
if sys.argv[1] == "shut":
    shut_off()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can do that")
@pytest.mark.parametrize("state", ["open", "shut"])
def test_what_runs_beside_a_worker_cannot_read_its_environment(state):
    nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(
        [sys.executable, "-c", READABLE, state], env=HERE | {"BYLINE_SMTP_PASSWORD": CANARY},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout.readline() == b"ready\n"
        there = f"/proc/{process.pid}/environ"
        read = subprocess.run(["cat", there], capture_output=True, text=True, check=False, cwd="/", **nobody)
        process.stdin.close()
    assert (CANARY in read.stdout) == (state == "open")
    assert ("Permission denied" in read.stderr) == (state == "shut")


HOOK = """
import os
def on_config(config):
    with open(os.path.join(os.path.dirname(__file__), "seen"), "w") as file:
        file.write("\\n".join(f"{name}={value}" for name, value in os.environ.items()))
"""


def test_what_a_site_brings_along_is_told_no_secret_by_its_build_and_none_by_its_letter(ana, monkeypatch):
    root, url, _ = ana
    monkeypatch.setenv("BYLINE_RESEND_KEY", CANARY)
    mine = {"DATABASE_URL": url, "BYLINE_SMTP_PASSWORD": CANARY, "BYLINE_SEND_REASON": "You asked for it.", "MINE": "1"}
    duties = Duties(one_site(root, HERE | mine).sites, lambda: None, Stopping())
    (root / "hook.py").write_text(HOOK, encoding="utf-8")
    with (root / "mkdocs.yml").open("a", encoding="utf-8") as file:
        file.write("\nhooks: [hook.py]\n")
    duties.build("ana")
    seen = (root / "seen").read_text(encoding="utf-8")
    assert "BYLINE_SEND_REASON=You asked for it." in seen
    assert "MINE=1" in seen
    assert CANARY not in seen
    assert "postgres" not in seen
    monkeypatch.setenv("MY_NAME", "Of the worker")
    told = (root / "mkdocs.yml").read_text(encoding="utf-8")
    named = re.sub("(?m)^site_name: .*$", "site_name: !ENV [DATABASE_URL, MY_NAME, x]", told)
    (root / "mkdocs.yml").write_text(named, encoding="utf-8")
    assert one_site(root, HERE | mine | {"MY_NAME": "Of Ana"}).sites["ana"].settings().site.site_name == "Of Ana"
    with (root / "overrides/letter/letter.txt").open("a", encoding="utf-8") as file:
        file.write("{{ cycler.__init__.__globals__.os.environ }}")
    with pytest.raises(SendError) as refused:
        duties.deliver("ana", EDITION)
    assert CANARY not in str(refused.value)


SLOW = """
import os, subprocess, time
def on_config(config):
    child = subprocess.Popen(["sleep", "300"])
    with open(os.path.join(os.path.dirname(__file__), "child"), "w") as file:
        file.write(str(child.pid))
    time.sleep(300)
"""


def test_a_build_that_never_ends_is_ended_with_all_that_it_started_and_one_that_fails_says_why(ana, monkeypatch):
    root, url, _ = ana
    duties = Duties(one_site(root, HERE | {"DATABASE_URL": url}).sites, lambda: None, Stopping())
    with (root / "mkdocs.yml").open("a", encoding="utf-8") as file:
        file.write("\nhooks: [hook.py]\n")
    (root / "hook.py").write_text(SLOW, encoding="utf-8")
    monkeypatch.setattr(building, "_LONGEST", 6)
    with pytest.raises(PublishError):
        duties.build("ana")
    child = Path("/proc") / (root / "child").read_text(encoding="utf-8") / "cmdline"
    until(lambda: not child.exists() or not child.read_bytes(), 5)  # it is gone, or nobody has asked for its end yet
    (root / "hook.py").write_text("def on_config(config): raise ValueError('stumbled')", encoding="utf-8")
    with pytest.raises(PublishError, match=r"^the site ana cannot be built: (?!.*RuntimeWarning).*stumbled"):
        duties.build("ana")


def test_the_books_of_an_edition_whose_last_hand_died_are_closed_by_a_look(sending, mailbox):
    site, url = sending
    store, begun = Store(store_url(url)), datetime.now(UTC) - timedelta(minutes=11)
    with store.writing() as connection:
        ledger.freeze(connection, EDITION, (), datetime.now(UTC))
        connection.execute(deliveries.update().values(state="sent", claimed_at=begun, settled_at=begun))
        one = deliveries.update().where(deliveries.c.id == 1)
        connection.execute(one.values(state="claimed", settled_at=None))
    duties = Duties(one_site(site, {"DATABASE_URL": url}).sites, lambda: None, Stopping())
    [job] = duties.look("ana").then
    assert (job.task, job.given["hand"]) == ("deliver", 0)
    duties.deliver("ana", **job.given)
    assert duties.look("ana").then == ()
    with store.reading() as connection:
        assert sends.sending_of(connection, EDITION).state == SendState.DONE
    store.close()
    assert mailbox.messages == []
    assert counted(url) == {DeliveryState.SENT: 199, DeliveryState.CLAIMED: 1}


def test_what_the_author_thought_better_of_since_the_look_is_not_sent(sending, mailbox):
    site, url = sending
    duties = Duties(one_site(site, {"DATABASE_URL": url}).sites, lambda: None, Stopping())
    [job] = duties.look("ana").then
    store = Store(store_url(url))
    with store.writing() as connection:
        sends.plan(connection, EDITION, datetime.now(UTC) + timedelta(days=1), datetime.now(UTC))
    duties.deliver("ana", **job.given)
    with store.writing() as connection:
        sends.plan(connection, EDITION, datetime.now(UTC), datetime.now(UTC))
    path = site / f"content/posts/{EDITION}.md"
    (site / "content/drafts").mkdir(exist_ok=True)
    draft = path.rename(site / f"content/drafts/{EDITION}.md")
    duties.deliver("ana", **job.given)
    assert [each.task for each in duties.look("ana").then] == ["build"]  # it is to be taken from the site
    assert mailbox.messages == []
    draft.rename(path)
    assert "deliver" in [each.task for each in duties.look("ana").then]
    store.close()


def test_where_the_site_is_built_elsewhere_a_worker_builds_nothing_and_asks_whether_the_page_is_online(
    ana, web, online, byline, monkeypatch, mailbox
):
    root, url, duties = ana
    shutil.rmtree(root / "site")
    assert [job.task for job in duties.look("ana").then] == ["pull", "build"]
    online(root)
    byline_yml = root / "byline.yml"
    byline_yml.write_text(
        byline_yml.read_text(encoding="utf-8") + "publish: {built_elsewhere: true}\n", encoding="utf-8"
    )
    web.otherwise = (404, {}, b"Not yet.")
    found = duties.look("ana")
    assert ([job.task for job in found.then], [*found.failed]) == (["pull"], [f"deliver {EDITION}"])
    assert "answers 404" in troubles_of(byline, root, url, monkeypatch)[f"deliver {EDITION}"]
    web.otherwise = (200, {}, b"A page.")
    [job] = [job for job in duties.look("ana").then if job.task == "deliver"]
    web.otherwise = (404, {}, b"Away.")
    with pytest.raises(UsageError, match="answers 404"):
        duties.deliver("ana", **job.given)
    assert mailbox.messages == []
    with closing(Store(store_url(url))) as store, store.writing() as connection:
        ledger.freeze(connection, EDITION, (), datetime.now(UTC))
    duties.deliver("ana", **job.given)  # it was begun, and an answer that stays out for once holds up nobody
    assert len(mailbox.messages) == 1
    duties.look("ana")
    assert troubles_of(byline, root, url, monkeypatch) == {}
    assert json.loads(byline("status", "--json", at=root)[1])["unbuilt"] == []


def test_a_hand_on_a_machine_whose_folder_lacks_the_post_is_no_success(ana, mailbox, byline, monkeypatch):
    root, url, duties = ana
    [job] = [job for job in duties.look("ana").then if job.task == "deliver"]
    (root / "site").rename(root / "away")
    with pytest.raises(ElsewhereError, match="one folder in common"):
        duties.deliver("ana", **job.given)
    assert f"deliver {EDITION}" in troubles_of(byline, root, url, monkeypatch)
    (root / "away").rename(root / "site")
    duties.deliver("ana", **job.given)
    assert len(mailbox.messages) == 1
    assert troubles_of(byline, root, url, monkeypatch) == {}


def test_a_worker_that_would_make_a_key_of_its_own_for_readers_links_says_so(ana, mailbox):
    root, url, _ = ana
    settings = root / "byline.yml"
    text = settings.read_text(encoding="utf-8").replace("ana-ruiz.example/leave/", "ana-ruiz.example/unsubscribe")
    settings.write_text(f"{text}publish:\n  subscribe: {{url: https://ana-ruiz.example/subscribe}}\n", encoding="utf-8")
    own = {"DATABASE_URL": url}
    assert not (root / ".byline/token.key").exists()
    with pytest.raises(UsageError, match="BYLINE_TOKEN_KEYS"):
        Duties(one_site(root, own).sites, lambda: None, Stopping()).deliver("ana", EDITION)
    assert mailbox.messages == []
    known = own | {"BYLINE_TOKEN_KEYS": CANARY * 5}
    Duties(one_site(root, known).sites, lambda: None, Stopping()).deliver("ana", EDITION)
    assert len(mailbox.messages) == 1
    with closing(App(load(root, own), datetime.now(UTC))) as app:
        assert "BYLINE_TOKEN_KEYS" in app.service().concerns()[0]
    with closing(App(load(root, known), datetime.now(UTC))) as app:
        assert app.service().concerns() == ()


def test_a_slow_letter_leaves_the_workers_hands_to_others_by_turns(sending, mailbox, monkeypatch):
    site, url = sending
    monkeypatch.setattr("pipeline.worker.duties.A_TURN", 1.0)
    duties = Duties(one_site(site, {"DATABASE_URL": url}).sites, lambda: None, Stopping())
    jobs, turns = list(duties.look("ana").then), 0
    assert [job.given["hand"] for job in jobs] == [0], "at 40 a second one hand is enough"
    while jobs:
        began = time.monotonic()
        done = duties.deliver("ana", **jobs.pop().given)
        jobs, turns = list(done.then), turns + 1
        assert time.monotonic() - began < 4
    assert turns > 3
    assert len(mailbox.messages) == len({message[1][0] for message in mailbox.messages}) == 200
    assert counted(url) == {DeliveryState.SENT: 200}
    assert duties.look("ana").then == ()


def test_a_site_is_called_by_its_store_wherever_it_lies(tmp_path):
    def called(folder, url):
        return [*one_site(tmp_path / folder / "site", {"DATABASE_URL": url}).sites]

    assert called("a", "postgresql://h/agency?schema=ana") == called("b", "postgresql://h/agency?schema=ana") == ["ana"]
    assert called("c", "postgresql://h/agency?schema=bea") == ["bea"]
    assert called("d", "postgresql://h/mine") == ["mine"]


# -- turns at hosts


def meeting(fleet, shelf=None):
    """The other workers, as one meets them that has a shelf of its own, or this one."""
    return OtherWorkers(fleet, shelf or Shelf(), lambda _seconds: None)


def test_a_host_is_asked_by_one_worker_at_a_time_and_after_a_pause(fleet):
    inside, visits = [], []

    def visitor():
        async def visit():
            others = meeting(fleet)
            for _ in range(3):
                while later := await others.take("host.example", 0.1, 5):  # noqa: ASYNC110  (as `Web` does)
                    await asyncio.sleep(later)
                began = time.monotonic()
                inside.append(1)
                assert len(inside) == 1
                await asyncio.sleep(0.01)
                inside.pop()
                visits.append((began, time.monotonic()))
                await others.end("host.example")

        asyncio.run(visit())

    threads = [threading.Thread(target=visitor) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    visits.sort()
    assert len(visits) == 9
    assert all(later[0] - earlier[1] >= 0.1 for earlier, later in pairwise(visits))


def test_a_turn_of_one_who_died_is_free_once_no_answer_can_come_any_more(fleet):
    async def go():
        dead, alive = meeting(fleet), meeting(fleet)
        assert await dead.take("host.example", 0, 30) == 0
        assert await alive.take("host.example", 0, 30) > 0
        with fleet.engine.begin() as connection:
            connection.execute(text("UPDATE host_turns SET held_until = held_until - interval '34 s'"))
        assert await alive.take("host.example", 0, 30) > 0
        with fleet.engine.begin() as connection:
            connection.execute(text("UPDATE host_turns SET held_until = held_until - interval '2 s'"))
        assert await alive.take("host.example", 0, 30) == 0
        await dead.end("host.example")  # it comes back to life: what is no more its own is not given back
        assert await dead.take("host.example", 0, 30) > 0

    asyncio.run(go())


def test_what_one_worker_hears_of_a_host_all_heed(tmp_path, database, fleet):
    """Two sites read feeds of one host; it says to one that it is asked too often, and the other leaves it alone."""
    with serving() as web:
        feeds = [web.serve("/a.xml", "too often", status=429, Retry_After="600"), web.serve("/b.xml", FEED.format("b"))]
        sites = {}
        for number, feed in enumerate(feeds):
            root = made_site(tmp_path / f"site{number}", [feed], 25)
            sites[root.name] = Site(
                name=root.name, root=root, environment={"DATABASE_URL": f"{database}&schema=s{number}"}
            )
        duties = Duties(sites, lambda: meeting(fleet), Stopping())
        duties.pull("site0")
        assert duties.pull("site1").counts == {"waiting": 1, "entries": 0}
        assert [path for path, _ in web.requests] == ["/a.xml"]

    async def asked():
        return await meeting(fleet).left_alone("127.0.0.1")

    assert isinstance(asyncio.run(asked()), Due)


def test_what_a_clock_that_was_wrong_told_of_a_host_gives_way_to_what_one_tells_that_is_right(fleet):
    workers, now = meeting(fleet), datetime.now(UTC)
    right = now + timedelta(hours=1)

    async def go():
        for at in (now + timedelta(days=365), right, now + timedelta(minutes=1)):
            await workers.leave_alone("host.example", Due(at=at, because="it asked for that"))
        assert (await workers.left_alone("host.example")).at == right

    asyncio.run(go())


def test_a_feed_that_several_sites_read_is_asked_for_once(tmp_path, database, fleet, monkeypatch):
    """Who has it already hears that nothing is new, who does not has all of it; each site asks in its own time."""
    monkeypatch.setattr("pipeline.web.guarded.is_public", lambda _address: True)
    with serving() as web:
        feed = web.serve("/feed.xml", FEED.format("a"), ETag='"one"')
        sites = {}
        for name in ("ana", "bea", "cleo"):
            root = made_site(tmp_path / name, [], 25)
            (root / "byline.yml").write_text(f"pull:\n  feeds:\n    - url: {feed}\n", encoding="utf-8")
            sites[name] = Site(name=name, root=root, environment={"DATABASE_URL": f"{database}&schema={name}"})

        def due_again():
            for site in sites.values():
                with closing(Store(site.settings().database_url)) as store, store.writing() as connection:
                    connection.execute(text("UPDATE feeds SET due_at = NULL"))

        clock, here, there = [0.0], Shelf(lambda: clock[0]), Shelf(lambda: clock[0])
        worker, another = (Duties(sites, partial(meeting, fleet, shelf), Stopping()) for shelf in (here, there))
        for name in ("ana", "bea"):
            assert worker.pull(name).counts == {"read": 1, "entries": 1}
        assert another.pull("cleo").counts == {"read": 1, "entries": 1}  # another machine has a shelf of its own
        assert [path for path, _ in web.requests] == ["/feed.xml"] * 2
        due_again()
        assert [worker.pull(name).counts["unchanged"] for name in sites] == [1, 1, 1]
        assert len(web.requests) == 2
        clock[0] = GOOD_FOR
        web.serve("/feed.xml", status=304)
        due_again()
        assert [worker.pull(name).counts["unchanged"] for name in sites] == [1, 1, 1]
        assert [headers.get("If-None-Match") for _, headers in web.requests[2:]] == ['"one"']


# -- duties, sites, the queue


def test_what_was_done_before_a_task_went_wrong_is_counted_all_the_same(tmp_path, database, web, built, mailbox):
    feeds = [web.serve(f"/{number}.xml", FEED.format(f"f{number}")) for number in range(3)]
    root, url = made_site(tmp_path / "ana", feeds, mailbox.port, built), f"{database}&schema=ana"
    with_readers(url, 3).close()
    stopping, told = Stopping(), []
    sites = one_site(root, {"DATABASE_URL": url}).sites
    duties = Duties(sites, lambda: None, stopping, counted=lambda task, counts: told.append((task, dict(counts))))
    stopping.want()
    with pytest.raises(StoppedError):
        duties.pull("ana")
    assert told.pop()[1]["read"] >= 1
    with pytest.raises(StoppedError):
        duties.deliver("ana", EDITION)
    working = Duties(sites, lambda: None, Stopping(), counted=lambda task, counts: told.append((task, dict(counts))))
    working.deliver("ana", EDITION)
    assert [task for task, _ in told] == ["deliver", "deliver"]
    assert sum(counts.get("sent", 0) for _, counts in told) == len(mailbox.messages) == 3


def test_a_pull_that_is_to_end_keeps_what_it_has_and_says_so(tmp_path, database, web):
    feeds = [web.serve(f"/{number}.xml", FEED.format(f"f{number}")) for number in range(3)]
    root = made_site(tmp_path / "ana", feeds, 25)
    stopping = Stopping()
    duties = Duties(one_site(root, {"DATABASE_URL": f"{database}&schema=ana"}).sites, lambda: None, stopping)
    stopping.want()
    with pytest.raises(StoppedError):
        duties.pull("ana")
    again = Duties(one_site(root, {"DATABASE_URL": f"{database}&schema=ana"}).sites, lambda: None, Stopping())
    left = again.pull("ana")
    assert left.counts.get("read", 0) < 3
    assert again.look("ana").then == (Job(task="build", site="ana"),)


@pytest.fixture
def ana(tmp_path, database, web, mailbox, built):
    """A site with a feed and a planned edition that its built site shows; its folder, address and duties."""
    root = made_site(tmp_path / "ana", [web.serve("/ana.xml", FEED.format("ana"))], mailbox.port, built)
    counts_as_built(root, {})
    url = f"{database}&schema=ana"
    with_readers(url, 1).close()
    return root, url, Duties(one_site(root, HERE | {"DATABASE_URL": url}).sites, lambda: None, Stopping())


def troubles_of(byline, root, url, monkeypatch):
    """What `byline status` and `byline doctor` say of a site's worker."""
    monkeypatch.setenv("DATABASE_URL", url)
    today = f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"
    code, out, _ = byline("--now", today, "status", "--json", at=root)
    _, told, _ = byline("--now", today, "doctor", "--json", at=root)
    found = [each for each in json.loads(told)["ailments"] if each["about"] == "worker"]
    troubles = {each["duty"]: each["said"] for each in json.loads(out)["troubles"]}
    assert {each["place"] for each in found} == troubles.keys()
    assert code == 1 or not troubles
    return troubles


def test_what_is_wrong_with_one_post_keeps_nothing_else_from_being_done(ana, byline, monkeypatch, mailbox):
    root, url, duties = ana
    broken = root / "content/posts/2026-11-20-broken.md"
    broken.write_text("---\ndate: nonsense\n---\nWords.\n", encoding="utf-8")
    with closing(Store(store_url(url))) as store, store.writing() as connection:
        now = datetime.now(UTC)
        sends.plan(connection, "2026-11-09-gone", now - timedelta(minutes=2), now)
    found = duties.look("ana")
    assert [job.task for job in found.then] == ["pull", "deliver"]
    assert {duty: type(error) for duty, error in found.failed.items()} == {
        "build": PostError, "deliver 2026-11-09-gone": UsageError,
    }  # fmt: skip
    for job in found.then:
        getattr(duties, job.task)("ana", **job.given)
    assert len(mailbox.messages) == 1
    troubles = troubles_of(byline, root, url, monkeypatch)
    assert "broken.md:2: " in troubles["build"]
    assert "no post 2026-11-09-gone" in troubles["deliver 2026-11-09-gone"]
    _, out, _ = byline("doctor", at=root)
    assert f"posts: {broken}" in out
    assert "byline send 2026-11-09-gone --cancel" in out
    assert byline("send", "2026-11-09-gone", "--cancel", at=root)[0] == 0
    broken.unlink()
    assert duties.look("ana").failed == {}
    assert troubles_of(byline, root, url, monkeypatch) == {}


def test_a_worker_builds_whenever_what_the_site_is_made_of_changed_and_not_else(ana):
    root, url, duties = ana
    later = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
    taken, ahead = root / "content/posts/2026-11-23-cranes.md", root / f"content/posts/{later}-not-yet.md"
    build = Job(task="build", site="ana")

    def heard():
        said = Echo(
            id=0, kind=EchoKind.MENTION, author=plain_text("Bea"), said=plain_text("Well put."),
            source=safe_url("https://b.example/"), about="", at=datetime.now(UTC),
        )  # fmt: skip
        with closing(Store(store_url(url))) as store, store.writing() as connection:
            echoes.show(connection, echoes.keep(connection, "b", said), shown=True)

    assert build not in duties.look("ana").then
    for change in (
        lambda: taken.write_text("---\ndate: 2026-11-23\ntitle: Cranes\n---\nWords.\n", encoding="utf-8"),
        taken.unlink,
        lambda: ahead.write_text(f"---\ndate: {later}\ntitle: Soon\n---\nWords.\n", encoding="utf-8"),
        lambda: (root / "content/about.md").write_text("# About\n\nOther words.\n", encoding="utf-8"),
        lambda: (root / "overrides/assets/stylesheets/byline.css").write_text("b {color: red}", encoding="utf-8"),
        heard,
        lambda: added(root / "mkdocs.yml", "\nhooks: [hook.py]\n"),  # it may look at anything, at any time
    ):
        (root / "hook.py").touch()
        change()
        assert build in duties.look("ana").then
        duties.build("ana")
        assert build not in duties.look("ana").then
    assert not (root / "site/posts/2026-11-23-cranes").exists()
    assert "Well put." in (root / "site/voices/index.html").read_text(encoding="utf-8")


def test_what_a_worker_could_not_do_is_told_until_it_went_well(ana, byline, monkeypatch, mailbox):
    root, url, duties = ana
    [job] = [job for job in duties.look("ana").then if job.task == "deliver"]
    settings = (root / "byline.yml").read_text(encoding="utf-8")
    (root / "byline.yml").write_text(settings.replace(f"port: {mailbox.port}", "port: 9"), encoding="utf-8")
    with pytest.raises(SendError):
        duties.deliver("ana", **job.given)
    (root / "overrides/main.html").write_text("{% oh no %}", encoding="utf-8")
    with pytest.raises(PublishError):
        duties.build("ana")
    troubles = troubles_of(byline, root, url, monkeypatch)
    assert "127.0.0.1:9" in troubles[f"deliver {EDITION}"]
    assert "overrides/main.html:1" in troubles["build"]
    _, out, _ = byline("status", at=root)
    assert f"Worker     cannot send {EDITION}, since 20" in out
    (root / "byline.yml").write_text(settings, encoding="utf-8")
    duties.deliver("ana", **job.given)
    assert troubles_of(byline, root, url, monkeypatch).keys() == {"build"}


def test_an_edition_has_as_many_hands_as_it_is_worth_and_all_together_no_more_lines(tmp_path, database, mailbox):
    root = made_site(tmp_path / "ana", [], mailbox.port)
    url = f"{database}&schema=ana"
    with_readers(url, 1001).close()
    duties = Duties(one_site(root, HERE | {"DATABASE_URL": url}).sites, lambda: None, Stopping())
    assert [job.task for job in duties.look("ana").then] == ["build"]  # what the letter links to comes first
    duties.build("ana")
    jobs = duties.look("ana").then
    assert [job.lock for job in jobs] == [f"deliver ana {EDITION} 0", f"deliver ana {EDITION} 1"]  # there are two lines
    store, now = Store(store_url(url)), datetime.now(UTC)
    with store.writing() as connection:  # most of them are put off by their side; that does not end a hand
        ledger.freeze(connection, EDITION, (), now)
        most = deliveries.c.id % 10 != 0
        connection.execute(deliveries.update().where(most).values(state="later", not_before=now + timedelta(hours=1)))
    assert duties.look("ana").then == jobs
    with store.writing() as connection:
        connection.execute(deliveries.update().values(state="waiting"))
    store.close()
    duties.deliver("ana", **jobs[1].given)
    assert len(mailbox.callers) == 1  # one of the two lines
    assert counted(url) == {DeliveryState.SENT: 1001}
    assert duties.look("ana").then == ()


def test_an_edition_for_a_service_that_has_the_readers_is_handed_over_once_and_closed(tmp_path, database, built):
    root, url = made_site(tmp_path / "ana", [], 25, built), f"{database}&schema=ana"
    with_readers(url, 0).close()
    with serving_of(Listmonk()) as service, (root / "byline.yml").open("a", encoding="utf-8") as file:
        file.write("  way: listmonk\n")
        file.write(f"  listmonk: {{url: 'http://127.0.0.1:{service.port}', username: byline, lists: [3]}}\n")
        file.close()
        counts_as_built(root, {})
        environment = HERE | {"DATABASE_URL": url, "BYLINE_LISTMONK_TOKEN": KEY}
        duties = Duties(one_site(root, environment).sites, lambda: None, Stopping())
        service.then = ["take and cut"]
        jobs = duties.look("ana").then
        assert [job.lock for job in jobs] == [f"deliver ana {EDITION} 0"]
        with pytest.raises(SendError, match="looks there first"):
            duties.deliver("ana", **jobs[0].given)
        assert duties.look("ana").then == jobs  # what is uncertain is looked for at the service
        assert duties.deliver("ana", **jobs[0].given).counts == {"handed over": 1}
        assert duties.look("ana").then == ()
        assert duties.deliver("ana", **jobs[0].given).counts == {}
        assert len(service.got) == 1
        with closing(Store(store_url(url))) as store, store.writing() as connection:
            connection.execute(text("UPDATE sends SET state = 'scheduled'"))  # as if it was planned again
        assert duties.look("ana").then == jobs
        assert duties.deliver("ana", **jobs[0].given).counts == {"handed over": 0}
        assert duties.look("ana").then == ()
        assert len(service.got) == 1


@pytest.mark.parametrize(("lines", "hands"), [(1, 1), (4, 1), (4, 3), (7, 4), (8, 4)])
def test_hands_share_all_lines(lines, hands):
    shares = [_share(lines, hand, hands) for hand in range(hands)]
    assert sum(shares) == lines
    assert max(shares) - min(shares) <= 1


def test_hands_have_no_more_lines_than_the_settings_say_by_now(sending, monkeypatch):
    """Of two hands each has one of two lines; then there are four, then one."""
    site, url = sending
    monkeypatch.setattr(duties_module, "_A_HAND", 50)
    parts, settings = [], (site / "byline.yml").read_text(encoding="utf-8")
    settings = settings.replace("per_second: 40", "per_second: 400")
    monkeypatch.setattr(Letters, "send", lambda *_, part, **__: parts.append((part.hand, part.hands, part.lines)))
    duties = Duties(one_site(site, {"DATABASE_URL": url}).sites, lambda: None, Stopping())

    def shares(connections, hands):
        parts.clear()
        said = settings.replace("connections: 2", f"connections: {connections}")
        (site / "byline.yml").write_text(said, encoding="utf-8")
        for hand in range(hands):
            duties.deliver("ana", EDITION, hand)
        return parts[:]

    assert shares(2, 2) == [(0, 2, 1), (1, 2, 1)]
    assert shares(4, 4) == [(0, 4, 1), (1, 4, 1), (2, 4, 1), (3, 4, 1)]
    assert shares(1, 4) == [(0, 1, 1)]
    assert [job.given for job in duties.look("ana").then if job.task == "deliver"] == [{"edition": EDITION, "hand": 0}]


def test_each_site_of_a_folder_has_its_own_environment_and_its_own_store(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("ana", "Bea-2"):
        make(tmp_path / "sites" / name, dict(_sample_files()))
    (secrets / "ana.env").write_text('# ours\nBYLINE_SMTP_PASSWORD="a b"\n', encoding="utf-8")
    (secrets / "ana.env").chmod(0o600)
    outer = {
        "DATABASE_URL": "postgresql://w:x@db/agency",
        "PATH": "/bin",
        "AWS_SECRET": CANARY,
        "BYLINE_RESEND_KEY": "z",
    }
    found = sites_below(tmp_path / "sites", secrets, outer)
    here = "postgresql+psycopg://w:x@db/agency?schema=site_"
    assert {name: dict(site.environment) for name, site in found.sites.items()} == {
        "Bea-2": {"PATH": "/bin", "DATABASE_URL": here + "bea_2"},
        "ana": {"PATH": "/bin", "DATABASE_URL": here + "ana", "BYLINE_SMTP_PASSWORD": "a b"},
    }
    assert "a b" not in repr(found)
    assert found.left_out == {}


def test_a_site_whose_own_file_is_wrong_is_left_out_and_taken_up_again_and_the_others_go_on(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("ana", "bea"):
        make(tmp_path / "sites" / name, dict(_sample_files()))
    outer = {"DATABASE_URL": "postgresql://w:x@db/agency"}
    told = []
    known = Known(lambda: sites_below(tmp_path / "sites", secrets, outer), told.append)
    make(tmp_path / "sites" / "cat", dict(_sample_files()))
    assert "cat" not in known
    assert set(known.anew()) == {"ana", "bea", "cat"}
    own = secrets / "cat.env"
    for said, mode, why in (
        (f"BYLINE_SMTP_PASSWORD={CANARY}\nDATABASE_URL=postgres://c@db:5432/agency?schema=site_ana\n", 0o600,
         "cat and ana name the same store"),
        (f"BYLINE_SMTP_PASSWORD={CANARY}\n", 0o640, f"chmod 600 {own}"),
        (f"BYLINE_SMTP_PASSWORD={CANARY} and more\n", 0o600, f"{own}:1: must be NAME=VALUE"),
        (f"{CANARY}=\xff".encode("latin-1"), 0o600, f"{own} cannot be read"),
    ):  # fmt: skip
        own.write_bytes(said if isinstance(said, bytes) else said.encode())
        own.chmod(mode)
        assert set(known.anew()) == {"ana", "bea"}
        assert told[-1].keys() == {"cat"}
        assert why in told[-1]["cat"]
        assert CANARY not in told[-1]["cat"]
    own.unlink()
    assert "cat" in known.anew()
    assert told[-1] == {}
    for name in ("bea", "cat"):  # nobody can tell whose that is
        (secrets / f"{name}.env").write_text("DATABASE_URL=postgresql://c@db/agency?schema=both\n", encoding="utf-8")
        (secrets / f"{name}.env").chmod(0o600)
    assert set(known.anew()) == {"ana"}


def test_a_site_whose_own_store_is_no_postgresql_is_left_out_and_a_blank_address_is_none(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, said in (("ana", ""), ("bea", "sqlite:///bea.db"), ("cat", f"no address {CANARY}"), ("dan", "' '")):
        make(tmp_path / "sites" / name, dict(_sample_files()))
        (secrets / f"{name}.env").write_text(f"DATABASE_URL={said!r}\n" if name != "dan" else f"DATABASE_URL={said}\n")
        (secrets / f"{name}.env").chmod(0o600)
    found = sites_below(tmp_path / "sites", secrets, {"DATABASE_URL": "postgresql://w:x@db/agency"})
    assert {name: site.environment["DATABASE_URL"].partition("?")[2] for name, site in found.sites.items()} == {
        "ana": "schema=site_ana", "dan": "schema=site_dan",
    }  # fmt: skip
    assert found.left_out.keys() == {"bea", "cat"}
    assert all("must name a PostgreSQL database" in why for why in found.left_out.values())
    assert CANARY not in str(found.left_out)


def test_sites_with_one_store_are_noticed_however_its_address_is_spelt(tmp_path, database, fleet, built):
    secrets, names = tmp_path / "secrets", ("ana", "bea", "cat")
    secrets.mkdir()
    for name in names:
        made_site(tmp_path / "sites" / name, [], 25, built)
    folder = database.rpartition("=")[2]
    for name in ("bea", "cat"):  # one and the same, by the socket as the host of it or as a part of the query
        (secrets / f"{name}.env").write_text(f"DATABASE_URL={database}&schema=site_ana&port=5432\n")
        (secrets / f"{name}.env").chmod(0o600)
    (secrets / "cat.env").write_text(f"DATABASE_URL=postgresql://byline@:5432/{fleet.url.database}?host={folder}/\n")

    def duties():
        found = sites_below(tmp_path / "sites", secrets, HERE | {"DATABASE_URL": database})
        return Duties(found.sites, lambda: None, Stopping(), fleet), found.left_out

    working, left_out = duties()
    working.look("ana")
    working.look("cat")  # its store is the schema public
    other = (secrets / "bea.env").read_text(encoding="utf-8").replace(folder, f"{folder}/")
    (secrets / "bea.env").write_text(other, encoding="utf-8")
    working, left_out = duties()
    assert left_out == {}  # by how it is spelt it is another
    with pytest.raises(SettingsError, match="bea and ana name the same store"):
        working.look("bea")
    working.look("ana")  # whose own it is by its name
    (secrets / "bea.env").write_text((secrets / "cat.env").read_text(encoding="utf-8").strip() + "&schema=public\n")
    working, left_out = duties()
    for one, two in (("bea", "cat"), ("cat", "bea")):
        with pytest.raises(SettingsError, match=f"{one} and {two} name the same store"):
            working.look(one)
    (secrets / "cat.env").unlink()  # it has a store of its own now, which is known once it was looked at
    working, left_out = duties()
    working.look("cat")
    working.look("bea")


def test_a_queue_that_another_library_made_is_told_and_can_be_made_anew(fleet):
    fleet.prepare()
    with fleet.engine.begin() as connection:
        connection.execute(text("UPDATE queue_made_by SET version = '3.9.1'"))
    with pytest.raises(StoreError, match=r"made by procrastinate 3\.9\.1.*--renew"):
        fleet.prepare()
    fleet.prepare(renew=True)
    fleet.prepare()
    with fleet.engine.begin() as connection:
        spaces = connection.scalars(text("SELECT DISTINCT table_schema FROM information_schema.tables")).all()
    assert SCHEMA in spaces
    assert "public" not in spaces


@pytest.mark.parametrize("there", ["alembic_version", "readers"])
def test_what_is_not_the_queues_is_dropped_by_no_worker(there, database):
    made = Fleet(queue_url({"DATABASE_URL": database}))
    with made.engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {SCHEMA} CREATE TABLE {there} (id int)"))
    for renew in (False, True):
        with pytest.raises(StoreError, match="not the queue's"):
            made.prepare(renew=renew)
    with made.engine.begin() as connection:
        assert connection.scalar(text(f"SELECT count(*) FROM {there}")) == 0
    made.close()


def test_a_database_that_is_not_there_is_told_in_a_sentence(database):
    gone = Fleet(queue_url({"DATABASE_URL": database.replace("/fleet_", "/no_such_fleet_")}))
    with pytest.raises(StoreError, match=r"the queue cannot be made ready: .*does not exist.*DATABASE_URL"):
        gone.prepare()
    gone.close()


# -- what is told


def test_logs_hold_no_word_of_an_error_and_none_of_what_others_log(monkeypatch):
    stream = io.StringIO()
    root, handlers = logging.getLogger(), logging.getLogger().handlers[:]
    monkeypatch.setattr(sys, "stderr", stream)
    try:
        log_as_json()
        told = Told(CollectorRegistry())
        error = SendError(f"{CANARY}@a.example said no")
        error.__cause__ = OSError(CANARY)
        told.failed("deliver", "ana", error, 1.23456)
        logging.getLogger("procrastinate.worker").error("Job %s", CANARY, exc_info=error)
        logging.getLogger("sqlalchemy").error("%s", CANARY)
    finally:
        root.handlers[:] = handlers
        root.setLevel(logging.WARNING)
    lines = events(stream.getvalue())
    assert CANARY not in stream.getvalue()
    assert lines[0]["error"] == "SendError < OSError"
    assert lines[0]["seconds"] == 1.235
    assert lines[0]["at"] == ""  # it comes from no module of ours
    assert lines[1] | {"time": ""} == {
        "time": "", "level": "error", "event": "logged", "by": "procrastinate.worker", "error": "SendError < OSError",
    }  # fmt: skip


def test_which_site_is_ill_is_told_in_figures_without_a_word(tmp_path, database, fleet, built):
    sites = {}
    for name in ("ana", "bea", "cleo"):
        root = made_site(tmp_path / name, [], 25, built)
        counts_as_built(root, {})
        sites[name] = Site(name=name, root=root, environment=HERE | {"DATABASE_URL": f"{database}&schema={name}"})
    store, now = with_readers(f"{database}&schema=ana", 2), datetime.now(UTC)
    with store.writing() as connection:
        sends.plan(connection, f"2026-11-02-{CANARY}", now - timedelta(days=1), now)
        sends.plan(connection, f"2026-11-09-{CANARY}", now - timedelta(minutes=2), now)
        ledger.freeze(connection, EDITION, (), now - timedelta(hours=1))
        connection.execute(deliveries.update().values(state="claimed", claimed_at=now - timedelta(hours=1)))
    store.close()
    added(tmp_path / "bea/byline.yml", f"{CANARY}: 1\n")
    duties, figures = Duties(sites, lambda: None, Stopping(), fleet), CollectorRegistry()
    figures.register(_QueueFigures(fleet))

    def told():
        page = generate_latest(figures).decode()
        assert CANARY not in page
        return {line for line in page.splitlines() if line.startswith("byline_site")}

    duties.look("ana")
    with pytest.raises(SettingsError):
        duties.look("bea")
    duties.look("cleo")
    assert told() == {
        'byline_site_troubles{site="ana",task="deliver"} 1.0',
        'byline_site_troubles{site="bea",task="settings"} 1.0',
        'byline_site_late_editions{site="ana"} 1.0',
        'byline_site_uncertain_deliveries{site="ana"} 2.0',
    }
    made_site(tmp_path / "other", [], 25, built)
    shutil.copy(tmp_path / "other/byline.yml", tmp_path / "bea/byline.yml")
    duties.look("bea")
    with fleet.engine.begin() as connection:  # it was taken away, or nobody looks any more
        connection.execute(text("UPDATE site_ills SET looked_at = now() - interval '1 h' WHERE site = 'ana'"))
    assert told() == set()
    made = Store(store_url(f"{database}&schema=cleo"))
    with closing(made) as store, store.writing() as connection:
        moving(connection, "postgresql://db.example.org/cleo", now)
    with pytest.raises(StoreMovedError) as moved:
        duties.look("cleo")
    assert told() == {'byline_site_troubles{site="cleo",task="moved"} 1.0'}
    tried = SimpleNamespace(attempts=1)
    assert _Again().get_retry_decision(exception=moved.value, job=tried) is None
    assert _Again().get_retry_decision(exception=StoreError("away"), job=tried) is not None


def asked(port):
    """The figures that are told there, line by line."""
    with closing(urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics")) as answer:
        return answer.read().decode().splitlines()


@pytest.mark.parametrize(
    ("said", "place"),
    [("9464", ("127.0.0.1", 9464)), ("0.0.0.0:9464", ("0.0.0.0", 9464)), ("[::1]:80", ("::1", 80))],
)
def test_figures_are_at_home_or_where_it_is_said(said, place):
    assert place_of(said) == place


@pytest.mark.parametrize("said", ["0", "x", "65536", "host:", ":9464", "a b:1", "host:1:2"])
def test_what_is_no_place_for_figures_is_told(said, byline, site):
    code, _, err = byline("worker", "--metrics", said, at=site)
    assert (code, "PORT or HOST:PORT" in err) == (2, True)


def test_figures_are_served_at_home_by_the_names_of_the_field(fleet, postgres):
    registry = CollectorRegistry()
    told = Told(registry)
    told.counted("pull", {"read": 3, "failed": 1, "entries": 40})
    told.counted("deliver", {"sent": 5})
    told.done("build", "ana", {"built": 1}, 7.0)
    told.failed("build", "ana", SendError("x"), 1.0)
    with fleet.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status) "
                "VALUES ('d', 'pull', 'todo'), ('d', 'look', 'doing')"
            )
        )
        signs = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '13 s')"
        connection.execute(text(signs))
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    told.left_out({"bea": "cannot be read"})
    server, thread = told.serve(("127.0.0.1", port), fleet)
    try:
        page = asked(port)
        with pytest.raises(UsageError, match=rf"port {port} .* --metrics of its own"):
            Told(CollectorRegistry()).serve(("127.0.0.1", port), fleet)
        shut = f"ALTER DATABASE {fleet.url.database} ALLOW_CONNECTIONS false"
        _run_sql(postgres, shut)
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{fleet.url.database}'"
        _run_sql(postgres, end)
        without = asked(port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert "byline_database_up 0.0" in without
    assert "byline_entries_kept_total 40.0" in without
    assert not [line for line in without if line.startswith("byline_queue")]
    for line in (
        'byline_feeds_pulled_total{state="read"} 3.0',
        "byline_entries_kept_total 40.0",
        'byline_deliveries_total{state="sent"} 5.0',
        "byline_build_seconds_sum 7.0",
        'byline_tasks_total{outcome="failed",task="build"} 1.0',
        'byline_queue_jobs{state="todo",task="pull"} 1.0',
        "byline_queue_depth 1.0",
        "byline_queue_stalled_jobs 1.0",
        "byline_workers 1.0",
        "byline_database_up 1.0",
        'byline_site_left_out{site="bea"} 1.0',
    ):
        assert line in page
    assert "ana" not in "\n".join(page)
