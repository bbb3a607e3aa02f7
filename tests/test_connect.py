"""The room connect: whom of the author's network the news names, and in which sentence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import connect as room
from pipeline import select as select_room
from pipeline.connect.watched import mentions
from pipeline.html import plain_text, safe_html, safe_url
from pipeline.model import Entry, Story
from pipeline.pull.taking import take_in
from pipeline.settings.sections import ConnectSettings, Sections, SelectSettings
from pipeline.store import pull as kept_feeds

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
LAW = settings(derandomize=True, deadline=None)


def entry(number, title, content="", *, summary="", dated=NOW):
    return Entry(
        id=number,
        feed=1,
        uid=str(number),
        title=plain_text(title),
        link=safe_url(f"https://a.example/{number}"),
        published=dated,
        updated=None,
        authors=(),
        summary=safe_html(summary),
        content=safe_html(content),
        publisher=plain_text("Daily"),
        first_seen=dated,
    )


def named(name, *entries, stories=()):
    return mentions([name], entries, stories)


def keep(store, *entries):
    with store.writing() as connection:
        feed = kept_feeds.known_feeds(connection, ["https://a.example/feed"])["https://a.example/feed"]
        take_in(connection, replace(feed, title=plain_text("Daily")), entries, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "Westmark buys cranes",
        "Cranes for Westmark",
        "Cranes for Westmark, at last",
        "Westmark’s cranes",
        "(Westmark) “Westmark”",
        "The Westmark-led bid",
        "<p>Cranes for <b>Westmark</b></p>",
    ],
)
def test_a_name_is_found_as_a_whole_word_wherever_it_stands(text):
    assert [found.name for found in named("Westmark", entry(1, "News", text))] == ["Westmark"]


@pytest.mark.parametrize("text", ["Westmarks", "Altwestmark", "WestmarkGroup", "Westmark_2", "West mark", ""])
def test_a_name_is_not_found_inside_another_word(text):
    assert named("Westmark", entry(1, "News", text)) == ()


def test_a_name_is_looked_for_as_it_is_written():
    assert named("Mark", entry(1, "He left a mark, A MARK")) == ()
    assert len(named("mark", entry(1, "He left a mark"))) == 1


@pytest.mark.parametrize(
    "name", ["Heddle & Rask", "A.P. Strand (Holding)", "C++ Cranes*", "Åse Brandvold", "港口集团", "[x].*"]
)
def test_names_with_any_marks_are_names_and_no_patterns(name):
    text = name.replace("&", "&amp;")
    assert [found.name for found in named(name, entry(1, "News", f"<p>So {text} said.</p>"))] == [name]
    assert named(name, entry(1, "Heddle and Rask, xyz, AxPx Strand")) == ()


@pytest.mark.parametrize(
    ("content", "because"),
    [
        ("<p>Rain fell. Then Wim Daelman spoke. All left.</p>", "Then Wim Daelman spoke."),
        ("<p>Wim Daelman spoke! All left.</p>", "Wim Daelman spoke!"),
        ("<p>Who came? Wim Daelman</p>", "Wim Daelman"),
        (
            "<p>Rain fell.</p><p>It cost 3.5 million, said Wim Daelman.</p>",
            "It cost 3.5 million, said Wim Daelman.",
        ),
        ("<p>Wim Daelman came. Wim Daelman went.</p>", "Wim Daelman came."),
    ],
)
def test_a_mention_tells_the_sentence_around_the_name(content, because):
    (found,) = named("Wim Daelman", entry(1, "News of the week", content))
    assert found.because == because


def test_the_headline_is_a_sentence_of_its_own():
    (found,) = named("Wim Daelman", entry(1, "Wim Daelman resigns", "<p>The union said so.</p>"))
    assert found.because == "Wim Daelman resigns"


@pytest.mark.parametrize("name", ["J. Smith", "Dr. Wim Daelman", "St. Gallen"])
def test_a_name_with_a_full_stop_does_not_end_its_sentence(name):
    (found,) = named(name, entry(1, "News", f"<p>Rain fell. Then {name} spoke. All left.</p>"))
    assert found.because == f"Then {name} spoke."


def test_a_long_sentence_is_cut_so_that_the_name_stays():
    (found,) = named("Wim Daelman", entry(1, "News", f"<p>{'many words and ' * 30}Wim Daelman spoke.</p>"))
    assert "Wim Daelman" in found.because


def test_a_name_that_stands_in_the_summary_alone_is_found():
    assert len(named("Westmark", entry(1, "News", "<p>Read on.</p>", summary="<p>Westmark buys.</p>"))) == 1


@LAW
@given(st.lists(st.sampled_from("Westmark said that rain fell at Hallum .".split()), min_size=1, max_size=25))
def test_a_sentence_told_stands_in_the_entry_and_holds_the_name(words):
    text = " ".join(words).replace(" .", ".")
    found = named("Westmark", entry(1, "News", f"<p>{text}</p>"))
    assert bool(found) == ("Westmark" in words)
    for mention in found:
        assert "Westmark" in mention.because
        assert mention.because in f"News. {plain_text(text)}"


def test_the_freshest_news_stands_first_and_each_name_once_an_entry():
    entries = [
        entry(1, "Westmark and Rask", "<p>Westmark again.</p>", dated=NOW - timedelta(hours=5)),
        entry(2, "Westmark grows", dated=NOW - timedelta(hours=1)),
        entry(3, "Rask shrinks", dated=NOW - timedelta(hours=9)),
    ]
    found = mentions(["Rask", "Westmark"], entries, [])
    assert [mention.entry.id for mention in found] == [2, 1, 1, 3]
    assert sorted(mention.name for mention in found if mention.entry.id == 1) == ["Rask", "Westmark"]


def test_a_mention_names_the_story_its_entry_belongs_to():
    one, two, three = (entry(number, "Westmark grows") for number in (1, 2, 3))
    found = named("Westmark", one, two, three, stories=[Story(id=1, entries=(one, three))])
    assert {mention.entry.id: mention.story for mention in found} == {1: 1, 2: None, 3: 1}


# -- the room, on a real store


def test_people_and_organisations_of_the_last_days_are_told_with_their_stories(store):
    old = NOW - timedelta(days=9)
    keep(
        store,
        entry(1, "Westmark orders cranes for Hallum", dated=NOW - timedelta(days=1)),
        entry(2, "Wim Daelman speaks", dated=NOW - timedelta(days=2)),
        entry(3, "Westmark sells tugs", dated=old),
    )
    watched = ConnectSettings(organisations=("Westmark",), people=("Wim Daelman",))
    (first, *_) = select_room.select(store, Sections(select=SelectSettings(shortlist=1)), {}, NOW)
    found = room.connect(store, watched, WEEK, NOW)
    assert [(mention.name, mention.entry.title) for mention in found] == [
        ("Westmark", "Westmark orders cranes for Hallum"),
        ("Wim Daelman", "Wim Daelman speaks"),
    ]
    assert [mention.story for mention in found] == [first.story.id, None]
    assert len(room.connect(store, watched, timedelta(days=10), NOW)) == 3


def test_who_watches_nobody_hears_of_nobody(store):
    keep(store, entry(1, "Westmark orders cranes"))
    assert room.connect(store, ConnectSettings(), WEEK, NOW) == ()


def test_an_empty_store_names_nobody(store):
    assert room.connect(store, ConnectSettings(people=("Wim Daelman",)), WEEK, NOW) == ()
