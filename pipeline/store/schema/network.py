"""The tables of the author's network: people, and what was had with them and given."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
)

from pipeline.store.schema.kinds import Moment, metadata

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False, default="", server_default=""),
    Column("organisation", Text, nullable=False, default="", server_default=""),
    Column("card", JSON, nullable=False),
    Column("is_watched", Boolean, nullable=False, default=False, server_default=false()),
    Column("ideal_days", Integer),
    Column("latest_days", Integer),
    Column("snoozed_until", Date),
    Column("is_left_alone", Boolean, nullable=False, default=False, server_default=false()),
    Column("added_at", Moment, nullable=False),
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
)

organisations = Table(
    "organisations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("card", JSON, nullable=False),
    Column("is_wanted", Boolean, nullable=False, default=False, server_default=false()),
    Column("is_watched", Boolean, nullable=False, default=False, server_default=false()),
)

touches = Table(
    "touches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("about", Text, nullable=False, default="", server_default=""),
    Column("link", Text),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("about", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("sent_at", Moment),
)

services = Table(
    "services",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("on", Date, nullable=False),
    Column("what", Text, nullable=False),
    Column("organisation", Text, nullable=False, default="", server_default=""),
    Column("link", Text),
    Column("is_public", Boolean, nullable=False, default=False, server_default=false()),
)

echoes = Table(
    "echoes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("author", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("source", Text),
    Column("about", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("is_shown", Boolean, nullable=False, default=False, server_default=false()),
    Column("topics", JSON),
    Column("looked_at", Moment),
)

shares = Table(
    "shares",
    metadata,
    Column("post", Text, primary_key=True),
    Column("channel", String(40), primary_key=True),
    Column("mark", String(64), nullable=False),
    Column("claimed_at", Moment, nullable=False),
    Column("url", Text),
)

weeks = Table(
    "weeks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("week", String(8), nullable=False),
    Column("step", String(16), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(None, "week"),
)
