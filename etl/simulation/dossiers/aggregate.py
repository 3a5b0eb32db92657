"""The small aggregate of all simulated dossiers: what a first start shows of them without drawing twenty million.

`data/simulated_dossiers.parquet`, made by `python -m etl simulate --dossiers-aggregate`: one row per unit, field and
period, two columns per measure (`<measure>` and `<measure>/` for what it is a share of), each figure as the import of
the exports would publish it. A column that equals another is kept once; the file's metadata say which stands for it.
`data/simulated_waiting.parquet` and others beside it (`TOLD`): how long people wait, and who decides for whom.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from etl.progress import Step, untold
from etl.publishing.told import TABLES
from etl.simulation.calibration import CALIBRATION
from etl.simulation.dossiers.draws import Days
from etl.simulation.dossiers.ground import Ground
from etl.simulation.dossiers.measured import months_of, province_tables
from etl.simulation.dossiers.settings import SETTINGS
from etl.simulation.months import Months
from etl.simulation.rows import COUNTED
from files import whole
from files.faults import BadInput
from files.places import DATA
from ranking import yaml_text
from ranking.dossiers.formulas import DossierMeasures
from ranking.states import NO_DOSSIERS, REPORTED
from ranking.tables import Measurements, types_of
from store.reference import measures
from store.swapped_days import swapped_days

AGGREGATE = DATA / "simulated_dossiers.parquet"
TOLD = DATA
"""The folder with a file per table of `etl.publishing.told.TABLES`: `simulated_waiting.parquet` and so on."""
BASIS = SERIES = "dossiers"
_SPAN = ["period_start", "period_end", "period_kind", "provisional"]
_KEY = ["unit_code", "level", *_SPAN, "field"]
_OF = "/"
_SAME, _MARK = b"same", b"mark"
_SOURCE = "simulated"


def wanted() -> list[str]:
    """The measures that only dossiers tell, in the order of the registry: the country's other figures have the rest."""
    told = DossierMeasures.of(measures()).all
    return [name for name in measures() if name in told and name not in COUNTED]


def mark() -> str:
    """Names what the aggregate was drawn from; another one, and it must be made again."""
    said = [yaml_text.load(path.read_text(encoding="utf-8")) for path in (CALIBRATION, SETTINGS)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


def make(ground: Ground, path: Path = AGGREGATE, folder: Path = TOLD, step: Step = untold) -> int:
    """Draw all dossiers, province after province, and write the aggregate and what they tell beside; how many bytes."""
    days, parts, beside = Days(swapped_days()), [], []
    for home, name in enumerate(ground.provinces):
        step(f"dossiers of province {name}")
        rows, tables = province_tables(ground, days, home, months_of(ground))
        parts.append(told(rows, ground.settings["aggregate"]["since"]))
        beside.append(tables)
    size = write(pl.concat(parts), path)
    return size + sum(
        write_beside(pl.concat([tables[name] for tables in beside]), beside_file(name, folder)) for name in TABLES
    )


def beside_file(table: str, folder: Path = TOLD) -> Path:
    return folder / f"simulated_{table}.parquet"


def write_beside(rows: pl.DataFrame, path: Path) -> int:
    """Write a table of `etl.publishing.told.TABLES` compactly; how many bytes that took."""
    rows.sort(rows.columns).write_parquet(
        file := io.BytesIO(), compression="zstd", compression_level=19, metadata={_MARK.decode(): mark()}
    )
    whole.write(path, file.getvalue())
    return len(file.getvalue())


def told_beside(folder: Path = TOLD) -> dict[str, pl.DataFrame]:
    """What the simulated country's dossiers tell beside measures, by table; BadInput as `aggregate_rows`."""
    paths = {table: beside_file(table, folder) for table in TABLES}
    for path in paths.values():
        _check_mark(path)
    return {table: pl.read_parquet(path) for table, path in paths.items()}


def told(rows: pl.DataFrame, since: date) -> pl.DataFrame:
    """What the aggregate keeps of `ranking.dossiers.tables.SCHEMA`: months and quarters since a day, without fields.

    Quarters of what is open are left out: they are their last months.
    """
    months = pl.col("period_end").dt.month() - pl.col("period_start").dt.month()
    is_quarter = (months == 2) & ~pl.col("measure").is_in(_open_ones())
    kept = (pl.col("field") == "all") & (pl.col("period_start") >= since) & ((months == 0) | is_quarter)
    return rows.filter(pl.col("measure").is_in(wanted()), kept)


def _open_ones() -> list[str]:
    return [*DossierMeasures.of(measures()).kinds["open"]]


def write(rows: pl.DataFrame, path: Path) -> int:
    """Write rows of `ranking.dossiers.tables.SCHEMA` compactly; how many bytes that took."""
    wide = rows.pivot("measure", index=_KEY, values=["numerator", "denominator"])
    names = [name for name in wanted() if f"numerator_{name}" in wide.columns]
    figures = {name: pl.col(f"numerator_{name}") for name in names}
    figures |= {name + _OF: pl.col(f"denominator_{name}") for name in names}
    table = wide.sort("level", "unit_code", "field", "period_start", "period_kind").select(
        *_KEY, **{name: figure.cast(pl.Int32) for name, figure in figures.items()}
    )
    same = _twins(table.select(list(figures)))
    arrow = table.drop(*same).to_arrow()
    about = {_SAME: json.dumps(same).encode(), _MARK: mark().encode()}
    file = io.BytesIO()
    pq.write_table(arrow.replace_schema_metadata(about), file, compression="zstd", compression_level=19)
    whole.write(path, file.getvalue())
    return len(file.getvalue())


def _twins(figures: pl.DataFrame) -> dict[str, str]:
    """Columns that equal an earlier one, and that one; those without any figure stay."""
    same: dict[str, str] = {}
    for number, name in enumerate(figures.columns):
        for other in figures.columns[:number]:
            if other not in same and figures[name].equals(figures[other], check_names=False, null_equal=True):
                same[name] = other
                break
    return same


def aggregate_rows(months: Months, path: Path = AGGREGATE) -> Iterable[pl.DataFrame]:
    """One frame per measure of `wanted`, in the columns of `tables.Measurements`.

    BadInput where the aggregate was drawn from another calibration or other settings than those that are there.
    """
    about = _check_mark(path)
    same, table = json.loads(about[_SAME]), pl.read_parquet(path)
    table = table.with_columns(pl.col(other).alias(name) for name, other in same.items())
    for name in wanted():
        yield _measurements(table.select(*_KEY, numerator=name, denominator=name + _OF), name, months)


def _check_mark(path: Path) -> dict[bytes, bytes]:
    about = pq.read_metadata(path).metadata or {}
    if about[_MARK].decode() != mark():
        again = "python -m etl simulate --dossiers-aggregate"
        raise BadInput(
            path.name, f"was drawn from an earlier {CALIBRATION.name} or {SETTINGS.name}; make it with {again}"
        )
    return about


def _measurements(rows: pl.DataFrame, name: str, months: Months) -> pl.DataFrame:
    last = max(period.end for period, is_open in zip(months.periods, months.provisional, strict=True) if not is_open)
    moment = pl.lit(months.captured_at)
    same_age = moment - (pl.lit(last) - pl.col("period_end"))
    has_some = pl.col("denominator").is_null() | (pl.col("denominator") > 0)
    schema = types_of(Measurements)
    full = rows.filter(pl.col("numerator").is_not_null()).with_columns(
        measure=pl.lit(name), basis=pl.lit(BASIS), series=pl.lit(SERIES), source=pl.lit(_SOURCE),
        state=pl.when(has_some).then(pl.lit(REPORTED)).otherwise(pl.lit(NO_DOSSIERS)),
        captured_at=pl.when("provisional").then(moment).otherwise(same_age),
        **dict.fromkeys(("score", "max_score", "quality"), pl.lit(None)),
    )  # fmt: skip
    return full.select(pl.col(column).cast(kind) for column, kind in schema.items())
