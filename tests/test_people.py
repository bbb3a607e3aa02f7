"""People and organisations: in from files, known again, said more of by hand, out to files, and erased whole."""

import csv
import io
import json
import stat
import tracemalloc
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pipeline.connect.contacts import contacts, tables, vcard
from pipeline.connect.contacts.facts import Card, Place, Refused, birthday_of, day_of, person_from
from pipeline.connect.contacts.lines import Line, lines_of
from pipeline.connect.contacts.written import table, vcards
from pipeline.connect.importing import import_file
from pipeline.connect.network import Network
from pipeline.connect.same import keys_of, merged
from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_url
from pipeline.model import Aside, Person, ReaderState, ServiceKind, TouchKind
from pipeline.settings.sections import ConnectSettings
from pipeline.store import Store
from pipeline.store import people as kept
from pipeline.store.schema import metadata, readers

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
LAW = settings(derandomize=True, deadline=None, max_examples=80)
LINKEDIN = """Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing.
Members choose who sees them."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ana,Ruiz,https://www.linkedin.com/in/ana-ruiz,,Westmark,"Editor, Ports",12 Mar 2024
Cy,Li,https://www.linkedin.com/in/cy-li,cy@example.org,Heddle & Rask,Planner,01 Feb 2023
"""
GOOGLE = """First Name,Middle Name,Last Name,Organization Name,Organization Title,Birthday,Notes,Labels,\
E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - City,Website 1 - Value
Ana,M.,Ruiz,Westmark,Editor,1971-04-12,"Two lines
of notes",ports ::: * myContacts,Work,ana@example.org ::: ana@home.example,Mobile,+49 30 1,Hallum,\
https://linkedin.com/in/ana-ruiz/
"""
OLD_GOOGLE = """Name,Given Name,Family Name,Birthday,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,\
Organization 1 - Name,Organization 1 - Title
Bo Novak,Bo,Novak,--04-12,,* myContacts ::: close,*,bo@example.org,Strand,Buyer
"""
OUTLOOK = """First Name;Middle Name;Last Name;Company;Job Title;E-mail Address;Mobile Phone;Birthday;Notes;Categories
Jörg;;Weber;Yard;Chef;joerg@example.org;+49;0/0/00;;ports;close
"""
VCARD = """BEGIN:VCARD\r
VERSION:4.0\r
FN:Ana Ruiz\r
N:Ruiz;Ana;;;\r
ORG:Westmark\\, plc;Yard\r
TITLE:Editor\r
item1.EMAIL;TYPE="work,home":ana@example.org\r
TEL;VALUE=uri:tel:+49-30-1\r
PHOTO;ENCODING=b:/9j/4AAQ\r
 AAAA\r
ADR;TYPE=work:;;Quay 1;Hallum;;;Norway\r
CATEGORIES:ports,close\\, very\r
INTEREST:automation\r
NOTE:Two\\nlines\\; and a fol\r
 d\r
BDAY:--0412\r
END:VCARD\r
"""
OLD_VCARD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Weber;J=F6rg
NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=
two
PHOTO;BASE64;TYPE=JPEG:
 /9j/4AAQ

AGENT:
BEGIN:VCARD
N:Agent;An
END:VCARD
EMAIL;INTERNET:joerg@example.org
END:VCARD
"""
MARKDOWN = """# People

## Ana Ruiz

- role: Editor
- organisation: Westmark
- mail: ana@example.org, ana@home.example
- tags: ports, close
- met: at the port congress
- ideal: 30
- watched: yes

Wants to hear of cranes.
In person.

## Nobody
- shoe size: 42

# Organisations

## Westmark
- wanted: yes
- topics: automation
"""
YAML = """# whom I know
people:
  - name: Ana Ruiz
    role: Editor
    mail: [ana@example.org, ana@home.example]
    birthday: 1971-04-12
    tags: [ports]
  - name: Broken
    role: [unclosed
  - name: Bo Novak
    latest: 90
organisations:
  - name: Westmark
    wanted: true
"""


@pytest.fixture
def small(tmp_path):
    """A store for what is the same on every engine."""
    opened = Store(f"sqlite:///{tmp_path / 'small.db'}")
    yield opened
    opened.close()


@pytest.fixture
def take_in(tmp_path, small):
    def take(text, name="people.csv", **how):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_file(small, path, tmp_path / "refused", NOW, **how)

    return take


def network(store, tmp_path, now=NOW, **said):
    return Network(lambda: store, ConnectSettings(**said), tmp_path / "refused", now)


def everybody(store):
    with store.reading() as connection:
        return list(kept.all_people(connection))


def told_by(tmp_path, text, name):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(contacts(path))


def person(name="Ana Ruiz", **facts):
    listed = {each: [value] if isinstance(value, str) else value for each, value in facts.items()}
    return person_from({"name": [name], **listed})


# -- each kind of file


def test_linkedins_header_is_found_under_its_notes(tmp_path):
    ana, cy = (each.person for each in told_by(tmp_path, LINKEDIN, "c.csv") if isinstance(each, Card))
    assert (ana.name, ana.role, ana.organisation, ana.emails) == ("Ana Ruiz", "Editor, Ports", "Westmark", ())
    assert (ana.profiles, ana.connected_on) == (("https://www.linkedin.com/in/ana-ruiz",), date(2024, 3, 12))
    assert cy.emails == ("cy@example.org",)


def test_google_is_read_by_its_new_header_and_its_old_one(tmp_path):
    (ana,) = (each.person for each in told_by(tmp_path, GOOGLE, "c.csv") if isinstance(each, Card))
    assert (ana.name, ana.notes, ana.place) == ("Ana M. Ruiz", "Two lines of notes", "Hallum")
    assert (ana.emails, ana.tags) == (("ana@example.org", "ana@home.example"), ("ports",))
    (bo,) = (each.person for each in told_by(tmp_path, OLD_GOOGLE, "c.csv") if isinstance(each, Card))
    assert (bo.name, bo.birthday, bo.tags, bo.organisation) == ("Bo Novak", "--04-12", ("close",), "Strand")


def test_outlook_is_read_in_windows_1252_and_with_semicolons(tmp_path):
    text = OUTLOOK.replace(";ports;close", ';"ports;close"').encode("cp1252")
    (weber,) = (each.person for each in told_by(tmp_path, text, "c.csv") if isinstance(each, Card))
    assert (weber.name, weber.tags, weber.birthday, weber.aside) == ("Jörg Weber", ("ports", "close"), "", ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_each_encoding_that_programs_write(tmp_path, encoding):
    text = LINKEDIN.replace("Ana,", "Åsa,").encode(encoding)
    assert next(each.person.name for each in told_by(tmp_path, text, "c.csv") if isinstance(each, Card)) == "Åsa Ruiz"


def test_a_card_of_vcard_4_is_read_folded_escaped_grouped_and_without_its_photograph(tmp_path):
    (card,) = told_by(tmp_path, VCARD, "c.vcf")
    ana = card.person
    assert (ana.name, ana.organisation, ana.role, ana.place) == (
        "Ana Ruiz",
        "Westmark, plc",
        "Editor",
        "Hallum, Norway",
    )
    assert (ana.emails, ana.phones, ana.tags) == (("ana@example.org",), ("+49-30-1",), ("ports", "close, very"))
    assert (ana.topics, ana.notes, ana.birthday) == (("automation",), "Two lines; and a fold", "--04-12")


def test_a_card_of_vcard_2_1_is_read_as_far_as_it_is_met(tmp_path):
    (card,) = told_by(tmp_path, OLD_VCARD, "c.vcf")
    assert (card.person.name, card.person.notes) == ("Jörg Weber", "one two")
    assert card.person.emails == ("joerg@example.org",)


def test_markdown_by_hand_is_read_with_its_notes_and_organisations(tmp_path):
    ana, refused, westmark = told_by(tmp_path, MARKDOWN, "people.md")
    assert isinstance(ana, Card)
    assert ana.by_hand
    assert (ana.person.emails, ana.person.ideal_days) == (("ana@example.org", "ana@home.example"), 30)
    assert (ana.person.notes, ana.person.is_watched) == ("Wants to hear of cranes. In person.", True)
    assert isinstance(refused, Refused)
    assert "shoe size" in refused.because
    assert isinstance(westmark, Place)
    assert westmark.organisation.is_wanted


def test_what_yaml_takes_for_a_number_or_a_word_of_its_own_stays_as_it_is_written(take_in, small):
    people = """people:
- {name: No, phone: 0470123456, birthday: 1980-05-12, tags: [on, 12:30, 1.10, NO, 0x1F, 1_000, ~]}
- {name: Ana, phone: +32470123456, watched: off}
"""
    assert take_in(people, "people.yml").added == 2
    ana, no = everybody(small)
    assert (no.name, no.phones, str(no.birthday)) == ("No", ("0470123456",), "1980-05-12")
    assert no.tags == ("on", "12:30", "1.10", "NO", "0x1F", "1_000")
    assert (ana.phones, ana.is_watched) == (("+32470123456",), False)


def test_a_broken_item_of_yaml_costs_itself_and_no_other(tmp_path):
    ana, broken, bo, westmark = told_by(tmp_path, YAML, "people.yml")
    assert (ana.person.birthday, ana.person.tags) == ("1971-04-12", ("ports",))
    assert (broken.line, bo.person.latest_days) == (8, 90)
    assert "line 9" in broken.because or "line 10" in broken.because
    assert westmark.organisation.name == "Westmark"


def test_a_table_of_no_known_kind_is_told_what_would_be_known(take_in):
    with pytest.raises(
        UsageError, match=r"has no header that is known.*LinkedIn \(connected on, first name, last name"
    ):
        take_in("a,b\n1,2\n")


# -- what is broken


BROKEN = (
    LINKEDIN + 'Bo,"Novak,https://x,,a,b,1 Jan 2020\ntoo,few\n,,,,,,\nDi,Fo,,,W,R,1 Jan 2020\n,,,,Westmark,Editor,\n'
)


def test_a_broken_line_is_told_with_its_number_and_reason_and_kept_aside(take_in, small):
    done = take_in(BROKEN)
    assert [(each.line, each.because) for each in done.refused] == [
        (8, "opens a quotation mark that is not closed"),
        (9, "has 2 cells where the header has 7"),
        (12, "has neither a name nor a mail address"),
    ]
    assert sorted(each.name for each in everybody(small)) == ["Ana Ruiz", "Cy Li", "Di Fo"]
    assert 'Bo,"Novak' in done.kept_in.read_text()
    assert stat.S_IMODE(done.kept_in.stat().st_mode) == 0o600
    assert stat.S_IMODE(done.kept_in.parent.stat().st_mode) == 0o700


def test_the_file_of_what_was_refused_can_be_mended_and_imported(take_in, small):
    done = take_in(BROKEN)
    mended = done.kept_in.read_text().replace('"Novak', "Novak").replace("too,few\n", "")
    again = take_in(mended.replace(",,,,Westmark,Editor,\n", ""), "mended.csv")
    assert (again.added, again.refusals) == (1, 0)
    assert "Bo Novak" in [each.name for each in everybody(small)]


def test_a_broken_line_of_a_card_is_told_and_the_card_taken(take_in, small):
    done = take_in(
        VCARD.replace("TITLE:Editor", "no line of a card") + "BEGIN:VCARD\nNOTE:nobody\nEND:VCARD\n", "c.vcf"
    )
    assert [each.because for each in done.refused] == [
        "is no line of a card, which is NAME:value",
        "has neither a name nor a mail address",
    ]
    assert [(each.name, each.role) for each in everybody(small)] == [("Ana Ruiz", "")]


def test_a_card_that_does_not_end_is_refused_and_the_next_is_read(tmp_path):
    cut, whole = told_by(tmp_path, "BEGIN:VCARD\nFN:Cut\nBEGIN:VCARD\nFN:Whole\nEND:VCARD\n", "c.vcf")
    assert (cut.line, cut.because, whole.person.name) == (1, "has no END:VCARD", "Whole")


def test_an_organisations_card_is_no_person(tmp_path):
    (refused,) = told_by(tmp_path, VCARD.replace("FN:", "KIND:org\r\nFN:"), "c.vcf")
    assert refused.because == "is the card of an organisation, and not of a person"


def test_a_field_of_ten_megabytes_is_refused_and_costs_no_memory(small, tmp_path):
    path = tmp_path / "big.vcf"
    path.write_text(VCARD.replace("TITLE:Editor", f"TITLE:{'x' * 10_000_000}"))
    tracemalloc.start()
    done = import_file(small, path, tmp_path / "refused", NOW)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [each.because for each in done.refused] == ["is longer than 1,000,000 bytes"]
    assert [each.name for each in everybody(small)] == ["Ana Ruiz"]
    assert most < 6_000_000
    assert done.kept_in.stat().st_size < 1_000


def test_what_is_longer_than_a_fact_is_refused(take_in):
    done = take_in(LINKEDIN.replace("Planner", "x" * 600))
    assert [each.because for each in done.refused] == ["has 600 characters as role; at most 500 are taken"]


HOSTILE = [
    ('=HYPERLINK("https://evil.example")', '=HYPERLINK("https://evil.example")'),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("\x1b[31mred\x07", "[31mred"),
    ("a\u202eevil\u2066", "aevil"),
    ("nul\x00nul", "nul nul"),
]


@pytest.mark.parametrize(("name", "shown"), HOSTILE)
def test_a_hostile_name_prints_as_itself(site, byline, tmp_path, name, shown):
    text = io.StringIO()
    csv.writer(text).writerow([name, "Li", "", "", name, name, ""])
    path = tmp_path / "c.csv"
    path.write_text(LINKEDIN + text.getvalue(), newline="")
    assert byline("connect", "import", path, at=site)[0] == 0
    _, out, _ = byline("connect", "people", at=site)
    assert f"{shown} Li" in out
    assert not set(out) & set("\x1b\x07\x00\u202e\u2066")
    byline("connect", "export", tmp_path / "out.csv", at=site)
    with (tmp_path / "out.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert any(cell.lstrip("'") == f"{shown} Li" for cell in cells)


@LAW
@given(st.binary(max_size=400))
def test_no_bytes_stop_an_import(data):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        for name, head in (
            ("c.vcf", b"BEGIN:VCARD\n"),
            ("c.csv", LINKEDIN.encode()),
            ("c.yml", b"people:\n"),
            ("c.md", b""),
        ):
            path = Path(folder) / name
            path.write_bytes(head + data)
            list(contacts(path))


# -- days


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("12 Mar 2024", date(2024, 3, 12)),
        ("12 March 2024", date(2024, 3, 12)),
        ("Mar 12, 2024", date(2024, 3, 12)),
        ("2024-03-12", date(2024, 3, 12)),
        ("20240312", date(2024, 3, 12)),
        ("2024-03-12T00:00:00Z", date(2024, 3, 12)),
        ("31/12/2024", date(2024, 12, 31)),
        ("4/5/2024", None),
        ("30 Feb 2024", None),
        ("soon", None),
    ],
)
def test_a_day_is_read_as_it_is_written_and_never_guessed(said, day):
    assert day_of(said) == day


@pytest.mark.parametrize(
    ("said", "birthday"),
    [("19710412", "1971-04-12"), ("--0412", "--04-12"), ("1604-04-12", "--04-12"), ("--0230", None), ("---12", None)],
)
def test_a_birthday_needs_no_year(said, birthday):
    assert birthday_of(said) == birthday


def test_what_cannot_be_used_is_kept_aside():
    ana = person(emails=["ana at example", "ana@example.org"], birthday="4/5/1971")
    assert ana.emails == ("ana@example.org",)
    assert set(ana.aside) == {Aside(fact="emails", said="ana at example"), Aside(fact="birthday", said="4/5/1971")}


# -- who is the same


def meet(store, tmp_path, *people):
    """Import people one after the other as cards, and return who is then known."""
    for number, each in enumerate(people):
        path = tmp_path / f"{number}.vcf"
        path.write_text("".join(vcards([each])))
        import_file(store, path, tmp_path / "refused", NOW)
    return everybody(store)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            person(profiles="https://www.linkedin.com/in/ana"),
            person("A. R.", profiles="https://de.linkedin.com/in/Ana/"),
        ),
        (person(emails="ana@example.org"), person("Ana Ruiz-Weber", emails="ANA@example.org")),
        (person(organisation="Westmark"), person("ana  RUIZ", organisation="Westmark Ltd")),
        (person("Åse Brandvold", organisation="Yard"), person("Ase Brandvold", organisation="Yard")),
        (person(phones="+49 170 1234567"), person(phones="0170/1234567")),
        (person("梅 林", emails="mei@example.org"), person("Mei Lin", emails="mei@example.org")),
    ],
)
def test_the_same_person_is_known_again(small, tmp_path, one, other):
    assert len(meet(small, tmp_path, one, other)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (person("Bo Li", emails="team1@example.org"), person("Ana Ruiz", emails="team1@example.org")),
        (person("Ana Li", emails="info@example.org"), person("Ana Ruiz", emails="info@example.org")),
        (
            person(organisation="Yard", profiles="https://www.linkedin.com/in/ana1"),
            person(organisation="Yard", profiles="https://www.linkedin.com/in/ana2"),
        ),
        (person(organisation="Yard"), person(organisation="Westmark")),
        (person("Ana Li", profiles="https://yard.example/"), person("Ana Ruiz", profiles="https://yard.example")),
        (
            person("Ana Li", profiles="https://linkedin.com/company/yard"),
            person("Ana Ruiz", profiles="https://linkedin.com/company/yard"),
        ),
        (person("Peter", phones="+49 170 1111111"), person("Peter", phones="+49 170 2222222")),
    ],
)
def test_two_who_only_share_something_stay_two(small, tmp_path, one, other):
    assert len(meet(small, tmp_path, one, other)) == 2


def test_a_merge_is_shown_with_what_changed(take_in):
    take_in(LINKEDIN)
    done = take_in(GOOGLE, "google.csv")
    (merge,) = done.merged
    assert (merge.told, merge.known, merge.by, merge.line) == ("Ana M. Ruiz", "Ana Ruiz", "profile", 2)
    assert {"emails", "birthday", "notes", "tags"} <= set(merge.changed)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.csv", LINKEDIN),
        ("g.csv", GOOGLE),
        ("c.vcf", VCARD),
        ("o.vcf", OLD_VCARD),
        ("p.md", MARKDOWN),
        ("p.yml", YAML),
    ],
)
def test_the_same_file_twice_changes_nothing(take_in, small, name, text):
    first = take_in(text, name)
    before = everybody(small)
    again = take_in(text, name)
    assert (again.added, again.changed, again.unchanged) == (0, 0, first.added)
    assert everybody(small) == before


def test_files_that_do_not_agree_settle_and_lose_nothing(take_in, small):
    moved = LINKEDIN.replace("Westmark", "Strand").replace("Editor, Ports", "Chief")
    for text in (LINKEDIN, moved):
        take_in(text)
    settled = everybody(small)
    ana = next(each for each in settled if each.name == "Ana Ruiz")
    assert (ana.organisation, ana.former, ana.role) == ("Strand", ("Westmark",), "Chief")
    assert Aside(fact="role", said="Editor, Ports") in ana.aside
    for text in (LINKEDIN, moved, LINKEDIN):
        take_in(text)
    assert everybody(small) == settled


def test_what_the_author_wrote_is_overwritten_by_no_import(take_in, small, tmp_path):
    take_in(LINKEDIN)
    net = network(small, tmp_path)
    said = {"role": ["Chief editor"], "tags": ["close"], "topics": ["cranes"], "notes": ["Mine."], "ideal_days": ["30"]}
    net.edit("Ana Ruiz", said, {})
    take_in(GOOGLE, "google.csv")
    net.edit("Ana Ruiz", {}, {"tags": ["ports"]})
    take_in(GOOGLE, "google.csv")
    ana = net.find("Ana Ruiz")
    assert (ana.role, ana.tags, ana.topics, ana.ideal_days) == ("Chief editor", ("close",), ("cranes",), 30)
    assert ana.notes == "Mine. | Two lines of notes"
    assert Aside(fact="role", said="Editor") in ana.aside


FACTS = st.fixed_dictionaries(
    {"name": st.just(["Ana Ruiz"])},
    optional={
        name: st.lists(st.sampled_from(["A", "b", "a@x.org", "https://x.org/a", "2024-03-12", "30"]), max_size=3)
        for name in ("role", "organisation", "emails", "profiles", "tags", "former", "birthday", "ideal_days")
    },
)


@LAW
@given(FACTS, FACTS, st.booleans())
def test_merging_what_is_known_already_changes_nothing(one, other, by_hand):
    once = merged(person_from(one), person_from(other), by_hand=by_hand)
    assert merged(once, person_from(other), by_hand=by_hand) == once


def test_an_import_makes_nobody_a_reader(take_in, small):
    take_in(GOOGLE)
    with small.reading() as connection:
        assert connection.execute(select(readers)).all() == []


def test_a_dry_run_tells_the_same_and_keeps_nothing(take_in, small, tmp_path):
    done = take_in(BROKEN, dry_run=True)
    assert (done.added, done.refusals, done.kept_in) == (3, 3, None)
    assert everybody(small) == []
    assert not (tmp_path / "refused").exists()


def test_memory_does_not_grow_with_the_file(small, tmp_path):
    def most_of(number):
        path = tmp_path / f"{number}.csv"
        rows = "".join(f"P{n},Q{n},https://www.linkedin.com/in/p{n},,W{n},R,1 Jan 2020\n" for n in range(number))
        path.write_text(LINKEDIN + rows)
        tracemalloc.start()
        import_file(small, path, tmp_path / "refused", NOW)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    most_of(1_000)
    assert most_of(6_000) < 1.5 * most_of(2_000) + 1_000_000


# -- out again


WORDS = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40).map(plain_text).filter(bool)
)
LISTS = st.lists(WORDS, max_size=3, unique=True).map(tuple)
PEOPLE = st.builds(
    lambda facts, urls, years: replace(person(), **facts, profiles=urls, birthday=years),
    st.fixed_dictionaries(
        dict.fromkeys(("name", "role", "organisation", "place", "met", "notes"), WORDS)
        | dict.fromkeys(("tags", "topics", "former", "phones"), LISTS)
        | {"emails": st.sampled_from([(), ("ana@example.org", "b@x.example")])}
        | {
            "connected_on": st.none() | st.dates(date(1990, 1, 1)),
            "works_since": st.none() | st.dates(date(1990, 1, 1)),
        }
        | {"ideal_days": st.none() | st.integers(1, 3650), "latest_days": st.none() | st.integers(1, 3650)}
        | {"is_watched": st.booleans(), "is_left_alone": st.booleans()}
        | {"snoozed_until": st.none() | st.dates(date(1990, 1, 1))}
    ),
    st.sampled_from([(), (safe_url("https://www.linkedin.com/in/ana"),)]),
    st.sampled_from(["", "1971-04-12", "--02-29"]),
)


def read_cards(text):
    lines = (Line(number, line.removesuffix("\r")) for number, line in enumerate(text.split("\n"), start=1))
    return list(vcard.cards_of(lines))


@pytest.mark.parametrize("version", ["4.0", "3.0"])
@LAW
@given(someone=PEOPLE)
def test_vcard_out_and_in_again_loses_nothing(version, someone):
    text = "".join(vcards([someone], version))
    (card,) = read_cards(text)
    assert card.person == someone
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


@LAW
@given(someone=PEOPLE)
def test_our_table_out_and_in_again_loses_nothing(someone):
    text = "".join(table([someone]))
    lines = (Line(number, line.removesuffix("\r")) for number, line in enumerate(text.split("\n"), start=1))
    (card,) = (each for each in tables.cards_of(lines, "ours.csv") if isinstance(each, (Card, Refused)))
    assert card.person == someone


def test_cards_that_come_in_go_out_with_all_that_is_listed(tmp_path, site, byline):
    path = tmp_path / "in.vcf"
    path.write_text(VCARD, newline="")
    assert byline("connect", "import", path, at=site)[0] == 0
    out = tmp_path / "out.vcf"
    assert byline("connect", "export", out, at=site)[0] == 0
    (before,) = told_by(tmp_path, VCARD, "a.vcf")
    (after,) = told_by(tmp_path, out.read_bytes(), "b.vcf")
    assert after.person == before.person
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


# -- by hand, and the store


def test_a_person_is_found_by_number_address_profile_and_name(take_in, small, tmp_path):
    take_in(LINKEDIN)
    take_in(GOOGLE, "google.csv")
    net = network(small, tmp_path)
    ana = net.find("ana ruiz")
    for words in (str(ana.id), "ANA@example.org", "https://linkedin.com/in/ana-ruiz", "Ruiz"):
        assert net.find(words) == ana
    with pytest.raises(UsageError, match="nobody whom you know"):
        net.find("Nemo")
    with pytest.raises(UsageError, match=r"(?s)may be any of these.*Ana M. Ruiz, Westmark.*Cy Li"):
        net.find("i")


def test_one_who_is_known_is_not_added_twice(small, tmp_path):
    net = network(small, tmp_path)
    net.add({"name": ["Ana Ruiz"], "emails": ["ana@example.org"]})
    with pytest.raises(UsageError, match="is known already"):
        net.add({"name": ["Ana Ruiz"], "emails": ["Ana@example.org"]})
    with pytest.raises(UsageError, match=r"soon cannot be used as birthday; write it as 1971-04-12"):
        net.add({"name": ["Bo"], "birthday": ["soon"]})


def test_one_person_is_erased_whole(small, tmp_path):
    net = network(small, tmp_path)
    net.add({"name": ["Ana Ruiz"], "emails": ["ana@example.org"], "notes": ["secret-canary"]})
    net.add({"name": ["Bo Li"]})
    net.log("Ana Ruiz", TouchKind.CALL, about="secret-canary")
    assert net.erase("Ana Ruiz").name == "Ana Ruiz"
    with small.reading() as connection:
        rows = {table.name: connection.execute(select(table)).all() for table in metadata.sorted_tables}
    assert [row.name for row in rows["people"]] == ["Bo Li"]
    assert "secret-canary" not in repr(rows)
    assert "ana@example.org" not in repr(rows)


def test_two_records_of_one_person_become_one_and_nothing_is_lost(store, tmp_path):
    here = network(store, tmp_path)
    facts = {"emails": ["ana@example.org"], "tags": ["ports"], "organisation": ["Westmark"], "notes": ["Sails."]}
    one = here.add({"name": ["Ana Ruiz"], **facts})
    two = here.add({"name": ["A. Ruiz-Lund"], "emails": ["a@b.example"], "tags": ["close"], "organisation": ["Acme"]})
    for person, about in ((one, "cranes"), (two, "cranes"), (two, "the strike")):
        here.log(str(person.id), TouchKind.CALL, about=about, on=date(2026, 11, 20))
    with store.writing() as connection:
        values = {
            "person_id": two.id,
            "kind": "share",
            "about": "https://a.example/1",
            "text": "S\n\nT",
            "made_at": NOW,
        }
        connection.execute(metadata.tables["notes"].insert().values(**values))
    before = []
    whole = here.merge(str(one.id), "A. Ruiz-Lund", before.extend)
    assert before == [here_before(one), here_before(two)]
    assert (whole.id, whole.name, whole.organisation) == (one.id, "Ana Ruiz", "Westmark")
    assert (whole.emails, whole.tags) == (("ana@example.org", "a@b.example"), ("ports", "close"))
    assert {(each.fact, each.said) for each in whole.aside} == {("name", "A. Ruiz-Lund"), ("organisation", "Acme")}
    kept_of = here.show("A. Ruiz-Lund")  # found by the other name, too
    assert kept_of["person"] == here.find("a@b.example") == here.find(str(one.id))
    assert [touch.about for touch in kept_of["touches"]] == ["the strike", "cranes"]
    assert len(kept_of["notes"]) == 1
    with pytest.raises(UsageError, match="nobody"):
        here.find(str(two.id))
    with pytest.raises(UsageError, match="one record already"):
        here.merge("Ana Ruiz", "a@b.example", before.extend)


def here_before(person):
    return replace(person, added_at=NOW)


def test_the_command_keeps_both_records_as_they_were_for_the_author_alone(site, byline):
    for name in ("Ana Ruiz", "Ana Lund"):
        byline("connect", "add", name, "--mail", f"{name[-4:].lower()}@example.org", at=site)
    code, out, _ = byline("connect", "merge", "Ana Ruiz", "Ana Lund", "--yes", at=site)
    file = site / ".byline/merged/1-and-2.vcf"
    assert (code, "[2] Ana Lund is part of [1] Ana Ruiz" in out) == (0, True)
    assert file.read_text().count("BEGIN:VCARD") == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert byline("connect", "import", file, at=site)[0] == 0  # who goes on exporting both has one still
    told = json.loads(byline("connect", "people", "--json", at=site)[1])
    assert [person["emails"] for person in told["people"]] == [["ruiz@example.org", "lund@example.org"]]


def test_who_is_erased_is_in_no_introduction_either(site, byline):
    for name in ("Wim Daelman", "Bea Kim", "Cy Lund"):
        byline("connect", "add", name, at=site)
    for other in ("Bea Kim", "Cy Lund"):
        assert byline("connect", "introduce", "Wim Daelman", other, at=site)[0] == 0
    assert byline("connect", "erase", "Bea Kim", at=site)[0] == 0
    left = b"".join(path.read_bytes() for path in (site / ".byline").glob("byline.db*"))
    assert b"Cy Lund" in left
    assert b"Bea" not in left


def test_who_is_erased_is_in_no_file_of_a_merge_either(site, byline):
    for name in ("Ana Ruiz", "Ana Lund", "A. Lund", "Bo Berg", "B. Berg"):
        byline("connect", "add", name, at=site)
    for stays, goes in ((2, 3), (1, 2), (4, 5)):
        assert byline("connect", "merge", stays, goes, "--yes", at=site)[0] == 0
    assert byline("connect", "erase", "A. Lund", at=site)[0] == 0
    assert [path.name for path in (site / ".byline/merged").iterdir()] == ["4-and-5.vcf"]


def test_two_organisations_become_one(small, tmp_path):
    here = network(small, tmp_path)
    here.organisation("Westmark", {"topics": ["ports"]}, is_wanted=True)
    here.organisation("West Mark Group", {"topics": ["cranes"], "notes": ["The old name."]}, is_watched=True)
    whole = here.merge_organisation("Westmark", "West Mark Group")
    assert [each.name for each in here.organisations()] == ["Westmark"]
    assert (whole.also, whole.topics) == (("West Mark Group",), ("ports", "cranes"))
    assert (whole.is_wanted, whole.is_watched, whole.notes) == (True, True, "The old name.")
    with pytest.raises(UsageError, match="name two organisations"):
        here.merge_organisation("Westmark", "Nobody")


@pytest.mark.parametrize("by_hand", [True, False])
def test_another_legal_form_or_spelling_is_no_former_employer(by_hand):
    def at(name, **more):
        return Person(id=1, name=plain_text("Eva"), organisation=plain_text(name), **more)

    eva = at("Acme GmbH")
    for name in ("Acme", "ACME Ltd", "The Acme Group", "Ácme, Inc."):
        eva = merged(eva, at(name, former=(plain_text("Acme AB"),)), by_hand=by_hand)
    assert (eva.former, eva.aside) == ((), ())
    assert eva.organisation == ("Ácme, Inc." if by_hand else "Acme GmbH")
    left = (plain_text("Acme plc"), plain_text("Berg AS"), plain_text("Berg Ltd"))
    eva = merged(eva, at("Strand", former=left), by_hand=by_hand)
    assert (eva.organisation, eva.former[1:]) == ("Strand", ("Berg AS",))
    assert merged(eva, at("Acme S.A.")).organisation == "Strand"  # an older file does not bring it back


def test_what_is_kept_is_the_same_on_each_engine(store, tmp_path):
    net = network(store, tmp_path)
    (tmp_path / "c.vcf").write_text(VCARD, newline="")
    (tmp_path / "p.md").write_text(MARKDOWN)
    for name in ("c.vcf", "p.md", "c.vcf"):
        net.import_file(tmp_path / name)
    (ana,) = everybody(store)
    assert (ana.organisation, ana.former, ana.met) == ("Westmark", (), "at the port congress")
    net.log("Ana Ruiz", TouchKind.MET, on=date(2026, 11, 1))
    shown = net.show("Ana Ruiz")
    assert [touch.at for touch in shown["touches"]] == [datetime(2026, 11, 1, 12, tzinfo=UTC)]
    assert [each.name for each in net.organisations()] == ["Westmark"]
    net.erase("Ana Ruiz")
    assert everybody(store) == []


def test_an_organisation_is_said_more_of_and_erased(small, tmp_path):
    net = network(small, tmp_path)
    net.organisation("Westmark", {"topics": ["cranes"]}, is_wanted=True)
    net.organisation("Westmark Ltd", {"topics": ["ports"], "site": ["westmark.example"]}, is_watched=True)
    (westmark,) = net.organisations()
    assert (westmark.topics, westmark.is_wanted, westmark.is_watched) == (("cranes", "ports"), True, True)
    assert westmark.site == "https://westmark.example"
    net.erase_organisation("westmark")
    assert net.organisations() == []


def test_the_store_is_readable_by_its_owner_alone(site, byline):
    assert byline("connect", "add", "Ana Ruiz", at=site)[0] == 0
    for path in (site / ".byline").glob("byline.db*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((site / ".byline").stat().st_mode) == 0o700


# -- service


def test_what_is_public_of_the_service_is_on_its_page_and_nothing_else(site, byline):
    add = ("connect", "service", "add")
    assert (
        byline(*add, "Talk on cranes", "--kind", "talk", "--organisation", "Hallum School", "--public", at=site)[0] == 0
    )
    assert byline(*add, "Private-canary help", "--kind", "mentoring", at=site)[0] == 0
    assert byline("publish", at=site)[0] == 0
    page = (site / "site/service/index.html").read_text()
    assert "Talk on cranes, Hallum School" in page
    built = [path.read_bytes() for path in (site / "site").rglob("*") if path.is_file()]
    assert not [data for data in built if b"Private-canary" in data]
    assert byline("connect", "service", "remove", "1", at=site)[0] == 0
    assert byline("publish", at=site)[0] == 0
    assert not (site / "site/service/index.html").exists()


def test_a_month_without_service_is_told(small, tmp_path):
    net = network(small, tmp_path)
    assert net.service_reminder() == ""
    net.add({"name": ["Ana Ruiz"]})
    assert net.service_reminder() == ""
    assert "nothing is logged yet" in network(small, tmp_path, NOW + timedelta(days=31)).service_reminder()
    from pipeline.connect.service import service_of

    net.give(service_of(ServiceKind.TALK, "A talk", date(2026, 11, 20)))
    assert network(small, tmp_path, NOW + timedelta(days=27)).service_reminder() == ""
    assert "for 31 days" in network(small, tmp_path, NOW + timedelta(days=28)).service_reminder()


def test_each_command_reports_as_json(site, byline):
    def said(*words):
        code, out, _ = byline("connect", *words, "--json", at=site)
        assert code == 0
        return json.loads(out)

    assert said("add", "Ana Ruiz", "--tag", "ports", "--ideal", "30")["added"]["tags"] == ["ports"]
    assert said("edit", "Ana Ruiz", "--role", "Editor")["changed"]["role"] == "Editor"
    assert said("people", "ruiz")["people"][0]["name"] == "Ana Ruiz"
    assert said("log", "Ana Ruiz", "--kind", "call")["logged"]["kind"] == "call"
    assert said("show", "Ana Ruiz")["touches"][0]["kind"] == "call"
    assert said("snooze", "Ana Ruiz", "--days", "7")["snoozed_until"] == "2026-11-30"
    assert said("leave-alone", "Ana Ruiz")["is_left_alone"] is True
    assert said("due") == {"due": [], "answered": []}
    assert said("erase", "Ana Ruiz")["erased"] == "Ana Ruiz"
    assert said() == {"mentions": [], "matches": []}


def test_the_reader_states_are_no_business_of_people():
    assert not {field.name for field in fields(person())} & {state.value for state in ReaderState}
    assert keys_of(person()) == ("name:ana ruiz|",)


def test_lines_are_numbered_and_bounded(tmp_path):
    path = tmp_path / "long"
    path.write_bytes(b"a\n" + b"x" * 3_000_000 + b"\nb\n")
    first, long, last = lines_of(path)
    assert (first, last) == (Line(1, "a"), Line(3, "b"))
    assert long.fault == "is longer than 1,000,000 bytes"
