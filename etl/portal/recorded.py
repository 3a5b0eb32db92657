"""`python -m etl recorded`: publish replies that were saved by hand, one file each.

A file's name says what it answers: `<endpoint>.<state code or national>.<kind>-<period>.<day>.json`,
such as `dvc-progress-tree.H44.quarter-2026-Q3.20260926.json`; the former gateway's files name the
province (`angiang-ALL117`) or `provinces`. Files of which only a sample of units was saved have
`SAMPLE` in their names and are left out.
"""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from etl.portal import pull_2025, rows
from etl.portal.archive import Item, Reply, Request
from etl.portal.endpoints import ENDPOINTS, PATH, body_for
from etl.portal.pull import Task, publish_harvest
from etl.portal.replay import together
from etl.portal.units import Province, provinces_by
from files.faults import BadInput, Fault
from files.places import DATA
from ranking.names import fold
from ranking.periods import Period, local_day, parse
from store.reference import reference_table

_NAME = re.compile(
    r"(?P<endpoint>[a-z0-9_-]+)\.(?P<scope>[^.]+)\.(?P<kind>month|quarter|half|year)-(?P<period>[^.]+)"
    r"\.(?P<day>\d{4}-?\d{2}-?\d{2})\.json"
)
_NOON = timedelta(hours=5)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="source", type=Path, required=True, metavar="FOLDER", help="the saved replies")
    parser.add_argument("--dataset", default="recorded", help="default: %(default)s")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="where data lie; default: data")


def run(args: argparse.Namespace) -> int:
    """Publish all whole replies below a folder; each speaks for the day in its file's name."""
    files = sorted(path for path in args.source.rglob("*.json") if "SAMPLE" not in path.name)
    if not files:
        raise Fault(f"{args.source}: holds no saved reply")
    units, provinces = reference_table("units"), reference_table("provinces")
    items = [read_item(path, provinces) for path in files]
    later = [item for item in items if item.request.endpoint in ENDPOINTS]
    of_2025 = [item for item in items if item.request.endpoint == pull_2025.ENDPOINT]
    harvests = [rows.parse_run(later, units, provinces)] if later else []
    harvests += [pull_2025.parse_run(of_2025, units, provinces)] if of_2025 else []
    publish_harvest(args.data, args.dataset, together(harvests), None)
    return 0


def read_item(path: Path, provinces: pl.DataFrame) -> Item:
    """A saved reply as if it had just been received at noon, Vietnam's time, of its day."""
    found = _NAME.fullmatch(path.name)
    if not found:
        raise BadInput(path.name, "the name must read <endpoint>.<scope>.<kind>-<period>.<day>.json")
    day = datetime.strptime(found["day"].replace("-", ""), "%Y%m%d").replace(tzinfo=UTC) + _NOON
    period = _period(path, found["kind"], found["period"])
    return Item(_request(path, found, period, day, provinces), Reply(200, {}, path.read_bytes(), day))


def _period(path: Path, kind: str, text: str) -> Period:
    if kind == "month" and re.fullmatch(r"\d{1,2}-\d{4}", text):
        text = "-".join(reversed(text.split("-")))
    try:
        return parse(text)
    except ValueError as error:
        raise BadInput(path.name, str(error), field="period") from error


def _request(path: Path, found: re.Match[str], period: Period, day: datetime, provinces: pl.DataFrame) -> Request:
    endpoint = found["endpoint"]
    if endpoint == pull_2025.ENDPOINT:
        return pull_2025.request_for("", period, Task(endpoint, _province(path, found["scope"], provinces)))
    if endpoint not in ENDPOINTS:
        raise BadInput(path.name, f"no endpoint {endpoint!r}; known are {', '.join(ENDPOINTS)}")
    task = Task(endpoint, _province(path, found["scope"], provinces))
    body = body_for(endpoint, period, local_day(day), task.province.portal_id if task.province else None)
    return Request("", PATH + endpoint, endpoint, task.scope, body, period=period.id)


def _province(path: Path, scope: str, provinces: pl.DataFrame) -> Province | None:
    """The province of a file by its state code or its name in plain letters; None for the list of provinces."""
    if scope in ("national", "provinces"):
        return None
    wanted = scope.split("-")[0].lower()
    for province in provinces_by(provinces, "code").values():
        if wanted in (province.state_code.lower(), fold(province.name).replace(" ", "")):
            return province
    raise BadInput(path.name, f"no province is called {scope!r}", field="scope")
