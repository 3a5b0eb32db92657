"""The tables of the open data: which rows a query means, and what is said of them as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

import polars as pl

from display.words.text import LANGUAGES
from ranking.measures import Measure
from ranking.periods import Period
from ranking.vocabulary import BASES
from store import coverage, public, withheld
from store.coverage import MISSING, Coverage
from store.policy import policy
from store.reference import measures, province_names, reference_table
from web.open import adjusted, areas, kept, promised, release_tables, waits
from web.open.query import conditions, of_units, snapshot_of
from web.open.table import PAGED, REFERENCE, Kind, Table, marked, paged, stretch

_UNIT = ("province", "unit")
_ROWS = ("dataset", "snapshot", "province", "unit", "measure", "period", "level", "basis")
_CHANGED = ("dataset", "province", "unit", "measure", "period", "level", "basis", "field")
_WHO = ("dataset", "snapshot", "province", "basis", "period")


def kinds() -> dict[str, Kind]:
    """The tables by name, in the order of the index."""
    return _places() | _figures() | _who_reported() | _rules()


def _places() -> dict[str, Kind]:
    return {
        "datasets": Kind("One row per dataset and snapshot that is kept.", PAGED, kept.datasets, kept.stamp),
        "units": Kind("One row per commune of today.", (*_UNIT, *PAGED), _units),
        "lineage": Kind("One row per old commune and new one that holds part of it.", (*_UNIT, *PAGED), _lineage),
        "measures": Kind("One row per measure: what it means and how it is computed.", ("measure", *PAGED), _measures),
    }


def _figures() -> dict[str, Kind]:
    return {
        "measurements": Kind(
            "One row per unit, period, measure, field and basis.", (*_ROWS, "field", *PAGED), _measurements, _taken
        ),
        "standings": Kind(
            "One row per unit, period, measure and ranking.", (*_ROWS, "scope", *PAGED), _standings, _taken
        ),
        "adjusted": Kind(
            "One row per ranked commune of one ranking: its on-time share and rank with the mix of work allowed for.",
            ("dataset", "snapshot", "scope", "unit", "measure", "period", "basis", *PAGED),
            adjusted.adjusted,
            _taken,
        ),
        "waiting": Kind(
            "One row per unit, year of reception and field: in how many working days dossiers are done.",
            ("dataset", "snapshot", *_UNIT, "level", "field", *PAGED),
            waits.waiting,
            _taken,
        ),
        "withheld": Kind(
            "One row per measure, basis and series: how many of its figures are withheld from the public.",
            ("dataset", "snapshot", *PAGED),
            _withheld,
            _taken,
        ),
    }


def _who_reported() -> dict[str, Kind]:
    return {
        "coverage": Kind(
            "One row per province, source and period: how many of all its communes have reported.",
            (*_WHO, *PAGED),
            _coverage,
            _taken,
        ),
        "missing": Kind(
            "One row per commune, source and period that it has not reported, with the one it last did.",
            (*_WHO, "unit", *PAGED),
            _missing,
            _taken,
        ),
    }


def _rules() -> dict[str, Kind]:
    """Releases with what stays the same over them: the columns, and the areas of communes."""
    return {
        "releases": Kind(
            "One row per release of a dataset, and per one that is announced: the calendar of releases.",
            ("dataset", *PAGED),
            release_tables.calendar,
            release_tables.stamp,
        ),
        "errata": Kind(
            "One row per figure that a release changed after it had been released: what it was and what it is.",
            (*_CHANGED, *PAGED),
            release_tables.errata,
            release_tables.stamp,
        ),
        "columns": Kind(
            "One row per table and column: its type and its meaning, which stay as long as this address.",
            PAGED,
            promised.columns,
            promised.stamp,
        ),
        "boundaries": Kind("One row per commune: its area.", (*_UNIT, *PAGED), areas.boundaries, areas.stamp),
    }


def with_values(rows: pl.DataFrame) -> pl.DataFrame:
    """Measurements with the `value` that each measure's definition computes from its row."""
    own = measures()
    values = [
        pl.when(pl.col("measure") == name).then(own[name].value().round(9))
        for name in rows.get_column("measure").unique().to_list()
        if name in own
    ]
    return rows.with_columns(value=pl.coalesce(*values) if values else pl.lit(None, pl.Float64))


def _taken(query: Mapping[str, str]) -> str:
    return snapshot_of(query).manifest.id


def _measurements(query: Mapping[str, str]) -> Table:
    snapshot = snapshot_of(query)
    page = public.measurements(snapshot, *conditions(query), **stretch(query))
    return marked("measurements", with_values(page.rows), page.total, snapshot)


def _standings(query: Mapping[str, str]) -> Table:
    snapshot = snapshot_of(query)
    page = public.standings(snapshot, *conditions(query), **stretch(query))
    return marked("standings", page.rows, page.total, snapshot)


def _withheld(query: Mapping[str, str]) -> Table:
    return _said("withheld", withheld.shares(snapshot_of(query).seen_in(frozenset())), query)


def _coverage(query: Mapping[str, str]) -> Table:
    schema = {"province_code": pl.String, **_AT, "units": pl.Int64, "reporting": pl.Int64}
    rows = [
        (province, found.basis, *_at(found.period), found.of, found.reporting) for province, found in _reported(query)
    ]
    return _said("coverage", pl.DataFrame(rows, schema=schema, orient="row"), query)


def _missing(query: Mapping[str, str]) -> Table:
    frames = [
        found.missing.select(
            *(pl.lit(value).alias(name) for name, value in zip(_AT, (found.basis, *_at(found.period)), strict=True)),
            *MISSING,
        )
        for _, found in _reported(query)
    ]
    rows = pl.concat([pl.DataFrame(schema=_AT | MISSING), *frames])
    return _said("missing", rows.filter(pl.col("unit_code") == query["unit"]) if "unit" in query else rows, query)


_AT = {"basis": pl.String, "period_start": pl.Date, "period_end": pl.Date, "period_kind": pl.String}


def _at(period: Period) -> tuple[date, date, str]:
    return period.start, period.end, period.kind


def _reported(query: Mapping[str, str]) -> Iterator[tuple[str, Coverage]]:
    """Who has reported in each province that is asked for, by each source, in each period that it knows."""
    snapshot = snapshot_of(query).seen_in(frozenset())
    provinces = [query["province"]] if "province" in query else sorted(province_names())
    for basis in [query["basis"]] if "basis" in query else BASES:
        for period in coverage.periods(snapshot, "commune", basis):
            if query.get("period") in (None, period.id):
                for province in provinces:
                    yield province, coverage.coverage(snapshot, "commune", province, basis, period)


def _said(name: str, rows: pl.DataFrame, query: Mapping[str, str]) -> Table:
    return marked(name, rows.slice(*stretch(query).values()), rows.height, snapshot_of(query))


def _units(query: Mapping[str, str]) -> Table:
    return paged("units", of_units(_named_units(), query, "code").sort("code"), query)


@lru_cache(maxsize=1)
def _named_units() -> pl.DataFrame:
    names = pl.DataFrame(list(province_names().items()), ["province_code", "province_name"], orient="row")
    return reference_table("units").join(names, on="province_code", how="left")


def _lineage(query: Mapping[str, str]) -> Table:
    units = reference_table("units").select(new_code="code", province_code="province_code")
    rows = reference_table("lineage").join(units, on="new_code", how="left")
    return paged("lineage", of_units(rows, query, "new_code").sort("new_code", "old_code"), query)


def _measures(query: Mapping[str, str]) -> Table:
    chosen = [m for m in measures().values() if query.get("measure") in (None, m.id)]
    start, length = stretch(query).values()
    page = chosen[start : start + length]
    rows = pl.DataFrame([_flat(measure) for measure in page], schema=_FLAT, orient="row")
    records = [measure.model_dump(mode="json") | {"public": _public(measure)} for measure in page]
    return Table("measures", rows, len(chosen), REFERENCE, records)


_FLAT = {
    "id": pl.String,
    "name_vi": pl.String,
    "name_en": pl.String,
    "meaning_vi": pl.String,
    "meaning_en": pl.String,
    "kind": pl.String,
    "unit_vi": pl.String,
    "unit_en": pl.String,
    "direction": pl.String,
    "basis": pl.String,
    "per": pl.Float64,
    "max_score": pl.Float64,
    "minimum_denominator": pl.Int64,
    "public_minimum": pl.Int64,
}


def _flat(measure: Measure) -> tuple[object, ...]:
    words = [text.in_language(language) for text in (measure.name, measure.meaning) for language in LANGUAGES]
    unit = [measure.unit.in_language(language) for language in LANGUAGES]
    how = (measure.direction, " ".join(measure.basis), measure.per, measure.max_score, measure.minimum_denominator)
    return (measure.id, *words, measure.kind, *unit, *how, _public(measure)["minimum"])


def _public(measure: Measure) -> dict[str, object]:
    """From how many dossiers on a figure is published, and what is said in its place below that."""
    rules = policy()
    shown = {language: rules.shown_instead(language) for language in LANGUAGES}
    return {"minimum": rules.minimum_of(measure.id), "shown_instead": shown}
