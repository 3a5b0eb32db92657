"""What the inspection page orders the communes by: their questions and marks, read from a snapshot."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

import polars as pl

from display.portraits import questions
from display.words.places import weakest
from files.places import HOME
from ranking.periods import Period
from ranking.process_limits import FEWEST_POINTS, IMPROVEMENT, marks
from ranking.shortlist import MARKS, Weights, read_weights, shortlist
from ranking.vocabulary import BASES, COUNTRY
from store import catalog, coverage, opening, sight
from store.coverage import Coverage
from store.months import by_month, latest_series
from store.reference import measures, reference_table
from store.snapshot import Snapshot

_REACH = timedelta(days=92)  # figures that are older say nothing about today


@lru_cache(maxsize=1)
def weights() -> Weights:
    """What counts in the score, as `data/inspection` says."""
    path = HOME / "data" / "inspection" / "weights.yaml"
    return read_weights(path.name, path.read_text(encoding="utf-8"), measures())


@lru_cache(maxsize=64)
def period(snapshot: Snapshot, scope: str) -> Period | None:
    """The period that a scope's communes open on, as on all pages; None where nobody is ranked."""
    found = opening.first(snapshot, "commune", scope)
    return found.period if found else None


@lru_cache(maxsize=16)
def scored(snapshot: Snapshot, scope: str) -> pl.DataFrame:
    """The shortlist of a scope, as `ranking.shortlist.shortlist` gives it, with `name` and facts of the place."""
    inside = units(scope)
    now = period(snapshot, scope)
    if now is None:
        asked = pl.DataFrame(schema={"unit_code": pl.String, "question": pl.String, "strength": float, "weight": float})
    else:
        asked = questions.asked(snapshot, now).join(inside.select("unit_code"), on="unit_code", how="semi")
    found = shortlist(asked, marked(snapshot, scope), weights())
    return found.join(inside, on="unit_code", how="left", maintain_order="left")


def units(scope: str) -> pl.DataFrame:
    """The communes of a scope: `unit_code`, `name`, `kind`, `province_code`, `seat_lat`, `seat_lon`."""
    known = reference_table("units").select(
        "kind", "province_code", "seat_lat", "seat_lon", unit_code="code", name="full_name"
    )
    return known if scope == COUNTRY else known.filter(pl.col("province_code") == scope)


@lru_cache(maxsize=16)
def marked(snapshot: Snapshot, scope: str) -> pl.DataFrame:
    """The marks (`ranking.shortlist.MARKS`) of a scope's communes in each measure that counts."""
    now = period(snapshot, scope)
    frames = [_marks_in(snapshot, scope, measure, now) for measure in weights().measures] if now else []
    return pl.concat([pl.DataFrame(schema=MARKS), *frames])


@lru_cache(maxsize=16)
def known(snapshot: Snapshot, scope: str) -> dict[str, list[str]]:
    """How the errors are known that the marks rest on, and the measures with that answer: the least sure of units."""
    now, found = period(snapshot, scope), dict[str, list[str]]()
    if now is None:
        return found
    for measure in weights().measures:
        own = last(snapshot, scope, measure, now)
        answer = weakest(_bands(snapshot, scope, measure, own.basis, own.period)) if own else None
        if answer:
            found.setdefault(answer, []).append(measure)
    return found


def _marks_in(snapshot: Snapshot, scope: str, measure: str, now: Period) -> pl.DataFrame:
    """The band of each unit in the measure's own last period, and the variation of its months up to then."""
    found = last(snapshot, scope, measure, now)
    if found is None:
        return pl.DataFrame(schema=MARKS)
    at = found.period
    bands = _bands(snapshot, scope, measure, found.basis, at)
    turned = _variation(snapshot, scope, measure, found.basis, at)
    rows = bands.join(turned, on="unit_code", how="left").with_columns(measure=pl.lit(measure))
    return rows.select(pl.col(name).cast(dtype) for name, dtype in MARKS.items())


def last(snapshot: Snapshot, scope: str, measure: str, now: Period) -> opening.Opening | None:
    """The measure's own last period, on the first basis that it has; None where it has none about today."""
    known = catalog.catalog(snapshot).filter(
        pl.col("level") == "commune",
        pl.col("measure") == measure,
        pl.col("scope") == scope,
        pl.col("period_end").is_between(now.end - _REACH, now.end),
    )
    bases = known.get_column("basis").unique()
    basis = next((basis for basis in measures()[measure].basis if basis in bases), None)
    return opening.latest(known.filter(pl.col("basis") == basis), snapshot.pin) if basis else None


def _bands(snapshot: Snapshot, scope: str, measure: str, basis: str, at: Period) -> pl.DataFrame:
    rows = sight.scan(snapshot, "standings").filter(
        pl.col("level") == "commune",
        pl.col("measure") == measure,
        pl.col("basis") == basis,
        pl.col("scope") == scope,
        pl.col("period_start") == at.start,
        pl.col("period_end") == at.end,
    )
    return rows.select("unit_code", "series", "band", "known").sort("series").collect().unique("unit_code", keep="last")


def _variation(snapshot: Snapshot, scope: str, measure: str, basis: str, at: Period) -> pl.DataFrame:
    months = by_month(snapshot, measure, basis, "commune", scope)
    months = months.filter(pl.col("period_kind") == "month", pl.col("period_end") <= at.end)
    if months.is_empty() or months.get_column("period_start").n_unique() < FEWEST_POINTS:
        return pl.DataFrame(schema={"unit_code": pl.String, "variation": pl.String})
    definition = measures()[measure]
    turned = marks(latest_series(months), IMPROVEMENT[definition.direction], shares=definition.kind == "share")
    return turned.select("unit_code", "variation")


def trends_known(snapshot: Snapshot, scope: str) -> bool:
    """Whether any commune of a scope has months enough to tell a turn from its usual variation."""
    return marked(snapshot, scope).filter(pl.col("variation") != "none").height > 0


def reported(snapshot: Snapshot, scope: str) -> list[Coverage]:
    """Who of a scope's communes has reported in its period, by each source that knows the period."""
    now = period(snapshot, scope)
    if now is None:
        return []
    known = catalog.catalog(snapshot).filter(
        pl.col("level") == "commune",
        pl.col("scope") == scope,
        pl.col("period_start") == now.start,
        pl.col("period_end") == now.end,
        pl.col("period_kind") == now.kind,
    )
    bases = set(known.get_column("basis"))
    return [coverage.coverage(snapshot, "commune", scope, basis, now) for basis in BASES if basis in bases]


def unheard(snapshot: Snapshot, scope: str) -> int:
    """How many communes of a scope no source has reported in its period, so that no figure raises a question."""
    silent = [set(found.missing.get_column("unit_code")) for found in reported(snapshot, scope)]
    return len(set.intersection(*silent)) if silent else units(scope).height
