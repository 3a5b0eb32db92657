"""From the kept sums to measurements: all periods that an import touches, told again."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from etl.dossiers.staging import SERIES, end_of
from etl.dossiers.store import Store, latest_export
from etl.dossiers.units import Units
from etl.matching import remarks
from etl.publishing.harvest import Harvest, quarantine_rows
from ranking.dossiers.days import calendar
from ranking.dossiers.formulas import DossierMeasures
from ranking.dossiers.rows import KEYS
from ranking.dossiers.tables import SCHEMA, fallen_silent, measured, month_of, periods_of
from ranking.dossiers.waits import SCHEMA as WAITS
from ranking.dossiers.waits import waited
from ranking.tables import Measurements, types_of
from store.reference import measures
from store.swapped_days import swapped_days

BASIS = SERIES


def harvest(
    store: Store, units: Units, changed: set[int], refused: list[dict], held: pl.LazyFrame | None = None
) -> Harvest:
    """The measurements of all periods that `changed` months and open dossiers touch, and of the current ones.

    `held`: what was published before; a figure that has no dossiers any more is told to have none.
    """
    listed, fields, days = store.units(units), store.listed("fields"), calendar(swapped_days())
    told = DossierMeasures.of(measures())
    exports = latest_export(store, listed["province"].unique())
    sums = {table: store.addends(table) for table in KEYS}
    still_open = set(store.sums("open").select("received_month").unique().collect()["received_month"])
    moment = types_of(Measurements)["captured_at"]
    frames = [pl.DataFrame(schema=SCHEMA | {"captured_at": moment})]
    waits = [pl.DataFrame(schema=WAITS)]
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
        waits += waited(sums, here, fields, spans, days, day)
    return Harvest(
        measurements=_as_measurements(pl.concat(frames)),
        captured_at=max(map(end_of, exports.values()), default=datetime.now(UTC)),
        sources=[SERIES],
        quarantine=quarantine_rows(refused),
        warnings=remarks(units.near(), SERIES),
        waiting=pl.concat(waits),
    )


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
