"""The tables of feeds, entries and stories, and of what the author chose and wrote."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from pipeline.store.schema.kinds import Moment, metadata

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
