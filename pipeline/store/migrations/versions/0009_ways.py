"""By which way a delivery was claimed, and the editions that were handed over to a service as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.add_column("deliveries", sa.Column("way", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "handovers",
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("way", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ticket", sa.String(32), nullable=False),
        sa.Column("there", sa.Text, nullable=False, server_default=""),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("edition", name="pk_handovers"),
    )
