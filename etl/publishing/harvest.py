"""What a source hands over for publishing: rows that were taken, and rows that were not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from ranking.states import REPORTED
from ranking.tables import Departments, Measurements, Quarantine, types_of


@dataclass
class Harvest:
    """Measurements (rows of `tables.Measurements`) and what else one pull or import brought.

    `fields`: by basis, all fields that its rows may tell of, with `all`; what is held of others is dropped.
    `told`: what dossiers tell beside measures, by the names of `etl.publishing.told.TABLES`.
    """

    measurements: pl.DataFrame
    captured_at: datetime
    sources: list[str]
    quarantine: pl.DataFrame = field(default_factory=lambda: empty_quarantine())
    warnings: list[str] = field(default_factory=list)
    departments: pl.DataFrame = field(default_factory=lambda: department_rows({}))
    fields: dict[str, frozenset[str]] = field(default_factory=dict)
    told: dict[str, pl.DataFrame] = field(default_factory=dict)


def measurement_rows(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """A frame with exactly the columns and types of `tables.Measurements`, not yet validated.

    Missing optional keys (numerator, denominator, score, max_score, quality) become null,
    a missing `field` becomes `all`, a missing `state` becomes `reported`.
    """
    schema = types_of(Measurements)
    frame = pl.DataFrame(list(rows), schema=schema, orient="row", strict=False)
    return frame.with_columns(pl.col("field").fill_null("all"), pl.col("state").fill_null(REPORTED))


def quarantine_rows(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """A frame with the columns and types of `tables.Quarantine`."""
    return pl.DataFrame(list(rows), schema=types_of(Quarantine), orient="row", strict=False)


def department_rows(names: Mapping[str, str]) -> pl.DataFrame:
    """A frame of `tables.Departments` from names by state code."""
    schema = types_of(Departments)
    return pl.DataFrame(sorted(names.items()), schema=schema, orient="row")


def empty_quarantine() -> pl.DataFrame:
    return quarantine_rows([])
