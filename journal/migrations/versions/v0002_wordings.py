"""What a visit's note said before each change, and who was signed in when it was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("visits", sa.Column("signed_in", sa.Text, nullable=False, server_default=sa.text("''")))
    op.create_table(
        "visit_wordings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("visit_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("visited_on", sa.Date, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("follow_up_on", sa.Date),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("signed_in", sa.Text, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("visit_id", "version", name="uq_visit_wordings_visit_id_version"),
    )
