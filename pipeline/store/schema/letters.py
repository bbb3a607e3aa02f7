"""The tables of readers, and of letters on their way to them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
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
    Column("zone", Text, nullable=False, default="", server_default=""),
    Column("because", Text, nullable=False, default="", server_default=""),
    Column("before", JSON(none_as_null=True)),
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
    Column("due_at", Moment),
)

sent_posts = Table(
    "sent_posts",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("date", Date, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

moves = Table(
    "moves",
    metadata,
    Column("place", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

restores = Table(
    "restores",
    metadata,
    Column("at", Moment, primary_key=True),
    Column("made_at", Moment, nullable=False),
)

pace = Table(
    "pace",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("used", Integer, nullable=False, default=0, server_default="0"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition", Text, nullable=False),
    Column("reader_id", ForeignKey("readers.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("message_id", Text, nullable=False, index=True),
    Column("claimed_at", Moment),
    Column("settled_at", Moment),
    Column("answer", Text, nullable=False, default="", server_default=""),
    Column("tries", Integer, nullable=False, default=0, server_default="0"),
    Column("not_before", Moment),
    Column("way", String(64), nullable=False, default="", server_default=""),
    UniqueConstraint("edition", "reader_id"),
    Index(None, "state"),
    Index("ix_deliveries_edition_state_id", "edition", "state", "id"),
)

returns = Table(
    "returns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("source", String(16), nullable=False),
    Column("reader_id", ForeignKey("readers.id"), index=True),
    Column("edition", Text),
    Column("kind", String(16), nullable=False),
    Column("reason", String(24), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reply", String(8), nullable=False),
    Column("feedback_type", String(48), nullable=False),
    Column("said", Text, nullable=False),
    Column("effect", String(16), nullable=False),
    Column("proof", String(16), nullable=False),
    Column("done", String(16), nullable=False, index=True),
    Column("excerpt", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("undone_at", Moment),
)

inboxes = Table(
    "inboxes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("validity", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

hook_tokens = Table(
    "hook_tokens",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("body", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

handovers = Table(
    "handovers",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("way", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("ticket", String(32), nullable=False),
    Column("there", Text, nullable=False, default="", server_default=""),
    Column("claimed_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("answer", Text, nullable=False, default="", server_default=""),
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

troubles = Table(
    "troubles",
    metadata,
    Column("duty", Text, primary_key=True),
    Column("said", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("at", Moment, nullable=False),
)
