"""What the author chose counts: skipped stories stay away, picked ones are drafted, and what is learned has bounds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import select as room
from pipeline.html import plain_text, safe_html, safe_url
from pipeline.model import Choice, Decided, Decision, Entry, Lesson, Story, Written
from pipeline.pull.taking import take_in
from pipeline.select.learn import MOST_IN_ALL, MOST_POINTS, correction, heeded, lessons
from pipeline.select.marks import marks, told_by
from pipeline.select.meaning import word_vectors
from pipeline.select.memory import remembered
from pipeline.select.rank import Leanings, rank
from pipeline.select.trends import WEEKS, trends
from pipeline.settings.sections import Sections, SelectSettings, TopicSettings
from pipeline.store import pull as kept_feeds
from pipeline.store import select as kept

law = settings(derandomize=True, deadline=None, max_examples=100)
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def entry(number, title="A title of some words", *, feed=1, dated=NOW, text=""):
    return Entry(
        id=number,
        feed=feed,
        uid=str(number),
        title=plain_text(title),
        link=safe_url(f"https://a{feed}.example/{number}"),
        published=dated,
        updated=None,
        authors=(),
        summary=safe_html(text),
        content=safe_html(""),
        publisher=plain_text(f"Paper {feed}"),
        first_seen=dated,
    )


def story(*entries):
    return Story(id=entries[0].id, entries=entries)


# -- memory


def test_a_skipped_story_stays_away_as_it_grows_and_again_brings_it_back():
    grown = story(entry(1), entry(2), entry(3))
    skipped = [Decision(choice=Choice.SKIP, entries=(1, 2), at=NOW)]
    assert remembered([grown], {}, skipped) == ()
    [back] = remembered([grown], {}, skipped, again=True)
    assert back.choice is Choice.SKIP


def test_the_last_word_on_a_story_counts():
    said = [Decision(choice=choice, entries=(1,), at=NOW) for choice in (Choice.SKIP, Choice.PICK, Choice.LATER)]
    [one] = remembered([story(entry(1))], {}, said)
    assert one.choice is Choice.LATER


def test_the_last_word_counts_where_stories_grew_together_whatever_their_order():
    both = story(entry(1), entry(2))
    said = [Decision(choice=Choice.PICK, entries=(2,), at=NOW), Decision(choice=Choice.SKIP, entries=(1,), at=NOW)]
    assert remembered([both], {}, said) == ()
    [one] = remembered([both], {}, said[::-1])
    assert one.choice is Choice.PICK


def test_a_story_that_was_written_about_comes_back_only_with_news_and_never_as_new():
    before, after = entry(1, dated=NOW - 5 * DAY), entry(2, dated=NOW)
    written = {before.link: Written(title=plain_text("Mine"), date=date(2026, 11, 20))}
    assert remembered([story(before)], written, []) == ()
    [update] = remembered([story(before, after)], written, [])
    assert update.written == written[before.link]
    assert remembered([story(before)], written, [], again=True)[0].written == written[before.link]


# -- what is learned


def decided(*told):
    """Stories from (feed, title, topics, picked)."""
    return [
        Decided(story=story(entry(number, title, feed=feed)), topics=topics, picked=picked)
        for number, (feed, title, topics, picked) in enumerate(told, start=1)
    ]


def test_a_feed_that_is_picked_again_and_again_gains_and_its_opposite_loses():
    chosen = decided(
        *[(7, f"a{n} b{n}", (), True) for n in range(9)], *[(8, f"c{n} d{n}", (), False) for n in range(9)]
    )
    found = lessons(chosen, {7: plain_text("Harbour News"), 8: plain_text("Rates Daily")})
    assert [(lesson.mark, lesson.points > 0) for lesson in found[:2]] == [("feed 7", True), ("feed 8", False)]
    assert [lesson.because for lesson in found[:2]] == [
        "you picked 9 of 9 stories from Harbour News",
        "you skipped 9 of 9 stories from Rates Daily",
    ]
    assert "you picked the one story that says “a1”" in {lesson.because for lesson in found}


def said(chosen, nearness=None):
    """The lessons of ``chosen`` by their marks."""
    return {lesson.mark: lesson for lesson in lessons(chosen, {}, nearness)}


def test_words_of_texts_and_looks_of_headlines_teach_and_what_stands_in_any_headline_does_not():
    chosen = [
        Decided(story=story(entry(n, f"Is this week a{n}?", text="Crane drivers wait 3 hours")), topics=(), picked=True)
        for n in range(1, 9)
    ]
    chosen += decided(*[(1, f"Rates b{n}", (), False) for n in range(11, 19)])
    found = said(chosen)
    assert found["look ?"].because == "you picked 8 of 8 stories that ask something in a headline"
    assert found["word crane"].because == "you picked 8 of 8 stories that say “crane”"
    assert found["word rate"].points < 0 < found["word crane"].points
    assert {"word week", "word 3"} & found.keys() == set()


def test_a_word_counts_by_the_reports_that_say_it_and_less_in_the_text():
    learned = {
        "word crane": Lesson(mark="word crane", points=0.5, because="you picked 9 of 9 stories that say “crane”")
    }
    title, text, neither = entry(1, "Crane falls"), entry(2, "Port closed", text="A crane fell."), entry(3, "Rates")
    points = [correction(marks(one, (), told_by(one)), learned)[0] for one in map(story, (title, text, neither))]
    assert points == [0.5, 0.3, 0.0]
    grown = story(title, neither)
    assert correction(marks(grown, (), told_by(grown)), learned)[0] == 0.25


def test_the_same_choices_teach_the_same_and_opposite_ones_the_opposite():
    told = [(7, f"Crane a{n}", (), True) for n in range(8)] + [(8, f"Rates b{n}", (), False) for n in range(8)]
    opposite = [(feed, title, topics, not picked) for feed, title, topics, picked in told]
    assert lessons(decided(*told), {}) == lessons(decided(*told), {})
    points = {mark: lesson.points for mark, lesson in said(decided(*told)).items()}
    assert {mark: -lesson.points for mark, lesson in said(decided(*opposite)).items()} == pytest.approx(points)


def alike(texts, phrases):
    """Nearness where texts of the same last letter mean the same."""
    return np.array([[0.9 if text[-1] == phrase[-1] else 0.1 for phrase in phrases] for text in texts])


def test_what_is_near_in_meaning_to_a_pick_gains_until_it_is_refused():
    chosen = decided(*[(n, f"a{n} b{n} {'x' if n % 2 else 'y'}", (), bool(n % 2)) for n in range(1, 17)])
    found = said(chosen, alike)
    assert found["near a1 b1 x"].because == "near “a1 b1 x” in meaning, which you picked"
    assert found["near a1 b1 x"].points > 0 > found["near a2 b2 y"].points
    near = tuple(lesson for lesson in found.values() if lesson.mark.startswith("near "))

    def points(refused):
        [one] = rank([story(entry(99, "c d x", feed=99))], {}, NOW, leanings=leaning(near, refused))
        return {reason.name: reason for reason in one.reasons}.get("learned")

    assert points(()).points > 0
    assert "which you picked" in points(()).because
    assert points([lesson.mark for lesson in near]) is None


def leaning(learned, refused):
    return Leanings(learned=learned, refused=refused, nearness=alike)


@pytest.mark.parametrize(("picks", "skips"), [(4, 40), (40, 4), (0, 40), (0, 0)])
def test_too_few_choices_of_a_kind_change_nothing(picks, skips):
    told = [(7, f"a{n}", (), True) for n in range(picks)] + [(8, f"b{n}", (), False) for n in range(skips)]
    assert lessons(decided(*told), {}) == ()


@pytest.mark.parametrize("chosen", [lambda n: n % 2 == 0, lambda n: n % 5 < 2, lambda n: n < 30])
def test_chance_teaches_nothing(chosen):
    told = [(n % 3, "port crane", ("ports",), chosen(n)) for n in range(60)]
    assert lessons(decided(*told), {}) == ()


@law
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from(["crane port", "rate hike", "crane rate"]), st.booleans()),
        max_size=60,
    )
)
def test_what_is_learned_is_bounded(told):
    found = lessons(decided(*((feed, title, (), picked) for feed, title, picked in told)), {})
    assert all(abs(lesson.points) <= MOST_POINTS for lesson in found)
    about = story(entry(1, "crane port rate hike"))
    points, told = correction(marks(about, (), told_by(about)), heeded(found, ()))
    assert abs(points) <= MOST_IN_ALL
    assert all(lesson.points * points > 0 for lesson in told)
    assert heeded(found, {lesson.mark for lesson in found}) == {}


def test_a_lesson_that_is_refused_gives_nothing():
    lesson = Lesson(mark="feed 1", points=0.5, because="you picked 9 of 9 stories from Paper 1")
    ranked = [
        rank([story(entry(1))], {}, NOW, leanings=Leanings(learned=(lesson,), refused=refused))[0]
        for refused in ((), ("feed 1",))
    ]
    assert [[reason.name for reason in one.reasons][2:] for one in ranked] == [["learned"], []]
    assert ranked[0].score == pytest.approx(ranked[1].score + 0.5)


def test_trust_and_watched_names_give_points_with_their_reason():
    leanings = Leanings(trust={1: 1.0}, watched=("Ana Ruiz", "Ana"))
    [one] = rank([story(entry(1, "Ana Ruiz leads the port"), entry(2, feed=2))], {}, NOW, leanings=leanings)
    told = {reason.name: (reason.points, reason.because) for reason in one.reasons}
    assert told["trust"] == (0.5, "your trust in Paper 1")
    assert told["watched"] == (1.0, "it names Ana Ruiz and Ana, whom you watch")


# -- trends


def test_what_is_said_more_of_late_rises_and_what_is_said_less_falls():
    entries = []
    for week in range(WEEKS):
        for number in range(20):
            rising = week >= WEEKS - 2 and number < 8
            falling = week < WEEKS - 2 and number < 8
            title = (
                "Shore power for ferries"
                if rising
                else "Scrubber wash water"
                if falling
                else f"Topic{number} word{week}"
            )
            entries.append(entry(week * 100 + number, title, feed=number % 4, dated=NOW - (WEEKS - 1 - week) * 7 * DAY))
    found = trends(entries, NOW)
    rising, falling = [one for one in found if one.rise > 0], [one for one in found if one.rise < 0]
    assert rising[0].counts == (0, 0, 0, 0, 0, 0, 8, 8)
    assert rising[0].term in {"Shore power", "power for ferries"}
    assert falling[0].term in {"Scrubber wash", "wash water"}
    assert rising[0].examples[0].title == "Shore power for ferries"


def rising_terms(*titles):
    """The terms that rise where the last week's headlines are these, after weeks of quiet."""
    quiet = [
        entry(week * 100 + n, f"Quiet{n} calm", feed=n % 4, dated=NOW - week * 7 * DAY)
        for week in range(WEEKS)
        for n in range(20)
    ]
    loud = [entry(2000 + n, title, feed=n % 4, dated=NOW) for n, title in enumerate(titles)]
    return [one.term for one in trends([*quiet, *loud], NOW)]


@pytest.mark.parametrize(
    ("titles", "term"),
    [
        (["Customs at night"] * 3 + ["The customs gate"] * 4 + ["A custom union"] * 2, "customs"),
        (["Hallum’s quay{}"] * 4 + ["New in Hallum {}"] * 3, "Hallum"),
        (["Port: Ansel"] * 2 + ["Port of Ansel"] * 4, "Port of Ansel"),
        (["Shore-power, {}"] * 3 + ["shore-power {}"] * 3, "shore-power"),
        (["AI in ports"] * 6, "AI in ports"),
        (["İskele {}"] * 6, "skele"),
    ],
)
def test_a_trend_is_told_as_headlines_mostly_write_it(titles, term):
    named = [title.format(f"x{place}y") for place, title in enumerate(titles)]
    assert term in rising_terms(*named)
    assert rising_terms(*named) == rising_terms(*named[::-1])


def test_feeds_that_are_new_make_nothing_rise():
    old = [entry(n, f"Old{n} news{n}", feed=1, dated=NOW - n * 7 * DAY) for n in range(WEEKS)]
    new = [entry(100 + n, "Shore power for ferries", feed=2 + n % 4, dated=NOW - DAY) for n in range(40)]
    assert trends([*old, *new], NOW) == ()


def test_a_column_of_one_feed_is_no_trend_and_nothing_comes_of_nothing():
    column = [entry(number, "Weekly column", dated=NOW - number % 2 * DAY) for number in range(1, 9)]
    assert trends([*column, entry(99, dated=NOW - 40 * DAY)], NOW) == ()
    assert trends([], NOW) == ()


# -- the room and the command


@pytest.fixture
def week(store):
    """A store of two stories of two feeds."""
    with store.writing() as connection:
        feeds = kept_feeds.known_feeds(connection, ["https://one.example/", "https://two.example/"]).values()
        for feed in feeds:
            items = [
                replace(entry(1, "Rotterdam runs yard cranes from one remote desk", feed=feed.id), uid="a"),
                replace(entry(2, "Pilots at Bergen stop work over rest hours", feed=feed.id), uid="b"),
            ]
            take_in(connection, replace(feed, title=plain_text(feed.url)), items, NOW)
    return store


def shortlist(store, **options):
    return room.select(store, Sections(select=SelectSettings()), {}, NOW, **options)


def test_a_choice_is_kept_and_shown(week):
    first, second = shortlist(week)
    with week.writing() as connection:
        kept.keep_choice(connection, Choice.SKIP, [first], NOW)
        kept.keep_choice(connection, Choice.PICK, [second], NOW)
    assert [(item.story.id, item.choice) for item in shortlist(week)] == [(second.story.id, Choice.PICK)]
    assert len(shortlist(week, again=True)) == 2
    with week.reading() as connection:
        told = kept.decided(connection, NOW - DAY)
        assert {one.story.id: one.picked for one in told} == {first.story.id: False, second.story.id: True}
        assert [item.choice for item in kept.kept_shortlist(connection)] == [
            {first.story.id: Choice.SKIP, second.story.id: Choice.PICK}[item.story.id]
            for item in shortlist(week, again=True)
        ]


def test_what_was_chosen_stays_on_a_shortlist_that_is_full(week):
    first, second = shortlist(week)
    with week.writing() as connection:
        kept.keep_choice(connection, Choice.LATER, [second], NOW)
    short = Sections(select=SelectSettings(shortlist=1))
    listed = [(item.story.id, item.choice) for item in room.select(week, short, {}, NOW)]
    assert listed == [(first.story.id, None), (second.story.id, Choice.LATER)]
    with week.writing() as connection:
        kept.keep_choice(connection, Choice.PICK, [second], NOW)
    assert [item.choice for item in room.select(week, short, {}, NOW)] == [None, Choice.PICK]
    with week.writing() as connection:
        kept.keep_choice(connection, Choice.SKIP, [second], NOW)
    assert [item.story.id for item in room.select(week, short, {}, NOW)] == [first.story.id]


def test_what_was_left_for_later_last_teaches_nothing(week):
    first, _ = shortlist(week)
    with week.writing() as connection:
        for choice in (Choice.PICK, Choice.LATER):
            kept.keep_choice(connection, choice, [first], NOW)
        assert kept.decided(connection, NOW - DAY) == ()


def test_a_refusal_lasts_until_it_is_taken_back(store):
    for refused in (True, True, False):
        with store.writing() as connection:
            kept.keep_refusal(connection, "feed 1", NOW, refused=refused)
            assert kept.refused_marks(connection) == ({"feed 1"} if refused else set())


def test_a_bond_is_kept_by_its_pair_and_the_last_word_counts(week):
    first, second = shortlist(week)
    pair = (second.story.id, first.story.id)
    for together in (True, False):
        with week.writing() as connection:
            kept.keep_bonds(connection, [pair], NOW, together=together)
            assert kept.bonds_kept(connection, together=together) == {tuple(sorted(pair))}
            assert kept.bonds_kept(connection, together=not together) == set()


# -- joined and parted


@pytest.fixture
def stories(site, open_app):
    """The stories of a site whose shortlist holds four, each reported by two feeds."""
    app = open_app(site)
    titles = ("Yard cranes of Rotterdam", "Pilots rest at Bergen", "Methanol price slips again", "Fog closes locks")
    with app.store.writing() as connection:
        for feed in kept_feeds.known_feeds(connection, ["https://one.example/", "https://two.example/"]).values():
            items = [
                replace(entry(n, title, feed=feed.id, dated=NOW - n * timedelta(hours=20)), uid=title)
                for n, title in enumerate(titles)
            ]
            take_in(connection, replace(feed, title=plain_text(feed.url)), items, NOW)
    assert [len(item.story.entries) for item in app.stories.select()] == [2, 2, 2, 2]
    return app.at(NOW + timedelta(hours=1)).stories


def ids(items):
    return [item.story.id for item in items]


def reports(item):
    return {entry.id for entry in item.story.entries}


def test_stories_that_are_joined_stand_where_the_first_stood_with_reasons_of_their_own(stories):
    a, b, c, d = stories.shortlist()
    merged = stories.merge([c.story.id, a.story.id])
    assert reports(merged) == reports(a) | reports(c)
    assert stories.shortlist() == (b, merged, d)
    assert {reason.name for reason in merged.reasons} == {"publishers", "freshness"}
    assert merged.story.id == min(reports(merged))


def test_the_list_is_as_old_as_it_was_when_stories_are_joined(stories):
    with stories._store.reading() as connection:
        made_at = kept.shortlist_made_at(connection)
    stories.merge(ids(stories.shortlist()[:2]))
    with stories._store.reading() as connection:
        assert kept.shortlist_made_at(connection) == made_at == NOW


def test_reports_that_are_parted_stand_right_behind_the_rest(stories):
    a, b, c, d = stories.shortlist()
    [first, second] = sorted(reports(b))
    rest, apart = stories.split(b.story.id, [first])
    assert (reports(rest), reports(apart)) == ({second}, {first})
    assert stories.shortlist() == (a, rest, apart, c, d)


def test_what_was_joined_and_parted_is_so_in_the_next_selection(stories):
    a, b, *_ = stories.shortlist()
    merged = stories.merge([a.story.id, b.story.id])
    assert reports(merged) in list(map(reports, stories.select()))
    [one, *_] = sorted(reports(a))
    stories.split(merged.story.id, [one])
    found = list(map(reports, stories.select()))
    assert {one} in found
    assert reports(merged) - {one} in found


def test_what_was_parted_can_be_joined_again(stories):
    [a, *_] = stories.shortlist()
    parts = stories.split(a.story.id, [min(reports(a))])
    assert reports(stories.merge(ids(parts))) == reports(a)
    assert reports(a) in list(map(reports, stories.select()))


def test_the_author_s_choice_goes_with_what_is_joined(stories):
    a, b, *_ = stories.shortlist()
    stories.choose(Choice.PICK, [b.story.id])
    assert stories.merge([a.story.id, b.story.id]).choice is Choice.PICK


def test_what_is_joined_to_a_story_that_waits_stays_on_the_list_though_it_was_skipped(stories):
    a, b, c, d = stories.shortlist()
    stories.choose(Choice.PICK, [b.story.id])
    stories.choose(Choice.SKIP, [a.story.id, c.story.id])
    stories.select(again=True)
    left = stories.merge([a.story.id, d.story.id])
    picked = stories.merge([c.story.id, b.story.id])
    assert (left.choice, picked.choice) == (Choice.LATER, Choice.PICK)
    assert {left.story, picked.story} <= {item.story for item in stories.shortlist()}
    assert {left.story, picked.story} <= {item.story for item in stories.select()}


def test_what_was_skipped_is_so_again_when_it_is_told_apart_from_what_it_was_joined_to(stories):
    a, b, *_ = stories.shortlist()
    stories.choose(Choice.SKIP, [a.story.id])
    merged = stories.merge([a.story.id, b.story.id])
    parts = stories.split(merged.story.id, [*reports(a)])
    assert {part.choice for part in parts if reports(part) == reports(a)} == {Choice.SKIP}
    assert {part.choice for part in parts if reports(part) == reports(b)} == {Choice.LATER}


def published(site, link, day):
    """Let the author have published a post about a link on a day."""
    text = f"---\ndate: {day:%Y-%m-%d}\ntitle: Mine\nsummary: Mine.\n---\n## [It]({link})\n\nMy words.\n"
    (site / "content/posts/mine.md").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("place", "day"), [(0, NOW), (2, NOW - DAY)])
def test_what_is_joined_to_a_story_that_waits_stays_on_the_list_though_it_was_written_about(site, stories, place, day):
    about, other = stories.shortlist()[place], stories.shortlist()[3]
    published(site, about.story.lead.link, day)
    stories.select(again=True)
    assert about.story not in {item.story for item in stories.shortlist()}
    merged = stories.merge([other.story.id, about.story.id])
    assert merged.written is not None
    assert merged.story in {item.story for item in stories.shortlist()}
    assert merged.story in {item.story for item in stories.select()}


def test_what_was_left_for_later_before_it_was_written_about_is_passed_over(site, stories):
    _, _, about, _ = stories.shortlist()
    stories.choose(Choice.LATER, [about.story.id])
    published(site, about.story.lead.link, NOW + DAY)
    assert about.story not in {item.story for item in stories.shortlist()}


def test_stories_that_are_joined_while_all_of_them_are_passed_over_stay_passed_over(stories):
    a, b, *_ = stories.shortlist()
    stories.choose(Choice.SKIP, [a.story.id, b.story.id])
    stories.select(again=True)
    merged = stories.merge([a.story.id, b.story.id])
    assert merged.choice is Choice.SKIP
    assert merged.story not in {item.story for item in stories.shortlist()}


# -- meaning


def test_what_is_near_in_meaning_counts_less_than_what_is_said_and_names_no_topic():
    topics = {"money": TopicSettings(phrases=("interest rate", "central bank"))}
    near, said, far = (
        story(entry(number, title))
        for number, title in ((1, "Fed lifts borrowing costs"), (2, "Interest rate goes up"), (3, "Actress wins award"))
    )

    def nearness(texts, phrases):
        known = {"Fed lifts borrowing costs": 0.45, "Interest rate goes up": 0.9, "Actress wins award": 0.1}
        return [[known[text] - 0.05 * place for place in range(len(phrases))] for text in texts]

    ranked = rank([far, near, said], topics, NOW, leanings=Leanings(nearness=nearness))
    assert [one.story for one in ranked] == [said, near, far]
    assert [one.topics for one in ranked] == [("money",), (), ()]
    because = {
        one.story.id: [reason.because for reason in one.reasons if reason.name == "topic money"] for one in ranked
    }
    assert because == {2: ["“interest rate” in the report"], 1: ["near “interest rate” in meaning"], 3: []}


def test_nearness_in_meaning_is_one_reason_at_most_and_none_where_it_is_weak_or_a_phrase_gives_more():
    topics = {
        name: TopicSettings(phrases=(phrase,)) for name, phrase in (("a", "crane"), ("b", "storm"), ("c", "strike"))
    }

    def nearness(texts, phrases):
        known = {"Near all": (0.3, 0.35, 0.4), "Near one, hardly": (0.16, 0, 0), "A crane falls": (0.9, 0.4, 0.4)}
        return [known[text][: len(phrases)] for text in texts]

    told = [
        story(entry(number, title)) for number, title in enumerate(("Near all", "Near one, hardly", "A crane falls"))
    ]
    found = rank(told, topics, NOW, leanings=Leanings(nearness=nearness))
    names = {one.story.id: [reason.name for reason in one.reasons if reason.name[:5] == "topic"] for one in found}
    assert names == {0: ["topic c"], 1: [], 2: ["topic a"]}


def test_the_vectors_of_words_know_what_belongs_together():
    vectors = word_vectors()
    assert vectors is not None
    [rates, film] = vectors.nearness(["Federal Reserve lifts borrowing costs", "Actress wins award"], ["interest rate"])
    assert rates[0] > 0.2 > film[0]
    assert vectors.nearness(["", "\ud800 \x00"], ["x"])[0].tolist() == [0.0]
    assert vectors.nearness([], ["x"]).shape == (0, 1)
    assert vectors.nearness(["x"], []).shape == (1, 0)


def test_the_vectors_of_words_are_read_once():
    assert word_vectors() is word_vectors()


def test_without_the_extra_topics_go_by_their_phrases(monkeypatch):
    monkeypatch.setattr("pipeline.select.meaning.find_spec", lambda _: None)
    assert word_vectors() is None


# -- voices


def test_what_one_feed_says_under_many_names_or_many_print_alike_is_one_voice():
    text = "The agency said that the port of Hallum will stay closed for two more days after the storm."
    one = [
        replace(
            entry(n, "Port of Hallum stays closed after the storm", text=text), link=safe_url(f"https://n{n}.example/")
        )
        for n in range(1, 9)
    ]
    copies = [entry(n, "Port of Hallum stays closed after the storm", feed=n, text=text) for n in range(11, 14)]
    own = entry(
        20,
        "Storm keeps ships out of Hallum",
        feed=20,
        text="Pilots wait on shore, and nobody knows for how long they will.",
    )
    more = "; 2 more print the same"
    for told, points, said in ((one, 0.0, ""), (copies, 0.0, more), ([*copies, own], 1.0, more)):
        [ranked] = rank([story(*told)], {}, NOW)
        reason = ranked.reasons[0]
        assert reason.points == points
        assert ("; " + reason.because.partition("; ")[2] if said else reason.because) == (
            said or "only Paper 1 reports it"
        )


def test_what_the_author_joins_and_parts_stays_so(week):
    first, second = shortlist(week)
    with week.writing() as connection:
        kept.keep_bonds(connection, [(first.story.entries[0].id, second.story.entries[0].id)], NOW, together=True)
    [merged] = shortlist(week)
    assert len(merged.story.entries) == 4
    one, *others = merged.story.entries
    with week.writing() as connection:
        kept.keep_bonds(connection, [(one.id, other.id) for other in others], NOW, together=False)
    assert one.id in {
        entry.id for item in shortlist(week) for entry in item.story.entries if len(item.story.entries) == 1
    }
