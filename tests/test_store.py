"""What is remembered comes back the same, on both engines, however many use it at once."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect, select, text
from sqlalchemy.exc import StatementError

import pipeline.store
from conftest import _run_sql
from pipeline.errors import SettingsError, StoreAwayError, StoreError
from pipeline.html import plain_text, safe_html, safe_url
from pipeline.model import (
    Asked,
    Change,
    ChangeKind,
    DeliveryState,
    Due,
    EditionId,
    EntryId,
    FeedOutcome,
    FeedState,
    Key,
    Keyed,
    Move,
    Naming,
    ParsedEntry,
    Preferences,
    RankedStory,
    ReaderState,
    Reason,
    Rhythm,
    SendState,
    Settled,
    Story,
    StoryId,
)
from pipeline.pull.identity import recognised
from pipeline.pull.taking import take_in
from pipeline.store import HEAD, Store, audience, sends
from pipeline.store import deliveries as ledger
from pipeline.store import pull as feeds
from pipeline.store import select as stories
from pipeline.store import send as readers
from pipeline.store.entries import entries_by_key, keep_entries
from pipeline.store.remaining import exclude_who_left
from pipeline.store.schema import deliveries, entries, metadata
from pipeline.store.schema import readers as readers_table
from pipeline.store.write import entries_by_link

FEED = "https://a.example/feed"
EDITION = EditionId("2026-11-23-cranes")
TOKYO = timezone(timedelta(hours=9))


def parsed(uid, **fields):
    known = {"title": f"Title of {uid}", "link": safe_url(f"https://a.example/{uid}"), "published": None}
    known |= {"updated": None, "authors": (), "summary": safe_html("<p>sum</p>"), "content": safe_html("")}
    return ParsedEntry(uid=uid, **(known | fields))


def keep(store, *entries, now, url=FEED):
    with store.writing() as connection:
        feed = feeds.known_feeds(connection, [url])[url]
        taken = take_in(connection, replace(feed, title=plain_text("A")), entries, now)
    return taken.new, taken.updated


def kept(store, since=datetime(1970, 1, 1, tzinfo=UTC)):
    with store.reading() as connection:
        return stories.entries_since(connection, since)


# -- the schema


def test_the_migrations_lead_to_the_schema(store_url):
    migrations = Path(pipeline.store.__file__).parent / "migrations"
    engine = upgraded(store_url, "head")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD == ScriptDirectory(str(migrations)).get_current_head()
    engine.dispose()


def upgraded(url, revision):
    """Bring the database at ``url`` to a revision of the past."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    config = Config()
    config.set_main_option("script_location", str(Path(pipeline.store.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def described(engine):
    """All that a database says of its tables, without regard to the order of columns."""
    seen = inspect(engine)
    every = ("pk_constraint", "foreign_keys", "unique_constraints", "indexes", "check_constraints")
    return {
        name: {
            "columns": {each["name"]: {**each, "type": repr(each["type"])} for each in seen.get_columns(name)},
            **{what: sorted(map(repr, as_list(getattr(seen, f"get_{what}")(name)))) for what in every},
        }
        for name in seen.get_table_names()
    }


def as_list(found):
    return found if isinstance(found, list) else [found]


def test_a_new_store_is_as_all_migrations_make_it(store_url, tmp_path, request):
    made, migrated = Store(store_url), upgraded(f"sqlite:///{tmp_path}/migrated.db", "head")
    if made._engine.dialect.name == "postgresql":
        migrated.dispose()
        name = f"migrated_{uuid4().hex}"
        server = request.getfixturevalue("postgres")
        _run_sql(server, f"CREATE DATABASE {name}")
        request.addfinalizer(lambda: _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)"))
        migrated = upgraded(server.replace("/postgres?", f"/{name}?"), "head")
    assert described(made._engine) == described(migrated)
    with made._engine.connect() as one, migrated.connect() as other:
        said = text("SELECT * FROM alembic_version")
        assert one.execute(said).all() == other.execute(said).all()
    made.close()
    migrated.dispose()


def test_what_an_older_byline_kept_is_kept_and_known_again(store_url, now):
    engine = upgraded(store_url, "0001")
    entry = parsed("1", title="Title of one thing", published=now - timedelta(days=1))
    row = {"uid": "1", "title": entry.title, "link": entry.link, "summary": entry.summary, "at": now}
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO feeds (id, url, title, repairs) VALUES (7, '{FEED}', 'A', '[]')"))
        connection.execute(
            text(
                "INSERT INTO entries (id, feed_id, uid, title, link, authors, summary, content, publisher, first_seen, "
                "dated) VALUES (3, 7, :uid, :title, :link, '[]', :summary, '', 'A', :at, :at)"
            ),
            row,
        )
    engine.dispose()
    with closing(Store(store_url)) as store:
        assert [(one.id, one.uid, one.title) for one in kept(store)] == [(3, "1", "Title of one thing")]
        assert keep(store, entry, now=now) == (0, 1)
        assert [one.id for one in kept(store)] == [3]


def test_readers_of_an_older_byline_get_their_letters_as_before_and_can_leave_by_old_ones(store_url, now):
    engine = upgraded(store_url, "0005")
    columns = "email, email_key, name, state, consent, consented_at, token"
    with engine.begin() as connection:
        for name, state in (("ana", "active"), ("bea", "left")):
            values = f"'{name}@a.example', '{name}@a.example', '', '{state}', 'asked me', :at, 'token of {name}'"
            connection.execute(text(f"INSERT INTO readers ({columns}) VALUES ({values})"), {"at": now})
        connection.execute(
            text("INSERT INTO deliveries (edition, reader_id, state, message_id) VALUES ('old', 1, 'sent', '<1@a>')")
        )
    engine.dispose()
    with closing(Store(store_url)) as store, store.writing() as connection:
        ana, bea = readers.readers_in(connection)
        assert (ana.state, ana.consent, ana.wording, ana.ip, ana.monthly) == (
            ReaderState.ACTIVE,
            "asked me",
            "",
            "",
            False,
        )
        assert readers.preferences_of(connection, ana) == Preferences()
        assert readers.reader_by_token(connection, "token of ana") == ana
        assert reasons(connection, ("ports",), now) == {"b": "left the list"}
        assert readers.asked_by(connection, bea.id) is None


def test_a_store_that_is_opened_again_keeps_what_it_has(store, store_url, now):
    keep(store, parsed("1"), now=now)
    with closing(Store(store_url)) as again:
        assert [entry.uid for entry in kept(again)] == ["1"]


# -- times


def test_a_time_without_a_zone_is_refused(store):
    naive = datetime(2026, 11, 23, 7, 30)  # noqa: DTZ001  (naive is what is tested)
    with pytest.raises(StatementError, match="has no time zone"):
        keep(store, parsed("1"), now=naive)
    with pytest.raises(TypeError, match="naive"):
        keep(store, parsed("1", updated=naive), now=datetime.now(UTC))
    assert kept(store) == ()


MOMENTS = (
    datetime(2026, 11, 23, 7, 30, 1, 123456, tzinfo=TOKYO),
    datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(9999, 12, 30, tzinfo=UTC),
)


def test_a_time_comes_back_equal_and_in_utc(store):
    for at in MOMENTS:
        keep(store, parsed(str(at), published=at, updated=at), now=at)
    entries = kept(store, datetime.min.replace(tzinfo=UTC))
    assert tuple(entry.published for entry in entries) == tuple(entry.updated for entry in entries) == MOMENTS
    assert tuple(entry.first_seen for entry in entries) == MOMENTS
    assert {entry.published.tzinfo for entry in entries} | {entry.first_seen.tzinfo for entry in entries} == {UTC}


# -- pull


def test_feeds_are_written_down_once_and_remembered(store):
    other = "https://b.example/ä?x=1"
    with store.writing() as connection:
        first = feeds.known_feeds(connection, [FEED, other, FEED])
        again = feeds.known_feeds(connection, [other, FEED])
    assert first == again
    assert {feed.url for feed in first.values()} == {FEED, other}
    assert (first[FEED].failures, first[FEED].repairs, first[FEED].etag) == (0, (), None)


def keep_outcome(store, now, outcome):
    with store.writing() as connection:
        feeds.keep_outcomes(connection, [outcome], now)
        return feeds.known_feeds(connection, [FEED])[FEED]


def test_what_a_feed_taught_is_remembered(store, now):
    with store.writing() as connection:
        feed = feeds.known_feeds(connection, [FEED])[FEED]
    known = replace(
        feed,
        title=plain_text("A"),
        own_title=plain_text("A"),
        site=safe_url("https://a.example/"),
        location=safe_url("https://a.example/now"),
        stays=safe_url("https://a.example/not"),
        move=Move(to=safe_url("https://a.example/new"), since=now, last=now + timedelta(days=1), times=2),
        paused="is gone",
        answered_at="https://a.example/feed.xml",
        etag='W/"a"',
        last_modified="Mon",
        body_hash="0" * 64,
        whole_at=now,
        broken="is no feed",
        rhythm=Rhythm(every=timedelta(hours=3), skip_hours=(1, 2), skip_days=(6,)),
        gap=timedelta(hours=5),
        naming=Naming.BY_TITLE,
        keeps_naming=True,
        checked_at=now,
        read_at=now,
        failures=3,
        error="is gone",
        repairs=("mended",),
        due=Due(at=now + timedelta(hours=2), because="as it is"),
    )
    assert [one.name for one in fields(known) if getattr(known, one.name) == one.default] == ["allow_private"]
    assert keep_outcome(store, now, FeedOutcome(feed=known, state=FeedState.READ)) == known


def test_a_feed_that_was_not_asked_stays_as_it_was(store, now):
    with store.writing() as connection:
        feed = feeds.known_feeds(connection, [FEED])[FEED]
    assert keep_outcome(store, now, FeedOutcome(feed=replace(feed, etag='"x"'), state=FeedState.WAITING)) == feed


def test_a_host_that_wants_to_be_left_alone_is_left_alone_until_then(store, now):
    for hours in (1, 2):
        wait = Due(at=now + timedelta(hours=hours), because="busy")
        with store.writing() as connection:
            feeds.keep_waits(connection, {"a.example": wait})
    with store.reading() as connection:
        assert feeds.waits(connection, now) == {"a.example": wait}
        assert feeds.waits(connection, wait.at) == {}


def test_changes_are_undone_one_after_the_other_the_last_first(store, now):
    with store.writing() as connection:
        feed = feeds.known_feeds(connection, [FEED])[FEED]
    changes = [Change(kind=ChangeKind.MOVED, before=FEED, after=f"{FEED}/{n}") for n in range(2)]
    keep_outcome(store, now, FeedOutcome(feed=feed, state=FeedState.READ, changes=tuple(changes)))
    with store.writing() as connection:
        assert feeds.last_changes(connection) == {feed.id: changes[1]}
        undone = [feeds.undo_last_change(connection, feed.id, now) for _ in range(3)]
    assert undone == [changes[1], changes[0], None]


def test_entries_are_kept_once_and_brought_up_to_date(store, now):
    entries = [parsed(uid) for uid in ("1", "2", "3")]
    assert keep(store, *entries, now=now) == (3, 0)
    assert keep(store, *entries, now=now + timedelta(days=1)) == (0, 0)
    edited = [
        entries[0],
        replace(entries[1], title=plain_text("Edited"), authors=(plain_text("B"),)),
        parsed("4"),
    ]
    assert keep(store, *edited, now=now + timedelta(days=2)) == (1, 1)
    assert [(entry.uid, entry.title, entry.authors) for entry in kept(store)] == [
        *(("1", "Title of 1", ()), ("2", "Edited", ("B",)), ("3", "Title of 3", ()), ("4", "Title of 4", ())),
    ]
    assert [entry.first_seen - now for entry in kept(store)] == [timedelta(days=n) for n in (0, 0, 0, 2)]


def test_more_entries_than_one_query_can_name_are_kept_once(store, now):
    first = parsed("?")
    many = tuple(Keyed(entry=replace(first, uid=str(number)), keys=(Key(number),)) for number in range(20_001))
    with store.writing() as connection:
        feed = feeds.known_feeds(connection, [FEED])[FEED]
        assert keep_entries(connection, feed, recognised(many, {}), {}, now) == (20_001, 0)
        known = entries_by_key(connection, feed.id, [Key(number) for number in range(70_000)])
        again = recognised(many, known)
        assert (again.new, len(again.known)) == ((), 20_001)
        assert keep_entries(connection, feed, again, known, now) == (0, 0)


def test_more_entries_and_feeds_than_one_query_can_name_are_found_and_shortlisted(store, now):
    assert keep(store, parsed("1"), now=now) == (1, 0)
    [one] = kept(store)
    every = [replace(one, id=EntryId(number)) for number in (*range(10, 70_010), one.id)]
    with store.writing() as connection:
        if connection.dialect.name == "sqlite":  # how SQLite is usually built; where it is built for more, as it were
            connection.connection.driver_connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
        assert stories.entries_by_id(connection, [each.id for each in every]) == {one.id: one}
        urls = [f"https://{number}.example/" for number in range(70_000)]
        assert stories.feed_ids(connection, [*urls, FEED]) == {FEED: one.feed}
        story = Story(id=StoryId(1), entries=tuple(every))
        stories.keep_shortlist(connection, [RankedStory(story=story, reasons=(), topics=())], now)
        shortlisted = select(entries.c.id).where(entries.c.shortlisted_at.is_not(None))
        assert connection.scalars(shortlisted).all() == [one.id]


def test_one_id_in_two_feeds_names_two_entries(store, now):
    assert keep(store, parsed("1"), now=now) == (1, 0)
    assert keep(store, parsed("1"), now=now, url="https://b.example/") == (1, 0)
    assert len(kept(store)) == 2


def test_an_entry_comes_back_as_it_was_kept(store, now):
    entry = parsed(
        "tag:a,2026:é😀",
        title=plain_text("T 😀"),
        link=None,
        published=now - timedelta(days=1),
        authors=(plain_text("Ä"), plain_text("B")),
        content=safe_html("<p>'\" % :x ? \\</p>"),
    )
    keep(store, entry, now=now)
    (back,) = kept(store)
    assert {name: value for name, value in asdict(back).items() if name in asdict(entry)} == asdict(entry)
    assert (back.publisher, back.first_seen, back.dated) == ("A", now, now - timedelta(days=1))


def test_the_report_counts_the_entries_of_each_feed(store, now):
    keep(
        store,
        parsed("1", published=now - timedelta(days=2)),
        parsed("2", published=now - timedelta(days=1)),
        now=now,
    )
    with store.writing() as connection:
        feeds.known_feeds(connection, ["https://b.example/"])
    with store.reading() as connection:
        reports = feeds.feed_reports(connection, now)
    told = {url: (report.entries, report.newest, report.since, report.offered) for url, report in reports.items()}
    assert told == {FEED: (2, now - timedelta(days=1), now, 2), "https://b.example/": (0, None, None, 0)}


# -- select and write


def test_entries_since_are_those_dated_after_it_the_first_kept_first(store, now):
    hours = {"new": 1, "at": 24, "old": 25, "future": -5}
    keep(store, *(parsed(uid, published=now - timedelta(hours=ago)) for uid, ago in hours.items()), now=now)
    keep(store, parsed("undated"), now=now)
    since = (now - timedelta(hours=24)).astimezone(TOKYO)
    assert [entry.uid for entry in kept(store, since)] == ["new", "future", "undated"]


def test_the_shortlist_comes_back_as_it_was_kept_and_replaces_the_one_before(store, now):
    keep(store, *map(parsed, "1234"), now=now)
    one, two, three, four = kept(store)
    first = RankedStory(
        story=Story(id=one.id, entries=(one, three)),
        reasons=(
            Reason(name="topic", points=1.25, because="says “ports”"),
            Reason(name="age", points=-0.1, because=""),
        ),
        topics=("ports", "é"),
    )
    second = RankedStory(story=Story(id=two.id, entries=(two,)), reasons=(), topics=())
    third = RankedStory(story=Story(id=four.id, entries=(four,)), reasons=(), topics=())

    for ranked in ((third, first, second), (second, first), ()):
        with store.writing() as connection:
            stories.keep_shortlist(connection, ranked, now)
        with store.reading() as connection:
            assert stories.kept_shortlist(connection) == ranked


def test_entries_are_found_by_their_link(store, now):
    link, other = safe_url("https://a.example/x"), safe_url("https://a.example/y")
    keep(store, parsed("1", link=link), parsed("2", link=None), parsed("3", link=link), now=now)
    with store.reading() as connection:
        found = entries_by_link(connection, [link, other])
        assert entries_by_link(connection, []) == {}
    assert {url: [entry.uid for entry in entries] for url, entries in found.items()} == {
        link: ["1", "3"],
        other: [],
    }


# -- send


def add(connection, email, now):
    return readers.add_reader(connection, email, plain_text("N"), plain_text("asked"), now)


def test_a_reader_is_added_once_however_the_address_is_written(store, now):
    with store.writing() as connection:
        ana = add(connection, "Ana@A.example", now)
        assert add(connection, "ana@a.EXAMPLE", now) is None
        assert readers.reader_by_email(connection, "ANA@a.example") == ana
        assert readers.reader_by_email(connection, "bea@a.example") is None
    assert (ana.email, ana.state, ana.consent, ana.consented_at) == (
        "Ana@A.example",
        ReaderState.ACTIVE,
        "asked",
        now,
    )
    assert len(ana.token) >= 20


def test_a_reader_who_left_is_remembered_and_not_added_again(store, now):
    with store.writing() as connection:
        ana, bea = add(connection, "ana@a.example", now), add(connection, "bea@a.example", now)
        readers.mark_left(connection, ana.id, now)
        assert add(connection, "ana@a.example", now) is None
        assert readers.readers_in(connection, ReaderState.ACTIVE) == (bea,)
        assert readers.readers_in(connection) == (replace(ana, state=ReaderState.LEFT), bea)
        assert readers.active_readers(connection, now) == 1
    assert ana.token != bea.token


def row_of(connection, reader):
    """The row of a reader's delivery in the ledger, once the audience of the edition is frozen."""
    of = (deliveries.c.edition == EDITION) & (deliveries.c.reader_id == reader.id)
    return connection.scalar(select(deliveries.c.id).where(of))


def claim(store, reader, now):
    with store.writing() as connection:
        ledger.freeze(connection, EDITION, (), now)
        return bool(ledger.claim(connection, {row_of(connection, reader): f"<{reader.id}@a.example>"}, now))


def settle(store, reader, state, now, answer="250 ok"):
    with store.writing() as connection:
        ended = Settled(row=row_of(connection, reader), state=state, answer=plain_text(answer))
        ledger.settle(connection, [ended], now)
        (delivery,) = ledger.deliveries_of(connection, EDITION)
    return delivery


@pytest.fixture
def reader(store, now):
    with store.writing() as connection:
        return add(connection, "ana@a.example", now)


def test_a_delivery_is_claimed_once(store, reader, now):
    assert [claim(store, reader, now) for _ in range(3)] == [True, False, False]
    with store.reading() as connection:
        (delivery,) = ledger.unfinished(connection)
        assert ledger.deliveries_of(connection, EditionId("another")) == ()
    assert (delivery.edition, delivery.reader, delivery.state) == (EDITION, reader, DeliveryState.CLAIMED)
    assert delivery.message_id == f"<{reader.id}@a.example>"


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.REFUSED])
def test_a_delivery_that_ended_is_not_claimed_nor_settled_again(store, reader, now, state):
    claim(store, reader, now)
    assert settle(store, reader, state, now).state is state
    assert not claim(store, reader, now)
    with pytest.raises(StoreError, match="decided by somebody else"):
        settle(store, reader, DeliveryState.LATER, now, "x")
    with store.reading() as connection:
        (kept_as,) = ledger.deliveries_of(connection, EDITION)
    assert (kept_as.state, kept_as.answer) == (state, "250 ok")


def test_a_delivery_put_off_can_be_claimed_again_once(store, reader, now):
    claim(store, reader, now)
    assert settle(store, reader, DeliveryState.LATER, now, "451 later").answer == "451 later"
    assert [claim(store, reader, now) for _ in range(2)] == [True, False]
    assert settle(store, reader, DeliveryState.SENT, now).state is DeliveryState.SENT


def test_a_reader_who_left_is_not_claimed_even_if_put_off(store, reader, now):
    claim(store, reader, now)
    settle(store, reader, DeliveryState.LATER, now)
    with store.writing() as connection:
        readers.mark_left(connection, reader.id, now)
    assert not claim(store, reader, now)


@pytest.mark.parametrize("before", [None, DeliveryState.LATER])
def test_of_twenty_who_claim_at_once_exactly_one_wins(store, now, before):
    with store.writing() as connection:
        fifty = [add(connection, f"{number}@a.example", now) for number in range(50)]
        ledger.freeze(connection, EDITION, (), now)
        if before:
            rows = {row_of(connection, one): "<m>" for one in fifty}
            ledger.claim(connection, rows, now)
            ledger.settle(connection, [Settled(row=row, state=before, answer=plain_text("")) for row in rows], now)
    start = threading.Barrier(20)

    def claim_all(_):
        start.wait()
        return [one.id for one in fifty if claim(store, one, now)]

    with ThreadPoolExecutor(20) as pool:
        won = [number for numbers in pool.map(claim_all, range(20)) for number in numbers]
    assert sorted(won) == [one.id for one in fifty]


def states(connection):
    return [(each.reader.email[0], each.state, each.answer) for each in ledger.deliveries_of(connection, EDITION)]


def test_the_audience_of_a_send_is_frozen_until_it_is_done(store, now):
    waiting, excluded = DeliveryState.WAITING, DeliveryState.EXCLUDED
    with store.writing() as connection:
        ana, bea = add(connection, "ana@a.example", now), add(connection, "bea@a.example", now)
        readers.mark_left(connection, bea.id, now)
        ledger.freeze(connection, EDITION, (), now)
        add(connection, "cas@a.example", now)
        ledger.freeze(connection, EDITION, (), now)
        assert states(connection) == [("a", waiting, ""), ("b", excluded, "left the list")]
        assert [each.reader for each in ledger.candidates(connection, EDITION, 0, 9, now)] == [ana]
        sends.stop(connection, EDITION, SendState.DONE)
        assert ledger.is_wanted(connection, EDITION, (), now)
        ledger.freeze(connection, EDITION, (), now)
        assert states(connection)[2:] == [("c", waiting, "")]
        readers.mark_left(connection, ana.id, now)
        exclude_who_left(connection, EDITION, now)
        assert ledger.counted(connection, EDITION) == {waiting: 1, excluded: 2}
        assert ledger.excluded(connection, EDITION) == {"left the list": 2}


def reasons(connection, topics, now, edition=EDITION):
    """Why readers are not to get an edition, by the first letter of their address."""
    names = {one.id: one.email[0] for one in readers.readers_in(connection)}
    return {names[key]: why for key, why in audience.left_out(connection, edition, topics, now).items()}


def frozen(connection, topics, now, edition=EDITION):
    """The same, as the ledger has it."""
    ledger.freeze(connection, edition, topics, now)
    found = ledger.deliveries_of(connection, edition)
    return {one.reader.email[0]: one.answer for one in found if one.state is DeliveryState.EXCLUDED}


def asked(now):
    return Asked(source=plain_text("the form"), wording=plain_text("Once a week."), at=now, ip="203.0.113.9")


def test_each_who_is_not_to_get_an_edition_is_left_out_for_a_reason(store, now):
    with store.writing() as connection:
        ana, bea, cas, dov, eva, fay = (add(connection, f"{name}@a.example", now) for name in "abcdef")
        readers.ask(connection, "gil@a.example", asked(now))
        readers.mark_left(connection, bea.id, now)
        readers.prefer(connection, cas.id, Preferences(paused_until=now + timedelta(days=1)))
        readers.prefer(connection, dov.id, Preferences(topics=("Ports", "rail")))
        readers.prefer(connection, eva.id, Preferences(topics=("Labour",)))
        readers.prefer(connection, fay.id, Preferences(paused_until=now))
        told = {"b": "left the list", "c": "paused the letter", "e": "chose other topics", "g": "has not confirmed yet"}
        assert reasons(connection, (" PORTS", "customs"), now) == told
        assert frozen(connection, (" PORTS", "customs"), now) == told
        assert [each.reader.id for each in ledger.candidates(connection, EDITION, 0, 9, now)] == [
            ana.id,
            dov.id,
            fay.id,
        ]


def test_an_edition_without_topics_is_for_those_who_chose_some_too(store, now):
    with store.writing() as connection:
        readers.prefer(connection, add(connection, "ana@a.example", now).id, Preferences(topics=("ports",)))
        assert reasons(connection, (), now) == frozen(connection, (), now) == {}


def test_who_wants_one_letter_a_month_gets_the_fourth_of_weekly_ones(store, now):
    with store.writing() as connection:
        ana, bea = add(connection, "ana@a.example", now), add(connection, "bea@a.example", now)
        readers.prefer(connection, ana.id, Preferences(monthly=True))
    got = []
    for week in range(9):
        at = now + timedelta(weeks=week)
        with store.writing() as connection:
            edition = EditionId(f"week-{week}")
            ledger.freeze(connection, edition, (), at)
            for each in ledger.candidates(connection, edition, 0, 9, at):
                assert ledger.claim(connection, {each.row: f"<{each.row}@a.example>"}, at)
                settled = Settled(row=each.row, state=DeliveryState.SENT, answer=plain_text(""))
                ledger.settle(connection, [settled], at)
                got.append((week, each.reader.id))
    assert [week for week, one in got if one == ana.id] == [0, 4, 8]
    assert [week for week, one in got if one == bea.id] == list(range(9))


def test_a_letter_by_a_clock_that_was_a_year_ahead_keeps_no_monthly_one_from_leaving(store, reader, now):
    assert claim(store, reader, now + timedelta(days=365))
    with store.writing() as connection:
        readers.prefer(connection, reader.id, Preferences(monthly=True))
        assert frozen(connection, (), now, EditionId("next")) == {}
        connection.execute(deliveries.update().where(deliveries.c.edition == EDITION).values(claimed_at=now))
        had = frozen(connection, (), now, EditionId("other"))
        assert list(had.values()) == ["wants one letter a month, and had it"]


def test_who_pauses_while_it_is_sent_is_not_claimed_and_told_so(store, reader, now):
    with store.writing() as connection:
        ledger.freeze(connection, EDITION, (), now)
        readers.prefer(connection, reader.id, Preferences(paused_until=now + timedelta(days=9)))
    assert not claim(store, reader, now)
    with store.writing() as connection:
        exclude_who_left(connection, EDITION, now)
        assert ledger.excluded(connection, EDITION) == {"paused the letter": 1}


def test_who_paused_is_claimed_again_from_that_day_on(store, reader, now):
    with store.writing() as connection:
        readers.prefer(connection, reader.id, Preferences(paused_until=now + timedelta(days=9)))
        assert (readers.active_readers(connection, now), reasons(connection, (), now)) == (
            0,
            {"a": "paused the letter"},
        )
    later = now + timedelta(days=9)
    with store.reading() as connection:
        assert (readers.active_readers(connection, later), reasons(connection, (), later)) == (1, {})
        assert ledger.is_wanted(connection, EDITION, (), later)
        assert not ledger.is_wanted(connection, EDITION, (), now)
    assert claim(store, reader, later)


def test_a_pause_without_an_end_goes_on(store, reader, now):
    later = now + timedelta(days=9999)
    with store.writing() as connection:
        connection.execute(readers_table.update().values(state=ReaderState.PAUSED))
        assert reasons(connection, (), later) == {"a": "paused the letter"}
        assert not ledger.is_wanted(connection, EDITION, (), later)
        ledger.freeze(connection, EDITION, (), now)
        assert states(connection) == [("a", DeliveryState.EXCLUDED, "paused the letter")]
        connection.execute(deliveries.update().values(state=DeliveryState.WAITING))
    assert not claim(store, reader, later)
    with store.writing() as connection:
        exclude_who_left(connection, EDITION, later)
        assert ledger.excluded(connection, EDITION) == {"paused the letter": 1}


# -- consent and preferences


def test_who_asks_gets_no_letter_before_they_confirm_and_their_words_are_kept(store, now):
    with store.writing() as connection:
        waiting = readers.ask(connection, "Ana@a.example", asked(now))
        assert (waiting.state, waiting.email) == (ReaderState.PENDING, "Ana@a.example")
        assert not claim_in(connection, waiting, now)
        wish = readers.asked_by(connection, waiting.id)
        assert wish == asked(now)
        readers.confirm(connection, waiting.id, wish, plain_text("by mail"), now + timedelta(days=1))
        ana = readers.reader_by_token(connection, waiting.token)
        assert (ana.state, ana.consent, ana.wording) == (ReaderState.ACTIVE, "by mail", "Once a week.")
        assert (ana.consented_at, ana.ip) == (now + timedelta(days=1), "203.0.113.9")
        assert readers.asked_by(connection, ana.id) is None


def claim_in(connection, reader, now):
    ledger.freeze(connection, EDITION, (), now)
    return ledger.claim(connection, {row_of(connection, reader): "<1@a.example>"}, now)


def test_asking_changes_nothing_for_who_is_on_the_list_or_left_it(store, now):
    with store.writing() as connection:
        ana, bea = add(connection, "ana@a.example", now), add(connection, "bea@a.example", now)
        readers.mark_left(connection, bea.id, now)
        gone = readers.reader_by_email(connection, bea.email)
        assert readers.ask(connection, "ANA@a.example", asked(now)) == ana
        assert readers.asked_by(connection, ana.id) is None
        assert readers.ask(connection, "bea@a.example", asked(now)) == gone
        assert readers.asked_by(connection, bea.id) == asked(now)
        readers.mark_left(connection, bea.id, now)
        assert readers.asked_by(connection, bea.id) is None


def test_preferences_come_back_and_only_those_of_who_is_on_the_list_change(store, now):
    wanted = Preferences(topics=("labour", "ports"), paused_until=now + timedelta(days=3), monthly=True)
    with store.writing() as connection:
        ana = add(connection, "ana@a.example", now)
        readers.prefer(connection, ana.id, replace(wanted, topics=("Ports", " ports ", "Labour", " ")))
        ana = readers.reader_by_email(connection, ana.email)
        assert (ana.state, readers.preferences_of(connection, ana)) == (ReaderState.PAUSED, wanted)
        readers.prefer(connection, ana.id, Preferences())
        ana = readers.reader_by_email(connection, ana.email)
        assert (ana.state, readers.preferences_of(connection, ana)) == (ReaderState.ACTIVE, Preferences())
        readers.mark_left(connection, ana.id, now)
        readers.prefer(connection, ana.id, wanted)
        ana = readers.reader_by_email(connection, ana.email)
        assert (ana.state, readers.preferences_of(connection, ana)) == (ReaderState.LEFT, Preferences())


def test_who_never_confirms_is_forgotten_after_a_while(store, now):
    with store.writing() as connection:
        add(connection, "ana@a.example", now)
        for name, days in (("bea", 0), ("cas", 9), ("dov", 0)):
            readers.ask(connection, f"{name}@a.example", asked(now + timedelta(days=days)))
        readers.ask(connection, "dov@a.example", asked(now + timedelta(days=9)))
        ledger.freeze(connection, EDITION, (), now)
        readers.drop_unconfirmed(connection, now + timedelta(days=8))
        assert [one.email[0] for one in readers.readers_in(connection)] == ["a", "c", "d"]


def test_what_is_put_off_is_no_candidate_before_its_time(store, reader, now):
    claim(store, reader, now)
    with store.writing() as connection:
        row = row_of(connection, reader)
        later = Settled(row=row, state=DeliveryState.LATER, answer=plain_text("451"))
        ledger.settle(connection, [later], now, {row: now + timedelta(minutes=5)})
        assert not ledger.candidates(connection, EDITION, 0, 9, now + timedelta(minutes=4))
        [found] = ledger.candidates(connection, EDITION, 0, 9, now + timedelta(minutes=5))
    assert (found.row, found.reader, found.tries) == (row, reader, 1)


# -- transactions


def test_what_fails_is_not_kept_at_all(store, now):
    def fail():
        with store.writing() as connection:
            add(connection, "ana@a.example", now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.reading() as connection:
        assert readers.readers_in(connection) == ()


def test_reading_sees_one_state_while_others_write(store, now):
    with store.reading() as connection:
        assert readers.active_readers(connection, now) == 0
        with store.writing() as other:
            add(other, "ana@a.example", now)
        assert readers.active_readers(connection, now) == 0
    with store.reading() as connection:
        assert readers.active_readers(connection, now) == 1


def test_two_pulls_at_once_may_meet_the_same_new_feed(store, now):
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as connection:
            first = feeds.known_feeds(connection, [FEED])
            second = pool.submit(keep, store, parsed("1"), now=now)
            assert wait([second], timeout=0.2).not_done
        assert second.result(5) == (1, 0)
    with store.writing() as connection:
        assert feeds.known_feeds(connection, [FEED]) == first


# -- opening


OPEN = "import sys; from pipeline.store import Store; Store(sys.argv[1]).close()"


def test_many_may_open_a_new_store_at_once(store_url):
    start = threading.Barrier(8)

    def open_it(_):
        start.wait()
        return Store(store_url)

    with ThreadPoolExecutor(8) as pool:
        for opened in pool.map(open_it, range(8)):
            with closing(opened):
                assert kept(opened) == ()


def test_a_file_that_another_is_writing_to_is_waited_for(tmp_path):
    path = tmp_path / "byline.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")  # before the log is write-ahead: SQLite would tell at once that it is locked
        threading.Timer(0.3, other.execute, ["ROLLBACK"]).start()

        with closing(Store(path)) as opened:
            assert kept(opened) == ()


def test_two_processes_may_open_a_new_store_at_once(store_url):
    running = [subprocess.Popen([sys.executable, "-W", "error", "-c", OPEN, store_url]) for _ in range(2)]
    assert [process.wait(30) for process in running] == [0, 0]


def test_a_store_from_a_newer_byline_is_refused(store, store_url):
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    refused = subprocess.run([sys.executable, "-c", OPEN, store_url], capture_output=True, text=True, check=False)
    assert re.search(r"StoreError: the store was made by a newer Byline \(.*9999", refused.stderr)


def test_a_store_that_cannot_be_used_is_let_go(tmp_path):
    path = tmp_path / "byline.db"
    with closing(Store(f"sqlite:///{path}")) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError):
        Store(f"sqlite:///{path}")

    open_files = [file.resolve() for file in Path("/proc/self/fd").iterdir()]
    assert path not in open_files


def test_the_file_and_its_folder_are_its_owners_alone(tmp_path):
    path = tmp_path / "state" / "byline.db"
    umask = os.umask(0)
    try:
        opened = Store(f"sqlite:///{path}")
    finally:
        os.umask(umask)

    with closing(opened):
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def in_words(url):
    with pytest.raises(StoreError) as raised:
        Store(url)
    assert re.fullmatch(r"the store .*cannot be (used|made): .+; check that .*", str(raised.value))
    return str(raised.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "byline.db"
    path.write_bytes(b"a letter to Ana\n" * 100)
    assert "file is not a database" in in_words(f"sqlite:///{path}")
    assert path.read_bytes() == b"a letter to Ana\n" * 100


def test_a_place_where_no_file_can_be_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    in_words(f"sqlite:///{tmp_path}/file/byline.db")
    in_words(f"sqlite:///{tmp_path}")
    in_words("sqlite:////proc/byline/byline.db")


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path):
    said = in_words(f"postgresql+psycopg://ana:sesame@/byline?host={tmp_path}")
    assert "sesame" not in said


def test_a_server_that_takes_a_connection_and_says_nothing_is_away():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        begun = time.monotonic()
        with pytest.raises(StoreAwayError):
            Store(f"postgresql+psycopg://byline@127.0.0.1:{mute.getsockname()[1]}/x?connect_timeout=2")
        assert time.monotonic() - begun < 8


@pytest.mark.parametrize("url", ["nonsense", "mysql://a@b/c", "postgresql+psycopg2://a@b/c"])
def test_a_database_url_that_cannot_work_is_told(url):
    with pytest.raises(SettingsError, match=r"DATABASE_URL|needs the package psycopg2"):
        Store(url)
