"""From partial sums of dossiers to measures, by unit and period.

`sums` are the tables of `ranking.dossiers.rows.partial_sums` as lazy frames, of any number of parts: rows of the same
key need not be added up yet. `units` has one row per unit of the store's list: `id`, `code`, `level`, `province`.
Each period is counted by itself, so that memory stays flat however many years there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import polars as pl

from ranking.dossiers.days import histogram, quantile
from ranking.dossiers.formulas import DossierMeasures, Kinds
from ranking.dossiers.places import PROVINCES, homes_of, of_units, places_of
from ranking.dossiers.rows import COUNTS, KEYS, SUMS
from ranking.dossiers.stock import due_by_month, stock, stock_at
from ranking.periods import MERGER, Period, as_of, calendar_period

_SPAN = ["period_start", "period_end", "period_kind", "provisional"]
_PERIOD = _SPAN[:3]

# (unit, month, what is counted) of what is counted from the events.
SIDES = (
    ("intake", "received_month", "received"),
    ("intake", "end_month", "ended"),
    ("decision", "end_month", "decided"),
)

# One dossier in so many may leave open what a share needs: its channel, or whether it was digitised.
UNKNOWN_MOST = 20

# Field by field: the months of two years, the years and what is not over.
FIELD_MONTHS = 24

SCHEMA = {
    "unit_code": pl.String,
    "level": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "period_kind": pl.String,
    "provisional": pl.Boolean,
    "field": pl.String,
    "measure": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "state": pl.String,
}


def added(tables: Iterable[pl.LazyFrame], table: str) -> pl.LazyFrame:
    """Sums of several files added up: whole numbers, so in any order and for any split the same.

    What a later state of a dossier took back comes to nothing and falls away.
    """
    whole = pl.concat(tables).group_by(KEYS[table]).agg(pl.col(SUMS[table]).sum())
    return whole.filter(pl.col("n") != 0)


def periods_of(months: Iterable[int], day: date) -> pl.DataFrame:
    """One row per month and period that holds it (month, quarter, year), as far as known on `day`.

    Periods before the merger are left out: their dossiers were those of the old communes.
    """
    found: set[Period] = set()
    for month in months:
        year, number = month // 12, month % 12
        found |= {
            calendar_period("month", year, number + 1),
            calendar_period("quarter", year, number // 3 + 1),
            calendar_period("year", year),
        }
    rows = [
        {"month": month, **dict(zip(_SPAN, (cut.start, cut.end, cut.kind, is_open), strict=True))}
        for period in sorted(found)
        if MERGER <= period.start <= day
        for cut, is_open in [as_of(period, day)]
        for month in range(month_of(period.start), month_of(period.end) + 1)
    ]
    schema = {"month": pl.Int32, **{name: SCHEMA[name] for name in _SPAN}}
    return pl.DataFrame(rows, schema=schema).unique(maintain_order=True)


def month_of(day: date) -> int:
    """12 · year + month − 1, as in the sums."""
    return 12 * day.year + day.month - 1


def has_fields(span: dict[str, Any], day: date) -> bool:
    """Whether a period is told field by field."""
    recent = month_of(day) - month_of(span["period_start"]) < FIELD_MONTHS
    return span["period_kind"] == "year" or span["provisional"] or (span["period_kind"] == "month" and recent)


def measured(
    sums: dict[str, pl.LazyFrame],
    units: pl.DataFrame,
    fields: pl.DataFrame,
    spans: pl.DataFrame,
    calendar: pl.DataFrame,
    day: date,
    measures: DossierMeasures,
) -> Iterator[pl.DataFrame]:
    """Rows of measurements (`SCHEMA`) of the periods in `spans`, frame by frame.

    `fields`: `id`, `name`. By intake, except what counts decided dossiers, which is by decision. What is open is
    told for the last day of each period; what fell due until the day before that of the export.
    """
    places, sums = places_of(units), of_units(sums, units)
    numbers = dict(calendar.select("day", "next").iter_rows())
    for year in sorted({start.year for start in spans["period_start"]}):
        here = spans.filter(pl.col("period_start").dt.year() == year)
        wanted = here["month"].unique().sort().to_list()
        counts = here.group_by(_SPAN, maintain_order=True).agg(months="month").to_dicts()
        homes = homes_of(sums, wanted, places)
        for unit, month, counted in SIDES:
            months = _monthly(sums, unit, month, wanted, numbers[day])
            for span in counts:
                known = fields if has_fields(span, day) else fields.clear()
                part = months.filter(pl.col(month).is_in(span["months"])).drop(month).rename({unit: "unit"})
                yield from _measured_rows(part, measures, counted, span, places, homes, known)
        due = due_by_month(sums, calendar, wanted, numbers[day]).rename({"intake": "unit"})
        for span in counts:
            known = fields if has_fields(span, day) else fields.clear()
            part = due.filter(pl.col("due_month").is_in(span["months"])).drop("due_month")
            yield from _measured_rows(part, measures, "due", span, places, homes, known)
            end = span["period_end"]
            held = stock_at(sums, month_of(end), numbers[end]).rename({"intake": "unit"})
            held = held.with_columns(n=pl.col("open_known"))
            yield from _measured_rows(held, measures, "open", span, places, homes, known)
            yield from _quantile_rows(sums["days"], measures, span, places)


def _monthly(sums: dict[str, pl.LazyFrame], unit: str, month: str, wanted: list[int], today: int) -> pl.DataFrame:
    """The events added up by unit, field and month; those received have with them what is open of them now."""
    key = [unit, "field", month]
    away = pl.when(pl.col("intake") != pl.col("decision")).then("n").otherwise(0)
    rows = sums["events"].filter(pl.col(month).is_in(wanted)).with_columns(away=away)
    found = rows.group_by(key).agg(pl.col(*COUNTS, "away").sum()).collect(engine="streaming")
    if month != "received_month":
        return found
    held = sums["open"].filter(pl.col(month).is_in(wanted)).collect(engine="streaming")
    now = stock(held, today).group_by(key).agg(pl.col("open_known", "open_in_time").sum())
    return found.join(now, on=key, how="left").with_columns(pl.col("open_known", "open_in_time").fill_null(0))


def _measured_rows(
    part: pl.DataFrame,
    measures: DossierMeasures,
    counted: str,
    span: dict[str, Any],
    places: pl.DataFrame,
    homes: pl.DataFrame,
    fields: pl.DataFrame,
) -> Iterator[pl.DataFrame]:
    """The rows of one period, all fields together and each of `fields` by itself."""
    counts = part.select(pl.exclude("unit", "field")).columns
    placed = part.join(places.select("unit", "place"), on="unit").group_by("place", "field").agg(pl.col(counts).sum())
    placed = placed.filter(pl.col("n") != 0)
    whole = placed.group_by("place").agg(pl.col(counts).sum())
    spoken = homes.filter(pl.col("month").is_in(span["months"])).select("home").unique()
    kinds = measures.kinds[counted]
    yield _rows(_with_silent(whole, places, spoken).with_columns(field=pl.lit("all")), kinds, span, places)
    spelt = fields.select(field=pl.col("id").cast(pl.Int32), name="name")
    named = placed.join(spelt, on="field").with_columns(field="name")
    of_province = pl.col("place") >= PROVINCES
    for told, names in ((of_province, measures.of_province_fields), (~of_province, measures.of_unit_fields)):
        chosen = {name: kind for name, kind in kinds.items() if name in names}
        yield _rows(named.filter(told), chosen, span, places)


def _with_silent(counted: pl.DataFrame, places: pl.DataFrame, spoken: pl.DataFrame) -> pl.DataFrame:
    """A unit without any dossier in a period that its province has some for is said to have none."""
    homes = pl.concat([spoken, counted.select(home="place")])
    grid = places.join(homes, on="home", how="semi").select("place").unique()
    return grid.join(counted, on="place", how="left").with_columns(pl.exclude("place").fill_null(0))


def _rows(counts: pl.DataFrame, kinds: Kinds, span: dict[str, Any], places: pl.DataFrame) -> pl.DataFrame:
    """Reported where there is something to share; told apart: no dossiers, and an export that does not say.

    Where more than one dossier in `UNKNOWN_MOST` does not say what a share needs, the share is not told of the rest.
    """
    if "channel_known" in counts.columns:
        same = pl.col("channel_known") == pl.col("kind_known")
        counts = counts.with_columns(all_kinds=pl.when(same).then("kind_known").otherwise(0))
    parts = [pl.DataFrame(schema=SCHEMA)]
    named = _named(counts, span, places)
    for measure, (part, total, said) in kinds.items():
        whole = pl.lit(None, pl.Float64) if total is None else total
        silent = UNKNOWN_MOST * (pl.col("n") - said) > pl.col("n") if said is not None else pl.lit(False)
        some = pl.lit(True) if total is None else total > 0
        state = (
            pl.when(silent)
            .then(pl.lit("not_reported"))
            .when(some)
            .then(pl.lit("reported"))
            .otherwise(pl.lit("no_dossiers"))
        )
        heard = state != "not_reported"
        figures = {
            "measure": pl.lit(measure),
            "numerator": pl.when(heard).then(part).cast(pl.Float64),
            "denominator": pl.when(heard).then(whole).cast(pl.Float64),
            "state": state,
        }
        parts.append(named.select(figures.get(name, pl.col(name)).alias(name) for name in SCHEMA))
    return pl.concat(parts)


def _named(counts: pl.DataFrame, span: dict[str, Any], places: pl.DataFrame) -> pl.DataFrame:
    names = places.select("place", "unit_code", "level").unique()
    stretch = {name: pl.lit(span[name], SCHEMA[name]) for name in _SPAN}
    return counts.join(names, on="place").with_columns(**stretch)


def _quantile_rows(
    days: pl.LazyFrame, measures: DossierMeasures, span: dict[str, Any], places: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    for count in dict.fromkeys(count for count, _ in measures.days.values()):
        found = histogram(days, span["months"], count).rename({"intake": "unit"})
        placed = found.join(places.select("unit", "place"), on="unit")
        for measure, (counted, tenths) in measures.days.items():
            if counted == count:
                value = quantile(placed, ["place"], count, tenths).select("place", numerator=pl.col(count))
                yield _named(value, span, places).select(
                    *(name for name in SCHEMA if name in ("unit_code", "level", *_SPAN)),
                    field=pl.lit("all"),
                    measure=pl.lit(measure),
                    numerator=pl.col("numerator").cast(pl.Float64),
                    denominator=pl.lit(None, pl.Float64),
                    state=pl.lit("reported"),
                )


def fallen_silent(
    held: pl.LazyFrame, rows: pl.DataFrame, spans: pl.DataFrame, day: date, measures: DossierMeasures
) -> pl.DataFrame:
    """Rows that say "no dossiers" where `held` tells of dossiers in a counted period and `rows` none any more.

    A field, or a unit, can lose its last dossier through a correction; its older figure must not stay. `held`:
    rows of measurements of the units that `rows` are about. A stretch to date speaks of the later one that
    replaces it.
    """
    counted = [
        {**span, "measure": measure, "is_field": is_field}
        for span in spans.select(_SPAN).unique().to_dicts()
        for is_field in (False, True)[: 1 + has_fields(span, day)]
        for measure in (measures.of_province_fields if is_field else measures.all)
    ]
    schema = {name: SCHEMA[name] for name in (*_SPAN, "measure")} | {"is_field": pl.Boolean}
    of_unit = (pl.col("field") != "all") & (pl.col("level") != "province")
    counted_here = ~of_unit | pl.col("measure").is_in([*measures.of_unit_fields])
    said = held.filter(counted_here).with_columns(is_field=pl.col("field") != "all")
    said = said.rename({name: f"held_{name}" for name in ("period_end", "period_kind", "provisional")})
    pairs = said.join(pl.LazyFrame(counted, schema=schema), on=["period_start", "measure", "is_field"])
    same = pl.col("state") != "no_dossiers"
    same &= (pl.col("held_period_end") == pl.col("period_end")) & (pl.col("held_period_kind") == pl.col("period_kind"))
    later = (pl.col("held_period_kind") == "to_date") & pl.col("held_provisional")
    later &= pl.col("period_end") > pl.col("held_period_end")
    cell = ["unit_code", "level", *_PERIOD, "field", "measure"]
    told = pairs.filter(same | later).select(*cell, "provisional", "denominator").unique(cell)
    gone = told.join(rows.lazy().select(cell), on=cell, how="anti")
    return (
        gone.collect(engine="streaming")
        .with_columns(
            numerator=pl.when(~pl.col("measure").is_in([*measures.days])).then(0.0),
            denominator=pl.when(pl.col("denominator").is_not_null()).then(0.0),
            state=pl.lit("no_dossiers"),
        )
        .select([*SCHEMA])
    )
