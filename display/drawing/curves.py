"""Curves of a measure over time: which ones, their marks and targets, and what they say in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from itertools import pairwise

import polars as pl

from display.words import bring_in, numbers
from display.words import marks as marks_in_figures
from display.words.view import View
from ranking.collation import by_name
from ranking.measures import Measure
from ranking.monthly_charts import is_from_chart
from ranking.periods import MERGER, Period
from ranking.states import REPORTED
from ranking.stretches import DERIVED
from ranking.vocabulary import COUNTRY
from store import catalog, opening, reference, standings
from store.months import by_month, is_month, is_open_month, latest_series, one_per_month, series

MOST_UNITS = 4
_IN_A_SENTENCE = 4


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
    present = set(catalog.catalog(view.snapshot).get_column("measure"))
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


def known_values(view: View, measure: Measure, scope: str) -> list[list[str]]:
    """Every period of the country and the province in words, the latest first: the chart as a table."""
    rows = [series(view.snapshot, measure.id, "country", (COUNTRY,))]
    if scope != COUNTRY:
        rows.append(series(view.snapshot, measure.id, "province", (scope,)))
    table = pl.concat(rows).sort("level", "period_end", "period_start", descending=[True, True, False])
    return [_point_notes(view, measure, row) for row in table.iter_rows(named=True)]


def _point_notes(view: View, measure: Measure, row: dict) -> list[str]:
    place = reference.scope_name(row["unit_code"]) or view.say("scope.country")
    silence = "" if row["state"] == REPORTED else view.say("state." + row["state"])
    return [
        place,
        numbers.period(Period(row["period_start"], row["period_end"], row["period_kind"]), view.language),
        silence or numbers.with_unit(row["value"], measure, view.language),
        numbers.number(row["denominator"], view.language),
        ", ".join([view.say(f"basis.{row['basis']}"), *marks_in_figures.derived_words(view, row["quality"])]),
    ]


def sentence(view: View, measure: Measure, scope: str, at: str | None = None) -> str:
    """The value of the place in the period `at`, else in the one that pages open on, its course up to then, and the
    country's beside it. Markup."""
    say = view.say
    own = _shown(view, measure, scope, at)
    if own is None:
        place = reference.scope_name(scope) or say("scope.country")
        return escape(say("time.no_value", place=place, measure=measure.short.in_language(view.language)))
    place = reference.scope_name(scope) or say("scope.country")
    whole = "" if scope == COUNTRY else f" ({say('level.whole_province.short')})"
    text = _latest_words(view, measure, own, f"{place}{whole}")
    text += _course(view, measure, scope)
    country = _shown(view, measure, COUNTRY, at) if scope != COUNTRY else None
    if country:
        text += " " + escape(
            say(
                "time.country",
                value=numbers.with_unit(country["value"], measure, view.language),
                period=_period_words(view, country),
            )
        )
    if view.snapshot.manifest.nature == "simulated":
        text += f" <b>{escape(say('rankings.simulated'))}</b>"
    return text


def _course(view: View, measure: Measure, scope: str) -> str:
    """The last whole months, and what is known of the time before or after them, each in its own words. Markup."""
    level = "country" if scope == COUNTRY else "province"
    rows = series(view.snapshot, measure.id, level, (scope,)).drop_nulls("value")
    pieces = apart(rows).tail(_IN_A_SENTENCE)
    if pieces.height < 2:
        return ""
    said = [_piece(view, measure, row) for row in pieces.iter_rows(named=True)]
    return " " + escape(view.say("time.course", pieces=", ".join(said)))


def _piece(view: View, measure: Measure, row: dict) -> str:
    words = f"{_period_words(view, row)} {numbers.with_unit(row['value'], measure, view.language)}"
    return f"{words} ({view.say('time.derived')})" if (row["quality"] or "").startswith(DERIVED) else words


def apart(rows: pl.DataFrame) -> pl.DataFrame:
    """The months of one place under its latest rules, and the closed longer periods that overlap none of them."""
    if rows.is_empty():
        return rows
    rows = latest_series(rows).with_columns(days=pl.col("period_end") - pl.col("period_start"), month=is_month())
    kept: list[tuple[date, date]] = []
    places = []
    for place, row in enumerate(rows.sort("days", "period_start").iter_rows(named=True)):
        free = all(row["period_end"] < start or end < row["period_start"] for start, end in kept)
        if free and (row["month"] or row["period_kind"] != "to_date"):
            kept.append((row["period_start"], row["period_end"]))
            places.append(place)
    return rows.sort("days", "period_start")[places].sort("period_start").drop("days", "month")


def _latest_words(view: View, measure: Measure, row: dict, place: str) -> str:
    value = numbers.with_unit(row["value"], measure, view.language)
    words = view.say(
        "time.latest", value=value, period=_period_words(view, row), basis=view.say(f"basis.{row['basis']}")
    )
    return f"<b>{escape(place)}</b>: {escape(words)}"


def _period_words(view: View, row: dict) -> str:
    period = Period(row["period_start"], row["period_end"], row["period_kind"])
    return numbers.period_in_sentence(period, view.language)


def _shown(view: View, measure: Measure, scope: str, at: str | None) -> dict | None:
    rows = _known(view, measure, scope).iter_rows(named=True)
    found = list(rows)
    return next((row for row in found if _id(row) == at), found[0] if found else None)


def _known(view: View, measure: Measure, scope: str) -> pl.DataFrame:
    """The periods of a place with a value, that which pages open on first."""
    level = "country" if scope == COUNTRY else "province"
    rows = series(view.snapshot, measure.id, level, (scope,)).drop_nulls("value")
    return opening.of_unit(rows, opening.opening(view.snapshot, "province", COUNTRY, measure.id))


def periods(view: View, measure: Measure, scope: str) -> list[str]:
    """The periods that `sentence` can speak of, that which pages open on first."""
    return list(dict.fromkeys(_id(row) for row in _known(view, measure, scope).iter_rows(named=True)))


def _id(row: dict) -> str:
    return Period(row["period_start"], row["period_end"], row["period_kind"]).id


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


def title(view: View, measure: Measure) -> str:
    return view.say("time.title", measure=measure.name.in_language(view.language))


def values_in_a_line(view: View, scope: str, measure: str) -> str:
    place = reference.scope_name(scope) or view.say("scope.country")
    return f"{place} · {reference.measures()[measure].short.in_language(view.language)}"


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


def no_communes(view: View) -> str:
    """Why no commune's curve is there and how to bring it in. Markup."""
    return bring_in.line(view, view.say("time.no_communes.text"), ["form", "dossiers"])


def headers(view: View, measure: Measure) -> list[str]:
    names = ("place", "period", "value", "n", "basis")
    return [view.say(f"time.column.{name}", what=counted(view, measure)) for name in names]


def source_line(view: View) -> str:
    manifest = view.snapshot.manifest
    return view.say(f"nature.{manifest.nature}", captured=numbers.local_date(manifest.captured_at, view.language)) + "."


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
