"""The shortlist on the page: its rows, its table, and what its score is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape

import polars as pl

from display.portraits import gaps, questions, reasons, shortlist
from display.words import addresses, numbers
from display.words.view import View
from ranking.great_circle import distances_km
from ranking.shortlist import PARTS
from ranking.vocabulary import COUNTRY
from store import reference
from ui.frame import html, links
from ui.inspection import plan
from ui.inspection.choices import KINDS, Chosen

PER_PAGE = 15


def rows_of(view: View, chosen: Chosen, last_days: Mapping[str, date]) -> pl.DataFrame:
    """The shortlist of a scope (`display.portraits.gaps.in_order`) with `km` from the start and `visited_on`, filtered.

    `place` is a unit's place in the whole scope: filters shorten the list, they don't move anybody up.
    """
    found = gaps.in_order(view.snapshot, chosen.scope).with_columns(
        scope=pl.lit(chosen.scope),
        visited_on=pl.col("unit_code").replace_strict(dict(last_days), default=None, return_dtype=pl.Date),
    )
    found = found.with_columns(km=_distances(chosen.start, found))
    return found.filter(_wanted(chosen))


def _distances(start: str, rows: pl.DataFrame) -> pl.Series:
    here = plan.place(start) if start else None
    if here is None:
        return pl.Series([None] * rows.height, dtype=pl.Float64)
    return pl.Series(distances_km(here.lat, here.lon, rows.get_column("seat_lat"), rows.get_column("seat_lon")))


def _wanted(chosen: Chosen) -> pl.Expr:
    wanted = pl.lit(True)
    if chosen.kind != "all":
        wanted &= pl.col("kind") == KINDS[chosen.kind]
    if chosen.near_km is not None:
        wanted &= pl.col("km") <= chosen.near_km
    if chosen.unvisited_since:
        wanted &= pl.col("visited_on").is_null() | (pl.col("visited_on") < chosen.unvisited_since)
    if chosen.question:
        name = pl.element().struct.field("name") == chosen.question
        wanted &= pl.col("parts").list.eval(name).list.any()
    return wanted


def leave_both(chosen: Chosen, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("both").list.len() > 0) if chosen.both else rows


# --- the table


def table(view: View, chosen: Chosen, rows: pl.DataFrame, planned: list[str]) -> None:
    """A page of the shortlist; a link in each row puts the unit into the plan or takes it out."""
    last = max(1, -(-rows.height // PER_PAGE))
    page = links.page_number("page", last) if last > 1 else 1
    shown = rows.slice((page - 1) * PER_PAGE, PER_PAGE)
    most = shortlist.scored(view.snapshot, chosen.scope).select(pl.max("score")).item()
    title = escape(view.say("inspection.list"))
    heads = [
        ("gd-rank", "inspection.place"),
        ("", "table.unit.commune"),
        ("", "inspection.score"),
        ("gd-wide", "inspection.why"),
        ("gd-wide", "inspection.last"),
        ("", "inspection.plan_column"),
    ]
    head = "".join(f'<th scope="col" class="{style}">{escape(view.say(key))}</th>' for style, key in heads)
    body = "".join(_tr(view, chosen, row, float(most), planned) for row in shown.iter_rows(named=True))
    html.show(
        f'<div class="gd-scroll" tabindex="0" role="region" aria-label="{title}"><table class="gd-table gd-shortlist">'
        f"<caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _tr(view: View, chosen: Chosen, row: dict, most: float, planned: list[str]) -> str:
    name = addresses.anchor(view, row["name"], "unit", unit=row["unit_code"])
    facts = [reference.province_name(row["province_code"])] if chosen.scope == COUNTRY else []
    if row["km"] is not None:
        facts.append(view.say("inspection.km", n=numbers.number(row["km"], view.language, 1)))
    sub = f'<span class="gd-sub">{escape(" · ".join(facts))}</span>' if facts else ""
    visited = _visited(view, row["visited_on"])
    said = view.say("inspection.last_on", day=visited) if row["visited_on"] else visited
    phone = f'<span class="gd-only-phone">{_why(view, row)}<span class="gd-sub">{escape(said)}</span></span>'
    return (
        f'<tr><td class="gd-rank">{numbers.number(row["place"], view.language)}</td>'
        f'<th scope="row">{name}{sub}{phone}</th><td class="gd-score">{_score(view, row, most)}</td>'
        f'<td class="gd-wide">{_why(view, row)}</td><td class="gd-wide">{escape(visited)}</td>'
        f"<td>{plan.switch(view, row['unit_code'], row['name'], planned)}</td></tr>"
    )


def _score(view: View, row: dict, most: float) -> str:
    """The figure, a bar of its three parts, and the parts in figures."""
    bar = "".join(f'<i class="gd-part-{part}" style="width:{100 * row[part] / most:.1f}%"></i>' for part in PARTS)
    words = " · ".join(
        view.say(f"inspection.part_short.{part}", n=numbers.number(row[part], view.language, 1))
        for part in PARTS
        if row[part]
    )
    figure = numbers.number(row["score"], view.language, 1)
    return (
        f'<span class="gd-row"><span class="gd-parts" aria-hidden="true">{bar}</span><b>{figure}</b></span>'
        f'<span class="gd-sub">{escape(words)}</span>'
    )


def _why(view: View, row: dict) -> str:
    """The reasons as a list. Markup."""
    lines = [f"<li>{escape(text)}</li>" for text in reasons.reasons(view, row)]
    return f'<ul class="gd-why">{"".join(lines)}</ul>'


def _visited(view: View, day: date | None) -> str:
    return view.say("inspection.never") if day is None else numbers.day(day, view.language)


# --- how the score is made


def about_score(view: View) -> None:
    """Every weight that the score is made of, as the files say."""
    weights, known = shortlist.weights(), questions.questions()
    lines = [
        (view.say("inspection.part.question"), q.short.in_language(view.language), q.weight) for q in known.values()
    ]
    for kind in ("below", "worsening"):
        for name, points in getattr(weights, kind).items():
            measure = reference.measures()[name].short.in_language(view.language)
            lines.append((view.say(f"inspection.part.{kind}"), measure, points))
    html.caption(view.say("inspection.score.about"))
    body = "".join(
        f'<tr><th scope="row">{escape(part)}</th><td>{escape(name)}</td>'
        f'<td class="gd-n">{numbers.number(points, view.language, 1)}</td></tr>'
        for part, name, points in lines
    )
    heads = "".join(
        f'<th scope="col" class="{style}">{escape(view.say(key))}</th>'
        for style, key in (("", "inspection.part"), ("", "inspection.part.what"), ("gd-n", "inspection.part.most"))
    )
    html.show(
        '<div class="gd-scroll"><table class="gd-table">'
        f"<caption>{escape(view.say('inspection.score.title'))}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )
