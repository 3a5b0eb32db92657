"""How many snapshots stay: what `data/policies/retention.yaml` says, by the nature of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from files.faults import Fault
from files.places import HOME
from ranking import yaml_text

FILE = HOME / "data" / "policies" / "retention.yaml"
FEWEST, MOST_MONTHS = 2, 1200


class Retention(BaseModel):
    """What stays of a dataset's snapshots: so many of the newest, and all that are younger than so many months."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snapshots: int | Literal["all"] = FEWEST
    months: int = 0

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, content: object) -> object:
        if not isinstance(content, Mapping) or not content:
            raise ValueError("must say snapshots, months or both, such as {snapshots: 10, months: 24}")
        return content

    @field_validator("snapshots", mode="before")
    @classmethod
    def _keeps_the_one_before(cls, value: object) -> object:
        if value != "all" and not (type(value) is int and value >= FEWEST):
            raise ValueError(f"must be all or a whole number from {FEWEST} on (the one in service, the one before)")
        return value

    @field_validator("months", mode="before")
    @classmethod
    def _is_a_number_of_months(cls, value: object) -> object:
        if not (type(value) is int and 1 <= value <= MOST_MONTHS):
            raise ValueError(f"must be a whole number of months from 1 to {MOST_MONTHS}")
        return value

    def staying(self, published: Mapping[str, datetime], now: datetime, in_use: Sequence[str]) -> set[str]:
        """The ids that stay of snapshots `published` at some time; those `in_use` do, and count as the newest."""
        others = sorted(published.keys() - {*in_use}, key=lambda name: (published[name], name), reverse=True)
        if self.snapshots == "all":
            return {*in_use, *others}
        newest = [*in_use, *others][: max(self.snapshots, len(in_use))]
        return {*newest, *(name for name in others if self.months and published[name] >= _earlier(now, self.months))}


class _Retentions(BaseModel):
    """The whole file: one entry for each nature that a dataset can have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    live: Retention
    recorded: Retention
    simulated: Retention


def retention(nature: str) -> Retention:
    """What stays of datasets of a nature, as the file says at this moment; Fault where it cannot be used."""
    place = FILE.relative_to(HOME) if FILE.is_relative_to(HOME) else FILE
    try:
        content = yaml_text.load(FILE.read_text(encoding="utf-8"))
        found: Retention = getattr(_Retentions.model_validate(content), nature)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Fault(f"{place}: cannot be read: {error}") from error
    except ValidationError as error:
        raise Fault(f"{place}: {_complaints(error)}") from error
    return found


def _complaints(error: ValidationError) -> str:
    return "; ".join(
        _complaint(".".join(map(str, one["loc"])), one["type"], one["msg"], one["input"]) for one in error.errors()
    )


def _complaint(key: str, kind: str, message: str, found: object) -> str:
    match kind:
        case "missing":
            return f"{key} is missing"
        case "extra_forbidden":
            return f"{key} is no key that is known"
        case _:
            what = message.removeprefix("Value error, ").replace("Input should be", "must be")
            return f"{key or 'the file'} {what}, found {found!r}"


def _earlier(moment: datetime, months: int) -> datetime:
    """So many calendar months before a moment; on the last day of a month that is too short for its day."""
    earlier: datetime = pl.select(pl.lit(moment).dt.offset_by(f"-{months}mo")).item()
    return earlier
