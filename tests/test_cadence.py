"""Cadence: whose turn it is counts from the last real touch, and is said in a sentence."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from pipeline.connect.cadence import turns
from pipeline.connect.contacts.facts import person_from
from pipeline.connect.network import Network
from pipeline.errors import UsageError
from pipeline.html import plain_text
from pipeline.model import Occasion, PersonId, Touch, TouchKind
from pipeline.settings.sections import CadenceSettings, ConnectSettings
from pipeline.store import people as kept
from pipeline.store.schema import notes, readers, returns

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
CLOSE = {"close": CadenceSettings(ideal=30, latest=90)}
LAW = settings(derandomize=True, deadline=None)


def ana(**facts):
    person = person_from({"name": ["Ana Ruiz"], "tags": ["Close"], "organisation": ["Westmark"]})
    return replace(person, id=PersonId(1), added_at=NOW - timedelta(days=400), **facts)


def touched(days, kind=TouchKind.CALL, about=""):
    return {PersonId(1): Touch(person=PersonId(1), kind=kind, at=NOW - timedelta(days=days), about=plain_text(about))}


def turn_of(person, last=None, cadences=CLOSE, now=NOW, **how):
    found = turns([person], last or {}, cadences, now, **how)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("days", "is_due", "is_late"),
    [(0, False, False), (29, False, False), (30, True, False), (90, True, False), (91, True, True)],
)
def test_it_is_a_persons_turn_from_the_ideal_day_and_late_after_the_latest(days, is_due, is_late):
    turn = turn_of(ana(), touched(days))
    assert (turn is not None, bool(turn and turn.is_late)) == (is_due, is_late)


def test_the_reason_is_a_sentence():
    said = turn_of(ana(), touched(114, about="the simulator")).because
    assert said == (
        "You spoke on the phone on 2026-08-01, 114 days ago (about the simulator); with “close” you want to be in "
        "touch every 30 days, or after 90 at the latest."
    )


def test_without_a_touch_it_counts_from_the_day_they_were_added():
    assert turn_of(replace(ana(), added_at=NOW - timedelta(days=3))) is None
    assert turn_of(ana()).because.startswith("No touch is logged since you added them on 2025-10-19, 400 days ago;")


def test_who_has_no_cadence_is_never_due():
    assert turn_of(ana(), touched(3000), cadences={}) is None


def test_a_persons_own_word_counts_before_that_of_their_tags():
    assert turn_of(ana(ideal_days=180), touched(100)) is None
    assert turn_of(ana(latest_days=50), touched(51), {}).is_late


def test_of_several_tags_the_most_frequent_counts():
    both = replace(ana(), tags=("slow", "close"))
    cadences = {"slow": CadenceSettings(ideal=365), **CLOSE}
    assert "“close”" in turn_of(both, touched(40), cadences).because


def test_one_who_is_snoozed_or_left_alone_is_not_due():
    assert turn_of(ana(snoozed_until=date(2026, 11, 24)), touched(200)) is None
    assert turn_of(ana(snoozed_until=date(2026, 11, 23)), touched(200)) is not None
    assert turn_of(ana(is_left_alone=True, birthday="--11-23"), touched(200), birthdays=True) is None


def test_birthdays_are_told_only_if_wanted():
    born = ana(birthday="1971-11-25")
    assert turn_of(born, touched(10)) is None
    turn = turn_of(born, touched(10), birthdays=True)
    assert (turn.occasion, turn.because) == (Occasion.BIRTHDAY, "Their birthday is on 2026-11-25.")
    assert turn_of(ana(birthday="--11-23"), touched(10), birthdays=True).because == "Their birthday is today."
    assert turn_of(ana(birthday="--12-01"), touched(10), birthdays=True) is None
    assert turn_of(born, touched(1), birthdays=True) is None  # they were in touch this week


def test_a_birthday_on_the_29th_of_february_comes_each_year():
    assert turn_of(ana(birthday="--02-29"), {}, {}, datetime(2027, 2, 26, tzinfo=UTC), birthdays=True) is not None


def test_a_birthday_is_told_over_the_end_of_the_year():
    turn = turn_of(ana(birthday="--01-02"), {}, {}, datetime(2026, 12, 30, tzinfo=UTC), birthdays=True)
    assert "2027-01-02" in turn.because


def test_an_anniversary_at_work_is_told_with_its_years():
    turn = turn_of(ana(works_since=date(2021, 11, 24)), touched(10), birthdays=True)
    assert (turn.occasion, turn.because) == (
        Occasion.ANNIVERSARY,
        "They have been at Westmark for 5 years on 2026-11-24.",
    )
    assert turn_of(ana(works_since=date(2026, 11, 24)), touched(10), birthdays=True) is None


def test_the_latest_come_first():
    people = [replace(ana(), id=PersonId(n), name=plain_text(f"P{n}")) for n in (1, 2, 3)]
    days = {1: 40, 2: 200, 3: 100}
    last = {PersonId(n): replace(touched(d)[1], person=PersonId(n)) for n, d in days.items()}
    assert [turn.person.name for turn in turns(people, last, CLOSE, NOW)] == ["P2", "P3", "P1"]


@LAW
@given(st.integers(0, 4000), st.integers(1, 3650), st.integers(1, 3650))
def test_who_is_late_is_due_and_a_touch_today_makes_nobody_due(days, ideal, latest):
    cadence = {"close": CadenceSettings(ideal=ideal, latest=latest)}
    turn = turn_of(ana(), touched(days), cadence)
    assert (turn is not None) == (days >= ideal)
    assert not (turn and turn.is_late) or days > max(ideal, latest)
    assert turn_of(ana(), touched(0), cadence) is None


# -- with the store


@pytest.fixture
def net(store, tmp_path):
    def at(days=0):
        said = ConnectSettings(cadence=CLOSE)
        return Network(lambda: store, said, tmp_path / "refused", NOW + timedelta(days=days))

    at().add({"name": ["Ana Ruiz"], "tags": ["close"], "emails": ["Ana@Example.org"]})
    return at


def test_due_counts_from_the_last_touch_and_not_from_a_timer(net):
    assert net(29).turns() == ()
    assert len(net(30).turns()) == 1
    net(30).log("Ana Ruiz", TouchKind.MET, about="coffee")
    assert net(59).turns() == ()
    assert "You met on 2026-12-23, 31 days ago (about coffee)" in net(61).turns()[0].because


def test_a_touch_that_is_logged_late_counts_from_its_own_day(net):
    net(40).log("Ana Ruiz", TouchKind.CALL, on=date(2026, 11, 30))
    assert "2026-11-30, 33 days ago" in net(40).turns()[0].because
    with pytest.raises(UsageError, match="yet to come"):
        net().log("Ana Ruiz", TouchKind.CALL, on=date(2026, 11, 24))


def test_a_note_that_the_author_said_they_sent_is_a_touch(net, store):
    number = net().find("Ana Ruiz").id
    note = {"person_id": number, "kind": "share", "about": "x", "text": "y", "made_at": NOW}
    with store.writing() as connection:
        connection.execute(insert(notes).values(**note, sent_at=None))
    assert len(net(31).turns()) == 1
    with store.writing() as connection:
        connection.execute(insert(notes).values(**note, sent_at=NOW + timedelta(days=20)))
    assert net(31).turns() == ()


def keep_return(store, kind):
    with store.writing() as connection:
        reader = connection.execute(
            insert(readers).values(
                email="ana@example.org", email_key="ana@example.org", name="", token=kind, state="active", consent="x",
                consented_at=NOW,
            ).returning(readers.c.id)
        ).scalar_one()  # fmt: skip
        words = dict.fromkeys(("status", "reply", "feedback_type", "said", "excerpt"), "")
        row = {"key": kind, "source": "x", "reader_id": reader, "kind": kind, "reason": "unknown", "recipient": "ana"}
        row |= {"gone": False, "pending": False, "effect": "none", "proof": "none", "done": "none"}
        connection.execute(insert(returns).values(**row, **words, at=NOW + timedelta(days=5)))


@pytest.mark.parametrize(
    ("kind", "is_offered"), [("other", True), ("auto-reply", False), ("bounce", False), ("unsubscribe", False)]
)
def test_an_answer_to_a_letter_is_offered_as_a_touch_and_none_of_a_machine(net, store, kind, is_offered):
    keep_return(store, kind)
    offered = net(6).offered()
    assert [person.name for person, _ in offered] == (["Ana Ruiz"] if is_offered else [])
    net(6).log("Ana Ruiz", TouchKind.REPLY, on=date(2026, 11, 28))
    assert list(net(6).offered()) == []


def test_the_status_tells_whose_turn_it_is(site, byline):
    byline("connect", "add", "Ana Ruiz", "--ideal", "1", at=site)
    byline("connect", "log", "Ana Ruiz", "--kind", "met", "--on", "2026-11-20", at=site)
    _, out, _ = byline("status", at=site)
    assert "People     1 person to be in touch with, 1 of them late: `byline connect due`" in out
    _, out, _ = byline("connect", "due", at=site)
    assert "Ana Ruiz, late" in out
    byline("connect", "snooze", "Ana Ruiz", "--days", "5", at=site)
    assert "nobody's turn" in byline("connect", "due", at=site)[1]
    byline("connect", "snooze", "Ana Ruiz", "--off", at=site)
    assert "Ana Ruiz, late" in byline("connect", "due", at=site)[1]
    byline("connect", "leave-alone", "Ana Ruiz", at=site)
    assert "nobody's turn" in byline("connect", "due", at=site)[1]


def test_everybody_is_looked_at(net, store):
    assert net().turns() == ()
    with store.reading() as connection:
        assert len([*kept.all_people(connection)]) == 1
