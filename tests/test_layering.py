"""Arrows point one way: pages → ui → ranking, press → ui, etl → ranking, all → files; who may import what besides."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[1]
OURS = {"app", "shell", "pages", "press", "ui", "ranking", "etl", "files"}
MAY_IMPORT = {
    "files": {"files"},
    "ranking": {"ranking"},
    "etl": {"etl", "ranking", "files"},
    "ui": {"ui", "ranking", "files"},
    "pages": {"ui", "ranking"},
    "press": {"press", "ui", "ranking", "files"},
    "app": {"ui"},
    "shell": {"ui"},
}
ONLY_IN = {"streamlit": {"app", "shell", "ui", "pages"}, "requests": {"etl"}}


def sources() -> list[Path]:
    return [
        path
        for room in sorted(OURS)
        for path in [HOME / f"{room}.py", *sorted((HOME / room).rglob("*.py"))]
        if path.exists()
    ]


def room_of(path: Path) -> str:
    return path.relative_to(HOME).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name}, line {node.lineno}: a relative import"
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(HOME)))
def test_a_file_imports_from_the_rooms_below_only(path):
    assert imported(path) & OURS <= MAY_IMPORT[room_of(path)]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(HOME)))
def test_streamlit_and_requests_stay_in_their_rooms(path):
    assert {name for name in imported(path) & set(ONLY_IN) if room_of(path) not in ONLY_IN[name]} == set()


def test_every_room_is_looked_into():
    assert {room_of(path) for path in sources()} == OURS
