"""What of a commune's difference from its province is its mix of work, and what is its own: sentences and a bar."""

from __future__ import annotations

from html import escape

import polars as pl

from display.portraits import summary
from display.words import addresses, case_mix, due, numbers
from display.words.case_mix import Parts
from display.words.view import View
from ranking.frame_types import Row
from store import case_mix as told
from store import standings, units
from ui.frame import html


def section(view: View, code: str) -> None:
    """For each on-time measure whose figures are known by field, in the period that the page opens on."""
    known = [(row, found) for row in summary.rows(view.snapshot, code) if (found := _row(view, code, row))]
    for row, found in known:
        words = " ".join(case_mix.sentences(view.say, row.measure, row.period, found))
        html.show(f'<p class="gd-sentence">{escape(words)}</p>')
        if found["untold"] is None:
            html.show(bar(view, case_mix.parts(found)))
            html.caption(" ".join(case_mix.details(view.say, row.measure, found)))
    if known:
        link = addresses.anchor(view, view.say("mix.method"), "methods", depth="full")
        html.show(f'<p class="gd-caption">{link}</p>')


def not_due(view: View, code: str) -> None:
    """What part of the dossiers behind the portal's on-time share could not be late yet, where that is any."""
    for row in summary.rows(view.snapshot, code):
        captured = row.captured_at or view.snapshot.manifest.captured_at
        if words := due.line(view.say, row.measure.id, row.basis, row.period, captured):
            html.caption(words)


def _row(view: View, code: str, row: summary.Row) -> Row | None:
    """The commune's row of the ranking in its province with its mix allowed for; None where no field is known."""
    if row.measure.id not in told.ON_TIME or row.value is None:
        return None
    where = ("commune", row.measure.id, row.basis, row.period, units.known(code)["province_code"])
    ranked = told.beside(view.snapshot, standings.ranking(view.snapshot, *where), *where)
    if "untold" not in ranked.columns:
        return None
    own = next(ranked.filter(pl.col("unit_code") == code).iter_rows(named=True), None)
    return own if own and (own["untold"] or own["adjusted"] is not None) else None


def bar(view: View, parts: Parts) -> str:
    """The two parts one after the other from zero, and their sum, each with its figure. Markup."""
    ends = {"mix": (0.0, parts.mix), "own": (parts.mix, parts.gap), "gap": (0.0, parts.gap)}
    low = min(min(pair) for pair in ends.values())
    span = max(max(pair) for pair in ends.values()) - low or 1.0

    def at(points: float) -> float:
        return 100 * (points - low) / span

    def line(name: str, value: float) -> str:
        start, end = sorted(map(at, ends[name]))
        way = "gd-worse" if value < 0 else "gd-better"
        drawn = (
            f'<i class="{way}" style="left:{start:.1f}%;width:{end - start:.1f}%"></i><u style="left:{at(0):.1f}%"></u>'
        )
        figure = escape(numbers.signed(value, view.language, 1))
        return (
            f'<div role="listitem"><span>{escape(view.say(f"mix.bar.{name}"))}</span>'
            f'<span class="gd-mix-track" aria-hidden="true">{drawn}</span><b>{figure}</b></div>'
        )

    title = escape(view.say("mix.bar"))
    lines = "".join(line(name, value) for name, value in parts._asdict().items())
    return f'<div class="gd-mix" role="list" aria-label="{title}"><p>{title}</p>{lines}</div>'
