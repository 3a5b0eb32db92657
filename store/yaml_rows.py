"""Tables that are YAML files of `data/`: one entry per row, checked when they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from files.faults import Fault
from ranking import yaml_text

Colour = Annotated[str, Field(pattern=r"^#[0-9A-F]{6}$")]


class Entry(BaseModel):
    """The base of a table's entries: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Shades(Entry):
    """A colour on a light ground and on a dark one, as hex."""

    light: Colour
    dark: Colour

    def on(self, *, dark: bool) -> str:
        return self.dark if dark else self.light


Row = TypeVar("Row", bound=Entry)


def read(path: Path, kind: type[Row]) -> dict[str, Row]:
    """The entries of a file by name, in its order; Fault names file, entry and key of the first that is wrong."""
    place = f"data/{path.name}"
    try:
        content = yaml_text.load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Fault(f"{place}: {error}") from error
    if not isinstance(content, dict) or not content:
        raise Fault(f"{place}: must hold one entry per name, found {content!r}")
    return {str(name): entry(f"{place}, {name}", values, kind) for name, values in content.items()}


def whole(path: Path, place: str, kind: type[Row]) -> Row:
    """A file that is one entry, called `place` in messages; Fault names the key that is wrong, or says what is."""
    try:
        content = yaml_text.load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise Fault(f"{place}{line}: is no YAML there") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Fault(f"{place}: cannot be read: {type(error).__name__}") from None
    return entry(place, content, kind)


def entry(place: str, values: object, kind: type[Row]) -> Row:
    """One entry, called `place` in messages; Fault names the key that is wrong."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise Fault(_complaint(place, error.errors()[0])) from None


def _complaint(place: str, error: ErrorDetails) -> str:
    where = ", ".join([place, ".".join(map(str, error["loc"]))]).removesuffix(", ")
    if error["type"] == "missing":
        return f"{where}: the key is missing"
    if error["type"] == "extra_forbidden":
        return f"{where}: the key is unknown"
    what = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return f"{where}: {what}" if isinstance(error["input"], dict) else f"{where}: {what}, found {error['input']!r}"
