"""How readers agreed, word for word, what they prefer, and by which mark those who were forgotten are known again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.add_column("readers", sa.Column("wording", sa.Text, nullable=False, server_default=""))
    op.add_column("readers", sa.Column("ip", sa.Text, nullable=False, server_default=""))
    op.add_column("readers", sa.Column("asked", sa.JSON))
    op.add_column("readers", sa.Column("paused_until", MOMENT))
    op.add_column("readers", sa.Column("monthly", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "reader_topics",
        sa.Column("reader_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name="fk_reader_topics_reader_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("reader_id", "topic", name="pk_reader_topics"),
    )
    op.create_table(
        "forgotten",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_forgotten"),
    )
    op.create_index("ix_deliveries_reader_id", "deliveries", ["reader_id"])
