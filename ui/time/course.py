"""The main chart of the page about time: country, province and chosen communes in one measure, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import plotly.graph_objects as go
import polars as pl

from display.drawing import curves, spans
from display.drawing.curves import Line
from display.drawing.palette import LIGHT
from display.drawing.plotted import Room
from display.drawing.spans import Span
from display.words import addresses, numbers, over_time
from display.words.view import View
from press.brief.content import plain_text
from press.share.shareable import Listed
from ranking.measures import Measure
from ranking.vocabulary import COUNTRY
from store.months import series
from store.reference import measures
from ui.parts import charts, share
from ui.time import history, sharing
from web.open.embed_drawn import Drawn

RATIO = 0.5


@dataclass(frozen=True)
class Course:
    """All that the chart draws: the months before the merger, the curves since, longer periods, the middle of all."""

    past: Sequence[history.Past]
    curves: Sequence[Line]
    spans: Sequence[Span]
    fan: pl.DataFrame
    marks: Sequence[tuple[date, str]]

    @property
    def lines(self) -> list[Line]:
        return [*self.past, *self.curves, *self.spans]

    @property
    def is_drawable(self) -> bool:
        return bool(self.spans) or curves.is_drawable(self.curves, self.fan)


def of(view: View, measure: Measure, scope: str, units: Sequence[str]) -> Course:
    """In the colours of the view."""
    past, own = history.before_merger(view, measure, units), curves.lines(view, measure, scope, units)
    strokes, fan = spans.spans(view, measure, scope), curves.fan(view, measure, scope)
    marks = curves.marks(view, scope, curves.days_of([*past, *own, *strokes], fan))
    return Course(past, own, strokes, fan, marks)


def figure(view: View, measure: Measure, course: Course) -> go.Figure:
    return charts.over_time(view, measure, course.lines, course.fan, course.marks, curves.targets(view, measure))


def figure_of(measure: Measure, scope: str, units: Sequence[str], view: View) -> go.Figure:
    """The chart in the colours of a view, for wherever it is drawn."""
    return figure(view, measure, of(view, measure, scope, units))


def control(view: View, measure: Measure, scope: str, units: Sequence[str], finding: str, reading: str) -> None:
    """What can be taken along of the chart: it, every figure in words, and the months behind its curves."""
    asked = sharing.choices(measure, scope, units)
    sharing.control(
        view,
        "course",
        measure,
        scope,
        lambda: Listed(
            curves.headers(view, measure), over_time.known_values(view, measure, scope, units), frozenset({2, 3})
        ),
        title=title(view, measure, scope),
        finding=finding,
        units=units,
        draw=share.chart(view, partial(figure_of, measure, scope, units)),
        ratio=RATIO,
        reading=reading,
        raw=partial(months, view, measure, scope, units),
        embed=addresses.embedded(
            view, "time", province=asked["province"], measure=measure.id, **{"units": asked["units"]} if units else {}
        ),
    )


def title(view: View, measure: Measure, scope: str) -> str:
    """What the chart is of, with its place, for where no page names it."""
    return view.say("share.of_place", title=over_time.title(view, measure), place=sharing.place(view, scope))


def months(view: View, measure: Measure, scope: str, units: Sequence[str]) -> pl.DataFrame:
    """The periods behind the curves with their counts."""
    wanted = [(level, code) for level, code, *_ in curves.placed(view, scope)] + [("commune", code) for code in units]
    return pl.concat([series(view.snapshot, measure.id, level, (code,)) for level, code in wanted])


def embedded(view: View, query: Mapping[str, str]) -> Drawn | None:
    """The chart for an iframe; None where no curve can be drawn of what the view may see."""
    measure, scope = measures()[query.get("measure", "on_time_share")], query.get("province", COUNTRY)
    known = curves.communes(view, measure.id, scope)
    units = [code for code in query.get("units", "").split(",") if code in known]
    drawn = of(view, measure, scope, units)
    if not drawn.is_drawable:
        return None
    draw = share.chart(view, partial(figure_of, measure, scope, units))
    write = partial(_written, view.language)
    return Drawn(
        title=title(view, measure, scope),
        finding=plain_text(over_time.sentence(view, measure, scope, None, units)),
        pictures=[draw(Room(width, height, LIGHT, write)) for width, height in _EMBEDDED],
        legend=(),
        notes=[
            curves.reading(view, measure, scope, drawn.curves, drawn.fan, [*drawn.past, *drawn.spans]),
            sharing.source(view, measure),
        ],
        page=addresses.address(view, "online_filing", **sharing.choices(measure, scope, units)),
    )


_EMBEDDED = ((360, 320), (760, 380))
"""From the narrowest, width and height in pixels."""


def _written(language: str, value: float, decimals: int) -> str:
    return numbers.number(value, language, decimals)
