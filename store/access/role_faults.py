"""What is wrong with a file of roles: which line and key, and what would be right; never what the file says there."""

from __future__ import annotations

from collections.abc import Sequence

import yaml
from pydantic_core import ErrorDetails

SAID = {
    "syntax": "is no YAML there",
    "text": "is no text in UTF-8",
    "unreadable": "cannot be read",
    "missing": "the key is missing",
    "unknown": "the key is unknown",
    "value": "the value is none that is allowed",
    "province": "is no province of today; right are two-digit codes in quotes, such as '25', or all",
    "no_provinces": "has no provinces; only an administrator and the people of a commune need none",
    "unit": "is no commune of today; right are five-digit codes in quotes, such as '16654'",
    "no_units": "has no communes; the role unit needs them",
    "no_role": "names communes, but the roles don't name unit",
}


class PeopleError(ValueError):
    """The file of roles is not usable; `kind` is one of `SAID`, `line` counts from 1 and is 0 where none is known."""

    def __init__(self, name: str, kind: str, line: int = 0, key: str = "") -> None:
        where = ", ".join([name, *([f"line {line}"] if line else []), *([key] if key else [])])
        super().__init__(f"{where}: {SAID[kind]}")
        self.name, self.kind, self.line, self.key = name, kind, line, key


def of_syntax(name: str, text: str, error: yaml.YAMLError) -> PeopleError:
    """Where a text stops being YAML."""
    mark = getattr(error, "problem_mark", None)
    return PeopleError(name, "syntax", min(mark.line + 1, len(text.splitlines())) if mark else 0)


def of_value(name: str, text: str, error: ErrorDetails) -> PeopleError:
    """What a check of the content has found first."""
    kind = {"missing": "missing", "extra_forbidden": "unknown"}.get(error["type"], "value")
    return at(name, text, kind, error["loc"])


def at(name: str, text: str, kind: str, keys: Sequence[str | int]) -> PeopleError:
    """A fault at a key of a sound YAML text; its line is that of the innermost part that is there."""
    return PeopleError(name, kind, _line(text, keys), ".".join(map(str, keys)))


def _line(text: str, keys: Sequence[str | int]) -> int:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for key in keys:
        inner = _within(node, key)
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1 if node else 0


def _within(node: yaml.Node | None, key: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        found: yaml.Node = node.value[key]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None
