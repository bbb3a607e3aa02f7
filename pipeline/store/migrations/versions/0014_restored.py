"""That the store came out of a backup, what happened since being unknown; and who waits is found in a long list."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "restores",
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("at", name="pk_restores"),
    )
    op.create_index("ix_deliveries_edition_state_id", "deliveries", ["edition", "state", "id"])
