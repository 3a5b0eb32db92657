"""The project's own tables: measures, units, lineage, provinces, events."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from files.faults import Fault
from files.places import HOME, MEASURES, REFERENCE
from ranking import yaml_text
from ranking.collation import by_name, name_order
from ranking.events import Event
from ranking.measures import Measure, MeasureError, registry
from ranking.vocabulary import COUNTRY


@lru_cache(maxsize=1)
def measures() -> dict[str, Measure]:
    """The registry of `data/measures`. Fault where a definition is wrong."""
    try:
        return registry({path.name: path.read_text(encoding="utf-8") for path in MEASURES.glob("*.yaml")})
    except MeasureError as error:
        raise Fault(f"data/measures: {error}") from error


@lru_cache(maxsize=8)
def reference_table(table: str) -> pl.DataFrame:
    """A table of `data/reference`: units, lineage or provinces. Fault where it is missing."""
    path = REFERENCE / f"{table}.parquet"
    if not path.exists():
        raise Fault(f"{path.relative_to(HOME)} is missing; `python -m etl reference` builds it")
    return pl.read_parquet(path)


@lru_cache(maxsize=1)
def events() -> list[Event]:
    """Policy events for time charts, in the order of their dates."""
    text = (HOME / "data" / "reference" / "events.yaml").read_text(encoding="utf-8")
    entries: list[Event] = yaml_text.load(text)["events"]
    return sorted(entries, key=lambda event: event["date"])


@lru_cache(maxsize=1)
def province_names() -> dict[str, str]:
    """Names by code in alphabetical order; the city that is never called by its bare name keeps its title."""
    names = dict(reference_table("provinces").select("code", "name").iter_rows())
    names |= {code: f"TP. {name}" for code, name in names.items() if name == "Hồ Chí Minh"}
    return dict(sorted(names.items(), key=lambda item: name_order(item[1].removeprefix("TP. "))))


def communes_of(province: str) -> dict[str, str]:
    """code → full name of the communes of a province, in the order of their names."""
    own = reference_table("units").filter(pl.col("province_code") == province)
    return dict(own.select("code", "full_name").sort(by_name("full_name")).iter_rows())


def scope_name(scope: str) -> str | None:
    """The province's name; None for the country."""
    return None if scope == COUNTRY else province_name(scope)


def province_name(code: str) -> str:
    """The province's name; the code itself where it is no province's."""
    return province_names().get(code, code)
