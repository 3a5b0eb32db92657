"""How long people wait at a commune's centre, field by field: a sentence, and a table with a drawing of the tenths."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import streamlit as st

from display.words import addresses, numbers, waits
from display.words.view import View
from display.words.waits import Line
from ranking.dossiers.procedure_waits import COMMONEST, FEWEST
from store import units
from store import waits as told
from store.policy import policy
from store.procedures import name_of
from ui.frame import html
from ui.parts import panel

_COLUMNS = ("half", "most", "province", "course")


def section(view: View, code: str) -> None:
    """Nothing where no dossiers tell it."""
    home = units.known(code)["province_code"]
    rows, province = (told.of_unit(view.snapshot, one).to_dicts() for one in (code, home))
    if not rows:
        return
    st.subheader(view.say("wait.title"), anchor=False)
    lines = waits.lines(view.say, rows, province)
    words = " ".join([*waits.sentences(view.say, rows), *_against_province(view, lines)])
    html.show(f'<p class="gd-sentence">{escape(words)}</p>')
    html.show(table(view, lines))
    _procedures(view, code)
    seen = view.snapshot.seen
    small = [] if seen is None or home in seen else [view.say("wait.public", minimum=policy().minimum)]
    html.caption(" ".join([view.say("wait.reading"), *small]))
    link = addresses.anchor(view, view.say("wait.method"), "methods", depth="full")
    html.show(f'<p class="gd-caption">{link}</p>')


def _procedures(view: View, code: str) -> None:
    """The same by procedure, behind a fold, where the reader may see any."""
    rows = told.procedures_of(view.snapshot, code).with_columns(field="procedure").to_dicts()
    if not rows:
        return
    home = units.known(code)["province_code"]
    province = told.procedures_of(view.snapshot, home).with_columns(field="procedure").to_dicts()
    lines = [replace(line, field=name_of(line.field)) for line in waits.lines(view.say, rows, province)]
    title = view.say("wait.procedures", n=numbers.number(len(rows), view.language))
    with panel.part(title, "procedures", ":material/list:") as box:
        if box.open:
            html.show(table(view, lines, "procedure"))
            html.caption(view.say("wait.procedures.note", most=COMMONEST, least=FEWEST))


def _against_province(view: View, lines: list[Line]) -> list[str]:
    if not any(line.province and line.half for line in lines[1:]):
        return []
    longer = ", ".join(line.field for line in lines if line.is_longer)
    return [view.say("wait.longer", fields=longer) if longer else view.say("wait.longer.none")]


def table(view: View, lines: list[Line], of: str = "field") -> str:
    """One row per field, or procedure, on one axis of days, drawn from the first to the ninth tenth. Markup."""
    longest = max((max(line.tenths.values()) for line in lines if line.tenths), default=0) or 1
    names = {name: view.say(f"wait.column.{name}", longest=longest) for name in _COLUMNS}
    head = "".join(f'<th scope="col" class="gd-n">{escape(name)}</th>' for name in names.values())
    body = "".join(_row(view, line, names, longest) for line in lines)
    title = escape(view.say("wait.caption" if of == "field" else "wait.procedures.caption"))
    return (
        f'<div class="gd-scroll"><table class="gd-table gd-stacks"><caption>{title}</caption>'
        f'<thead><tr><th scope="col">{escape(view.say(f"wait.column.{of}"))}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(view: View, line: Line, names: dict[str, str], longest: int) -> str:
    cells = {
        "half": _figure(view, line.half, line.half_range, strong=True),
        "most": _figure(view, line.most, line.most_range),
        "province": escape(line.province) or _untold(view),
        "course": course(view, line.tenths, longest),
    }
    rest = "".join(
        f'<td class="gd-n" data-label="{escape(names[name])}"><div>{cell}</div></td>' for name, cell in cells.items()
    )
    return f'<tr><th scope="row">{escape(line.field)}</th>{rest}</tr>'


def _figure(view: View, days: str, between: str, *, strong: bool = False) -> str:
    if not days:
        return _untold(view)
    figure = f'<span class="gd-strong">{escape(days)}</span>' if strong else escape(days)
    return f'{figure}<span class="gd-sub">{escape(between)}</span>'


def _untold(view: View) -> str:
    return f'<abbr title="{escape(view.say("wait.untold.why"))}">{escape(view.say("wait.untold"))}</abbr>'


def course(view: View, tenths: dict[int, int], longest: int) -> str:
    """A line from the first to the ninth tenth, a dot at each, a larger one at half. Markup."""
    if not tenths:
        return ""

    def at(days: int) -> float:
        return 100 * days / longest

    first, last = min(tenths.values()), max(tenths.values())
    dots = "".join(
        f'<u class="{"gd-half" if k == 5 else ""}" style="left:{at(days):.1f}%"></u>' for k, days in tenths.items()
    )
    drawn = f'<i style="left:{at(first):.1f}%;width:{at(last) - at(first):.1f}%"></i>{dots}'
    return f'<span class="gd-wait" aria-hidden="true">{drawn}</span>'
