"""What is wrong is told with its place and a remedy; what is right is not, and nothing is changed by looking."""

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from sqlalchemy import insert, update

from pipeline.app.ailments import ENGINE_ENDS, Facts, KeyFile, Severity, ailments
from pipeline.app.doctor import examine_site
from pipeline.app.hosts.git import git
from pipeline.model import Handover, Sending
from pipeline.pull.subscriptions.health import FeedHealth
from pipeline.settings import load
from pipeline.settings.environment import secrets
from pipeline.store import HEAD, Store, ahead
from pipeline.store.examined import Examined, Server, examine
from pipeline.store.schema import deliveries, metadata, readers, sends
from pipeline.store.troubles import Trouble

NOW = datetime(2026, 9, 1, 7, 30, tzinfo=UTC)
"""Before the end of the engine is near."""
WELL = Facts(now=NOW, folder=Path("/site"), free=1 << 34, python=(3, 13))
STORE = Examined(place="/site/.byline/byline.db", there=True, revision=HEAD, mode=0o600)


def told(**changes):
    """What is told of a healthy site with this changed: severity and what it is about."""
    return [(str(each.severity), each.about) for each in ailments(replace(WELL, **changes))]


def feed(**known):
    days = {name: NOW - timedelta(days=value) for name, value in known.items() if name.endswith("_at")}
    return FeedHealth(url="https://a.example/feed", title="A", **(known | days))


# -- the rules


def test_of_a_healthy_site_nothing_is_told():
    key = KeyFile(path=Path("/k"), mode=0o600, made_at=NOW)
    well = {"store": STORE, "feeds": [feed(checked_at=0, read_at=0)], "token_key": key, "dkim_keys": [key]}
    assert told(**well) == []
    assert told(store=replace(STORE, there=False, mode=None)) == []


FAIL, WARN = "fail", "warn"


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({"problem": "connection refused"}, FAIL),
        ({"damage": ("row 3 missing from index",)}, FAIL),
        ({"revision": "9999"}, FAIL),
        ({"revision": "0001"}, WARN),
        ({"revision": ""}, WARN),
        ({"mode": 0o644}, FAIL),
        ({"mode": 0o660}, FAIL),
    ],
)
def test_what_is_wrong_with_the_store_is_told(changes, severity):
    assert told(store=replace(STORE, **changes)) == [(severity, "store")]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"has_fsync": False}, [(FAIL, "store")]),
        ({"has_whole_pages": False}, [(WARN, "store")]),
        ({"ahead": timedelta(seconds=61)}, [(FAIL, "store")]),
        ({"ahead": timedelta(seconds=-61)}, [(FAIL, "store")]),
        ({"ahead": timedelta(seconds=59)}, []),
    ],
)
def test_a_server_that_may_forget_and_a_clock_that_is_wrong_are_told(changes, found):
    well = Server(has_fsync=True, has_whole_pages=True, ahead=timedelta(0))
    assert told(store=replace(STORE, mode=None, server=well._replace(**changes))) == found


def test_a_clock_that_is_wrong_is_told_with_how_much():
    wrong = Server(has_fsync=True, has_whole_pages=True, ahead=timedelta(hours=-2))
    [found] = ailments(replace(WELL, store=replace(STORE, server=wrong)))
    assert "2 hours ahead of the database server's" in found.reason


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"checked_at": 0, "read_at": 8, "error": "404", "failures": 9}, [(FAIL, "feeds")]),
        ({"checked_at": 0, "read_at": 6, "error": "404", "failures": 9}, []),
        ({"checked_at": 0, "read_at": 8, "error": "404", "failures": 1}, []),
        ({"checked_at": 0, "error": "404", "failures": 5}, [(FAIL, "feeds")]),
        ({"checked_at": 0, "error": "404", "failures": 4}, []),
        ({"checked_at": 0, "read_at": 99, "paused": "is gone"}, [(WARN, "feeds")]),
        ({"checked_at": 15, "read_at": 15}, [(WARN, "feeds")]),
        ({"checked_at": 13, "read_at": 13}, []),
        ({}, []),
    ],
)
def test_feeds_that_fail_for_long_are_told_and_those_that_fail_once_are_not(known, found):
    assert told(feeds=[feed(**known)]) == found


def test_what_became_of_letters_is_told():
    handed = Handover(edition="e", way="listmonk:a", state="claimed", ticket="t", there="", claimed_at=NOW)
    assert told(cut_off=[handed]) == [(FAIL, "letters")]
    assert told(late=["e"]) == [(FAIL, "letters")]
    assert told(lost=["e"]) == [(FAIL, "letters")]
    assert told(paused=[Sending(edition="e", state="paused", reason="4.7.1")]) == [(WARN, "letters")]


def test_what_a_worker_could_not_do_and_posts_that_are_none_are_told():
    trouble = Trouble(duty="deliver e", said="connection refused", since=NOW, at=NOW)
    [found] = ailments(replace(WELL, troubles=[trouble]))
    assert (found.about, found.reason) == (
        "worker", "it cannot send e: connection refused. So since 2026-09-01 07:30 UTC",
    )  # fmt: skip
    assert told(broken={Path("/site/content/posts/a.md"): "line 2 date: must be a day"}) == [(FAIL, "posts")]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"token_key": (0o600, 1094)}, []),
        ({"token_key": (0o600, 1096)}, [(WARN, "keys")]),
        ({"token_key": (0o640, 0)}, [(FAIL, "keys")]),
        ({"dkim": (0o600, 364)}, []),
        ({"dkim": (0o600, 366)}, [(WARN, "keys")]),
        ({"dkim": (0o604, 366)}, [(FAIL, "keys"), (WARN, "keys")]),
    ],
)
def test_keys_that_are_old_or_open_to_others_are_told(changes, found):
    key = {
        name: KeyFile(path=Path("/k"), mode=mode, made_at=NOW - timedelta(days=days))
        for name, (mode, days) in changes.items()
    }
    assert told(token_key=key.get("token_key"), dkim_keys=[key["dkim"]] if "dkim" in key else []) == found


@pytest.mark.parametrize(("megabytes", "found"), [(99, [(FAIL, "disk")]), (1023, [(WARN, "disk")]), (1024, [])])
def test_a_full_disk_is_told_before_it_is_full(megabytes, found):
    assert told(free=megabytes << 20) == found


@pytest.mark.parametrize(
    ("day", "python", "found"),
    [
        ((2027, 4, 1), (3, 11), ["engine"]),
        ((2027, 6, 1), (3, 11), ["versions", "engine"]),
        ((2027, 12, 1), (3, 11), ["versions", "engine"]),
        ((2026, 9, 1), (3, 99), []),
    ],
)
def test_the_end_of_python_and_of_the_engine_is_told_half_a_year_before(day, python, found):
    facts = replace(WELL, now=datetime(*day, tzinfo=UTC), python=python)
    assert [each.about for each in ailments(facts)] == found
    assert "engine" not in [each.about for each in ailments(replace(facts, engine="zensical"))]


def test_the_end_of_the_engine_is_the_one_that_the_docs_tell():
    docs = Path(__file__).parents[1] / "docs"
    assert f"maintained until {ENGINE_ENDS:%Y-%m-%d}" in (docs / "architecture.md").read_text(encoding="utf-8")
    assert f"until {ENGINE_ENDS.day} {ENGINE_ENDS:%B %Y}" in (docs / "manual/publish.md").read_text(encoding="utf-8")


def test_packages_that_do_not_suit_are_told_and_what_fails_comes_first():
    found = ailments(
        replace(WELL, paused=[Sending(edition="e", state="paused", reason="")], unsuited={"nh3": (">=1", "")})
    )
    assert [each.severity for each in found] == [Severity.FAIL, Severity.WARN]
    assert (found[0].place, found[0].reason) == ("nh3", "nothing of it is installed, and Byline needs >=1")


# -- a real site


def doctor(site, environment=None, **how):
    found = examine_site(site, environment or {}, NOW, **how)
    return {(str(each.severity), each.about, each.place) for each in found.ailments}, found


def test_a_new_site_is_well_and_looking_at_it_makes_nothing(site):
    before = sorted(site.rglob("*"))
    assert doctor(site)[0] == set()
    assert sorted(site.rglob("*")) == before


def test_all_problems_of_the_settings_are_told_and_the_rest_is_looked_at(site):
    (site / "byline.yml").write_text("pull: {feds: []}\nwrite: {takes: -1}\n")
    found, whole = doctor(site, {"BYLINE_NONSENSE": "1"})
    assert {place for _, about, place in found if about == "settings"} >= {"byline.yml:1", "byline.yml:2"}
    assert "not looked at" in whole.notes[0] or "nothing was looked at" in whole.notes[0]


def test_a_store_that_is_damaged_is_told_and_left_as_it_is(site):
    Store(site / ".byline/byline.db").close()
    path = site / ".byline/byline.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.executescript("INSERT INTO reader_topics VALUES (999, 'nobody')")
        raw.commit()
    data = path.read_bytes()
    found, _ = doctor(site)
    assert found == {("fail", "store", str(path))}
    assert path.read_bytes() == data
    path.write_bytes(b"no database at all" * 300)
    assert doctor(site)[0] == {("fail", "store", str(path))}


def test_an_older_store_is_told_and_not_brought_up_to_date_by_looking(site):
    path = site / ".byline/byline.db"
    Store(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
        raw.commit()
    assert doctor(site)[0] == {("warn", "store", str(path))}
    assert examine(path).revision == "0001"


def test_a_postgresql_server_that_is_not_there_is_told_without_its_password(site):
    found, whole = doctor(site, {"DATABASE_URL": "postgresql://me:hush@127.0.0.1:9/none"})
    assert {(severity, about) for severity, about, _ in found} == {("fail", "store")}
    assert "hush" not in str(whole)


def test_a_store_on_either_engine_is_looked_over(store_url, site):
    environment = {} if store_url.startswith("sqlite") else {"DATABASE_URL": store_url}
    if environment:
        assert ("warn", "store") in {each[:2] for each in doctor(site, environment)[0]}
    place = load(site, environment).database_url
    Store(place).close()
    found = [each.reason for each in doctor(site, environment)[1].ailments]
    assert [each.partition(",")[0] for each in found] == (["its server runs with fsync = off"] if environment else [])
    known = examine(place).server
    assert known is None if not environment else abs(known.ahead) < timedelta(minutes=1) and known.has_whole_pages


def test_what_is_open_to_others_is_told(site):
    Store(site / ".byline/byline.db").close()
    (site / ".byline/token.key").write_text("a key")
    for name in ("byline.db", "token.key"):
        (site / ".byline" / name).chmod(0o644)
    assert {place for _, _, place in doctor(site)[0]} == {
        str(site / ".byline/byline.db"),
        str(site / ".byline/token.key"),
    }


def test_uncertain_deliveries_and_stopped_sends_are_told(site):
    with closing(Store(site / ".byline/byline.db")) as store, store.writing() as connection:
        reader = {"id": 1, "email": "a@a.example", "email_key": "a@a.example", "name": "", "state": "active"}
        connection.execute(insert(readers).values({**reader, "consent": "", "consented_at": NOW, "token": "t"}))
        claimed = {"edition": "one", "reader_id": 1, "state": "claimed", "message_id": "<1>", "claimed_at": NOW}
        connection.execute(insert(deliveries).values(claimed))
        connection.execute(insert(sends).values(edition="two", state="paused", reason="4.7.1", frozen_at=NOW))
    assert doctor(site)[0] == {("fail", "letters", "one"), ("warn", "letters", "two")}


def test_times_that_have_not_come_are_told_where_they_are_of_what_happened(site):
    path, later = site / ".byline/byline.db", NOW + timedelta(hours=1)
    named = {f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns}
    assert named >= ahead._TO_COME
    with closing(Store(path)) as store, store.writing() as connection:
        for number in (1, 2):
            reader = {"email": f"{number}@a.example", "email_key": str(number), "name": "", "state": "active"}
            more = {"consent": "", "consented_at": NOW, "token": str(number), "paused_until": later}
            connection.execute(insert(readers).values(id=number, **reader, **more))
            put_off = {"edition": "one", "reader_id": number, "state": "later", "message_id": "", "not_before": later}
            connection.execute(insert(deliveries).values(put_off))
        connection.execute(insert(sends).values(edition="one", state="scheduled", frozen_at=NOW, due_at=later))
        assert ahead.rows_ahead(connection, NOW) == {}
        connection.execute(update(deliveries).values(claimed_at=later, settled_at=later))
        connection.execute(update(sends).values(frozen_at=later))
        assert ahead.rows_ahead(connection, NOW) == {"deliveries": 2, "sends": 1}
    found = [each.reason for each in doctor(site)[1].ailments if each.place == str(path)]
    assert [reason.rpartition("yet, ")[2] for reason in found] == ["in deliveries (2), sends (1)"]


def have_signed_by(site, name):
    text = (site / "byline.yml").read_text(encoding="utf-8")
    key = f"dkim: [{{key_file: {name}, selector: s}}]"
    (site / "byline.yml").write_text(text.replace("dkim: []", key), encoding="utf-8")


def test_a_dkim_key_that_cannot_be_read_is_told(site):
    have_signed_by(site, "none.pem")
    assert doctor(site)[0] == {("fail", "keys", "send.dkim")}


def test_dns_is_asked_only_when_told_to_and_judged_by_the_rules_of_the_letter(site):
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (site / "dkim.pem").write_bytes(pem)
    (site / "dkim.pem").chmod(0o600)
    os.utime(site / "dkim.pem", (NOW.timestamp(), NOW.timestamp()))
    have_signed_by(site, "dkim.pem")
    asked = []

    def ask(questions):
        asked.extend(questions)
        return {question: None if question[1] == "MX" else () for question in questions}

    assert doctor(site, ask=ask)[0] == set()
    assert asked == []
    found, whole = doctor(site, ask=ask, online=True)
    assert {place for _, _, place in found} == {"DNS, spf", "DNS, dmarc", "DNS, dkim-key"}
    assert ("s._domainkey.ana-ruiz.example", "TXT") in asked
    assert whole.notes == ("DNS gave no answer about ana-ruiz.example",)


# -- the command


def test_the_command_ends_with_1_only_where_something_fails(byline, site):
    code, out, said = byline("--now", "2026-09-01", "doctor", at=site)
    assert (code, said) == (0, "")
    Store(site / ".byline/byline.db").close()
    (site / ".byline/byline.db").chmod(0o644)
    code, out, said = byline("doctor", at=site)
    assert (code, f"Do: chmod 600 {site / '.byline/byline.db'}" in " ".join(out.split()), said) == (1, True, "")
    code, out, _ = byline("doctor", "--json", at=site)
    assert (code, [each["about"] for each in json.loads(out)["ailments"]]) == (1, ["store", "engine"])


def test_no_secret_is_told(site):
    environment = {"BYLINE_BACKUP_PASSPHRASE": "seven good words to keep it by"}
    assert "seven" not in repr(secrets(environment)) + repr(doctor(site, environment)[1])


def test_what_would_fail_only_when_it_is_wanted_is_told_before(site):
    text = (site / "byline.yml").read_text(encoding="utf-8")
    assert "username: ''" in text
    changed = text.replace("username: ''", "username: ana", 1).replace("card_font: ''", "card_font: gone.ttf", 1)
    assert changed.count("gone.ttf") == 1
    (site / "byline.yml").write_text(changed, encoding="utf-8")
    Store(site / ".byline/byline.db").close()
    told = {each.place: each for each in examine_site(site, {}, NOW).ailments}
    assert told["BYLINE_SMTP_PASSWORD"].about == "mail"
    assert "there is no file gone.ttf" in told["publish.card_font"].reason
    assert ".byline" not in told
    assert "BYLINE_SMTP_PASSWORD" not in {
        each.place for each in examine_site(site, {"BYLINE_SMTP_PASSWORD": "x"}, NOW).ailments
    }


def test_hooks_that_are_not_there_are_told(site):
    mkdocs = site / "mkdocs.yml"
    (site / "there.py").write_text("", encoding="utf-8")
    hooks = f"\nhooks: [there.py, gone.py, {'x' * 999}]\n"
    mkdocs.write_text(mkdocs.read_text(encoding="utf-8") + hooks, encoding="utf-8")
    told = [each.reason for each in examine_site(site, {}, NOW).ailments if "hooks" in each.reason]
    assert [reason.split()[4][:7] for reason in told] == ["gone.py", "xxxxxxx"]


def test_templates_that_cannot_be_read_are_told_without_a_build(site):
    assert not [each for each in examine_site(site, {}, NOW).ailments if "template" in each.reason]
    (site / "overrides/main.html").write_text("{% extends 'base.html' %}\n{% block content %}\n", encoding="utf-8")
    (site / "overrides/mine.html").write_bytes(b"\xff{{")
    (site / "overrides/theirs.html").write_text("{% of_a_hook %}", encoding="utf-8")
    (site / "overrides/deep.html").write_text("{{ " + "(" * 9999, encoding="utf-8")
    for name in ("letter/letter.txt", "notes/thank.txt", "shares/other.txt", "draft/edition.md", "shares/not-mine.md"):
        (site / "overrides" / name).parent.mkdir(exist_ok=True)
        (site / "overrides" / name).write_text("Dear reader,\n{% do nothing %}\n", encoding="utf-8")
    told = {each.place: each.reason for each in examine_site(site, {}, NOW).ailments if "template" in each.reason}
    names = [place.rpartition("overrides/")[2] for place in told]
    texts = ["letter/letter.txt:2", "notes/thank.txt:2", "shares/other.txt:2"]
    assert names == ["deep.html:1", "draft/edition.md:2", texts[0], "main.html:2", "mine.html:1", *texts[1:]]
    assert "so no letter can be made: " in told[f"{site}/overrides/letter/letter.txt:2"]
    assert "Unexpected end of template" in told[f"{site}/overrides/main.html:2"]


def test_plugins_that_are_not_installed_are_told_where_the_engine_minds(site):
    mkdocs = site / "mkdocs.yml"
    text = mkdocs.read_text(encoding="utf-8")
    mkdocs.write_text(text.replace("  - search\n", "  - search\n  - tags\n  - no-such-plugin\n", 1), encoding="utf-8")
    [told] = [each for each in examine_site(site, {}, NOW).ailments if each.place == "mkdocs.yml"]
    assert "the plugin no-such-plugin is named and not installed" in told.reason
    zensical = {"BYLINE_PUBLISH_ENGINE": "zensical"}
    assert "mkdocs.yml" not in {each.place for each in examine_site(site, zensical, NOW).ailments}


def test_readers_in_a_repository_are_told(site):
    Store(site / ".byline/byline.db").close()
    git(site, "init", "--quiet")
    git(site, "add", "--all")
    assert ".byline" not in {each.place for each in examine_site(site, {}, NOW).ailments}
    git(site, "add", "--force", ".byline")
    told = {each.place: each for each in examine_site(site, {}, NOW).ailments}
    assert "it is in the git repository, with your readers' addresses" in told[".byline"].reason


def test_a_torn_store_is_told_with_the_way_back(site):
    Store(site / ".byline/byline.db").close()
    (site / ".byline/byline.db").write_bytes(b"no store at all, but long enough to be one" * 100)
    [told] = [each for each in examine_site(site, {}, NOW).ailments if each.about == "store"]
    assert "`byline restore` a backup" in told.remedy
