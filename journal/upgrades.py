"""Brings a database of visits and marks to the form that this program knows: revisions in `migrations/`, by alembic.

The number of a revision is in its file's name: whether there is anything to do is known without loading alembic.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

MIGRATIONS = Path(__file__).parent / "migrations"
_TABLE = "alembic_version"


class NewerDatabase(Exception):
    """A database has a revision that this program does not know; the message is that revision."""


def is_due(connection: sa.Connection) -> bool:
    """Whether the database lacks a revision. NewerDatabase where it has one that is not known here."""
    present, known = _present(connection), _known()
    if unknown := [revision for revision in present if revision not in known]:
        raise NewerDatabase(", ".join(unknown))
    return present != known[-1:]


def upgrade(connection: sa.Connection) -> None:
    """Run what is lacking. The caller begins the transaction and ends it, so that all of it holds or nothing."""
    from alembic import command  # a third of a second, and most starts have nothing to upgrade
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _present(connection: sa.Connection) -> list[str]:
    """The revision of the database; none where it is empty or older than the first revision."""
    if not sa.inspect(connection).has_table(_TABLE):
        return []
    return list(connection.execute(sa.text(f"SELECT version_num FROM {_TABLE}")).scalars())


def _known() -> list[str]:
    """The revisions of `migrations/versions`, the oldest first: `v0001_visits_and_marks.py` is 0001."""
    return sorted(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("v*_*.py"))
