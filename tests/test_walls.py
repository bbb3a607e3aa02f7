"""Many sites in one database: every query of the store is tried by one of them, and nothing of another is touched."""

import itertools
import os
import shutil
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine, event, make_url, text

from pipeline.app.doctor import examine_site
from pipeline.errors import SettingsError, StoreError
from pipeline.html import plain_text
from pipeline.store import Store
from pipeline.store import select as kept_stories
from pipeline.store import send as kept_readers
from pipeline.store.copied import copy_into, counts_of
from pipeline.store.examined import examine
from pipeline.store.schema import metadata
from pipeline.store.walls import Walls, schema_of
from store_queries import QUERIES, answered, arguments, fill, told

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
ADMIN = """
CREATE ROLE {site} LOGIN PASSWORD 'secret';
CREATE SCHEMA {site} AUTHORIZATION {site};
"""


def ran(url, statements):
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = [connection.execute(text(each)) for each in statements.split(";") if each.strip()]
        rows = found[-1].all() if found[-1].returns_rows else []
    engine.dispose()
    return rows


@pytest.fixture
def database(postgres):
    """The address of an empty database, as its administrator's."""
    name = f"agency_{uuid4().hex}"
    ran(postgres, f"CREATE DATABASE {name}")
    yield postgres.replace("/postgres?", f"/{name}?")
    ran(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def two(database):
    """The addresses of two sites of one database, each with a role of its own."""
    names = [f"{name}_{uuid4().hex[:8]}" for name in ("ana", "bea")]
    for name in names:
        ran(database, ADMIN.format(site=name))
    yield [database.replace("byline@", f"{name}@") + f"&schema={name}" for name in names]
    for name in names:
        ran(database, f"DROP OWNED BY {name}; DROP ROLE {name}")


def test_the_values_are_made_for_all_queries_that_there_are():
    assert len(QUERIES) > 150
    for function in QUERIES.values():
        assert isinstance(arguments(function, "x"), dict)


def test_no_query_of_one_site_reads_or_changes_anything_of_another(two, database):
    """PostgreSQL counts each look at a table; at those of the other site there is none, whatever is asked."""
    ana, bea = (Store(url) for url in two)
    fill(ana, "canary-of-ana")
    fill(bea, "canary-of-bea")
    before = told(bea)
    for store in (ana, bea):
        store.close()
    theirs = schema_of(sa.make_url(two[1]))[1]
    looked = looks_at(database, theirs)
    assert len(looked) == len(metadata.tables) + 1

    sent, asked = [], set()
    event.listen(ana._engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    for word, (name, function) in itertools.product(("canary-of-ana", "canary-of-bea"), QUERIES.items()):
        sent.clear()
        answer = answered(ana, function, word)
        assert word == "canary-of-bea" or "canary-of-bea" not in answer  # what was asked with is no answer of theirs
        if sent:
            asked.add(name)
        assert not [each for each in sent if theirs in each]
    assert QUERIES.keys() - asked == set()
    ana.close()
    assert looks_at(database, theirs) == looked

    again = Store(two[1])
    assert told(again) == before
    again.close()


def looks_at(database, schema):
    """How often each table of a schema was read or changed, once all who did are gone."""
    busy = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    while ran(database, f"{busy} AND backend_type = 'client backend'"):
        pass
    counted = "seq_scan, idx_scan, n_tup_ins, n_tup_upd, n_tup_del"
    return ran(database, f"SELECT relname, {counted} FROM pg_stat_all_tables WHERE schemaname = '{schema}' ORDER BY 1")


def test_the_server_itself_refuses_who_reaches_across_by_name(two):
    """Whoever has one site's password, and writes SQL by hand, is refused at each table of the other."""
    ana, bea = (Store(url) for url in two)
    fill(bea, "canary-of-bea")
    theirs = schema_of(sa.make_url(two[1]))[1]
    for table in metadata.tables:
        for statement in ("SELECT 1 FROM {}", "DELETE FROM {}", "DROP TABLE {}"):
            with pytest.raises(StoreError, match=r"permission denied|must be owner"), ana.writing() as connection:
                connection.execute(text(statement.format(f'{theirs}."{table}"')))
    with pytest.raises(StoreError, match="another role"):
        Store(two[0].partition("&schema=")[0] + f"&schema={theirs}")
    for store in (ana, bea):
        store.close()


def test_a_site_is_copied_out_of_its_schema_and_back_into_one(two, tmp_path):
    ana, bea, file = Store(two[0]), Store(two[1]), Store(f"sqlite:///{tmp_path}/moved.db")
    fill(ana, "canary-of-ana")
    assert copy_into(ana, file) == copy_into(file, bea)
    assert told(bea) == told(ana)
    for store in (ana, bea, file):
        store.close()


def test_a_schema_that_is_missing_is_made_or_told(database, two):
    with pytest.raises(StoreError, match="CREATE SCHEMA cat AUTHORIZATION"):
        Store(two[0].partition("&schema=")[0] + "&schema=cat")
    store = Store(f"{database}&schema=cat")
    with store.reading() as connection:
        assert set(counts_of(connection).values()) == {0}
    store.close()
    assert ran(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


@pytest.mark.parametrize(
    "name", ["byline_queue", "Ana", "pg_ana", "1ana", 'a"; DROP TABLE readers; --', "a" * 64, "information_schema"]
)
def test_what_is_no_name_for_a_schema_is_told(name):
    url = sa.make_url("postgresql+psycopg://localhost/x").update_query_dict({"schema": name})
    with pytest.raises(SettingsError, match=r"\?schema=ana"):
        Store(url.render_as_string())


def test_the_doctor_tells_of_a_role_that_is_let_at_other_sites(two, database, site):
    for url in two:
        Store(url).close()
    assert examine(two[0]).walls == Walls(is_superuser=False, others=())
    ana, bea = (schema_of(sa.make_url(url))[1] for url in two)
    ran(database, f"GRANT USAGE ON SCHEMA {bea} TO {ana}; GRANT SELECT ON {bea}.readers TO {ana}")

    def told_to(url):
        found = examine_site(site, {"DATABASE_URL": url}, NOW).ailments
        return [each.reason for each in found if each.about == "store" and "fsync" not in each.reason]

    assert told_to(two[0]) == [f"its role is let at the tables of other sites: {bea}"]
    assert told_to(two[1]) == []
    assert told_to(f"{database}&schema={ana}") == ["its role is a superuser, in a database with 1 other sites"]


@pytest.fixture
def pooled(postgres):
    """A function that gives the address of a database behind a pooler which hands a connection on after each commit."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("no pgbouncer is installed on this machine")
    server = Path(make_url(postgres).query["host"])
    folder = server / f"pooler_{uuid4().hex[:8]}"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={server} user=byline\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        "unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 1\n",
        encoding="utf-8",
    )
    owner = server.owner() if os.geteuid() == 0 else None
    with subprocess.Popen([program, settings], user=owner, stderr=subprocess.DEVNULL) as pooler:
        try:
            until = time.monotonic() + 20
            while not listens(port):
                assert time.monotonic() < until, "the pooler does not come up"
                time.sleep(0.02)
            yield lambda url: f"postgresql+psycopg://byline@127.0.0.1:{port}/{make_url(url).database}"
        finally:
            pooler.terminate()
            shutil.rmtree(folder)


def listens(port):
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def test_a_pooler_that_hands_connections_on_mixes_nobody_up(database, pooled):
    """One connection serves two sites by turns, and one without a schema."""
    here = pooled(database)
    sites = {name: Store(f"{here}{name and '?schema='}{name}") for name in ("ana", "bea", "")}
    for _ in range(4):  # what is asked often is prepared by some libraries
        for name, store in sites.items():
            with store.writing() as connection:
                email = f"{name}-{uuid4().hex}@a.example"
                kept_readers.add_reader(connection, email, plain_text(""), plain_text("asked"), NOW)
    for name, store in sites.items():
        with store.reading() as connection:
            emails = [reader.email for reader in kept_readers.readers_in(connection)]
        store.close()
        assert len(emails) == 4
        assert all(email.startswith(f"{name}-") for email in emails)


def test_a_schema_that_several_make_at_once_is_made_once(database):
    def opened(_):
        Store(f"{database}&schema=ana").close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(opened, range(6)))


def test_of_two_shortlists_that_are_made_at_once_the_later_stays(database):
    store = Store(database)
    fill(store, "x")
    with store.writing(though_moved=True) as connection:
        connection.execute(metadata.tables["choices"].delete())
        connection.execute(metadata.tables["moves"].delete())
    begun = threading.Event()

    def other():
        with store.writing() as connection:
            begun.set()
            kept_stories.keep_shortlist(connection, kept_stories.kept_shortlist(connection), NOW)

    with store.writing() as connection:
        ranked = kept_stories.kept_shortlist(connection)
        kept_stories.keep_shortlist(connection, ranked, NOW)
        thread = threading.Thread(target=other)
        thread.start()
        begun.wait(10)
        time.sleep(0.2)
    thread.join(20)
    with store.reading() as connection:
        assert kept_stories.kept_shortlist(connection) == ranked
    store.close()
