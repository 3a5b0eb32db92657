"""How long what is kept: what `data/retention.yaml` says, and `local/retention.yaml` of a data folder over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator, model_validator

from files.faults import Fault
from files.places import HOME, published_folder
from ranking import yaml_text

FILE = HOME / "data" / "retention.yaml"
LOCAL = Path("local", "retention.yaml")
FEWEST, MOST_MONTHS = 2, 1200
MOST_DAYS, MOST_HOURS, MOST_COPIES = 36_500, 24 * 31, 10_000


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Retention(_Strict):
    """What stays of a dataset's snapshots: so many of the newest, and all that are younger than so many months."""

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
        return _whole("months", value, 1, MOST_MONTHS)

    def staying(self, published: Mapping[str, datetime], now: datetime, in_use: Sequence[str]) -> set[str]:
        """The ids that stay of snapshots `published` at some time; those `in_use` do, and count as the newest."""
        others = sorted(published.keys() - {*in_use}, key=lambda name: (published[name], name), reverse=True)
        if self.snapshots == "all":
            return {*in_use, *others}
        newest = [*in_use, *others][: max(self.snapshots, len(in_use))]
        return {*newest, *(name for name in others if self.months and published[name] >= _earlier(now, self.months))}


class Retentions(_Strict):
    """What stays of snapshots, one entry for each nature that a dataset can have."""

    live: Retention
    recorded: Retention
    simulated: Retention


class Days(_Strict):
    """What is older than so many days goes; with `all` nothing does."""

    days: int | Literal["all"]

    @field_validator("days", mode="before")
    @classmethod
    def _is_a_number_of_days(cls, value: object) -> object:
        return value if value == "all" else _whole("days", value, 1, MOST_DAYS, "all or ")

    def since(self, now: datetime) -> datetime | None:
        """From when on things stay; None where all do."""
        return None if self.days == "all" else now - timedelta(days=self.days)


class NumberOfDays(_Strict):
    """What is older than so many days goes."""

    days: Annotated[int, BeforeValidator(lambda value: _whole("days", value, 1, MOST_DAYS))]


class Hours(_Strict):
    """What is older than so many hours goes."""

    hours: Annotated[int, BeforeValidator(lambda value: _whole("hours", value, 1, MOST_HOURS))]


class Newest(_Strict):
    """So many of the newest stay."""

    newest: Annotated[int, BeforeValidator(lambda value: _whole("copies", value, 1, MOST_COPIES))]


class Times(_Strict):
    """The whole file; each key says what it is about there."""

    snapshots: Retentions
    replies: Days
    forms: Days
    quarantine: Days
    uploads: Hours
    audit: Days
    objections: Days
    sign_ins: NumberOfDays
    logs: NumberOfDays
    backups: Newest


def times(data: Path | None = None) -> Times:
    """How long what is kept in a data folder, as the files say at this moment; Fault where one cannot be used.

    A key of `local/retention.yaml` stands for that of `data/retention.yaml`; of `snapshots`, the natures it names.
    """
    own = (data or published_folder().parent) / LOCAL
    place = str(FILE.relative_to(HOME) if FILE.is_relative_to(HOME) else FILE)
    content = _content(FILE, place)
    delivered = _checked(content, place)
    if not own.exists():
        return delivered
    changes = _content(own, str(LOCAL))
    if changes is None:  # a file of nothing but remarks
        return delivered
    if not isinstance(changes, dict):
        raise Fault(f"{LOCAL}: must hold keys of {place}, found {_shown(changes)}")
    merged = {**content, **changes}
    if isinstance(changes.get("snapshots"), dict):
        merged["snapshots"] = {**content["snapshots"], **changes["snapshots"]}
    return _checked(merged, str(LOCAL))


def retention(nature: str, data: Path | None = None) -> Retention:
    """What stays of snapshots of datasets of a nature."""
    found: Retention = getattr(times(data).snapshots, nature)
    return found


def _whole(of: str, value: object, least: int, most: int, or_else: str = "") -> int:
    if not (type(value) is int and least <= value <= most):
        raise ValueError(f"must be {or_else}a whole number of {of} from {least} to {most}")
    return value


def _content(path: Path, place: str) -> Any:
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        return yaml_text.load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f", line {min(mark.line + 1, len(text.splitlines()))}" if mark else ""
        raise Fault(f"{place}{line}: cannot be read: it is no YAML there") from None
    except OSError as error:
        raise Fault(f"{place}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise Fault(f"{place}: cannot be read: it is no text in UTF-8") from None


def _checked(content: object, place: str) -> Times:
    try:
        return Times.model_validate(content)
    except ValidationError as error:
        raise Fault(f"{place}: {_complaints(error)}") from None


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
        case "model_type" | "model_attributes_type":
            return f"{key or 'the file'} must hold keys with values, found {_shown(found)}"
        case _:
            return f"{key or 'the file'} {message.removeprefix('Value error, ')}, found {_shown(found)}"


def _shown(found: object) -> str:
    return repr(found)[:60]


def _earlier(moment: datetime, months: int) -> datetime:
    """So many calendar months before a moment; on the last day of a month that is too short for its day."""
    earlier: datetime = pl.select(pl.lit(moment).dt.offset_by(f"-{months}mo")).item()
    return earlier
