"""Editors' corrections as every reader may see them: of what, why, and whether they were taken back."""

from __future__ import annotations

from html import escape

from display.words import numbers
from display.words.view import View
from journal import corrections
from journal.corrections import Correction
from journal.typed import seen
from ranking.periods import parse
from store import releases, units
from store.reference import measures
from ui.frame import html

MOST_LISTED = 100


def section(view: View) -> None:
    """The corrections of the dataset, the latest first; nothing where it holds figures that nobody corrects."""
    if view.snapshot.manifest.nature != "live":
        return
    known = [one for one in corrections.shown(view.snapshot.manifest.dataset) if _is_out(view, one)]
    html.show(f'<h3 class="gd-list-title">{escape(view.say("corrections.errata"))}</h3>')
    if not known:
        html.caption(view.say("corrections.errata.none"))
        return
    html.show("".join(entry(view, one) for one in known[:MOST_LISTED]))


def _is_out(view: View, one: Correction) -> bool:
    """For the public once a snapshot was released that was made after it; one without releases has shown all."""
    made = releases.made_at(view.snapshot.manifest.dataset)
    return view.reader.may("unreleased") or made is None or one.created_at <= made


def entry(view: View, one: Correction, *, values: bool = False) -> str:
    """One correction as markup, without its author.

    `values`: with both figures, for those who may see the unit whole; for all others they stand among the revisions,
    where small numbers are withheld.
    """
    measure = measures()[one.measure]
    head = [
        numbers.local_date(one.created_at, view.language),
        units.known(one.unit_code)["full_name"],
        f"{measure.name.in_language(view.language)} ({view.say(f'basis.{one.basis}')})",
        numbers.period(parse(one.period), view.language),
    ]
    if values:
        old = figure(view, one.old_numerator, one.old_denominator)
        head.append(f"{old} → {figure(view, one.new_numerator, one.new_denominator)}")
    if one.withdrawn_at:
        day = numbers.local_date(one.withdrawn_at, view.language)
        head.append(view.say("corrections.errata.back", day=day))
    words = escape(seen(one.reason)).replace("\n", "<br>")
    return f'<div class="gd-entry"><p class="gd-sub">{escape(" · ".join(head))}</p><p>{words}</p></div>'


def figure(view: View, numerator: float | None, denominator: float | None) -> str:
    """`90/100`, a count alone, or a dash where there is none."""
    parts = [numbers.to_enter(part, view.language) for part in (numerator, denominator) if part is not None]
    return "/".join(parts) or "–"
