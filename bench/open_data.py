"""Time of the open data: a province's query, cached and not, in the three formats, and the first of a snapshot."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from statistics import median
from time import perf_counter

from starlette.applications import Starlette

from store import snapshot
from web.open import routes
from web.open.query import FORMATS

APP = Starlette(routes=routes.ROUTES)
REPEATS = 200
QUERY = "measure=on_time_share&province={province}&scope={province}&level=commune&limit=1000"
PROVINCE = "25"
TINY = {"datasets": ["recorded"], "repeats": 2}


def run(datasets: Sequence[str] | None = None, repeats: int = REPEATS) -> list[tuple[str, float, str]]:
    """Name, figure and unit of each measurement, for every dataset that is published here unless some are named."""
    return [figure for dataset in datasets or snapshot.datasets() for figure in _of(dataset, repeats)]


def _of(dataset: str, repeats: int) -> list[tuple[str, float, str]]:
    query = f"dataset={dataset}&" + QUERY.format(province=PROVINCE)
    figures = [(f"{dataset}: first query, suppression worked out", _seconds(f"{query}&format=json"), "s")]
    for form in FORMATS:
        times = [1000 * _seconds(f"{query}&format={form}&offset={offset}") for offset in range(1, 6)]
        figures.append((f"{dataset}: a province's query, {form}, not cached, median", median(times), "ms"))
        _seconds(f"{query}&format={form}")
        again = [1000 * _seconds(f"{query}&format={form}") for _ in range(repeats)]
        figures.append((f"{dataset}: a province's query, {form}, cached, median", median(again), "ms"))
    return figures


def _seconds(query: str) -> float:
    start = perf_counter()
    asyncio.run(_asked(query))
    return perf_counter() - start


async def _asked(query: str) -> None:
    path = f"{routes.HOME}/standings"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
        "headers": [(b"accept-encoding", b"gzip")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    await APP(scope, receive, send)
    if sent[0]["status"] != 200:
        raise RuntimeError(f"{query}: {sent[0]['status']}")
