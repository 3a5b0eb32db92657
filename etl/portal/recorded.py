"""`python -m etl recorded`: publish replies that were saved by hand, one file each.

A file's name says what it answers: `<endpoint>.<state code or national>.<kind>-<period>.<day>.json`,
such as `dvc-progress-tree.H44.quarter-2026-Q3.20260926.json`; the former gateway's files name the
province (`angiang-ALL117`) or `provinces`. Files of which only a sample of units was saved have
`SAMPLE` in their names: no measure of ours is read from them, so they are named and left out. Those that
count one procedure alone end in `PROCEDURE-<code>`, and are set against the reply of the same day that
counts all (`etl/portal/procedures.py`). A file that cannot be taken is named too, and the others are
published without it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from etl.portal import procedures, pull_2025, rows
from etl.portal.archive import Item, Reply, Request
from etl.portal.endpoints import ENDPOINTS, PATH, body_for
from etl.portal.pull import Task, publish_harvest
from etl.portal.replay import together
from etl.portal.units import Province, provinces_by
from etl.publishing.harvest import Harvest
from files.faults import BadInput, Fault
from files.places import DATA
from ranking.names import fold
from ranking.periods import Period, local_day, parse
from store.reference import reference_table

_NAME = re.compile(
    r"(?P<endpoint>[a-z0-9_-]+)\.(?P<scope>[^.]+)\.(?P<kind>month|quarter|half|year)-(?P<period>[^.]+)"
    r"\.(?P<day>\d{4}-?\d{2}-?\d{2})(?:\.(?:(?P<part>SAMPLE)\S*|PROCEDURE-(?P<procedure>[0-9.]*[0-9])))?\.json"
)
_PARTS = {"SAMPLE": "only a sample of the units was saved"}
_NOON = timedelta(hours=5)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="sources",
        type=Path,
        required=True,
        nargs="+",
        action="extend",
        metavar="FOLDER",
        help="the saved replies; all folders together make one snapshot",
    )
    parser.add_argument("--dataset", default="recorded", help="default: %(default)s")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="where data lie; default: data")


def run(args: argparse.Namespace) -> int:
    """Publish all whole replies below the folders; each speaks for the day in its file's name.

    0 if every file was taken or is a part by its name, 1 where one could not be taken.
    """
    files = [path for folder in args.sources for path in _saved(folder)]
    units, provinces = reference_table("units"), reference_table("provinces")
    items, refused = [], 0
    for path in files:
        if (found := _NAME.fullmatch(path.name)) and found["part"]:
            print(f"left out: {path.name}: {_PARTS[found['part']]}", file=sys.stderr)
            continue
        try:
            items.append(read_item(path, provinces))
        except BadInput as error:
            refused += 1
            print(f"left out: {error}", file=sys.stderr)
    if not items:
        raise Fault(f"{', '.join(map(str, args.sources))}: hold no whole reply that could be taken")
    publish_harvest(args.data, args.dataset, together(list(_harvests(items, units, provinces))), None)
    return 1 if refused else 0


def _saved(folder: Path) -> list[Path]:
    files = sorted(folder.rglob("*.json"))
    if not files:
        raise Fault(f"{folder}: holds no saved reply")
    return files


def _harvests(items: Iterable[Item], units: pl.DataFrame, provinces: pl.DataFrame) -> Iterator[Harvest]:
    """What the replies hold; a question that was answered on several days is read once for each of them."""
    for captures in _rounds(items):
        later = [item for item in captures if item.request.endpoint in ENDPOINTS]
        of_2025 = [item for item in captures if item.request.endpoint == pull_2025.ENDPOINT]
        if later:
            yield rows.parse_run(later, units, provinces)
        if of_2025:
            yield pull_2025.parse_run(of_2025, units, provinces)


def _rounds(items: Iterable[Item]) -> list[list[Item]]:
    """The replies in rounds: the latest to each question first, then those before; the same reply counts once."""
    answers: dict[tuple[str, ...], dict[datetime, Item]] = defaultdict(dict)
    for item in items:
        procedure = str(item.request.body.get(procedures.FILTER, ""))
        question = (item.request.endpoint, item.request.scope, item.request.period, procedure)
        answers[question][item.reply.fetched_at] = item
    in_turn = [[found[moment] for moment in sorted(found, reverse=True)] for found in answers.values()]
    return [[found[n] for found in in_turn if n < len(found)] for n in range(max(map(len, in_turn)))]


def read_item(path: Path, provinces: pl.DataFrame) -> Item:
    """A saved reply as if it had just been received at noon, Vietnam's time, of its day; BadInput where it is none."""
    found = _NAME.fullmatch(path.name)
    if not found:
        raise BadInput(path.name, "the name must read <endpoint>.<scope>.<kind>-<period>.<day>.json")
    try:
        day = datetime.strptime(found["day"].replace("-", ""), "%Y%m%d").replace(tzinfo=UTC) + _NOON
    except ValueError as error:
        raise BadInput(path.name, f"{found['day']} is no day", field="day") from error
    period = _period(path, found["kind"], found["period"])
    request = _request(path, found, period, day, provinces)
    return Item(request, Reply(200, {}, _content(path, request), day))


def _content(path: Path, request: Request) -> bytes:
    """The bytes of a reply that is whole: rows of the former gateway, else an envelope with data."""
    body = path.read_bytes()
    try:
        said = json.loads(body)
    except ValueError as error:
        raise BadInput(path.name, f"is not whole JSON ({error})") from error
    if request.endpoint == pull_2025.ENDPOINT:
        if not isinstance(said, list):
            raise BadInput(path.name, f"must hold a list of units, found {type(said).__name__}")
    elif not isinstance(said, dict) or not isinstance(said.get("data"), dict):
        raise BadInput(path.name, "must hold an object with the key data", field="data")
    return body


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
    if found["procedure"] and endpoint != procedures.ENDPOINT:
        raise BadInput(path.name, f"one procedure alone is read from {procedures.ENDPOINT} only", field="endpoint")
    body = body_for(endpoint, period, local_day(day), task.province.portal_id if task.province else None)
    if found["procedure"]:
        body |= {procedures.FILTER: found["procedure"]}
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
