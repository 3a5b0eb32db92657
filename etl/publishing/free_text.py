"""Snapshots of earlier versions: what an export or a form wrote as a field, or in a refused cell, may name a person.

A field that is on no code list becomes `NO_FIELD`, one that is written otherwise gets the list's name; counts are
added up, and what cannot be added up goes. Of refused rows the value goes unless it is a number, a day or a code.
The snapshot keeps its other figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from etl.dossiers.lists import NO_FIELD, Lists, plain
from etl.dossiers.personal import personal_content
from etl.forms import tellable
from files import whole
from ranking.manifest import ERRATA, Manifest, table_file
from ranking.states import COUNTED, REPORTED, SUPPRESSED
from ranking.vocabulary import CELL
from store.reference import measures

ALL = "all"
SEEN = ".without-free-text"
"""The file of the snapshots that were looked through, beside them."""
BASES = ("form", "dossiers")
"""Where fields were once kept as they were written; those of the portal are its own list."""
_SOURCES = ("dossiers:", "ii06:")
_FIGURES = ("measurements", "measurements_public", "corrected")
_SUMMED = ("numerator", "denominator")
_KEPT = r"^[-−]?\d{1,5}(?:[.,]\d{1,3})?$|^\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?$"
_KEPT += r"|^[A-Z]\d{2}(?:\.\d{1,4}){0,4}(?:-\d{6}-\d{1,6})?$|^\d{5}$|^#[A-Z/0]+[!?]?$"


@dataclass(frozen=True)
class Cleaned:
    """A table without free text, and how many of its rows held some."""

    rows: pl.DataFrame
    changed: int


def tables_with_text(snapshot: Path, tables: list[str], lists: Lists) -> Iterator[tuple[str, Cleaned]]:
    """The tables of a snapshot that hold free text, each as it is to be."""
    for table in tables:
        path = snapshot / table_file(table)
        if table in (*_FIGURES, "revisions") and _odd_fields(pl.scan_parquet(path), lists):
            rows = pl.read_parquet(path)
            yield table, figures(rows, lists) if table in _FIGURES else revisions(rows, lists)
        if table == "quarantine":
            found = quarantine(pl.read_parquet(path))
            if found.changed:
                yield table, found


def errata(folder: Path, lists: Lists) -> int:
    """Take rows of such fields out of what releases changed; how many there were."""
    path = folder / ERRATA
    if not path.exists():
        return 0
    found = revisions(pl.read_parquet(path), lists)
    if found.changed:
        with whole.replacing(path) as fresh:
            found.rows.write_parquet(fresh, compression="zstd")
    return found.changed


def looked_through(folder: Path) -> set[str]:
    """The snapshots of a dataset that are known to hold none: each is looked through once, however long it is kept."""
    path = folder / SEEN
    return set(path.read_text(encoding="utf-8").split()) if path.exists() else set()


def note_looked_through(folder: Path, snapshots: set[str]) -> None:
    if snapshots != looked_through(folder):
        whole.write(folder / SEEN, "".join(f"{name}\n" for name in sorted(snapshots)).encode())


def said_of(manifest: Manifest, changed: int) -> Manifest:
    """The manifest's words, less warnings of imports that may name a person, with one on what was taken out."""
    kept = [text for text in manifest.warnings if not (_is_of_import(text) and personal_content(text))]
    told = f"{changed} figures and refused cells held a text as it was typed; it was taken out"
    return replace(manifest, warnings=[*kept, told])


def _is_of_import(text: str) -> bool:
    return any(sign in text for sign in ("dossiers", "row", "field", "form"))


def _odd_fields(rows: pl.LazyFrame, lists: Lists) -> dict[str, str]:
    """What stands there as it was written → the field by the list."""
    fields = rows.filter(pl.col("basis").is_in(BASES)).select(pl.col("field").unique()).collect().to_series()
    meant = {field: lists.fields.get(plain(field), NO_FIELD) for field in fields if field not in (ALL, NO_FIELD)}
    return {field: name for field, name in meant.items() if field != name}


def _has_text(rows: pl.DataFrame, odd: dict[str, str]) -> pl.Series:
    return rows.select(pl.col("basis").is_in(BASES) & pl.col("field").is_in([*odd])).to_series()


def figures(rows: pl.DataFrame, lists: Lists) -> Cleaned:
    """Rows of measurements with the counts of unknown fields added up under `NO_FIELD`, others under their names."""
    names = _odd_fields(rows.lazy(), lists)
    odd = _has_text(rows, names)
    # Days, scores and what is derived from other figures do not add up.
    additive = [measure.id for measure in measures().values() if measure.kind in ("share", "count")]
    lost = rows.filter(odd).filter(pl.col("measure").is_in(additive), pl.col("score").is_null())
    lost = lost.with_columns(pl.col("field").replace(names))
    kept = rows.filter(~odd)
    beside = kept.join(lost.select(CELL), on=list(CELL), how="semi")
    together = pl.concat([beside, lost]).group_by(CELL, maintain_order=True).agg(*_added(rows.columns))
    kept = kept.join(lost.select(CELL), on=list(CELL), how="anti")
    # Within a snapshot measures stand in an order of their own.
    measured = pl.col("measure").cast(pl.Enum(rows["measure"].unique(maintain_order=True)))
    order = [measured, "period_start", "level", "unit_code", "field", "basis"]
    return Cleaned(pl.concat([kept, together.select(rows.columns)]).sort(order, maintain_order=True), int(odd.sum()))


def _added(columns: list[str]) -> Iterator[pl.Expr]:
    """Withheld where one of them is; else what was counted, and a silence where nothing was."""
    hidden, said = (pl.col("state") == SUPPRESSED).any(), pl.col("state").is_in(COUNTED)
    reported = (pl.col("state") == REPORTED).any()
    for name in columns:
        if name in CELL:
            continue
        if name == "state":
            first = pl.col("state").sort_by(~said, maintain_order=True).first()
            yield (
                pl.when(hidden)
                .then(pl.lit(SUPPRESSED))
                .when(reported)
                .then(pl.lit(REPORTED))
                .otherwise(first)
                .alias(name)
            )
        elif name in _SUMMED:
            whole_sum = pl.when(pl.col(name).filter(said).null_count() == 0).then(pl.col(name).filter(said).sum())
            yield pl.when(~hidden & said.any()).then(whole_sum).alias(name)
        elif name == "captured_at":
            yield pl.col(name).max()
        elif name == "provisional":
            yield pl.col(name).any()
        else:
            yield pl.col(name).first()


def revisions(rows: pl.DataFrame, lists: Lists) -> Cleaned:
    """Changes of single figures don't add up: those of unknown fields go."""
    names = _odd_fields(rows.lazy(), lists)
    odd = _has_text(rows, names)
    named = rows.with_columns(pl.when(odd).then(pl.col("field").replace(names)).otherwise("field").alias("field"))
    return Cleaned(named.filter(~odd | (pl.col("field") != NO_FIELD)), int(odd.sum()))


def quarantine(rows: pl.DataFrame) -> Cleaned:
    """Refused rows of exports and forms with what may be told of the cell alone."""
    mine = pl.any_horizontal(pl.col("source").str.starts_with(source) for source in _SOURCES)
    values = rows.filter(mine)["value"].drop_nulls().unique()
    of_form = {value: tellable.name(value) for value in values}
    kept = values.filter(values.str.contains(_KEPT))
    whys = rows.filter(mine)["reason"].drop_nulls().unique()
    personal = pl.Series([why for why in whys if personal_content(why)], dtype=pl.String)
    form = pl.col("source").str.starts_with(_SOURCES[1])
    value = (
        pl.when(~mine | pl.col("value").is_in(kept.implode()))
        .then("value")
        .when(form)
        .then(pl.col("value").replace_strict(of_form, default=None, return_dtype=pl.String))
    )
    reason = pl.when(mine & pl.col("reason").is_in(personal.implode())).then(pl.lit("not told")).otherwise("reason")
    cleaned = rows.with_columns(value=value, reason=reason.alias("reason"))
    changed = (cleaned["value"].ne_missing(rows["value"]) | cleaned["reason"].ne_missing(rows["reason"])).sum()
    return Cleaned(cleaned, int(changed))
