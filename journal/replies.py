"""A commune's own voice: answers beside a figure, and objections that editors decide, with the reason and both values.

An objection changes no figure. Where editors accept it they correct the figure (`journal.corrections`), and the value
that was published stays beside the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from journal import attachments, database
from journal.database import VisitError
from journal.reply import LONGEST, OBJECTION, SHOWN, Reply, State
from store.reply_policy import reply_policy

REPLIES = sa.Table(
    "replies",
    database.METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("dataset", sa.Text, nullable=False),
    sa.Column("province_code", sa.String(2), nullable=False, index=True),
    sa.Column("unit_code", sa.String(5), nullable=False, index=True),
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
FILES = sa.Table(
    "reply_files",
    database.METADATA,
    sa.Column("reply_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
_GIVEN = (
    *("kind", "dataset", "province_code", "unit_code", "measure", "basis", "series", "period"),
    *("old_numerator", "old_denominator", "new_numerator", "new_denominator", "author"),
)


def say(reply: Reply, today: date, file: bytes | None = None) -> Reply:
    """Keep an answer or an objection, with its file in the same transaction.

    VisitError: no_words, too_long, no_number (a part of more than the whole, or below 0), file_… (`attachments`),
    again (an objection to this figure is open already), or unreachable. An answer takes no file.
    """
    words = database.tidy(reply.words)
    if not words:
        raise VisitError("no_words")
    if len(words) > LONGEST:
        raise VisitError("too_long", f"{len(words)} characters, at most {LONGEST} are kept")
    _check_figures(reply)
    policy, is_objection = reply_policy(), reply.kind == OBJECTION
    kind = attachments.kind_of(file, policy.most_megabytes) if file is not None and is_objection else ""
    values = {name: getattr(reply, name) for name in _GIVEN} | {"words": words, "created_at": datetime.now(UTC)}
    values |= {"author": database.tidy(reply.author), "state": "open" if is_objection else "said"}
    values["decide_by"] = today + timedelta(days=policy.decide_within_days) if is_objection else None
    with database.transaction() as connection:
        found = connection.execute(sa.insert(REPLIES).values(values).returning(*REPLIES.c)).one()
        if is_objection and _open_before(connection, found):
            raise VisitError("again")
        if kind:
            connection.execute(sa.insert(FILES).values(reply_id=found.id, kind=kind, content=file))
    return _reply(found, kind)


def _open_before(connection: sa.Connection, found: sa.Row[Any]) -> bool:
    table = REPLIES.c
    same = sa.and_(
        *(table[name] == getattr(found, name) for name in ("dataset", "unit_code", "measure", "basis", "period"))
    )
    asked = sa.select(sa.func.count()).where(same, table.state == "open", table.id != found.id)
    return bool(connection.execute(asked).scalar_one())


def _check_figures(reply: Reply) -> None:
    part, whole = reply.new_numerator, reply.new_denominator
    if any(value is not None and not 0 <= value < float("inf") for value in (part, whole)):
        raise VisitError("no_number")
    if part is None and whole is not None:
        raise VisitError("no_number")


def decide(reply_id: int, province: str, *, accepted: bool, reason: str, who: str) -> Reply | None:
    """Decide on an open objection of a province; None where it is none of that province or is not open.

    VisitError: no_words, too_long, or unreachable.
    """
    words = database.tidy(reason)
    if not words:
        raise VisitError("no_words")
    if len(words) > LONGEST:
        raise VisitError("too_long", f"{len(words)} characters, at most {LONGEST} are kept")
    mine = REPLIES.c.province_code == province
    return _closed(reply_id, mine, "accepted" if accepted else "declined", who, words)


def withdraw(reply_id: int, unit_code: str, who: str) -> Reply | None:
    """Take an open objection of a commune back; None where it is none of that commune or is not open."""
    return _closed(reply_id, REPLIES.c.unit_code == unit_code, "withdrawn", who, None)


def _closed(reply_id: int, mine: sa.ColumnElement[bool], state: State, who: str, reason: str | None) -> Reply | None:
    values = {"state": state, "closed_at": datetime.now(UTC), "closed_by": database.tidy(who), "decision": reason}
    where = (REPLIES.c.id == reply_id) & mine & (REPLIES.c.state == "open")
    with database.transaction() as connection:
        row = connection.execute(sa.update(REPLIES).where(where).values(values).returning(*REPLIES.c)).one_or_none()
    return _reply(row) if row else None


# --- reading


def of_unit(dataset: str, code: str) -> list[Reply]:
    """All that a commune has said, the latest first; none, and a line in the log, without a database."""
    return _shown(REPLIES.c.dataset == dataset, REPLIES.c.unit_code == code)


def of_province(dataset: str, province: str) -> list[Reply]:
    """The objections of a province's communes, the latest first; none, and a line in the log, without a database."""
    return _shown(REPLIES.c.dataset == dataset, REPLIES.c.province_code == province, REPLIES.c.kind == OBJECTION)


def objections(dataset: str) -> list[Reply]:
    """The objections that the public sees, of all communes; none, and a line in the log, without a database."""
    return _shown(REPLIES.c.dataset == dataset, REPLIES.c.kind == OBJECTION, REPLIES.c.state.in_(SHOWN))


def file(reply_id: int, province: str) -> tuple[str, bytes] | None:
    """The kind and content of the file of an objection of a province; None where there is none."""
    mine = sa.select(FILES.c.kind, FILES.c.content).join(REPLIES, REPLIES.c.id == FILES.c.reply_id)
    mine = mine.where(REPLIES.c.id == reply_id, REPLIES.c.province_code == province)
    with database.transaction() as connection:
        row = connection.execute(mine).one_or_none()
    return (row.kind, row.content) if row else None


def _shown(*where: sa.ColumnElement[bool]) -> list[Reply]:
    return database.unless_asleep(lambda: _chosen(where), "replies")


def _chosen(where: Sequence[sa.ColumnElement[bool]]) -> list[Reply]:
    with_kind = sa.select(REPLIES, FILES.c.kind.label("file_kind")).outerjoin(FILES, FILES.c.reply_id == REPLIES.c.id)
    with database.transaction() as connection:
        rows = connection.execute(with_kind.where(*where).order_by(REPLIES.c.id.desc())).all()
    return [_reply(row) for row in rows]


def _reply(row: sa.Row[Any], file_kind: str = "") -> Reply:
    known = {"file_kind": file_kind} | dict(row._mapping)
    ended = known["closed_at"]
    times = {"created_at": database.utc(known["created_at"]), "closed_at": database.utc(ended) if ended else None}
    return Reply(**(known | times | {"file_kind": known["file_kind"] or ""}))


# --- keeping


def held() -> tuple[int, datetime | None]:
    """How many answers and objections are kept, and from when the oldest is."""
    with database.transaction() as connection:
        count, oldest = connection.execute(sa.select(sa.func.count(), sa.func.min(REPLIES.c.created_at))).one()
    return count, database.utc(oldest) if oldest else None


def forget(before: datetime) -> int:
    """Remove what was said or closed before a moment, each with its file; open objections stay. How many went."""
    ended = sa.func.coalesce(REPLIES.c.closed_at, REPLIES.c.created_at)
    old = sa.select(REPLIES.c.id).where(REPLIES.c.state != "open", ended < before)
    with database.transaction() as connection:
        connection.execute(sa.delete(FILES).where(FILES.c.reply_id.in_(old)))
        return connection.execute(sa.delete(REPLIES).where(REPLIES.c.id.in_(old))).rowcount
