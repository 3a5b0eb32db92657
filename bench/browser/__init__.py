"""What a reader waits for in the browser, side by side with a bare Streamlit page of the same rows.

Both servers run on this machine in the same run, and headless Chromium visits them in turn; figures named "of bare"
are ours divided by the bare page's. `BUDGETS` holds what each may be at most (docs/performance.md).
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from playwright.sync_api import Browser, sync_playwright

from bench import site
from bench.browser import bare_data
from bench.browser.visit import fresh, visited
from display.words.addresses import PATHS
from press.site.command import build
from ranking.vocabulary import COUNTRY
from tests.pages.test_in_browser import FLAGS
from tests.served import served

Figure = tuple[str, float, str]
RUNS = 3
WIDTHS = {1440: 900, 390: 844}
UNIT = {"recorded": "04792", "simulated": "16654"}
_BESIDE = {"rankings": "rankings", "map": "map", "time": "online_filing", "unit": "unit"}
"""Our page by the view of the bare app that it is held against."""
_OTHER = {"rankings": "methods", "map": "rankings", "time": "rankings", "unit": "rankings"}
"""From which page of ours one comes by a click; with the bare app from its rankings or its map."""
BUDGETS = {
    "cold visit, rankings: bytes, of bare": 0.30,
    "cold visit, rankings: requests, of bare": 1.0,
    "cold visit, rankings: largest paint, of bare": 1.2,
    "cold visit, rankings: messages to the browser, packed": 150.0,
    **{f"{page} at {wide} px: layout shift": 0.1 for page in PATHS if page != "administration" for wide in WIDTHS},
    **{f"click to {view}: settled, of bare": 1.0 for view in _BESIDE},
    **{f"click to {view}: looks at an empty page": 0.0 for view in _BESIDE},
    "static site, citizen's page, slow phone: largest paint": 1.5,
}
_SAID = {
    "messages": "messages to the browser",
    "packed": "messages to the browser, packed",
    "largest": "largest message",
}
TINY = {
    "dataset": "recorded",
    "scope": "25",
    "period": "2026-08",
    "pages": ["rankings"],
    "views": ["time"],
    "runs": 1,
    "phones": [False],
}


def run(
    dataset: str = "simulated",
    scope: str = COUNTRY,
    period: str = "2026-08",
    pages: Sequence[str] = tuple(page for page in PATHS if page != "administration"),
    views: Sequence[str] = tuple(_BESIDE),
    runs: int = RUNS,
    phones: Sequence[bool] = (False, True),
) -> Iterator[Figure]:
    """(name, value, unit) of each figure; `pages`: whose layout is watched, `views`: to which one clicks; `phones`:
    whether a cold visit comes from a slow phone, to which the bare page's 9 MB take a minute each time."""
    link = f"dataset={dataset}&province={scope}&period={period}&unit={UNIT[dataset]}"
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, ExitStack() as stack:
        folder = Path(name)
        yield "rows of the ranking", bare_data.write(folder, dataset, scope, period), ""
        ours = stack.enter_context(served())
        bare = stack.enter_context(_bare(folder))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        stack.callback(browser.close)
        for address in (f"{ours}/{PATHS['rankings']}", f"{bare}/"):  # the first reader of a server is another figure
            _cold(browser, address, link, runs=1)
        yield from _beside(browser, f"{ours}/{PATHS['rankings']}", f"{bare}/", link, runs, phones)
        for page in pages:
            for wide, high in WIDTHS.items():
                with fresh(browser) as context, visited(
                    context, f"{ours}/{PATHS[page]}?{link}", wide=wide, high=high
                ) as seen:  # fmt: skip
                    seen.settle()
                    yield f"{page} at {wide} px: layout shift", seen.shift(), ""
        for view in views:
            yield from _clicked(browser, ours, bare, view, link, runs)
        yield from _citizens(browser, folder, dataset, scope, runs)


@contextmanager
def _bare(folder: Path) -> Iterator[str]:
    script = str(Path(__file__).with_name("bare.py"))
    with mock.patch.dict(os.environ, {"GANDAN_BENCH_BARE": str(folder)}), served(script=script, cwd=folder) as address:
        yield address


def _cold(browser: Browser, address: str, link: str, *, runs: int, phone: bool = False) -> dict[str, float]:
    """Medians of visits with nothing in the cache, and of one more to the same page with all in it."""
    found: list[dict[str, float]] = []
    for _ in range(runs):
        with fresh(browser) as context:
            with visited(context, f"{address}?{link}", phone=phone) as seen:
                settled = seen.settle()
                first = {
                    "bytes": seen.bytes / 1000,
                    "requests": seen.requests,
                    "messages": seen.messages / 1000,
                    "packed": seen.packed / 1000,
                    "largest": seen.largest / 1000,
                    "largest paint": seen.largest_paint(),
                    "settled": settled / 1000,
                }
            with visited(context, f"{address}?{link}", phone=phone) as seen:
                seen.settle()
                first |= {"warm bytes": seen.bytes / 1000, "warm largest paint": seen.largest_paint()}
        found.append(first)
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def _beside(browser: Browser, ours: str, bare: str, link: str, runs: int, phones: Sequence[bool]) -> Iterator[Figure]:
    """A cold first visit to the rankings, on a desk and on a slow phone, beside the bare page."""
    for phone in phones:
        name, times = ("cold visit, slow phone", 1) if phone else ("cold visit", runs)
        own, other = (_cold(browser, address, link, runs=times, phone=phone) for address in (ours, bare))
        units = {"requests": ""} | dict.fromkeys(("bytes", "messages", "packed", "largest", "warm bytes"), "kB")
        for key in own:
            said = _SAID.get(key, key)
            yield f"{name}, rankings: {said}", own[key], units.get(key, "s")
            if key in ("bytes", "requests", "largest paint", "settled", "warm largest paint"):
                yield f"{name}, rankings: {said}, bare", other[key], units.get(key, "s")
                yield f"{name}, rankings: {said}, of bare", own[key] / other[key], ""


def _clicked(browser: Browser, ours: str, bare: str, view: str, link: str, runs: int) -> Iterator[Figure]:
    """From a click in the navigation to the settled page, with the code of both pages in the cache."""
    page, other = _BESIDE[view], _OTHER[view]
    own = _clicks(browser, f"{ours}/{PATHS[other]}?{link}", PATHS[page], PATHS[other], runs)
    beside, there = ("", view) if view != "rankings" else ("map", "")
    its = _clicks(browser, f"{bare}/{beside}", there, beside, runs)
    yield f"click to {view}: settled", own[0], "s"
    yield f"click to {view}: settled, bare", its[0], "s"
    yield f"click to {view}: settled, of bare", own[0] / its[0], ""
    yield f"click to {view}: looks at an empty page", own[1], ""


def _clicks(browser: Browser, start: str, there: str, back: str, runs: int) -> tuple[float, float]:
    """Median seconds of a click, and the most looks that saw nothing; the first click only fills the cache."""
    seconds, empty = [], []
    with fresh(browser) as context, visited(context, start) as seen:
        seen.settle()
        for n in range(runs + 1):
            took, nothing = seen.click(there)
            if n or runs == 1:
                seconds.append(took)
                empty.append(nothing)
            seen.click(back)
    return statistics.median(seconds), max(empty)


def _citizens(browser: Browser, folder: Path, dataset: str, scope: str, runs: int) -> Iterator[Figure]:
    """The public's page of a commune on the static site, as a slow phone sees it for the first time."""
    if not shutil.which("nginx"):
        print("  without nginx the static site is not measured")
        return
    province = "38" if scope == COUNTRY else scope
    build(folder / "site", dataset, only=[province], processes=1)
    page = sorted((folder / "site" / "current" / "don-vi").glob("*.html"))[0].name
    paints, sizes = [], []
    with site.nginx(folder / "site" / "current", folder) as port:
        for _ in range(runs):
            with fresh(browser) as context, visited(
                context, f"http://127.0.0.1:{port}/don-vi/{page}", wide=390, high=844, phone=True
            ) as seen:  # fmt: skip
                seen.page.wait_for_load_state("networkidle")
                paints.append(seen.largest_paint())
                sizes.append(seen.bytes / 1000)
    yield "static site, citizen's page, slow phone: largest paint", statistics.median(paints), "s"
    yield "static site, citizen's page, slow phone: bytes", statistics.median(sizes), "kB"
