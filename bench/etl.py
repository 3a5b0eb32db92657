"""Wall time and peak memory of the commands that work on the whole country."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from files.places import HOME


def run() -> list[tuple[str, float, str]]:
    """(command, figure, unit): each command in a process of its own, into a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        commands = {"simulate": ["simulate", "--data", folder], "status": ["status", "--data", folder]}
        return [figure for name, words in commands.items() for figure in _measured(name, words, Path(folder))]


def _measured(name: str, words: list[str], folder: Path) -> list[tuple[str, float, str]]:
    started = time.perf_counter()
    process = os.posix_spawn(
        sys.executable, [sys.executable, "-m", "etl", *words], {**os.environ, "PYTHONPATH": str(HOME)},
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, str(folder / "out.txt"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)],
    )  # fmt: skip
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    if status:
        raise RuntimeError(f"etl {name} failed: {(folder / 'out.txt').read_text()}")
    return [(f"etl {name}: time", seconds, "s"), (f"etl {name}: peak memory", usage.ru_maxrss / 1024, "MiB")]
