"""What came back of letters, what was done about it, why a reader is off the list, and how far a mailbox is read."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.add_column("readers", sa.Column("because", sa.Text, nullable=False, server_default=""))
    op.add_column("readers", sa.Column("before", sa.JSON))
    op.create_index("ix_deliveries_message_id", "deliveries", ["message_id"])
    op.create_table(
        "returns",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("reader_id", sa.Integer),
        sa.Column("edition", sa.Text),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("pending", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reply", sa.String(8), nullable=False),
        sa.Column("feedback_type", sa.String(48), nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("effect", sa.String(16), nullable=False),
        sa.Column("proof", sa.String(16), nullable=False),
        sa.Column("done", sa.String(16), nullable=False),
        sa.Column("excerpt", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_returns_reader_id"),
        sa.PrimaryKeyConstraint("id", name="pk_returns"),
        sa.UniqueConstraint("key", name="uq_returns_key"),
    )
    op.create_index("ix_returns_reader_id", "returns", ["reader_id"])
    op.create_index("ix_returns_done", "returns", ["done"])
    op.create_table(
        "inboxes",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("validity", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_inboxes"),
    )
    op.create_table(
        "hook_tokens",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("body", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_hook_tokens"),
    )
