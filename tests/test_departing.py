"""What must hold before a letter leaves: the author's words, no post that was sent before, the store that knows."""

import io
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from conftest import NOW
from pipeline import post as posts
from pipeline.app.moving import copy_store
from pipeline.cli.init import _sample_files, make
from pipeline.cli.sent import sent_data, sent_lines, without_others
from pipeline.errors import SendError, SettingsError, StoreError, StoreMovedError, UsageError
from pipeline.html import plain_text
from pipeline.model import Delivery, DeliveryState, SendState, Settled
from pipeline.send import Sent, orders
from pipeline.store import Store, moves, restores, sends
from pipeline.store import deliveries as ledger
from pipeline.store import send as kept_readers
from pipeline.store.address import address_of, shown
from pipeline.store.schema import deliveries, metadata
from sending import filled, sink

EDITION = "2026-11-16-what-had-no-name"
QUOTED = """---
date: 2026-11-20
title: Crane planners
summary: What came of it.
kind: link
sources:
  - url: https://example.org/crane
    title: Crane planners agree
    publisher: Westmark
    published: 2026-11-19
---

## [Crane planners agree](https://example.org/crane)

> They agree.

<!-- Say what you make of it. -->
"""


@pytest.fixture
def site(tmp_path):
    """A sample site with an edition that no build has shown yet."""
    folder = tmp_path / "site"
    make(folder, dict(_sample_files()))
    return folder


def everything(store):
    """All that a store holds."""
    with store.reading() as connection:
        return {table.name: connection.execute(table.select()).all() for table in metadata.sorted_tables}


def mailing_to(site, port):
    """Have letters leave by the mail server at ``port``."""
    sender = "  sender: Ana Ruiz <ana@ana-ruiz.example>\n  postal_address: 1 Quay Street, Rotterdam\n"
    smtp = f"  smtp: {{host: 127.0.0.1, port: {port}, security: none}}\n"
    (site / "byline.yml").write_text(f"send:\n{sender}{smtp}", encoding="utf-8")


@pytest.fixture
def author(site, byline, online):
    """Runs a command as the author with a mail server that takes everything, and tells who got something."""
    with sink() as server:
        mailing_to(site, server.server_address[1])
        online(site)
        for name in ("ana", "bo", "cy"):
            byline("readers", "add", f"{name}@example.org", "--consent", "asked", at=site)
        yield lambda *words, at=site: byline(*words, at=at), server.got


@pytest.mark.parametrize(
    ("day", "word"), [("2026-11-16", ("", "")), ("2026-11-17", ("", "")), ("2026-11-17", ("decided", "has decided"))]
)
def test_a_post_that_was_renamed_is_sent_to_nobody_again_even_where_no_build_saw_it(author, site, day, word):
    run, got = author
    assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == 0
    assert len(got) == 3
    path = site / f"content/posts/{EDITION}.md"
    new = path.rename(path.with_name(f"{day}-another-name.md"))
    text = new.read_text(encoding="utf-8")
    new.write_text(text.replace("date: 2026-11-16", f"date: {day}", 1).replace(*word), encoding="utf-8")
    code, _, err = run("send", new.stem, "--built-elsewhere", "--yes")
    assert (code, len(got)) == (2, 3)
    assert f"reads like {EDITION}, which was sent on" in err
    assert f"write `aliases: [{EDITION}]`" in err
    text = new.read_text(encoding="utf-8")
    new.write_text(text.replace("\ntitle:", f"\naliases: [{EDITION}]\ntitle:", 1), encoding="utf-8")
    assert run("send", new.stem, "--built-elsewhere", "--yes")[0] == 0
    assert len(got) == 3


def test_what_nobody_was_sent_may_get_another_name(author, site, online):
    run, got = author
    mailing_to(site, 9)  # nobody listens there
    online(site)
    assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == 1
    path = site / f"content/posts/{EDITION}.md"
    new = path.rename(path.with_name("2026-11-16-another-name.md"))
    assert "cannot be reached" in run("send", new.stem, "--built-elsewhere", "--yes")[2]
    assert got == []


def test_another_post_of_that_day_is_sent(author, site):
    run, got = author
    run("send", EDITION, "--built-elsewhere", "--yes")
    path = site / f"content/posts/{EDITION}.md"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    other = path.with_name("2026-11-16-of-other-things.md")
    head = text[: text.index("\n---\n", 4) + 5]
    head = "\n".join("title: Of other things" if line.startswith("title:") else line for line in head.split("\n"))
    other.write_text(f"{head}\nNothing of what was said before, and all of it in words of mine.\n", encoding="utf-8")
    assert run("send", other.stem, "--built-elsewhere", "--yes")[0] == 0
    assert len(got) == 6


def test_what_only_quotes_is_neither_sent_nor_put_on_the_site_by_a_code_host(author, site):
    run, got = author
    (site / "content/posts/2026-11-20-crane-planners.md").write_text(QUOTED, encoding="utf-8")
    for words in (("send", "2026-11-20-crane-planners", "--built-elsewhere", "--yes"), ("publish", "--strict")):
        code, _, err = run(*words)
        assert code == 2
        assert "2026-11-20-crane-planners.md:13: the take on “Crane planners agree” has no words of yours" in err
    assert got == []
    assert not (site / "site").exists()


def test_a_store_that_was_moved_sends_nothing_until_it_is_to_stay(author, site, open_app):
    run, got = author
    app = open_app(site)
    app.copy_store(f"sqlite:///{site}/other.db", moves_to="postgresql://db.example.org/ana")
    code, _, err = run("send", EDITION, "--built-elsewhere", "--yes")
    assert (code, got) == (2, [])
    assert "this store was moved to postgresql://db.example.org/ana on 2026-11-23" in err
    assert run("doctor")[1].count("postgresql://db.example.org/ana") == 1
    assert run("store", "stay")[1] == "This store is used again.\n"
    assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == 0
    assert len(got) == 3


def test_a_copy_to_a_server_is_a_move_unless_it_is_a_spare_one(author, site, postgres, open_app):
    from uuid import uuid4

    from conftest import _run_sql

    run, got = author
    names = [f"moved_{uuid4().hex}" for _ in range(2)]
    for name, more, exits in zip(names, (["--spare"], []), (0, 2), strict=True):
        _run_sql(postgres, f"CREATE DATABASE {name}")
        assert run("store", "copy", postgres.replace("/postgres?", f"/{name}?"), *more)[0] == 0
        assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == exits
        assert len(got) == 3, "from here at first, and then no more"
    copied = open_app(site, {"DATABASE_URL": postgres.replace("/postgres?", f"/{names[1]}?")})
    letter = copied.letters.make(copied.find(EDITION))
    assert copied.letters.send(letter, None, lambda _: None).count(DeliveryState.SENT) == 0
    copied.close()
    again = f"sqlite:///{site}/again.db"  # the one that was moved is copied once more: the copy is where it is
    assert run("store", "copy", again)[0] == 0
    with closing(Store(again)) as store, store.reading() as connection:
        assert moves.moved_to(connection) is None
    for name in names:
        _run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


# -- a store that came out of a backup


def test_an_edition_that_a_restored_store_does_not_know_leaves_only_at_the_authors_word(author, site, open_app):
    run, got = author
    with open_app(site).store.writing() as connection:
        restores.came_back(connection, NOW - timedelta(days=2), NOW)
    for words in ((EDITION, "--yes"), (EDITION, "--at", "2027-01-01T08:00"), ("--newest", "--yes")):
        code, _, err = run("send", *words, "--built-elsewhere")
        assert (code, got) == (2, [])
        assert f"restored on 2026-11-23 from the backup of 2026-11-21 07:30 UTC, and whether {EDITION} was sent" in err
    assert run("send", EDITION, "--built-elsewhere", "--at", "2027-01-01T08:00", "--resume")[0] == 0
    assert got == []
    assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == 0  # it is known now
    assert len(got) == 3
    assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == 0  # and everybody has it
    assert len(got) == 3


def test_an_edition_that_went_out_before_a_restore_counts_as_sent_at_the_authors_word(author, site, open_app):
    run, got = author
    with open_app(site).store.writing() as connection:
        restores.came_back(connection, NOW - timedelta(days=2), NOW)
    code, _, err = run("send", EDITION, "--built-elsewhere", "--yes")
    assert (code, f"if it was, `byline send {EDITION} --uncertain sent` says so" in err) == (2, True)
    assert run("send", EDITION, "--uncertain", "again")[0] == 0  # nothing was cut off
    assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == 2
    said = f"3 uncertain deliveries of {EDITION} counted as sent. Nothing was sent."
    assert said in run("send", EDITION, "--uncertain", "sent")[1]
    assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == 0
    assert run("send", "--newest", "--built-elsewhere", "--yes")[0] == 0
    assert got == []
    with open_app(site).store.reading() as connection:  # on its own day, as far as anybody knows
        assert set(connection.scalars(select(deliveries.c.claimed_at))) == {datetime(2026, 11, 16, 12, tzinfo=UTC)}
    path = site / f"content/posts/{EDITION}.md"
    new = path.rename(path.with_name("2026-11-16-another-name.md"))
    code, _, err = run("send", new.stem, "--built-elsewhere", "--yes", "--resume")
    assert (code, f"reads like {EDITION}, which was sent" in err) == (2, True)
    assert got == []


def test_an_edition_that_a_service_sent_before_a_restore_counts_as_handed_over(site, open_app, byline):
    hosted = "send:\n  way: listmonk\n  listmonk: {url: 'http://127.0.0.1:9', username: byline, lists: [3]}\n"
    (site / "byline.yml").write_text(hosted, encoding="utf-8")
    app = open_app(site)
    with app.store.writing() as connection:
        restores.came_back(connection, NOW - timedelta(days=2), NOW)
    assert "1 uncertain delivery of" in byline("send", EDITION, "--uncertain", "sent", at=site)[1]
    assert app.letters.is_handed(app.letters.make(site / f"content/posts/{EDITION}.md"))
    app.letters.see_that_it_is_known(site / f"content/posts/{EDITION}.md")


def test_an_edition_whose_send_is_stopped_is_handed_over_to_no_service(store):
    put_reader(store)
    with store.writing() as connection:
        restores.came_back(connection, NOW, NOW)
    with pytest.raises(SendError, match=f"`byline send {EDITION} --resume` goes on with it"):
        orders.take_up(store, EDITION, resume=False)
    orders.take_up(store, EDITION, resume=True)
    orders.take_up(store, EDITION, resume=False)


# -- a store that moves


def put_reader(store):
    with store.writing() as connection:
        reader = kept_readers.add_reader(connection, "ana@example.org", plain_text("Ana"), plain_text("asked"), NOW)
        ledger.freeze(connection, EDITION, (), datetime.now(UTC))
        return reader


def claimed(connection):
    return ledger.claim(connection, {1: "<a@b>"}, datetime.now(UTC))


def test_a_store_does_not_move_while_an_edition_is_sent_from_it(store, tmp_path):
    put_reader(store)
    with store.writing() as connection:
        assert claimed(connection) == {1}

    def move():
        return copy_store(store, f"sqlite:///{tmp_path}/new.db", "postgresql://db.example.org/ana", NOW)

    with pytest.raises(
        UsageError, match=f"--pause` here, move the store, and go on .* `byline send {EDITION} --resume"
    ):
        move()
    with store.writing() as connection:
        sends.stop(connection, EDITION, SendState.PAUSED)
    with pytest.raises(UsageError, match="on its way to readers at this moment"):
        move()
    with store.writing() as connection:
        ledger.settle(connection, [Settled(row=1, state=DeliveryState.SENT, answer=plain_text("ok"))], NOW)
    assert move()["readers"] == 1
    with pytest.raises(StoreMovedError), store.writing() as connection:
        claimed(connection)
    with closing(Store(f"sqlite:///{tmp_path}/new.db")) as new, new.writing() as connection:
        assert moves.moved_to(connection) is None


def test_no_letter_is_claimed_beside_a_move(store, tmp_path):
    """Whichever of the two is first: a claim that is not committed yet holds up the move, and the move the claim."""
    put_reader(store)
    with store.writing() as connection:
        sends.stop(connection, EDITION, SendState.DONE)

    def move():
        return copy_store(store, f"sqlite:///{tmp_path}/new.db", "postgresql://db.example.org/ana", NOW)

    def claim():
        with store.writing() as connection:
            return claimed(connection)

    with ThreadPoolExecutor(1) as beside:
        with store.writing() as connection:
            claimed(connection)
            moving = beside.submit(move)
            assert not wait([moving], 0.5).done
        with pytest.raises(UsageError, match="on its way to readers"):
            moving.result()
        with store.writing() as connection:
            ledger.leave(connection, {1: (DeliveryState.WAITING, at_of(connection))}, NOW)
        with store.writing() as connection:
            moves.moving(connection, "postgresql://db.example.org/ana", NOW)
            claiming = beside.submit(claim)
            assert not wait([claiming], 0.5).done
        with pytest.raises(StoreMovedError, match="byline store stay"):
            claiming.result()


def at_of(connection):
    return connection.scalar(select(deliveries.c.claimed_at))


def test_a_move_that_fails_is_taken_back(store, tmp_path):
    put_reader(store)
    with store.writing() as connection:
        sends.stop(connection, EDITION, SendState.DONE)
    with closing(Store(tmp_path / "full.db")) as full:
        put_reader(full)
    with pytest.raises(StoreError, match="holds something already"):
        copy_store(store, f"sqlite:///{tmp_path}/full.db", "postgresql://db.example.org/ana", NOW)
    with store.writing() as connection:
        assert moves.moved_to(connection) is None


@pytest.mark.usefixtures("author")
def test_nothing_that_the_new_store_would_lack_is_written_into_one_that_moved(site, byline, open_app, tmp_path):
    open_app(site).copy_store(f"sqlite:///{tmp_path}/new.db", moves_to="postgresql://db.example.org/ana")
    (tmp_path / "more.csv").write_text("email\neve@example.org\n")
    (tmp_path / "gone.eml").write_bytes(b"From: ana@example.org\r\nSubject: unsubscribe\r\n\r\nPlease take me off.\r\n")
    with (site / "byline.yml").open("a") as settings:
        settings.write("publish: {subscribe: {url: https://letter.example.org/subscribe}}\n")
    before = everything(open_app(site).store)
    for words in (
        ("readers", "add", "eve@example.org", "--consent", "asked"),
        ("readers", "import", tmp_path / "more.csv", "--consent", "asked"),
        ("readers", "remove", "ana@example.org"),
        ("readers", "erase", "ana@example.org"),
        ("inbox", tmp_path / "gone.eml"),
        ("serve",),
    ):
        code, _, err = byline(*words, at=site)
        assert (code, "moved to postgresql://db.example.org/ana on 2026-11-23" in err) == (2, True), (words, err)
    assert everything(open_app(site).store) == before
    code, out, _ = byline("status", at=site)
    assert code == 1
    assert "postgresql://db.example.org/ana" in out


@pytest.mark.usefixtures("author")
def test_the_log_of_a_code_host_names_no_reader(site, monkeypatch, capfd):
    from pipeline.cli import run

    monkeypatch.setenv("CI", "true")
    for words in ([], ["--json"]):
        run(["-C", str(site), "--now", "2026-11-23T07:30Z", "send", EDITION, "--built-elsewhere", "--dry-run", *words])
        said = "".join(capfd.readouterr())
        assert "@example.org" not in said
        assert "reader 1" in said


@pytest.mark.usefixtures("author")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("550 5.1.1 <very.secret@patient.example>: no such person", "550 5.1.1 (its words are not for a log)"),
        ("421 go away, patient.example", "421 (its words are not for a log)"),
        ("no route to very.secret@patient.example", "(its words are not for a log)"),
        ("", "cut off before the answer"),
    ],
)
def test_what_a_mail_server_said_is_a_code_there(site, open_app, answer, told):
    letter = open_app(site).letters.make(site / f"content/posts/{EDITION}.md")
    with open_app(site).store.reading() as connection:
        reader = next(iter(kept_readers.readers_in(connection)))
    state = DeliveryState.REFUSED if answer else DeliveryState.CLAIMED
    delivery = Delivery(edition=letter.edition, reader=reader, state=state, message_id="<a@b>", answer=answer)
    sent = Sent(counts={state: 1}, troubled=(delivery,), left_out={})
    assert f"reader {reader.id}: {told}" in sent_lines(letter, sent, discreet=True)[0]
    assert "patient" not in repr(sent_data(letter, sent, discreet=True))
    assert (answer or told) in sent_lines(letter, sent, discreet=False)[0]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("(the last: “550 5.1.1 <a@b.example>: no jane”), so", "(the last: “550 5.1.1 …”), so"),
        ("was “A title”, and jane+x@b.example too", "was “A title”, and (an address) too"),
        ("<jane@b.example>: to:bo@c.example", "<(an address)>: to:(an address)"),
        ("the store postgresql://ana@db.example/agency", "the store postgresql://ana@db.example/agency"),
    ],
)
def test_a_sentence_in_a_log_has_nothing_of_others(said, told):
    assert without_others(said) == told


def test_a_fault_of_ours_tells_no_address_there_either(site, monkeypatch, capfd):
    from pipeline.cli import run

    def fail(*_given):
        raise ValueError("no way to make a letter for <jane@patient.example>")

    monkeypatch.setattr("pipeline.app.App.status", fail)
    assert run(["-C", str(site), "status"], {"CI": "true"}) == 1
    said = capfd.readouterr().err
    assert "ValueError: no way to make a letter for <(an address)>" in said
    assert "jane" not in said


def test_what_pauses_a_send_at_a_code_host_is_told_without_a_readers_address(site, online, postgres):
    from pipeline.cli import run

    def refuse(verb, to):
        return f"550 5.1.1 <{to}>: user {to.partition('@')[0]} unknown" if verb == "RCPT" else None

    with sink(refuse) as server:
        mailing_to(site, server.server_address[1])
        online(site)
        environment = dict(os.environ) | {"CI": "true", "DATABASE_URL": f"{postgres}&schema=ci"}
        environment |= {"BYLINE_SEND_UNSUBSCRIBE_URL": "https://letter.example/leave", "BYLINE_TOKEN_KEYS": "k" * 32}
        filled(environment["DATABASE_URL"], 12).close()
        for _ in range(2):
            with pytest.MonkeyPatch.context() as patch:
                said = io.StringIO()
                patch.setattr(sys, "stderr", said)
                words = ["-C", str(site), "--now", "2026-11-23T07:30Z", "send", EDITION, "--built-elsewhere", "--yes"]
                assert run(words, environment) == 1
            assert "“550 5.1.1 …”" in said.getvalue()
            assert not re.search(r"r\d+", said.getvalue())


def test_the_edition_that_is_sent_is_named_and_one_that_was_passed_over_too(author, site, open_app):
    run, _ = author
    app = open_app(site)
    older = posts.read(site / f"content/posts/{EDITION}.md")
    text = older.path.read_text(encoding="utf-8")
    later = text.replace("date: 2026-11-16", "date: 2026-11-20").replace(
        f"title: {older.title}", "title: The later one"
    )
    words = "And here is what came of it since then, in my own words alone. " * 12
    (site / "content/posts/2026-11-20-the-later-one.md").write_text(f"{later}\n{words}\n", encoding="utf-8")
    _, out, err = run("send", "--newest", "--built-elsewhere", "--yes")
    assert "“The later one” (2026-11-20-the-later-one) was sent to 3 readers" in out
    assert f"note: {EDITION} was sent to nobody; `byline send {EDITION}` sends it" in err
    assert app.letters.passed_over(older.path) == ()
    assert app.at(NOW + timedelta(days=30)).letters.passed_over(app.find("2026-11-20-the-later-one")) == ()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://u:S3@CRETPW@h.example/db",
        "postgresql+psycopg://u:S3CRET:x9@h:port/db",
        "postgresql+psycopg://u:p@h:999999999999x/S3CRET",
        "mysql://S3CRET@h/db",
        "S3CRET",
    ],
)
def test_an_address_that_cannot_be_read_is_told_without_a_piece_of_it(url):
    with pytest.raises(SettingsError) as raised:
        address_of(url)
    assert "CRET" not in str(raised.value)
    assert "DATABASE_URL" in str(raised.value)


def test_a_database_is_shown_as_one_may_set_it_again_but_for_what_is_secret():
    url = address_of("postgresql+psycopg://ana:S3CRET@h.example:5433/db?password=S3CRET&sslpassword=S3CRET&schema=ana")
    assert shown(url) == "postgresql://ana@h.example:5433/db?schema=ana"
    assert shown("postgresql://ana@/db?host=/run/pg") == "postgresql://ana@/db?host=%2Frun%2Fpg"
    assert shown(address_of("sqlite:////srv/b.db")) == "sqlite:////srv/b.db"


@pytest.mark.usefixtures("author")
def test_words_are_asked_for_of_a_letter_that_any_program_sends(site, open_app):
    app = open_app(site)
    (site / "content/posts/2026-11-20-crane-planners.md").write_text(QUOTED, encoding="utf-8")
    letter = app.letters.make(app.find("2026-11-20-crane-planners"))
    app.readers.add("di@example.org", plain_text("Di"), plain_text("asked"))
    with pytest.raises(UsageError, match="is not for Byline to say in your name"):
        app.letters.send(letter, None, lambda _: None)
