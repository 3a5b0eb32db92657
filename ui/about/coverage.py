"""The coverage calendar: of all communes of a province, how many say anything in a month, per source."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from html import escape

import polars as pl

from display.words import numbers
from display.words.view import View
from ranking.periods import MERGER
from ranking.suppression import places_of
from ranking.vocabulary import BASES
from store import sight, states
from store.months import is_month
from store.reference import province_names, reference_table
from store.snapshot import Snapshot
from ui.frame import html, links

MOST_MONTHS = 12
CLASSES = ("full", "most", "some", "none")
_FULL, _MOST = 99.5, 90.0

Share = tuple[int, int]
"""How many communes report, and how many there are."""


@lru_cache(maxsize=4)
def coverage(snapshot: Snapshot) -> pl.DataFrame:
    """`basis`, `month`, `open` (not over yet), `province`, `reporting`, `of` (communes there were then)."""
    months = (
        sight.scan(snapshot, "measurements")
        .filter(pl.col("level") == "commune", pl.col("field") == "all", is_month())
        .group_by("unit_code", "basis", month="period_start")
        .agg(reports=states.answered().any(), open=(pl.col("period_kind") == "to_date").all())
        .collect()
    )
    places = places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))
    return covered(months, places)


def covered(months: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """As `coverage`, from `unit_code`, `basis`, `month`, `reports`, `open`, and `ranking.suppression.places_of`.

    A commune reports if any of its figures says something, be it that there were no dossiers. Before the
    merger the old communes count, each in the province of today. A province that has figures in one month of a
    basis stands in all of its months, with nobody reporting where there is no row.
    """
    there = places.filter(pl.col("old").is_not_null())
    known = months.with_columns(old=pl.col("month") < MERGER).join(there, on=["unit_code", "old"])
    reporting = known.group_by("basis", "month", "province").agg(reporting=pl.col("reports").sum().cast(pl.Int64))
    calendar = known.group_by("basis", "month", "old").agg(pl.col("open").all())
    counts = there.group_by("province", "old").agg(of=pl.len().cast(pl.Int64))
    return (
        calendar.join(known.select("basis", "province").unique(), on="basis")
        .join(reporting, on=["basis", "month", "province"], how="left")
        .join(counts, on=["province", "old"])
        .select("basis", "month", "open", "province", pl.col("reporting").fill_null(0), "of")
        .sort("basis", "month", "province")
    )


def panel(view: View) -> None:
    """The choice of a source, and the grid of its last months by province."""
    known = coverage(view.snapshot)
    bases = [basis for basis in BASES if basis in set(known.get_column("basis"))]
    if not bases:
        html.caption(view.say("about.cover.none"))
        return
    basis = links.segments(
        view.say("about.basis"),
        "cover",
        bases,
        bases[0],
        lambda code: view.say(f"basis.{code}"),
        label_visibility="collapsed",
    )
    rows = known.filter(pl.col("basis") == basis)
    html.caption(_reading(view, rows))
    html.show(grid(view, rows) + _legend(view))


def _reading(view: View, rows: pl.DataFrame) -> str:
    months = rows.get_column("month").n_unique()
    words = [view.say("about.cover.reading")]
    if months > MOST_MONTHS:
        words.append(view.say("about.cover.last", shown=MOST_MONTHS, n=numbers.number(months, view.language)))
    missing = len(province_names()) - rows.get_column("province").n_unique()
    if missing:
        words.append(view.say("about.cover.missing", n=numbers.number(missing, view.language)))
    return " ".join(words)


def grid(view: View, rows: pl.DataFrame) -> str:
    """A table with a row per province, the whole country first, and a column per month, the latest first. Markup."""
    months = rows.get_column("month").unique().sort(descending=True).to_list()[:MOST_MONTHS]
    opened = set(rows.filter("open").get_column("month"))
    names = province_names()
    here = [code for code in names if code in set(rows.get_column("province"))]
    shares = {(province, month): (n, of) for month, province, n, of in _cells(rows)}
    title = escape(view.say("about.part.cover"))
    head = "".join(f'<th scope="col">{_month(view, month, month in opened)}</th>' for month in months)
    body = _row(view, view.say("about.cover.all"), [_together(shares, here, month) for month in months])
    body += "".join(_row(view, names[code], [shares[code, month] for month in months]) for code in here)
    return (
        f'<div class="gd-scroll gd-tall" tabindex="0" role="region" aria-label="{title}">'
        f'<table class="gd-table gd-cover"><caption>{title}</caption>'
        f'<thead><tr><th scope="col">{escape(view.say("about.fresh.column.province"))}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cells(rows: pl.DataFrame) -> list[tuple]:
    return rows.select("month", "province", "reporting", "of").rows()


def _together(shares: dict[tuple[str, date], Share], provinces: list[str], month: date) -> Share:
    reporting, of = zip(*(shares[code, month] for code in provinces), strict=True)
    return sum(reporting), sum(of)


def _month(view: View, month: date, is_open: bool) -> str:
    note = f'<span class="gd-sub">{escape(view.say("about.cover.open"))}</span>' if is_open else ""
    return f"{month.month}/{month.year}{note}"


def _row(view: View, name: str, cells: list[Share]) -> str:
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(_cell(view, *cell) for cell in cells)}</tr>'


def _cell(view: View, reporting: int, of: int) -> str:
    share = 100 * reporting / of
    counts = view.say("about.cover.cell", n=_n(view, reporting), of=_n(view, of))
    return f'<td class="gd-cover-{kind(share)}" title="{escape(counts)}">{_n(view, _whole(share))}</td>'


def _n(view: View, value: float) -> str:
    return numbers.number(value, view.language)


def _whole(share: float) -> int:
    """Rounded, but 100 and 0 only where they are exact: a missing commune must not vanish in the rounding."""
    return int(share) if share in (0, 100) else min(max(int(numbers.rounded(share)), 1), 99)


def kind(share: float) -> str:
    """The class of a share in per cent."""
    return "full" if share >= _FULL else "most" if share >= _MOST else "some" if share > 0 else "none"


def _legend(view: View) -> str:
    items = "".join(
        f'<li><span class="gd-swatch gd-cover-{name}"></span>{escape(_legend_words(view, name))}</li>'
        for name in CLASSES
    )
    return f'<ul class="gd-legend gd-cover-legend">{items}</ul>'


def _legend_words(view: View, name: str) -> str:
    return view.say("about.cover.none_reported" if name == "none" else f"about.cover.{name}")
