"""Who has signed in lately, as the audit log tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from journal import audit, endings


@dataclass(frozen=True)
class SignIn:
    """The last sign-in of a person: by which name, in which roles, and whether it was ended."""

    who: str
    at: datetime
    roles: tuple[str, ...]
    ended: bool


def recent(lines: Iterable[Mapping[str, object]], ended: Mapping[str, float]) -> list[SignIn]:
    """The last sign-in of each person among lines of the audit log, the latest first.

    `ended`: until when the sign-ins of a person are over (`journal.endings.ended`).
    """
    last: dict[str, tuple[datetime, Mapping[str, object]]] = {}
    for line in lines:
        at = audit.moment(line)
        if line.get("act") == "sign_in" and at:
            last[str(line.get("who"))] = at, line
    found = [
        SignIn(
            who,
            at,
            tuple(role for role in str(line.get("roles") or "").split(",") if role),
            _issued(line, at) <= ended.get(endings.key(who), -1.0),
        )
        for who, (at, line) in last.items()
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _issued(line: Mapping[str, object], at: datetime) -> float:
    """When the provider issued the sign-in, which an end is compared with; older lines tell when it was noted."""
    issued = line.get("iat")
    return float(issued) if isinstance(issued, int | float) else at.timestamp()
