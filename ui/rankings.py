"""What the rankings page says and hands out, apart from its layout."""

from __future__ import annotations

from html import escape

import polars as pl

from ranking.levels import is_typical, together
from ui import numbers, store
from ui.exports import to_csv
from ui.filters import Selection
from ui.shell import View

_FEW = 4


def rows_of(view: View, selection: Selection) -> pl.DataFrame:
    """The ranked units of a selection, as `store.ranking` gives them."""
    return store.ranking(
        view.snapshot, selection.level, selection.measure.id, selection.basis, selection.period, selection.scope
    )


def title(view: View, selection: Selection) -> str:
    return view.say(f"rankings.title.{selection.level}", measure=selection.measure.name.in_language(view.language))


def sentence(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """The sentence under the title: who is ranked, when, how firm, who is missing. Markup."""
    say, ranked = view.say, rows.get_column("rank").count()
    who = say(f"scope.{selection.level}.all" if selection.is_country else f"scope.{selection.level}.of",
              n=numbers.number(ranked, view.language), place=store.scope_name(selection.scope) or "")  # fmt: skip
    parts = [f"<b>{escape(who)}</b>", escape(numbers.period_in_sentence(selection.period, view.language))]
    if rows.filter(pl.col("provisional")).height:
        parts.append(escape(say("rankings.provisional")))
    text = ", ".join(parts) + "."
    if view.snapshot.manifest.nature == "simulated":
        text += f" <b>{escape(say('rankings.simulated'))}</b>"
    silent = rows.height - ranked
    return text + (f" {escape(say('rankings.silent', n=numbers.number(silent, view.language)))}" if silent else "")


def can_be_charted(rows: pl.DataFrame) -> bool:
    """A handful of units is better read in the table alone."""
    return rows.get_column("rank").count() >= _FEW


def spread(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """How far apart the units lie, in a sentence."""
    values = rows.filter(pl.col("rank").is_not_null()).get_column("value")
    quarter, three = (values.quantile(q, "nearest") for q in (0.25, 0.75))
    return view.say(
        "rankings.spread",
        low=numbers.with_unit(min(quarter, three), selection.measure, view.language),
        high=numbers.with_unit(max(quarter, three), selection.measure, view.language),
    )


def level_name(view: View, selection: Selection) -> str:
    """What the comparison line is called: the level of all dossiers, or the median unit."""
    return view.say("level.typical" if is_typical(selection.measure) else f"level.together.{selection.level}")


def four_figures(view: View, selection: Selection, rows: pl.DataFrame) -> list[tuple[str, str, str]]:
    """The measure itself, dossiers received, and what else is known of the same units and period."""
    say, registry = view.say, store.measures()
    measure = selection.measure
    values = rows.filter(pl.col("rank").is_not_null()).get_column("value")
    figures = []
    if values.len():
        low, high = (numbers.with_unit(v, measure, view.language) for v in (values.min(), values.max()))
        level = numbers.with_unit(together(rows, measure), measure, view.language)
        note = f"{level_name(view, selection)} · {say('card.from_to', low=low, high=high)}"
        figures.append((measure.short.in_language(view.language), level, note))
    if measure.id != "received" and rows.get_column("received").count():
        total = rows.get_column("received").sum()
        note = say("card.median", value=numbers.number(rows.get_column("received").median(), view.language))
        figures.append(
            (registry["received"].short.in_language(view.language), numbers.number(total, view.language), note)
        )
    others = [
        name for name in ("on_time_share", "online_filing_share", "processing_days", "index_766") if name != measure.id
    ]
    for name in others:
        if len(figures) < 4 and (figure := _other(view, selection, name)):
            figures.append(figure)
    return figures


def _other(view: View, selection: Selection, name: str) -> tuple[str, str, str] | None:
    """A second measure for the same units; for the whole province where the units have no such figure."""
    measure = store.measures()[name]
    for level, scope in ((selection.level, selection.scope), ("province", "VN")):
        known = store.catalog(view.snapshot).filter(
            pl.col("level") == level, pl.col("scope") == scope, pl.col("measure") == name,
            pl.col("period_start") == selection.period.start, pl.col("period_end") == selection.period.end,
        )  # fmt: skip
        if known.is_empty():
            continue
        rows = store.ranking(view.snapshot, level, name, known.item(0, "basis"), selection.period, scope)
        if level != selection.level:
            rows = rows.filter(pl.col("unit_code") == selection.scope)
        value = together(rows, measure)
        if value is not None:
            typical = "level.typical" if is_typical(measure) else f"level.together.{level}"
            note = view.say(typical if level == selection.level else "level.whole_province")
            return measure.short.in_language(view.language), numbers.with_unit(value, measure, view.language), note
    return None


def with_place(selection: Selection, rows: pl.DataFrame) -> pl.DataFrame:
    """In a list of the whole country a commune's name alone does not say where it is: add the province."""
    if not selection.is_country or selection.level != "commune":
        return rows
    return rows.with_columns(province_name=pl.col("province_code").replace_strict(store.province_names(), default=None))


def chart_words(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """What the chart of all units in order shows, for those who do not see it."""
    ranked = rows.filter(pl.col("rank").is_not_null())
    if ranked.is_empty():
        return view.say("chart.in_order.empty")
    best, worst = ranked.row(0, named=True), ranked.row(-1, named=True)
    return view.say(
        "chart.in_order.alt",
        measure=selection.measure.name.in_language(view.language),
        n=numbers.number(ranked.height, view.language),
        first=f"{best['name']} {numbers.with_unit(best['value'], selection.measure, view.language)}",
        last=f"{worst['name']} {numbers.with_unit(worst['value'], selection.measure, view.language)}",
    )


def source_line(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """Source, basis, period and day of capture, as under every chart and table."""
    captured = rows.get_column("captured_at").max() or view.snapshot.manifest.captured_at
    return view.say(
        f"source.{view.snapshot.manifest.nature}",
        basis=view.say(f"basis.{selection.basis}"),
        period=numbers.period(selection.period, view.language),
        captured=numbers.local_date(captured, view.language),
    )


def as_csv(view: View, selection: Selection, rows: pl.DataFrame) -> bytes:
    """The rows on screen with numerator, denominator and state, one line per unit."""
    columns = [
        *("unit_code", "name", "kind", "rank", "of", "value", "numerator", "denominator"),
        *("score", "max_score", "received", "state"),
    ]
    nature = view.snapshot.manifest.nature
    fixed = (selection.measure.id, selection.basis, selection.series, selection.period.id, _nature_word(nature))
    headers = [*columns, "measure", "basis", "series", "period", "nature"]
    return to_csv(headers, ((*row, *fixed) for row in rows.select(columns).iter_rows()))


def _nature_word(nature: str) -> str:
    return "mô phỏng" if nature == "simulated" else nature


def file_name(selection: Selection, ending: str) -> str:
    return f"gan-dan_{selection.measure.id}_{selection.level}_{selection.scope}_{selection.period.id}.{ending}"
