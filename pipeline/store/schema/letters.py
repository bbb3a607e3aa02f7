"""The tables of readers, and of letters on their way to them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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
    Column("message_id", Text, nullable=False),
    Column("claimed_at", Moment),
    Column("settled_at", Moment),
    Column("answer", Text, nullable=False, default="", server_default=""),
    Column("tries", Integer, nullable=False, default=0, server_default="0"),
    Column("not_before", Moment),
    UniqueConstraint("edition", "reader_id"),
    Index(None, "state"),
)
