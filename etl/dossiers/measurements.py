"""From the kept sums to measurements: all periods that an import touches, told again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime

import polars as pl

from etl.dossiers.staging import SERIES, end_of
from etl.dossiers.store import Store, latest_export
from etl.dossiers.units import Units
from etl.matching import remarks
from etl.publishing.harvest import Harvest, quarantine_rows
from etl.publishing.told import TABLES
from ranking.dossiers import flows, gaps, procedure_waits, waits
from ranking.dossiers.days import calendar
from ranking.dossiers.formulas import DossierMeasures
from ranking.dossiers.rows import KEYS
from ranking.dossiers.tables import SCHEMA, fallen_silent, measured, month_of, periods_of
from ranking.tables import Measurements, types_of
from store import areas
from store.reference import measures
from store.swapped_days import swapped_days

BASIS = SERIES


def harvest(
    store: Store, units: Units, changed: set[int], refused: list[dict], held: pl.LazyFrame | None = None
) -> Harvest:
    """The measurements of all periods that `changed` months and open dossiers touch, and of the current ones.

    `held`: what was published before; a figure that has no dossiers any more is told to have none.
    """
    listed, days = store.units(units), calendar(swapped_days())
    names = {name: store.listed(name) for name in ("fields", "procedures")}
    fields, kinds = names["fields"], areas.kinds(store.folder.parent)
    told = DossierMeasures.of(measures())
    exports = latest_export(store, listed["province"].unique())
    sums = {table: store.addends(table) for table in KEYS}
    still_open = set(store.sums("open").select("received_month").unique().collect()["received_month"])
    moment = types_of(Measurements)["captured_at"]
    frames = [pl.DataFrame(schema=SCHEMA | {"captured_at": moment})]
    told_beside: list[dict[str, pl.DataFrame]] = []
    for day in sorted(set(exports.values())):
        homes = [home for home, last in exports.items() if last == day]
        here = listed.filter(pl.col("province").is_in(homes))
        spans = periods_of(_touched(changed, still_open, month_of(day)), day)
        rows = pl.concat([pl.DataFrame(schema=SCHEMA), *measured(sums, here, fields, spans, days, day, told)])
        if held is not None:
            codes = [*here["code"], *homes]
            theirs = held.filter(pl.col("unit_code").is_in(codes))
            rows = pl.concat([rows, fallen_silent(theirs, rows, spans, day, told)])
        frames.append(rows.with_columns(captured_at=pl.lit(end_of(day)).cast(moment)))
        told_beside.append(beside(sums, here, listed, names, spans, days, day, kinds))
    return Harvest(
        measurements=_as_measurements(pl.concat(frames)),
        captured_at=max(map(end_of, exports.values()), default=datetime.now(UTC)),
        sources=[SERIES],
        quarantine=quarantine_rows(refused),
        warnings=remarks(units.near(), SERIES),
        told={table: pl.concat([one[table] for one in told_beside]) for table in TABLES} if told_beside else {},
    )


def beside(
    sums: dict[str, pl.LazyFrame],
    here: pl.DataFrame,
    known: pl.DataFrame,
    names: Mapping[str, pl.DataFrame],
    spans: pl.DataFrame,
    days: pl.DataFrame,
    day: date,
    kinds: Mapping[str, Collection[str]],
) -> dict[str, pl.DataFrame]:
    """What the dossiers of the units `here` tell beside measures, by table (`etl.publishing.told.TABLES`).

    `known`: all units of the store; `names`: its lists `fields` and `procedures`; `kinds`: `store.areas.kinds`.
    """
    found = {
        waits.TABLE: waits.waited(sums, here, names["fields"], spans, days, day),
        procedure_waits.TABLE: procedure_waits.waited_by_procedure(sums, here, names["procedures"], spans, days, day),
        flows.TABLE: flows.flows(sums, here, known, spans),
        gaps.TABLE: gaps.waiting_gaps(sums, here, names["fields"], spans, days, day, kinds),
    }
    return {table: pl.concat([pl.DataFrame(schema=TABLES[table]), *rows]) for table, rows in found.items()}


def _touched(changed: set[int], still_open: set[int], this_month: int) -> set[int]:
    """The months to count again: what was open at a month's end depends on all that changed before it."""
    since = range(min(changed, default=this_month), this_month + 1)
    return changed | still_open | {*since}


def _as_measurements(rows: pl.DataFrame) -> pl.DataFrame:
    schema = types_of(Measurements)
    constant = {"series": SERIES, "basis": BASIS, "source": SERIES}
    rows = rows.with_columns(
        *(pl.lit(value).alias(name) for name, value in constant.items()),
        *(pl.lit(None, pl.Float64).alias(name) for name in ("score", "max_score")),
        quality=pl.lit(None, pl.String),
    )
    return rows.select([*schema]).cast(schema)
