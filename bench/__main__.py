"""`make bench` or `python -m bench [--tiny] [NAME …]`: run the benchmarks and print their figures.

A benchmark is a module or package of this folder with a `run`, which gives (name, value, unit) of each figure; the
others are what benchmarks are made of. What a figure may be at most stands in the benchmark's `BUDGETS`, by name: one
that is more is marked, and the command ends with 1. `TINY` are the arguments with which `run` goes through all its
parts in seconds, on the recorded dataset at most: so the tests see that no benchmark has stopped working.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

Figure = tuple[str, float, str]
_HERE = Path(__file__).parent
MODULES = sorted(
    {path.stem for path in _HERE.glob("[a-z]*.py")} | {path.parent.name for path in _HERE.glob("[a-z]*/__init__.py")}
)


def benchmark(name: str) -> ModuleType | None:
    """The benchmark of that name; None where the module is none."""
    module = import_module(f"bench.{name}")
    return module if hasattr(module, "run") else None


def figures(module: ModuleType, *, tiny: bool, public: Path | None = None) -> Iterable[Figure]:
    """What a benchmark measures, whole or in its tiny form; `public`: the files that the attack gets."""
    more = {} if public is None else {"public": public}
    return module.run(**module.TINY, **more) if tiny else module.run(**more)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="run the benchmarks and print their figures")
    parser.add_argument("names", nargs="*", metavar="NAME", help="all of them unless given")
    parser.add_argument("--tiny", action="store_true", help="in seconds, to see that they work: the figures say little")
    parser.add_argument("--public", type=Path, metavar="DIR", help="of `attack`: downloaded files, not the app's own")
    args = parser.parse_args()
    if args.public and args.names != ["attack"]:
        parser.error("--public: only of attack")
    if unknown := sorted({*args.names} - {*MODULES}):
        parser.error(f"bench/ has no {', '.join(unknown)}; it has {', '.join(MODULES)}")
    over = 0
    for name in args.names or MODULES:
        if module := benchmark(name):
            print(f"{name}: {(module.__doc__ or '').splitlines()[0]}")
            for figure, value, unit in figures(module, tiny=args.tiny, public=args.public):
                most = math.inf if args.tiny else getattr(module, "BUDGETS", {}).get(figure, math.inf)
                over += value > most
                print(f"  {figure:<64} {value:>10,.2f} {unit}{f'   over {most:g}' if value > most else ''}")
        elif args.names:
            parser.error(f"bench/{name}.py is no benchmark: it has no run()")
    if over:
        sys.exit(1)


if __name__ == "__main__":
    main()
