"""The simulated provinces' exports as files, month after month, and what is true beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from etl.progress import Step, untold
from etl.simulation.dossiers.draws import Days, drawn
from etl.simulation.dossiers.ground import Ground
from etl.simulation.dossiers.seen import changed, mistaken, seen
from etl.simulation.dossiers.truth import write_truth
from etl.simulation.dossiers.wording import as_text, worded
from files.faults import Fault
from store.swapped_days import swapped_days

CSV, PARQUET = "csv", "parquet"
NAME = "mo-phong"
"""What the name of every file begins with: simulated."""
_README = """# Hồ sơ mô phỏng – simulated dossiers

Không có hồ sơ nào ở đây là thật. No dossier in here is real, and no figure is about a real commune: all are drawn from
data/simulated.yaml and data/simulated_dossiers.yaml (docs/dossiers.md says how), share {share:g}.

{exports}
`truth/practices.csv`: which commune began what on which day, and the factors that this puts on the chance of being
late, of not filing online, on the days taken and on Saturdays. `truth/expected.parquet`: how late each unit should be
by month, with and without its practice, and at the average mix of procedures.

    python -m etl dossiers {first} --exported {day} --dataset simulated --data DIR
"""


def write_exports(
    ground: Ground,
    folder: Path,
    homes: Sequence[int],
    months: Sequence[int],
    *,
    share: float = 1.0,
    kind: str = PARQUET,
    step: Step = untold,
) -> int:
    """Write the exports of some provinces (positions in `ground`) and months; how many dossiers there are.

    The first export holds everything up to its day, mistakes among it; the later ones what is new or has changed since
    the one before. Fault where the folder holds anything already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Fault(f"{folder}: is not empty; name a new folder for the exports")
    days = Days(swapped_days())
    moments = [date.fromisoformat(day) for day in ground.settings["exports"]["days"]]
    count = 0
    for home in homes:
        step(f"dossiers of province {ground.provinces[home]}")
        for month in months:
            rows = drawn(ground, days, home, month, share=share)
            count += rows.height
            _write_month(rows, ground, days, home, month, moments, folder, kind)
    write_truth(ground, list(homes), folder / "truth")
    _write_readme(folder, moments, share)
    return count


def _write_month(
    rows: pl.DataFrame, ground: Ground, days: Days, home: int, month: int, moments: list[date], folder: Path, kind: str
) -> None:
    state = ground.states[home]
    before = rows.clear()
    for number, day in enumerate(moments):
        now = seen(rows, days, day)
        told = mistaken(now, ground, home, month) if number == 0 else now
        new = changed(before, told) if number else told
        before = told
        if new.height:
            name = f"{NAME}-{state}-{month // 12}-{month % 12 + 1:02d}.{kind}"
            _write(worded(new, ground), _place(folder, day) / state / name, kind)


def _place(folder: Path, day: date) -> Path:
    return folder / f"export-{day}"


def _write(rows: pl.DataFrame, path: Path, kind: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == CSV:
        as_text(rows).write_csv(path, separator=";")
    else:
        rows.write_parquet(path, compression="zstd", compression_level=3)


def _write_readme(folder: Path, moments: list[date], share: float) -> None:
    exports = "".join(f"- `{_place(Path(), day)}`: as exported on {day}\n" for day in moments)
    first = _place(folder, moments[0])
    text = _README.format(exports=exports, share=share, first=first, day=moments[0])
    (folder / "README.md").write_text(text, encoding="utf-8")
