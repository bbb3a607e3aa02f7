"""The week: a plan that fits the hours, what it took, the page of it at the desk, and an event for a calendar."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.app.week import STARTERS, minutes_of, week_of
from pipeline.cli import run
from pipeline.cli.init import _new_files, _sample_files, make
from pipeline.connect.calendar import event
from pipeline.connect.week import plan_of
from pipeline.model import Spell, Step, TouchKind, WeekFacts
from pipeline.settings.sections import ConnectSettings
from pipeline.store import Store, weeks

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
NEW = {"name": "Ana", "email": "a@a.example", "url": "https://a.example/", "line": "News.", "host": "github"}
NEW |= {"date": "2026-11-23", "file": "2026-11-23-why-i-write-this.md"}
law = settings(derandomize=True, deadline=None, max_examples=60)


def facts(**known):
    nothing = {
        "week": "2026-W48",
        "shortlisted": 0,
        "undecided": 0,
        "picked": 0,
        "drafts": {},
        "unapproved": (),
        "unbuilt": (),
        "unsent": (),
        "posts": (),
        "people": (),
        "touches": 0,
        "service_due": False,
        "spent": {},
        "before": {},
        "takes_before": 0,
    }
    return WeekFacts(**{**nothing, **known})


def step(plan, name):
    return next(each for each in plan.steps if each.step == name)


# -- the plan


@law
@given(
    hours=st.floats(0.25, 40),
    before=st.dictionaries(st.sampled_from([*Step]), st.integers(0, 600)),
)
def test_the_steps_take_as_long_as_the_hours_given_to_the_minute(hours, before):
    plan = plan_of(facts(before=before), hours)
    assert plan.minutes == round(hours * 60) == sum(each.minutes for each in plan.steps)
    assert all(each.minutes >= 0 for each in plan.steps)


def test_what_took_long_last_time_gets_more_of_the_hours():
    usual = plan_of(facts(), 2)
    slow = plan_of(facts(before={Step.TRIAGE: 90, Step.WRITE: 30}), 2)
    assert step(slow, Step.TRIAGE).minutes > step(usual, Step.TRIAGE).minutes
    assert step(slow, Step.TRIAGE).before == 90


def test_the_takes_that_fit_are_told_by_how_long_one_took():
    fast = plan_of(facts(before={Step.WRITE: 40}, takes_before=8), 2)
    assert any("at 5 minutes each" in line for line in step(fast, Step.WRITE).waits)
    assert any("at 15 minutes each" in line for line in step(plan_of(facts(), 2), Step.WRITE).waits)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, Step.TRIAGE),
        ({"shortlisted": 9, "undecided": 2}, Step.TRIAGE),
        ({"shortlisted": 9, "picked": 3}, Step.WRITE),
        ({"shortlisted": 9, "drafts": {"d": 2}}, Step.WRITE),
        ({"posts": ("p",), "unbuilt": ("p",)}, Step.PUBLISH),
        ({"posts": ("p",), "unsent": ("p",)}, Step.PUBLISH),
        ({"posts": ("p",), "unapproved": ("p",)}, Step.CHECK),
        ({"posts": ("p",), "people": ("Ana is in the news",)}, Step.PEOPLE),
        ({"posts": ("p",), "people": ("Ana is in the news",), "touches": 1}, Step.PEOPLE),
        ({"posts": ("p",), "people": ("Ana is in the news",), "touches": 6}, None),
        ({"posts": ("p",), "touches": 1}, None),
        ({"posts": ("p",)}, None),
    ],
)
def test_what_is_next_is_the_first_that_is_not_done(known, expected):
    assert plan_of(facts(**known), 2).next == expected


def test_whoever_was_spoken_to_leaves_room_for_fewer():
    waits = step(plan_of(facts(posts=("p",), people=("Ana", "Bo", "Cy"), touches=5), 2), Step.PEOPLE).waits
    assert waits == ("Ana", "2 more can wait: 6 fit into 24 minutes")


def test_only_so_many_people_are_named_as_there_is_time_for():
    people = tuple(f"Person {number}" for number in range(30))
    waits = step(plan_of(facts(posts=("p",), people=people), 2), Step.PEOPLE).waits
    assert waits[:6] == people[:6]
    assert "24 more can wait" in waits[6]


def test_a_month_without_anything_given_is_told():
    plan = plan_of(facts(people=("Ana",), service_due=True), 2)
    assert any("whom could you help" in line for line in step(plan, Step.PEOPLE).waits)


# -- how long it took


@pytest.fixture
def store(store_url):
    opened = Store(store_url)
    yield opened
    opened.close()


def spent(store, now):
    with store.reading() as connection:
        return minutes_of(weeks.spells(connection, NOW - timedelta(days=7)), week_of(NOW), now)


def test_a_step_that_is_begun_ends_the_one_before_and_can_be_taken_up_again(store):
    for minute, what in ((0, Step.TRIAGE), (20, Step.WRITE), (50, None), (60, Step.WRITE)):
        with store.writing() as connection:
            at = NOW + timedelta(minutes=minute)
            if what:
                weeks.begin(connection, week_of(NOW), what, at)
            else:
                weeks.end(connection, at)
    assert spent(store, NOW + timedelta(minutes=75)) == {Step.TRIAGE: 20, Step.WRITE: 45}


def test_a_step_that_was_forgotten_counts_for_nothing(store):
    with store.writing() as connection:
        weeks.begin(connection, week_of(NOW), Step.WRITE, NOW)
    with store.writing() as connection:
        weeks.begin(connection, week_of(NOW), Step.CHECK, NOW + timedelta(hours=9))
    assert spent(store, NOW + timedelta(hours=9, minutes=5)) == {Step.WRITE: 0, Step.CHECK: 5}


def test_the_week_of_a_day_is_that_of_the_standard():
    assert week_of(datetime(2027, 1, 1, tzinfo=UTC)) == "2026-W53"
    spell = Spell(week="2026-W53", step=Step.WRITE, began_at=NOW, ended_at=NOW + timedelta(minutes=3))
    assert minutes_of([spell], "2026-W48", NOW) == {}


# -- a calendar


def test_the_week_stands_in_a_calendar_every_week_at_the_hour_of_the_authors_clock():
    text = event(ConnectSettings(week_at="Fri 09:00", hours=1.5), "Ana; Ruiz, of\nports", "https://a.example/", NOW)
    lines = text.replace("\r\n ", "").split("\r\n")
    assert "DTSTART:20261127T090000" in lines
    assert "DURATION:PT90M" in lines
    assert "RRULE:FREQ=WEEKLY" in lines
    assert r"SUMMARY:Ana\; Ruiz\, of ports: the week" in lines
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])


@law
@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=300), day=st.integers(0, 6))
def test_no_name_adds_a_line_to_it_and_none_is_too_long(name, day):
    text = event(ConnectSettings(week_at="Mon 23:59"), name, "https://a.example/", NOW + timedelta(days=day))
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in text.replace("\r\n", "")
    begun = text.partition("DTSTART:")[2][:15]
    at = datetime.strptime(begun, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo("UTC"))
    assert at.weekday() == 0
    assert sum(not line.startswith(" ") for line in lines) == 14


# -- the command and the desk


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("week") / "site"
    make(folder, dict(_sample_files()))
    return folder


def told(folder, capsys, *words, now="2026-11-23T07:30Z"):
    code = run(["-C", str(folder), "--now", now, "week", *words], environment={})
    return code, capsys.readouterr().out


def test_the_command_says_what_waits_and_how_long_it_took(folder, capsys):
    code, _ = told(folder, capsys, "--begin", "write")
    assert code == 0
    code, _ = told(folder, capsys, "--leave", now="2026-11-23T07:50Z")
    code, out = told(folder, capsys, "--json", now="2026-11-23T08:30Z")
    said = json.loads(out)
    assert (code, said["plan"]["week"], said["plan"]["minutes"]) == (0, "2026-W48", 120)
    assert [each["spent"] for each in said["plan"]["steps"] if each["step"] == "write"] == [20]
    assert len(said["weeks"]) == 12
    assert said["weeks"][-1]["minutes"] == 20
    code, out = told(folder, capsys, now="2026-11-30T08:30Z")
    assert "20 last time" in out
    assert "`byline week --go` begins what is next." in out


def test_the_week_names_people_each_once_who_were_not_spoken_to_lately(folder, open_app):
    """Wim is in a post of the sample and not due, Ana is overdue, and Bo was spoken to."""
    before = open_app(folder, now=NOW - timedelta(days=200)).network
    for name, more in (("Wim Daelman", {}), ("Ana Ruiz", {"ideal_days": ["30"]}), ("Bo Lund", {"ideal_days": ["30"]})):
        before.add({"name": [name], **more})
    app = open_app(folder, now=NOW)
    app.network.log("Bo Lund", TouchKind.CALL, on=date(2026, 11, 20))
    [people] = [each.waits for each in app.week.plan().steps if each.step is Step.PEOPLE]
    assert people[0].startswith("Ana Ruiz: ")
    assert people[1].startswith("Wim Daelman is named in your post")
    assert not any("Bo Lund" in said for said in people)
    for name in ("Ana Ruiz", "Wim Daelman"):
        app.network.log(name, TouchKind.CALL)
    [after] = [each.waits for each in app.week.plan().steps if each.step is Step.PEOPLE]
    assert not any(name in said for said in after for name in ("Ana Ruiz", "Wim Daelman", "Bo Lund"))


def test_the_command_writes_the_calendar(folder, capsys, tmp_path):
    code, out = told(folder, capsys, "--ics", str(tmp_path / "week.ics"))
    assert (code, (tmp_path / "week.ics").read_bytes()[:17]) == (0, b"BEGIN:VCALENDAR\r\n")
    assert "holds your week" in out


def test_the_post_that_a_new_site_begins_with_is_not_the_authors_work(tmp_path, open_app):
    make(tmp_path / "new", dict(_new_files(NEW)))
    app = open_app(tmp_path / "new", now=NOW)
    assert (app.week.plan().next, app.week.figures()[-1].posts) == (Step.TRIAGE, 0)
    [post] = (tmp_path / "new/content/posts").glob("*.md")
    post.write_text(post.read_text(encoding="utf-8").replace(STARTERS, "I begin"), encoding="utf-8")
    assert (app.week.plan().next, app.week.figures()[-1].posts) == (Step.PUBLISH, 1)
