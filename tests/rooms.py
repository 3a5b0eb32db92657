"""The rooms of the house, from the ground up, for tests that look into their files."""

from __future__ import annotations

from pathlib import Path

from files.places import HOME

FLOORS = {
    "ranking": 1, "files": 1, "store": 2, "journal": 3, "display": 4, "etl": 4, "web": 5, "press": 6, "ui": 7,
    "pages": 8, "app": 8, "shell": 8,
}  # fmt: skip


def sources(*rooms: str) -> list[Path]:
    """The Python files of some rooms, of all of them where none is named."""
    wanted = rooms or tuple(FLOORS)
    files = (path for room in wanted for path in [HOME / f"{room}.py", *sorted((HOME / room).rglob("*.py"))])
    return [path for path in files if path.exists()]
