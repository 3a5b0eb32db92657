"""Who rose and who fell most between two months, with intervals: tables, and the sentence above them."""

from __future__ import annotations

from functools import lru_cache
from html import escape

import polars as pl
import streamlit as st

from display.words import addresses, numbers
from display.words.view import View
from press.share.markup import listed
from ranking.differences import changes
from ranking.measures import Measure
from ranking.periods import Period
from ranking.vocabulary import COUNTRY
from store import sight, standings
from store.reference import province_names, scope_name
from store.snapshot import Snapshot
from ui.frame import html
from ui.time import months as time_months
from ui.time import sharing, tables
from ui.time.months import Pair
from ui.time.tables import Scale

MOST = 10


def panel(view: View, measure: Measure, scope: str, pair: Pair | None) -> None:
    """Ten up and ten down with the sentence that says how many changes are clear."""
    if pair is None:
        html.show(time_months.why_none(view, measure, scope))
        return
    found = of_scope(view, measure, scope, pair)
    html.show(f'<p class="gd-sentence">{sentence(view, measure, scope, pair, found)}</p>')
    if found.is_empty():
        return
    up = found.filter(pl.col("change") > 0).head(MOST)
    down = found.filter(pl.col("change") < 0).sort("change", "unit_code").head(MOST)
    scale = _scale(pl.concat([up, down]))
    for side, name, rows in zip(st.columns(2, gap="medium"), ("up", "down"), (up, down), strict=True):
        with side:
            st.subheader(view.say(f"changes.{name}"), anchor=False)
            if rows.is_empty():
                html.caption(view.say(f"changes.none.{name}"))
            else:
                html.show(_table(view, measure, scope, pair, rows, scale, view.say(f"changes.{name}")))
    told = reading(view, measure, found)
    html.caption(told)
    sharing.control(
        view,
        "changes",
        measure,
        scope,
        lambda: listed(_table(view, measure, scope, pair, found, _scale(found), ""), both_ends=True),
        title=view.say("share.of_place", title=view.say("changes.title"), place=sharing.place(view, scope)),
        finding=sentence(view, measure, scope, pair, found),
        reading=told,
        raw=lambda: found,
    )


def of_scope(view: View, measure: Measure, scope: str, pair: Pair) -> pl.DataFrame:
    """The changes of the scope's communes (`ranking.differences.changes`) with names and both denominators."""
    before, after = (
        _standings(view.snapshot, measure.id, pair.basis, period, scope) for period in (pair.before, pair.after)
    )
    found = changes(before, after, measure)
    for name, period in (("n_before", pair.before), ("n_after", pair.after)):
        counts = _counts(view.snapshot, measure.id, pair.basis, pair.series, period)
        found = found.join(counts.rename({"denominator": name}), on="unit_code", how="left", maintain_order="left")
    names = standings.unit_names(view.snapshot, "commune").select("unit_code", "name", "province_code")
    return found.join(names, on="unit_code", how="left", maintain_order="left")


@lru_cache(maxsize=32)
def _standings(snapshot: Snapshot, measure: str, basis: str, period: Period, scope: str) -> pl.DataFrame:
    here = {"level": "commune", "measure": measure, "basis": basis, "scope": scope, **_when(period)}
    columns = ["unit_code", "series", "basis", "value", "value_low", "value_high", "rank"]
    return sight.scan(snapshot, "standings").filter(*_are(here)).select(columns).collect()


@lru_cache(maxsize=32)
def _counts(snapshot: Snapshot, measure: str, basis: str, series: str, period: Period) -> pl.DataFrame:
    here = {"level": "commune", "measure": measure, "basis": basis, "series": series, "field": "all", **_when(period)}
    return sight.scan(snapshot, "measurements").filter(*_are(here)).select("unit_code", "denominator").collect()


def _when(period: Period) -> dict[str, object]:
    return {"period_start": period.start, "period_end": period.end, "period_kind": period.kind}


def _are(here: dict[str, object]) -> list[pl.Expr]:
    return [pl.col(name) == pl.lit(value) for name, value in here.items()]


def sentence(view: View, measure: Measure, scope: str, pair: Pair, found: pl.DataFrame) -> str:
    """How many rose and fell, and for how many that is clear of chance. Markup."""
    say, language = view.say, view.language
    months = time_months.words(view, pair)
    left_out = _communes_in(view, scope) - found.height
    if found.is_empty():
        return escape(say("changes.nobody", **months))
    rose, fell = ((found.get_column("change") > 0).sum(), (found.get_column("change") < 0).sum())
    counts = {name: numbers.number(n, language) for name, n in (("all", found.height), ("rose", rose), ("fell", fell))}
    place = scope_name(scope) or say("scope.country")
    words = [say("changes.counts", place=place, **counts, **months), _clear(view, found)]
    if left_out:
        words.append(say("changes.left_out", n=numbers.number(left_out, language)))
    if view.snapshot.manifest.nature == "simulated":
        words.append(say("rankings.simulated"))
    return escape(" ".join(words))


def _communes_in(view: View, scope: str) -> int:
    units = standings.unit_names(view.snapshot, "commune")
    return units.height if scope == COUNTRY else units.filter(pl.col("province_code") == scope).height


def _clear(view: View, found: pl.DataFrame) -> str:
    if not found.get_column("clear").count():
        return view.say("changes.no_intervals")
    words = found.get_column("clear")
    counts = {name: numbers.number((words == name).sum(), view.language) for name in ("rose", "fell", "alike")}
    return view.say("changes.clear", **counts)


def reading(view: View, measure: Measure, found: pl.DataFrame) -> str:
    """How the intervals were made, and which way is better where that is not up."""
    known = found.get_column("clear").count() > 0
    method = "share" if measure.kind == "share" else "other"
    words = [view.say(f"changes.reading.{method}")] if known else []
    if measure.direction != "higher":
        words.append(view.say(f"changes.better.{measure.direction}"))
    return " ".join([*words, view.say("changes.reading.who")])


def _scale(rows: pl.DataFrame) -> Scale:
    ends = [v for name in ("change", "change_low", "change_high") for v in rows.get_column(name).drop_nulls()]
    return Scale(min([*ends, 0.0]), max([*ends, 0.0]))


def _table(view: View, measure: Measure, scope: str, pair: Pair, rows: pl.DataFrame, scale: Scale, title: str) -> str:
    with_n = rows.get_column("n_after").count() > 0
    names = ["unit", "change", "values", *(["n"] if with_n else [])]
    headers = [view.say(f"changes.column.{name}", unit=_unit(view, measure)) for name in names]
    styles = ["", "gd-change", "gd-n gd-wide", *(["gd-n gd-wide"] if with_n else [])]
    body = [_row(view, measure, scope, row, scale)[: len(names)] for row in rows.iter_rows(named=True)]
    return tables.markup(headers, body, title, styles)


def _unit(view: View, measure: Measure) -> str:
    unit = measure.unit.in_language(view.language)
    return view.say("card.points") if unit == "%" else unit


def _row(view: View, measure: Measure, scope: str, row: dict, scale: Scale) -> list[str]:
    say, language = view.say, view.language
    values = [numbers.with_unit(row[end], measure, language) for end in ("before", "after")]
    counts = [numbers.number(row[end], language) for end in ("n_before", "n_after")]
    province = province_names().get(row["province_code"]) if scope == COUNTRY else None
    name = addresses.anchor(view, row["name"], "unit", unit=row["unit_code"])
    name += f'<span class="gd-sub">{escape(province)}</span>' if province else ""
    step = say("changes.step", before=values[0], after=values[1])
    n = say("changes.step", before=counts[0], after=counts[1])
    picture = tables.change(scale, row["change"], row["change_low"], row["change_high"])
    words = f'<span class="gd-value">{_change_words(view, measure, row)}</span>'
    in_small = step if row["n_after"] is None else say("changes.step_n", step=step, n=n)
    return [name + tables.on_phone(in_small), picture + words, escape(step), escape(n)]


def _change_words(view: View, measure: Measure, row: dict) -> str:
    """`+8,4 (2,1 đến 13,0)`; a change that is not clear of chance says so. Markup."""

    def figure(value: float) -> str:
        return numbers.signed(value, view.language, measure.decimals)

    text = figure(row["change"])
    if row["change_low"] is not None:
        ends = view.say("changes.interval", low=figure(row["change_low"]), high=figure(row["change_high"]))
        text += f' <span class="gd-interval">{escape(ends)}</span>'
    if row["clear"] == "alike":
        text += f'<span class="gd-sub">{escape(view.say("changes.unclear"))}</span>'
    return text
