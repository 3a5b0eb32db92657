"""What is kept of all exports: the latest state of each dossier, without personal data, and its partial sums.

In the data folder, `dossiers_store/`: `dossiers/<month>.parquet` (columns of `ranking.dossiers.rows.DOSSIER`),
`sums/<table>/<month>.parquet`, `lists/` (which number stands for which unit, field and procedure), `state.json`.
The month is that in the dossier's code, which never changes, so a later export always finds the older state.
What a later export changes lies beside, in `<month>+0001.parquet` and so on (`etl.dossiers.changes`).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl

from etl.dossiers.codes import HASHED, KNOWN_CODE, hashed, part_of, written
from etl.dossiers.units import OFFICE, Units
from files import lock, whole
from files.faults import BadInput, Fault
from files.places import DATA
from ranking import yaml_text
from ranking.dossiers.days import calendar
from ranking.dossiers.rows import DOSSIER, partial_sums
from ranking.dossiers.tables import added
from store.swapped_days import swapped_days

PROCEDURES = DATA / "dossiers" / "procedures.yaml"
FOLDER = "dossiers_store"
_LISTS = {"intake": "units", "decision": "units", "province": "provinces", "field": "fields", "procedure": "procedures"}
_LISTED_MAX = {"units": 2**14, "provinces": 2**8, "fields": 2**10, "procedures": 2**15}
LIVE, SIMULATED = "live", "simulated"
"""The nature of what a store keeps: one of them alone."""
_LOCK_SECONDS = 300
_SALT_BYTES = 32


class Store:
    """The kept dossiers under `data`/dossiers_store."""

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER
        self.staging = self.folder / ".staging"
        self._staged = 0
        self._known: dict[str, pl.DataFrame] = {}

    @contextmanager
    def sole_writer(self) -> Iterator[None]:
        """Fault where another import holds the store."""
        with lock.sole_writer(self.folder, ".import.lock", "import", _LOCK_SECONDS):
            self._tidy()
            try:
                yield
            finally:
                self._tidy()

    def _tidy(self) -> None:
        """Remove what an import has left half-done, or only needed for itself."""
        shutil.rmtree(self.staging, ignore_errors=True)
        for left_over in self.folder.rglob(".partial-*"):
            left_over.unlink()

    def salt(self) -> bytes:
        """What codes of unknown forms are hashed with: drawn once for each store, readable by its owner alone.

        A store from before holds such codes as they were: they are hashed first, so that a later export finds its
        dossiers. Only then does the salt count; where that is interrupted, the next import goes on with the same one.
        """
        path, drawn = self.folder / "salt", self.folder / "salt.drawn"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            if not drawn.exists():
                whole.write(drawn, secrets.token_bytes(_SALT_BYTES))
                drawn.chmod(0o600)
            for part in self.parts():
                for file in self.files(part):
                    _hash_codes(file, drawn.read_bytes())
            drawn.rename(path)
        return path.read_bytes()

    def dossier_file(self, part: str) -> Path:
        return self.folder / "dossiers" / f"{part}.parquet"

    def sums_file(self, table: str, part: str) -> Path:
        return self.folder / "sums" / table / f"{part}.parquet"

    def sums_files(self, table: str, part: str) -> list[Path]:
        """The sums of a part and what later exports changed of them."""
        folder = self.folder / "sums" / table
        return [*folder.glob(f"{part}.parquet"), *folder.glob(f"{part}+*.parquet")]

    def parts(self) -> list[str]:
        return sorted(path.stem for path in (self.folder / "dossiers").glob("*.parquet") if "+" not in path.name)

    def files(self, part: str) -> list[Path]:
        """The dossiers of a part and what later exports changed of them, the latest last."""
        return [self.dossier_file(part), *sorted((self.folder / "dossiers").glob(f"{part}+*.parquet"))]

    def dossiers(self, part: str) -> pl.LazyFrame:
        """The latest state of each dossier of a part."""
        first, *changes = map(states_in, self.files(part))
        if not changes:
            return first
        changed = pl.concat(changes).unique("code", keep="last", maintain_order=True)
        return pl.concat([first.join(changed.select("code"), on="code", how="anti"), changed])

    def listed(self, name: str) -> pl.DataFrame:
        """A list of the store: `id`, `name`."""
        path = self.folder / "lists" / f"{name}.parquet"
        return pl.read_parquet(path) if path.exists() else pl.DataFrame(schema={"id": pl.Int16, "name": pl.String})

    def units(self, units: Units) -> pl.DataFrame:
        """The listed units: `id`, `code`, `level`, `province`."""
        listed = self.listed("units")
        levels = {name: _level(name) for name in listed["name"]}
        homes = {name: units.province(name) for name in listed["name"]}
        return listed.select(
            "id",
            code="name",
            level=pl.col("name").replace_strict(levels, return_dtype=pl.String),
            province=pl.col("name").replace_strict(homes, return_dtype=pl.String),
        )

    def state(self) -> dict:
        path = self.folder / "state.json"
        empty = {"exports": {}, "pending": [], "months": [], "unpublished": False, "rules": "", "formulas": ""}
        empty |= {"nature": LIVE if self.parts() else ""}
        return empty | (json.loads(path.read_text(encoding="utf-8")) if path.exists() else {})

    def note_nature(self, nature: str, file: str) -> None:
        """Remember what the first export is; BadInput where a file is real and the store simulated, or the reverse."""
        known = self.state()["nature"] if self.parts() or self.staged() else ""
        if not known:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.remember(nature=nature)
        elif known != nature:
            what = {LIVE: "real dossiers", SIMULATED: "simulated dossiers (column Mô phỏng)"}
            own = f"{self.folder} keeps {what[known]}; give it a data folder of its own with --data"
            raise BadInput(file, f"holds {what[nature]}, but {own}")

    def remember(self, **changed: object) -> None:
        content = json.dumps(self.state() | changed, ensure_ascii=False, indent=1) + "\n"
        whole.write(self.folder / "state.json", content.encode())

    def stage(self, rows: pl.DataFrame) -> list[Path]:
        """Set rows of one file aside, numbered and part by part, to be taken in with the others of the same run."""
        if "part" not in rows.columns:
            rows = rows.with_columns(part=part_of(pl.col("code")))
        parts, numbered = rows["part"], self.numbered(rows)
        names = parts.unique().to_list()
        self._staged += 1
        paths = []
        for part in names:
            path = self.staging / part / f"{self._staged:06d}.arrow"
            path.parent.mkdir(parents=True, exist_ok=True)
            own = numbered if len(names) == 1 else numbered.filter(parts == part)
            # For the moment, so as it lies in memory: to pack it took longer than to write it.
            own.write_ipc(path)
            paths.append(path)
        return paths

    def staged(self) -> dict[str, list[Path]]:
        """What is set aside, file by file for each part."""
        folders = sorted(self.staging.iterdir()) if self.staging.exists() else []
        return {folder.name: files for folder in folders if (files := sorted(folder.glob("*.arrow")))}

    def note_exports(self, staged: pl.LazyFrame) -> None:
        """Remember the latest export of each province."""
        names = dict(self.listed("provinces").iter_rows())
        latest = staged.group_by("province").agg(pl.col("exported").max()).collect(engine="streaming")
        known = self.state()["exports"]
        days = ((names[number], day.isoformat()) for number, day in latest.iter_rows())
        newer = {province: max(known.get(province, ""), day) for province, day in days}
        if newer.items() - known.items():
            self.remember(exports=known | newer, unpublished=True)

    def numbered(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Text replaced by its number in the lists, which grow with it."""
        numbers = {column: self._numbers(rows.get_column(column), name) for column, name in _LISTS.items()}
        return rows.with_columns(**numbers).select([*DOSSIER]).cast(pl.Schema(DOSSIER))

    def _numbers(self, texts: pl.Series, name: str) -> pl.Series:
        if isinstance(texts.dtype, pl.Enum):
            places = texts.to_physical().cast(pl.UInt32)
            used = places.unique().drop_nulls()
            by_category = pl.Series([None], dtype=pl.Int16).new_from_index(0, texts.dtype.categories.len())
            return by_category.scatter(used, self._numbers(texts.dtype.categories.gather(used), name)).gather(places)
        listed = self._known[name] if name in self._known else self.listed(name)
        coded = texts.cast(pl.Enum(listed["name"]), strict=False)
        if coded.null_count() > texts.null_count():
            unknown = texts.filter(coded.is_null()).drop_nulls().unique().sort()
            start = listed.height
            if start + unknown.len() > _LISTED_MAX[name]:
                raise Fault(f"more than {_LISTED_MAX[name]} {name}; is a column mapped to the wrong heading?")
            added = pl.DataFrame({"id": range(start, start + unknown.len()), "name": unknown}, listed.schema)
            listed = pl.concat([listed, added])
            write(listed, self.folder / "lists" / f"{name}.parquet")
            coded = texts.cast(pl.Enum(listed["name"]))
        self._known[name] = listed
        return listed["id"].gather(coded.to_physical().cast(pl.UInt32))

    def outdated(self) -> list[str]:
        """The parts whose sums must be computed whole: new ones, and all where the rules have changed."""
        state = self.state()
        if state["rules"] != rules():
            return self.parts()
        return [part for part in state["pending"] if self.dossier_file(part).exists()]

    def addends(self, table: str) -> pl.LazyFrame:
        """A table of sums as it lies there: rows of the same key still have to be added up."""
        files = sorted((self.folder / "sums" / table).glob("*.parquet"))
        return pl.scan_parquet(files)

    def sums(self, table: str) -> pl.LazyFrame:
        """A table of sums added up over all parts."""
        return added([self.addends(table)], table)

    def limits(self) -> pl.DataFrame:
        """The legal maximum of the procedures that the store knows: `procedure`, `limit_days`."""
        known = {row["code"]: row["limit_days"] for row in legal_limits()}
        listed = self.listed("procedures").filter(pl.col("name").is_in(list(known)))
        return listed.select(
            procedure=pl.col("id").cast(pl.Int16),
            limit_days=pl.col("name").replace_strict(known, return_dtype=pl.Int32),
        )


def states_in(file: Path) -> pl.LazyFrame:
    """The dossiers of a file; what an earlier version did not keep yet is not known of them."""
    rows = pl.scan_parquet(file)
    held = rows.collect_schema().names()
    return rows.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in DOSSIER.items() if name not in held
    ).select(*DOSSIER)


def legal_limits(path: Path = PROCEDURES) -> list[dict]:
    """The rows of `procedures.yaml`; Fault where one lacks its code, days or source."""
    rows = yaml_text.load(path.read_text(encoding="utf-8")) or []
    for row in rows:
        if not (row.get("code") and isinstance(row.get("limit_days"), int) and row.get("source")):
            raise Fault(f"{path.name}: {row} must have code, limit_days (a whole number) and source")
    return rows


def rules() -> str:
    """A mark of all that kept sums rest on besides the dossiers: calendar, limits, the transform itself."""
    days = calendar(swapped_days()).hash_rows(seed=766).sum()
    transform = Path(partial_sums.__code__.co_filename).read_bytes()
    said = f"{days} {json.dumps(legal_limits(), sort_keys=True)}".encode()
    return hashlib.sha256(said + transform).hexdigest()


def _level(code: str) -> str:
    if code.startswith(OFFICE):
        return "office"
    return "commune" if code.isdigit() else "department"


def write(rows: pl.DataFrame | pl.LazyFrame, path: Path, *, statistics: bool = True) -> None:
    """Write a Parquet file whole. `statistics`: of each column, by which whole groups of rows can be left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole.replacing(path) as fresh:
        if isinstance(rows, pl.LazyFrame):
            rows.sink_parquet(fresh, compression="zstd", compression_level=1, statistics=statistics)
        else:
            rows.write_parquet(fresh, compression="zstd", compression_level=1, statistics=statistics)


def latest_export(store: Store, provinces: Iterable[str]) -> dict[str, date]:
    """The day of the latest export of each province."""
    known = store.state()["exports"]
    return {province: date.fromisoformat(known[province]) for province in provinces if province in known}


def _hash_codes(file: Path, salt: bytes) -> None:
    """Write a file of dossiers with the codes of unknown forms hashed, where it holds any."""
    rows = pl.read_parquet(file)
    odd = rows.get_column("code").filter(~rows.get_column("code").str.contains(rf"{KNOWN_CODE}|{HASHED}"))
    if odd.is_empty():
        return
    names = {code: hashed(written(code) or code, salt) for code in odd}
    write(rows.with_columns(pl.col("code").replace(names)), file)
