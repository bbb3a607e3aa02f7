"""Drafts: what several reports tell, a place for what the author gives, and templates of the author's own."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import post as posts
from pipeline.errors import WriteError
from pipeline.html import plain_text, safe_html, safe_url
from pipeline.model import Entry, RankedStory, Story
from pipeline.write.draft import draft
from pipeline.write.reports import differences, others

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def report(number, publisher, text, title="Dockers strike at Cape Ansel"):
    return Entry(
        id=number,
        feed=number,
        uid=str(number),
        title=plain_text(title),
        link=safe_url(f"https://a.example/{number}"),
        published=NOW,
        updated=None,
        authors=(),
        summary=safe_html(text),
        content=safe_html(""),
        publisher=plain_text(publisher),
        first_seen=NOW,
    )


def of(*entries):
    return RankedStory(story=Story(id=1, entries=entries), reasons=(), topics=())


FIRST = report(1, "Daily", "Dockers at Cape Ansel stop work for 48 hours, and 310 ships wait outside of the port now.")
SECOND = report(2, "Weekly", "The strike is to last 41 hours. 310 ships wait.")
THIRD = report(3, "Courier", "At Cape Ansel the dockers stop work for 41 hours. 310 ships wait.")


def test_a_take_names_who_else_reports_it_and_where_their_figures_differ():
    body = draft([of(FIRST, THIRD)], {}, NOW, 60).body
    assert "<!-- Also reported by: Courier. -->" in body
    assert "<!-- They differ: Daily has “48 hours”, Courier “41 hours”. -->" in body
    assert "310" not in posts.without_prompts(body).replace("310 ships wait outside", "")
    assert "Courier" not in posts.without_prompts(body)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("It lasts 48 hours.", "It lasts 48 Hours."),
        ("It lasts 48 hours.", "It lasts long."),
        ("12 ships wait, 14 ships left.", "It lasts 15 ships."),  # which of the two would it be?
        ("In 2026 and then", "In 2025 and then"),
        ("", ""),
        ("Dockers at Cape Ansel stop work for 48 hours.", "The strike is to last 41 hours."),  # of the same thing?
        ("Shore power supplied 60% of calls at Hallum.", "Auditors say 40% of cranes at Hallum stood idle."),
        (
            "Skarvik orders 14 battery tractors for the terminal.",
            "Fourteen tractors for the terminal at Skarvik come with 18 battery packs in all.",
        ),
        ("The port of Hallum closes 3 berths today.", "Three berths closed; the port of Hallum closes 5 berths today."),
        ("The storm at Hallum began on 18 November at noon.", "The storm at Hallum ended on 19 November at noon."),
        ("Westmark pays Heddle 310 million for cranes.", "Westmark pays Heddle 360 million for cranes."),
    ],
)
def test_no_difference_is_made_up(one, two):
    assert differences(Story(id=1, entries=(report(1, "Daily", one), report(2, "Weekly", two)))) == ()


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (
            "Eleven dockers were hurt as 14 containers fell from the ship Ostara.",
            "From the ship Ostara fell 17 containers.",
            "Daily has “14 containers”, Weekly “17 containers”",
        ),
        (
            "Union members at Cape Ansel voted by 91% for the stoppage.",
            "At Cape Ansel union members voted by 88 per cent for a stoppage.",
            "Daily has “91%”, Weekly “88 per cent”",
        ),
    ],
)
def test_figures_that_are_clearly_said_of_one_thing_are_held_against_each_other(one, two, said):
    assert differences(Story(id=1, entries=(report(1, "Daily", one), report(2, "Weekly", two)))) == (said,)


def test_who_gives_no_link_is_not_named_as_a_report():
    assert others(Story(id=1, entries=(FIRST, replace(THIRD, link=None)))) == ()


def test_one_report_has_nobody_beside_it():
    assert others(Story(id=1, entries=(FIRST,))) == ()
    assert others(Story(id=1, entries=(FIRST, report(3, "Daily", "")))) == ()
    assert "Also reported" not in draft([of(FIRST)], {}, NOW, 60).body


def test_an_edition_has_a_place_for_a_longer_view_and_for_giving_back():
    body = draft([of(FIRST), of(SECOND)], {}, NOW, 60).body
    assert body.index("<!-- A longer view: ") < body.index("<!-- Giving back: ")
    assert posts.without_prompts(body).rstrip().endswith("The strike is to last 41 hours.")


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet="a->!<\n \u2028`", max_size=20))
def test_whatever_stands_in_a_prompt_it_shows_nowhere(text):
    made = posts.prompt("Also reported by", f"x{text}x")
    assert posts.without_prompts(f"{made}\nwords") == "words"
    assert made.count("-->") == 1


def test_an_author_may_have_a_template_of_their_own(tmp_path):
    (tmp_path / "edition.md").write_text(
        "Dear all,\n\n{% for take in takes %}\n{{ take.heading }}\n\n{{ take.words }}\n\n{% endfor %}\nYours, Ana\n",
        encoding="utf-8",
    )
    made = draft([of(FIRST), of(SECOND)], {}, NOW, 60, tmp_path)
    assert made.body.startswith("Dear all,")
    assert made.body.endswith("Yours, Ana\n")
    assert len(made.takes) == 2
    assert draft([of(FIRST)], {}, NOW, 60, tmp_path).takes[0].quotations


@pytest.mark.parametrize("template", ["{{ nothing }}", "{% if %}", "{{ takes[99].heading }}"])
def test_a_broken_template_is_named_with_its_place(tmp_path, template):
    (tmp_path / "edition.md").write_text(f"one\n{template}\n", encoding="utf-8")
    with pytest.raises(WriteError, match=r"edition\.md:2: the draft's template is broken"):
        draft([of(FIRST), of(SECOND)], {}, NOW, 60, tmp_path)
