"""The one schema of what is remembered; the migrations in migrations/ lead to it, and a test holds them equal.

Times are aware and in UTC both ways (a naive one is refused); SQLite keeps them as text that sorts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.model import utc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Row, Select

_Value = TypeVar("_Value")

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)
_AT_ONCE: Final = 10_000
"""Values that one query is given; PostgreSQL takes 65,535, and SQLite, as it is usually built, 32,766."""


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Take an aware time; SQLite, which has no time zones, keeps its UTC reading."""
        if value is None:
            return None
        moment = utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware time in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else utc(value)


def insert_new(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that passes over rows which stand already, by whatever key."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


def upsert(
    connection: Connection, table: Table, change: Callable[[Any], dict[str, Any]]
) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that changes a row of the same primary key instead, as ``change`` says of the new values."""
    new = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
    return new.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=change(new.excluded))


def find_in(
    connection: Connection, query: Select[*tuple[Any, ...]], column: Column[Any], values: Sequence[object]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield the rows of ``query`` whose ``column`` is one of ``values``, however many these are."""
    for some in some_at_once(values):
        yield from connection.execute(query.where(column.in_(some)))


def some_at_once(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Yield ``values`` in runs of as many as one query can be given."""
    yield from (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("answered_at", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    Column("checked_at", Moment),
    Column("read_at", Moment),
    Column("failures", Integer, nullable=False, default=0, server_default="0"),
    Column("error", Text),
    Column("repairs", JSON, nullable=False, default=list),
    Column("site", Text),
    Column("location", Text),
    Column("whole_at", Moment),
    Column("broken", Text),
    Column("rhythm", JSON),
    Column("gap_seconds", Integer),
    Column("naming", String(8), nullable=False, default="id", server_default="id"),
    Column("keeps_naming", Boolean, nullable=False, default=False, server_default=false()),
    Column("move_to", Text),
    Column("move_since", Moment),
    Column("move_last", Moment),
    Column("move_times", Integer, nullable=False, default=0, server_default="0"),
    Column("stays", Text),
    Column("paused", Text),
    Column("due_at", Moment),
    Column("due_because", Text, nullable=False, default="", server_default=""),
)

feed_changes = Table(
    "feed_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("undone_at", Moment),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("wait_until", Moment, nullable=False),
    Column("because", Text, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("uid", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("link", Text),
    Column("published", Moment),
    Column("updated", Moment),
    Column("authors", JSON, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("published_raw", Text, nullable=False, default="", server_default=""),
    Column("source", Text, nullable=False, default="", server_default=""),
    Column("first_seen", Moment, nullable=False),
    Column("dated", Moment, nullable=False),
    Column("shortlisted_at", Moment),
    Index(None, "feed_id"),
    Index(None, "dated"),
    Index(None, "link"),
)

entry_keys = Table(
    "entry_keys",
    metadata,
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("shared", Boolean, nullable=False, default=False, server_default=false()),
    sqlite_with_rowid=False,
)

entry_titles = Table(
    "entry_titles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("until", Moment, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("taken_at", Moment, nullable=False),
    UniqueConstraint("url", "digest"),
)

shortlist = Table(
    "shortlist",
    metadata,
    Column("story_id", Integer, primary_key=True, autoincrement=False),
    Column("rank", Integer, nullable=False),
    Column("entry_ids", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("written", JSON),
)

choices = Table(
    "choices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("choice", String(8), nullable=False),
    Column("entry_ids", JSON, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

bonds = Table(
    "bonds",
    metadata,
    Column("one", ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("two", ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True),
    Column("together", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("post", Text, nullable=False),
    Column("wish", String(16), nullable=False),
    Column("place", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

readers = Table(
    "readers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("consent", Text, nullable=False),
    Column("consented_at", Moment, nullable=False),
    Column("token", Text, nullable=False, unique=True),
    Column("left_at", Moment),
    Column("wording", Text, nullable=False, default="", server_default=""),
    Column("ip", Text, nullable=False, default="", server_default=""),
    Column("asked", JSON(none_as_null=True)),
    Column("paused_until", Moment),
    Column("monthly", Boolean, nullable=False, default=False, server_default=false()),
)

reader_topics = Table(
    "reader_topics",
    metadata,
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("key", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)

sends = Table(
    "sends",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, default="", server_default=""),
    Column("frozen_at", Moment, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition", Text, nullable=False),
    Column("reader_id", ForeignKey("readers.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("claimed_at", Moment),
    Column("settled_at", Moment),
    Column("answer", Text, nullable=False, default="", server_default=""),
    Column("tries", Integer, nullable=False, default=0, server_default="0"),
    Column("not_before", Moment),
    UniqueConstraint("edition", "reader_id"),
    Index(None, "state"),
)

letter_links = Table(
    "letter_links",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("edition", Text, nullable=False, index=True),
    Column("url", Text, nullable=False),
)

link_counts = Table(
    "link_counts",
    metadata,
    Column("name", ForeignKey("letter_links.name"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("many", Integer, nullable=False),
)
