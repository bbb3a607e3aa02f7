"""How fast letters leave, when a send is to begin, and in which time zone readers are."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.add_column("readers", sa.Column("zone", sa.Text, nullable=False, server_default=""))
    op.add_column("sends", sa.Column("due_at", MOMENT))
    op.create_table(
        "pace",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("used", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("key", name="pk_pace"),
    )
