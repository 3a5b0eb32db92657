"""What alembic runs for an upgrade, in the connection and transaction that `journal.upgrades` hands over."""

from __future__ import annotations

from alembic import context

if hasattr(context, "config"):  # there only while alembic runs this file
    context.configure(connection=context.config.attributes["connection"])
    with context.begin_transaction():
        context.run_migrations()
