"""A thousand readers of one commune's page within a minute, while leaders work: who is shown it, who is sent on.

Each of the public asks for the document first, as a browser does, from an address of its own. Who gets the app's page
opens it; who is led to the static site goes there, which is not asked here. Leaders click as in `bench/load.py`, in
calm, then beside the wave, on the same two cores as the wave's own program.
"""

from __future__ import annotations

import asyncio
import http.client
import random
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.load import Crowd, Figure, Seen, quantile, serving
from bench.reader import Reader, Trouble
from display.words.addresses import PATHS
from tests.replicas import PLAIN

VISITORS, LEADERS, MINUTES, EVERY = 1000, 12, 1.0, 5.0
UNIT, PROVINCE = "04792", "25"
SITE = "https://site.example.vn/"
TINY = {"dataset": "recorded", "visitors": 12, "leaders": 2, "minutes": 0.06, "every": 0.5}


@dataclass
class Wave:
    """Seconds until the page stood for those who were shown it, how many were sent on, and what went wrong."""

    shown: list[float] = field(default_factory=list)
    sent_on: int = 0
    troubles: list[str] = field(default_factory=list)


def run(
    dataset: str = "simulated",
    visitors: int = VISITORS,
    leaders: int = LEADERS,
    minutes: float = MINUTES,
    every: float = EVERY,
) -> list[Figure]:
    """(name, value, unit): so many `visitors` within `minutes`, beside `leaders` who click `every` so many seconds."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name), dataset, GANDAN_SITE_URL=SITE) as (service, cookies),
    ):
        crowd = Crowd(service, cookies, dataset, leaders, minutes, every, public_every=0)
        asyncio.run(crowd.warm_up())
        first = asyncio.run(crowd.steady())  # what is read for the first time is no part of calm
        calm = asyncio.run(crowd.steady())
        beside, wave = asyncio.run(_both(crowd, service.address, f"dataset={dataset}", visitors, 60 * minutes))
    for trouble in [*first.troubles, *calm.troubles, *beside.troubles, *wave.troubles][:5]:
        print(f"  {trouble}")
    return [
        ("visitors", visitors, ""),
        ("shown in the app", len(wave.shown), ""),
        ("sent on to the static page", wave.sent_on, ""),
        ("their errors", len(wave.troubles), ""),
        ("until the app's page stood, median", 1000 * statistics.median(wave.shown or [0]), "ms"),
        ("leaders' errors", len(first.troubles) + len(calm.troubles) + len(beside.troubles), ""),
        ("leaders' clicks in calm, p95", _p95(calm), "ms"),
        ("leaders' clicks beside the wave, p95", _p95(beside), "ms"),
        ("ratio", _p95(beside) / max(_p95(calm), 1), ""),
    ]


def _p95(seen: Seen) -> float:
    return 1000 * quantile(seen.all_clicks() or [0.0], 95)


async def _both(crowd: Crowd, address: str, query: str, visitors: int, seconds: float) -> tuple[Seen, Wave]:
    wave = Wave()

    async def visit(number: int) -> None:
        await asyncio.sleep(seconds * number / visitors)
        try:
            await _visit(address, f"{query}&province={PROVINCE}&unit={UNIT}", number, wave)
        except (Trouble, OSError, EOFError) as trouble:
            wave.troubles.append(str(trouble) or type(trouble).__name__)
        except Exception as trouble:  # the socket's own
            wave.troubles.append(f"{type(trouble).__name__}: {trouble}")

    async with asyncio.TaskGroup() as group:
        for number in range(visitors):
            group.create_task(visit(number))
        steady = group.create_task(crowd.steady())
    return steady.result(), wave


async def _visit(address: str, query: str, number: int, wave: Wave) -> None:
    source, path = f"127.1.{1 + number // 250}.{1 + number % 250}", PATHS["transparency"]
    status, body = await asyncio.to_thread(_document, address, f"/{path}?{query}", source)
    if status == 503 and f"{SITE}don-vi/{UNIT}.html" in body:
        wave.sent_on += 1
    elif status != 200:
        wave.troubles.append(f"a document with {status}")
    else:
        reader = Reader(address, {"gan_dan_reader": f"visitor-{number}"}, source, random.Random(number))
        async with reader:
            wave.shown.append(await reader.open(path, query))


def _document(address: str, path: str, source: str) -> tuple[int, str]:
    place = urlsplit(address)
    asks = http.client.HTTPSConnection(place.netloc, source_address=(source, 0), context=PLAIN, timeout=60)
    try:
        asks.request("GET", path, headers={"Accept": "text/html"})
        reply = asks.getresponse()
        return reply.status, reply.read().decode()
    finally:
        asks.close()
