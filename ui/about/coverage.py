"""The coverage calendar: of all communes of a province, how many say anything in a month, per source."""

from __future__ import annotations

from datetime import date
from html import escape

import polars as pl

from display.words import numbers
from display.words.view import View
from press.share.markup import listed
from ranking.vocabulary import BASES
from store import coverage
from store.reference import province_names
from ui.frame import html, links
from ui.parts import share

MOST_MONTHS = 12
CLASSES = ("full", "most", "some", "none")
_FULL, _MOST = 99.5, 90.0

Share = tuple[int, int]
"""How many communes report, and how many there are."""


def panel(view: View) -> None:
    """The choice of a source, and the grid of its last months by province."""
    known = coverage.by_month(view.snapshot)
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
    page = {"page": "methods", "part": "cover", "cover": basis}
    share.part(
        view,
        "cover",
        page,
        view.say("about.part.cover"),
        lambda: listed(grid(view, rows)),
        reading=_reading(view, rows),
    )


def _reading(view: View, rows: pl.DataFrame) -> str:
    months = rows.get_column("month").n_unique()
    words = [view.say("about.cover.reading")]
    if months > MOST_MONTHS:
        words.append(view.say("about.cover.last", shown=MOST_MONTHS, n=numbers.number(months, view.language)))
    missing = len(province_names()) - len(_spoken(rows))
    if missing:
        words.append(view.say("about.cover.missing", n=numbers.number(missing, view.language)))
    return " ".join(words)


def grid(view: View, rows: pl.DataFrame) -> str:
    """A table with a row per province, the whole country first, and a column per month, the latest first. Markup."""
    months = rows.get_column("month").unique().sort(descending=True).to_list()[:MOST_MONTHS]
    opened = set(rows.filter("open").get_column("month"))
    names, spoken = province_names(), _spoken(rows)
    here = [code for code in names if code in spoken]
    shares = {(province, month): (n, of) for month, province, n, of in _cells(rows)}
    title = escape(view.say("about.part.cover"))
    head = "".join(f'<th scope="col">{_month(view, month, month in opened)}</th>' for month in months)
    body = _row(view, view.say("about.cover.all"), [_together(rows, month) for month in months])
    body += "".join(_row(view, names[code], [shares[code, month] for month in months]) for code in here)
    return (
        f'<div class="gd-scroll gd-tall" tabindex="0" role="region" aria-label="{title}">'
        f'<table class="gd-table gd-cover"><caption>{title}</caption>'
        f'<thead><tr><th scope="col">{escape(view.say("about.fresh.column.province"))}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cells(rows: pl.DataFrame) -> list[tuple]:
    return rows.select("month", "province", "reporting", "of").rows()


def _spoken(rows: pl.DataFrame) -> set[str]:
    """The provinces that have reported anything in any month: a row for each of the others would say nothing."""
    return set(rows.filter(pl.col("reporting") > 0).get_column("province"))


def _together(rows: pl.DataFrame, month: date) -> Share:
    """All provinces, those too that have no row of their own in the table."""
    reporting, of = rows.filter(pl.col("month") == month).select(pl.col("reporting", "of").sum()).row(0)
    return reporting, of


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
