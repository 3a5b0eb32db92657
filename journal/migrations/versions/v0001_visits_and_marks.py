"""Visits and marks, as the program made them before it counted revisions.

A database of that time has these tables already: they stay as they are, and get this revision's number.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("unit_code", sa.String(5), nullable=False),
        sa.Column("visited_on", sa.Date, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("follow_up_on", sa.Date),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("practice", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("ix_visits_unit_code", "visits", ["unit_code"], if_not_exists=True)
    op.create_table(
        "data_problems",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("province_code", sa.String(2), nullable=False),
        sa.Column("unit_code", sa.String(5), nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("practice", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by", sa.Text),
        if_not_exists=True,
    )
    op.create_index("ix_data_problems_province_code", "data_problems", ["province_code"], if_not_exists=True)
    op.create_index("ix_data_problems_unit_code", "data_problems", ["unit_code"], if_not_exists=True)
