"""What the room pull remembers since it behaves as a guest: schedules, moves, waits, keys of entries, articles."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    _feeds()
    _entries()
    _of_feeds()
    _of_entries()
    _keys_of_what_is_kept()


def _feeds():
    # Column by column, never as a new table in place of the old one: with that, SQLite would delete the feeds, and so
    # their entries.
    op.drop_column("feeds", "moved_to")
    for name in ("site", "location", "answered_at", "broken", "move_to", "stays", "paused"):
        op.add_column("feeds", sa.Column(name, sa.Text))
    for name in ("whole_at", "move_since", "move_last", "due_at"):
        op.add_column("feeds", sa.Column(name, MOMENT))
    op.add_column("feeds", sa.Column("rhythm", sa.JSON))
    op.add_column("feeds", sa.Column("gap_seconds", sa.Integer))
    op.add_column("feeds", sa.Column("naming", sa.String(8), nullable=False, server_default="id"))
    op.add_column("feeds", sa.Column("keeps_naming", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("feeds", sa.Column("move_times", sa.Integer, nullable=False, server_default="0"))
    op.add_column("feeds", sa.Column("due_because", sa.Text, nullable=False, server_default=""))


def _entries():
    with op.batch_alter_table("entries") as table:
        table.drop_constraint("uq_entries_feed_id", type_="unique")
        table.add_column(sa.Column("published_raw", sa.Text, nullable=False, server_default=""))
        table.add_column(sa.Column("source", sa.Text, nullable=False, server_default=""))
        table.add_column(sa.Column("shortlisted_at", MOMENT))
        table.create_index("ix_entries_feed_id", ["feed_id"])


def _of_feeds():
    op.create_table(
        "feed_changes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("feed_id", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_feed_changes"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_feed_changes_feed_id", ondelete="CASCADE"),
    )
    op.create_index("ix_feed_changes_feed_id", "feed_changes", ["feed_id"])
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("wait_until", MOMENT, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_hosts"),
    )


def _of_entries():
    op.create_table(
        "entry_keys",
        sa.Column("feed_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("key", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("feed_id", "key", name="pk_entry_keys"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_entry_keys_feed_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_keys_entry_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entry_keys_entry_id", "entry_keys", ["entry_id"])
    op.create_table(
        "entry_titles",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry_titles"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_titles_entry_id", ondelete="CASCADE"),
    )
    op.create_index("ix_entry_titles_entry_id", "entry_titles", ["entry_id"])
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("url", "final_url", "title", "text", "digest")),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sa.UniqueConstraint("url", "digest", name="uq_snapshots_url"),
    )


def _keys_of_what_is_kept():
    """Give each entry its first key, by the name that it was kept under; the others come at its next pull."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, feed_id, uid FROM entries")).all()
    keys = [{"feed": row.feed_id, "key": _key(row.uid), "entry": row.id} for row in rows]
    if keys:
        insert = sa.text("INSERT INTO entry_keys (feed_id, key, entry_id) VALUES (:feed, :key, :entry)")
        connection.execute(insert, keys)


def _key(uid):
    return int.from_bytes(hashlib.blake2b(f"id\n{uid}".encode(), digest_size=8).digest(), "big", signed=True)
