"""What communes say of their figures: answers, and objections with their file, state and decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("province_code", sa.String(2), nullable=False),
        sa.Column("unit_code", sa.String(5), nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("old_numerator", sa.Float),
        sa.Column("old_denominator", sa.Float),
        sa.Column("new_numerator", sa.Float),
        sa.Column("new_denominator", sa.Float),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decide_by", sa.Date),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_by", sa.Text),
        sa.Column("decision", sa.Text),
    )
    op.create_index("ix_replies_province_code", "replies", ["province_code"])
    op.create_index("ix_replies_unit_code", "replies", ["unit_code"])
    op.create_table(
        "reply_files",
        sa.Column("reply_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
