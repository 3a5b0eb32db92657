"""A download that explains itself: a zip of one CSV, a data package's metadata and a readme in both languages."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from display.words import numbers
from display.words.text import LANGUAGES, Speaker
from files import sheets
from files.sheets import Sheet
from ranking.vocabulary import COUNTRY
from store import public, reference, standings, withheld
from store.policy import policy
from store.snapshot import Snapshot
from store.states import states
from web.open.query import Problem, conditions
from web.open.table import LICENCE, said_of

PARAMETERS = ("dataset", "snapshot", "province", "measure", "period", "level", "basis")
MOST_ROWS = 200_000
_KEY = (
    "unit_code",
    "level",
    "period_start",
    "period_end",
    "period_kind",
    "series",
    "measure",
    "basis",
)
COLUMNS = {
    "unit_code": "string",
    "unit_name": "string",
    "level": "string",
    "period_start": "date",
    "period_end": "date",
    "period_kind": "string",
    "series": "string",
    "measure": "string",
    "basis": "string",
    "scope": "string",
    "numerator": "number",
    "denominator": "number",
    "score": "number",
    "max_score": "number",
    "value": "number",
    "value_low": "number",
    "value_high": "number",
    "rank": "integer",
    "of": "integer",
    "rank_low": "integer",
    "rank_high": "integer",
    "band": "string",
    "rho": "number",
    "known": "string",
    "bond": "number",
    "tier": "string",
    "expected_rank": "number",
    "likely_low": "integer",
    "likely_high": "integer",
    "p_first": "number",
    "p_last": "number",
    "window_start": "date",
    "state": "string",
    "provisional": "boolean",
    "quality": "string",
    "captured_at": "datetime",
    "nature": "string",
}


def name(query: Mapping[str, str], snapshot: Snapshot) -> str:
    """What the file is called: only codes, so that it is safe everywhere."""
    parts = [snapshot.manifest.dataset, *(query[key] for key in PARAMETERS[2:] if key in query), snapshot.manifest.id]
    return "-".join(["gan-dan", *parts])


def package(query: Mapping[str, str], snapshot: Snapshot) -> bytes:
    """The zip; Problem 400 where the choice is too wide for one file.

    `province` chooses the rankings within that province, so that each ranking in the file is whole.
    """
    rows = rows_of(query, snapshot)
    metadata = _metadata(rows, query, snapshot)
    table = rows.with_columns(pl.col("captured_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return sheets.to_zip(Sheet(table.columns, table.rows(), []), metadata, _readme(query, snapshot), "standings")


def rows_of(query: Mapping[str, str], snapshot: Snapshot) -> pl.DataFrame:
    """The rows of the CSV: standings with the figures behind them."""
    own = {key: value for key, value in query.items() if key != "province"}
    within = [pl.col("scope") == query["province"]] if "province" in query else []
    page = public.standings(snapshot, *conditions(own), *within, limit=MOST_ROWS)
    if page.total > MOST_ROWS:
        detail = f"{page.total} rows; a file holds up to {MOST_ROWS}: choose a province, measure, period or level"
        raise Problem(400, "Too much for one file", detail)
    units = page.rows.get_column("unit_code").unique()
    figures = public.measurements(
        snapshot, *conditions(own), pl.col("field") == "all", pl.col("unit_code").is_in(units.implode())
    ).rows
    facts = figures.select(
        *_KEY, "numerator", "denominator", "score", "max_score", "provisional", "quality", "captured_at"
    )
    nature = snapshot.manifest.nature
    word = pl.lit("mô phỏng" if nature == "simulated" else nature)
    joined = page.rows.join(facts, on=_KEY, how="left", maintain_order="left")
    return joined.join(_names(snapshot), on=["unit_code", "level"], how="left", maintain_order="left").select(
        *(word.alias("nature") if column == "nature" else column for column in COLUMNS)
    )


def _names(snapshot: Snapshot) -> pl.DataFrame:
    levels = ("commune", "province", "department")
    return pl.concat(
        standings.unit_names(snapshot, level).select("unit_code", unit_name="name", level=pl.lit(level))
        for level in levels
    )


def _metadata(rows: pl.DataFrame, query: Mapping[str, str], snapshot: Snapshot) -> dict[str, object]:
    """A Frictionless data package (specs.frictionlessdata.io) with the definitions of the measures in it."""
    said, rules = said_of(snapshot), policy()
    measures = [
        reference.measures()[m] for m in rows.get_column("measure").unique().sort() if m in reference.measures()
    ]
    return {
        "name": name(query, snapshot).lower(),
        "id": snapshot.manifest.id,
        "profile": "tabular-data-package",
        "title": "Gần Dân",
        "description": said["note"] or Speaker("en")("open.real"),
        "created": said["captured_at"],
        "licenses": [
            {
                "name": LICENCE,
                "title": "Creative Commons Attribution 4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "sources": [{"title": source} for source in snapshot.manifest.sources],
        "contributors": [{"title": "Gần Dân", "role": "author"}],
        "nature": said["nature"],
        "note": said["note"],
        "snapshot": snapshot.manifest.id,
        "captured_at": said["captured_at"],
        "chosen": dict(query),
        "suppression": {language: rules.shown_instead(language) for language in LANGUAGES},
        "withheld": withheld.shares(snapshot).to_dicts(),
        "measures": [measure.model_dump(mode="json") for measure in measures],
        "resources": [
            {
                "name": "standings",
                "path": "standings.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
                "schema": {
                    "fields": [{"name": column, "type": kind} for column, kind in COLUMNS.items()],
                    "missingValues": [""],
                    "primaryKey": [*_KEY, "scope"],
                },
            }
        ],
    }


def _readme(query: Mapping[str, str], snapshot: Snapshot) -> str:
    return "\n\n".join(_readme_in(query, snapshot, Speaker(language)) for language in LANGUAGES)


def _readme_in(query: Mapping[str, str], snapshot: Snapshot, say: Speaker) -> str:
    manifest, language = snapshot.manifest, say.language
    place = reference.scope_name(query.get("province", COUNTRY)) or say("scope.country")
    measure = reference.measures().get(query.get("measure", ""))
    return say(
        "open.readme",
        title=say("open.title", measure=measure.name.in_language(language), place=place) if measure else place,
        note=say("open.simulated") if manifest.nature == "simulated" else say("open.real"),
        dataset=say(f"dataset.{manifest.dataset}"),
        snapshot=manifest.id,
        captured=numbers.local_date(manifest.captured_at, language),
        chosen=", ".join(f"{key} = {value}" for key, value in query.items()) or "–",
        file="standings.csv",
        states=", ".join(say(f"open.state.{name}") for name in states().in_rows),
        shown=policy().shown_instead(language),
        sources="; ".join(manifest.sources),
    )
