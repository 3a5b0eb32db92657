"""The bulletin as 16:9 slides: a title on each, native charts and tables that can be edited."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Pt

from display.drawing.palette import rgb
from press.brief.content import PRINT
from press.bulletin.content import Bulletin, Tier
from press.bulletin.map_picture import MapPicture
from press.bulletin.parts import named
from press.letters import broken

FONT = "Arial"
_TITLE_ONLY = 5
_WIDTH, _HEIGHT = 338.67, 190.5
"""Of a slide, in millimetres."""
_EDGE, _TOP = 15.0, 34.0
_ROOM = _WIDTH - 2 * _EDGE
_INK, _QUIET, _ACCENT, _WARNING = (RGBColor(*rgb(c)) for c in (PRINT.ink, PRINT.quiet, PRINT.accent, PRINT.warning))
_MOST_LINES = 7
_BODY = _MAP_HEIGHT = 128.0
_POINTS = 72 / 25.4
_SIZES = (18, 16, 14, 12, 11)


def pptx(said: Bulletin, made_at: datetime, drawn: MapPicture | None = None) -> bytes:
    """The slides; `made_at`: when the figures were captured; `drawn`: the map, None where there are no borders."""
    made = Presentation()
    made.slide_width, made.slide_height = _mm(_WIDTH), _mm(_HEIGHT)
    about = made.core_properties
    about.title, about.author, about.last_modified_by, about.comments = said.title, "Gần Dân", "Gần Dân", said.simulated
    about.created = about.modified = made_at.replace(tzinfo=None)
    _opening(made, said)
    if said.findings:
        _findings(made, said)
    if said.tiers:
        _counts(made, said)
    if any(tier.units for tier in said.tiers):
        _ends(made, said)
    if drawn:
        _map(made, said, drawn)
    if said.moved:
        lines = [words for part in said.moved for words in (part.heading, part.says, *part.lines) if words]
        _text(_slide(made, said, said.words["moved"]), lines, _fitting(lines))
    for part in said.further:
        lines = [words for words in (part.says, *named(part, said.language, _MOST_LINES)) if words]
        _text(_slide(made, said, part.heading), lines, _fitting(lines))
    _text(_slide(made, said, said.words["about"]), [part for part in (said.sure, *said.foot) if part], 14)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _opening(made: Any, said: Bulletin) -> None:
    _text(_slide(made, said, said.title), [part for part in (said.sentence, said.headline, said.measure) if part], 24)


def _findings(made: Any, said: Bulletin) -> None:
    """Up to three beside each other: the finding, why it is one, and the units behind it."""
    slide = _slide(made, said, said.words["findings"])
    gap, count = 8.0, len(said.findings)
    width = (_ROOM - gap * (count - 1)) / count
    for at, finding in enumerate(said.findings):
        box = _box(slide, _EDGE + at * (width + gap), _TOP, width, 128)
        _write(box, f"{at + 1}. {finding.says}", 18, bold=True)
        _write(box, finding.reason, 12, colour=_QUIET)
        for words in finding.evidence:
            _write(box, f"– {words}", 13)


def _counts(made: Any, said: Bulletin) -> None:
    """How many units each tier has, as a bar chart."""
    slide = _slide(made, said, said.words["tiers"])
    _text(slide, [said.headline], 20, height=20)
    data = CategoryChartData()
    data.categories = [tier.name for tier in said.tiers]
    data.add_series(said.words["chart"], [tier.count for tier in said.tiers])
    frame = slide.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, _mm(_EDGE), _mm(_TOP + 24), _mm(_ROOM), _mm(112), data
    )
    frame.name = said.headline
    chart = frame.chart
    chart.has_legend = chart.has_title = False
    chart.font.size, chart.font.name = Pt(16), FONT
    chart.value_axis.visible = chart.value_axis.has_major_gridlines = False
    plot = chart.plots[0]
    plot.gap_width, plot.has_data_labels = 60, True
    plot.data_labels.show_value, plot.data_labels.position = True, XL_LABEL_POSITION.OUTSIDE_END
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.rgb = _ACCENT


def _ends(made: Any, said: Bulletin) -> None:
    """The units at both ends as two tables."""
    slide = _slide(made, said, said.words["tiers"])
    named = [tier for tier in said.tiers if tier.units]
    gap = 10.0
    width = (_ROOM - gap * (len(named) - 1)) / len(named)
    for at, tier in enumerate(named):
        left = _EDGE + at * (width + gap)
        _write(_box(slide, left, _TOP, width, 12), f"{tier.name}: {tier.count}", 18, bold=True)
        _table(slide, said, tier, left, _TOP + 14, width)


def _map(made: Any, said: Bulletin, drawn: MapPicture) -> None:
    """The map on the left, on the right what it shows, what its colours mean and whose the borders are."""
    slide = _slide(made, said, said.words["tiers"])
    height = min(_MAP_HEIGHT, _ROOM * 0.62 * drawn.ratio)
    width = height / drawn.ratio
    picture = slide.shapes.add_picture(io.BytesIO(drawn.png), _mm(_EDGE), _mm(_TOP), _mm(width), _mm(height))
    picture.name = drawn.says
    picture._element.nvPicPr.cNvPr.set("descr", drawn.says)
    box = _box(slide, _EDGE + width + 10, _TOP, _ROOM - width - 10, _MAP_HEIGHT)
    _write(box, drawn.says, 18, bold=True)
    for sign, colour, words in drawn.legend:
        _write(box, f"{sign} ", 16, colour=RGBColor(*rgb(colour)))
        _run(box.paragraphs[-1], words, 16, _INK)
    _write(box, drawn.borders, 12, colour=_QUIET)


def _table(slide: Any, said: Bulletin, tier: Tier, left: float, top: float, width: float) -> None:
    rows = [said.headers, *(unit.cells for unit in tier.units)]
    shape = slide.shapes.add_table(len(rows), len(said.headers), _mm(left), _mm(top), _mm(width), _mm(10 * len(rows)))
    shape.name = tier.name
    table = shape.table
    table.horz_banding = False
    for at, part in enumerate((0.4, 0.2, 0.2, 0.2)):
        table.columns[at].width = _mm(width * part)
    for y, row in enumerate(rows):
        for x, words in enumerate(row):
            cell = table.cell(y, x)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.margin_left = cell.margin_right = _mm(1.6)
            cell.fill.solid()
            cell.fill.fore_color.rgb = _ACCENT if y == 0 else RGBColor(255, 255, 255)
            line = cell.text_frame.paragraphs[0]
            line.alignment = PP_ALIGN.RIGHT if x else PP_ALIGN.LEFT
            _run(line, words, 12 if y == 0 else 14, RGBColor(255, 255, 255) if y == 0 else _INK, bold=y == 0)


# --- pieces


def _slide(made: Any, said: Bulletin, title: str) -> Any:
    """A slide with its title, and at its foot what the figures are."""
    slide = made.slides.add_slide(made.slide_layouts[_TITLE_ONLY])
    head = slide.shapes.title
    head.left, head.top, head.width, head.height = _mm(_EDGE), _mm(9), _mm(_ROOM), _mm(20)
    head.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    head.text_frame.word_wrap, head.text_frame.margin_left = True, 0
    line = head.text_frame.paragraphs[0]
    line.alignment = PP_ALIGN.LEFT
    _run(line, title, 30, _ACCENT, bold=True)
    foot = _box(slide, _EDGE, _HEIGHT - 16, _ROOM, 12)
    words = said.foot[-3] if said.simulated else f"{said.title} · {said.foot[-3]}"
    _write(foot, words, 10, colour=_WARNING if said.simulated else _QUIET, bold=bool(said.simulated))
    return slide


def _text(slide: Any, lines: Sequence[str], size: int, height: float = _BODY) -> None:
    box = _box(slide, _EDGE, _TOP, _ROOM, height)
    for words in lines:
        _write(box, words, size)


def _fitting(lines: Sequence[str]) -> int:
    """The largest of our sizes in points at which all lines stand above the foot; the smallest where none does.

    Measured in our own typeface, which is wider than the slides'.
    """
    room, height = _ROOM * _POINTS, _BODY * _POINTS
    taken = {size: sum(size * (1.2 * len(broken(words, size, room)) + 0.5) for words in lines) for size in _SIZES}
    return next((size for size in _SIZES if taken[size] <= height), _SIZES[-1])


def _box(slide: Any, left: float, top: float, width: float, height: float) -> Any:
    box = slide.shapes.add_textbox(_mm(left), _mm(top), _mm(width), _mm(height)).text_frame
    box.word_wrap = True
    box.margin_left = box.margin_right = 0
    return box


def _write(box: Any, words: str, size: int, *, colour: RGBColor = _INK, bold: bool = False) -> None:
    """A paragraph more, in the first one while that is empty."""
    line = box.paragraphs[0] if not box.paragraphs[0].runs else box.add_paragraph()
    line.space_after = Pt(size * 0.5)
    _run(line, words, size, colour, bold=bold)


def _run(line: Any, words: str, size: int, colour: RGBColor, *, bold: bool = False) -> None:
    run = line.add_run()
    run.text = words
    run.font.size, run.font.name, run.font.bold, run.font.color.rgb = Pt(size), FONT, bold, colour


def _mm(length: float) -> Emu:
    return Emu(round(length * 36000))
