"""The fields (lĩnh vực) of a commune's dossiers: how many, how many on time, and which ones drive the lateness."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import polars as pl

from display.portraits.fields import ON_TIME, Field, Fields, fields_of, when
from display.words import bring_in, numbers
from display.words.view import View
from press.share.markup import listed
from store import units
from store.reference import measures
from store.snapshot import Snapshot
from ui.frame import html
from ui.unit import sharing

_COLUMNS = ("field", "received", "on_time", "province", "late", "part")


# --- the section


def section(view: View, code: str) -> None:
    """Which fields drive the lateness, in a sentence and a table; why it is not known and what to bring in."""
    found = fields_of(view.snapshot, code)
    if found is None and _are_asked(view.snapshot, code):
        html.caption(view.say("unit.fields.silent"))
        return
    if found is None:
        html.show(bring_in.line(view, view.say("unit.fields.unknown"), ["form", "dossiers"]))
        return
    text = " ".join([sentence(view, found), *_against_province(view, found)])
    html.show(f'<p class="gd-sentence">{escape(text)}</p>')
    shown, reading = table(view, found), view.say("unit.fields.reading", basis=view.say(f"basis.{found.basis}"))
    html.show(shown)
    html.caption(reading)
    title = view.say("unit.fields.title")
    sharing.control(view, code, "unit_fields", title, lambda: listed(shown), finding=text, reading=reading)


def _are_asked(snapshot: Snapshot, code: str) -> bool:
    """Whether a source has a place for the unit's fields, though nothing stands in it."""
    rows = units.figures(snapshot, code).filter(pl.col("measure").is_in(ON_TIME))
    return rows.get_column("field").ne("all").any()


def sentence(view: View, found: Fields) -> str:
    """The fields behind half of the late dossiers, against their part of all dossiers. Plain text."""
    months = when(view, found)
    driving, all_dossiers = found.driving(), sum(field.n for field in found.fields)
    late = sum(field.late for field in found.fields)
    if not driving:
        return view.say("unit.fields.nothing_late", months=months, n=numbers.number(all_dossiers, view.language))
    part = sum(field.part or 0 for field in driving)
    of_all = sum(field.n for field in driving) / all_dossiers
    return view.say(
        "unit.fields.drive",
        months=months,
        late=numbers.number(late, view.language),
        n=numbers.number(all_dossiers, view.language),
        fields=", ".join(field.name for field in driving),
        part=_percent(view, part),
        of_all=_percent(view, of_all),
    )


def _against_province(view: View, found: Fields) -> list[str]:
    if all(field.province is None for field in found.fields):
        return []
    names = ", ".join(field.name for field in found.worse())
    return [view.say("unit.fields.worse", fields=names) if names else view.say("unit.fields.none_worse")]


def _percent(view: View, part: float | None) -> str:
    if part is None:
        return numbers.MISSING
    return view.say("unit.percent", n=numbers.number(100 * part, view.language))


def table(view: View, found: Fields) -> str:
    """One row per field with its part of the lateness as a bar. Markup."""
    title = escape(view.say("unit.fields.caption"))
    head = "".join(
        f'<th scope="col" class="{"gd-n" if n else ""}">{escape(view.say(f"unit.fields.{name}"))}</th>'
        for n, name in enumerate(_COLUMNS)
    )
    body = "".join(_row(view, field, found.fields, found.measure) for field in found.fields)
    return (
        f'<div class="gd-scroll"><table class="gd-table gd-stacks"><caption>{title}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(view: View, field: Field, fields: Sequence[Field], name: str) -> str:
    measure, language = measures()[name], view.language
    low, high = (numbers.number(end, language, measure.decimals) for end in (field.low, field.high))
    on_time = f'<span class="gd-strong">{escape(numbers.with_unit(field.on_time, measure, language))}</span>'
    late, n = (numbers.number(count, language) for count in (field.late, field.n))
    largest = max((other.part or 0 for other in fields), default=0) or 1
    width = 100 * (field.part or 0) / largest
    bar = f'<span class="gd-track" aria-hidden="true"><i style="width:{width:.1f}%"></i></span>'
    cells = (
        escape(numbers.number(field.received, language)),
        f'{on_time}<span class="gd-sub">{escape(f"{low}–{high}")}</span>',
        escape(numbers.with_unit(field.province, measure, language)),
        escape(view.say("unit.fields.late_of", late=late, n=n)),
        f'<div class="gd-cell">{bar}<span class="gd-value">{escape(_percent(view, field.part))}</span></div>',
    )
    rest = "".join(
        f'<td class="gd-n" data-label="{escape(view.say(f"unit.fields.{label}"))}"><div>{cell}</div></td>'
        for label, cell in zip(_COLUMNS[1:], cells, strict=True)
    )
    return f'<tr><th scope="row">{escape(field.name)}</th>{rest}</tr>'
