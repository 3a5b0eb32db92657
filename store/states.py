"""What is known of a figure: the states of `data/states.yaml`, in their order, and which rows may say them."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import model_validator

from files.faults import Fault
from files.places import DATA
from ranking.measures import Text
from ranking.states import BY_NAME
from store import yaml_rows
from store.yaml_rows import Entry, Shades

PATH = DATA / "states.yaml"
_DRAWN = ("sign", "sign_colour", "border")


class State(Entry):
    """One state; `data/states.yaml` says what its keys mean."""

    meaning: Text
    answered: bool
    in_rows: bool = True
    sign: str = ""
    sign_colour: Literal["", "accent", "quiet", "warning"] = ""
    border: Literal["", "solid", "dashed"] = ""
    map: Shades
    look: Literal["fill", "outline", "hatch", "dots"] = "fill"

    @model_validator(mode="after")
    def _is_drawn_where_rows_say_it(self) -> State:
        for key in _DRAWN:
            if bool(getattr(self, key)) != self.in_rows:
                raise ValueError(f"{key} must be given where rows say the state, and only there")
        return self

    def shade(self, *, dark: bool) -> str:
        """The colour of a unit on the map."""
        return self.map.on(dark=dark)


class States(dict[str, State]):
    """The states by name, in the order of lists and legends; Fault for a name that is none."""

    def __missing__(self, name: str) -> State:
        raise Fault(f"{name!r} is no state; data/states.yaml has {', '.join(self)}")

    def first(self, found: Collection[str]) -> str:
        """The one of some states that stands first in the table; Fault where one of them is none."""
        asked = {name for name in found if self[name]}
        return next(name for name in self if name in asked)

    @property
    def in_rows(self) -> list[str]:
        """The states that a row can say."""
        return [name for name, state in self.items() if state.in_rows]

    @property
    def answered(self) -> list[str]:
        """The states that mean that the source has said something about the unit."""
        return [name for name, state in self.items() if state.answered]


@lru_cache(maxsize=1)
def states() -> States:
    """All states. Fault where the file is wrong, or lacks one that the program knows by its name."""
    return read(PATH)


def read(path: Path) -> States:
    found = States(yaml_rows.read(path, State))
    if lacking := [name for name in BY_NAME if name not in found]:
        raise Fault(f"data/{path.name}: {', '.join(lacking)} is missing; the program computes with it")
    return found


def answered(column: str = "state") -> pl.Expr:
    """Rows of units that the source has said something about."""
    return pl.col(column).is_in(states().answered)


def check(rows: pl.DataFrame | pl.LazyFrame, table: str) -> None:
    """Fault names the first row whose `state` (or `old_state`, `new_state`) is in no table of states."""
    rows = rows.lazy()
    names = rows.collect_schema().names()
    for column in (name for name in names if name == "state" or name.endswith("_state")):
        unknown = rows.filter(~pl.col(column).is_in(states().in_rows))
        strange = unknown.select("unit_code", column).head(1).collect(engine="streaming")
        for unit, state in strange.iter_rows():
            known = ", ".join(states().in_rows)
            raise Fault(f"{table}, unit {unit}, {column}: {state!r} is no state; data/states.yaml has {known}")
