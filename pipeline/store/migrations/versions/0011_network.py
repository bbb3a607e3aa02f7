"""The author's network: people, organisations, what was had with them and given, and how long each week took."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False, server_default=""),
        sa.Column("organisation", sa.Text, nullable=False, server_default=""),
        sa.Column("card", sa.JSON, nullable=False),
        sa.Column("is_watched", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("ideal_days", sa.Integer),
        sa.Column("latest_days", sa.Integer),
        sa.Column("snoozed_until", sa.Date),
        sa.Column("is_left_alone", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "person_keys",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_person_keys_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name="pk_person_keys"),
    )
    op.create_index("ix_person_keys_person_id", "person_keys", ["person_id"])
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("card", sa.JSON, nullable=False),
        sa.Column("is_wanted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("is_watched", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("name_key", name="uq_organisations_name_key"),
    )
    op.create_table(
        "touches",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("about", sa.Text, nullable=False, server_default=""),
        sa.Column("link", sa.Text),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_touches_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_touches"),
    )
    op.create_index("ix_touches_person_id", "touches", ["person_id"])
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_notes_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_person_id", "notes", ["person_id"])
    op.create_table(
        "services",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False, server_default=""),
        sa.Column("link", sa.Text),
        sa.Column("is_public", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_services"),
    )
    op.create_table(
        "echoes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("is_shown", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_echoes"),
        sa.UniqueConstraint("key", name="uq_echoes_key"),
    )
    op.create_table(
        "weeks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_weeks"),
    )
    op.create_index("ix_weeks_week", "weeks", ["week"])
