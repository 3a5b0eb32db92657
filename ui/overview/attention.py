"""What needs attention: results that get worse, silence, overdue dossiers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from html import escape

import polars as pl

from display.words import addresses, numbers, rankings
from display.words import coverage as coverage_words
from display.words.selection import Selection
from display.words.view import View
from ranking.bands import BELOW
from ranking.collation import by_name
from ranking.periods import Period
from ranking.process_limits import FEWEST_POINTS, IMPROVEMENT, marks
from ranking.states import REPORTED
from store import coverage, opening, standings
from store.coverage import Coverage
from store.months import latest_series
from store.reference import measures
from ui.overview.head import table_link
from ui.overview.units import unit_link

MOST_NAMED = 5


@dataclass(frozen=True)
class Overdue:
    """The overdue backlog of a scope: the measure's period and basis, its sum, and the units that hold most of it."""

    period: Period
    basis: str
    total: float
    units: pl.DataFrame


def worsening(view: View, chosen: Selection, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The units below the common level whose own trend has turned for the worse; None where months are too few."""
    months = latest_series(whole) if (whole := rankings.months_of(view, chosen)).height else whole
    if months.is_empty() or months.get_column("period_start").n_unique() < FEWEST_POINTS:
        return None
    measure = chosen.measure
    turned = marks(months, IMPROVEMENT[measure.direction], shares=measure.kind == "share")
    concern = turned.filter(pl.col("variation") == "concern").get_column("unit_code")
    return rows.filter(pl.col("band") == BELOW, pl.col("unit_code").is_in(concern.implode()))


def silent(view: View, chosen: Selection) -> Coverage:
    """Who of the scope has reported by the selection's source in its period, and each that has not."""
    return coverage.coverage(view.snapshot, chosen.level, chosen.scope, chosen.basis, chosen.period)


def overdue(view: View, chosen: Selection) -> Overdue | None:
    """The overdue backlog at the end of the period that pages open on; None where it is not known."""
    found = opening.opening(view.snapshot, chosen.level, chosen.scope, "open_overdue")
    if found is None:
        return None
    rows = standings.ranking(view.snapshot, chosen.level, "open_overdue", found.basis, found.period, chosen.scope)
    held = rows.filter(pl.col("state") == REPORTED).sort("value", by_name(), descending=[True, False])
    return Overdue(found.period, found.basis, float(held.get_column("value").sum()), held.filter(pl.col("value") > 0))


def attention(view: View, chosen: Selection, rows: pl.DataFrame) -> str:
    """What needs attention: worse and getting worse, not reported, overdue. Markup."""
    items = [_worsening_item(view, chosen, rows), _silent_item(view, chosen), _overdue_item(view, chosen)]
    return f'<ul class="gd-list gd-attention">{"".join(items)}</ul>'


def unknown(view: View, chosen: Selection, rows: pl.DataFrame, *more: str) -> str:
    """What the figures do not tell, in one sentence, `more` included; empty where they tell everything. Plain text."""
    words = list(more)
    if worsening(view, chosen, rows) is None:
        words.append(view.say("overview.worse.unknown", n=FEWEST_POINTS))
    if overdue(view, chosen) is None:
        words.append(view.say("overview.overdue.unknown"))
    return view.say("overview.unknown", what="; ".join(words)) if words else ""


def _worsening_item(view: View, chosen: Selection, rows: pl.DataFrame) -> str:
    found = worsening(view, chosen, rows)
    if found is None:
        return ""
    link = table_link(view, chosen, band=BELOW) if found.height else ""
    return _item(view, chosen, view.say("overview.worse", n=numbers.number(found.height, view.language)), found, link)


def _silent_item(view: View, chosen: Selection) -> str:
    """How many of all there are have not reported, by which source and since when, each by its name."""
    found = silent(view, chosen)
    words = view.say(
        "overview.silent",
        n=numbers.number(found.missing.height, view.language),
        of=numbers.number(found.of, view.language),
        basis=view.say(f"basis.{found.basis}"),
    )
    if found.missing.is_empty():
        return f"<li><b>{escape(words)}</b></li>"
    names = coverage_words.listed(view.say, found, chosen.scope, MOST_NAMED, partial(_linked, view, chosen))
    state = found.missing.get_column("state").mode().sort().last()
    return f"<li><b>{escape(words)}</b>{names}{table_link(view, chosen, state=str(state))}</li>"


def _linked(view: View, chosen: Selection, row: dict) -> str:
    if chosen.level != "commune":
        return escape(row["name"])
    return addresses.anchor(view, row["name"], "unit", **addresses.unit_choices(view, chosen, row["unit_code"]))


def _overdue_item(view: View, chosen: Selection) -> str:
    found = overdue(view, chosen)
    if found is None:
        return ""
    words = view.say(
        "overview.overdue",
        n=numbers.number(found.total, view.language),
        period=numbers.period_in_sentence(found.period, view.language),
        basis=view.say(f"basis.{found.basis}"),
    )
    there = replace(chosen, measure=measures()["open_overdue"], basis=found.basis, period=found.period)
    named = found.units.with_columns(
        note=pl.col("value").map_elements(lambda n: numbers.number(n, view.language), return_dtype=pl.String)
    )
    return _item(view, there, words, named, table_link(view, there))


def _item(view: View, chosen: Selection, words: str, units: pl.DataFrame, link: str) -> str:
    """A line in bold, the first units by name, how many more there are, and the way to the table."""
    names = [
        unit_link(view, chosen, row) + (f" ({escape(row['note'])})" if "note" in row else "")
        for row in units.head(MOST_NAMED).iter_rows(named=True)
    ]
    if units.height > MOST_NAMED:
        names.append(escape(view.say("overview.more", n=numbers.number(units.height - MOST_NAMED, view.language))))
    listed = f'<span class="gd-sub">{"; ".join(names)}. {link}</span>' if names else ""
    return f"<li><b>{escape(words)}</b>{listed}</li>"
