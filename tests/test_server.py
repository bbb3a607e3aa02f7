"""A PostgreSQL server that is set otherwise, is demoted, holds one up or is gone: claims last, and waiting ends."""

import time

import pytest
from sqlalchemy import create_engine, text

from pipeline.errors import StoreAwayError
from pipeline.html import plain_text
from pipeline.store import Store
from pipeline.store import send as kept
from sending import NOW

pytestmark = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)


@pytest.fixture
def database(store_url):
    """What sets the database of the store otherwise than the server is."""
    engine = create_engine(store_url, isolation_level="AUTOCOMMIT")

    def said(setting):
        with engine.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {engine.url.database} SET {setting}"))

    yield said
    engine.dispose()


@pytest.fixture
def opened(store_url):
    """What opens the store, with this at the end of its address."""
    stores = []

    def open_it(more=""):
        stores.append(Store(store_url + more))
        return stores[-1]

    yield open_it
    for each in stores:
        each.close()


def shown(connection, *names):
    return [connection.scalar(text(f"SHOW {name}")) for name in names]


@pytest.mark.parametrize(
    ("said", "kept_as", "more"),
    [("off", "on", ""), ("local", "on", "&schema=ana"), ("remote_apply", "remote_apply", "")],
)
def test_what_is_committed_is_on_disk_whatever_the_database_says(database, opened, said, kept_as, more):
    opened(more).close()
    database(f"synchronous_commit = {said}")
    store = opened(more)
    with store.writing() as connection:
        assert shown(connection, "synchronous_commit") == [kept_as]
    with store.reading() as connection:
        assert shown(connection, "synchronous_commit") == [said]


def test_who_writes_waits_and_is_waited_for_a_minute_unless_the_database_says_otherwise(database, opened):
    names = "lock_timeout", "idle_in_transaction_session_timeout", "search_path"
    store = opened("&schema=ana")
    with store.writing() as connection:
        assert shown(connection, *names) == ["1min", "1min", '"ana"']
    with store.reading() as connection:
        assert shown(connection, *names) == ["0", "0", '"ana"']
    database("lock_timeout = '3s'")
    with opened("&schema=ana").writing() as connection:
        assert shown(connection, *names) == ["3s", "1min", '"ana"']


def test_who_waits_too_long_for_another_or_does_nothing_too_long_is_told_that_the_server_is_away(database, opened):
    with opened().writing() as connection:
        kept.add_reader(connection, "r@example.org", plain_text("R"), plain_text(""), NOW)
    database("lock_timeout = '200ms'")
    database("idle_in_transaction_session_timeout = '900ms'")
    stopped, other = opened(), opened()

    def change(store, then=lambda: None):
        with store.writing() as connection:
            connection.execute(text("UPDATE readers SET name = 'S'"))
            then()
            connection.execute(text("UPDATE readers SET name = 'T'"))

    def try_it():
        with pytest.raises(StoreAwayError):
            change(other)
        time.sleep(1.2)
        change(other)  # who does nothing was ended, and holds nothing any more

    with pytest.raises(StoreAwayError):
        change(stopped, try_it)
    change(stopped)


def test_a_server_that_only_reads_by_now_is_left_for_the_one_that_writes(opened):
    store = opened()

    def add():
        with store.writing() as connection:
            kept.add_reader(connection, "r@example.org", plain_text("R"), plain_text(""), NOW)

    def demote_and_add():
        with store.writing() as connection:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            connection.connection.driver_connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            connection.execute(text("DELETE FROM readers"))

    with pytest.raises(StoreAwayError):
        demote_and_add()
    add()


def test_a_connection_finds_out_that_the_other_side_is_gone_by_what_its_address_says_or_by_ours(opened):
    with opened("&keepalives_idle=77").reading() as connection:
        told = connection.connection.driver_connection.info.get_parameters()
    assert (told["keepalives_idle"], told["tcp_user_timeout"], told["connect_timeout"]) == ("77", "30000", "10")
