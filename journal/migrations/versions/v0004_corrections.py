"""Corrections of single figures, with both values, the reason, who wrote them and who took them back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("province_code", sa.String(2), nullable=False),
        sa.Column("unit_code", sa.String(5), nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("old_numerator", sa.Float),
        sa.Column("old_denominator", sa.Float),
        sa.Column("new_numerator", sa.Float, nullable=False),
        sa.Column("new_denominator", sa.Float),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.Text),
    )
    op.create_index("ix_corrections_province_code", "corrections", ["province_code"])
