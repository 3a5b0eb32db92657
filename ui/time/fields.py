"""A measure by field (lĩnh vực): one place in two months, a row per field."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from html import escape

import polars as pl

from display.drawing import curves
from display.drawing.curves import Place
from display.words import bring_in, marks, numbers
from display.words.view import View
from press.share.markup import listed
from ranking.collation import by_name
from ranking.measures import Measure
from ranking.periods import Period, calendar_period
from store import sight, units
from store.months import latest_series
from store.reference import measures
from store.snapshot import Snapshot
from ui.frame import html
from ui.time import sharing, tables
from ui.time.months import Pair
from ui.time.tables import Scale


def panel(view: View, measure: Measure, place: Place, pair: Pair | None) -> None:
    """The fields of one place in the later month against the earlier one."""
    rows = of_place(view.snapshot, measure.id, place.level, place.code)
    if rows.is_empty():
        html.show(why_none(view, measure))
        return
    before, after = two_months(rows, pair)
    table = side_by_side(rows, measure, before, after)
    said, told = sentence(view, measure, place, table, after), reading(view, pair, before)
    html.show(f'<p class="gd-sentence">{escape(said)}</p>')
    body = _table(view, measure, table, before, after)
    html.show(body)
    html.caption(told)
    sharing.control(
        view,
        "fields",
        measure,
        units.known(place.code)["province_code"] if place.level == "commune" else place.code,
        lambda: listed(body),
        title=view.say("fields.part", place=place.name),
        finding=said,
        units=[place.code] if place.level == "commune" else (),
        reading=told,
        raw=lambda: rows,
    )


@lru_cache(maxsize=64)
def of_place(snapshot: Snapshot, measure: str, level: str, code: str) -> pl.DataFrame:
    """The whole months of one place by field, all counted by the latest rules, with their `value`."""
    rows = sight.scan(snapshot, "measurements").filter(
        pl.col("measure") == measure,
        pl.col("level") == level,
        pl.col("unit_code") == code,
        pl.col("field") != "all",
        pl.col("period_kind") == "month",
        curves.of_today(),
    )
    months = rows.collect().with_columns(value=measures()[measure].value())
    if months.is_empty():
        return months
    months = latest_series(months)
    return months.filter(pl.col("basis") == pl.col("basis").mode().sort().first()).sort("period_start", "field")


@lru_cache(maxsize=16)
def measures_with_fields(snapshot: Snapshot) -> frozenset[str]:
    """The measures that a snapshot holds anything of by field."""
    rows = sight.scan(snapshot, "measurements").filter(pl.col("field") != "all").select("measure").unique().collect()
    return frozenset(rows.get_column("measure"))


def two_months(rows: pl.DataFrame, pair: Pair | None) -> tuple[Period | None, Period]:
    """The reader's months where their fields are known, else the nearest ones with known fields."""
    known = rows.get_column("period_start").unique().sort().to_list()
    after = pair.after.start if pair and pair.after.start in known else known[-1]
    earlier = [day for day in known if day < after]
    wanted = pair.before.start if pair else date(after.year - 1, after.month, 1)
    before = next((day for day in earlier if day >= wanted), None)
    return (_month(before) if before else None), _month(after)


def _month(day: date) -> Period:
    return calendar_period("month", day.year, day.month)


def side_by_side(rows: pl.DataFrame, measure: Measure, before: Period | None, after: Period) -> pl.DataFrame:
    """One row per field with `before`, `after` and `n`, the field with the highest value of the later month first."""
    n = "denominator" if measure.kind in ("share", "rate") else "numerator"
    now = rows.filter(pl.col("period_start") == after.start).select("field", "state", after="value", n=n)
    earlier = rows.filter(pl.col("period_start") == before.start) if before else rows.clear()
    then = earlier.select("field", before="value")
    both = now.join(then, on="field", how="left").with_columns(key=by_name("field"))
    return both.sort("after", "key", descending=[True, False], nulls_last=True)


def sentence(view: View, measure: Measure, place: Place, table: pl.DataFrame, after: Period) -> str:
    """The fields at both ends of the later month."""
    known = table.drop_nulls("after")
    name, month = measure.short.in_language(view.language), numbers.period_in_sentence(after, view.language)
    if known.is_empty():
        return view.say("fields.silent", place=place.name, measure=name, month=month)
    ends = {end: known.row(index, named=True) for end, index in (("top", 0), ("bottom", -1))}
    said = {end: numbers.with_unit(row["after"], measure, view.language) for end, row in ends.items()}
    return view.say(
        "fields.sentence",
        place=place.name,
        measure=name,
        month=month,
        n=known.height,
        top=ends["top"]["field"],
        high=said["top"],
        bottom=ends["bottom"]["field"],
        low=said["bottom"],
    )


def _table(view: View, measure: Measure, table: pl.DataFrame, before: Period | None, after: Period) -> str:
    language = view.language
    scale = _scale(measure, table)
    whole = measure.model_copy(update={"decimals": 0})
    ends = [numbers.with_unit(end, whole, language) for end in (scale.low, scale.high)]
    headers = [
        view.say("fields.column.field"),
        view.say("fields.column.picture", low=ends[0], high=ends[1]),
        numbers.period(before, language) if before else view.say("fields.column.before"),
        numbers.period(after, language),
        view.say("fields.column.n"),
    ]
    width = len(headers) if measure.kind in ("share", "rate") else len(headers) - 1
    body = [_row(view, measure, row, scale)[:width] for row in table.iter_rows(named=True)]
    title = view.say("fields.title", measure=measure.name.in_language(language))
    return tables.markup(
        headers[:width], body, title, ["", "gd-change gd-wide", "gd-n", "gd-n", "gd-n gd-wide"][:width]
    )


def _scale(measure: Measure, table: pl.DataFrame) -> Scale:
    """From zero for counts; shares, which lie close together, between tens."""
    values = [value for name in ("before", "after") for value in table.get_column(name).drop_nulls()]
    if not values:
        return Scale(0, 1)
    if measure.kind != "share":
        return Scale(0, max(values))
    return Scale(10 * (min(values) // 10), min(100, 10 * -(-max(values) // 10)))


def _row(view: View, measure: Measure, row: dict, scale: Scale) -> list[str]:
    before = numbers.with_unit(row["before"], measure, view.language)
    n = numbers.number(row["n"], view.language)
    few = measure.kind == "share" and row["n"] is not None and row["n"] < marks.FEW
    picture = tables.step(scale, row["before"], row["after"])
    name = escape(row["field"]) + f'<span class="gd-only-phone">{picture}</span>'
    name += tables.on_phone(view.say("table.n_phone", n=n)) if measure.kind in ("share", "rate") else ""
    if row["after"] is None:
        after = f'<span class="gd-silent">{escape(view.say("state." + row["state"]))}</span>'
    else:
        after = numbers.with_unit(row["after"], measure, view.language)
        after += f'<span class="gd-sub">{escape(view.say("table.few", n=n))}</span>' if few else ""
    return [name, picture, before, after, n]


def reading(view: View, pair: Pair | None, before: Period | None) -> str:
    """What the two dots are, and why the earlier month is not the one that was asked for."""
    words = [view.say("fields.reading")]
    if before is None:
        words.append(view.say("fields.no_earlier"))
    elif pair and before.start != pair.before.start:
        words.append(view.say("fields.later_start", month=numbers.period_in_sentence(before, view.language)))
    return " ".join(words)


def why_none(view: View, measure: Measure) -> str:
    """Why there are no fields, and what to do. Markup."""
    known = [
        measures()[name].short.in_language(view.language)
        for name in measures()
        if name in measures_with_fields(view.snapshot)
    ]
    name = measure.short.in_language(view.language)
    if known:
        return f'<p class="gd-sentence">{escape(view.say("fields.other", measure=name, known=", ".join(known)))}</p>'
    return bring_in.line(view, view.say("fields.none"), ["form", "dossiers"])
