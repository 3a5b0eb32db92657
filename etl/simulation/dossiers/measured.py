"""The measures of a province's simulated dossiers, by the import's own sums and formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from etl.dossiers.measurements import beside
from etl.dossiers.store import legal_limits
from etl.simulation.dossiers.draws import Days, drawn
from etl.simulation.dossiers.ground import Ground
from etl.simulation.dossiers.seen import seen
from ranking.dossiers.days import calendar
from ranking.dossiers.formulas import DossierMeasures
from ranking.dossiers.rows import KEYS, partial_sums
from ranking.dossiers.tables import SCHEMA, added, measured, periods_of
from store import areas
from store.reference import measures
from store.swapped_days import swapped_days


def months_of(ground: Ground) -> range:
    """The months since the merger, as 12 · year + month − 1."""
    return range(ground.first_month, ground.first_month + len(ground.units.months))


def province_rows(ground: Ground, days: Days, home: int, months: Sequence[int], *, share: float = 1.0) -> pl.DataFrame:
    """What `python -m etl dossiers` makes of a province's exports: the columns of `ranking.dossiers.tables.SCHEMA`."""
    return province_tables(ground, days, home, months, share=share)[0]


def province_tables(
    ground: Ground, days: Days, home: int, months: Sequence[int], *, share: float = 1.0
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """`province_rows`, and what its dossiers tell beside measures (`etl.publishing.told.TABLES`)."""
    sums = _sums(ground, days, home, months, share)
    listed = pl.DataFrame(
        {
            "id": range(len(ground.units.codes)),
            "code": list(ground.units.codes),
            "level": list(ground.units.levels),
            "province": [ground.provinces[own] for own in ground.units.home],
        }
    )
    here = listed.filter(pl.col("province") == ground.provinces[home])
    fields = pl.DataFrame({"id": range(len(ground.procedures.fields)), "name": ground.procedures.fields})
    spans = periods_of(months, ground.captured)
    told, by_day = DossierMeasures.of(measures()), calendar(swapped_days())
    lazy = {table: rows.lazy() for table, rows in sums.items()}
    until = (spans, by_day, ground.captured)
    rows = pl.concat([pl.DataFrame(schema=SCHEMA), *measured(lazy, here, fields, *until, told)])
    procedures = pl.DataFrame({"id": range(len(ground.procedures.names)), "name": list(ground.procedures.names)})
    names = {"fields": fields, "procedures": procedures}
    return rows, beside(lazy, here, listed, names, *until, areas.kinds())


def _sums(ground: Ground, days: Days, home: int, months: Sequence[int], share: float) -> dict[str, pl.DataFrame]:
    """The partial sums of a province, month after month so that memory stays flat."""
    by_day, limits = calendar(swapped_days()).lazy(), legal_days(ground.procedures.names).lazy()
    parts: dict[str, list[pl.DataFrame]] = {table: [] for table in KEYS}
    for month in months:
        rows = seen(drawn(ground, days, home, month, share=share), days, ground.captured)
        tables = partial_sums(rows.lazy(), by_day, limits)
        for table, found in zip(tables, pl.collect_all(list(tables.values())), strict=True):
            parts[table].append(found)
    return {table: added([part.lazy() for part in found], table).collect() for table, found in parts.items()}


def legal_days(procedures: Iterable[str]) -> pl.DataFrame:
    """`procedure` (its position), `limit_days`: the legal maximum, of those that have one."""
    known = {row["code"]: row["limit_days"] for row in legal_limits()}
    rows = [(number, known[code]) for number, code in enumerate(procedures) if code in known]
    return pl.DataFrame(rows, schema={"procedure": pl.Int16, "limit_days": pl.Int32}, orient="row")
