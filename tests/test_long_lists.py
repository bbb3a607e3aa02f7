"""A list may have a million readers: what is asked of it for each look, page and turn goes through it once at most."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from pipeline.html import plain_text
from pipeline.model import DeliveryState, EditionId, Settled
from pipeline.store import deliveries as ledger
from pipeline.store import send as kept

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
EDITION = EditionId("2026-11-23-a")
on_postgres = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
SENT, LATER = DeliveryState.SENT, DeliveryState.LATER


@pytest.fixture
def some(store):
    """A store with forty readers, of whom the edition waits for some."""
    with store.writing() as connection:
        for number in range(40):
            kept.add_reader(connection, f"r{number}@example.org", plain_text("R"), plain_text(""), NOW)
        ledger.freeze(connection, EDITION, (), NOW)
        rows = [each.row for each in ledger.candidates(connection, EDITION, 0, 40, NOW)]
        ledger.claim(connection, {row: f"<{row}@x>" for row in rows[:20]}, NOW)
        ended = [Settled(row=row, state=SENT if row % 2 else LATER, answer=plain_text("")) for row in rows[:20]]
        ledger.settle(connection, ended, NOW, {row: NOW + timedelta(hours=row % 4) for row in rows[:20]})
    return store


@contextmanager
def planning(store):
    """The plans of what PostgreSQL is asked, where it may use an index and has little memory."""
    asked, plans = [], []

    def hear(_connection, _cursor, statement, parameters, _context, _many):
        asked.append((statement, parameters))

    event.listen(store._engine, "before_cursor_execute", hear)
    with store.writing() as connection:
        for setting in ("work_mem = '64kB'", "enable_seqscan = off"):
            connection.execute(text(f"SET LOCAL {setting}"))
        asked.clear()
        yield connection, plans
        cursor = connection.connection.driver_connection.cursor()
        for statement, parameters in asked:
            if isinstance(parameters, dict) and re.search(r"\b(deliveries|readers)\b", statement):
                cursor.execute(f"EXPLAIN {statement}", parameters)
                plans.append("\n".join(row[0] for row in cursor))


@on_postgres
@pytest.mark.parametrize(
    "ask",
    [
        lambda connection: ledger.is_wanted(connection, EDITION, (), NOW),
        lambda connection: ledger.count_wanted(connection, EDITION, (), NOW),
        lambda connection: ledger.freeze(connection, EditionId("2026-11-30-b"), (), NOW),
    ],
    ids=["is wanted", "count wanted", "freeze"],
)
def test_who_is_not_in_the_ledger_yet_is_found_by_a_join(store, ask):
    with planning(store) as (connection, plans):
        ask(connection)
    assert any("Anti Join" in plan for plan in plans)
    assert all("NOT (" not in plan for plan in plans), "for each reader the whole ledger"


@on_postgres
@pytest.mark.parametrize("share", [ledger.ALL, ledger.Share(1, 4), ledger.Share(2, 4, is_backwards=True)])
def test_a_page_of_who_waits_is_read_in_the_order_of_an_index(some, share):
    with planning(some) as (connection, plans):
        ledger.candidates(connection, EDITION, 5, 3, NOW, share)
    page = next(plan for plan in plans if "deliveries" in plan)
    limits = re.findall(r"Limit[^\n]*\n\s*->  Index (?:Only )?Scan (?:Backward )?using (\w+)", page)
    assert limits == ["ix_deliveries_edition_state_id"] * 2, page


@pytest.mark.parametrize("is_backwards", [False, True])
def test_pages_name_each_who_is_due_once_and_in_order(some, is_backwards):
    found, last = [], 0
    share = ledger.Share(is_backwards=is_backwards)
    with some.reading() as connection:
        while page := ledger.candidates(connection, EDITION, last, 3, NOW, share):
            assert len(page) <= 3
            found += [each.row for each in page]
            last = found[-1]
        assert len(found) == ledger.count_candidates(connection, EDITION, NOW) == 25
    assert found == sorted(set(found), reverse=is_backwards)
