"""Wall time and peak memory of the commands that work on the whole country."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import data_folder
from files.places import HOME

COMMANDS = (("simulate",), ("status",))
TINY = {"commands": (("simulate", "--help"), ("status",)), "given": "recorded"}


def run(commands: Sequence[Sequence[str]] = COMMANDS, given: str | None = None) -> list[tuple[str, float, str]]:
    """(command, figure, unit): each in a process of its own, all in one folder that is thrown away.

    `given`: a dataset that lies in the folder beforehand.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given:
            data_folder.fill(folder, given)
        return [figure for words in commands for figure in _measured(words, folder)]


def _measured(words: Sequence[str], folder: Path) -> list[tuple[str, float, str]]:
    told, name = folder / "out.txt", " ".join(words)
    started = time.perf_counter()
    process = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "etl", *words, "--data", str(folder)],
        {**os.environ, "PYTHONPATH": str(HOME)},
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, str(told), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)],
    )
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    if status:
        raise RuntimeError(f"etl {name} failed: {told.read_text()}")
    return [(f"etl {name}: time", seconds, "s"), (f"etl {name}: peak memory", usage.ru_maxrss / 1024, "MiB")]
