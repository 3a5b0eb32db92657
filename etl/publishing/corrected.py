"""Editors' corrections in the place of a source's own figures, until they are taken back.

A corrected figure has the source `correction:<number>` and the quality `corrected`. What the source said itself
stands in the snapshot's table `corrected`, with the columns of `ranking.tables.Measurements`: publishing goes on from
there, so a correction hides no later figure of the source, and the source's own is published again once it is taken
back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from files.faults import Fault
from journal.place import of_folder
from ranking.manifest import table_file
from ranking.periods import parse
from ranking.states import COUNTED, NO_DOSSIERS, REPORTED
from ranking.tables import Measurements, Revisions, types_of
from ranking.vocabulary import CELL

if TYPE_CHECKING:
    from journal.corrections import Correction

SOURCE, QUALITY, TABLE = "correction:", "corrected", "corrected"
_FIGURES = ("numerator", "denominator", "score", "state")


def in_force(data: Path, dataset: str) -> pl.DataFrame:
    """The corrections of a dataset that count: the columns of `CELL`, the figures, `source`, `corrected_at`.

    None where nobody has ever written any; Fault where their database cannot be read, for to publish then would
    take them all back in silence.
    """
    rows: list[Correction] = []
    if address := of_folder(data):
        # Imported late: most publishing has no corrections, and needs no database.
        from journal.corrections import known
        from journal.database import VisitError

        try:
            rows = known(dataset, in_force=True, address=address)
        except VisitError as error:
            raise Fault(f"corrections cannot be read ({error.kind}), so nothing was published") from None
    cells = types_of(Measurements)
    schema = {name: cells[name] for name in (*CELL, "numerator", "denominator", "state", "source")}
    return pl.DataFrame(
        [_row(one) for one in rows], schema=schema | {"corrected_at": cells["captured_at"]}, orient="row"
    )


def _row(one: Correction) -> dict[str, object]:
    period = parse(one.period)
    return {
        "unit_code": one.unit_code,
        "level": "commune",
        "period_start": period.start,
        "period_end": period.end,
        "period_kind": period.kind,
        "series": one.series,
        "measure": one.measure,
        "field": "all",
        "basis": one.basis,
        "numerator": one.new_numerator,
        "denominator": one.new_denominator,
        "state": NO_DOSSIERS if one.new_denominator == 0 else REPORTED,
        "source": f"{SOURCE}{one.id}",
        "corrected_at": one.created_at,
    }


def overlaid(rows: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Rows of `tables.Measurements` with the corrected figures in their places."""
    if corrections.is_empty():
        return rows
    both = rows.join(corrections, on=list(CELL), how="left", suffix="_new", maintain_order="left")
    hit = pl.col("source_new").is_not_null()
    quality = pl.concat_str(pl.col("quality"), pl.lit(QUALITY), separator="; ", ignore_nulls=True)
    changed = {name: pl.when(hit).then(f"{name}_new").otherwise(name) for name in ("numerator", "denominator")}
    changed |= {name: pl.when(hit).then(f"{name}_new").otherwise(name) for name in ("state", "source")}
    return both.with_columns(
        **changed,
        score=pl.when(~hit).then("score"),
        max_score=pl.when(~hit).then("max_score"),
        quality=pl.when(hit).then(quality).otherwise("quality"),
        captured_at=pl.when(hit).then("corrected_at").otherwise("captured_at"),
    ).select(rows.columns)


def own_figures(snapshot: Path) -> pl.LazyFrame:
    """The measurements of a snapshot as their sources say them, without any correction."""
    rows = pl.scan_parquet(snapshot / table_file("measurements"))
    kept = snapshot / table_file(TABLE)
    if not kept.exists():
        return rows
    return pl.concat([rows.filter(~pl.col("source").str.starts_with(SOURCE)), pl.scan_parquet(kept)])


def cells_of(snapshot: Path | None) -> pl.DataFrame:
    """The cells (`CELL`) that are corrected in a snapshot."""
    if snapshot is None or not (snapshot / table_file(TABLE)).exists():
        return pl.DataFrame(schema={name: types_of(Measurements)[name] for name in CELL})
    return pl.read_parquet(snapshot / table_file(TABLE), columns=list(CELL))


def revisions(before: Path | None, after: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """What corrections, and taking them back, change of the figures that were published before.

    `after`: the corrected rows now; `own`: of the cells that were corrected before, what the sources say.
    """
    if before is None:
        return Revisions.create_empty()
    rows = pl.concat([after, own.join(after.select(CELL), on=list(CELL), how="anti")])
    held = pl.scan_parquet(before / table_file("measurements")).join(
        rows.lazy().select(CELL), on=list(CELL), how="semi"
    )
    pairs = rows.join(held.collect(), on=list(CELL), suffix="_old")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_old")) for name in _FIGURES)
    corrects = pl.any_horizontal(pl.col(name).str.starts_with(SOURCE) for name in ("source", "source_old"))
    back = ~pl.col("source").str.starts_with(SOURCE)
    moment = pl.when(back).then(pl.lit(datetime.now(UTC)).dt.cast_time_unit("us")).otherwise("captured_at")
    return (
        pairs.filter(differs, corrects)
        .with_columns(captured_at=moment)
        .rename({f"{name}_old": f"old_{name}" for name in (*_FIGURES, "captured_at")})
        .rename({name: f"new_{name}" for name in (*_FIGURES, "captured_at")})
        .select(Revisions.column_names())
    )


def remarks(own: pl.DataFrame, corrections: pl.DataFrame) -> list[str]:
    """That corrections are of figures that no source tells, or tells as a silence only."""
    spoken = own.filter(pl.col("state").is_in(COUNTED))
    lost = corrections.join(spoken, on=list(CELL), how="anti").height
    return [f"{lost} corrections are of figures that the sources do not tell"] if lost else []
