"""A hundred readers at two replicas behind nginx on this machine: how long a click takes, what memory it costs.

The client (`bench/reader.py`) runs on the same two cores as nginx and the replicas. The service is a province's own,
with the figures of the whole country: three readers of four are its leaders, who look at the own province in four
clicks of five and else at any other, the fourth is the public with any commune of the country. Pages are chosen as
`_PAGES` says, and every click shows another commune, measure or option. GANDAN_BENCH_MINUTES makes it longer;
with GANDAN_BENCH_PROVINCES=34 it is a service of all provinces, each reader a leader of another one.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from bench import data_folder
from bench.reader import Reader, Trouble
from display.words.addresses import PATHS
from store.reference import province_names, reference_table
from tests.replicas import Service, running

READERS, EVERY = 100, 5.0
MINUTES = float(os.environ.get("GANDAN_BENCH_MINUTES", 3))
HOUR_SESSIONS, HOUR_CLICKS, AT_ONCE, HOUR_SECONDS = 1200, 4, 12, 200
"""An hour in which a hundred readers stay five minutes each; each opens a page and clicks so often.
It takes about HOUR_SECONDS with so many readers AT_ONCE."""
TINY = {"dataset": "recorded", "readers": 3, "minutes": 0.05, "every": 0.3, "sessions": 2}
_PAGES = {"rankings": 30, "unit": 25, "overview": 15, "map": 10, "online_filing": 10, "transparency": 7, "methods": 3}
_PUBLIC = {"transparency": 90, "methods": 10}
_MEASURES = ("on_time_share", "online_filing_share", "digitised_share", "online_payment_share", "index_766", "received")
_HOME = ""
PROVINCE, _OWN = "25", 0.8
"""The province whose service it is, and how much of what its leaders look at is the own province."""
_PROVINCES = int(os.environ.get("GANDAN_BENCH_PROVINCES", 1))
Figure = tuple[str, float, str]


@dataclass
class Seen:
    """What readers saw: seconds of openings and clicks by page, and what went wrong."""

    openings: list[float] = field(default_factory=list)
    clicks: dict[str, list[float]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def click(self, page: str, seconds: float) -> None:
        self.clicks.setdefault(page, []).append(seconds)

    def all_clicks(self) -> list[float]:
        return [seconds for each in self.clicks.values() for seconds in each]


def served_provinces() -> list[str]:
    """The provinces whose leaders sign in: the service's own, and as many others as are wanted."""
    others = [code for code in province_names() if code != PROVINCE]
    return [PROVINCE, *others[: _PROVINCES - 1]]


def run(
    dataset: str = "simulated",
    readers: int = READERS,
    minutes: float = MINUTES,
    every: float = EVERY,
    sessions: int = HOUR_SESSIONS,
) -> list[Figure]:
    """(name, value, unit): a few minutes at full load, then an hour's sessions as fast as the service takes them.

    `readers` come for so many `minutes`, each clicks `every` so many seconds; `sessions` of the hour.
    """
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), dataset) as (service, cookies):
        crowd = Crowd(service, cookies, dataset, readers, minutes, every)
        asyncio.run(crowd.warm_up())
        steady = asyncio.run(crowd.steady())
        if not steady.clicks:
            raise Trouble(f"no reader came to click: {'; '.join(steady.troubles[:5])}")
        after_load = memory_of(service)
        started = time.perf_counter()
        hour = asyncio.run(crowd.hour(sessions))
        taken = time.perf_counter() - started
        figures = [
            ("readers at once", readers, ""),
            ("clicks", len(steady.all_clicks()), ""),
            ("errors", len(steady.troubles), ""),
            ("first page of a reader, median", 1000 * statistics.median(steady.openings), "ms"),
            *_spread("a click", steady.all_clicks()),
        ]
        for page, times in sorted(steady.clicks.items()):
            figures.append((f"a click on {page}, p95 of {len(times)}", 1000 * quantile(times, 95), "ms"))
        figures += _memory_figures("after it", after_load)
        figures += [
            (f"an hour's {sessions} sessions, compressed into", taken, "s"),
            ("their reruns", len(hour.openings) + len(hour.all_clicks()), ""),
            ("their errors", len(hour.troubles), ""),
        ]
        figures += _memory_figures("after the hour", memory_of(service))
    for text, times in Counter([*steady.troubles, *hour.troubles]).most_common(5):
        print(f"  {times} times: {text}")
    return figures


def _memory_figures(when: str, memory: list[tuple[float, float]]) -> list[Figure]:
    return [
        figure
        for number, (now, peak) in enumerate(memory, 1)
        for figure in (
            (f"memory of replica {number}, {when}", now, "MB"),
            (f"memory of replica {number}, {when}, peak", peak, "MB"),
        )
    ]


def _spread(name: str, seconds: list[float]) -> list[Figure]:
    return [
        (f"{name}, median", 1000 * statistics.median(seconds), "ms"),
        (f"{name}, p95", 1000 * quantile(seconds, 95), "ms"),
        (f"{name}, longest", 1000 * max(seconds), "ms"),
    ]


def quantile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def memory_of(service: Service) -> list[tuple[float, float]]:
    """Resident memory of each replica in MB: what it has now, and the most it had."""
    found = []
    for port in service.ports:
        status = Path(f"/proc/{service.replicas[port].pid}/status").read_text(encoding="ascii")
        kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines() if line.startswith("VmR")}
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        found.append((kilobytes["VmRSS"] / 1000, peak / 1000))
    return found


# --- the service


@contextmanager
def serving(folder: Path, dataset: str, **more: str) -> Iterator[tuple[Service, dict[str, str]]]:
    """The service over a dataset, and the cookie of a leader of each of its provinces; `more`: of its environment."""
    data, secret = folder / "data", secrets.token_hex(32)
    data_folder.fill(data, dataset)
    people = (f"  - {{who: {_leader(code)}, roles: [leader], provinces: ['{code}']}}\n" for code in served_provinces())
    (folder / "access.yaml").write_text("people:\n" + "".join(people))
    # Sessions that were left are kept for a while, which is compressed like the hour they belong to.
    kept = str(round(HOUR_SECONDS * int(st.get_option("server.disconnectedSessionTTL")) / 3600))
    options = ("--secrets.files", str(folder / "secrets.toml"), "--server.disconnectedSessionTTL", kept)
    environment = {"GANDAN_DATA": str(data), "GANDAN_ACCESS": str(folder / "access.yaml"), **more}

    def ready(address: str) -> None:
        (folder / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "{address}/oauth2callback"\ncookie_secret = "{secret}"\nclient_id = "bench"\n'
            'client_secret = "x"\nserver_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"\n'
        )

    with running(folder, options=options, ready=ready, **environment) as service:
        yield service, {code: _signed_in(service.address, secret, code) for code in served_provinces()}


def _leader(code: str) -> str:
    return f"leader-{code}@example.vn"


def _signed_in(address: str, secret: str, code: str) -> str:
    """The cookie that Streamlit sets when a province's leader has signed in."""
    claims = {
        "email": _leader(code), "email_verified": True, "aud": "bench", "iat": int(time.time()),
        "origin": address, "is_logged_in": True, "provider": "default",
    }  # fmt: skip
    return create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()


# --- the readers


class Crowd:
    """So many `readers`, who stay for `minutes` and click `every` so many seconds."""

    def __init__(
        self,
        service: Service,
        cookies: dict[str, str],
        dataset: str,
        readers: int,
        minutes: float,
        every: float,
        public_every: int = 4,
    ) -> None:
        """`public_every`: of so many readers one is the public; 0 for none."""
        self._public_every = public_every
        self._service, self._cookies, self._homes = service, cookies, list(cookies)
        self._dataset, self._readers, self._seconds, self._every = dataset, readers, 60 * minutes, every
        self._units = dict(reference_table("units").select("code", "province_code").iter_rows())

    def _reader(self, number: int, *, public: bool) -> Reader:
        cookies = {"gan_dan_reader": f"reader-{number}"}
        if not public:
            cookies["_streamlit_user"] = self._cookies[self._home(number)]
        source = f"127.0.{1 + number // 250}.{1 + number % 250}"
        return Reader(self._service.address, cookies, source, random.Random(number))

    def _is_public(self, number: int) -> bool:
        return self._public_every > 0 and number % self._public_every == 0

    def _home(self, number: int) -> str:
        """The province whose leader a reader is."""
        return self._homes[number % len(self._homes)]

    def _view(self, dice: random.Random, home: str, *, public: bool) -> tuple[str, str]:
        """A page's path and a query for it, at random."""
        pages = _PUBLIC if public else _PAGES
        page = dice.choices(list(pages), list(pages.values()))[0]
        own = not public and dice.random() < _OWN
        unit = dice.choice([code for code, province in self._units.items() if province == home or not own])
        query = f"dataset={self._dataset}&province={self._units[unit]}&measure={dice.choice(_MEASURES)}"
        if page in ("unit", "transparency"):
            query += f"&unit={unit}"
        return (_HOME if page == "overview" else PATHS[page]), query

    async def warm_up(self) -> None:
        """Open every page at both replicas once, as the check after a publish does."""
        for name in ("a", "b", "c", "d"):
            reader = self._reader(0, public=False)
            reader.cookies["gan_dan_reader"] = f"warm-{name}"
            async with reader:
                await reader.open(_HOME, f"dataset={self._dataset}")
                for page in _PAGES.keys() - {"overview"}:
                    await reader.go(PATHS[page], f"dataset={self._dataset}&province=25&unit=04792")

    async def steady(self) -> Seen:
        seen, end = Seen(), time.monotonic() + self._seconds

        async def stay(number: int) -> None:
            await asyncio.sleep(4 * self._every * number / self._readers)  # they come within four clicks' time
            await self._visit(number, seen, until=end, public=self._is_public(number))

        async with asyncio.TaskGroup() as crowd:
            for number in range(self._readers):
                crowd.create_task(stay(number))
        return seen

    async def hour(self, sessions: int) -> Seen:
        seen, waiting = Seen(), iter(range(self._readers, self._readers + sessions))

        async def come_and_go() -> None:
            for number in waiting:
                await self._visit(number, seen, clicks=HOUR_CLICKS, public=self._is_public(number))

        async with asyncio.TaskGroup() as crowd:
            for _ in range(AT_ONCE):
                crowd.create_task(come_and_go())
        return seen

    async def _visit(
        self, number: int, seen: Seen, *, public: bool, until: float | None = None, clicks: int = 1_000_000
    ) -> None:
        """Open a page and click: to another page half of the time, else in a select box of the page."""
        reader = self._reader(number, public=public)
        try:
            async with reader:
                seen.openings.append(await reader.open(*self._view(reader.dice, self._home(number), public=public)))
                for clicked in range(clicks):
                    if until is not None:
                        await asyncio.sleep(reader.dice.uniform(0.8, 1.2) * self._every)
                        if clicked and time.monotonic() > until:
                            return
                    seconds = await reader.choose() if reader.dice.random() < 0.5 else None
                    if seconds is None:
                        seconds = await reader.go(*self._view(reader.dice, self._home(number), public=public))
                    seen.click(reader.page or "tong-quan", seconds)
        except (Trouble, OSError, EOFError) as trouble:
            seen.troubles.append(str(trouble) or type(trouble).__name__)
        except Exception as trouble:  # the socket's own
            seen.troubles.append(f"{type(trouble).__name__}: {trouble}")
