"""How sure the scores of a single pull are: by the counts of the same period, where there are no months to tell."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ranking.dispersions import ALIKE, dispersions, recorded
from ranking.index_sensitivity import GROUPS
from ranking.measures import Measure
from ranking.overdispersion import ASSUMED, KNOWN
from ranking.score_errors import INDEX, PARTS, score_errors
from ranking.vocabulary import PERIOD_COLUMNS

SCORES = (*GROUPS, INDEX)
NEEDED = tuple(dict.fromkeys([*SCORES, *(part.measure for part in PARTS)]))
"""The measures whose rows are asked for: the scores, and those whose counts they rest on."""
_CELL = ["unit_code", *PERIOD_COLUMNS, *ALIKE]
SCHEMA = {
    **dict.fromkeys(["unit_code", "measure", *ALIKE], pl.String),
    **dict(zip(PERIOD_COLUMNS, (pl.Date, pl.Date, pl.String), strict=True)),
    "given_error": pl.Float64,
    "given_known": pl.String,
}


def given_errors(rows: pl.DataFrame, measures: Mapping[str, Measure]) -> pl.DataFrame:
    """The error of each score by the counts it rests on: one row per unit, period and score (columns `SCHEMA`).

    `rows`: rows of `tables.Measurements` of the measures `NEEDED`, of any units and periods. `given_error` in points:
    the largest that the parts' shares allow (`score_errors.score_errors`), for parts that count the same dossiers err
    together. `given_known`: how the least sure ρ of its parts is known. A score of whose points none rest on known
    counts has no row: CKMB, which is copied from the province, and CLGQ.
    """
    whole = [recorded(rows, measure) for name, measure in measures.items() if name in NEEDED]
    parts = [measures[part.measure] for part in PARTS]
    rho = {part.id: dispersions(rows, part) for part in parts}
    found = [
        _of_period(period, key, rho, measures)
        for key, period in pl.concat(whole).partition_by([*PERIOD_COLUMNS, *ALIKE], as_dict=True).items()
        if period.get_column("measure").is_in(SCORES).any()
    ]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found])


def _of_period(
    rows: pl.DataFrame, key: tuple[object, ...], rho: Mapping[str, pl.DataFrame], measures: Mapping[str, Measure]
) -> pl.DataFrame:
    level, series, basis = key[len(PERIOD_COLUMNS) :]
    own = {name: found.filter(level=level, series=series, basis=basis) for name, found in rho.items()}
    told = {
        name: (row.item(0, "rho"), row.item(0, "known")) if row.height else (measures[name].assumed_rho.value, ASSUMED)
        for name, row in own.items()
    }
    errors = score_errors(rows, {name: value for name, (value, _) in told.items()}).filter(pl.col("points_known") > 0)
    known = {name: _least_sure(name, set(rows.get_column("measure")), told) for name in SCORES}
    period = rows.select(*PERIOD_COLUMNS, *ALIKE).head(1)
    return (
        errors.select(
            "unit_code", "measure", given_error="at_most", given_known=pl.col("measure").replace_strict(known)
        )
        .join(period, how="cross")
        .select(*SCHEMA)
    )


def _least_sure(score: str, present: set[str], told: Mapping[str, tuple[float, str]]) -> str:
    parts = [part.measure for part in PARTS if score in (part.group, INDEX) and part.measure in present]
    return max((told[part][1] for part in parts), key=KNOWN.index, default=ASSUMED)
