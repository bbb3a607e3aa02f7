"""A store that cannot be written to, or is killed while it is brought up to date: a clear error, and no half state."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, make_url, text

from conftest import _run_sql
from pipeline.errors import StoreError
from pipeline.html import plain_text
from pipeline.store import Store
from pipeline.store import send as kept_readers
from store_queries import NOW, QUERIES, called, fill, told

WORDS = "the store .+ cannot be used: .+; check that it exists, is whole and is yours to write"
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)


def refusal(store, name, begin):
    """Call one query. Return the words of the error, if there is one, and the statements that were sent."""
    sent = []
    listen = lambda *given: sent.append(given[2])  # noqa: E731
    event.listen(store._engine, "before_cursor_execute", listen)
    try:
        with suppress(LookupError, ValueError), begin() as connection:
            called(QUERIES[name], connection, "other")
    except StoreError as error:
        return str(error), sent
    finally:
        event.remove(store._engine, "before_cursor_execute", listen)
    return "", sent


def test_what_may_not_write_says_so_and_changes_nothing(tmp_path):
    """The file system is read-only: SQLite says of each write what it says of a file that it may not write."""
    store = Store(tmp_path / "byline.db")
    fill(store, "words")
    before = told(store)
    store.close()
    only_reading = lambda connection, _: connection.execute("PRAGMA query_only = ON")  # noqa: E731
    event.listen(store._engine, "connect", only_reading)
    writing = partial(store.writing, though_moved=True)
    refused = 0
    for name in QUERIES:
        assert "readonly" in refusal(store, name, writing)[0]  # it is refused before it begins
        said, sent = refusal(store, name, store.reading)
        if any(map(WRITES.match, sent)):
            assert re.fullmatch(WORDS, said), (name, said)
            assert "readonly" in said
            refused += 1
    assert refused > 50
    assert told(store) == before
    store.close()


def test_a_database_that_only_reads_says_so_at_each_write(postgres):
    name = f"readonly_{uuid4().hex}"
    _run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE made")
    store = Store(postgres.replace("/postgres?", f"/{name}?"))
    fill(store, "words")
    before = told(store)
    _run_sql(postgres, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store.close()
    for query in QUERIES:
        said, sent = refusal(store, query, partial(store.writing, though_moved=True))
        if any(map(WRITES.match, sent)):
            assert re.fullmatch(WORDS, said), (query, said)
            assert "read-only" in said
    assert told(store) == before
    store.close()
    _run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def refused(store, name, many):
    """Keep so many readers at once. Return the words of the error, if there is one."""
    try:
        with store.writing() as connection:
            for number in range(many):
                email = f"{name}-{number}@a.example"
                kept_readers.add_reader(connection, email, plain_text("R" * 90), plain_text("f" * 400), NOW)
    except StoreError as error:
        return str(error)
    return ""


def test_a_disk_that_is_full_at_whatever_page_leaves_all_or_nothing(tmp_path):
    """So many readers are kept at once that the file grows page by page; the disk ends at each of these pages."""
    store = Store(tmp_path / "byline.db")
    with store.reading() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    kept = failed = 0
    for room in range(12):
        limit = lambda connection, _, most=pages + room: connection.execute(f"PRAGMA max_page_count = {most}")  # noqa: E731
        store.close()
        event.listen(store._engine, "connect", limit)
        said = refused(store, f"r{room}", 60)
        event.remove(store._engine, "connect", limit)
        store.close()
        assert not said or (re.fullmatch(WORDS, said) and "full" in said)
        failed += bool(said)
        kept += 0 if said else 60
        with store.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM readers")) == kept
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    assert failed > 2
    store.close()


def test_a_disk_that_is_really_full_is_told_and_the_store_is_whole(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", place], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    try:
        with closing(Store(place / "byline.db")) as store:
            kept = 0
            while not (said := refused(store, f"r{kept}", 50)):
                kept += 50
            assert re.fullmatch(WORDS, said)
            with store.reading() as connection:
                assert connection.scalar(text("SELECT count(*) FROM readers")) == kept > 0
                assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        (place / "new").mkdir()
        with pytest.raises(StoreError, match=r"cannot be (used|made)"):
            Store(place / "new/byline.db")  # no room for one more
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_server_whose_disk_is_full_says_so_keeps_all_or_nothing_and_goes_on_once_there_is_room(postgres):
    name = f"full_{uuid4().hex}"
    place = Path(make_url(postgres).query["host"]) / name
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    try:
        inside = place / "held"
        inside.mkdir()
        shutil.chown(inside, place.parent.owner())
        _run_sql(postgres, f"CREATE TABLESPACE {name} LOCATION '{inside}'")
        _run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE made TABLESPACE {name}")
        (place / "filler").write_bytes(bytes(os.statvfs(place).f_bavail * os.statvfs(place).f_frsize - 2**20))
        with closing(Store(postgres.replace("/postgres?", f"/{name}?"))) as store:
            kept = 0
            while not (said := refused(store, f"r{kept}", 200)):
                kept += 200
            assert re.fullmatch(WORDS, said)
            assert "No space left on device" in said
            with store.reading() as connection:
                assert connection.scalar(text("SELECT count(*) FROM readers")) == kept > 0
            (place / "filler").unlink()
            assert not refused(store, "more", 200)
            with store.reading() as connection:
                assert connection.scalar(text("SELECT count(*) FROM readers")) == kept + 200
        _run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")
        _run_sql(postgres, f"DROP TABLESPACE {name}")
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_upgrade_from_each_released_schema_can_be_killed_at_any_statement(request, kind):
    """As `bench/migrations` without --at-most does it at all of them; here it is some."""
    given = ["--at-most", "2"] + (["--store", request.getfixturevalue("postgres")] if kind == "postgresql" else [])
    bench = Path(__file__).parents[1] / "bench/migrations"
    done = subprocess.run(
        [sys.executable, bench, *given], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "whole each time" in done.stdout
