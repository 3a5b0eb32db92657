"""What was open and overdue at the end of a day, today or the last day of any month before, and what fell due."""

from __future__ import annotations

import polars as pl

from ranking.dossiers.rows import PAUSED, UNKNOWN

# Working days past the last day, both ends included; the last stretch has no end.
AGES = {"1_5": (1, 5), "6_15": (6, 15), "16_30": (16, 30), "over_30": (31, PAUSED)}
STOCK = ("open_known", "open_in_time", "open_overdue", *(f"aged_{age}" for age in AGES))
_KEY = ["intake", "field"]
DUE: dict[str, type[pl.DataType]] = {
    "intake": pl.Int32,
    "field": pl.Int32,
    "due_month": pl.Int32,
    "n": pl.Int64,
    "on_time": pl.Int64,
}


def stock(open_: pl.DataFrame, today: int) -> pl.DataFrame:
    """The open dossiers with what they count for on a day whose next working day has the number `today`.

    Not yet due up to and with the last day; the clock stands while the applicant is asked for papers. Asked
    twice is not in time, whatever the date. Those without any last day are counted nowhere but in `n`.
    """
    known = pl.col("last") != UNKNOWN
    facts = {
        "open_known": known,
        "open_in_time": known & (pl.col("last") >= today) & (pl.col("asked_twice") == 0),
        **_late(known, today),
    }
    return open_.with_columns(pl.when(fact).then("n").otherwise(0).alias(name) for name, fact in facts.items())


def stock_at(sums: dict[str, pl.LazyFrame], month: int, number: int) -> pl.DataFrame:
    """`intake`, `field` and `STOCK` without `open_in_time`, at the end of `month` or, in the current one, by now.

    `number`: the number of the next working day then. A dossier was open if it was received by then and had not
    ended; overdue if its last day, moved by all the days ever waited, was over. Those that wait for papers now
    are taken not to be overdue then either: when the waiting began is not told.
    """
    received = pl.col("received_month") <= month
    then = received & (pl.col("end_month") > month)
    still = stock(sums["open"].filter(received).collect(engine="streaming"), number)
    ended = sums["events"].filter(then).group_by(_KEY).agg(open_known=pl.col("timed").sum())
    late = sums["overdue"].filter(then).collect(engine="streaming")
    facts = [pl.when(fact).then("n").otherwise(0).alias(name) for name, fact in _late(pl.lit(True), number).items()]
    parts = [still, ended.collect(engine="streaming"), late.with_columns(facts)]
    names = [name for name in STOCK if name != "open_in_time"]
    together = pl.concat([part.select(*_KEY, pl.col("^(open|aged)_.*$")) for part in parts], how="diagonal")
    return together.group_by(_KEY).agg(pl.col(names).sum()).filter(pl.col("open_known") > 0)


def due_by_month(sums: dict[str, pl.LazyFrame], calendar: pl.DataFrame, months: list[int], today: int) -> pl.DataFrame:
    """`intake`, `field`, `due_month`, `n`, `on_time`: the dossiers whose last allowed day lay in `months`.

    `calendar`: of `dossiers.days`. `today`: the number of the next working day from the day of the export on; what is
    due from then on is not due yet, though some of it has ended. Days waited move the last day; what waits for papers
    now has none. An open dossier whose last day is over is late, and so is one that was asked for papers twice.
    """
    works = calendar.sort("day").unique("index", keep="first", maintain_order=True)
    days = works.select(last="index", due_month="month").filter(
        pl.col("due_month").is_in(months), pl.col("last") < today
    )
    if days.is_empty():
        return pl.DataFrame(schema=DUE)
    ended = sums["due"].select(*_KEY, "last", "n", "on_time")
    still = sums["open"].select(*_KEY, "last", "n", on_time=pl.lit(0, pl.Int64))
    rows = pl.concat([ended, still]).filter(pl.col("last").is_between(days["last"].min(), days["last"].max()))
    found = rows.join(days.lazy(), on="last").group_by(*_KEY, "due_month").agg(pl.col("n", "on_time").sum())
    return found.select(pl.col(name).cast(kind) for name, kind in DUE.items()).collect(engine="streaming")


def _late(known: pl.Expr, today: int) -> dict[str, pl.Expr]:
    late = today - pl.col("last")
    aged = {f"aged_{age}": known & late.is_between(*ends) for age, ends in AGES.items()}
    return {"open_overdue": known & (late > 0), **aged}
