"""The one schema of what is remembered; the migrations in migrations/ lead to it, and a test holds them equal."""

from __future__ import annotations

from pipeline.store.schema.kinds import Moment, find_in, insert_new, metadata, some_at_once, upsert
from pipeline.store.schema.letters import hook_tokens, inboxes, returns, deliveries, forgotten, pace, reader_topics, readers, sends
from pipeline.store.schema.network import echoes, notes, organisations, people, person_keys, services, touches, weeks
from pipeline.store.schema.stories import (
    bonds,
    choices,
    entries,
    entry_keys,
    entry_titles,
    feed_changes,
    feeds,
    hosts,
    refusals,
    shortlist,
    snapshots,
    suggestions,
)

__all__ = [
    "hook_tokens",
    "inboxes",
    "returns",
    "Moment",
    "bonds",
    "choices",
    "deliveries",
    "entries",
    "entry_keys",
    "entry_titles",
    "feed_changes",
    "feeds",
    "find_in",
    "forgotten",
    "echoes",
    "hosts",
    "insert_new",
    "metadata",
    "notes",
    "organisations",
    "pace",
    "people",
    "person_keys",
    "reader_topics",
    "readers",
    "refusals",
    "sends",
    "services",
    "shortlist",
    "snapshots",
    "some_at_once",
    "suggestions",
    "touches",
    "upsert",
    "weeks",
]
