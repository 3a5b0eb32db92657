"""Who waits longer, from partial sums of dossiers: kinds of communes against the rest, online against in person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from ranking.cumulative_incidence import COUNTS, waiting
from ranking.dossiers.places import of_units
from ranking.dossiers.rows import AT_DESK, BY_NET
from ranking.dossiers.waits import counts_by_month, until
from ranking.dossiers.years import SPAN, shaped, years
from ranking.waiting_gaps import ALL, gaps
from ranking.waiting_gaps import SCHEMA as FIGURES

TABLE = "waiting_gaps"
"""The table of a snapshot that keeps them."""
ONLINE = "online"
"""The comparison of dossiers filed online (a) with those filed in person (b), in the same communes."""
SCHEMA: dict[str, Any] = {
    "province": pl.String,
    **SPAN,
    "kind": pl.String,
    **FIGURES,
    **dict.fromkeys(("half_a", "half_b"), pl.Int32),
}
"""One row per province, year of reception, kind of comparison and field; `half_a` and `half_b`: the days by which half
of the dossiers of a group were done (`cumulative_incidence.waiting`), of all fields with the group's own mix."""


def waiting_gaps(
    sums: dict[str, pl.LazyFrame],
    units: pl.DataFrame,
    fields: pl.DataFrame,
    spans: pl.DataFrame,
    calendar: pl.DataFrame,
    day: date,
    kinds: Mapping[str, Collection[str]],
) -> Iterator[pl.DataFrame]:
    """Who among the communes of each province waits longer (`SCHEMA`); arguments as of `waits.waited`.

    `kinds`: by name the codes of communes of a kind, which are set against all others of their province; a province
    without any of a kind, or of such alone, is not told of it. Post and dossiers of an unknown channel are in neither
    group of `ONLINE`. Nothing is told of single persons or units.
    """
    sums, (today, _) = of_units(sums, units), until(calendar, day)
    spelt = fields.select(field=pl.col("id").cast(pl.Int32), name="name")
    communes = units.filter(pl.col("level") == "commune").with_columns(pl.col("id").cast(pl.Int32))
    for year in years(spans):
        for (province,), here in communes.partition_by("province", as_dict=True).items():
            counts = counts_by_month(sums, here["id"], year.months, today, "way").drop("month")
            rows = counts.join(spelt, on="field").with_columns(field="name").drop("name")
            frames = []
            for kind, codes in kinds.items():
                own = here.filter(pl.col("code").is_in([*codes]))["id"]
                if 0 < own.len() < here.height:
                    grouped = rows.with_columns(group=pl.col("unit").is_in(own.implode()))
                    frames.append(_compared(grouped, kind, paired=False))
            filed = rows.filter(pl.col("way").is_in([BY_NET, AT_DESK])).with_columns(group=pl.col("way") == BY_NET)
            frames.append(_compared(filed, ONLINE, paired=True))
            yield shaped(pl.concat(frames).with_columns(province=pl.lit(province), **year.literals), SCHEMA)


def _compared(rows: pl.DataFrame, kind: str, *, paired: bool) -> pl.DataFrame:
    key = ["unit", "group", "field", "days"]
    counts = rows.group_by(key).agg(ended=(pl.col("done") + pl.col("left")).sum(), open=pl.col("open").sum())
    found = gaps(counts, paired=paired)
    both = pl.concat([rows, rows.with_columns(field=pl.lit(ALL))]).select("group", "field", "days", *COUNTS)
    if both.is_empty():
        return found.with_columns(kind=pl.lit(kind), half_a=pl.lit(None), half_b=pl.lit(None))
    halves = waiting(both, ["group", "field"]).select("group", "field", "tenth_5")
    for name, own in (("half_a", True), ("half_b", False)):
        of = halves.filter(pl.col("group") == own).select("field", pl.col("tenth_5").alias(name))
        found = found.join(of, on="field", how="left", maintain_order="left")
    return found.with_columns(kind=pl.lit(kind))
