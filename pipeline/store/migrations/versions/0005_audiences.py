"""The audience of an edition, frozen when its sending begins: who is to get it, who not and why, when to try again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "sends",
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("frozen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("edition", name="pk_sends"),
    )
    with op.batch_alter_table("deliveries") as table:
        table.alter_column("claimed_at", existing_type=MOMENT, nullable=True)
        table.add_column(sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
        table.add_column(sa.Column("not_before", MOMENT))
