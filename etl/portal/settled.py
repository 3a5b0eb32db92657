"""What was captured when, and which figures of closed periods are settled: `captures.parquet` of the data folder.

One row per dataset, source, endpoint, scope and period, written when a capture was published. The raw archive may be
pruned; this small table says on without it. Where it is lost, everything is asked again, and nothing else is lost.

A question is *settled* when two captures of it, made on different days, both 30 days or more after the end of its
period, agree in every figure, and no capture between them differed. Days are the portal's, in Vietnam. The figures are
the rows of units and the parent's, without what is told of other periods or of the order of rows (`_NO_FIGURES`).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
from filelock import FileLock

from etl.portal.archive import Item
from etl.portal.endpoints import ENDPOINTS, asked_period
from files import whole
from files.faults import Fault
from ranking.ages import SETTLED_DAYS
from ranking.periods import parse

NAME = "captures.parquet"
QUIET_DAYS = SETTLED_DAYS
Question = tuple[str, str, str]
"""Endpoint, scope (a state code or VN) and the id of the calendar period."""

_SCHEMA: dict[str, pl.DataType] = {
    "dataset": pl.String(),
    "base_url": pl.String(),
    "endpoint": pl.String(),
    "scope": pl.String(),
    "period": pl.String(),
    "digest": pl.String(),
    "since": pl.Date(),
    "day": pl.Date(),
    "asked_at": pl.Datetime("us", "UTC"),
}
_NO_FIGURES = ("scoreDelta", "growthPercent", "stt")


@dataclass(frozen=True)
class Capture:
    """The last capture of a question.

    `day`: the portal's; `asked_at`: this machine's clock; `since`: the first day, 30 days or more after the period's
    end, from which on each capture had these figures; None where the last one was made sooner.
    """

    digest: str
    since: date | None
    day: date
    asked_at: datetime

    @property
    def settled(self) -> bool:
        return self.since is not None and self.day > self.since


def captures(data: Path, dataset: str, base_url: str) -> dict[Question, Capture]:
    """The last captures of a dataset from a source; Fault where the table is damaged."""
    own = _read(data / NAME).filter(dataset=dataset, base_url=base_url.rstrip("/"))
    return {
        (row["endpoint"], row["scope"], row["period"]): Capture(
            row["digest"], row["since"], row["day"], row["asked_at"]
        )
        for row in own.iter_rows(named=True)
    }


def all_captures(data: Path) -> dict[tuple[str, Question], list[Capture]]:
    """By source and question, the last capture of each dataset; Fault where the table is damaged."""
    found: dict[tuple[str, Question], list[Capture]] = {}
    for row in _read(data / NAME).iter_rows(named=True):
        question = (row["base_url"], (row["endpoint"], row["scope"], row["period"]))
        capture = Capture(row["digest"], row["since"], row["day"], row["asked_at"])
        found.setdefault(question, []).append(capture)
    return found


def note(
    data: Path, dataset: str, base_url: str, day: date, items: Iterable[Item], now: datetime | None = None
) -> None:
    """Note that the replies to whole questions, `items`, were published; `day` is the one for which they speak."""
    known = captures(data, dataset, base_url)
    asked_at, source = now or datetime.now(UTC), base_url.rstrip("/")
    rows = []
    for question, replies in groupby(sorted(items, key=_question), key=_question):
        capture = _next(known.get(question), question, _digest(list(replies)), day, asked_at)
        rows.append((dataset, source, *question, *vars(capture).values()))
    new = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    with FileLock(data / f"{NAME}.lock"):
        key = ["dataset", "base_url", "endpoint", "scope", "period"]
        kept = _read(data / NAME).join(new, on=key, how="anti")
        out = io.BytesIO()
        pl.concat([kept, new]).sort(key).write_parquet(out)
        whole.write(data / NAME, out.getvalue())


def _next(before: Capture | None, question: Question, digest: str, day: date, asked_at: datetime) -> Capture:
    if day < parse(question[2]).end + timedelta(days=QUIET_DAYS):
        return Capture(digest, None, day, asked_at)
    same = before is not None and before.since is not None and before.digest == digest
    return Capture(digest, before.since if before is not None and same else day, day, asked_at)


def _question(item: Item) -> Question:
    return item.request.endpoint, item.request.scope, asked_period(item.request).id


def _digest(pages: list[Item]) -> str:
    endpoint = ENDPOINTS[pages[0].request.endpoint]
    replies = [page.content["data"] for page in pages]
    rows = [_figures(row) for reply in replies for row in reply.get(endpoint.rows) or []]
    told = [_figures(replies[0].get(endpoint.parent)), sorted(rows, key=_as_text)]
    return hashlib.sha256(_as_text(told).encode()).hexdigest()[:16]


def _figures(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {name: _figures(value) for name, value in content.items() if name not in _NO_FIGURES}
    return [_figures(value) for value in content] if isinstance(content, list) else content


def _as_text(content: object) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def _read(path: Path) -> pl.DataFrame:
    if not path.exists():
        return pl.DataFrame(schema=_SCHEMA)
    try:
        return pl.read_parquet(path).select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise Fault(f"{path.name} cannot be read ({error}); remove it, and all periods are asked again") from error
