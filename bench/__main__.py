"""`make bench` or `python -m bench [NAME …]`: run the benchmarks and print their figures."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main(names: list[str]) -> None:
    here = Path(__file__).parent
    for name in names or sorted(path.stem for path in here.glob("[a-z]*.py")):
        bench = import_module(f"bench.{name}")
        if not hasattr(bench, "run"):  # what a benchmark is made of
            continue
        print(f"{name}: {(bench.__doc__ or '').splitlines()[0]}")
        for figure, value, unit in bench.run():
            print(f"  {figure:<64} {value:>10,.1f} {unit}")


if __name__ == "__main__":
    main(sys.argv[1:])
