"""Releases that a place has announced: `local/release_calendar.yaml` of its data folder, checked when it is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field

from ranking.measures import Text
from store import yaml_rows

FILE = Path("local", "release_calendar.yaml")


class Announced(yaml_rows.Entry):
    """A day on which a dataset is to be released, and what it will hold, in both languages."""

    date: date
    what: Text
    dataset: str = "live"


class _Calendar(yaml_rows.Entry):
    releases: list[Announced] = Field(max_length=1000)


def announced(data: Path, today: date) -> list[Announced]:
    """What is announced from today on, the next first; nothing without a file. Fault names the key that is wrong."""
    if not (data / FILE).exists():
        return []
    found = yaml_rows.whole(data / FILE, str(FILE), _Calendar).releases
    return sorted((one for one in found if one.date >= today), key=lambda one: one.date)
