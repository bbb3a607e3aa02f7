"""When the source of a webmention was last looked at, so that it is looked at again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("echoes", sa.Column("looked_at", sa.DateTime(timezone=True)))
