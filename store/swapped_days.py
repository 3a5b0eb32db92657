"""Working days that were moved to a weekend and that the package of holidays lacks, from `data/swapped_days.yaml`."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from files.faults import Fault
from files.places import DATA
from ranking.working_days import Swaps
from store import yaml_rows
from store.yaml_rows import Entry

PATH = DATA / "swapped_days.yaml"
_SATURDAY = 5


class Swap(Entry):
    """What is said of one day off; `data/swapped_days.yaml` says what its keys mean."""

    worked: date
    source: Annotated[str, Field(min_length=1)]


@lru_cache(maxsize=1)
def swapped_days() -> Swaps:
    """The day off and the day worked for it, of each move; Fault where the file is wrong."""
    return read(PATH)


def read(path: Path) -> Swaps:
    entries = yaml_rows.read(path, Swap).items()
    return tuple((_weekday(path, name), _weekend(path, name, swap)) for name, swap in entries)


def _weekday(path: Path, name: str) -> date:
    try:
        day = date.fromisoformat(name)
    except ValueError as error:
        raise Fault(f"data/{path.name}, {name}: the name must be a day such as 2026-01-02 ({error})") from None
    if day.weekday() >= _SATURDAY:
        raise Fault(f"data/{path.name}, {name}: must be a day from Monday to Friday")
    return day


def _weekend(path: Path, name: str, swap: Swap) -> date:
    if swap.worked.weekday() < _SATURDAY:
        raise Fault(f"data/{path.name}, {name}, worked: must be a Saturday or a Sunday, found {swap.worked}")
    return swap.worked
