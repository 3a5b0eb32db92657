"""Revisions of the database of visits and marks, in SQLite and in a real PostgreSQL: nothing is lost on the way."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from display.words.text import LANGUAGES, Speaker
from files.places import HOME
from journal import (
    calendars,
    corrections,
    endings,
    practices,
    problems,
    promises,
    replies,
    subscriptions,
    upgrades,
    visits,
)
from journal import database as journal_database
from journal.database import VisitError
from journal.problems import Problem
from tests.journal.test_visits import NOTE, TODAY

SECOND = '''
"""One revision more, for the tests alone: where a team was received. It is killed half-way where a file says so."""

import os
import signal
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision, down_revision = "{next}", "{last}"


def upgrade():
    op.add_column("visits", sa.Column("room", sa.Text, nullable=False, server_default="Phòng một cửa"))
    op.execute("UPDATE visits SET team = team || ' (cũ)'")
    if Path(__file__).with_name("killed").exists():
        os.kill(os.getpid(), signal.SIGKILL)
'''
OPEN = """
import sys
from pathlib import Path
from journal import upgrades, visits
upgrades.MIGRATIONS = Path(sys.argv[1])
print(len(visits.all_visits()), "alembic" in sys.modules)
"""


LAST = upgrades._known()[-1]
NEXT = f"{int(LAST) + 1:04}"


@pytest.fixture
def second(tmp_path) -> Path:
    """The folder of migrations of a program to come, which has one revision more."""
    folder = tmp_path / "100% mới" / "migrations"
    shutil.copytree(upgrades.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = SECOND.replace("{next}", NEXT).replace("{last}", LAST)
    (folder / "versions" / f"v{NEXT}_rooms.py").write_text(text, encoding="utf-8")
    return folder


def restart(monkeypatch: pytest.MonkeyPatch, migrations: Path | None = None) -> None:
    """What a new process is to the database, of this program or of another one."""
    monkeypatch.setattr(upgrades, "MIGRATIONS", migrations or HOME / "journal" / "migrations")
    journal_database._engine.cache_clear()


def ask(address: str, words: str) -> list[tuple[object, ...]]:
    """The answer of the database itself, past all that the journal does."""
    engine = sa.create_engine(address.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        found = connection.execute(sa.text(words))
        return [tuple(row) for row in found] if found.returns_rows else []


def revisions(address: str) -> list[str]:
    return [revision for (revision,) in ask(address, "SELECT version_num FROM alembic_version")]


def opened(migrations: Path) -> subprocess.Popen[str]:
    """A process of the program with these migrations that opens the database."""
    command = [sys.executable, "-c", OPEN, str(migrations)]
    return subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_revisions_are_one_line_and_named_by_their_files():
    config = Config()
    config.set_main_option("script_location", str(upgrades.MIGRATIONS))
    line = [*ScriptDirectory.from_config(config).walk_revisions()]

    assert [script.revision for script in reversed(line)] == upgrades._known()
    assert [len(script.nextrev) for script in line] == [0, *[1] * (len(line) - 1)]


def test_the_revisions_make_the_tables_that_the_program_works_with(database):
    known = {table.name for table in (visits.VISITS, visits.WORDINGS, problems.PROBLEMS, corrections.CORRECTIONS)}
    known |= {practices.PRACTICES.name}
    known |= {table.name for table in (promises.PROMISES, endings.ENDED, replies.REPLIES, replies.FILES)}
    known |= {table.name for table in (subscriptions.SUBSCRIPTIONS, subscriptions.TOLD, calendars.CALENDARS)}
    assert known == set(journal_database.METADATA.tables)
    visits.all_visits()

    with journal_database._engine(database).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, journal_database.METADATA) == []
    assert revisions(database) == upgrades._known()[-1:]


def test_a_file_holds_what_comparing_overlooks(database):
    """Numbers of visits that are gone are not given out again."""
    first = visits.record(NOTE, TODAY)
    ask(database, "DELETE FROM visits")

    assert visits.record(NOTE, TODAY).id == first.id + 1


def test_a_second_revision_keeps_every_row(database, second, monkeypatch):
    kept = [visits.record(replace(NOTE, findings=str(number)), TODAY) for number in range(3)]
    marked = problems.mark(Problem("25", "04792", "Đếm hai lần"))
    restart(monkeypatch, second)

    assert visits.all_visits() == [replace(visit, team=f"{visit.team} (cũ)") for visit in reversed(kept)]
    assert problems.still_open(False) == [marked]
    assert ask(database, "SELECT DISTINCT room FROM visits") == [("Phòng một cửa",)]
    assert revisions(database) == [NEXT]
    assert visits.record(NOTE, TODAY).id == kept[-1].id + 1


def test_a_database_from_before_there_were_marks_gets_their_table(database):
    first = [column._copy() for column in visits.VISITS.columns if column.name != "signed_in"]
    before = sa.Table("visits", sa.MetaData(), *first, sqlite_autoincrement=True)
    before.create(sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:")))
    kept = visits.record(NOTE, TODAY)

    assert visits.all_visits() == [kept]
    assert problems.mark(Problem("25", "04792", "Đếm hai lần")).id == 1
    assert revisions(database) == [LAST]


def test_an_upgrade_that_is_killed_half_way_has_changed_nothing_and_is_made_up_for(database, second):
    kept = visits.record(NOTE, TODAY)
    (second / "versions" / "killed").touch()
    killed = opened(second)

    assert killed.communicate()[0] == ""
    assert killed.returncode == -signal.SIGKILL
    assert revisions(database) == [LAST]
    assert visits.all_visits() == [kept]

    (second / "versions" / "killed").unlink()
    again = opened(second)
    assert again.communicate() == ("1 True\n", "")
    assert revisions(database) == [NEXT]
    assert visits.all_visits() == [replace(kept, team=f"{kept.team} (cũ)")]


def test_of_processes_that_start_at_once_one_upgrades_and_all_go_on(database, second):
    kept = visits.record(NOTE, TODAY)
    running = [opened(second) for _ in range(4)]
    said = [process.communicate() for process in running]

    assert sorted(out for out, _ in said) == ["1 False\n"] * 3 + ["1 True\n"]
    assert {error for _, error in said} == {""}
    assert visits.all_visits() == [replace(kept, team=f"{kept.team} (cũ)")]


# --- a database of a newer program


@pytest.fixture
def newer(database, second, monkeypatch) -> str:
    """A database that a program to come has upgraded, with a visit in it; opened by this one."""
    restart(monkeypatch, second)
    visits.record(NOTE, TODAY)
    ask(database, "UPDATE visits SET room = 'Tầng 2'")
    restart(monkeypatch)
    return database


def contents(address: str, folder: Path) -> object:
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(folder / "visits.db")) as found:  # the file's bytes wait for the journal beside it
            return [*found.iterdump()]
    return [ask(address, f"SELECT * FROM {table}") for table in ("visits", "data_problems", "alembic_version")]


def test_a_database_of_a_newer_program_is_refused_and_not_touched(newer, tmp_path):
    journal_database._engine.cache_clear()
    before = contents(newer, tmp_path)
    for attempt in (visits.all_visits, lambda: visits.record(NOTE, TODAY), lambda: problems.settle(1, "25", "lan")):
        with pytest.raises(VisitError, match=f"newer: {NEXT}") as error:
            attempt()
        assert error.value.kind == "newer"
    assert problems.still_open(False) == []
    assert contents(newer, tmp_path) == before


def test_it_is_opened_again_by_the_newer_program(newer, second, monkeypatch):
    with pytest.raises(VisitError):
        visits.all_visits()
    restart(monkeypatch, second)

    assert [visit.findings for visit in visits.all_visits()] == [NOTE.findings]
    assert ask(newer, "SELECT room FROM visits") == [("Tầng 2",)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_have_a_sentence_for_it(language):
    say = Speaker(language)
    assert "0002" in say("visits.error.newer", detail="0002")
    assert say("problems.error.newer") not in ("", "problems.error.newer")
