"""What can be taken along from the page about time: each of its charts and tables, with the figures behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from display.drawing import curves
from display.words import over_time
from display.words.view import View
from press.share.shareable import Listed
from ranking.measures import Measure
from store import reference
from ui.parts import share


def control(
    view: View,
    key: str,
    measure: Measure,
    scope: str,
    listed: Callable[[], Listed],
    *,
    title: str,
    units: Sequence[str] = (),
    **more: Any,
) -> None:
    """The control of one part; `more`: as `ui.parts.share.part` takes it."""
    page = {"page": "online_filing", **choices(measure, scope, units)}
    share.part(view, key, page, title, listed, source=source(view, measure), **more)


def choices(measure: Measure, scope: str, units: Sequence[str] = ()) -> dict[str, str]:
    """The choices of the page as its link has them."""
    return {"province": scope, "over": measure.id, **({"units": ",".join(units)} if units else {})}


def source(view: View, measure: Measure) -> str:
    """Whose count it is, and how old the figures are."""
    basis = curves.fullest_basis(view, measure)
    said = view.say(f"basis.{basis}") if basis else ""
    return f"{said[:1].upper()}{said[1:]}. {over_time.source_line(view)}" if said else over_time.source_line(view)


def place(view: View, scope: str) -> str:
    return reference.scope_name(scope) or view.say("scope.country")
