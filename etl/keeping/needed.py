"""What of the raw replies and forms is needed whatever its age: published figures rest on it, or a period is open."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import polars as pl

from etl.forms.report import kept_name
from etl.portal.archive import RUN, read_request
from etl.portal.endpoints import ENDPOINTS, asked_period
from etl.portal.settled import Question, all_captures
from etl.publishing.corrected import own_figures
from files.faults import Fault
from journal import holdings
from ranking.manifest import CURRENT, RELEASED
from store import releases

Asked = tuple[str, Question]
"""A source and a question to it."""


def replies(data: Path) -> set[Path]:
    """The runs of `raw/portal` that have to stay.

    Of a question of a period that is not settled, all; of a settled one, the run from which each dataset's last
    capture was published; of one that no table of captures knows, such as those to the former gateway, the last run
    that came to its end and all after it. A run that cannot be understood stays too. Fault where the table of captures
    is damaged.
    """
    needed: set[Path] = set()
    asked_in: dict[Asked, list[tuple[datetime, bool, Path]]] = {}
    for folder in sorted(holdings.runs(data)):
        try:
            started, ended, questions = _understood(folder)
        except (Fault, OSError, ValueError, KeyError, TypeError, AttributeError):
            needed.add(folder)
            continue
        for question in questions:
            asked_in.setdefault(question, []).append((started, ended, folder))
    captured = all_captures(data)
    for question, runs in asked_in.items():
        known = captured.get(question, [])
        if question[1][0] not in ENDPOINTS:
            ends = [number for number, (_, ended, _) in enumerate(runs) if ended]
            needed |= {folder for _, _, folder in runs[ends[-1] if ends else 0 :]}
        elif not known or not all(capture.settled for capture in known):
            needed |= {folder for _, _, folder in runs}
        else:
            for capture in known:
                before = [folder for started, _, folder in runs if started <= capture.asked_at]
                needed |= {*(before[-1:] or [folder for _, _, folder in runs])}
    return needed


def forms(data: Path) -> set[Path]:
    """The workbooks of `raw/forms` whose name a figure of a snapshot in service gives as its source.

    Two workbooks of one name cannot be told apart by it, so both stay. Fault where a snapshot cannot be read.
    """
    named = {kept_name(name) for name in _sources(data)}
    return {path for path in holdings.forms(data) if path.name.partition("-")[2] in named}


def _understood(folder: Path) -> tuple[datetime, bool, set[Asked]]:
    """(when a run began, whether it came to its end, what it has replies to)."""
    record = json.loads((folder / RUN).read_bytes())
    about, started = record["request_set"], datetime.fromisoformat(record["started_at"])
    questions = {_question(path, about) for path in folder.glob("*.json") if path.name != RUN}
    return started, bool(record.get("completed_at")), questions


def _question(sidecar: Path, about: dict[str, str]) -> Asked:
    """By the names of the run and the reply; a run that does not say its period is asked reply by reply."""
    if about.get("base_url") and about.get("period"):
        endpoint, scope, _ = sidecar.stem.split(".")
        return about["base_url"].rstrip("/"), (endpoint, scope, about["period"])
    request = read_request(sidecar)
    return request.base_url.rstrip("/"), (request.endpoint, request.scope, asked_period(request).id)


def _sources(data: Path) -> Iterable[str]:
    """The names of files that figures in service come from, for the public or inside: sources read `<kind>:<name>`."""
    for pointer in sorted((data / "published").glob("*/*")):
        if pointer.name not in (CURRENT, RELEASED) or not (name := releases.pointer(pointer.parent, pointer.name)):
            continue
        try:
            # What a source said of a corrected figure is shown again once the correction is taken back.
            sources = own_figures(pointer.parent / name).select(pl.col("source").unique()).collect()
        except (OSError, ValueError, pl.exceptions.PolarsError):
            raise Fault(
                f"{pointer.parent.name}: the snapshot in service cannot be read, so no form was removed"
            ) from None
        yield from (source.partition(":")[2] for source in sources.get_column("source"))
