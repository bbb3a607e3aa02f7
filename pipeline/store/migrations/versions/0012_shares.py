"""Where a post was shared; which topics people answered to, and when the source of a webmention was last looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "shares",
        sa.Column("post", sa.Text, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("url", sa.Text),
        sa.PrimaryKeyConstraint("post", "channel", name="pk_shares"),
    )
    op.add_column("echoes", sa.Column("topics", sa.JSON))
    op.add_column("echoes", sa.Column("looked_at", MOMENT))
