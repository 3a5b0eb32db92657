"""Marks of editors on figures that are in doubt, kept beside the visits: for everybody to see until they are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from journal import database
from journal.database import VisitError

LONGEST = 500
PROBLEMS = sa.Table(
    "data_problems",
    database.METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("province_code", sa.String(2), nullable=False, index=True),
    sa.Column("unit_code", sa.String(5), nullable=False, index=True),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("practice", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("settled_at", sa.DateTime(timezone=True)),
    sa.Column("settled_by", sa.Text),
)


@dataclass(frozen=True)
class Problem:
    """Doubt about a commune's figures: of a measure, or of all with `measure` empty; of a period, or of all.

    `practice`: written beside simulated figures.
    """

    province_code: str
    unit_code: str
    words: str
    measure: str = ""
    period: str = ""
    author: str = ""
    practice: bool = False
    id: int = 0
    created_at: datetime = datetime.min


def mark(problem: Problem) -> Problem:
    """Keep a new mark. VisitError: no_words, too_long, or unreachable where there is no database."""
    words = database.tidy(problem.words)
    if not words:
        raise VisitError("no_words")
    if len(words) > LONGEST:
        raise VisitError("too_long", f"{len(words)} characters, at most {LONGEST} are kept")
    values = {name: getattr(problem, name) for name in ("province_code", "unit_code", "measure", "period", "practice")}
    values |= {"words": words, "author": database.tidy(problem.author), "created_at": datetime.now(UTC)}
    with database.transaction() as connection:
        return _problem(connection.execute(sa.insert(PROBLEMS).values(values).returning(*PROBLEMS.c)).one())


def settle(problem_id: int, province: str, who: str) -> bool:
    """Close a mark of a province; False where it is none of that province, or closed already."""
    mine = (PROBLEMS.c.id == problem_id) & (PROBLEMS.c.province_code == province) & PROBLEMS.c.settled_at.is_(None)
    with database.transaction() as connection:
        change = sa.update(PROBLEMS).where(mine).values(settled_at=datetime.now(UTC), settled_by=who)
        return connection.execute(change).rowcount == 1


def still_open(practice: bool, *, unit: str | None = None, province: str | None = None) -> list[Problem]:
    """The marks that nobody has settled, the latest first; none, and a line in the log, without a database."""
    where = [PROBLEMS.c.settled_at.is_(None), PROBLEMS.c.practice == practice]
    where += [PROBLEMS.c.unit_code == unit] if unit else []
    where += [PROBLEMS.c.province_code == province] if province else []
    return database.unless_asleep(lambda: _chosen(where), "data problems")


def _chosen(where: Sequence[sa.ColumnElement[bool]]) -> list[Problem]:
    with database.transaction() as connection:
        rows = connection.execute(sa.select(PROBLEMS).where(*where).order_by(PROBLEMS.c.id.desc())).all()
    return [_problem(row) for row in rows]


def _problem(row: sa.Row[Any]) -> Problem:
    known = row._mapping
    names = [name for name in Problem.__dataclass_fields__ if name != "created_at"]
    return Problem(**{name: known[name] for name in names}, created_at=database.utc(known["created_at"]))
