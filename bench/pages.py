"""Server time of one rerun of each page on the simulated dataset, filters changed before every run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from unittest import mock

from streamlit.testing.v1 import AppTest

from files.places import HOME
from ui.frame import sign_in

RUNS = 12
PROVINCE = "38"
_PAGES = ("rankings", "map", "online_filing")
_MEASURES = ("received", "on_time_share", "index_766", "digitised_share", "online_payment_share", "processing_days")
TINY = {"dataset": "recorded", "province": "25", "measures": ("on_time_share", "received"), "runs": 3}


def run(
    dataset: str = "simulated", province: str = PROVINCE, measures: Sequence[str] = _MEASURES, runs: int = RUNS
) -> list[tuple[str, float, str]]:
    """(view, median milliseconds, unit); first runs, which fill caches, are given apart."""
    figures = []
    # Without a server nobody can tell where the reader is; the pages measured are for the user of this machine.
    with mock.patch.object(sign_in, "_is_here", lambda: True):
        for page in _PAGES:
            for place, scope in (("a province", province), ("the country", "VN")):
                first, later = _timed(page, {"dataset": dataset, "province": scope}, measures, runs)
                name = f"{page.replace('_', ' ')}, {place}"
                figures.append((f"{name}: measure never shown before, median", statistics.median(first), "ms"))
                figures.append((f"{name}: measure shown before, median", statistics.median(later), "ms"))
    return figures


def _timed(page: str, query: dict[str, str], measures: Sequence[str], runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds of the runs that show a measure for the first time, and of those that show it again."""
    app = AppTest.from_file(str(HOME / "shell.py"), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(f"pages/{page}.py").run()
    key = "chosen_over" if page == "online_filing" else "chosen_measure"
    seen: set[str] = set()
    first, later = [], []
    for n in range(runs):
        measure = measures[n % len(measures)]
        box = app.selectbox(key)
        started = time.perf_counter()
        box.set_value(measure).run()
        (later if measure in seen else first).append(1000 * (time.perf_counter() - started))
        if app.exception:
            raise RuntimeError(f"{page}, {measure}: {app.exception[0].message}")
        seen.add(measure)
    return first, later
