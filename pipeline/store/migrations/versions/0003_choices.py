"""What the author chose about stories: picked, skipped, later; what belongs together; which lessons they refused."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.add_column("shortlist", sa.Column("written", sa.JSON))
    op.create_table(
        "choices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("choice", sa.String(8), nullable=False),
        sa.Column("entry_ids", sa.JSON, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_choices"),
    )
    op.create_table(
        "bonds",
        sa.Column("one", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("two", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("together", sa.Boolean, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("one", "two", name="pk_bonds"),
        sa.ForeignKeyConstraint(["one"], ["entries.id"], name="fk_bonds_one", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["two"], ["entries.id"], name="fk_bonds_two", ondelete="CASCADE"),
    )
    op.create_index("ix_bonds_two", "bonds", ["two"])
    op.create_table(
        "refusals",
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_refusals"),
    )
