"""Flows of dossiers as lines on the map: from the commune of intake to the one that decides."""

from __future__ import annotations

import pydeck as pdk

from display.drawing.palette import rgb
from display.words import numbers, waits
from display.words.view import View
from store import flows

MOST = 60
"""So many lines can be told apart, and are small enough to go with the page."""
_WIDEST, _THINNEST = 3.5, 0.8  # pixels


def layer(view: View, scope: str) -> pdk.Layer:
    """The largest flows that the reader may see; the width grows with the root of the dossiers."""
    rows = flows.lines(view.snapshot, scope, MOST)
    most = rows["received"].max() or 1
    data = [
        {
            "from": [row["from_lon"], row["from_lat"]],
            "to": [row["to_lon"], row["to_lat"]],
            "width": _THINNEST + (_WIDEST - _THINNEST) * (row["received"] / most) ** 0.5,
            "name": view.say("flows.line", taken=row["intake_name"], decided=row["decision_name"]),
            "text": view.say(
                "flows.line.note",
                n=numbers.number(row["received"], view.language),
                period=waits.period(view.say, row),
            ),
            "note": "",
            "rank": "",
            "unit": row["decision"],
        }
        for row in rows.iter_rows(named=True)
    ]
    return pdk.Layer(
        "ArcLayer",
        id="flows",
        data=data,
        get_source_position="from",
        get_target_position="to",
        get_source_color=[*rgb(view.palette.ink), 70],
        get_target_color=[*rgb(view.palette.ink), 230],
        get_width="width",
        get_height=0.25,
        pickable=True,
        auto_highlight=True,
        highlight_color=[*rgb(view.palette.alarm), 255],
    )
