"""Importing the static site: seconds and memory in a fresh process, on request beside another version's.

Every process that builds the site pays for it. `python -m bench.site_import --beside PATH` takes turns with a checkout
of another version at PATH, so that a busy machine slows both alike, and gives the ratios too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from files.places import HOME

Figure = tuple[str, float, str]
TINY = {"beside": HOME, "runs": 1}
_UNITS = {"time": "s", "processor time": "s", "peak memory": "MB"}
# The peak of a process's own memory: what getrusage tells may be that of the process that started it.
_SCRIPT = """
import re, time
wall, processor = time.perf_counter(), time.process_time()
import {module}
wall, processor = time.perf_counter() - wall, time.process_time() - processor
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]
print(wall, processor, int(peak) / 1024)
"""


def run(beside: Path | None = None, runs: int = 7) -> list[Figure]:
    """(name, value, unit): medians; with `beside` also those of the checkout there, and of ours divided by its."""
    places = {"this version": HOME, **({"the other version": beside} if beside else {})}
    for folder in places.values():
        _imported(folder)  # so that all is compiled and in the machine's cache
    rounds = [{name: _imported(folder) for name, folder in places.items()} for _ in range(runs)]
    figures = [figure for name in places for figure in _medians(name, [each[name] for each in rounds])]
    return figures + (_ratios(rounds) if beside else [])


def _imported(folder: Path) -> dict[str, float]:
    """What importing the site of a checkout takes in a process of its own."""
    module = "press.site.command" if (folder / "press" / "site" / "command.py").exists() else "press.site"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    words = [sys.executable, "-c", _SCRIPT.format(module=module)]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{folder}: import {module} failed:\n{done.stderr}")
    return dict(zip(_UNITS, map(float, done.stdout.split()), strict=True))


def _medians(name: str, taken: Sequence[Mapping[str, float]]) -> list[Figure]:
    return [(f"{name}: {what}, median", median(each[what] for each in taken), unit) for what, unit in _UNITS.items()]


def _ratios(rounds: Sequence[Mapping[str, Mapping[str, float]]]) -> list[Figure]:
    return [
        (f"{what}, this version divided by the other, median", median(_ratio(turn, what) for turn in rounds), "")
        for what in _UNITS
    ]


def _ratio(turn: Mapping[str, Mapping[str, float]], what: str) -> float:
    return turn["this version"][what] / turn["the other version"][what]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--beside", type=Path, metavar="PATH", help="a checkout of another version")
    parser.add_argument("--runs", type=int, default=7, metavar="N")
    args = parser.parse_args()
    for name, value, unit in run(args.beside, args.runs):
        print(f"{name:<64} {value:>10,.2f} {unit}")
