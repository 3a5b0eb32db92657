"""What can be taken along from the page about time: each of its charts and tables, with the figures behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from display.drawing import curves
from display.drawing.plotted import Room
from display.words import addresses, over_time
from display.words.view import View
from press.brief.content import plain_text
from press.share.shared import Listed, Shared
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
    finding: str = "",
    units: Sequence[str] = (),
    draw: Callable[[Room], str] | None = None,
    ratio: float = 0.45,
    legend: Sequence[tuple[str, str]] = (),
    reading: str = "",
    raw: Callable[[], pl.DataFrame] | None = None,
    embed: str = "",
) -> None:
    """The control of one part; `finding` is the part's sentence, as markup or plain. `listed`: made on opening it."""

    def make() -> Shared:
        return Shared(
            name="_".join([key, measure.id, scope, *units]),
            title=title,
            finding=plain_text(finding),
            source=source(view, measure),
            listed=listed(),
            page=addresses.address(view, "online_filing", **choices(measure, scope, units)),
            draw=draw,
            ratio=ratio,
            legend=legend,
            reading=reading,
            raw=raw,
            embed=embed,
        )

    share.control(view, key, make)


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
