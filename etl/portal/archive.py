"""The raw archive: every reply as it was received, with a sidecar that says what was asked and when.

One folder per run holds `run.json`, and per reply two files: `<name>.body` (the bytes) and
`<name>.json` (the sidecar). The body is written first and the sidecar last, each to a temporary
file that is brought to disk and renamed; so a reply counts only when both are whole, which the
sidecar's sha256 proves.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from files import whole
from files.faults import BadInput, Fault

RESUMABLE_FOR = timedelta(hours=24)
RUN = "run.json"
KEPT_HEADERS = ("date", "content-type", "content-length", "server", "retry-after", "last-modified", "age")


@dataclass(frozen=True)
class Request:
    """One question to a source.

    `scope` (a state code or `VN`) and `period` (a `Period.id`) say what is meant by it; the body alone
    cannot: on 31 March the dates of a year to date are those of the first quarter.
    """

    base_url: str
    path: str
    endpoint: str
    scope: str
    body: Mapping[str, str | int]
    encoding: str = "json"
    period: str = ""

    @property
    def url(self) -> str:
        return self.base_url.rstrip("/") + self.path

    @property
    def key(self) -> str:
        """The same for the same base URL, endpoint and body, and for no other."""
        return _digest({"base_url": self.base_url.rstrip("/"), "endpoint": self.endpoint, "body": dict(self.body)})


@dataclass(frozen=True)
class Reply:
    """What came back, byte for byte; `fetched_at` by the server's clock where it told the time."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    fetched_at: datetime


@dataclass(frozen=True)
class Item:
    """One reply of the archive with the question it answers."""

    request: Request
    reply: Reply

    @property
    def content(self) -> Any:
        return json.loads(self.reply.content)


class Run:
    """A folder of replies that belong together: one set of requests, asked one after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = _read_json(folder / RUN) if (folder / RUN).exists() else {}

    @property
    def day(self) -> date | None:
        """The day that the whole run speaks for: that of its first reply, in Vietnam.

        One day for all, or a run across midnight would put half of the communes into another
        period, and they would never be ranked together.
        """
        found = self._record.get("day")
        return date.fromisoformat(found) if found else None

    @property
    def completed(self) -> bool:
        return bool(self._record.get("completed_at"))

    @property
    def started_at(self) -> datetime:
        return datetime.fromisoformat(self._record["started_at"])

    def set_day(self, day: date) -> None:
        self._note(day=day.isoformat())

    def complete(self, now: datetime) -> None:
        """From here on the same request set starts afresh."""
        self._note(completed_at=now.isoformat(timespec="seconds"))

    def find(self, request: Request) -> Item | None:
        """The kept reply to `request`; None where there is none or it is damaged."""
        try:
            return read_item(self.folder / f"{_name(request)}.json")
        except (Fault, OSError):
            return None

    def keep(self, request: Request, reply: Reply) -> Item:
        """Put a reply into the archive; it replaces an earlier one to the same request."""
        name = _name(request)
        whole.write(self.folder / f"{name}.body", reply.content)
        whole.write(self.folder / f"{name}.json", _as_json(_sidecar(request, reply)))
        return Item(request, reply)

    def forget(self, request: Request) -> None:
        (self.folder / f"{_name(request)}.json").unlink(missing_ok=True)

    def _note(self, **facts: str) -> None:
        self._record = {**self._record, **facts}
        whole.write(self.folder / RUN, _as_json(self._record))


@contextmanager
def opened_run(root: Path, request_set: Mapping[str, object], *, now: datetime, fresh: bool = False) -> Iterator[Run]:
    """The run to go on with, or a new one; no second process gets the same request set meanwhile.

    A run is gone on with if it is of the same request set, did not complete and began less than
    `RESUMABLE_FOR` ago: the figures of an open period change daily.
    """
    mark = _digest(request_set)
    root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(root / f"{mark}.lock", timeout=0):
            yield (None if fresh else _resumable(root, mark, now)) or _new_run(root, mark, request_set, now)
    except Timeout:
        raise Fault(f"{root}: the same pull is already under way in another process; wait until it ends") from None


def read_items(folder: Path) -> tuple[list[Item], list[str]]:
    """(sound replies of a run's folder by time and name, complaints about the others)."""
    items, complaints = [], []
    for path in sorted(folder.glob("*.json")):
        if path.name == RUN:
            continue
        try:
            items.append(read_item(path))
        except (Fault, OSError) as error:
            complaints.append(str(error))
    for path in sorted(folder.glob("*.body")):
        if not path.with_suffix(".json").exists():
            complaints.append(f"{path.name}: has no sidecar, so it was not received whole; left out")
    return sorted(items, key=lambda item: item.reply.fetched_at), complaints


def read_item(sidecar: Path) -> Item:
    """One reply; BadInput where the sidecar is not whole or the body is not what was received."""
    record = _read_json(sidecar)
    try:
        request = Request(**record["request"])
        content = sidecar.with_suffix(".body").read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != record["sha256"]:
            raise BadInput(sidecar.name, f"is {record['sha256']}, but the body's is {found}", field="sha256")
        moment = datetime.fromisoformat(record["fetched_at"])
        return Item(request, Reply(record["status"], record["headers"], content, moment.astimezone(UTC)))
    except (KeyError, TypeError, ValueError, FileNotFoundError) as error:
        raise BadInput(sidecar.name, f"is no whole sidecar of a reply ({error!r})") from error


def read_request(sidecar: Path) -> Request:
    """What a reply answers, without its body; BadInput where the sidecar is not whole."""
    try:
        return Request(**_read_json(sidecar)["request"])
    except (KeyError, TypeError) as error:
        raise BadInput(sidecar.name, "is no whole sidecar of a reply") from error


def _resumable(root: Path, mark: str, now: datetime) -> Run | None:
    runs = [Run(path.parent) for path in sorted(root.glob(f"*-{mark}/{RUN}"))]
    if not runs or runs[-1].completed:
        return None
    age = now - runs[-1].started_at
    return runs[-1] if timedelta(0) <= age < RESUMABLE_FOR else None


def _new_run(root: Path, mark: str, request_set: Mapping[str, object], now: datetime) -> Run:
    folder = root / f"{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{mark}"
    folder.mkdir()
    record = {"request_set": dict(request_set), "started_at": now.isoformat(timespec="seconds")}
    whole.write(folder / RUN, _as_json(record))
    return Run(folder)


def _sidecar(request: Request, reply: Reply) -> dict[str, object]:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    return {
        "url": request.url,
        "request": {**vars(request), "body": dict(request.body)},
        "status": reply.status,
        "headers": {name: headers[name] for name in KEPT_HEADERS if name in headers},
        "fetched_at": reply.fetched_at.isoformat(timespec="seconds"),
        "sha256": hashlib.sha256(reply.content).hexdigest(),
    }


def _name(request: Request) -> str:
    scope = re.sub(r"[^A-Za-z0-9-]", "_", request.scope)
    return f"{request.endpoint}.{scope}.{request.key}"


def _digest(content: Mapping[str, object]) -> str:
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _as_json(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _read_json(path: Path) -> dict:
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise BadInput(path.name, f"is not whole JSON ({error})") from error
    if not isinstance(content, dict):
        raise BadInput(path.name, "must hold a JSON object")
    return content
