"""A ranking as a list that people read: in words for a picture, in rounded figures for a workbook's first sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from display.words import bands, findings, numbers, places, rankings
from display.words.marks import n_label, n_of, quality_words, unranked
from display.words.selection import Selection
from display.words.view import View
from files.sheets import Figure, Shown
from press.share.picture import snapshot_line
from press.share.shareable import Listed

_FIGURES = frozenset({"rank", "value", "interval", "n", "expected"})
COLUMNS = ("rank", "unit", "value", "interval", "n", "tier", "expected")
"""Of the list on paper and in pictures."""
_EMPTY = (None, "")


def headers(view: View, selection: Selection) -> dict[str, str]:
    """The headings by name."""
    say, measure = view.say, selection.measure
    return {
        "rank": say("table.rank"),
        "unit": say(f"table.unit.{selection.level}"),
        "value": measure.short.in_language(view.language),
        "interval": say("brief.column.interval"),
        "n": say(n_label(measure)),
        "tier": say("sheet.tier"),
        "expected": say("sheet.expected"),
    }


def ordered(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """By rank; those without one below, in the order that they came in."""
    return rows.sort("rank", nulls_last=True, maintain_order=True).to_dicts()


def cells(view: View, selection: Selection, row: Mapping[str, Any]) -> list[str]:
    """A row in words, by `COLUMNS`; of a unit without a figure or a rank the reason in place of its tier."""
    say, measure, language = view.say, selection.measure, view.language
    n = numbers.number(n_of(measure, dict(row)), language)
    named = rankings.full_name(selection, row)
    if row["value"] is None:
        return ["", named, "", "", "", say(f"state.{row['state']}"), ""]
    low, high = (numbers.number(row[name], language, measure.decimals) for name in ("value_low", "value_high"))
    interval = "" if row["value_low"] is None else f"{low}–{high}"
    value = numbers.with_unit(row["value"], measure, language)
    if row["rank"] is None:
        return ["", named, value, interval, n, unranked(say, measure, row), ""]
    place = places.of_row(row)
    told = places.tier_word(say, place["tier"]) if places.is_placed(place) else ""
    expected = numbers.number(place["expected"], language) if told else ""
    return [numbers.number(row["rank"], language), named, value, interval, n, told, expected]


def listed(view: View, selection: Selection, rows: pl.DataFrame) -> Listed:
    """The ranked units; all of them where nobody is ranked. Columns without a single word are left out."""
    found = rows.filter(pl.col("rank").is_not_null()) if rows.get_column("rank").count() else rows
    body = [cells(view, selection, row) for row in ordered(found)]
    used = [n for n in range(len(COLUMNS)) if any(row[n] for row in body)]
    heads = headers(view, selection)
    figures = frozenset(at for at, n in enumerate(used) if COLUMNS[n] in _FIGURES)
    return Listed([heads[COLUMNS[n]] for n in used], [[row[n] for n in used] for row in body], figures, both_ends=True)


def shown(view: View, selection: Selection, rows: pl.DataFrame) -> Shown:
    """The list as its page has it, in the order of `rows`: units in the headings, figures rounded as on the page.

    Columns that hold nothing are left out.
    """
    heads = _heads(view, selection)
    body = [dict(_figures(view, selection, row)) for row in rows.iter_rows(named=True)]
    used = [name for name in heads if any(row.get(name) not in _EMPTY for row in body)]
    lines = [
        findings.headline(view, selection, rows),
        rankings.source_line(view, selection, rows),
        snapshot_line(view),
    ]
    title = rankings.title(view, selection)
    return Shown([heads[name] for name in used], [[row.get(name) for name in used] for row in body], title, lines)


def _heads(view: View, selection: Selection) -> dict[str, str]:
    say, own = view.say, headers(view, selection)
    unit = selection.measure.unit.in_language(view.language)
    within = f" ({unit})" if unit else ""
    return {
        "rank": own["rank"],
        "unit": own["unit"],
        "value": own["value"] + within,
        "low": say("sheet.low") + within,
        "high": say("sheet.high") + within,
        "n": own["n"],
        "band": say("table.band"),
        "tier": own["tier"],
        "expected": own["expected"],
        "best": say("sheet.best"),
        "worst": say("sheet.worst"),
        "change": say("sheet.change"),
        "adjusted": say("mix.column"),
        "peers": say("table.peers"),
        "remarks": say("inspection.sheet.remark"),
    }


def _figures(view: View, selection: Selection, row: Mapping[str, Any]) -> Iterator[tuple[str, str | Figure | None]]:
    """The cells of a row by column; those that hold nothing are not given."""
    say, measure = view.say, selection.measure
    yield "unit", rankings.full_name(selection, row)
    remarks = quality_words(view, row.get("quality"))
    if row["value"] is None:
        yield "remarks", "; ".join([say(f"state.{row['state']}"), *remarks])
        return
    for name, column in (("value", "value"), ("low", "value_low"), ("high", "value_high")):
        yield name, _figure(row[column], measure.decimals)
    yield "n", _figure(n_of(measure, dict(row)))
    if row["rank"] is None:
        yield "remarks", "; ".join([unranked(say, measure, row), *remarks])
        return
    yield "remarks", "; ".join(remarks)
    yield "rank", _figure(row["rank"])
    yield "band", bands.marked(say, measure, row["band"]) if row["band"] else None
    place = places.of_row(row)
    if places.is_placed(place):
        yield "tier", places.tier_word(say, place["tier"])
        yield "expected", _figure(place["expected"])
        yield "best", _figure(row["likely_low"])
        yield "worst", _figure(row["likely_high"])
    yield "change", _figure(row.get("change"), measure.decimals)
    yield "adjusted", _figure(row.get("rank_adjusted"))
    yield "peers", f"{row['peer_rank']}/{row['peer_of']}" if row.get("peer_rank") else None


def _figure(value: float | None, decimals: int = 0) -> Figure | None:
    return None if value is None else Figure(float(numbers.rounded(value, decimals)), decimals)
