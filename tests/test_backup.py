"""What is backed up comes back the same, by the right key only; and a store moves from one engine to the other."""

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Float,
    Integer,
    MetaData,
    String,
    create_engine,
    insert,
    null,
    select,
    text,
    update,
)

from pipeline.app.backup.packed import MANIFEST
from pipeline.app.backup.packed import Manifest as Told
from pipeline.app.backup.restored import Database, restore
from pipeline.app.backup.sealed import Lock, sealing
from pipeline.errors import BackupError, StoreError, UsageError
from pipeline.model import SendState
from pipeline.send.tokens import Purpose, tokens_of
from pipeline.store import Store, copied
from pipeline.store.copied import copy_into, snapshot
from pipeline.store.restores import why_unknown
from pipeline.store.schema import feeds, hosts, metadata, readers, sends
from pipeline.store.schema.kinds import Moment
from pipeline.store.sends import sending_of

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
WORDS = "seven good words to keep it by"
PASSPHRASE = Lock(passphrase=WORDS)


@pytest.fixture(scope="module")
def keys():
    """A pair of keys, which opens at once; a passphrase takes a second, as it should."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), str(identity)


@pytest.fixture
def lock(keys, tmp_path):
    file = tmp_path / "keys.txt"
    file.write_text(f"# made for a test\n{keys[1]}\n")
    return Lock(recipients=(keys[0],), identities=file)


# -- a store with something in every table


def value(column, number):
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return value(key.column, number)
    made = {
        JSON: {"ü": [number, None, "\x01\U0001f40c"]},
        Moment: NOW + timedelta(days=number, microseconds=number),
        Date: date(2026, 1, 1) + timedelta(days=number),
        Boolean: bool(number % 2),
        BigInteger: -(2**62) + number,
        Integer: number * 10,
        Float: number / 3,
        String: f"{number}{column.name}é\n"[: getattr(column.type, "length", None) or 999],
    }
    return next(one for kind, one in made.items() if isinstance(column.type, kind))


def row(table, number):
    """A full row, one with nothing where that may be, and one with JSON's own null there."""
    cells = {column.name: value(column, number) for column in table.columns}
    loose = [column for column in table.columns if column.nullable and not column.primary_key]
    if number == 2:
        cells |= {column.name: null() if isinstance(column.type, JSON) else None for column in loose}
    if number == 3:
        cells |= {column.name: JSON.NULL for column in loose if isinstance(column.type, JSON)}
    return cells


def fill(store):
    with store.writing() as connection:
        for table in metadata.sorted_tables:
            for number in (1, 2, 3):
                connection.execute(insert(table).values(row(table, number)))


def everything(store):
    """All that a store holds, with an empty cell told from the null of JSON."""
    with store.reading() as connection:
        return {
            table.name: sorted(
                repr(tuple(found))
                for found in connection.execute(
                    select(*table.columns, *(column.is_(null()) for column in table.columns if column.nullable))
                )
            )
            for table in metadata.sorted_tables
        }


def left_as_it_was(found):
    """All of a store but for what a restore notes in it."""
    return {name: rows for name, rows in found.items() if name != "restores"}


def test_the_store_of_these_tests_has_something_in_every_table(store):
    fill(store)
    assert {name: len(rows) for name, rows in everything(store).items()} == dict.fromkeys(metadata.tables, 3)


# -- from one store to another


@pytest.fixture
def other(request, store_url, tmp_path):
    """An empty store on the engine that `store` is not on."""
    if store_url.startswith("sqlite"):
        server = request.getfixturevalue("postgres")
        name = f"byline_{os.urandom(8).hex()}"
        from conftest import _run_sql

        _run_sql(server, f"CREATE DATABASE {name} TEMPLATE made")
        opened = Store(server.replace("/postgres?", f"/{name}?"))
        yield opened
        opened.close()
        _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")
    else:
        opened = Store(tmp_path / "other.db")
        yield opened
        opened.close()


def test_a_store_moves_to_the_other_engine_and_nothing_of_it_changes(store, other, tmp_path):
    fill(store)
    assert copy_into(store, other) == dict.fromkeys(metadata.tables, 3)
    assert everything(other) == everything(store)
    with closing(Store(tmp_path / "back.db")) as back:
        copy_into(other, back)
        assert everything(back) == everything(store)


def test_new_rows_go_on_after_those_that_were_copied(store, other):
    fill(store)
    copy_into(store, other)
    with other.writing(though_moved=True) as connection:
        new = {name: cell for name, cell in row(feeds, 4).items() if name != "id"}
        assert connection.execute(insert(feeds).values(new).returning(feeds.c.id)).scalar_one() > 30


def test_nothing_is_copied_over_a_store_that_holds_anything(store, other):
    fill(store)
    with other.writing() as connection:
        connection.execute(insert(hosts).values(row(hosts, 9)))
    before = everything(other)
    with pytest.raises(StoreError, match=r"holds something already, in hosts \(1\)"):
        copy_into(store, other)
    assert everything(other) == before


def test_a_copy_that_cannot_be_whole_leaves_nothing(tmp_path, request):
    server = request.getfixturevalue("postgres")
    from conftest import _run_sql

    name = f"byline_{os.urandom(8).hex()}"
    _run_sql(server, f"CREATE DATABASE {name} TEMPLATE made")
    with (
        closing(Store(tmp_path / "a.db")) as source,
        closing(Store(server.replace("/postgres?", f"/{name}?"))) as target,
    ):
        fill(source)
        with source.writing(though_moved=True) as connection:
            connection.execute(update(readers).where(readers.c.id == 30).values(state="longer than sixteen"))
        with pytest.raises(StoreError, match="too long"):
            copy_into(source, target)
        assert set(map(len, everything(target).values())) == {0}
    _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def test_the_command_copies_and_says_what(byline, site, open_app, tmp_path):
    fill(open_app(site).store)
    code, out, _ = byline("store", "copy", f"sqlite:///{tmp_path / 'moved.db'}", "--json", at=site)
    rows = {each["name"]: each["rows"] for each in json.loads(out)["tables"]}
    assert (code, rows) == (0, dict.fromkeys(metadata.tables, 3) | {"moves": 0})  # the copy is where it is
    assert (tmp_path / "moved.db").stat().st_mode & 0o777 == 0o600
    code, _, said = byline("store", "copy", f"sqlite:///{tmp_path / 'moved.db'}", at=site)
    assert (code, "holds something already" in said) == (1, True)
    for wrong in ("mysql://a/b", "nonsense", "sqlite://"):
        code, _, said = byline("store", "copy", wrong, at=site)
        assert (code, "names no database" in said) == (2, True)


# -- a snapshot


def test_a_snapshot_is_of_one_moment_though_others_write(store, tmp_path):
    done = threading.Event()
    with store.writing() as connection:
        connection.execute(insert(feeds).values({**row(feeds, 1), "title": "0"}))
        connection.execute(insert(hosts).values({**row(hosts, 1), "because": "0"}))

    def write():
        number = 0
        while not done.is_set():
            number += 1
            with store.writing() as connection:  # both in one transaction, so no moment has them differ
                connection.execute(update(feeds).values(title=str(number)))
                connection.execute(update(hosts).values(because=str(number)))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for at in range(5):
            snapshot(store, tmp_path / f"{at}.db")
    finally:
        done.set()
        writer.join()
    for at in range(5):
        with closing(sqlite3.connect(tmp_path / f"{at}.db")) as taken:
            assert (
                taken.execute("SELECT title FROM feeds").fetchone()
                == taken.execute("SELECT because FROM hosts").fetchone()
            )
        assert (tmp_path / f"{at}.db").stat().st_mode & 0o777 == 0o600


def test_a_damaged_store_is_not_backed_up_as_if_it_were_whole(open_app, site, tmp_path, lock):
    app = open_app(site)
    fill(app.store)
    app.close()
    data = bytearray((site / ".byline/byline.db").read_bytes())
    for page in range(8, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    (site / ".byline/byline.db").write_bytes(data)
    with pytest.raises(StoreError):
        open_app(site).backup(tmp_path / "b.age", lock.recipients)
    assert not (tmp_path / "b.age").exists()


# -- out and in again


@pytest.fixture
def full_site(site, open_app):
    app = open_app(site)
    fill(app.store)
    tokens_of(app.settings)
    (site / "content/posts/é-\U0001f469‍\U0001f680.md").write_text("words")
    (site / "content/big.bin").write_bytes(os.urandom(300_000))
    for name in ("shares/a.md", "hooks/mine.py", "mine.ttf"):
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(name)
    return site


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for place in (
            *("byline.yml", "mkdocs.yml", "content", "overrides", "shares", "hooks", "requirements.txt", "mine.ttf"),
            *(".gitignore", ".github", ".byline/token.key"),
        )
        for path in ([folder / place] if (folder / place).is_file() else sorted((folder / place).rglob("*")))
        if path.is_file()
    }


def test_all_comes_back_as_it_was(full_site, open_app, tmp_path):
    app = open_app(full_site, {"BYLINE_BACKUP_PASSPHRASE": WORDS})
    token = tokens_of(app.settings).made(Purpose.PREFERENCES, "a reader's own", NOW)
    made = app.backup(tmp_path / "b.age")
    assert (made.left_out, made.path.stat().st_mode & 0o777) == ((), 0o600)
    assert not list((full_site / ".byline").glob("backup-*"))
    done = restore(made.path, tmp_path / "new", PASSPHRASE)
    again = open_app(tmp_path / "new")
    assert left_as_it_was(everything(again.store)) == left_as_it_was(everything(app.store))
    assert files(tmp_path / "new") == files(full_site)
    assert tokens_of(again.settings).read(Purpose.PREFERENCES, token, NOW) == "a reader's own"
    assert (done.tables, done.files, done.before) == (made.tables, made.files, None)
    state = tmp_path / "new/.byline"
    assert {path.name: path.stat().st_mode & 0o777 for path in (state, state / "token.key", state / "byline.db")} == {
        ".byline": 0o700,
        "token.key": 0o600,
        "byline.db": 0o600,
    }


def test_the_whole_is_encrypted_and_anybody_with_the_key_can_open_it_by_other_programs(
    full_site, open_app, tmp_path, keys
):
    app = open_app(full_site, {"BYLINE_BACKUP_PASSPHRASE": WORDS})
    app.backup(tmp_path / "one.age")
    app.backup(tmp_path / "two.age", (keys[0],))
    for name in ("one.age", "two.age"):
        assert b"email" not in (tmp_path / name).read_bytes()
        assert b"site_name" not in (tmp_path / name).read_bytes()
    armour, end, rest = (tmp_path / "one.age").read_bytes().partition(b"-----END AGE ENCRYPTED FILE-----\n")
    opened = pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(armour + end, WORDS).decode().strip())
    for data, key in ((rest, opened), ((tmp_path / "two.age").read_bytes(), pyrage.x25519.Identity.from_str(keys[1]))):
        with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(data, [key]))) as archive:
            assert {MANIFEST, ".byline/byline.db", ".byline/token.key", "mkdocs.yml"} <= set(archive.getnames())


@pytest.mark.parametrize(
    ("words", "fault"),
    [("", "set BYLINE_BACKUP_PASSPHRASE"), ("short", "12 or more characters")],
)
def test_nothing_is_backed_up_without_a_good_lock(words, fault, site, open_app, tmp_path):
    with pytest.raises(UsageError, match=fault):
        open_app(site, {"BYLINE_BACKUP_PASSPHRASE": words}).backup(tmp_path / "b.age")
    with pytest.raises(UsageError, match="--to takes a public key"):
        open_app(site).backup(tmp_path / "b.age", ("age1nonsense",))
    assert list(tmp_path.glob("b.age*")) == []


def test_no_backup_is_written_over_or_put_into_the_site(site, open_app, tmp_path, lock):
    (tmp_path / "b.age").write_text("an older one")
    inside = [(site / name, "part of what is backed up") for name in ("b.age", "content/b.age", "site/b.age")]
    for place, fault in ((tmp_path / "b.age", "there already"), *inside):
        with pytest.raises(UsageError, match=fault):
            open_app(site).backup(place, lock.recipients)
    assert (tmp_path / "b.age").read_text() == "an older one"


def test_what_is_built_installed_or_a_programs_own_is_not_in_it(full_site, open_app, tmp_path, lock):
    away = ("site/index.html", ".git/config", ".env", "tools/pyvenv.cfg", "hooks/__pycache__/a.pyc", "older.age")
    for name in (*away, ".byline/work/x", "tools/lib/a.py", ".venv/pyvenv.cfg"):
        (full_site / name).parent.mkdir(parents=True, exist_ok=True)
        (full_site / name).write_text("x")
    made = open_app(full_site).backup(tmp_path / "here.age", lock.recipients)
    restore(made.path, tmp_path / "new", lock)
    names = {path.relative_to(tmp_path / "new").as_posix() for path in (tmp_path / "new").rglob("*")}
    assert names & {*away, "tools", ".venv", ".byline/work"} == set()
    assert {"shares/a.md", "hooks/mine.py", "mine.ttf", ".gitignore", ".github/workflows/check.yml"} <= names


def test_what_is_the_authors_is_never_passed_by_without_a_word(full_site, open_app, tmp_path, lock):
    """A file of some program's among the posts left out all of them, and nobody said so."""
    wanted = (
        *("content/posts/pyvenv.cfg", "content/node_modules/a.md", "content/older.age", "overrides/__pycache__/a.pyc"),
        *("overrides/pyvenv.cfg", ".byline/merged/12-and-57.vcf"),
    )
    for name in (*wanted, "content/.git/config"):
        (full_site / name).parent.mkdir(parents=True, exist_ok=True)
        (full_site / name).write_text("x")
    made = open_app(full_site).backup(tmp_path / "here.age", lock.recipients)
    assert made.left_out == ("content/.git",)
    restore(made.path, tmp_path / "new", lock)
    for name in wanted:
        assert (tmp_path / "new" / name).read_text() == "x"
    assert list((tmp_path / "new/content/posts").glob("*.md"))
    assert (tmp_path / "new/.byline/merged").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new/.byline/merged/12-and-57.vcf").stat().st_mode & 0o777 == 0o600


def test_a_checkout_goes_on_with_what_came_back(kept, tmp_path, lock):
    place = tmp_path / "checkout"
    (place / ".git").mkdir(parents=True)
    (place / ".git/HEAD").write_text("ref: refs/heads/main")
    done = restore(kept, place, lock, force=True)
    assert (place / ".git/HEAD").read_text() == "ref: refs/heads/main"
    assert (place / "byline.yml").exists()
    assert not (done.before / ".git").exists()


def test_a_volume_is_refused_before_anything_is_changed(kept, tmp_path, lock):
    place = tmp_path / "volume"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "none", place], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a file system")
    try:
        database = Database(f"sqlite:///{tmp_path}/other.db")
        with pytest.raises(UsageError, match="a disk or volume of its own"):
            restore(kept, place, lock, force=True, database=database)
        assert not (tmp_path / "other.db").exists()
        assert (restore(kept, place / "site", lock).folder / "byline.yml").exists()
    finally:
        subprocess.run(["umount", place], check=True)


def test_links_are_not_followed_and_told(site, open_app, tmp_path, lock):
    (tmp_path / "secret").write_text("not part of it")
    (site / "content/link.md").symlink_to(tmp_path / "secret")
    (site / "content/folder").symlink_to(tmp_path)
    made = open_app(site).backup(tmp_path / "b.age", lock.recipients)
    assert sorted(made.left_out) == ["content/folder", "content/link.md"]
    restore(made.path, tmp_path / "new", lock)
    assert not (tmp_path / "new/content/link.md").exists()


def test_an_older_store_is_backed_up_as_it_is_before_anything_is_changed_in_it(byline, site, open_app, tmp_path, lock):
    fill(open_app(site).store)
    open_app(site).close()
    place = site / ".byline/byline.db"
    with closing(sqlite3.connect(place)) as older:  # as the Byline before this one had it
        older.executescript("DROP TABLE restores; DROP INDEX ix_deliveries_edition_state_id")
        older.executescript("UPDATE alembic_version SET version_num = '0013'")
        before = "\n".join(older.iterdump())
    assert "migration 0013" in byline("doctor", at=site)[1]
    assert byline("backup", tmp_path / "b.age", "--to", lock.recipients[0], at=site)[0] == 0
    with closing(sqlite3.connect(place)) as older:
        assert "\n".join(older.iterdump()) == before
    done = restore(tmp_path / "b.age", tmp_path / "new", lock)
    assert done.tables == dict.fromkeys(metadata.tables, 3) | {"restores": 0}


def as_it_was(engine):
    """All rows of a store of whatever schema, and what tells of its tables."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {name: sorted(map(repr, connection.execute(select(table)))) for name, table in tables.tables.items()}


@pytest.fixture
def older(store, store_url):
    """A full store as the Byline before this one had it."""
    fill(store)
    store.close()
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE restores"))
        connection.execute(text("DROP INDEX ix_deliveries_edition_state_id"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0013'"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_an_older_store_on_a_server_is_copied_as_it_is_before_anything_is_changed_in_it(older, store_url, tmp_path):
    before = as_it_was(older)
    with closing(Store(store_url, as_it_is=True)) as store:
        snapshot(store, tmp_path / "s.db")
    assert as_it_was(older) == before
    with closing(sqlite3.connect(tmp_path / "s.db")) as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchone() == ("0013",)
    with closing(Store(store_url)) as ours, closing(Store(tmp_path / "s.db")) as theirs:  # both brought up to date
        assert everything(theirs) == everything(ours)


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_backup_is_the_first_command_of_a_newer_byline(byline, site, older, store_url, tmp_path, monkeypatch):
    before = as_it_was(older)
    monkeypatch.setenv("DATABASE_URL", store_url)
    monkeypatch.setenv("BYLINE_BACKUP_PASSPHRASE", WORDS)
    told = byline("doctor", at=site)[1]
    assert "migration 0013" in told
    assert "`byline backup` keeps it as it is" in told
    assert byline("backup", tmp_path / "b.age", at=site)[0] == 0
    assert as_it_was(older) == before
    done = restore(tmp_path / "b.age", tmp_path / "new", PASSPHRASE)
    assert done.tables == dict.fromkeys(metadata.tables, 3) | {"restores": 0}


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_the_oldest_store_on_a_server_is_copied_as_it_is(store_url, tmp_path):
    from test_store import upgraded

    engine = upgraded(store_url, "0001")
    with engine.begin() as connection:
        columns, values = "id, url, title, repairs, checked_at", "7, 'https://a.example/feed', 'Ä', '[\"x\"]', :at"
        connection.execute(text(f"INSERT INTO feeds ({columns}) VALUES ({values})"), {"at": NOW})
    before = as_it_was(engine)
    with closing(Store(store_url, as_it_is=True)) as store:
        assert snapshot(store, tmp_path / "s.db")["feeds"] == 1
    assert as_it_was(engine) == before
    with closing(Store(tmp_path / "s.db")) as store, store.reading() as connection:  # it is brought up to date here
        row = connection.execute(select(feeds.c.title, feeds.c.repairs, feeds.c.checked_at)).one()
        assert tuple(row) == ("Ä", ["x"], NOW)
    engine.dispose()


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("older")
def test_a_store_on_a_server_that_is_upgraded_while_it_is_copied_is_no_backup(store_url, tmp_path, monkeypatch):
    counted, upgrading = copied.counts_of, []

    def slowly(*of):
        if not upgrading:
            upgrading.append(Store(store_url))
        return counted(*of)

    monkeypatch.setattr(copied, "counts_of", slowly)
    with closing(Store(store_url, as_it_is=True)) as store, pytest.raises(StoreError, match="brought up to date"):
        snapshot(store, tmp_path / "s.db")
    upgrading[0].close()


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_store_on_a_server_of_a_newer_byline_is_not_backed_up(store, store_url, tmp_path):
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with closing(Store(store_url, as_it_is=True)) as newer, pytest.raises(StoreError, match="made by a newer Byline"):
        snapshot(newer, tmp_path / "s.db")


# -- what is refused


@pytest.fixture
def kept(full_site, open_app, tmp_path, lock):
    return open_app(full_site).backup(tmp_path / "kept.age", lock.recipients).path


def test_another_passphrase_opens_nothing(site, open_app, tmp_path):
    path = open_app(site, {"BYLINE_BACKUP_PASSPHRASE": WORDS}).backup(tmp_path / "b.age").path
    with pytest.raises(BackupError, match="passphrase is another one"):
        restore(path, tmp_path / "new", Lock(passphrase=WORDS + "!"))
    with pytest.raises(UsageError, match="set BYLINE_BACKUP_PASSPHRASE"):
        restore(path, tmp_path / "new", Lock())
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    with pytest.raises(BackupError):
        restore(path, tmp_path / "new", PASSPHRASE)
    assert not list(tmp_path.glob("*new*"))


def test_another_key_opens_nothing(kept, tmp_path):
    (tmp_path / "other.txt").write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(BackupError, match="does not open by this key"):
        restore(kept, tmp_path / "new", Lock(identities=tmp_path / "other.txt"))
    for text_of, fault in (("", "holds no secret key"), ("nonsense", "no secret key of age")):
        (tmp_path / "other.txt").write_text(text_of)
        with pytest.raises((BackupError, UsageError), match=fault):
            restore(kept, tmp_path / "new", Lock(identities=tmp_path / "other.txt"))
    with pytest.raises(UsageError, match="--identity"):
        restore(kept, tmp_path / "new", Lock())


def test_a_bit_that_flipped_anywhere_is_noticed_and_nothing_is_kept(kept, tmp_path, lock):
    data = kept.read_bytes()
    places = [0, 30, 150, 250, *range(300, len(data), len(data) // 8), len(data) - 1]
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1
        kept.write_bytes(changed)
        with pytest.raises(BackupError):
            restore(kept, tmp_path / "new", lock)
    for short in (0, 20, 100, len(data) // 2, len(data) - 1):
        kept.write_bytes(data[:short])
        with pytest.raises(BackupError):
            restore(kept, tmp_path / "new", lock)
    assert not list(tmp_path.glob("*new*"))
    kept.write_bytes(data)
    restore(kept, tmp_path / "new", lock)


def archive(path, lock, *members, tables=()):
    """Write a backup as somebody may who knows the public key: `members` are pairs of an entry and its bytes."""
    with path.open("wb") as file, sealing(file, lock) as stream, tarfile.open(fileobj=stream, mode="w|gz") as made:
        told = Told(made_at=NOW, byline="0", tables=dict(tables)).as_json()
        first = tarfile.TarInfo(MANIFEST)
        first.size = len(told)
        made.addfile(first, io.BytesIO(told))
        for entry, data in members:
            entry.size = len(data) if entry.isreg() else 0
            made.addfile(entry, io.BytesIO(data))
    return path


def link(name, target, kind=tarfile.SYMTYPE):
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, str(target)
    return entry


def of_odd(**attributes):
    entry = tarfile.TarInfo("content/a.md")
    for name, value in attributes.items():
        setattr(entry, name, value)
    return entry


@pytest.mark.parametrize("told", [{"GNU.sparse.map": "1,x"}, {"GNU.sparse.size": "x"}, {"GNU.sparse.major": "1"}])
def test_a_map_of_holes_that_cannot_be_read_is_told(told, tmp_path, lock):
    told = {"GNU.sparse.map": "0,1", "GNU.sparse.minor": "0", **told}
    path = archive(tmp_path / "hostile.age", lock, (of_odd(pax_headers=told), b"x"))
    with pytest.raises(BackupError, match=r"not to be trusted|no archive that can be read"):
        restore(path, tmp_path / "new", lock)


@pytest.mark.parametrize(
    "entries",
    [
        [tarfile.TarInfo("../outside")],
        [tarfile.TarInfo("content/../../outside")],
        [tarfile.TarInfo("/outside")],
        [tarfile.TarInfo("content//../../outside")],
        [tarfile.TarInfo("content/./x")],
        [tarfile.TarInfo(".git/hooks/pre-commit")],
        [tarfile.TarInfo("content/.GIT/config")],
        [tarfile.TarInfo(".bashrc")],
        [tarfile.TarInfo(".byline/other")],
        [tarfile.TarInfo(".byline/merged/x/1-and-2.vcf")],
        *([of_odd(pax_headers={"mtime": time})] for time in ("nan", "inf", "1e300", "-1e300")),
        [tarfile.TarInfo("content\\..\\outside")],
        [tarfile.TarInfo("content/a\nb")],
        [link("content", "/tmp"), tarfile.TarInfo("content/outside")],
        [link("byline.yml", "/etc/passwd")],
        [link("byline.yml", "/etc/passwd", tarfile.LNKTYPE)],
        [link("byline.yml", "", tarfile.FIFOTYPE)],
        [link("content", "", tarfile.DIRTYPE)],
        [link("byline.yml", "", tarfile.CHRTYPE)],
        [tarfile.TarInfo("byline.yml"), tarfile.TarInfo("byline.yml")],
        [tarfile.TarInfo("content"), tarfile.TarInfo("content/a.md")],
        [tarfile.TarInfo("content/a.md"), tarfile.TarInfo("content")],
    ],
    ids=lambda entries: " ".join(entry.name for entry in entries),
)
def test_no_archive_writes_anything_outside_or_over(entries, tmp_path, lock):
    path = archive(tmp_path / "hostile.age", lock, *((entry, b"x") for entry in entries))
    before = sorted(tmp_path.parent.rglob("*"))
    with pytest.raises(BackupError, match=r"not to be trusted|cannot be read or written"):
        restore(path, tmp_path / "new", lock)
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_an_archive_that_holds_no_store_or_lacks_rows_is_refused(tmp_path, lock, full_site, open_app):
    with pytest.raises(BackupError, match="there is none"):
        restore(archive(tmp_path / "a.age", lock), tmp_path / "new", lock)
    with pytest.raises(BackupError, match="cannot be used"):
        restore(
            archive(tmp_path / "b.age", lock, (tarfile.TarInfo(".byline/byline.db"), b"x" * 9999)),
            tmp_path / "new",
            lock,
        )
    snapshot(open_app(full_site).store, tmp_path / "s.db")
    data = (tmp_path / "s.db").read_bytes()
    path = archive(tmp_path / "c.age", lock, (tarfile.TarInfo(".byline/byline.db"), data), tables={"readers": 4})
    with pytest.raises(BackupError, match="lacks rows in 'readers'"):
        restore(path, tmp_path / "new", lock)


@pytest.mark.parametrize(
    "told",
    [b"", b"[]", b"{}", b'{"form": 9, "made_at": "2026-11-23T07:30Z", "tables": {}}', b'{"form": 1}', b"[" * 9999],
)
def test_what_does_not_say_what_it_is_is_refused(told, tmp_path, lock):
    with (
        (tmp_path / "a.age").open("wb") as file,
        sealing(file, lock) as stream,
        tarfile.open(fileobj=stream, mode="w|gz") as made,
    ):
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(told)
        made.addfile(entry, io.BytesIO(told))
    with pytest.raises(BackupError, match=r"does not say what it holds|of form 9"):
        restore(tmp_path / "a.age", tmp_path / "new", lock)


def test_what_is_no_backup_is_refused(tmp_path, lock):
    for data in (b"", b"PK\x03\x04", b"-----BEGIN AGE ENCRYPTED FILE-----\n" + b"x" * 10_000):
        (tmp_path / "a.age").write_bytes(data)
        with pytest.raises(BackupError):
            restore(tmp_path / "a.age", tmp_path / "new", Lock(passphrase=WORDS, identities=lock.identities))


def test_a_backup_of_an_older_byline_is_brought_up_to_date(tmp_path, lock):
    from test_store import upgraded

    engine = upgraded(f"sqlite:///{tmp_path / 'old.db'}", "0001")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO feeds (url, title, repairs) VALUES ('https://a.example/', 'A', '[]')"))
    engine.dispose()
    data = (tmp_path / "old.db").read_bytes()
    path = archive(tmp_path / "o.age", lock, (tarfile.TarInfo(".byline/byline.db"), data), tables={"feeds": 1})
    done = restore(path, tmp_path / "new", lock)
    assert {name for name, count in done.tables.items() if count} == {"feeds"}
    with closing(Store(tmp_path / "new/.byline/byline.db")) as store, store.reading() as connection:
        assert connection.scalar(select(feeds.c.url)) == "https://a.example/"


# -- what was there before


def test_what_is_there_is_left_alone_or_set_aside_whole(kept, tmp_path, lock):
    (tmp_path / "there").mkdir()
    (tmp_path / "there/mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="--force"):
        restore(kept, tmp_path / "there", lock)
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["mine.txt"]
    done = restore(kept, tmp_path / "there", lock, force=True)
    assert (done.before / "mine.txt").read_text() == "mine"
    assert (tmp_path / "there/byline.yml").is_file()
    assert not list(tmp_path.glob(".there*"))


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
import pipeline.app.backup.restored as room
from pipeline.app.backup.sealed import Lock

kept, folder, identities = map(Path, sys.argv[1:])
lock = Lock(identities=identities)
steps = set("open os.mkdir os.rename os.chmod os.utime os.rmdir os.remove sqlite3.connect ctypes.dlsym".split())

def attempt(after):
    # in a process that is killed at its step of that number; returns how it ended, and how many steps it made
    reading, writing = os.pipe()
    if pid := os.fork():
        os.close(writing)
        told = os.read(reading, 99)
        os.close(reading)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), int(told or 0)
    seen = 0
    def count(event, _):
        nonlocal seen
        seen += event in steps
        if event in steps and seen == after:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)
    room.restore(kept, folder, lock, force=True)
    os.write(writing, str(seen).encode())
    os._exit(0)

def begin():
    for left in folder.parent.glob("*there*"):
        shutil.rmtree(left)
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")

def state():
    names = {path.name for path in folder.iterdir()}
    if names == {"mine.txt"}:
        return "old"
    whole = {".byline", ".gitignore", "byline.yml", "mkdocs.yml", "content", "overrides", "requirements.txt"} <= names
    return "new" if whole and (folder / ".byline/byline.db").is_file() else f"broken: {names}"

begin()
code, total = attempt(0)
assert (code, state()) == (0, "new"), (code, state())
states = []
for at in sorted({*range(1, total, total // 10), *range(total - 8, total + 1)}):
    begin()
    code, _ = attempt(at)
    assert code == -signal.SIGKILL, (at, code)
    states.append(state())
    assert list(folder.parent.glob("*there*/mine.txt")), (at, "what was there is nowhere")
print(",".join(states))
"""


def test_a_restore_that_is_killed_leaves_the_old_or_the_new_and_never_half_of_it(kept, tmp_path, lock):
    said = subprocess.run(
        [sys.executable, "-c", KILLED, kept, tmp_path / "there", lock.identities],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        cwd=Path(__file__).parents[1],
    )
    assert said.returncode == 0, said.stderr
    states = said.stdout.strip().split(",")
    assert set(states) == {"old", "new"}
    assert states == sorted(states, reverse=True)  # once it is there, it stays


# -- on PostgreSQL


def test_a_backup_of_either_engine_is_restored_into_the_other(store, other, site, open_app, tmp_path, lock):
    fill(store)
    address = store._engine.url.render_as_string(hide_password=False)
    other_address = other._engine.url.render_as_string(hide_password=False)
    app = open_app(site, {"DATABASE_URL": address} if "postgres" in address else {})
    if "postgres" not in address:
        fill(app.store)
    path = app.backup(tmp_path / "b.age", lock.recipients).path
    done = restore(
        path, tmp_path / "new", lock, database=Database(other_address) if "postgres" in other_address else None
    )
    assert set(done.tables.values()) == {3}
    if "postgres" in other_address:
        assert not (tmp_path / "new/.byline/byline.db").exists()
        here = {**left_as_it_was(everything(store)), "moves": []}  # wherever that was moved to, this one is here
        assert left_as_it_was(everything(other)) == here
        with pytest.raises(UsageError, match="holds a store already"):
            restore(path, tmp_path / "another", lock, force=True, database=Database(other_address))
        restore(path, tmp_path / "another", lock, database=Database(other_address, empties=True))
        assert left_as_it_was(everything(other)) == here
    else:
        assert left_as_it_was(everything(open_app(tmp_path / "new").store)) == left_as_it_was(everything(store))


# -- how much memory

MEMORY = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.app import App
from pipeline.app.backup.restored import restore
from pipeline.app.backup.sealed import Lock
from pipeline.settings import load

site, to, identities, key = sys.argv[1:]
app = App(load(Path(site), {}), datetime.now(UTC))
app.store.is_there()
begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
app.backup(Path(to) / "b.age", (key,))
app.close()
restore(Path(to) / "b.age", Path(to) / "new", Lock(identities=Path(identities)))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun) // 1024)
"""


def test_a_store_of_any_size_needs_the_same_memory(site, open_app, tmp_path, lock):
    app = open_app(site)
    for number in range(80):
        with app.store.writing() as connection:
            told = os.urandom(500_000).hex()
            connection.execute(insert(hosts).values({**row(hosts, number), "because": told}))
    app.close()
    assert (site / ".byline/byline.db").stat().st_size > 70_000_000
    said = subprocess.run(
        [sys.executable, "-c", MEMORY, site, tmp_path, lock.identities, lock.recipients[0]],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert int(said.stdout) < 40


# -- the commands


def test_the_commands_take_the_passphrase_from_the_environment(byline, site, tmp_path, monkeypatch):
    code, _, said = byline("backup", tmp_path / "b.age", at=site)
    assert (code, "set BYLINE_BACKUP_PASSPHRASE" in said) == (2, True)
    monkeypatch.setenv("BYLINE_BACKUP_PASSPHRASE", WORDS)
    code, out, said = byline("backup", tmp_path / "b.age", at=site)
    assert (code, said) == (0, "")
    assert WORDS not in out
    code, out, said = byline("restore", tmp_path / "b.age", tmp_path / "new")
    assert (code, said) == (0, "")
    code, _, said = byline("restore", tmp_path / "b.age", tmp_path / "new")
    assert (code, "--force" in said) == (2, True)


# -- where something is already, and what is sent afterwards


@pytest.fixture
def live(request, full_site, lock, tmp_path, open_app):
    """A site whose store is a database with a reader in it, and a backup of another store, to be restored."""
    server = request.getfixturevalue("postgres")
    from conftest import _run_sql

    name = f"byline_{os.urandom(8).hex()}"
    _run_sql(server, f"CREATE DATABASE {name} TEMPLATE made")
    url = server.replace("/postgres?", f"/{name}?")
    with closing(Store(url)) as store, store.writing() as connection:
        connection.execute(insert(readers).values(row(readers, 7)))
    yield url, open_app(full_site).backup(tmp_path / "b.age", lock.recipients).path
    _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_database_that_holds_readers_is_emptied_only_by_its_own_option_and_is_kept_in_a_file(
    live, byline, tmp_path, lock, monkeypatch
):
    url, path = live
    (tmp_path / "site-2").mkdir()
    (tmp_path / "site-2/mine.txt").write_text("mine")
    with closing(Store(url)) as store:
        before = everything(store)
        monkeypatch.setenv("DATABASE_URL", url)
        words = ("restore", path, tmp_path / "site-2", "--identity", lock.identities)
        code, _, err = byline(*words)
        assert (code, "--empty-database" in err, "--force" in err) == (2, False, True)
        code, _, err = byline(*words, "--force")
        assert (code, "holds a store already, with 1 reader: set DATABASE_URL to an empty one" in err) == (2, True)
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        code, _, err = byline(*words, "--force", "--empty-database")
        assert (code, "holds 1 reader. Empty it, once all of it is in a file beside" in err) == (130, True)
        assert everything(store) == before
        assert (tmp_path / "site-2/mine.txt").exists()
        code, out, err = byline(*words, "--force", "--empty-database", "--yes")
        assert (code, err) == (0, "")
        (kept,) = tmp_path.glob("site-2.database-before-*.db")
        assert kept.name in out
        assert kept.stat().st_mode & 0o777 == 0o600
        with closing(Store(kept)) as again:
            assert everything(again) == before
        assert {name: len(rows) for name, rows in everything(store).items()}["readers"] == 3
    assert not (tmp_path / "site-2/.byline/byline.db").exists()


def test_what_cannot_be_restored_empties_nothing_and_leaves_no_file(live, tmp_path, lock, monkeypatch):
    url, path = live
    with closing(Store(url)) as store:
        before = everything(store)
        monkeypatch.setattr("pipeline.store.copied._count_on", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            restore(path, tmp_path / "new", lock, database=Database(url, empties=True))
        assert everything(store) == before
    assert not list(tmp_path.glob("*new*"))


def test_nothing_is_sent_from_a_store_that_came_back_until_the_author_says_so(site, open_app, tmp_path, lock):
    app = open_app(site)
    at = {"planned": (SendState.SCHEDULED, NOW), "begun": (SendState.RUNNING, NOW), "over": (SendState.DONE, None)}
    with app.store.writing() as connection:
        for name, (state, due_at) in at.items():
            connection.execute(insert(sends).values(edition=name, state=state, due_at=due_at, frozen_at=NOW))
        ill = {"state": SendState.PAUSED, "reason": "the mail server is ill", "frozen_at": NOW}
        connection.execute(insert(sends).values(edition="paused", **ill))
    path = app.backup(tmp_path / "b.age", lock.recipients).path
    back = NOW + timedelta(days=1)
    done = restore(path, tmp_path / "new", lock, now=back)
    assert set(done.held) == {"planned", "begun", "paused"}
    again = open_app(tmp_path / "new", now=back)
    assert (again.letters.due().now, again.letters.due().late) == ((), ())
    with pytest.raises(UsageError, match="`byline send planned --resume` goes on with it, and with --at plans it anew"):
        again.letters.plan("planned", back + timedelta(days=1))
    with again.store.reading() as connection:
        known = {name: sending_of(connection, name) for name in (*at, "paused")}
        assert {name: each.state for name, each in known.items()} == {
            "planned": SendState.PAUSED,
            "begun": SendState.PAUSED,
            "over": SendState.DONE,
            "paused": SendState.PAUSED,
        }
        assert "restored from the backup of" in known["paused"].reason  # it may have been resumed since then
        assert known["paused"].reason.endswith("before that it was paused: the mail server is ill")
        assert "restored from the backup of 2026-11-23 07:30 UTC" in known["planned"].reason
        assert why_unknown(connection, "over", NOW.date()) == ""
        for day in (NOW.date(), back.date(), date(2020, 1, 1)):
            assert "`byline send since --resume` sends it" in why_unknown(connection, "since", day)
        assert why_unknown(connection, "since", back.date() + timedelta(days=1)) == ""
    again.letters.plan("planned", back + timedelta(days=1), resume=True)
    assert [each.edition for each in open_app(tmp_path / "new", now=back + timedelta(days=1)).letters.due().now] == [
        "planned"
    ]
