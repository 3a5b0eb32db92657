"""Server time of one rerun of each page on the simulated dataset, filters changed before every run."""

from __future__ import annotations

import statistics
import time

from streamlit.testing.v1 import AppTest

from files.places import HOME

RUNS = 12
_VIEWS = {
    "rankings, a province": ("rankings", {"province": "38"}),
    "rankings, the country": ("rankings", {"province": "VN"}),
    "map, a province": ("map", {"province": "38"}),
    "map, the country": ("map", {"province": "VN"}),
    "online filing, a province": ("online_filing", {"province": "38"}),
    "online filing, the country": ("online_filing", {"province": "VN"}),
}
_CHANGES = ("received", "on_time_share", "index_766", "digitised_share", "online_payment_share", "processing_days")


def run() -> list[tuple[str, float, str]]:
    """(view, median milliseconds, unit); first runs, which fill caches, are given apart."""
    figures = []
    for name, (page, query) in _VIEWS.items():
        first, later = _timed(page, query)
        figures.append((f"{name}: measure never shown before, median", statistics.median(first), "ms"))
        figures.append((f"{name}: measure shown before, median", statistics.median(later), "ms"))
    return figures


def _timed(page: str, query: dict[str, str]) -> tuple[list[float], list[float]]:
    app = AppTest.from_file(str(HOME / "shell.py"), default_timeout=120)
    for key, value in {"dataset": "simulated", **query}.items():
        app.query_params[key] = value
    app.run()
    if page != "rankings":
        app.switch_page(f"pages/{page}.py").run()
    key = "over" if page == "online_filing" else "measure"
    seen: set[str] = set()
    first, later = [], []
    for n in range(RUNS):
        measure = _CHANGES[n % len(_CHANGES)]
        box = next(box for box in app.selectbox if box.key == f"chosen_{key}")
        started = time.perf_counter()
        box.set_value(measure).run()
        (later if measure in seen else first).append(1000 * (time.perf_counter() - started))
        seen.add(measure)
    return first, later
