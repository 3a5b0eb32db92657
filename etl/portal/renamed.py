"""Replies in the names that the formulas know: what the portal calls otherwise today, `data/portal` says."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from files.faults import Fault
from files.places import DATA
from ranking import yaml_text

NAMES = DATA / "portal" / "renamed_fields.yaml"


def in_known_names(reply: Any) -> Any:
    """The content of a reply with renamed fields under their known names, at any depth.

    A field that stands there under both names keeps both: the known one counts.
    """
    return _renamed(reply, known_names(NAMES)) if known_names(NAMES) else reply


@lru_cache(maxsize=4)
def known_names(path: Path) -> dict[str, str]:
    """The known name of each renamed field; Fault names the file and the entry that is wrong."""
    place = f"data/portal/{path.name}"
    try:
        names = yaml_text.load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise Fault(f"{place}: {error}") from error
    if not isinstance(names, dict):
        raise Fault(f"{place}: must hold lines like `onTimeTotal: totalOnTime`, found {names!r}")
    for new, known in names.items():
        if not isinstance(new, str) or not isinstance(known, str):
            raise Fault(f"{place}, {new}: must be the name of a field, found {known!r}")
    return dict(names)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(entry, names) for entry in value]
    if not isinstance(value, dict):
        return value
    found = {key: _renamed(entry, names) for key, entry in value.items()}
    if isinstance(code := found.get("code"), str):
        found["code"] = names.get(code, code)
    return {known: found[new] for new, known in names.items() if new in found} | found
