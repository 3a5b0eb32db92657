"""Curves of a measure over time: which ones, their marks and targets, and how to read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import polars as pl

from display.words import bring_in, numbers
from display.words import marks as marks_in_figures
from display.words.view import View
from ranking.collation import by_name
from ranking.measures import Measure
from ranking.monthly_charts import is_from_chart
from ranking.periods import MERGER
from ranking.vocabulary import COUNTRY
from store import catalog, reference, standings
from store.months import by_month, is_month, is_open_month, one_per_month, series

MOST_UNITS = 4


@dataclass(frozen=True)
class Place:
    """What a part of the page is about: one commune, a province or the country."""

    level: str
    code: str
    name: str


def scopes(view: View) -> list[str]:
    """The country, and the provinces that the dataset holds anything about."""
    present = catalog.places(view.snapshot)
    return [COUNTRY, *(code for code in reference.province_names() if code in present)]


def first_scope(view: View, measure: str) -> str:
    """The one province that has figures of its own; the country where there are several or none."""
    known = catalog.catalog(view.snapshot).filter(pl.col("measure") == measure, pl.col("level") == "province")
    if known.is_empty() or known.select(pl.max("units")).item() > 1:
        return COUNTRY
    return catalog.only_province(view.snapshot, measure)


def communes(view: View, measure: str, scope: str) -> dict[str, str]:
    """Code and name of the scope's communes that have figures of the measure in months."""
    basis = fullest_basis(view, reference.measures()[measure])
    if basis is None:
        return {}
    known = by_month(view.snapshot, measure, basis, "commune", scope).get_column("unit_code").unique()
    names = standings.unit_names(view.snapshot, "commune").filter(pl.col("unit_code").is_in(known.implode()))
    return dict(names.sort(by_name()).select("unit_code", "name").iter_rows())


def place(view: View, scope: str, units: Sequence[str]) -> Place:
    """The one chosen commune; the scope where none or several are chosen."""
    if len(units) == 1:
        return Place("commune", units[0], _commune_names(view)[units[0]])
    level = "country" if scope == COUNTRY else "province"
    return Place(level, scope, reference.scope_name(scope) or view.say("scope.country"))


def _commune_names(view: View) -> dict[str, str]:
    return dict(standings.unit_names(view.snapshot, "commune").select("unit_code", "name").iter_rows())


def of_today() -> pl.Expr:
    """Rows of the units of today: before the merger a commune's code can mean another place."""
    return (pl.col("level") != "commune") | (pl.col("period_start") >= MERGER)


def grid_title(view: View, scope: str) -> str:
    if scope == COUNTRY:
        return view.say("grid.part.province")
    return view.say("grid.part.commune", place=reference.province_name(scope))


def empty(view: View, measure: Measure, reason: str) -> str:
    """Why a part is empty, and which source has what it needs. Markup.

    Where communes have no figures on any basis, more months of the portal would not help if a form can.
    """
    by_form = "form" in measure.basis
    by_portal = fullest_basis(view, measure) == "portal" or not by_form
    wanted = [name for name, useful in (("portal", by_portal), ("form", by_form)) if useful]
    return bring_in.line(view, reason, wanted)


def measures(view: View) -> list[str]:
    """Measures that the dataset holds, in their display order."""
    present = set(catalog.catalog(view.snapshot).get_column("measure").unique())
    return [name for name in reference.measures() if name in present]


def lines(view: View, measure: Measure, scope: str, units: Sequence[str]) -> list[Line]:
    """Country, province and chosen units, each as one curve per stretch of the same series and basis."""
    wanted = [(*one, True) for one in placed(view, scope)]
    names = _commune_names(view)
    for code, colour in zip(units, view.palette.series, strict=False):
        wanted.append(("commune", code, names[code], colour, False))
    found: list[Line] = []
    for level, code, name, colour, wide in wanted:
        rows = one_per_month(series(view.snapshot, measure.id, level, (code,)).filter(is_month()))
        if level == "commune":
            rows = rows.filter(pl.col("period_start") >= MERGER)
        found += stretches(view, rows, name, colour, wide)
    return found


def placed(view: View, scope: str) -> list[tuple[str, str, str, str]]:
    """(level, code, name, colour) of the country and, where it is the scope, the province."""
    found = [("country", COUNTRY, view.say("scope.country"), view.palette.quiet)]
    if scope != COUNTRY:
        found.append(("province", scope, reference.province_names()[scope], view.palette.accent))
    return found


def stretches(view: View, rows: pl.DataFrame, name: str, colour: str, wide: bool) -> list[Line]:
    """One line per series and basis, the month that is not over a point of its own; only the last carries the name.

    A running month and a whole one are counted on days of different age: no line joins them.
    """
    rows = rows.sort("period_start").with_columns(open=is_open_month())
    parts = [part for _, part in rows.group_by(["series", "basis", "open"], maintain_order=True)]
    known = [(part.item(0, "series"), part.item(0, "basis"), part.item(0, "open")) for part in parts]
    return [
        Line(
            name if number == len(parts) - 1 else "",
            part.get_column("period_start").to_list(),
            part.get_column("value").to_list(),
            colour,
            wide,
            [note_of(view, row) for row in part.iter_rows(named=True)],
            str(part.item(-1, "basis")),
            goes_on=number > 0 and known[number] == (*known[number - 1][:2], True),
        )
        for number, part in enumerate(parts)
    ]


def note_of(view: View, row: dict) -> str:
    """What must be read with a figure: its basis, what it rests on, and whether it was derived or may change."""
    words = [view.say(f"basis.{row['basis']}")]
    if row["denominator"]:
        what = counted(view, reference.measures()[row["measure"]])
        words.append(view.say("time.n", n=numbers.number(row["denominator"], view.language), what=what))
    words += marks_in_figures.derived_words(view, row["quality"])
    if row["provisional"]:
        words.append(view.say("rankings.provisional"))
    return ", ".join(words)


def counted(view: View, measure: Measure) -> str:
    """What a measure counts: dossiers, unless its definition says otherwise."""
    return measure.counts.in_language(view.language) if measure.counts else view.say("time.dossiers")


def fan(view: View, measure: Measure, scope: str) -> pl.DataFrame:
    """Per whole month and series the 10th and 90th percentile of the communes: `day`, `low`, `middle`, `high`.

    Nothing beside figures from a chart: those are of a province with its departments, and no commune's equal.
    """
    basis = fullest_basis(view, measure)
    if basis is None or has_charted(view, measure, scope):
        return pl.DataFrame()
    months = by_month(view.snapshot, measure.id, basis, "commune", scope).filter(pl.col("period_kind") == "month")
    value = pl.col("value")
    return (
        months.drop_nulls("value")
        .group_by("series", day="period_start")
        .agg(low=value.quantile(0.1), middle=value.median(), high=value.quantile(0.9), units=pl.len())
        .filter(pl.col("units") >= 10)
        .sort("day")
    )


def fullest_basis(view: View, measure: Measure, level: str = "commune") -> str | None:
    """The basis on which most figures of a measure stand at a level; None where there are none."""
    rows = catalog.catalog(view.snapshot).filter(pl.col("measure") == measure.id, pl.col("level") == level)
    return None if rows.is_empty() else str(rows.group_by("basis").len().sort("len", descending=True).item(0, "basis"))


def has_charted(view: View, measure: Measure, scope: str) -> bool:
    """Whether any month of the country or the province is known from the source's own chart alone."""
    rows = [series(view.snapshot, measure.id, level, (code,)) for level, code, *_ in placed(view, scope)]
    return not pl.concat(rows).filter(is_from_chart()).is_empty()


def marks(view: View, scope: str, days: Sequence[date]) -> list[tuple[date, str]]:
    """Events that concern the scope and lie within the chart, with a short label."""
    if not days:
        return []
    concerned = [event for event in reference.events() if event["provinces"] == "all" or scope in event["provinces"]]
    inside = [event for event in concerned if min(days) <= event["date"] <= max(days)]
    return [(event["date"], str(event["short"][view.language])) for event in inside]


def marks_in_words(marks: Sequence[tuple[date, str]]) -> str:
    """What the numbered lines of a narrow chart stand for."""
    return " · ".join(f"{number} {text}" for number, (_, text) in enumerate(sorted(marks), 1))


def targets(view: View, measure: Measure) -> list[tuple[float, str]]:
    if measure.target is None:
        return []
    value = numbers.target_value(measure, view.language)
    return [(measure.target.value, view.say("time.target", value=value))]


def alt(view: View, measure: Measure, curves: Sequence[Line], strokes: Sequence[str] = ()) -> str:
    """The chart in words: first and last value of each curve; `strokes`: what it shows besides."""
    parts = []
    known: list[float] = []
    for line in curves:
        known = [*(known if line.goes_on else []), *(value for value in line.values if value is not None)]
        if known and line.name:
            ends = [numbers.with_unit(value, measure, view.language) for value in (known[0], known[-1])]
            parts.append(view.say("time.alt_line", name=line.name, first=ends[0], last=ends[1]))
    return view.say("time.alt", measure=measure.name.in_language(view.language), lines="; ".join([*parts, *strokes]))


def days_of(curves: Sequence[Line], fan: pl.DataFrame) -> list[date]:
    """All days on which the chart has a point."""
    return [day for line in curves for day in line.days] + (fan.get_column("day").to_list() if fan.height else [])


def is_drawable(curves: Sequence[Line], fan: pl.DataFrame) -> bool:
    """A place needs two points; fewer are better read as a table."""
    points = [
        len(line.days) + (len(before.days) if line.goes_on else 0) for before, line in pairwise([_NO_LINE, *curves])
    ]
    return max([*points, fan.height]) > 1


def reading(
    view: View, measure: Measure, scope: str, curves: Sequence[Line], fan: pl.DataFrame, others: Sequence[Line] = ()
) -> str:
    """How to read the band, the lines and the target; whose basis is whose where there is more than one.

    `others`: what is drawn besides, months before the merger and longer periods.
    """
    basis = fullest_basis(view, measure)
    words = [view.say("time.reading.fan", basis=view.say(f"basis.{basis}"))] if fan.height else []
    if len({line.basis for line in curves}) > 1:
        named = [f"{line.name}: {view.say(f'basis.{line.basis}')}" for line in curves if line.name]
        words.append(view.say("time.reading.bases", bases="; ".join(named)))
    if any(line.dash != "solid" for line in others):
        words.append(view.say("time.reading.spans"))
    if has_charted(view, measure, scope):
        own = "country" if scope == COUNTRY else "province"
        words.append(view.say(f"time.reading.charted.{measure.kind}.{own}", place=reference.scope_name(scope) or ""))
    if any(day < MERGER for line in [*curves, *others] for day in line.days):
        words.append(view.say("time.reading.merger"))
    if any(not before.name and not line.goes_on for before, line in pairwise(curves)):
        words.append(view.say("time.reading.break"))
    if any(line.goes_on for line in curves):
        words.append(view.say("time.reading.open"))
    if measure.target:
        words.append(view.say("time.reading.target", target=numbers.target(measure, view.language)))
    return " ".join(words)


def headers(view: View, measure: Measure) -> list[str]:
    names = ("place", "period", "value", "n", "basis")
    return [view.say(f"time.column.{name}", what=counted(view, measure)) for name in names]


@dataclass(frozen=True)
class Line:
    """One curve: its points in time order, a gap wherever series or basis change.

    `goes_on`: it is the open month after the line before it, of the same series and basis.
    """

    name: str
    days: Sequence[date]
    values: Sequence[float | None]
    colour: str
    wide: bool = False
    notes: Sequence[str] = field(default_factory=tuple)
    basis: str = ""
    width: float = 0
    dash: str = "solid"
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    goes_on: bool = False


_NO_LINE = Line("", [], [], "")
