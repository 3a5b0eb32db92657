"""Arrows point down: who may import whom, file by file, also by imports within functions and by way of others."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from files.places import HOME
from tests.rooms import FLOORS, sources

ONLY_IN = {
    "streamlit": {"app", "shell", "ui", "pages"},
    "plotly": {"ui"},
    "pydeck": {"ui", "pages"},
    "requests": {"etl"},
    "sqlalchemy": {"journal"},
    "alembic": {"journal"},
    "pydantic_settings": {"files"},
}
ENTRIES = ("etl.__main__",)
"""Programs of their own, like `app`: they may name any room, and nobody imports them."""
UI_FLOORS = {"frame": 1, "parts": 2}
"""Within `ui/`; the pages' folders stand above both."""


def module_of(path: Path) -> str:
    name = ".".join(path.relative_to(HOME).with_suffix("").parts)
    return name.removesuffix(".__init__")


def room_of(module: str) -> str:
    return module.split(".")[0]


@cache
def files() -> dict[str, Path]:
    return {module_of(path): path for path in sources()}


def named(path: Path) -> list[str]:
    """The modules that a file imports, anywhere in it: the longest names that are modules of ours, or as written."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.relative_to(HOME)}, line {node.lineno}: a relative import"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name if name in files() else node.module for name in inner]
    return found


@cache
def arrows() -> dict[str, set[str]]:
    """Module → the modules of ours that it imports."""
    return {module: {name for name in named(path) if name in files()} for module, path in files().items()}


def is_below(target: str, module: str) -> bool:
    """Whether `module` may import `target`: of its own room, or of a lower floor."""
    room, other = room_of(module), room_of(target)
    if room == other == "ui":
        return is_below_in_ui(target, module)
    return room == other or FLOORS[other] < FLOORS[room]


def is_below_in_ui(target: str, module: str) -> bool:
    own, other = module.split(".")[1], target.split(".")[1]
    return own == other or UI_FLOORS.get(other, 3) < UI_FLOORS.get(own, 3)


@pytest.mark.parametrize("module", sorted(set(files()) - set(ENTRIES)))
def test_a_file_imports_from_its_room_and_from_below_only(module):
    assert {target for target in arrows()[module] if not is_below(target, module)} == set()


def test_nobody_imports_an_entry():
    assert {module for module, targets in arrows().items() if targets & {*ENTRIES, "app", "shell"}} == set()


def test_there_is_no_circle():
    try:
        order = list(TopologicalSorter(arrows()).static_order())
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))
    assert set(order) == set(files())


@pytest.mark.parametrize("module", sorted(files()))
def test_some_packages_stay_in_their_rooms(module):
    packages = {name.split(".")[0] for name in named(files()[module])}
    assert {name for name in packages & set(ONLY_IN) if room_of(module) not in ONLY_IN[name]} == set()


CONNECTING = {"smtplib", "http.client", "urllib.request", "requests", "ftplib", "imaplib", "socket", "httpx", "aiohttp"}


@pytest.mark.parametrize("module", sorted(files()))
def test_connections_are_opened_in_two_places(module):
    """`etl/` pulls, `press/post/` sends; nothing else of ours goes out."""
    opens = {name for name in named(files()[module]) if any(f"{name}.".startswith(f"{one}.") for one in CONNECTING)}
    assert not opens or room_of(module) == "etl" or module.startswith("press.post.")


@pytest.mark.parametrize("room", ["ranking", "files", "store", "journal", "display", "etl", "web", "press"])
def test_a_room_loads_neither_streamlit_nor_plotly(room):
    """Seen in a fresh process, so what an import of ours brings with it counts too."""
    modules = [module for module in files() if room_of(module) == room and module not in ENTRIES]
    script = f"import {', '.join(modules)}, sys; print(*sorted({{'streamlit', 'plotly'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_importing_a_form_waits_for_no_library_that_it_does_not_use():
    """Each of them takes longer to load than a form to read; what needs them later gets them whole."""
    slow = "{'sqlalchemy', 'holidays', 'streamlit', 'fastexcel'} & set(sys.modules)"
    script = f"import sys, etl.forms.import_form, etl.publishing.publish; print(*{slow}); from sqlalchemy import Table"
    done = subprocess.run([sys.executable, "-c", script], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_room_is_looked_into():
    assert {room_of(module) for module in files()} == set(FLOORS)
    tops = {path.name for path in HOME.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert tops - {"tests", "bench"} <= set(FLOORS)
