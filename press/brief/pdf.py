"""The printed brief: one A4 page per commune, for the car; of a plan one file with a cover, and its checklists."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import typst

from display.portraits import checklist, plan
from display.words import numbers
from display.words.marks import simulated_suffix
from display.words.view import View
from files.places import HOME
from press import workbook
from press.brief.content import PRINT, column, icons, sheet
from ranking.route import Stop
from store import units
from store.reference import province_name

_EPOCH = (1980, 1, 1, 0, 0, 0)
_RIGHT = frozenset({"km", "total", "questions", "page"})


def pdf(view: View, code: str) -> bytes:
    """The brief of a commune: always one A4 page, in the reader's language."""
    view = _on_paper(view)
    title = view.say("brief.title", unit=units.known(code)["full_name"])
    return _typeset(view, title, [sheet(view, code)])


def file_name(view: View, code: str) -> str:
    """`gan-dan_to-tom-tat_16654.pdf`; a simulated one says so in its name."""
    return f"gan-dan_to-tom-tat_{code}{simulated_suffix(view)}.pdf"


def plan_pdf(view: View, trip: Sequence[Stop], start: str, tick: Callable[[], None] = lambda: None) -> bytes:
    """The briefs of a trip in its order, one page each, behind a cover; `tick` is called after each commune."""
    view = _on_paper(view)
    sheets = []
    for stop in trip:
        sheets.append(sheet(view, stop.place.code))
        tick()
    cover = _cover(view, trip, start)
    return _typeset(view, cover["title"], sheets, cover)


def plan_zip(view: View, trip: Sequence[Stop]) -> bytes:
    """The checklists of a trip as workbooks in one archive, numbered in its order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, stop in enumerate(trip, 1):
            name = f"{number:02}_{workbook.file_name(view, stop.place.code)}"
            content = workbook.workbook(view, stop.place.code)
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def plan_name(view: View, what: str) -> str:
    """The name of a plan's file without its ending: `gan-dan_ke-hoach_to-tom-tat`."""
    return f"gan-dan_ke-hoach_{what}{simulated_suffix(view)}"


def _on_paper(view: View) -> View:
    """The view in colours for paper, whatever theme the reader has on screen."""
    return replace(view, palette=PRINT, narrow=False)


def _typeset(view: View, title: str, sheets: Sequence[dict], cover: dict | None = None) -> bytes:
    manifest, say = view.snapshot.manifest, view.say
    nature = say(f"nature.{manifest.nature}", captured=numbers.local_date(manifest.captured_at, view.language))
    data = {
        "title": title,
        "language": view.language,
        "across": say("brief.across") if manifest.nature == "simulated" else "",
        "nature": nature,
        "foot": say("shell.footer", nature=nature, snapshot=manifest.id),
        "pages": say("brief.page", page="{page}") if cover else "",
        "colours": {"ink": PRINT.ink, "quiet": PRINT.quiet, "line": PRINT.line},
        "icons": icons(),
        "cover": cover,
        "units": sheets,
    }
    return typeset(data, manifest.captured_at)


def _cover(view: View, trip: Sequence[Stop], start: str) -> dict[str, Any]:
    """The plan's table: the stops in order, how far, how much to ask, and the page to turn to."""
    say = view.say
    widths = {"stop": 0.7, "unit": 4, "province": 2.2, "km": 2, "total": 2, "questions": 1.3, "page": 1}
    headers = {
        "stop": say("plan.column.stop"),
        "unit": say("brief.plan.unit"),
        "province": say("brief.plan.province"),
        "km": say("plan.column.km"),
        "total": say("plan.column.total"),
        "questions": say("brief.plan.questions"),
        "page": say("brief.plan.page"),
    }
    return {
        "title": say("brief.plan.title", n=len(trip)),
        "sentence": plan.sentence(view, trip, start),
        "columns": [column(headers[name], widths[name], name in _RIGHT) for name in widths],
        "rows": [_stop(view, number, stop) for number, stop in enumerate(trip, 1)],
        "notes": say("inspection.km_note"),
    }


def _stop(view: View, number: int, stop: Stop) -> list[str]:
    unit = units.known(stop.place.code)
    km, total = (numbers.number(distance, view.language, 1) for distance in (stop.km, stop.total_km))
    asked = len(checklist.asked(view, stop.place.code))
    province = province_name(unit["province_code"])
    return [str(number), unit["full_name"], province, km, total, str(asked), str(number + 1)]


_TEMPLATES = HOME / "data" / "brief"
_FONTS = HOME / "static" / "fonts" / "ttf"
# For those who listen to it: tagged, with headings, title, language and words for each picture (ISO 14289-1).
# The typesetter refuses a template that breaks what a program can check of it.
_STANDARD: Literal["ua-1"] = "ua-1"


def typeset(data: Mapping[str, object], made_at: datetime, template: str = "brief.typ") -> bytes:
    """The PDF that a template of `data/brief/` makes of `data`; the same bytes for the same data and `made_at`.

    Texts travel as JSON, never as source of the template, so whatever a name holds is printed as it stands.
    """
    compiler = _compiler(data, template)
    made = compiler.compile(format="pdf", timestamp=made_at, pdf_standards=_STANDARD)
    if not isinstance(made, bytes):
        raise TypeError(f"{template}: the typesetter gave {type(made).__name__} for a PDF")
    return made


def drawn(svg: str, width: int, height: int, scale: int = 1) -> bytes:
    """An SVG drawing as PNG, `scale` times as many pixels wide and high; its words in our typeface."""
    compiler = _compiler({"svg": svg, "width": width, "height": height}, "phone.typ")
    made = compiler.compile(format="png", ppi=72 * scale)
    if not isinstance(made, bytes):
        raise TypeError(f"phone.typ: the typesetter gave {type(made).__name__} for a picture")
    return made


def _compiler(data: Mapping[str, object], template: str) -> typst.Compiler:
    return typst.Compiler(
        _TEMPLATES / template,
        root=_TEMPLATES,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Our typeface; the typesetter's own ones only for a letter that ours lacks."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[_FONTS])
