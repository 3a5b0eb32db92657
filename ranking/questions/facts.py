"""What the rules look at: the communes' figures by month, made ready once for all questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ranking.dispersions import inflation_of
from ranking.events import Event
from ranking.frame_types import Columns
from ranking.intervals import standard_errors
from ranking.measures import Measure
from ranking.periods import MERGER, Period
from ranking.states import REPORTED
from ranking.vocabulary import COUNTRY

STRETCH = ("period_start", "period_end", "is_month")
_KEPT = [
    "unit_code",
    "level",
    "period_start",
    "period_end",
    "period_kind",
    "series",
    "measure",
    "field",
    "basis",
    "state",
    "numerator",
    "denominator",
    "score",
    "quality",
    "captured_at",
]


@dataclass(frozen=True)
class Tables:
    """The tables that questions are asked of, as `ranking.tables` describes them.

    `peers`: the result of `ranking.peers.nearest`; `events`: the entries of `data/reference/events.yaml`;
    `measures`: the registry of `ranking.measures`.
    """

    measurements: pl.LazyFrame
    revisions: pl.DataFrame
    quarantine: pl.DataFrame
    units: pl.DataFrame
    lineage: pl.DataFrame
    peers: pl.DataFrame
    events: Sequence[Event]
    measures: Mapping[str, Measure]


@dataclass(frozen=True)
class Facts:
    """The communes' rows by measure: `today` from the merger on, `before` by the codes of the old communes."""

    tables: Tables
    today: Mapping[str, pl.DataFrame]
    before: Mapping[str, pl.DataFrame]
    inflation: Mapping[str, float]

    @classmethod
    def of(
        cls, tables: Tables, measures: Iterable[str], old_measures: Iterable[str], period: Period | None = None
    ) -> Facts:
        """The rows of `measures`: all whole months, and the stretch of `period` where it is no month.

        Of units before the merger only the months of `old_measures` are read. Where a unit's figure has
        several bases, the first of the measure's own order counts; of several series the latest.
        """
        rows = _rows(tables, [*measures], [*old_measures], period)
        is_old = pl.col("period_end") < MERGER
        provinces = tables.units.select(unit_code="code", province_code="province_code", unit="full_name")
        today, before, inflation = {}, {}, {}
        for (name,), part in rows.partition_by("measure", as_dict=True).items():
            measure = tables.measures[name]
            own = _one_row_per_stretch(part, measure)
            today[name] = own.filter(~is_old).join(provinces, on="unit_code").sort("unit_code", *STRETCH)
            before[name] = own.filter(is_old).sort("unit_code", *STRETCH)
            inflation[name] = inflation_of(today[name].filter("is_month"), measure)
        return cls(tables, today, before, inflation)

    def months(self, measure: str) -> pl.DataFrame:
        """Whole months of the communes of today, with `unit`, `province_code` and `value`."""
        return self.stretches(measure).filter("is_month")

    def stretches(self, measure: str) -> pl.DataFrame:
        """The same, and the stretch that was asked for."""
        return self.today.get(measure, self._nothing(today=True))

    def old_months(self, measure: str) -> pl.DataFrame:
        """Whole months of the communes before the merger."""
        return self.before.get(measure, self._nothing(today=False))

    def with_error(self, rows: pl.DataFrame, measure: str) -> pl.DataFrame:
        """`rows` of a share with `error`, its standard error in percentage points; null without one."""
        x, n = (rows.get_column(name).fill_null(np.nan).to_numpy() for name in ("numerator", "denominator"))
        sound = (x <= n) & (n > 0)
        errors = standard_errors(
            np.where(sound, x, np.nan), np.where(sound, n, np.nan), self.inflation.get(measure, 1.0)
        )
        return rows.with_columns(pl.Series("error", 100 * errors, pl.Float64, nan_to_null=True))

    def direction(self, measure: str) -> int:
        """1 where more is better, −1 where less is."""
        return -1 if self.tables.measures[measure].direction == "lower" else 1

    def _nothing(self, *, today: bool) -> pl.DataFrame:
        known = self.tables.measurements.collect_schema()
        columns: Columns = {name: known[name] for name in _KEPT} | {"is_month": pl.Boolean, "value": pl.Float64}
        return pl.DataFrame(schema=columns | ({"province_code": pl.String, "unit": pl.String} if today else {}))


def beside(rows: pl.DataFrame, columns: Sequence[str], months: int, suffix: str) -> pl.DataFrame:
    """`rows` of months with the `columns` of the same unit `months` later (before, where negative)."""
    shifted = rows.select(
        "unit_code",
        pl.col("period_start").dt.offset_by(f"{-months}mo"),
        *(pl.col(name).alias(f"{name}{suffix}") for name in columns),
    )
    return rows.join(shifted, on=["unit_code", "period_start"], how="left")


def explained(events: Sequence[Event], kinds: Sequence[str], months_after: int) -> pl.DataFrame:
    """`province_code` (or VN) and `period_start` of the months that an event of these kinds may explain."""
    found = [
        (province, event["date"].replace(day=1), after)
        for event in events
        if event["kind"] in kinds
        for province in ([COUNTRY] if event["provinces"] == "all" else event["provinces"])
        for after in range(months_after + 1)
    ]
    schema = {"province_code": pl.String, "period_start": pl.Date, "after": pl.Int64}
    rows = pl.DataFrame(found, schema=schema, orient="row")
    start = pl.col("period_start").dt.offset_by(pl.format("{}mo", "after"))
    return rows.select("province_code", start).unique()


def _rows(tables: Tables, measures: list[str], old_measures: list[str], period: Period | None) -> pl.DataFrame:
    is_month = pl.col("period_kind") == "month"
    wanted = is_month
    if period is not None:
        wanted |= (pl.col("period_start") == period.start) & (pl.col("period_end") == period.end)
    old = pl.col("measure").is_in(old_measures) & is_month & (pl.col("period_end") < MERGER)
    new = pl.col("measure").is_in(measures) & wanted & (pl.col("period_end") >= MERGER)
    here = (pl.col("level") == "commune") & (pl.col("field") == "all")
    rows = tables.measurements.filter(here, pl.col("measure").is_in(measures), new | old)
    return rows.select(_KEPT).with_columns(is_month=is_month).collect()


def _one_row_per_stretch(rows: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    order = {basis: place for place, basis in enumerate(measure.basis)}
    place = pl.col("basis").replace_strict(order, default=len(order), return_dtype=pl.Int64)
    first = pl.when(pl.col("state") == REPORTED).then(place).min().over("unit_code").fill_null(place)
    own = rows.filter(place == first)
    if own.select("unit_code", *STRETCH).is_duplicated().any():
        own = own.sort("series").unique(["unit_code", *STRETCH], keep="last")
    return own.with_columns(value=measure.value())
