"""A guest's manners: validators go back as they came, hosts are left alone, moves are believed after days."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.app.feeds import Feeds
from pipeline.html import plain_text, safe_url
from pipeline.model import Change, ChangeKind, Due, Feed, FeedId, FeedOutcome, FeedState, Naming, Rhythm
from pipeline.pull import Terms, moves, pull, schedule
from pipeline.pull.fetch import fetch
from pipeline.pull.guest import Guest, LeftAlone
from pipeline.pull.headers import fresh_until, retry_at
from pipeline.pull.subscriptions.advice import advice
from pipeline.pull.subscriptions.health import FeedHealth
from pipeline.settings import load
from pipeline.store import pull as kept
from pipeline.store import select as stories
from pipeline.store.schema import feeds
from pipeline.web import Web
from pipeline.words import moment_in_words

law = settings(derandomize=True, deadline=None, max_examples=100)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
FEED = Feed(id=FeedId(1), url="https://a.example/feed", title=plain_text("A"))


def rss(*names, more=""):
    items = "".join(f"<item><guid>{name}</guid><title>Title of {name}</title></item>" for name in names)
    return f"<rss version='2.0'><channel><title>A feed</title>{more}{items}</channel></rss>"


@pytest.fixture
def run_pull(store):
    """A function that pulls the feeds at the given addresses at a time, and gives the outcomes."""

    def run(*urls, at=NOW, only_due=False, history=0):
        with store.writing() as connection:
            known = kept.known_feeds(connection, urls)
        wanted = [replace(known[url], allow_private=True) for url in urls]

        async def go():
            async with Web(user_agent="t", timeout_seconds=5, max_bytes=2**20) as web:
                terms = Terms(now=at, dice=lambda: 0.0, only_due=only_due, history=history)
                return await pull(wanted, web, store, terms, lambda _: None)

        return asyncio.run(go())

    return run


@pytest.fixture
def asked(web):
    """What was asked of the server since: the paths."""

    def paths():
        found = [path for path, _ in web.requests]
        web.requests.clear()
        return found

    return paths


# -- validators


@pytest.mark.parametrize("etag", ['"a"', 'W/"a b"', "unquoted", '"\xc3\xa4"', '""'])
def test_both_validators_go_back_byte_for_byte(web, run_pull, etag):
    url = web.serve("/feed", rss("one"), ETag=etag, **{"Last-Modified": "Some Day, 99"})
    run_pull(url)
    web.serve("/feed", status=304)
    (outcome,) = run_pull(url)
    assert outcome.state is FeedState.UNCHANGED
    _, headers = web.requests[-1]
    assert headers["If-None-Match"] == etag
    assert headers["If-Modified-Since"] == "Some Day, 99"
    assert headers["A-IM"] == "feed"


def test_validators_are_kept_when_a_feed_cannot_be_read_and_it_stays_failed(web, run_pull):
    url = web.serve("/feed", "no feed at all", ETag='"a"')
    (first,) = run_pull(url)
    web.serve("/feed", status=304)
    (second,) = run_pull(url)
    assert web.requests[-1][1]["If-None-Match"] == '"a"'
    assert [(one.state, one.cause) for one in (first, second)] == [(FeedState.FAILED, "is not a feed")] * 2
    assert (second.feed.failures, second.feed.error) == (2, "is not a feed")


def test_after_eight_days_a_server_that_says_304_for_ever_is_asked_for_the_whole(web, run_pull):
    url = web.serve("/feed", rss("one"), ETag='"a"')
    run_pull(url)
    web.serve("/feed", status=304)
    for days in (3, 7):
        run_pull(url, at=NOW + days * DAY)
        assert web.requests[-1][1]["If-None-Match"] == '"a"'
    web.serve("/feed", rss("one", "two"), ETag='"a"')
    (outcome,) = run_pull(url, at=NOW + 8 * DAY)
    assert "If-None-Match" not in web.requests[-1][1]
    assert outcome.new == 1


def test_a_body_that_is_known_byte_for_byte_is_not_parsed_again_and_its_new_validators_are_kept(web, run_pull):
    url = web.serve("/feed", rss("one"), ETag='"a"')
    run_pull(url)
    web.serve("/feed", rss("one"), ETag='"b"')
    (outcome,) = run_pull(url)
    assert (outcome.state, outcome.feed.etag) == (FeedState.UNCHANGED, '"b"')


def test_an_answer_of_only_what_is_new_adds_to_what_is_known(web, run_pull):
    url = web.serve("/feed", rss("one"), ETag='"a"')
    run_pull(url)
    web.serve("/feed", rss("two"), status=226, ETag='"b"', IM="feed")
    (outcome,) = run_pull(url)
    assert (outcome.state, outcome.new, outcome.feed.etag) == (FeedState.READ, 1, '"b"')


def test_a_304_to_somebody_who_asked_for_the_whole_is_a_failure(web, run_pull):
    url = web.serve("/feed", status=304)
    (outcome,) = run_pull(url)
    assert outcome.cause == "says that nothing has changed (304), though it was asked for the whole"
    web.serve("/feed", rss("one"), ETag='"a"')
    run_pull(url)
    web.serve("/feed", status=304)
    assert run_pull(url, at=NOW + 7 * DAY)[0].state is FeedState.UNCHANGED
    assert run_pull(url, at=NOW + 8 * DAY)[0].state is FeedState.FAILED
    assert run_pull(url, at=NOW + 7 * DAY, history=1)[0].state is FeedState.FAILED


def test_a_304_from_elsewhere_than_the_validators_means_nothing(web, run_pull, asked):
    feed = web.serve("/feed", status=302, Location="/portal")
    web.serve("/portal", "Please log in", **{"Last-Modified": "Mon, 23 Nov 2026 07:00:00 GMT"})
    assert run_pull(feed)[0].cause == "is not a feed"
    asked()

    def only_news(request):
        return (304, {}, b"") if "If-Modified-Since" in request.headers else (200, {}, rss("one").encode())

    web.pages["/feed"] = only_news
    (outcome,) = run_pull(feed)
    assert (outcome.state, outcome.new, asked()) == (FeedState.READ, 1, ["/feed", "/feed"])


def test_a_part_that_cannot_be_read_is_made_up_for_by_the_whole(web, run_pull):
    url = web.serve("/feed", rss("one"), ETag='"a"')
    run_pull(url)
    web.serve("/feed", "no feed", status=226, ETag='"b"', IM="feed")
    assert run_pull(url)[0].state is FeedState.FAILED
    web.serve("/feed", rss("one", "two"), ETag='"b"')
    (outcome,) = run_pull(url)
    assert "If-None-Match" not in web.requests[-1][1]
    assert outcome.new == 1


def test_the_rhythm_of_a_feed_is_not_that_of_the_part_which_is_new(web, run_pull):
    def dated(*days):
        items = (f"<item><guid>{day}</guid><pubDate>{day:02} Nov 2026 07:30:00 GMT</pubDate></item>" for day in days)
        return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>"

    url = web.serve("/feed", dated(1, 8, 15, 22), ETag='"a"')
    assert run_pull(url)[0].feed.gap == 7 * DAY
    web.serve("/feed", dated(20, 21, 22, 23), status=226, ETag='"b"', IM="feed")
    assert run_pull(url)[0].feed.gap == 7 * DAY


# -- hosts that want to be left alone


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_host_that_says_when_to_come_again_is_left_alone_until_then(web, run_pull, asked, status, form):
    after = "7200" if form == "seconds" else format_datetime(NOW + 2 * HOUR, usegmt=True)
    busy = web.serve("/busy", status=status, **{"Retry-After": after})
    other = web.serve("/other", rss("one"))
    outcomes = run_pull(busy, other)
    assert [one.state for one in outcomes] == [FeedState.FAILED, FeedState.WAITING]
    assert asked() == ["/busy"]
    assert "left alone until 2026-11-23 09:30 UTC" in outcomes[1].cause
    assert [one.state for one in run_pull(other, at=NOW + HOUR)] == [FeedState.WAITING]
    assert asked() == []
    assert [one.state for one in run_pull(other, at=NOW + 2 * HOUR)] == [FeedState.READ]
    assert outcomes[0].feed.due.at == NOW + 2 * HOUR


@pytest.mark.parametrize(("status", "state"), [(429, FeedState.WAITING), (503, FeedState.READ)])
def test_a_host_that_is_asked_too_often_is_left_alone_for_an_hour_even_if_it_names_no_time(
    web, run_pull, status, state
):
    busy = web.serve("/busy", status=status)
    other = web.serve("/other", rss("one"))
    outcomes = run_pull(busy, other)
    assert [one.state for one in outcomes] == [FeedState.FAILED, state]
    assert outcomes[0].feed.due.at >= NOW + HOUR
    assert run_pull(other, at=NOW + HOUR)[0].state in {FeedState.READ, FeedState.UNCHANGED}


def test_the_host_that_a_redirect_led_to_is_left_alone_and_no_other(web, run_pull, asked):
    elsewhere = web.url.replace("127.0.0.1", "localhost")
    detour = web.serve("/detour", status=302, Location=f"{web.url}/busy")
    web.serve("/busy", status=503, **{"Retry-After": "7200"})
    other = web.serve("/other", rss("one"))
    here = [url.replace("127.0.0.1", "localhost") for url in (detour, other)]
    web.serve("/detour", status=302, Location=f"{elsewhere}/busy")
    first, second = run_pull(detour, other)
    assert (first.state, second.state) == (FeedState.FAILED, FeedState.READ)
    assert "private address" in first.cause  # the other host is not the author's own
    web.serve("/detour", status=302, Location=f"{elsewhere}/busy")
    assert [one.state for one in run_pull(*here)] == [FeedState.FAILED, FeedState.WAITING]
    asked()
    run_pull(*here, at=NOW + HOUR)
    assert asked() == []


def test_no_page_is_asked_for_at_a_host_that_wants_to_be_left_alone(web, run_pull, asked):
    def page(number):
        link = f"<link xmlns='http://www.w3.org/2005/Atom' rel='next' href='/{number + 1}'/>"
        return web.serve(f"/{number}", rss(f"entry {number}", more=link))

    first, _ = page(1), page(2)
    web.serve("/3", status=429, **{"Retry-After": "7200"})
    last = page(5)
    assert run_pull(first, last, history=9)[1].state is FeedState.WAITING
    assert asked() == ["/1", "/2", "/3"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", NOW + timedelta(minutes=2)),
        (" 120 ", NOW + timedelta(minutes=2)),
        ("Mon, 23 Nov 2026 08:30:00 GMT", NOW + HOUR),
        ("Monday, 23-Nov-26 08:30:00 GMT", NOW + HOUR),
        ("99999999999999999999", None),
        ("9999999999", NOW + timedelta(days=30)),
        ("Mon, 23 Nov 2020 08:30:00 GMT", None),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value, expected):
    assert retry_at({"Retry-After": value}, NOW) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Cache-Control": "public, max-age=3600"}, NOW + HOUR),
        ({"Cache-Control": "max-age=3600", "Age": "1800"}, NOW + HOUR / 2),
        ({"Cache-Control": "s-maxage=60, max-age=3600"}, NOW + HOUR),
        ({"Cache-Control": "s-maxage=60"}, None),
        ({"Cache-Control": "no-cache, max-age=3600"}, None),
        ({"Cache-Control": 'no-cache="Set-Cookie", max-age=3600'}, NOW + HOUR),
        ({"Expires": format_datetime(NOW + HOUR, usegmt=True), "Age": "1800"}, NOW + HOUR / 2),
        ({"Expires": "Mon, 01 Jan 0101 00:00:00 GMT", "Date": "Fri, 31 Dec 9999 23:59:59 GMT"}, None),
        ({"Cache-Control": "max-age=0"}, None),
        ({"Cache-Control": "max-age=99999999999999"}, NOW + timedelta(days=30)),
        ({"Expires": format_datetime(NOW + HOUR, usegmt=True)}, NOW + HOUR),
        ({"Expires": "Thu, 01 Jan 2026 01:00:00 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, NOW + HOUR),
        ({"Cache-Control": "max-age=60", "Expires": format_datetime(NOW + DAY)}, NOW + timedelta(minutes=1)),
        ({"Expires": "0"}, None),
        ({}, None),
    ],
)
def test_an_answer_is_fresh_for_as_long_as_its_headers_say(headers, expected):
    assert fresh_until(headers, NOW) == expected


# -- schedule


def test_a_feed_that_is_not_due_waits_if_only_due_ones_are_asked(web, run_pull, asked):
    url = web.serve("/feed", rss("one"))
    (first,) = run_pull(url)
    asked()
    (second,) = run_pull(url, at=NOW + HOUR, only_due=True)
    assert second.state is FeedState.RESTING
    assert second.cause.startswith(f"is not due before {moment_in_words(first.feed.due.at)}")
    assert asked() == []
    (third,) = run_pull(url, at=first.feed.due.at, only_due=True)
    assert third.state is FeedState.UNCHANGED


dates = st.lists(st.timedeltas(min_value=-DAY, max_value=timedelta(days=2000)).map(lambda ago: NOW - ago), max_size=40)


@law
@given(
    dates,
    st.integers(0, 40),
    st.one_of(st.none(), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))),
    st.one_of(st.none(), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30))),
    st.floats(0, 0.999),
)
def test_a_feed_is_due_after_an_hour_or_more_and_within_days(published, failures, every, fresh, dice):
    feed = replace(FEED, gap=schedule.usual_gap(published, NOW), failures=failures, rhythm=Rhythm(every=every))
    due = schedule.due(feed, NOW + fresh if fresh else None, NOW, dice)
    assert NOW + schedule.FLOOR <= due.at <= NOW + schedule.LONGEST * (1 + schedule.JITTER)
    assert due.because.startswith(("as ", "because "))


@pytest.mark.parametrize(
    ("feed", "fresh", "hours", "because"),
    [
        (FEED, None, 24, "as little is known of its rhythm"),
        (replace(FEED, gap=4 * HOUR), None, 2, "as it brings something about every 4 hours"),
        (replace(FEED, gap=timedelta(minutes=10)), None, 1, "as it brings something about every 10 minutes"),
        (replace(FEED, gap=30 * DAY), None, 24, "as it brings something about every 30 days"),
        (replace(FEED, gap=4 * HOUR, rhythm=Rhythm(every=6 * HOUR)), None, 6, "asks for 6 hours in between"),
        (replace(FEED, gap=4 * HOUR, rhythm=Rhythm(every=HOUR)), NOW + 9 * HOUR, 9, "asks for 9 hours in between"),
        (replace(FEED, gap=4 * HOUR, rhythm=Rhythm(every=HOUR)), NOW + HOUR, 2, "about every 4 hours"),
        (replace(FEED, failures=1), NOW + 9 * HOUR, 1, "as it failed"),
        (replace(FEED, failures=4), None, 8, "as it failed 4 times in a row"),
        (replace(FEED, gap=2 * HOUR, rhythm=Rhythm(skip_hours=(8, 9))), None, 2.5, "rules out earlier hours"),
        (replace(FEED, gap=2 * HOUR, rhythm=Rhythm(skip_days=(0,))), None, 16.5, "rules out earlier hours"),
        (replace(FEED, gap=2 * HOUR, rhythm=Rhythm(skip_days=tuple(range(7)))), None, 1, "about every 2 hours"),
    ],
)
def test_a_feed_is_due_by_its_own_rhythm_and_never_sooner_than_its_publisher_wants(feed, fresh, hours, because):
    due = schedule.due(feed, fresh, NOW, 0.0)
    assert (due.at - NOW) / HOUR == hours
    assert because in due.because


def test_a_feed_that_has_gone_silent_is_asked_less_often():
    dates = [NOW - 100 * DAY - n * HOUR for n in range(3)]
    assert schedule.usual_gap(dates, dates[0] + 4 * HOUR) == HOUR
    assert schedule.usual_gap(dates, NOW) == 25 * DAY
    assert schedule.usual_gap(dates[:2], NOW) is None


def test_what_a_publisher_says_of_its_rhythm_is_kept(web, run_pull):
    more = "<ttl>180</ttl><skipHours><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    (outcome,) = run_pull(web.serve("/feed", rss("one", more=more)))
    assert outcome.feed.rhythm == Rhythm(every=3 * HOUR, skip_hours=(3,), skip_days=(6,))


@pytest.mark.parametrize(("days", "is_believed"), [(6, True), (365, False)])
def test_a_feed_or_host_that_a_clock_which_was_wrong_put_off_is_asked(days, is_believed, web, run_pull, asked, store):
    url = web.serve("/feed", rss("one"))
    run_pull(url)
    asked()
    later = NOW + days * DAY
    with store.writing() as connection:
        connection.execute(feeds.update().values(due_at=later))
    (outcome,) = run_pull(url, only_due=True)
    assert (outcome.state is FeedState.RESTING, asked() == []) == (is_believed, is_believed)
    with store.writing() as connection:
        kept.keep_waits(connection, {"127.0.0.1": Due(at=later, because="as it asked for that")})
    (outcome,) = run_pull(url)
    assert (outcome.state is FeedState.WAITING, asked() == []) == (is_believed, is_believed)


# -- moves and the end


def moved(feed, *days, to="https://a.example/new", first=NOW):
    changes = ()
    for day in days:
        feed, changes = moves.after_answer(feed, safe_url(to) if to else None, first + day * DAY)
    return feed, changes


def test_a_move_is_believed_after_three_days_of_saying_so():
    feed, changes = moved(FEED, 0, 0.1, 0.2, 1)
    assert (feed.location, feed.move.times, changes) == (None, 2, ())
    feed, [change] = moved(FEED, 0, 1, 2)
    assert (feed.address, feed.move) == ("https://a.example/new", None)
    assert (change.kind, change.before, change.after) == (ChangeKind.MOVED, FEED.url, feed.location)


def test_a_move_that_is_taken_back_is_told_anew():
    feed, _ = moved(FEED, 0, 1)
    feed, _ = moved(feed, 2, to=None)
    feed, changes = moved(feed, 3)
    assert (feed.move.times, changes) == (1, ())


def test_nobody_is_led_from_https_to_http():
    feed, changes = moved(FEED, 0, 1, 2, 3, to="http://a.example/new")
    assert (feed.address, changes) == (FEED.url, ())


def test_a_move_that_the_author_took_back_is_not_believed_again():
    feed, [change] = moved(FEED, 0, 1, 2)
    back = moves.taken_back(feed, change)
    assert back.address == FEED.url
    assert moved(back, 3, 4, 5, 6)[0].address == FEED.url


def test_a_feed_that_is_no_longer_where_it_moved_to_is_looked_for_where_it_was(web, run_pull, asked):
    web.serve("/new", rss("one"))
    old = web.serve("/old", status=301, Location="/new")
    for day in range(3):
        run_pull(old, at=NOW + day * DAY)
    web.serve("/new", status=404)
    web.serve("/old", rss("one", "two"))
    for day in range(3, 8):
        (outcome,) = run_pull(old, at=NOW + day * DAY)
        assert outcome.state is FeedState.FAILED
    asked()
    (outcome,) = run_pull(old, at=NOW + 8 * DAY)
    assert (outcome.new, outcome.feed.location, asked()) == (1, None, ["/old"])
    assert [(change.kind, change.after) for change in outcome.changes] == [(ChangeKind.MOVED, old)]


def test_what_is_gone_behind_a_detour_need_not_be_gone(web, run_pull):
    web.serve("/gone", status=410)
    (outcome,) = run_pull(web.serve("/feed", status=302, Location="/gone"))
    assert (outcome.state, outcome.feed.paused, outcome.changes) == (FeedState.FAILED, None, ())


def test_an_answer_that_nobody_thought_of_stops_no_other_feed(web, run_pull, monkeypatch):
    monkeypatch.setattr("pipeline.pull.settle.fresh_until", lambda *_: 1 / 0)
    bad, good = web.serve("/bad", rss("one")), web.serve("/good", status=404)
    outcomes = run_pull(bad, good)
    assert "ZeroDivisionError" in outcomes[0].cause
    assert "is not there" in outcomes[1].cause


def test_what_the_author_allowed_does_not_go_over_to_where_a_redirect_leads(web, asked):
    web.serve("/feed", rss("one"))
    feed = replace(FEED, url="http://a.example/feed", location=safe_url(f"{web.url}/feed"), allow_private=True)

    async def go():
        async with Web(user_agent="t", timeout_seconds=5, max_bytes=2**20) as client:
            return await fetch(feed, client, NOW)

    assert "private address" in asyncio.run(go()).cause
    assert asked() == []


def test_a_feed_that_moved_is_asked_where_it_is_now(web, run_pull, asked):
    new = web.serve("/new", rss("one"), ETag='"a"')
    old = web.serve("/old", status=308, Location="/new")
    for day in range(3):
        (outcome,) = run_pull(old, at=NOW + day * DAY)
    assert (outcome.feed.location, [change.after for change in outcome.changes]) == (new, [new])
    asked()
    run_pull(old, at=NOW + 3 * DAY)
    assert asked() == ["/new"]


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_detour_is_no_move(web, run_pull, status):
    web.serve("/new", rss("one"))
    old = web.serve("/old", status=status, Location="/new")
    for day in range(4):
        (outcome,) = run_pull(old, at=NOW + day * DAY)
        assert (outcome.state in {FeedState.READ, FeedState.UNCHANGED}, outcome.feed.move) == (True, None)


def test_a_move_to_what_is_no_feed_is_not_believed(web, run_pull):
    web.serve("/new", "<html>Welcome</html>")
    old = web.serve("/old", status=301, Location="/new")
    for day in range(4):
        (outcome,) = run_pull(old, at=NOW + day * DAY)
    assert (outcome.state, outcome.feed.move, outcome.feed.location) == (FeedState.FAILED, None, None)


def test_a_feed_that_is_gone_is_not_asked_again_until_that_is_undone(web, run_pull, asked, store):
    url = web.serve("/feed", status=410)
    (outcome,) = run_pull(url)
    assert [change.kind for change in outcome.changes] == [ChangeKind.PAUSED]
    asked()
    (outcome,) = run_pull(url, at=NOW + 9 * DAY)
    assert (outcome.state, asked()) == (FeedState.WAITING, [])
    with store.writing() as connection:
        feed = kept.known_feeds(connection, [url])[url]
        change = kept.undo_last_change(connection, feed.id, NOW)
        kept.keep_feed(connection, moves.taken_back(feed, change))
    web.serve("/feed", rss("one"))
    assert run_pull(url, at=NOW + 9 * DAY)[0].state is FeedState.READ


def test_what_a_pull_learns_while_a_change_is_taken_back_is_kept(site, store):
    change = Change(kind=ChangeKind.PAUSED, before="", after="is gone")
    opened = []

    def keep(*changes, **learnt):
        with store.writing() as connection:
            feed = replace(kept.known_feeds(connection, [FEED.url])[FEED.url], **learnt)
            kept.keep_outcomes(connection, [FeedOutcome(feed=feed, state=FeedState.READ, changes=changes)], NOW)

    def open_store():
        opened.append(store)
        if len(opened) == 2:  # once to look the feed up, once to change it
            keep(etag='"new"')
        return store

    Feeds(load(site, {}), lambda: store, NOW).add(FEED.url)
    keep(change, paused=change.after)
    assert Feeds(load(site, {}), open_store, NOW).undo(FEED.url) == change
    with store.reading() as connection:
        feed = kept.feed_reports(connection, NOW)[FEED.url].feed
    assert (len(opened), feed.etag, feed.paused) == (2, '"new"', None)


# -- the past


def test_earlier_pages_are_read_if_wanted(web, run_pull):
    def page(number, relation, to):
        link = f"<link xmlns='http://www.w3.org/2005/Atom' rel='{relation}' href='{to}'/>" if to else ""
        return web.serve(f"/{number}", rss(f"entry {number}", more=link))

    first = page(1, "next", "/2")
    page(2, "prev-archive", "/3")
    page(3, "next", "/1")
    assert run_pull(first)[0].new == 1
    assert run_pull(first, history=1)[0].new == 1
    assert run_pull(first, history=9)[0].new == 1
    assert run_pull(first, history=9)[0].new == 0


def atom_pages(web, *pages):
    """Serve pages of (id, title) in Atom, the newest first, each of which leads to the one before."""
    for number, entries in enumerate(pages):
        items = "".join(
            f"<entry><id>{uid}</id><title>{title}</title><link href='/{number}/{title[:3]}'/></entry>"
            for uid, title in entries
        )
        more = f"<link rel='prev-archive' href='/{number + 1}'/>" if number + 1 < len(pages) else ""
        web.serve(f"/{number}", f"<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title>{more}{items}</feed>")
    return f"{web.url}/0"


@pytest.fixture
def titles(store):
    """A function that gives the titles of all entries that are kept."""

    def read():
        with store.reading() as connection:
            return [entry.title for entry in stories.entries_since(connection, NOW - 1000 * DAY)]

    return read


@pytest.mark.parametrize("pulled_before", [False, True])
def test_of_an_entry_on_several_pages_the_newest_is_kept_and_ids_stay_trusted(web, run_pull, titles, pulled_before):
    url = atom_pages(web, [("1", "New words")], [("1", "Old words"), ("2", "Newer")], [("2", "Older"), ("3", "First")])
    if pulled_before:
        run_pull(url)
    (outcome,) = run_pull(url, history=5)
    assert (outcome.feed.naming, outcome.changes, outcome.feed.repairs) == (Naming.BY_ID, (), ())
    assert (outcome.new, outcome.updated) == (2 if pulled_before else 3, 0)
    assert titles() == ["New words", "Newer", "First"]


def test_an_earlier_page_changes_nothing_that_is_known(web, run_pull, titles):
    run_pull(atom_pages(web, [("1", "As it is now"), ("2", "Two")]))
    (outcome,) = run_pull(atom_pages(web, [("2", "Two")], [("1", "As it was"), ("0", "Before")]), history=5)
    assert (outcome.new, outcome.feed.naming) == (1, Naming.BY_ID)
    assert titles() == ["As it is now", "Two", "Before"]


def test_ids_that_repeat_on_one_earlier_page_tell_nothing(web, run_pull, titles):
    (outcome,) = run_pull(atom_pages(web, [("1", "One")], [("0", "Two"), ("0", "Three")]), history=5)
    assert (outcome.new, outcome.feed.naming) == (3, Naming.BY_LINK)
    assert titles() == ["One", "Two", "Three"]


def test_an_earlier_page_elsewhere_is_not_asked_for_at_a_private_address(web, run_pull, asked):
    link = (
        f"<link xmlns='http://www.w3.org/2005/Atom' rel='next' href='{web.url.replace('127.0.0.1', 'localhost')}/2'/>"
    )
    web.serve("/2", rss("entry 2"))
    assert run_pull(web.serve("/1", rss("entry 1", more=link)), history=3)[0].new == 1
    assert asked() == ["/1"]


# -- advice


@pytest.mark.parametrize(
    ("health", "because"),
    [
        ({"paused": "is gone for good (410); x"}, "is gone for good (410)"),
        ({"error": "is not there (404)", "failures": 9, "read_at": NOW - 30 * DAY}, "was last read 30 days ago: it is"),
        ({"error": "is not there (404)", "failures": 9, "read_at": NOW - DAY}, None),
        ({"error": "is not there (404)", "failures": 5}, "was never read"),
        ({"error": "is not there (404)", "failures": 4}, None),
        ({"newest": NOW - 200 * DAY}, "has been silent for 200 days"),
        ({"newest": NOW - 100 * DAY}, None),
        ({"since": NOW - 60 * DAY, "offered": 30, "shortlisted": 0.0}, "brought 30 entries in eight weeks, and none"),
        ({"since": NOW - 60 * DAY, "offered": 30, "shortlisted": 0.1}, None),
        ({"since": NOW - 6 * DAY, "offered": 30, "shortlisted": 0.0}, None),
        ({"moved_to": "http://b.example/feed/"}, "is the same feed as https://b.example/feed"),
        ({}, None),
    ],
)
def test_advice_says_which_feeds_are_not_worth_their_place_and_why(health, because):
    other = FeedHealth(url="https://b.example/feed", title="B", shortlisted=0.5)
    found = advice([other, FeedHealth(url=FEED.url, title="A", **health)], NOW)
    assert [one.url for one in found] == ([FEED.url] if because else [])
    assert all(because in one.because and one.remedy == f"byline feeds remove {FEED.url}" for one in found)


def test_of_two_addresses_of_one_feed_the_better_one_is_kept():
    feeds = [
        FeedHealth(url=url, title="") for url in ("http://A.example/x", "https://a.example/x", "https://b.example/")
    ]
    assert [one.remedy for one in advice(feeds, NOW)] == ["byline feeds remove http://A.example/x"]
    feeds = [FeedHealth(url="https://a.example/", title="", moved_to="https://b.example/"), feeds[2]]
    assert [one.url for one in advice(feeds, NOW)] == ["https://a.example/"]


def test_a_feed_that_moves_to_https_and_mends_a_headline_keeps_its_name_and_its_entries(web, run_pull):
    def page(scheme, title, day):
        items = (
            f"<item><guid>1</guid><title>{title}</title><link>{scheme}://x.example/1</link>"
            f"<pubDate>{day} Nov 2026 07:00:00 GMT</pubDate></item>"
        )
        return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>"

    url = web.serve("/feed", page("http", "A headline with a tpyo", 20))
    run_pull(url)
    web.serve("/feed", page("https", "A headline without one", 21))
    (outcome,) = run_pull(url)
    assert (outcome.new, outcome.updated, outcome.changes) == (0, 1, ())


def test_no_feed_is_blamed_where_nothing_was_ever_selected():
    assert advice([FeedHealth(url=FEED.url, title="", since=NOW - 60 * DAY, offered=30)], NOW) == ()


def test_a_command_can_be_typed_as_it_is_shown():
    [one] = advice([FeedHealth(url="https://a.example/?a=1&b=$(x)", title="", paused="is gone")], NOW)
    assert one.remedy == "byline feeds remove 'https://a.example/?a=1&b=$(x)'"


def test_a_due_time_is_kept_over_restarts(web, run_pull, store):
    url = web.serve("/feed", rss("one"))
    (outcome,) = run_pull(url)
    with store.reading() as connection:
        report = kept.feed_reports(connection, NOW)[url]
    assert report.feed.due == outcome.feed.due
    assert isinstance(report.feed.due, Due)


# -- while others wait for the same host


def visits(web, *paths, pause=0.0, guest=None):
    """Ask for all at once; return the answers, and the time of each visit."""

    async def go():
        async with Web(user_agent="t", timeout_seconds=5, max_bytes=2**20, pause_seconds=pause) as client:
            asking = guest(client) if guest else client
            return await asyncio.gather(*(asking.get(f"{web.url}{path}", allow_private=True) for path in paths))

    return asyncio.run(go())


def test_who_waited_for_the_turn_hears_that_the_host_wants_to_be_left_alone(web, asked):
    web.serve("/x", "", status=429, **{"Retry-After": "3600"})
    answers = visits(web, *["/x"] * 5, guest=lambda client: Guest(client, {}, NOW))
    assert asked() == ["/x"]
    assert [getattr(each, "status", None) for each in answers].count(429) == 1
    assert sum(isinstance(each, LeftAlone) for each in answers) == 4


def test_how_long_a_host_wants_to_be_left_alone_counts_from_its_answer(web, monkeypatch):
    web.serve("/x", "", status=503, **{"Retry-After": "600"})
    clock = iter([0.0, *[900.0] * 99])
    monkeypatch.setattr("pipeline.pull.guest.monotonic", lambda: next(clock))
    guests = []
    visits(web, "/x", guest=lambda client: guests.append(Guest(client, {}, NOW)) or guests[0])
    [due] = guests[0].waits_heard.values()
    assert due.at == NOW + timedelta(seconds=1500)


def test_a_redirect_to_another_host_waits_for_its_pause():
    """Three hosts lead to a fourth, which is asked for one thing at a time, with the pause between."""
    times = []

    async def go():
        async def answered(reader, writer):
            path = (await reader.readline()).split()[1]
            while (await reader.readline()).strip():
                pass
            if path == b"/to":
                body = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.9:{port}/at\r\nContent-Length: 0\r\n\r\n"
            else:
                times.append(asyncio.get_running_loop().time())
                body = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            writer.write(body.encode())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answered, "0.0.0.0", 0)
        port = server.sockets[0].getsockname()[1]
        async with Web(user_agent="t", timeout_seconds=5, max_bytes=2**20, pause_seconds=0.4) as client:
            client._guarded = client._private  # all that is here is on loopback
            await asyncio.gather(*(client.get(f"http://127.0.0.{number}:{port}/to") for number in (2, 3, 4)))
        server.close()

    asyncio.run(go())
    assert len(times) == 3
    assert all(later - earlier >= 0.4 for earlier, later in pairwise(sorted(times)))
