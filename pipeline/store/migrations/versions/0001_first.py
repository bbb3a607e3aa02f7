"""The first schema: feeds, entries, the shortlist, readers and deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", sa.String(64)),
        sa.Column("checked_at", MOMENT),
        sa.Column("read_at", MOMENT),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error", sa.Text),
        sa.Column("repairs", sa.JSON, nullable=False),
        sa.Column("moved_to", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("url", name="uq_feeds_url"),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("feed_id", sa.Integer, nullable=False),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("link", sa.Text),
        sa.Column("published", MOMENT),
        sa.Column("updated", MOMENT),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("dated", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_entries_feed_id", ondelete="CASCADE"),
        sa.UniqueConstraint("feed_id", "uid", name="uq_entries_feed_id"),
    )
    op.create_index("ix_entries_dated", "entries", ["dated"])
    op.create_index("ix_entries_link", "entries", ["link"])
    op.create_table(
        "shortlist",
        sa.Column("story_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("entry_ids", sa.JSON, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("story_id", name="pk_shortlist"),
    )
    op.create_table(
        "readers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("consented_at", MOMENT, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("left_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_readers"),
        sa.UniqueConstraint("email_key", name="uq_readers_email_key"),
        sa.UniqueConstraint("token", name="uq_readers_token"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_deliveries_reader_id"),
        sa.UniqueConstraint("edition", "reader_id", name="uq_deliveries_edition"),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state"])
