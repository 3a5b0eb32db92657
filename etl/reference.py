"""Reference data: units, lineage and provinces, from `vietnamadminunits` and reviewed corrections.

The package (PyPI, MIT) gives the communes of 2025-07-01, the communes before that day and the pairs
between them; `data/reference/corrections/*.csv` holds what it lacks or has wrong, one kind of fact
per file. What each file is for, and what was counted: `data/reference/README.md`.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from files import whole
from files.faults import BadInput, Fault
from files.places import REFERENCE
from ranking.names import spelling
from ranking.tables import Lineage, Provinces, Units

CORRECTIONS = REFERENCE / "corrections"
TABLES = {"units": Units, "lineage": Lineage, "provinces": Provinces}

_KIND = r"(?i)^(xã|phường|thị trấn|đặc khu|tỉnh|thành phố) (.+)$"
_TITLE = {"xã": "Xã", "phường": "Phường", "đặc khu": "Đặc khu", "tỉnh": "Tỉnh", "thành phố": "Thành phố"}
_NUMBERS = {
    "population": pl.Int64,
    "area_km2": pl.Float64,
    "lat": pl.Float64,
    "lon": pl.Float64,
    "point_lat": pl.Float64,
    "point_lon": pl.Float64,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=REFERENCE, help="folder for the Parquet files")


def run(args: argparse.Namespace) -> int:
    """Build the three tables and write them to `args.out`; 0 when all went well."""
    tables = build()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        _write(table, args.out / f"{name}.parquet")
        print(f"{name}: {table.height} rows")
    return 0


def build() -> dict[str, pl.DataFrame]:
    """The tables `units`, `lineage` and `provinces`, validated and sorted by code."""
    folder = _package_data()
    communes = _table(folder, "admin_units")
    old_communes = _table(folder, "admin_units_legacy")
    built = {
        "units": _units(communes),
        "lineage": _lineage(communes, old_communes, _pairs(folder, communes, old_communes)),
        "provinces": _provinces(communes),
    }
    return {name: schema.validate(built[name], cast=True) for name, schema in TABLES.items()}


def _write(table: pl.DataFrame, path: Path) -> None:
    with whole.replacing(path) as partial:
        table.write_parquet(partial, compression="zstd", statistics=False)


# ---- the package


def _package_data() -> Path:
    spec = find_spec("vietnamadminunits")
    if spec is None or spec.origin is None:
        raise Fault("reference data are built from the package vietnamadminunits: pip install -r requirements-dev.txt")
    return Path(spec.origin).parent / "data"


def _table(folder: Path, name: str) -> pl.DataFrame:
    with sqlite3.connect(folder / "dataset.db") as database:
        rows = database.execute(f'SELECT * FROM "{name}"')
        columns = [column[0] for column in rows.description]
        return pl.DataFrame(rows.fetchall(), schema=columns, orient="row", infer_schema_length=None)


def _pairs(folder: Path, communes: pl.DataFrame, old_communes: pl.DataFrame) -> pl.DataFrame:
    """Pairs (new_code, old_code) as the package has them; it names both sides by text keys."""
    new_keys = {(p, w): code for p, w, code in communes.select("provinceKey", "wardKey", "wardCode").iter_rows()}
    old_keys = _old_keys(old_communes)
    converter = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    rows = [(new_keys[province, new], old_keys[old]) for province, new, old in _key_pairs(converter)]
    return pl.DataFrame(rows, schema={"new_code": pl.String, "old_code": pl.String}, orient="row").unique()


def _old_keys(old_communes: pl.DataFrame) -> dict[str, str]:
    keys = ["provinceKey", "districtKey", "wardKey"]
    return dict(old_communes.select(pl.concat_str(pl.col(keys).fill_null(""), separator="_"), _old_code()).iter_rows())


def _old_code() -> pl.Expr:
    """Five island districts had no communes: the district stands in for one."""
    return pl.coalesce("wardCode", "districtCode").alias("old_code")


def _key_pairs(converter: dict[str, dict]) -> Iterator[tuple[str, str, str]]:
    for province, successors in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new, olds in successors.items():
            yield from ((province, new, old) for old in olds)
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, successors in divided.items():
            yield from ((province, successor["newWardKey"], old) for successor in successors)


# ---- the corrections


def _correction(name: str, known_codes: pl.Series, key: str = "code") -> pl.DataFrame:
    """A correction file as text and numbers; every code must be one that the package knows."""
    path = CORRECTIONS / f"{name}.csv"
    frame = pl.read_csv(path, infer_schema=False)
    numbers = {column: kind for column, kind in _NUMBERS.items() if column in frame.columns}
    known = set(known_codes)
    for row, code in enumerate(frame[key], start=2):
        if code not in known:
            raise BadInput(path.name, f"{code} is not a code of the package", row=row, field=key)
    return frame.cast(pl.Schema(numbers))


def _units(communes: pl.DataFrame) -> pl.DataFrame:
    codes = communes["wardCode"]
    units = communes.select(
        pl.col("wardCode").alias("code"),
        *_named("ward", "kind_2025_07_01", "name"),
        pl.col("provinceCode").alias("province_code"),
        pl.col("wardAreaKm2").alias("package_area_km2"),
        pl.col("wardLat").alias("package_lat"),
        pl.col("wardLon").alias("package_lon"),
    )
    for name, columns in {
        "became_2026": ["kind_after"],
        "areas": ["area_km2"],
        "unit_facts": ["population", "point_lat", "point_lon", "seat"],
        "seats": ["lat", "lon"],
        "quality": ["quality"],
        "state_codes": ["state_code"],
    }.items():
        known = pl.concat([codes, communes["provinceCode"].unique()]) if name == "became_2026" else codes
        units = units.join(_correction(name, known).select("code", *columns), on="code", how="left")
    border = _correction("land_border", codes)["code"].to_list()
    return _as_units(units, border).sort("code")


def _named(column: str, kind: str, name: str) -> list[pl.Expr]:
    """`Xã Nật Sơn` → kind `xã`, name `Nật Sơn`; the package's own kind column errs for seven communes."""
    text = pl.col(column).map_elements(spelling, return_dtype=pl.String)
    return [text.str.extract(_KIND, 1).str.to_lowercase().alias(kind), text.str.extract(_KIND, 2).alias(name)]


def _as_units(units: pl.DataFrame, border: list[str]) -> pl.DataFrame:
    return units.with_columns(
        kind=pl.coalesce("kind_after", "kind_2025_07_01"),
        area_km2=pl.coalesce("area_km2", "package_area_km2"),
        seat_lat=pl.coalesce("lat", "package_lat"),
        seat_lon=pl.coalesce("lon", "package_lon"),
        land_border=pl.col("code").is_in(border),
        special_zone=pl.col("kind_2025_07_01") == "đặc khu",
    ).select(_full_name() if column == "full_name" else pl.col(column) for column in Units.column_names())


def _full_name() -> pl.Expr:
    return pl.concat_str(pl.col("kind").replace_strict(_TITLE), "name", separator=" ").alias("full_name")


def _lineage(communes: pl.DataFrame, old_communes: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs after correction; an old commune with one successor went `whole`, with more in `part`s."""
    correction = _correction("lineage", communes["wardCode"], key="new_code")
    keys = ["new_code", "old_code"]
    added = correction.filter(pl.col("action") == "add").select(keys)
    dropped = correction.filter(pl.col("action") == "drop").select(keys)
    _check_dropped(dropped, pairs)
    lineage = pl.concat([pairs.join(dropped, on=keys, how="anti"), added]).unique()
    whole = pl.len().over("old_code") == 1
    return (
        lineage.join(_corrected_old_facts(old_communes), on="old_code", how="left")
        .with_columns(
            part=pl.when(whole).then(pl.lit("whole")).otherwise(pl.lit("part")),
            weight=pl.when(whole).then(1.0),
        )
        .select(Lineage.column_names())
        .sort(keys)
    )


def _check_dropped(dropped: pl.DataFrame, pairs: pl.DataFrame) -> None:
    """A correction that no longer corrects anything (a newer package) must be deleted, not kept."""
    for new_code, old_code in dropped.join(pairs, on=dropped.columns, how="anti").iter_rows():
        raise BadInput("lineage.csv", f"the package has no pair {new_code} ← {old_code} to drop; delete the line")


def _corrected_old_facts(old_communes: pl.DataFrame) -> pl.DataFrame:
    facts = _old_facts(old_communes)
    names = _correction("old_names", facts["old_code"], key="old_code").select("old_code", "name")
    positions = _correction("old_positions", facts["old_code"], key="old_code").select("old_code", "lat", "lon")
    return (
        facts.join(names, on="old_code", how="left")
        .join(positions, on="old_code", how="left")
        .with_columns(
            old_name=pl.coalesce("name", "old_name"),
            old_lat=pl.coalesce("lat", "old_lat"),
            old_lon=pl.coalesce("lon", "old_lon"),
        )
        .drop("name", "lat", "lon")
    )


def _old_facts(old_communes: pl.DataFrame) -> pl.DataFrame:
    """One row per old commune; the name keeps its kind (`Phường 5`), the position is the package's."""
    text = pl.coalesce("ward", "district").map_elements(spelling, return_dtype=pl.String)
    name = text.str.replace("^Thị Trấn ", "Thị trấn ")
    return old_communes.select(
        _old_code(),
        name.alias("old_name"),
        name.str.extract(_KIND, 1).str.to_lowercase().fill_null("huyện đảo").alias("old_kind"),
        pl.col("districtCode").alias("old_district_code"),
        pl.col("district").map_elements(spelling, return_dtype=pl.String).alias("old_district"),
        pl.col("provinceCode").alias("old_province_code"),
        pl.col("province").map_elements(spelling, return_dtype=pl.String).alias("old_province"),
        pl.coalesce("wardLat", "districtLat").alias("old_lat"),
        pl.coalesce("wardLon", "districtLon").alias("old_lon"),
    )


def _provinces(communes: pl.DataFrame) -> pl.DataFrame:
    codes = communes["provinceCode"].unique()
    became = _correction("became_2026", pl.concat([codes, communes["wardCode"]])).select("code", "kind_after")
    return (
        communes.select(pl.col("provinceCode").alias("code"), *_named("province", "kind_2025", "name"))
        .unique()
        .join(became, on="code", how="left")
        .with_columns(kind=pl.coalesce("kind_after", "kind_2025"))
        .with_columns(_full_name())
        .join(_correction("provinces", codes).drop("name"), on="code", how="left")
        .select(Provinces.column_names())
        .sort("code")
    )
