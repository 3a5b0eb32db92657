"""Dossiers to partial sums: what each one counts for, and the sums that any split of the files adds up to.

Written once through narwhals, so that the same functions run on a Polars LazyFrame and on a Spark
DataFrame. Days are compared through a joined calendar (`dossier_calendar.calendar`): no function of
Python meets a row. Everything summed is a whole number, so sums of parts add up exactly.

A frame of dossiers has one row per dossier, with the columns of `DOSSIER`; intake, decision, field and
procedure are whole numbers from the store's lists. Months count from year 0 (12 · year + month − 1).
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl

from ranking.dossiers.packing import added_up

FULL, PARTIAL, ONLINE, IN_PERSON, POST, CHANNEL_UNKNOWN = 1, 2, 3, 4, 5, 0
BY_NET, AT_DESK, BY_POST = 1, 2, 3
"""The ways in which dossiers are filed: online, in person, by post; `CHANNEL_UNKNOWN` where it is not said."""
OPEN, WAITING, DONE, RETURNED, WITHDRAWN, STOPPED = 1, 2, 3, 4, 5, 6
CHANNELS = {"full": FULL, "partial": PARTIAL, "online": ONLINE, "in_person": IN_PERSON, "post": POST}
STATES = {
    "open": OPEN,
    "waiting": WAITING,
    "done": DONE,
    "returned": RETURNED,
    "withdrawn": WITHDRAWN,
    "stopped": STOPPED,
}
FLAGS = ("fee_owed", "paid_online", "e_result", "digitised", "reused", "apologised")
DOSSIER = {
    "code": pl.String,
    "intake": pl.Int16,
    "decision": pl.Int16,
    "province": pl.Int16,
    "field": pl.Int16,
    "procedure": pl.Int16,
    "channel": pl.Int8,
    "received": pl.Date,
    "due": pl.Date,
    "done": pl.Date,
    "returned": pl.Date,
    "stopped": pl.Date,
    "state": pl.Int8,
    "supplements": pl.Int8,
    "waited": pl.Int16,
    **dict.fromkeys(FLAGS, pl.Boolean),
    "exported": pl.Date,
}

# No last allowed day: none is known, or the clock stands while the applicant is asked for papers.
UNKNOWN, PAUSED = -1, 1_000_000
NOT_ENDED = 0
SETTLED, LEFT = 1, 2
"""How a dossier ended: done or handed out; or withdrawn, stopped or refused, after which it can no longer be done."""

TIMED = ("timed", "on_time", "last_day")
CHANNEL_COUNTS = ("full", "partial", "online", "in_person", "post", "channel_known", "kind_known")
KNOWN_COUNTS = tuple(f"{flag}_{part}" for flag in ("e_result", "digitised", "reused") for part in ("yes", "known"))
COUNTS = (
    "n",
    *CHANNEL_COUNTS,
    "fee_owed",
    "fee_known",
    "paid_online",
    *KNOWN_COUNTS,
    *TIMED,
    "handed_out",
    "handed_out_later",
    "asked_twice",
    "supplements_known",
    *("apologised_known", "late_told", "late_apologised"),
)
KEYS = {
    "events": ("intake", "decision", "field", "received_month", "end_month"),
    "days": ("intake", "end_month", "working_days", "calendar_days"),
    "open": ("intake", "field", "procedure", "way", "received_month", "last", "asked_twice", "began"),
    "overdue": ("intake", "field", "received_month", "end_month", "last"),
    "due": ("intake", "field", "last"),
    "waits": ("intake", "field", "way", "received_month", "working_days", "outcome"),
    "procedure_waits": ("intake", "procedure", "received_year", "working_days", "outcome"),
    "procedures": ("province", "field", "procedure", "end_month", "working_days"),
}
SUMS = {
    "events": COUNTS,
    "days": ("n",),
    "open": ("n",),
    "overdue": ("n",),
    "due": ("n", "on_time"),
    "waits": ("n",),
    "procedure_waits": ("n",),
    "procedures": ("n", *TIMED),
}
DAYS_MAX = 2000
_UNPACKED = ("open", "overdue")
"""Their keys are too long for one number, and their rows few."""
_FACTS = {
    "received": ("number", "index", "month"),
    "end": ("number", "index", "next", "month", "closed"),
    "due": ("next",),
}


def partial_sums(dossiers: Any, calendar: Any, limits: Any = None, by: tuple[str, ...] = ()) -> dict[str, Any]:
    """The tables of sums (`KEYS`, `SUMS`) of a lazy frame of dossiers, as lazy frames of the same engine.

    `events`: all dossiers. `days`: how long the ended ones took. `open`: those not ended, by their last day and the
    day from which they have been waited for. `overdue`: those ended since that were open past their last day at the
    end of a month, so that every month's end can be told later. `due`: the ended ones by their last day. `waits` and
    `procedure_waits`: the ended ones by when they were received, the days they took and how they ended, by the way in
    which they were filed or by procedure. `procedures`: the ended ones by procedure.

    `calendar`: one row per day (`dossier_calendar.calendar`). `limits`: one row per procedure with a legal
    maximum, `procedure` and `limit_days`, used where a dossier has no due date. `by`: further columns to keep
    sums apart by. Sums over any split of the dossiers add up to the sums over all.
    """
    rows = classified(dossiers, calendar, limits)
    ended = rows.filter(nw.col("end_month") != NOT_ENDED)
    parts = {
        "events": rows,
        "days": ended,
        "open": rows.filter(nw.col("end_month") == NOT_ENDED),
        "overdue": ended.filter(_was_overdue()),
        "due": ended.filter(nw.col("last") != UNKNOWN),
        **dict.fromkeys(("waits", "procedure_waits", "procedures"), ended),
    }
    tables = {
        name: added_up(part, KEYS[name], SUMS[name], by, packed=name not in _UNPACKED) for name, part in parts.items()
    }
    return {name: table.to_native() for name, table in tables.items()}


def classified(dossiers: Any, calendar: Any, limits: Any = None) -> nw.LazyFrame[Any]:
    """One row per dossier with the key columns and, as 0 or 1, what it counts for (`COUNTS`).

    End: done, else returned, else stopped. Last allowed day: the due date, moved to the next working day
    where it is none (Civil Code 2015, article 148, clause 5); without a due date the procedure's maximum
    in working days after reception; else unknown. On time: ended by then, days waited for the applicant's
    supplement not counted, and not asked twice for supplement. `timed` dossiers are those ended whose last
    day is known.
    """
    rows = nw.from_native(dossiers).with_columns(
        end=nw.coalesce("done", "returned", "stopped"),
        supplements=nw.col("supplements").fill_null(0),
        supplements_known=_one(~nw.col("supplements").is_null()),
    )
    rows = _with_limits(_with_days(rows, nw.from_native(calendar)), limits)
    rows = rows.with_columns(last=_last_day())
    has_ended, known = ~nw.col("end").is_null(), nw.col("last") != UNKNOWN
    spent = nw.col("end_next") - nw.col("waited")
    by_then = has_ended & known & (spent <= nw.col("last")) & (nw.col("supplements") < 2)
    return rows.with_columns(
        n=nw.lit(1).cast(nw.Int32),
        timed=_one(has_ended & known),
        on_time=_one(by_then),
        last_day=_one(by_then & (spent == nw.col("last"))),
        handed_out=_one(~nw.col("done").is_null() & ~nw.col("returned").is_null()),
        handed_out_later=_one(nw.col("returned") > nw.col("done")),
        asked_twice=_one(nw.col("supplements") >= 2),
        working_days=_days("index"),
        calendar_days=_days("number"),
        end_month=nw.col("end_month").fill_null(NOT_ENDED),
        began=nw.col("received_index") + nw.col("waited"),
        outcome=_outcome(),
        way=_way(),
        received_year=nw.col("received_month") // 12,
        last=_last_with_waiting(),
        **_channel_counts(),
        **_flag_counts(),
        **_apology_counts(has_ended & known & ~by_then),
    )


def _with_days(rows: nw.LazyFrame[Any], calendar: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """What the calendar says of the day received, the day of the end and the due date."""
    for day, facts in _FACTS.items():
        named = calendar.select(nw.col("day").alias(f"{day}_day"), *(nw.col(f).alias(f"{day}_{f}") for f in facts))
        rows = rows.join(named, left_on=day, right_on=f"{day}_day", how="left")
    return rows


def _with_limits(rows: nw.LazyFrame[Any], limits: Any) -> nw.LazyFrame[Any]:
    if limits is None:
        return rows.with_columns(limit_days=nw.lit(None).cast(nw.Int32))
    return rows.join(nw.from_native(limits), on="procedure", how="left")


def _last_day() -> nw.Expr:
    """The number of the last working day allowed."""
    by_limit = nw.col("received_index") + nw.col("limit_days")
    return nw.coalesce(nw.col("due_next"), by_limit, nw.lit(UNKNOWN)).cast(nw.Int32)


def _last_with_waiting() -> nw.Expr:
    """The last day as it moves on with the days waited; paused while the applicant is asked for papers."""
    moved = nw.when(nw.col("last") != UNKNOWN).then(nw.col("last") + nw.col("waited")).otherwise(nw.lit(UNKNOWN))
    paused = nw.col("end").is_null() & (nw.col("state") == WAITING)
    return nw.when(paused).then(nw.lit(PAUSED)).otherwise(moved).cast(nw.Int32)


def _was_overdue() -> nw.Expr:
    """Of the ended: still open at the end of the month before, and past the last day by then."""
    crossed = nw.col("received_month") < nw.col("end_month")
    return crossed & (nw.col("last") != UNKNOWN) & (nw.col("end_closed") > nw.col("last"))


def _days(count: str) -> nw.Expr:
    """Days from reception to the end without those waited, by one of the calendar's counts; the first day is 0."""
    spent = nw.col(f"end_{count}") - nw.col(f"received_{count}") - nw.col("waited")
    return spent.fill_null(0).clip(0, DAYS_MAX).cast(nw.Int32)


def _outcome() -> nw.Expr:
    """Of the ended: how. A dossier that only has a day stopped, or is said to be stopped or withdrawn, has left."""
    left = nw.col("state").is_in([WITHDRAWN, STOPPED]) | (nw.col("done").is_null() & nw.col("returned").is_null())
    return nw.when(left).then(nw.lit(LEFT)).otherwise(nw.lit(SETTLED)).cast(nw.Int32)


def _way() -> nw.Expr:
    """How a dossier was filed, whatever the level of the service: online, in person, by post, or not known."""
    channel = nw.col("channel")
    online = nw.when((channel == FULL) | (channel == PARTIAL) | (channel == ONLINE)).then(nw.lit(BY_NET))
    offline = nw.when(channel == POST).then(nw.lit(BY_POST)).otherwise(nw.lit(CHANNEL_UNKNOWN))
    return online.otherwise(nw.when(channel == IN_PERSON).then(nw.lit(AT_DESK)).otherwise(offline)).cast(nw.Int32)


def _channel_counts() -> dict[str, nw.Expr]:
    """An export that says only "online" counts as online, and as neither full nor partial."""
    channel = nw.col("channel")
    online = (channel == FULL) | (channel == PARTIAL) | (channel == ONLINE)
    single = {"full": FULL, "partial": PARTIAL, "in_person": IN_PERSON, "post": POST}
    return {name: _one(channel == code) for name, code in single.items()} | {
        "online": _one(online),
        "channel_known": _one(channel != CHANNEL_UNKNOWN),
        "kind_known": _one((channel != CHANNEL_UNKNOWN) & (channel != ONLINE)),
    }


def _flag_counts() -> dict[str, nw.Expr]:
    """Yes and known apart: what is not said is no "no". Payments are known where it is said whether a fee is owed."""
    owed, paid_known = nw.col("fee_owed"), ~nw.col("paid_online").is_null()
    return {
        "fee_owed": _one(owed & paid_known),
        "fee_known": _one(~owed | (owed & paid_known)),
        "paid_online": _one(owed & nw.col("paid_online")),
    } | {
        name: expression
        for flag in ("e_result", "digitised", "reused")
        for name, expression in (
            (f"{flag}_yes", _one(nw.col(flag))),
            (f"{flag}_known", _one(~nw.col(flag).is_null())),
        )
    }


def _apology_counts(late: nw.Expr) -> dict[str, nw.Expr]:
    """Those that say whether a letter of apology was sent; of them the late ones, and the late ones with a letter."""
    told = ~nw.col("apologised").is_null()
    return {
        "apologised_known": _one(told),
        "late_told": _one(late & told),
        "late_apologised": _one(late & nw.col("apologised")),
    }


def _one(condition: nw.Expr) -> nw.Expr:
    """1 where true, 0 where false or unknown."""
    return condition.fill_null(False).cast(nw.Int32)
