"""Every measure of a commune over time, as small charts of one size that lead to the page about time."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from display.drawing import svg_images
from display.portraits import practices as portraits
from display.portraits import promises
from display.portraits.summary import Row
from display.portraits.trends import HEIGHT, WIDTH, drawable, last_value, svg
from display.words import addresses
from display.words.view import View
from journal.promises import Promise
from store import units
from store.practices import Practice
from ui.frame import html
from ui.parts import practices
from ui.unit import sharing

_NARROW_WIDTH, _NARROW_HEIGHT = 150, 104


def small_multiples(view: View, code: str) -> None:
    """One chart for each measure with three known months; where there are none, why."""
    known, began = promises.of_unit(view, code), practices.of_unit(view, code)
    charts = [_figure(view, code, row, known, began) for row in drawable(view.snapshot, code)]
    if not charts:
        html.caption(view.say("unit.trends.too_few"))
        return
    html.show(f'<div class="gd-multiples">{"".join(charts)}</div>')
    promised = any(one.measure for one in known)
    flagged = [view.say("promises.chart")] if promised and not began else []
    flagged += [view.say("practices.chart.both" if promised else "practices.chart")] if began else []
    html.caption("; ".join([view.say("unit.trends.reading").rstrip("."), *flagged]) + ".")
    sharing.of_trends(view, code)


def _figure(view: View, code: str, row: Row, known: Sequence[Promise], began: Sequence[Practice]) -> str:
    """One chart with its name and last month, as a link to the page about time for who may open it."""
    say, language = view.say, view.language
    name = row.measure.short.in_language(language)
    last = [month for month in row.months if month.value is not None][-1]
    value = last_value(view, row, last)
    month = say("unit.trends.month", month=last.start.month, year=last.start.year)
    alt = say(
        "unit.trends.alt", measure=name, value=value, month=month, variation=say(f"unit.variation.{row.variation}")
    )
    province = units.known(code)["province_code"]
    address = addresses.address(view, "online_filing", over=row.measure.id, units=code, province=province)
    size = (_NARROW_WIDTH, _NARROW_HEIGHT) if view.narrow else (WIDTH, HEIGHT)
    figure = (row.measure.id, row.basis)
    flags = (*promises.marked(known, *figure), *portraits.marked(began, *figure))
    drawn = svg_images.image(svg(view, code, row, *size, flags=flags, together=True), alt, "gd-chart")
    open_to_reader = view.reader.may("page.online_filing")
    tag, leads = ("a", f' href="{escape(address)}" target="_self"') if open_to_reader else ("div", "")
    return (
        f'<{tag} class="gd-multiple"{leads}><span class="gd-row">'
        f'<span class="gd-multiple-name">{escape(name)}</span><span class="gd-strong">{escape(value)}</span></span>'
        f'<span class="gd-row gd-sub"><span>{escape(say(f"unit.variation.{row.variation}"))}</span>'
        f"<span>{escape(month)}</span></span>{drawn}</{tag}>"
    )
