"""What was promised after visits: who does what by when, about which figure, and how it was closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("unit_code", sa.String(5), nullable=False),
        sa.Column("visit_id", sa.Integer),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("promised_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("practice", sa.Boolean, nullable=False),
        sa.Column("signed_in", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_as", sa.Text),
        sa.Column("closed_by", sa.Text),
    )
    op.create_index("ix_promises_unit_code", "promises", ["unit_code"])
