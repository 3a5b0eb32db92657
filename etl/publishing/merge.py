"""How new measurements join those that a dataset already holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from etl.publishing.harvest import quarantine_rows
from etl.publishing.province_sums import is_sum
from ranking.manifest import table_file
from ranking.states import COUNTED, REPORTED
from ranking.tables import Measurements, Revisions
from ranking.vocabulary import CELL
from store import states

_FIGURES = ("numerator", "denominator", "score", "state")
_DERIVED = ("received_per_day", "received_per_1000")
_THREAD = ["unit_code", "level", "period_start", "series", "measure", "field", "basis"]
_OPEN_STRETCH = (pl.col("period_kind") == "to_date") & pl.col("provisional")


def validated(rows: pl.DataFrame, captured_at: datetime, shares: Collection[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(rows that keep every rule of `tables.Measurements`, quarantine of those that don't).

    Of several rows for the same cell the one captured last counts; if those differ, none can be trusted.
    A part of more than the whole is no share either: `shares` are the measures that must not have one.
    """
    is_last = pl.col("captured_at") == pl.col("captured_at").max().over(CELL)
    last = rows.filter(is_last.fill_null(True)).unique(maintain_order=True)
    known = pl.col("state").is_in(states.states().in_rows).fill_null(True)
    result = Measurements.filter(last.filter(known), cast=True)
    found = result.result
    more_than_whole = pl.col("measure").is_in(list(shares)) & (pl.col("numerator") > pl.col("denominator"))
    too_much = found.select(more_than_whole).to_series().fill_null(False)
    refused = [_refusal(row, _too_much(row)) for row in found.filter(too_much).to_dicts()]
    refused += _broken_rules(last.filter(~known).with_columns(known_state=pl.lit("invalid")), captured_at)
    if not result.failure.invalid().is_empty():
        refused += _broken_rules(result.failure.details(), captured_at)
    return found.filter(~too_much) if too_much.any() else found, quarantine_rows(refused)


def _broken_rules(details: pl.DataFrame, captured_at: datetime) -> Iterator[dict[str, object]]:
    """The quarantine of rows; a column for each rule says `invalid` where a row breaks it."""
    rules = [name for name in details.columns if name not in Measurements.column_names()]
    for row in details.iter_rows(named=True):
        broken = ", ".join(rule for rule in rules if str(row[rule]) == "invalid")
        yield _refusal(row, f"breaks the rule {broken}") | {"captured_at": row["captured_at"] or captured_at}


def _too_much(row: dict[str, object]) -> str:
    return f"the part {row['numerator']:g} is more than the whole {row['denominator']:g} ({row['measure']})"


def _refusal(row: dict[str, object], reason: str) -> dict[str, object]:
    return {
        "source": row["source"] or "unknown",
        "place": f"{row['unit_code']} {row['period_start']}–{row['period_end']}",
        "column": row["measure"],
        "value": f"{row['numerator']} / {row['denominator']}, score {row['score']}, {row['state']}",
        "reason": reason,
        "captured_at": row["captured_at"],
    }


@dataclass
class Merged:
    """The measurements after a merge, to be read measure by measure, and what the merge changed."""

    before: Path | None
    incoming: pl.DataFrame
    revisions: pl.DataFrame
    warnings: list[str] = field(default_factory=list)

    def chunks(self) -> Iterator[pl.DataFrame]:
        """One frame per measure, with all its rows."""
        names = set(self.incoming.get_column("measure"))
        if self.before:
            names |= set(_stored(self.before).select("measure").unique().collect().to_series())
        for name in sorted(names - set(_DERIVED)):
            new = self.incoming.filter(pl.col("measure") == name)
            if self.before:
                yield pl.concat([_untouched(_of_measure(self.before, name), new), new])
            else:
                yield new


def merged(before: Path | None, rows: pl.DataFrame) -> Merged:
    """Validated rows of a new harvest over those of the snapshot `before`.

    Of two rows for the same cell the later captured one counts; but a unit that says nothing now does not wipe out
    what it reported before, nor does a sum of our own a province's own figure. A stretch to date that is still
    provisional gives way to a later one with the same start. Changed values of periods that were over are revisions.
    """
    if before is None:
        return Merged(None, rows, Revisions.create_empty())
    lost = _silenced(before, rows)
    touched = _stored(before).join(rows.lazy().select(CELL), on=list(CELL), how="semi").collect()
    pairs = rows.join(touched, on=list(CELL), suffix="_old")
    stale = pairs.filter(pl.col("captured_at") < pl.col("captured_at_old"))
    outdated = _outdated(before, rows)
    says_less = ~states.answered() | (is_sum("quality") & ~is_sum("quality_old"))
    silent = pairs.filter(says_less, pl.col("state_old").is_in(COUNTED))
    refused = pl.concat([frame.select(CELL) for frame in (stale, outdated, silent)]).unique()
    warnings = []
    if older := pl.concat([stale.select(CELL), outdated.select(CELL)]).unique().height:
        warnings.append(f"{older} values are older than those already held and were left out")
    if lost:
        warnings.append(f"{lost} values reported to an earlier day of a period still open are missing now")
    if silent.height:
        warnings.append(f"{silent.height} values reported before are missing now; the earlier values stay")
    taken = rows.join(refused, on=list(CELL), how="anti")
    revised = _revisions(pairs.join(refused, on=list(CELL), how="anti"))
    history = pl.read_parquet(before / table_file("revisions"))
    return Merged(before, taken, pl.concat([history, revised]), warnings)


def _silenced(before: Path, rows: pl.DataFrame) -> int:
    """How many held values of a stretch to date give way to a later stretch that the source is silent about."""
    thread = ["unit_code", "level", "period_start", "series", "measure", "field", "basis"]
    quiet = rows.filter(~states.answered()).select(*thread, later="period_end")
    held = _stored(before).filter(
        pl.col("period_kind") == "to_date", pl.col("provisional"), pl.col("state") == REPORTED
    )
    gone = held.join(quiet.lazy(), on=thread).filter(pl.col("later") > pl.col("period_end"))
    return gone.select(pl.len()).collect().item()


def _stored(snapshot: Path) -> pl.LazyFrame:
    return pl.scan_parquet(snapshot / table_file("measurements"))


def _of_measure(snapshot: Path, name: str) -> pl.DataFrame:
    return _stored(snapshot).filter(pl.col("measure") == name).collect()


def _outdated(before: Path, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows to date with the same start as a period that is held already and reaches further."""
    held = _stored(before).group_by(_THREAD).agg(held_end=pl.col("period_end").max())
    stretches = rows.lazy().filter(_OPEN_STRETCH).join(held, on=_THREAD)
    return stretches.filter(pl.col("period_end") < pl.col("held_end")).collect()


def _untouched(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Old rows whose cell has no new value and that no later stretch to date supersedes."""
    latest = new.group_by(_THREAD).agg(latest_end=pl.col("period_end").max())
    return (
        old.join(new.select(CELL), on=list(CELL), how="anti")
        .join(latest, on=_THREAD, how="left")
        .filter(~(_OPEN_STRETCH & (pl.col("latest_end") >= pl.col("period_end"))).fill_null(False))
        .drop("latest_end")
    )


def _revisions(pairs: pl.DataFrame) -> pl.DataFrame:
    changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_old")) for name in _FIGURES)
    return (
        pairs.filter(changed, ~pl.col("provisional_old"))
        .rename({f"{name}_old": f"old_{name}" for name in (*_FIGURES, "captured_at")})
        .rename({name: f"new_{name}" for name in (*_FIGURES, "captured_at")})
        .select(Revisions.column_names())
    )
