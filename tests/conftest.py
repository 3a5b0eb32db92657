"""What several tests share: a row of measurements, a small published dataset, a request without a server."""

from __future__ import annotations

import asyncio
import gc
import shutil
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message
from streamlit.components.v2 import manifest_scanner

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from tests.app_data import app_data, published_datasets
from tests.drawn import register_profiles
from tests.longest import place
from tests.served import shared_app
from ui.frame import sign_in

__all__ = ["app_data", "published_datasets", "shared_app"]

register_profiles()

CAPTURED = datetime(2026, 9, 2, 1, tzinfo=UTC)

Row = dict[str, object]


def _row(**changes: object) -> Row:
    row = {
        "unit_code": "04792",
        "level": "commune",
        "period_start": date(2026, 8, 1),
        "period_end": date(2026, 8, 31),
        "period_kind": "month",
        "series": "766-2026",
        "measure": "on_time_share",
        "provisional": False,
        "basis": "portal",
        "source": "portal:test",
        "captured_at": CAPTURED,
    }
    silent = changes.get("state") in ("not_reported", "suppressed")
    figures = {} if silent or "score" in changes else {"numerator": 90.0, "denominator": 100.0}
    return row | figures | changes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; within a file nothing changes."""
    tests = Path(__file__).parent
    items.sort(key=lambda item: place(item.path.relative_to(tests).as_posix()))


def pytest_collection_finish() -> None:
    """Spare what stays for good: each full collection would look through all tests, a third of a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """Streamlit's list of installed components, made once: AppTest reads all packages' metadata for every page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Puts `__main__` back after a test that ran a page: processes started later would run the page's script."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture
def measurement() -> Callable[..., Row]:
    """Builds a row of `tables.Measurements`: Tân Hòa, August 2026, 90 of 100 dossiers on time, unless changed."""
    return _row


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of `published`, made once: a publish takes longer than most tests. Tests get copies."""
    data = tmp_path_factory.mktemp("small")
    publish(data, "live", Harvest(measurement_rows(_small_world()), CAPTURED, ["portal:test"]), nature="live")
    return data


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_data: Path) -> Iterator[Path]:
    """A data folder with a small dataset `live`, which `ui` reads: August 2026.

    On time: Ba Đình 80 and Ngọc Hà 60 of 100 (Hà Nội), Tân Hòa 90 and Hòa Bình 70 of 100, Thống Nhất 9 of 10
    (Phú Thọ), Đà Bắc silent (Phú Thọ), Nghi Sơn 75 of 100 (Thanh Hóa); Phú Thọ itself 850 of 1,000;
    the department H44.15 95 of 100. Received: Tân Hòa 400, Hòa Bình 900.
    """
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    _forget(but=_DEFINITIONS)
    shutil.copytree(small_data, tmp_path, dirs_exist_ok=True)
    yield tmp_path
    _forget(but=_DEFINITIONS)


def _small_world() -> list[Row]:
    on_time = {"00004": (80, 100), "00008": (60, 100), "04792": (90, 100), "04795": (70, 100), "04828": (9, 10)}
    on_time |= {"16654": (75, 100)}
    communes = [_row(unit_code=code, numerator=part, denominator=whole) for code, (part, whole) in on_time.items()]
    received = {"04792": 400, "04795": 900}
    return [
        *communes,
        _row(unit_code="04831", state="not_reported"),
        _row(unit_code="25", level="province", numerator=850, denominator=1000),
        _row(unit_code="H44.15", level="department", numerator=95),
        *(_row(unit_code=c, measure="received", numerator=n, denominator=None) for c, n in received.items()),
    ]


_DEFINITIONS = {"store.reference", "display.words.text", "ranking.collation"}
"""Who reads what the project itself holds, whatever the data folder: measures, units, texts, the order of names."""


def _forget(*, but: Collection[str] = ()) -> None:
    """Forget all that was read, but by the modules named."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("store", "display", "web"):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear") and thing.__module__ not in but:
                    thing.cache_clear()


@dataclass
class Reply:
    status: int
    headers: Headers
    body: bytes


@pytest.fixture
def get() -> Callable[..., Reply]:
    """Asks an ASGI application for an address, without a server: `get(app, "/path", "a=1", accept="text/html")`."""
    return _get


def _get(app: ASGIApp, path: str, query: str = "", *, method: str = "GET", **headers: str) -> Reply:
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[Message] = []

    request: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not request:
            await asyncio.Event().wait()  # the reader stays
        return request.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start = sent[0]
    return Reply(start["status"], Headers(raw=start["headers"]), b"".join(part.get("body", b"") for part in sent[1:]))


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that a test runs without a server belong to the one user of this machine, as under `make run`."""
    monkeypatch.setattr(sign_in, "_is_here", lambda: True)
