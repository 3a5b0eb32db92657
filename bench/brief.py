"""The printed brief on the simulated dataset: one commune, and a plan of thirty with its checklists."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from display.drawing.palette import LIGHT
from display.portraits import shortlist
from display.words.text import Speaker
from display.words.view import View
from press.brief import pdf
from store.snapshot import open_snapshot
from ui.inspection import plan

START = "16654"
LATER = 20
TINY = {"dataset": "recorded", "province": "25", "later": 2, "stops": 2}


def run(
    dataset: str = "simulated", province: str = "38", later: int = LATER, stops: int = plan.MOST
) -> list[tuple[str, float, str]]:
    """(what, seconds, unit). Each brief is of a commune that nothing has been read of before."""
    snapshot = open_snapshot(dataset)
    view = View("vi", Speaker("vi"), snapshot, LIGHT)
    codes = shortlist.units(province).get_column("unit_code").to_list()
    first = _seconds(lambda: pdf.pdf(view, codes[0]))
    others = [_seconds(lambda code=code: pdf.pdf(view, code)) for code in codes[1 : later + 1]]
    trip = plan.stops(codes[later + 1 : later + 1 + stops], START)
    whole = _seconds(lambda: pdf.plan_pdf(view, trip, START))
    checklists = _seconds(lambda: pdf.plan_zip(view, trip))
    return [
        ("one brief, the first since the server started", first, "s"),
        ("one brief, median of later ones", statistics.median(others), "s"),
        ("one brief, slowest of later ones", max(others), "s"),
        (f"a plan of {len(trip)}: one PDF with a cover", whole, "s"),
        (f"a plan of {len(trip)}: zip of Excel checklists", checklists, "s"),
        (f"a plan of {len(trip)}: both", whole + checklists, "s"),
    ]


def _seconds(make: Callable[[], bytes]) -> float:
    started = time.perf_counter()
    make()
    return time.perf_counter() - started
