"""Several months as one: what the last four or twelve say together, where one says too little."""

from __future__ import annotations

from datetime import date

import polars as pl

from ranking.ages import equally_old
from ranking.count_rates import ANSCOMBE
from ranking.measures import Measure
from ranking.month_bonds import in_common
from ranking.vocabulary import PERIOD_COLUMNS

MONTHS = {"period": 1, "four": 4, "twelve": 12}
"""The windows, and how many whole months each holds; `period`: the period by itself, whatever its length."""
USUAL = "four"
RULES = ["level", "series", "basis", "scope"]
_GROUP = [*RULES, *PERIOD_COLUMNS]


def first_month(end: date, months: int) -> date:
    """The first day of a window of so many months that ends with the month of `end`."""
    whole = end.year * 12 + end.month - months
    return date(whole // 12, whole % 12 + 1, 1)


def windows(rows: pl.DataFrame, groups: pl.DataFrame, measure: Measure, months: int) -> pl.DataFrame:
    """What each unit's figures say over the window of each of `groups`, which end with the group's own period.

    `rows`: as `certainty.with_errors` gives them, with `age` (`ranking.ages.age`); `groups`: level, series, basis,
    scope and period. Returns one row per group and unit of it: these, `unit_code`, `estimate`, `error` (null where
    nothing is known) and `window_start`, the first day of the figures that were used.

    A window holds `months` whole months of one ranking, none of them missing, closed, and equally old when they were
    captured; else, and for what is no whole month, the period stands by itself. Shares come on the scale of
    arcsin √share (with Anscombe's 3/8), where errors don't depend on the share: counts are added up where a dossier
    counts in one period only, else monthly shares are averaged by their precision n/φ. Counts come on the
    scale of their root (`count_rates`), as the mean of the months. Any other value is averaged by its precision, in its
    own unit. A month in which a unit did not report, or its figures can't be, is left out of
    its own average.
    Luck that lasts is allowed for: of months k apart it is alike by bond^k, of shares only the part of their variance
    that ρ stands for, of counts the part beyond that of pure chance.
    """
    adds_up, counts = (pl.col("basis") != "portal") | measure.subtracts, measure.kind == "count"
    used = _used(rows, groups, months)
    way = _shares(used, adds_up) if measure.kind == "share" else _counts(used) if counts else _values(used)
    starts = used.group_by(_GROUP).agg(window_start=pl.col("at").min())
    asked = rows.join(groups, on=_GROUP, how="semi").select(*_GROUP, "unit_code")
    return asked.join(starts, on=_GROUP, how="left").join(way, on=[*_GROUP, "unit_code"], how="left")


def _used(rows: pl.DataFrame, groups: pl.DataFrame, months: int) -> pl.DataFrame:
    """The rows of all months of each group's window; `at`: their own start, the period columns being the group's."""
    own = rows.join(groups, on=_GROUP, how="semi").with_columns(at=pl.col("period_start"))
    wide = groups.filter(pl.col("period_kind") == "month") if months > 1 else groups.clear()
    if wide.is_empty():
        return own
    starts = wide.with_columns(
        at=pl.col("period_start").map_elements(lambda day: _months_to(day, months), pl.List(pl.Date))
    ).explode("at")
    figures = rows.filter(pl.col("period_kind") == "month").drop("period_end", "period_kind")
    found = starts.join(figures.rename({"period_start": "at"}), on=[*RULES, "at"])
    last = own.select(*_GROUP, "unit_code", last="age")
    pairs = found.filter(pl.col("value").is_not_null()).join(last, on=[*_GROUP, "unit_code"])
    complete = pairs.group_by(_GROUP).agg(
        whole=(pl.col("at").n_unique() == months) & equally_old("age", "last").fill_null(False).all()
    )
    good = complete.filter("whole").drop("whole")
    columns = own.columns
    return pl.concat([found.join(good, on=_GROUP, how="semi").select(columns), own.join(good, on=_GROUP, how="anti")])


def _months_to(day: date, months: int) -> list[date]:
    return [first_month(day, back) for back in range(months, 0, -1)]


def _shares(rows: pl.DataFrame, adds_up: pl.Expr) -> pl.DataFrame:
    x, n, phi = pl.col("numerator"), pl.col("denominator"), pl.col("inflation")
    precise, rho = (n / phi).sum(), pl.col("rho").first()
    sums = (
        rows.filter(n > 0, x >= 0, x <= n)
        .sort("at")
        .group_by(*_GROUP, "unit_code")
        .agg(
            added=x.sum() / n.sum(),
            added_size=n.sum() ** 2 / ((n * phi).sum() + rho * in_common(n)),
            mean=(x / phi).sum() / precise,
            mean_size=precise**2 / (precise + rho * in_common(n / phi)),
        )
        .with_columns(
            share=pl.when(adds_up).then("added").otherwise("mean"),
            size=pl.when(adds_up).then("added_size").otherwise("mean_size"),
        )
    )
    root = ((pl.col("share") * pl.col("size") + ANSCOMBE) / (pl.col("size") + 3 / 4)).sqrt()
    error = 0.5 / (pl.col("size") + 0.5).sqrt()
    return sums.select(*_GROUP, "unit_code", estimate=root.arcsin(), error=error)


def _counts(rows: pl.DataFrame) -> pl.DataFrame:
    x, phi = pl.col("numerator"), pl.col("inflation")
    known = rows.filter(x >= 0, phi.is_finite()).sort("at")
    variance = (phi.sum() + in_common((phi - 1).sqrt())) / 4
    return known.group_by(*_GROUP, "unit_code").agg(
        estimate=(x + ANSCOMBE * phi).sqrt().mean(), error=variance.sqrt() / pl.len()
    )


def _values(rows: pl.DataFrame) -> pl.DataFrame:
    precision = pl.col("error") ** -2
    known = rows.filter(pl.col("value").is_not_null(), pl.col("error").is_finite(), pl.col("error") > 0).sort("at")
    # Weights 1/e², so the covariance of months i and j, bond^k · eᵢ · eⱼ, comes in with the weights 1/eᵢ and 1/eⱼ.
    variance = precision.sum() + in_common(1 / pl.col("error"))
    return known.group_by(*_GROUP, "unit_code").agg(
        estimate=(precision * pl.col("value")).sum() / precision.sum(), error=variance.sqrt() / precision.sum()
    )
