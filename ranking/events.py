"""What an event of policy says: the entries of `data/reference/events.yaml`."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypedDict


class Event(TypedDict):
    """A day from which something counts, in the `provinces` it concerns; `short`, `vi` and `en` are its words."""

    id: str
    date: date
    kind: str
    short: dict[str, str]
    vi: str
    en: str
    provinces: Literal["all"] | list[str]
    source: str
