"""How new measurements join those that a dataset already holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from etl.publishing.corrected import overlaid, own_figures
from etl.publishing.harvest import quarantine_rows
from etl.publishing.province_sums import is_sum
from ranking.manifest import table_file
from ranking.monthly_charts import is_from_chart
from ranking.states import COUNTED, REPORTED
from ranking.stretches import is_derived
from ranking.tables import Measurements, Revisions
from ranking.vocabulary import CELL, COUNTRY
from store import states
from store.reference import reference_table

_FIGURES = ("numerator", "denominator", "score", "state")
_DERIVED = ("received_per_day", "received_per_1000")
_LIKE = ["level", "period_start", "series", "measure", "field", "basis"]
_THREAD = ["unit_code", *_LIKE]
_COMPANY = ["company", *_LIKE, "period_end"]
_OPEN_STRETCH = (pl.col("period_kind") == "to_date") & pl.col("provisional")


def validated(rows: pl.DataFrame, captured_at: datetime, shares: Collection[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(rows that keep every rule of `tables.Measurements`, quarantine of those that don't).

    Of several rows for the same cell the one captured last counts, and one that says something before a silence;
    if those differ, none can be trusted.
    A part of more than the whole is no share either: `shares` are the measures that must not have one.
    """
    speaks = pl.col("state").is_in(COUNTED)
    rows = rows.filter((speaks | ~speaks.any().over(CELL)).fill_null(True))
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
    return f"the part is more than the whole: {row['numerator']:g} of {row['denominator']:g} ({row['measure']})"


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
    superseded: pl.DataFrame
    warnings: list[str] = field(default_factory=list)
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    corrections: pl.DataFrame | None = None

    def chunks(self) -> Iterator[pl.DataFrame]:
        """One frame per measure, with all its rows."""
        for name in self.names():
            yield self.chunk(name)

    def names(self) -> list[str]:
        """The measures that have rows."""
        names = set(self.incoming.get_column("measure"))
        if self.before:
            names |= set(_stored(self.before).select("measure").unique().collect().to_series())
        return sorted(names - set(_DERIVED))

    def chunk(self, name: str) -> pl.DataFrame:
        """All rows of one measure with the corrections in force; what was derived from them is not among them."""
        rows = self._own(name)
        return rows if self.corrections is None else overlaid(rows, self.corrections)

    def own(self, cells: pl.DataFrame) -> pl.DataFrame:
        """What the sources themselves say of cells, whether or not it is corrected."""
        found = [self._own(name) for name in cells.get_column("measure").unique().sort()]
        return pl.concat([self.incoming.clear(), *found]).join(cells.select(CELL), on=list(CELL), how="semi")

    def _own(self, name: str) -> pl.DataFrame:
        rows = self.incoming.filter(pl.col("measure") == name)
        if self.before:
            held = (
                _of_measure(self.before, name)
                .filter(_may_stay(self.fields))
                .join(rows.select(CELL), on=list(CELL), how="anti")
            )
            rows = pl.concat([held, rows])
        return _without(rows, self.superseded)


def merged(before: Path | None, rows: pl.DataFrame, fields: Mapping[str, frozenset[str]] | None = None) -> Merged:
    """Validated rows of a new harvest over those of the snapshot `before`.

    Of two rows for the same cell the later captured one counts; but a unit that says nothing now does not wipe out
    what it reported before, nor does a sum of our own a province's own figure, nor one from a chart either of them.
    A stretch to date that is still provisional gives way once every unit that it is ranked with has a later one with
    the same start: one province that was asked again must not vanish from the ranking of all. So what comes out
    depends on the captures alone, not on their order, and a capture that is published again changes nothing. Changed
    values of periods that were over are revisions. Of a basis that `fields` names, what is held of other fields goes.
    """
    fields = fields or {}
    superseded = _superseded(before, rows)
    left_out = rows.height - _without(rows, superseded).height
    if before is None:
        return Merged(None, rows, Revisions.create_empty(), superseded, _outdated(left_out))
    lost = _silenced(before, rows, superseded)
    touched = _stored(before).join(rows.lazy().select(CELL), on=list(CELL), how="semi").collect()
    pairs = rows.join(touched, on=list(CELL), suffix="_old")
    answers, answered = (pl.col("state" + old).is_in(COUNTED) for old in ("", "_old"))
    says_less = ~states.answered() | (_distance("quality") > _distance("quality_old"))
    says_more = answers & (~answered | (_distance("quality_old") > _distance("quality")))
    stale = pairs.filter(pl.col("captured_at") < pl.col("captured_at_old"), ~says_more)
    silent = pairs.filter(says_less, answered)
    refused = pl.concat([frame.select(CELL) for frame in (stale, silent)]).unique()
    warnings = _outdated(_without(stale, superseded).height + left_out)
    if lost:
        warnings.append(f"{lost} values reported to an earlier day of a period still open are missing now")
    if silent.height:
        warnings.append(f"{silent.height} values reported before are missing now; the earlier values stay")
    taken = rows.join(refused, on=list(CELL), how="anti")
    revised = _revisions(pairs.join(refused, on=list(CELL), how="anti"))
    history = pl.read_parquet(before / table_file("revisions"))
    revisions = pl.concat([history, revised]).filter(_may_stay(fields))
    return Merged(before, taken, revisions, superseded, warnings, fields)


def _may_stay(fields: Mapping[str, frozenset[str]]) -> pl.Expr:
    """Which held rows tell of a field that their basis knows."""
    gone = [(pl.col("basis") == basis) & ~pl.col("field").is_in([*known]) for basis, known in fields.items()]
    return ~pl.any_horizontal(pl.lit(False), *gone)


def _distance(quality: str) -> pl.Expr:
    """How far a figure is from the unit's own: 0 its own, 1 a sum of its units, 2 from a chart, without counts."""
    return pl.when(is_from_chart(quality)).then(2).when(is_sum(quality)).then(1).otherwise(0)


def _outdated(count: int) -> list[str]:
    return [f"{count} values are older than those already held and were left out"] if count else []


def _superseded(before: Path | None, rows: pl.DataFrame) -> pl.DataFrame:
    """The stretches to date (`_COMPANY`) that give way: each unit in them has a period that reaches further."""
    columns = [*_THREAD, "period_end", "period_kind", "provisional"]
    known = [rows.lazy().select(columns), *([_stored(before).select(columns)] if before else [])]
    every = pl.concat(known).unique()
    stretches = every.filter(_OPEN_STRETCH)
    reach = every.join(stretches.select(_LIKE).unique(), on=_LIKE, how="semi").group_by(_THREAD)
    return (
        stretches.join(reach.agg(reach=pl.col("period_end").max()), on=_THREAD)
        .with_columns(_company())
        .group_by(_COMPANY)
        .agg(gone=(pl.col("period_end") < pl.col("reach")).all())
        .filter("gone")
        .drop("gone")
        .collect()
    )


def _company() -> pl.Expr:
    """With whom a unit is ranked: communes and departments with those of their province, provinces with provinces."""
    home = dict(reference_table("units").select("code", "province_code").iter_rows())
    office = pl.col("unit_code").str.split(".").list.first()
    return (
        pl.when(pl.col("level") == "commune")
        .then(pl.col("unit_code").replace_strict(home, default="", return_dtype=pl.String))
        .when(pl.col("level") == "department")
        .then(office)
        .otherwise(pl.lit(COUNTRY))
        .alias("company")
    )


def _without(rows: pl.DataFrame, superseded: pl.DataFrame) -> pl.DataFrame:
    """The rows but for provisional stretches to date that give way."""
    if superseded.is_empty():
        return rows
    gone = rows.with_columns(_company()).join(
        superseded.with_columns(gone=True), on=_COMPANY, how="left", maintain_order="left"
    )
    return gone.filter(~(_OPEN_STRETCH & pl.col("gone").fill_null(False))).drop("gone", "company")


def _silenced(before: Path, rows: pl.DataFrame, superseded: pl.DataFrame) -> int:
    """How many held values of a stretch to date give way to a later stretch that the source is silent about."""
    quiet = rows.filter(~states.answered()).select(*_THREAD, later="period_end")
    held = _stored(before).filter(_OPEN_STRETCH, pl.col("state") == REPORTED)
    gone = held.join(quiet.lazy(), on=_THREAD).filter(pl.col("later") > pl.col("period_end")).collect()
    return gone.height - _without(gone, superseded).height


def _stored(snapshot: Path) -> pl.LazyFrame:
    """What a snapshot holds by its sources' own words, but for what was derived from it: that is worked out again."""
    return own_figures(snapshot).filter(~is_derived())


def _of_measure(snapshot: Path, name: str) -> pl.DataFrame:
    return _stored(snapshot).filter(pl.col("measure") == name).collect()


def _revisions(pairs: pl.DataFrame) -> pl.DataFrame:
    changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_old")) for name in _FIGURES)
    learnt = is_from_chart("quality_old") & ~is_from_chart("quality")
    return (
        pairs.filter(changed, ~learnt, ~pl.col("provisional_old"))
        .rename({f"{name}_old": f"old_{name}" for name in (*_FIGURES, "captured_at")})
        .rename({name: f"new_{name}" for name in (*_FIGURES, "captured_at")})
        .select(Revisions.column_names())
    )
