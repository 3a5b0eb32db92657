#!/bin/sh
# Tool:     SQLAlchemy 2.1.9 on SQLite, and through it alembic 1.20.1
# Expected: a foreign key means the same whether it is written beside its column or as a line of its own.
# Happens:  SQLAlchemy reads ON DELETE only in a line of its own. Beside the column it is dropped without a warning,
#           though SQLite itself knows it. A batch migration that merely drops some other column rebuilds the table from
#           what was read: afterwards the children of a deleted row are no longer deleted.
# Way out:  write such keys as a line of their own, and rebuild older tables by hand.
# Seen:     2026-11, Python 3.11: SQLite says CASCADE for both; SQLAlchemy {} and {'ondelete': 'CASCADE'};
#           after the migration SQLite says NO ACTION and CASCADE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile sqlalchemy==2.1.9 alembic==1.20.1
cd "$folder"
venv/bin/python - <<'PY'
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

REFERENCE = "REFERENCES unit (id) ON DELETE CASCADE"
KEY = f"FOREIGN KEY (unit) {REFERENCE}"
TABLES = {
    "beside": f"CREATE TABLE beside (id INTEGER PRIMARY KEY, old TEXT, unit INTEGER {REFERENCE})",
    "own_line": f"CREATE TABLE own_line (id INTEGER PRIMARY KEY, old TEXT, unit INTEGER, {KEY})",
}


def told_by_sqlite(database):
    return {name: database.exec_driver_sql(f"PRAGMA foreign_key_list({name})").one()[6] for name in TABLES}


with sa.create_engine("sqlite://").begin() as database:
    for statement in ("CREATE TABLE unit (id INTEGER PRIMARY KEY)", *TABLES.values()):
        database.exec_driver_sql(statement)
    before = told_by_sqlite(database)
    read = {name: sa.inspect(database).get_foreign_keys(name)[0]["options"] for name in TABLES}
    operations = Operations(MigrationContext.configure(database))
    for name in TABLES:
        with operations.batch_alter_table(name) as table:
            table.drop_column("old")
    after = told_by_sqlite(database)
print("SQLite before:   ", before)
print("SQLAlchemy reads:", read)
print("SQLite after:    ", after)
assert before == {"beside": "CASCADE", "own_line": "CASCADE"}, "changed: SQLite"
assert read == {"beside": {}, "own_line": {"ondelete": "CASCADE"}}, "changed: SQLAlchemy"
assert after == {"beside": "NO ACTION", "own_line": "CASCADE"}, "changed: alembic"
PY
