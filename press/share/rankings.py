"""What leaves the rankings: the picture of likely ranks, another view of the same units, the list."""

from __future__ import annotations

from collections.abc import Callable, Collection

import polars as pl

from display.drawing import likely_places
from display.drawing.likely_frame import Look
from display.drawing.plotted import Room
from display.words import addresses, findings, places, rankings
from display.words.selection import Selection
from display.words.view import View
from files.sheets import Sheet
from press import ranking_list
from press.share.shareable import Shared

_RATIO = 0.42


def of_picture(
    view: View,
    selection: Selection,
    rows: pl.DataFrame,
    found: pl.DataFrame,
    mine: Collection[str],
    sheet: Callable[[], Sheet],
) -> Shared:
    """Every unit with its interval in the order of its expected rank; `found`: as `rankings.places_of` gives it."""

    def draw(room: Room) -> str:
        look = Look(room.width, room.height, room.palette, frozenset(mine))
        return likely_places.likely_places(view.say, selection.measure, selection.level, found, look)

    many = not likely_places.has_room(found, Look(width=860))
    return _shared(
        view, selection, rows, sheet, "hang", draw=draw, reading=places.explained(view.say, found, many=many)
    )


def of_chart(
    view: View,
    selection: Selection,
    rows: pl.DataFrame,
    draw: Callable[[Room], str],
    reading: str,
    sheet: Callable[[], Sheet],
    kind: str,
) -> Shared:
    """Another view of the same units: in order, as a funnel, over time."""
    return _shared(view, selection, rows, sheet, kind, draw=draw, reading=reading)


def of_list(view: View, selection: Selection, rows: pl.DataFrame, sheet: Callable[[], Sheet]) -> Shared:
    """The list itself: its picture has the first and the last ranks where it has no room for all."""
    silent = rows.height - rows.get_column("rank").count()
    reading = rankings.certainty_line(view, selection, rows)
    if silent and silent < rows.height:
        reading = f"{view.say('share.unranked', n=silent)} {reading}"
    return _shared(view, selection, rows, sheet, "bang", reading=reading)


def embed(view: View, selection: Selection) -> str:
    """The address of the ranking for an iframe; none for departments, which it does not have."""
    if selection.level == "department":
        return ""
    chosen = {"measure": selection.measure.id, "period": selection.period.id, "basis": selection.basis}
    place = {} if selection.is_country else {"province": selection.scope}
    if selection.is_country and selection.level == "commune":
        return ""
    return addresses.embedded(view, "ranking", **place, **chosen)


def named(kind: str, selection: Selection) -> str:
    """The name of the files of a selection."""
    return f"{kind}_{selection.measure.id}_{selection.level}_{selection.scope}_{selection.period.id}"


def _shared(
    view: View,
    selection: Selection,
    rows: pl.DataFrame,
    sheet: Callable[[], Sheet],
    kind: str,
    *,
    draw: Callable[[Room], str] | None = None,
    reading: str = "",
) -> Shared:
    return Shared(
        name=named(kind, selection),
        title=rankings.title(view, selection),
        finding=findings.headline(view, selection, rows),
        source=rankings.source_line(view, selection, rows),
        listed=ranking_list.listed(view, selection, rows),
        page=addresses.address(view, "rankings", **addresses.choices(view, selection)),
        draw=draw,
        ratio=_RATIO,
        reading=reading,
        embed=embed(view, selection),
        sheet=sheet,
    )
