"""A hostile client on this machine beside ten leaders: how much longer their clicks take, and what memory it costs.

The client has no sign-in and one address of its own. It opens more pages than a client may, asks for them without
waiting, sends files, and asks for addresses as fast as it may: each in a bounded number, for a bounded time, and to
127.0.0.1 alone. Leaders and service are those of `bench/load.py`: two replicas behind nginx, with the limits as they
come. They click for the same time in calm before and after; what is told is the time between against both, and how much
of the two cores the client itself took.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import random
import ssl
import statistics
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from ipaddress import ip_address
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from urllib.parse import urlsplit

from bench.load import Crowd, Seen, memory_of, quantile, serving
from bench.reader import Reader, Trouble
from display.words.addresses import PATHS

LEADERS, EVERY, MINUTES = 10, 4.0, 1.5
PAGES, RERUNS_A_SECOND, FILES, REQUESTS, REQUESTS_A_SECOND = 60, 4.0, 40, 6000, 60.0
"""Of the client: pages that it tries to open, reruns of each, files sent, addresses asked for."""
_FILE_BYTES = 4 * 2**20
_SOURCE = "127.0.9.9"
TINY = {
    "dataset": "recorded", "leaders": 2, "minutes": 0.05, "every": 0.5, "pages": 3, "files": 2, "requests": 20,
}  # fmt: skip
Figure = tuple[str, float, str]


def run(
    dataset: str = "simulated",
    leaders: int = LEADERS,
    minutes: float = MINUTES,
    every: float = EVERY,
    pages: int = PAGES,
    files: int = FILES,
    requests: int = REQUESTS,
) -> list[Figure]:
    """(name, value, unit): leaders' clicks in calm and beside the client, the replicas' memory, what was refused."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), dataset) as (service, cookies):
        crowd = Crowd(service, cookies, dataset, leaders, minutes, every, public_every=0)
        asyncio.run(crowd.warm_up())
        asyncio.run(crowd.steady())  # what is read once is read by then
        calm = asyncio.run(crowd.steady())
        before = [peak for _, peak in memory_of(service)]
        context = get_context("spawn")
        answers: Queue[Counter[str]] = context.Queue()
        seconds = 60 * minutes + 5 * every
        client = context.Process(target=_attack, args=(answers, service.address, seconds, pages, files, requests))
        client.start()
        beside = asyncio.run(crowd.steady())
        got = answers.get(timeout=seconds + 60)
        client.join(60)
        after = [peak for _, peak in memory_of(service)]
        later = asyncio.run(crowd.steady())
    calm = Seen(clicks={"all": calm.all_clicks() + later.all_clicks()}, troubles=[*calm.troubles, *later.troubles])
    return [
        *_clicks("calm", calm),
        *_clicks("beside the client", beside),
        ("p95 beside the client, of that in calm", _p95(beside) / _p95(calm), ""),
        ("peak memory, of that in calm", max(now / then for now, then in zip(after, before, strict=True)), ""),
        *((f"client: {what}", number, "") for what, number in sorted(got.items())),
    ]


def _clicks(when: str, seen: Seen) -> list[Figure]:
    if not seen.clicks:
        raise Trouble(f"no leader came to click: {'; '.join(seen.troubles[:5])}")
    for text, times in Counter(seen.troubles).most_common(3):
        print(f"  {when}, {times} times: {text}")
    return [
        (f"{when}: clicks", len(seen.all_clicks()), ""),
        (f"{when}: errors", len(seen.troubles), ""),
        (f"{when}: a click, median", 1000 * statistics.median(seen.all_clicks()), "ms"),
        (f"{when}: a click, p95", 1000 * _p95(seen), "ms"),
    ]


def _p95(seen: Seen) -> float:
    return quantile(seen.all_clicks(), 95)


# --- the client


def _attack(answers: Queue[Counter[str]], address: str, seconds: float, pages: int, files: int, requests: int) -> None:
    """A process of its own, so that its work is not measured as the leaders'."""
    got = asyncio.run(attack(address, seconds, pages, files, requests))
    got["seconds of a core for itself"] = round(time.process_time())
    answers.put(got)


async def attack(address: str, seconds: float, pages: int, files: int, requests: int) -> Counter[str]:
    """Everything at once until it is done or the time is over; how often what was answered.

    ValueError for an address that is not 127.0.0.1: this is for one's own machine.
    """
    if str(ip_address(urlsplit(address).hostname or "0.0.0.0")) != "127.0.0.1":
        raise ValueError(f"{address}: only 127.0.0.1 is attacked")
    got: Counter[str] = Counter()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for number in range(pages):
                group.create_task(_page(address, number, seconds, got))
            group.create_task(_files(address, files, seconds, got))
            group.create_task(_requests(address, requests, got))
    return got


async def _page(address: str, number: int, seconds: float, got: Counter[str]) -> None:
    reader = Reader(address, {"gan_dan_reader": f"hostile-{number}"}, _SOURCE, random.Random(number))
    try:
        async with reader:
            await reader.open(PATHS["transparency"], "")
            got["pages opened"] += 1
            await reader.shout(int(seconds * RERUNS_A_SECOND), RERUNS_A_SECOND)
    except (Trouble, OSError, EOFError):
        got["pages refused"] += 1
    except Exception:  # the socket's own: closed by the service
        got["pages closed"] += 1


async def _files(address: str, files: int, seconds: float, got: Counter[str]) -> None:
    for number in range(files):
        place = f"{address}/_stcore/upload_file/{number:032}/{number:032}"
        got[f"files answered {await _asked(place, 'PUT', bytes(_FILE_BYTES))}"] += 1
        await asyncio.sleep(seconds / files / 2)


async def _requests(address: str, requests: int, got: Counter[str]) -> None:
    """All over one connection: a client that makes a new one each time works more for it than the service."""
    line = http.client.HTTPSConnection(
        urlsplit(address).netloc, timeout=30, context=ssl._create_unverified_context(), source_address=(_SOURCE, 0)
    )

    def status(number: int) -> int:
        try:
            line.request("GET", f"/search.json?q=xa+{number}")
            reply = line.getresponse()
            reply.read()
            return reply.status
        except (OSError, http.client.HTTPException):
            line.close()
            return 0

    for number in range(requests):
        got[f"requests answered {await asyncio.to_thread(status, number)}"] += 1
        await asyncio.sleep(1 / REQUESTS_A_SECOND)


async def _asked(address: str, method: str = "GET", body: bytes | None = None) -> int:
    return await asyncio.to_thread(_status, urllib.request.Request(address, body, method=method))


def _status(asked: urllib.request.Request) -> int:
    """The status of a reply; 0 where the connection was closed."""
    try:
        with urllib.request.urlopen(asked, timeout=30, context=ssl._create_unverified_context()) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
