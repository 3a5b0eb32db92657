"""What is expected of a commune's month that is not closed yet, below what the first third takes."""

from __future__ import annotations

from html import escape

import polars as pl

from display.words import forecasts as words
from display.words.view import View
from store import forecasts, units
from ui.frame import html


def section(view: View, code: str) -> None:
    """A line per figure of which something is expected, and folded how good that was; nothing where there is none."""
    province = units.known(code)["province_code"]
    lines, told, months = [], [], set()
    for measure, basis in forecasts.FIGURES:
        found = forecasts.expected(view.snapshot, province, measure, basis)
        own = found.rows.filter(pl.col("unit_code") == code) if found else None
        if found is None or own is None or own.is_empty():
            continue
        months.add(found.start)
        lines.append((found.start, words.one(view, measure, own.row(0, named=True))))
        kept = forecasts.scored(view.snapshot, province, measure, basis)
        told += [said] if (said := words.quality(view, measure, found, kept)) else []
    for start in sorted(months):
        title = escape(view.say("forecast.title", month=words.month(view, start)))
        items = "".join(f"<li>{escape(line)}</li>" for day, line in lines if day == start)
        html.show(f'<h3 class="gd-list-title">{title}</h3><ul class="gd-list">{items}</ul>')
    if lines:
        html.caption(view.say("forecast.basis"))
    if told:
        items = "".join(f"<li>{escape(line)}</li>" for line in told)
        summary = escape(view.say("forecast.how"))
        html.show(f'<details class="gd-caption gd-fold"><summary>{summary}</summary><ul>{items}</ul></details>')
