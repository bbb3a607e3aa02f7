"""What must hold before a letter leaves: the author's words, no post that was sent before, the store that knows."""

from contextlib import closing
from datetime import timedelta

import pytest

from conftest import NOW
from pipeline import post as posts
from pipeline.cli.init import _sample_files, make
from pipeline.cli.sent import sent_data, sent_lines
from pipeline.errors import SettingsError, UsageError
from pipeline.html import plain_text
from pipeline.model import Delivery, DeliveryState
from pipeline.send import Sent
from pipeline.store import Store, moves
from pipeline.store import send as kept_readers
from pipeline.store.address import address_of, shown
from sending import sink

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


def test_a_post_that_was_renamed_is_sent_to_nobody_again_even_where_no_build_saw_it(author, site):
    run, got = author
    assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == 0
    assert len(got) == 3
    path = site / f"content/posts/{EDITION}.md"
    new = path.rename(path.with_name("2026-11-16-another-name.md"))
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
    assert run("store", "stay")[1] == "Letters are sent from this store again.\n"
    assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == 0
    assert len(got) == 3


def test_a_copy_to_a_server_is_a_move_unless_it_is_a_spare_one(author, site, postgres, open_app):
    from uuid import uuid4

    from conftest import _run_sql

    run, got = author
    names = [f"moved_{uuid4().hex}" for _ in range(2)]
    for name, more, sends in zip(names, (["--spare"], []), (0, 2), strict=True):
        _run_sql(postgres, f"CREATE DATABASE {name}")
        assert run("store", "copy", postgres.replace("/postgres?", f"/{name}?"), *more)[0] == 0
        assert run("send", EDITION, "--built-elsewhere", "--yes")[0] == sends
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


def test_a_database_is_shown_without_who_looks_into_it_and_how():
    url = address_of("postgresql+psycopg://ana:S3CRET@h.example:5433/db?password=S3CRET&sslmode=require")
    assert shown(url) == "postgresql://h.example:5433/db"
    assert shown(address_of("sqlite:////srv/b.db")) == "sqlite:////srv/b.db"


@pytest.mark.usefixtures("author")
def test_words_are_asked_for_of_a_letter_that_any_program_sends(site, open_app):
    app = open_app(site)
    (site / "content/posts/2026-11-20-crane-planners.md").write_text(QUOTED, encoding="utf-8")
    letter = app.letters.make(app.find("2026-11-20-crane-planners"))
    app.readers.add("di@example.org", plain_text("Di"), plain_text("asked"))
    with pytest.raises(UsageError, match="is not for Byline to say in your name"):
        app.letters.send(letter, None, lambda _: None)
