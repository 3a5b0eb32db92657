"""Where the project's own files lie, and how they are read."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from etl.faults import Fault
from ranking.measures import Measure, MeasureError, registry

HOME = Path(__file__).resolve().parents[1]
DATA = HOME / "data"
REFERENCE = DATA / "reference"
MEASURES = DATA / "measures"


def reference(table: str) -> pl.DataFrame:
    """A table of `data/reference`: units, lineage or provinces."""
    path = REFERENCE / f"{table}.parquet"
    if not path.exists():
        raise Fault(f"{path.relative_to(HOME)} is missing; `python -m etl reference` builds it")
    return pl.read_parquet(path)


def measures() -> dict[str, Measure]:
    """The registry of `data/measures`."""
    try:
        return registry({path.name: path.read_text(encoding="utf-8") for path in MEASURES.glob("*.yaml")})
    except MeasureError as error:
        raise Fault(f"data/measures: {error}") from error
