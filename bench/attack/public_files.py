"""The files that anybody can download, as an attacker keeps them: a folder of pages of tables and of packages."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import polars as pl
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ranking.tables import Measurements, Standings, types_of
from ranking.vocabulary import CELL
from store.reference import province_names
from web.open import routes
from web.open.query import MOST_ROWS

MEASUREMENTS, STANDINGS, PACKAGES = "measurements", "standings", "package"
_TYPES = {**types_of(Measurements), **types_of(Standings)}
_STANDING = tuple(name for name in CELL if name != "field")
_TELLING = ("numerator", "denominator", "value", "value_low", "value_high", "rank", "rank_low", "expected_rank", "rho")


def download(folder: Path, dataset: str, bases: Sequence[str], provinces: Sequence[str] = ()) -> None:
    """Fetch a dataset's tables and a package per province from the app's own routes into `folder`, page by page.

    `provinces`: only these, all and the country unless given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TestClient(Starlette(routes=routes.ROUTES)) as client:
        for table in (MEASUREMENTS, STANDINGS):
            for basis in bases:
                for province in provinces or ("",):
                    query = {"dataset": dataset, "basis": basis} | ({"province": province} if province else {})
                    for n, page in enumerate(_pages(client, table, query)):
                        (folder / f"{table}-{basis}-{province or 'all'}-{n:04}.parquet").write_bytes(page)
        for province in provinces or province_names():
            for basis in bases:
                query = {"dataset": dataset, "province": province, "basis": basis}
                reply = client.get(f"{routes.HOME}/package.zip?{urlencode(query)}")
                if reply.status_code == 200:
                    (folder / f"{PACKAGES}-{province}-{basis}.zip").write_bytes(reply.content)


def _pages(client: TestClient, table: str, query: dict[str, str]) -> Iterator[bytes]:
    offset, total = 0, 1
    while offset < total:
        asked = query | {"format": "parquet", "limit": str(MOST_ROWS), "offset": str(offset)}
        reply = client.get(f"{routes.HOME}/{table}?{urlencode(asked)}")
        reply.raise_for_status()
        total = int(reply.headers["x-total-count"])
        if total:
            yield reply.content
        offset += MOST_ROWS


def measurements(folder: Path) -> pl.DataFrame:
    """The rows of all downloaded pages of measurements, in the columns of `tables.Measurements`."""
    return _joined(folder.glob(f"{MEASUREMENTS}-*"), list(types_of(Measurements)))


def told_beside(folder: Path, withheld: pl.DataFrame) -> int:
    """How many rows of standings and packages hold any figure of a cell that the measurements withhold."""
    key = list(_STANDING)
    cells = withheld.filter(pl.col("field") == "all").select(key).unique()
    rows = 0
    for pattern in (f"{STANDINGS}-*", f"{PACKAGES}-*"):
        for path in sorted(folder.glob(pattern)):
            found = _read(path)
            told = pl.any_horizontal(pl.col(name).is_not_null() for name in _TELLING if name in found.columns)
            rows += found.filter(told).join(cells, on=key, how="semi").height
    return rows


def _joined(paths: Iterable[Path], columns: Sequence[str]) -> pl.DataFrame:
    pages = [_read(path).select(columns) for path in sorted(paths)]
    if not pages:
        return pl.DataFrame(schema={name: _TYPES[name] for name in columns})
    return pl.concat(pages).unique(list(CELL), keep="first", maintain_order=True)


def _read(path: Path) -> pl.DataFrame:
    """A page of a table, or the CSV in a package, in the types of the tables."""
    if path.suffix == ".parquet":
        rows = pl.read_parquet(path)
    else:
        with zipfile.ZipFile(path) as package:
            [name] = [name for name in package.namelist() if name.endswith(".csv")]
            rows = pl.read_csv(package.read(name), infer_schema=False)
    dated = [
        pl.col(name).str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
        if _TYPES[name] == pl.Datetime("us", "UTC")
        else pl.col(name).str.to_date(strict=False)
        for name, kind in rows.schema.items()
        if kind == pl.String and _TYPES.get(name) in (pl.Date, pl.Datetime("us", "UTC"))
    ]
    known = {name: _TYPES[name] for name in rows.columns if name in _TYPES and _TYPES[name] != pl.Boolean}
    return rows.with_columns(dated).cast(known, strict=False)  # type: ignore[arg-type]
