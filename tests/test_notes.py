"""Notes and introductions: prepared from the author's templates, never sent, and nobody's name is evaluated."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from pipeline.cli.notes import introduce as introduce_command
from pipeline.cli.notes import note as note_command
from pipeline.connect.introduce import introductions
from pipeline.connect.network import Network
from pipeline.connect.note import draft, kinds, mailto, values_of, written
from pipeline.errors import BylineError, UsageError
from pipeline.html import plain_text, safe_url
from pipeline.model import Organisation, Person, Subject
from pipeline.settings.sections import ConnectSettings
from pipeline.store import Store, schema
from pipeline.store import notes as kept

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
LAW = settings(derandomize=True, deadline=None, max_examples=80)
HOSTILE = "{{ 7*7 }}{% for x in y %}<b>\r\nBcc: x@evil.example\x1b[31m=cmd|'/C calc'"
ABOUT = Subject(
    title=plain_text("Cranes wait"),
    blocks=(),
    link=safe_url("https://a.example/1?a=b&c=d"),
    publisher=plain_text("Daily"),
    dated=NOW,
)


def person(name, number=1, **more):
    for field in ("role", "organisation", "notes"):
        more[field] = plain_text(more.get(field, ""))
    more["topics"] = tuple(map(plain_text, more.get("topics", ())))
    return Person(id=number, name=plain_text(name), **more)


def note_for(site, someone, kind="share", about=ABOUT, other=None):
    return written(site / "overrides/notes", kind, values_of(someone, "Nadia", about, other))


# -- templates


def test_a_new_site_has_the_six_templates(site):
    assert kinds(site / "overrides/notes") == ("ask", "congratulate", "hello", "introduce", "share", "thank")


@pytest.mark.parametrize("kind", ["ask", "congratulate", "share", "thank"])
@pytest.mark.parametrize("own", [True, False])
def test_each_template_makes_a_short_note_with_the_link(site, kind, own):
    subject, text = note_for(site, person("Dr. Ana Ruiz", organisation="Westmark"), kind, replace(ABOUT, is_own=own))
    assert subject
    assert text.startswith("Dear Ana,")
    assert text.endswith("Nadia")
    assert ABOUT.link in text
    assert len([line for line in text.splitlines() if line]) <= 5


def test_the_templates_are_on_no_page_of_the_site(site, open_app):
    mkdocs = site / "mkdocs.yml"
    mkdocs.write_text(mkdocs.read_text(encoding="utf-8").replace("  /notes/*.txt\n", ""), encoding="utf-8")
    built = open_app(site).publish()
    assert built
    assert (site / "site/index.html").is_file()
    assert not list((site / "site").rglob("congratulate*"))


def test_an_introduction_names_both(site):
    subject, text = note_for(site, person("Ana Ruiz"), "introduce", None, person("Bo Lund", 2, organisation="Acme"))
    assert subject == "Ana Ruiz, Bo Lund"
    assert "Bo Lund is at Acme" in text


def test_a_sentence_that_ends_with_a_name_has_one_full_stop(site):
    _, text = note_for(site, person("Wim"), "introduce", None, person("Bea Kim", 2, organisation="Acme, Inc."))
    assert "Bea Kim is at Acme, Inc.\n" in text
    (site / "overrides/notes/mine.txt").write_text("So … and ... {{ person.name }}. a..b ../c", encoding="utf-8")
    assert note_for(site, person("J. R. Jr."), "mine")[1] == "So … and ... J. R. Jr. a..b ../c"


def test_a_template_shows_no_title_and_no_link_that_is_not_there(site):
    bare = replace(ABOUT, link=None)
    for kind in ("ask", "congratulate", "thank"):
        text = note_for(site, person("Ana"), kind, bare)[1]
        assert "Cranes wait" in "".join(note_for(site, person("Ana"), kind, bare))
        assert "\n\n\n" not in text
    with pytest.raises(UsageError, match="“Cranes wait” has no address to give Ana"):
        note_for(site, person("Ana"), "share", bare)
    (site / "overrides/notes/mine.txt").write_text("{{ about.title | upper }}", encoding="utf-8")
    with pytest.raises(UsageError, match="nothing to tell Ana of"):
        note_for(site, person("Ana"), "mine", None)


@pytest.mark.parametrize("kind", ["ask", "congratulate", "share", "thank"])
def test_what_is_known_of_a_person_is_never_evaluated(site, kind):
    whom = person(HOSTILE, role=HOSTILE, organisation=HOSTILE)
    subject, text = note_for(site, whom, kind, replace(ABOUT, title=plain_text(HOSTILE)))
    assert "49" not in subject + text
    assert "{{" in subject + text
    assert "\x1b" not in subject + text
    assert not any(line.startswith("Bcc") for line in (subject + "\n" + text).splitlines())


def test_what_the_author_noted_of_somebody_is_in_no_note(site):
    (site / "overrides/notes/all.txt").write_text("{{ person }}{{ other }}{{ about }}{{ author }}", encoding="utf-8")
    whom = person("Ana", notes="CANARY-NOTES", met="CANARY-MET", birthday="CANARY-DAY", phones=("CANARY-PHONE",))
    assert "CANARY" not in str(note_for(site, whom, "all", ABOUT, whom))


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Dear {{ person.firts }}", "cannot be used"),
        ("Dear {{ person.first", "line 1"),
        ("{{ person.__class__.__mro__ }}", "cannot be used"),
        ("{{ 1 / 0 }}", "cannot be used"),
        ("{% include '../../byline.yml' %}", "cannot be used"),
    ],
)
def test_a_template_that_cannot_be_used_is_told_with_its_place(site, template, said):
    (site / "overrides/notes/mine.txt").write_text(template, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        note_for(site, person("Ana"), "mine")


@pytest.mark.parametrize("kind", ["none", "../byline", "", "share.txt", "/etc/passwd"])
def test_a_template_that_is_not_there_is_told_with_those_that_are(site, kind):
    with pytest.raises(UsageError, match="ask, congratulate"):
        note_for(site, person("Ana"), kind)


# -- ways


def test_a_link_opens_a_mail_program_with_the_note():
    link = mailto(["ana@example.org"], "Ä & b?", "One\nTwo 100%")
    assert link == "mailto:ana@example.org?subject=%C3%84%20%26%20b%3F&body=One%0D%0ATwo%20100%25"


@LAW
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=120))
def test_no_text_adds_a_field_to_the_link(address, subject, text):
    link = mailto([address], subject, text)
    assert link.isascii()
    assert link.isprintable()
    parts = urlsplit(link)
    assert parse_qs(parts.query, keep_blank_values=True).keys() == {"subject", "body"}
    assert unquote(parts.path) in {"", address}


@LAW
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=120), st.text(max_size=40))
def test_no_text_adds_a_header_to_the_draft(name, subject, text, address):
    made = draft([person(name, emails=(address, "ana@example.org"))], "Nadia <n@example.org>", subject, text)
    read = message_from_bytes(made, policy=policy.default)
    headers = {"X-Unsent", "From", "To", "Subject", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    assert set(read.keys()) == headers
    assert len(read.keys()) == len(headers)
    assert read["X-Unsent"] == "1"


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: x@y.example",
        "a@b.example?bcc=x@y.example,z@y.example",
        "a b@c.example",
        "x",
        "",
        "@",
        "a@@b",
    ],
)
def test_an_address_that_is_none_gets_nothing(address):
    assert mailto([address], "S", "T") == "mailto:?subject=S&body=T"
    assert message_from_bytes(draft([person("Ana", emails=(address,))], "n@example.org", "S", "T"))["To"] is None


def test_a_draft_says_what_the_note_says():
    made = draft(
        [person("Ána Ruiz", emails=("ana@example.org",))], "Nadia <n@example.org>", "Grüße", "Liebe Ána,\n\nhallo"
    )
    read = message_from_bytes(made, policy=policy.default)
    assert read["To"] == "Ána Ruiz <ana@example.org>"
    assert read["Subject"] == "Grüße"
    assert read.get_content() == "Liebe Ána,\r\n\r\nhallo\r\n"


# -- commands


@pytest.fixture
def run(site):
    """A function that calls a command as the group will, and gives its exit code and what it printed."""
    store = Store(site / ".byline/byline.db")
    network = Network(lambda: store, ConnectSettings(), site / "refused", NOW)
    for name, facts in PEOPLE.items():
        network.add({"name": [name], **facts})
    store.close()

    def call(command, *words):
        settings = {"directory": str(site), "now": "2026-11-23T07:30Z", "environment": {}}
        done = CliRunner().invoke(command, list(words), obj=settings, standalone_mode=False)
        if isinstance(done.exception, BylineError):
            raise done.exception
        assert done.exception is None, done.exception
        return done.output

    return call


PEOPLE = {
    "Wim Daelman": {
        "organisation": ["Westmark"],
        "emails": ["wim@example.org"],
        "notes": ["Looks for crane automation."],
        "topics": ["why I write this"],
    },
    "Ana Ruiz": {"organisation": ["Acme"], "topics": ["crane automation"]},
    "Ana Lund": {
        "organisation": ["Acme, Inc."],
        "emails": ["lund@example.org"],
        "profiles": ["https://www.linkedin.com/in/lund"],
    },
}


def rows(site, table):
    store = Store(site / ".byline/byline.db")
    with store.reading() as connection:
        found = connection.execute(select(table)).all()
    store.close()
    return found


def test_a_note_is_prepared_marked_as_sent_and_logged_as_one_touch(site, run):
    link = "https://a.example/story"
    assert link in run(note_command, "Wim Daelman", "--about", link)
    assert "1 note prepared and not sent yet" in run(note_command)
    assert "Noted: you sent Wim Daelman" in run(note_command, "wim", "--sent")
    [touch] = rows(site, schema.touches)
    assert (touch.kind, touch.link, touch.person_id) == ("note", link, 1)
    with pytest.raises(UsageError, match="no note waits for Wim Daelman"):
        run(note_command, "Wim Daelman", "--sent")
    assert len(rows(site, schema.touches)) == 1


def test_where_there_is_nothing_to_tell_no_note_says_so_and_a_greeting_does(site, run):
    for words in ([], ["--kind", "ask"], ["--kind", "congratulate"]):
        with pytest.raises(
            UsageError, match=r"nothing to tell Ana Lund of: name .* by --about, or .* --kind hello or thank"
        ):
            run(note_command, "Ana Lund", *words)
    assert rows(site, schema.notes) == []
    assert "how are things at Acme, Inc.?" in run(note_command, "Ana Lund", "--kind", "hello")
    assert "Ana Lund" in run(note_command, "Ana Lund", "--sent")


@pytest.mark.parametrize("words", ["3", "ana lund", "Lund Ana", "lund@example.org", "linkedin.com/in/lund"])
def test_somebody_is_named_for_a_note_as_for_every_other_command(run, words):
    assert "Dear Ana," in run(note_command, words, "--kind", "hello")


def test_preparing_again_keeps_one_note(site, run):
    for _ in range(3):
        run(note_command, "Wim Daelman", "--about", "https://a.example/story", "--kind", "ask")
    assert len(rows(site, schema.notes)) == 1


def test_without_a_name_it_says_to_whom_to_write_and_why(run):
    told = json.loads(run(note_command, "--json", "--days", "30"))
    assert told["matches"][0]["person"] == "Wim Daelman"
    assert told["matches"][0]["because"][0].startswith("Wim Daelman cares about why I write this, which your own post")


def test_a_note_goes_into_a_draft_that_its_owner_alone_reads(site, run):
    run(note_command, "Wim Daelman", "--about", "https://a.example/1", "--as", "eml", "--to", str(site / "n.eml"))
    assert message_from_bytes((site / "n.eml").read_bytes())["To"] == "Wim Daelman <wim@example.org>"
    assert (site / "n.eml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("words", "said"), [("Nobody", "nobody whom you know"), ("Ana", "may be any of these")])
def test_who_cannot_be_told_is_asked_for(run, words, said):
    with pytest.raises(UsageError, match=said):
        run(note_command, words)


def test_two_people_are_suggested_introduced_and_not_suggested_again(run):
    told = json.loads(run(introduce_command, "--json"))["introductions"]
    assert [(each["one"], each["other"]) for each in told] == [("Wim Daelman", "Ana Ruiz")]
    assert told[0]["because"] == [
        "Wim Daelman looks for it (“Looks for crane automation”), and Ana Ruiz knows crane automation."
    ]
    assert "dear Ana," in run(introduce_command, "Wim Daelman", "Ana Ruiz")
    assert json.loads(run(introduce_command, "--json"))["introductions"] == []


@pytest.mark.parametrize("words", [["Wim Daelman"], ["Wim Daelman", "wim"], ["Wim Daelman", "Ana Ruiz", "Ana Lund"]])
def test_an_introduction_needs_two_people(run, words):
    with pytest.raises(UsageError, match="name two people"):
        run(introduce_command, *words)


# -- who would profit from whom


def pairs(*people, places=()):
    return {(each.one.name, each.other.name): each.reasons for each in introductions(people, places, frozenset())}


def test_who_looks_for_a_place_is_led_to_who_works_there():
    seeker = person("Ana Ruiz", 1, notes="Wants to meet somebody at Westmark.")
    there = person("Wim Daelman", 2, organisation="Westmark Terminals plc")
    known = Organisation(id=1, name=plain_text("Westmark Terminals"), also=(plain_text("Westmark"),))
    [[reason]] = pairs(seeker, there, places=[known]).values()
    assert reason.because.endswith("Wim Daelman works there.")


def test_colleagues_strangers_and_who_seeks_nothing_are_not_introduced():
    one = person("Ana Ruiz", 1, organisation="Acme Ltd", topics=["shore power"])
    other = person("Bo Lund", 2, organisation="Acme", topics=["shore power"])
    third = person("Cy Holm", 3, notes="Does not look for shore power.")
    assert pairs(one, other, third) == {}
    assert len(pairs(one, replace(other, organisation=plain_text("Westmark")))) == 1


def test_a_topic_of_everybody_brings_nobody_together():
    assert pairs(*(person(f"P{number}", number, topics=["shore power"]) for number in range(1, 40))) == {}


def test_a_note_of_the_store_is_read_as_it_was_kept(store):
    with store.writing() as connection:
        connection.execute(insert(schema.people).values(id=1, name="Ana", card={}, added_at=NOW))
        from pipeline.model import Note

        made = Note(
            id=0, person=1, kind="share", about=plain_text("x"), subject=plain_text("S"), text="a\n\nb", made_at=NOW
        )
        first = kept.keep_note(connection, made)
        assert kept.all_notes(connection) == (first,) == (replace(made, id=first.id),)
        kept.mark_sent(connection, first, None, NOW)
        kept.mark_sent(connection, first, None, NOW)
        assert len(connection.execute(select(schema.touches)).all()) == 1
        assert kept.told_in(connection) == {(1, "x")}
