"""Where the links of a letter lead, and how often each was opened on a day, of all readers together."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "letter_links",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_letter_links"),
    )
    op.create_index("ix_letter_links_edition", "letter_links", ["edition"])
    op.create_table(
        "link_counts",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("many", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["name"], ["letter_links.name"], name="fk_link_counts_name"),
        sa.PrimaryKeyConstraint("name", "day", name="pk_link_counts"),
    )
