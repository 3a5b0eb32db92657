"""Who has reported, in words: how many of all there are, and the name of each that has not with its last time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

import polars as pl

from display.words import numbers
from display.words.text import Speaker
from ranking.frame_types import Row
from ranking.vocabulary import COUNTRY
from store import coverage
from store.coverage import Coverage
from store.reference import province_name, province_names, reference_table

MOST_LISTED = 400
"""Names beyond which a list is no help any more: of whole provinces that are missing the province is named."""


def line(say: Speaker, found: Coverage) -> str:
    """`Tháng 8/2026, theo biểu II.06: 164/166 đơn vị đã báo cáo, thiếu 2.` Plain text."""
    key = "coverage.line" if found.missing.height else "coverage.all"
    return say(
        key,
        basis=say(f"basis.{found.basis}"),
        period=numbers.period(found.period, say.language),
        n=numbers.number(found.reporting, say.language),
        of=numbers.number(found.of, say.language),
        missing=numbers.number(found.missing.height, say.language),
    )


def since(say: Speaker, row: Row) -> str:
    """What the source says of a missing unit, and since when. Plain text."""
    return f"{say('state.' + row['state'])}, {_when(say, row)}"


def _when(say: Speaker, row: Row) -> str:
    last = coverage.last(row)
    if last is None:
        return say("coverage.never")
    return say("coverage.last", period=numbers.period_in_sentence(last, say.language))


Link = Callable[[Row], str]
"""The name of a unit as markup, say as a link to its page."""


def missing(say: Speaker, found: Coverage, scope: str, link: Link | None = None) -> list[str]:
    """One line for each unit that is missing: its name, in the country its province, and since when. Markup.

    A province that is missing with all of its communes is one line of a list of the country, with their number.
    """
    rows = found.missing
    lines = []
    if scope == COUNTRY:
        whole = _whole_provinces(rows)
        lines = [_whole_province(say, row) for row in whole]
        rows = rows.filter(~pl.col("province_code").is_in([row["province_code"] for row in whole]))
    named = [_named(say, row, scope, link or _plain) for row in rows.head(MOST_LISTED).iter_rows(named=True)]
    more = rows.height - len(named)
    return [*lines, *named, *([escape(say("coverage.more", n=numbers.number(more, say.language)))] if more else [])]


def _plain(row: Row) -> str:
    return escape(row["name"])


def _named(say: Speaker, row: Row, scope: str, link: Link) -> str:
    place = f", {province_name(row['province_code'])}" if scope == COUNTRY else ""
    return f"{link(row)}{escape(place)}: {escape(since(say, row))}"


def _whole_province(say: Speaker, row: Row) -> str:
    n = numbers.number(row["n"], say.language)
    return escape(say("coverage.province", place=province_name(row["province_code"]), n=n, since=_when(say, row)))


def _whole_provinces(rows: pl.DataFrame) -> list[Row]:
    """The provinces of which no commune reports, in the order of lists: `n` communes, and the last period of any."""
    last = pl.col("last_start", "last_end", "last_kind").sort_by("last_end", "last_start", nulls_last=False).last()
    sizes = reference_table("units").group_by("province_code").agg(of=pl.len())
    found = rows.group_by("province_code").agg(last, n=pl.len()).join(sizes, on="province_code")
    by_code = {row["province_code"]: row for row in found.iter_rows(named=True) if row["n"] == row["of"]}
    return [by_code[code] for code in province_names() if code in by_code]


def listed(say: Speaker, found: Coverage, scope: str, most: int, link: Link | None = None) -> str:
    """The names of those that are missing; more than `most` lines fold away. Markup."""
    lines = missing(say, found, scope, link)
    if len(lines) <= most:
        return _list(lines)
    title = say("coverage.names", n=numbers.number(found.missing.height, say.language))
    return f'<details class="gd-fold"><summary>{escape(title)}</summary>{_list(lines)}</details>'


def folded(say: Speaker, found: Coverage, scope: str) -> str:
    """The line of a source, with those that are missing folded away below it. Markup."""
    words = escape(line(say, found))
    if found.missing.is_empty():
        return f'<p class="gd-caption">{words}</p>'
    return f'<details class="gd-fold"><summary>{words}</summary>{_list(missing(say, found, scope))}</details>'


def _list(lines: Iterable[str]) -> str:
    return f'<ul class="gd-list gd-missing">{"".join(f"<li>{text}</li>" for text in lines)}</ul>'
