"""Snapshots as pages read them: opened once, checked once, cached as frames that nobody changes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import polars as pl

from ranking import yaml_text
from ranking.certainty import inflation_of, with_certainty
from ranking.levels import level as level_of
from ranking.manifest import CURRENT, MANIFEST, Manifest, ManifestError, table_file
from ranking.measures import Measure, registry
from ranking.names import fold
from ranking.periods import MERGER, Period
from ranking.tables import CELL, COUNTRY
from ui.kept import kept

HOME = Path(__file__).resolve().parents[1]
DATASETS = ("live", "recorded", "simulated")
_MENDING = {
    "live": "python -m etl pull --year 2026",
    "recorded": "git checkout -- data/published/recorded",
    "simulated": "python -m etl simulate",
}


class SnapshotTrouble(Exception):
    """A dataset cannot be read: `kind` missing, damaged, …; what is wrong; the command that mends it, if one does."""

    def __init__(self, dataset: str, kind: str, detail: str = "") -> None:
        super().__init__(f"{dataset}: {kind} {detail}")
        self.dataset, self.kind, self.detail = dataset, kind, detail
        self.command = "" if kind == "not_own" else _MENDING.get(dataset, "python -m etl status")


_CATALOG = ["level", "measure", "basis", "series", "period_start", "period_end", "period_kind", "scope"]


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot as somebody may see it: immutable, so everything read from it may be cached by it.

    `seen`: the provinces whose figures are shown whole, None for all; the rest is as the public may see it.
    """

    folder: Path
    manifest: Manifest
    seen: frozenset[str] | None = None

    def __hash__(self) -> int:
        return hash((self.folder, self.seen))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Snapshot) and (self.folder, self.seen) == (other.folder, other.seen)

    def seen_in(self, provinces: frozenset[str] | None) -> Snapshot:
        """The same snapshot for a reader who sees the figures of these provinces whole."""
        return replace(self, seen=provinces)

    def scan(self, table: str) -> pl.LazyFrame:
        """A table of the snapshot, narrowed to what may be seen of it."""
        whole = pl.scan_parquet(self.folder / table_file(table))
        return whole if self.seen is None else narrowed(self, table, whole)

    def of(self, scope: str) -> Snapshot:
        """The snapshot for whoever reads only rows about one province, or a ranking within it or the country.

        They are shown whole to those who see the province, and else as the public may see them; those of the
        country are the public's for all who do not see everything. So all readers share what is kept of it, and
        one file is read instead of two. Figures of other units must not be read from it.
        """
        return self if self.seen is None else replace(self, seen=None if scope in self.seen else frozenset())

    def scan_of(self, table: str, scope: str) -> pl.LazyFrame:
        """`scan` of what `of` allows to be read."""
        return self.of(scope).scan(table)

    def each(self, frame_of: Callable[[Snapshot], pl.DataFrame], column: str) -> pl.DataFrame:
        """A frame whose rows are each about the province or the country in `column`, put together by `of`."""
        if not self.seen:
            return frame_of(self)
        own = pl.col(column).is_in(sorted(self.seen))
        whole, shown = frame_of(replace(self, seen=None)), frame_of(replace(self, seen=frozenset()))
        return pl.concat([whole.filter(own), shown.filter(~own)])


def narrowed(snapshot: Snapshot, table: str, whole: pl.LazyFrame) -> pl.LazyFrame:
    """A table as `ui.sight` narrows it; imported late, because what it needs stands on this module."""
    from ui import sight

    return sight.narrowed(snapshot, table, whole)


def published_folder() -> Path:
    """`published/` of the data folder; the environment variable GANDAN_DATA moves the data folder."""
    return Path(os.environ.get("GANDAN_DATA", HOME / "data")) / "published"


def datasets() -> list[str]:
    """The datasets that have been published, the best one first."""
    return [name for name in DATASETS if (published_folder() / name / CURRENT).exists()]


def open_snapshot(dataset: str) -> Snapshot:
    """The snapshot that `dataset` names now; SnapshotTrouble where there is none or it is damaged."""
    pointer = published_folder() / dataset / CURRENT
    if not pointer.exists():
        raise SnapshotTrouble(dataset, "missing")
    name = _named(pointer)
    try:
        return snapshot_at(dataset, pointer.parent / name)
    except SnapshotTrouble:
        if _named(pointer) == name:
            raise
    return open_snapshot(dataset)  # a publish has replaced the snapshot in the meantime


def _named(pointer: Path) -> str:
    return pointer.read_text(encoding="utf-8", errors="replace").strip()


def snapshot_at(dataset: str, folder: Path) -> Snapshot:
    """A snapshot by its folder, its files checked against the manifest once per process and change."""
    try:
        stamp = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.iterdir()))
        return _checked(dataset, folder, stamp)
    except OSError as error:
        raise SnapshotTrouble(dataset, "damaged", f"{Path(error.filename).name}: {error.strerror}") from error
    except ValueError as error:  # a power cut can leave a name of zero bytes
        raise SnapshotTrouble(dataset, "damaged", f"{folder.name!r}: {error}") from error


@lru_cache(maxsize=16)
def _checked(dataset: str, folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Snapshot:
    try:
        manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except ManifestError as error:
        raise SnapshotTrouble(dataset, "damaged", str(error)) from error
    except UnicodeDecodeError as error:
        raise SnapshotTrouble(dataset, "damaged", f"{MANIFEST} is no text: {error.reason}") from error
    for table, expected in manifest.sha256.items():
        with (folder / table_file(table)).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise SnapshotTrouble(dataset, "damaged", f"{table_file(table)} is not the file that was published")
    return Snapshot(folder, manifest)


@lru_cache(maxsize=1)
def measures() -> dict[str, Measure]:
    """The registry of `data/measures`."""
    folder = HOME / "data" / "measures"
    return registry({path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")})


@lru_cache(maxsize=8)
def reference(table: str) -> pl.DataFrame:
    """A table of `data/reference`: units, lineage or provinces."""
    return pl.read_parquet(HOME / "data" / "reference" / f"{table}.parquet")


@lru_cache(maxsize=1)
def events() -> list[dict[str, object]]:
    """Policy events for time charts, in the order of their dates."""
    text = (HOME / "data" / "reference" / "events.yaml").read_text(encoding="utf-8")
    return sorted(yaml_text.load(text)["events"], key=lambda event: event["date"])


@lru_cache(maxsize=1)
def province_names() -> dict[str, str]:
    """Names by code in alphabetical order; the city that is never called by its bare name keeps its title."""
    names = dict(reference("provinces").select("code", "name").iter_rows())
    names |= {code: f"TP. {name}" for code, name in names.items() if name == "Hồ Chí Minh"}
    return dict(sorted(names.items(), key=lambda item: fold(item[1].removeprefix("TP. "))))


@kept(megabytes=12)
def catalog(snapshot: Snapshot) -> pl.DataFrame:
    """What can be ranked: one row per level, measure, basis, series, period and scope, with `of` and `units`."""
    return snapshot.each(_catalog, "scope").sort(_CATALOG)


@lru_cache(maxsize=8)
def _catalog(snapshot: Snapshot) -> pl.DataFrame:
    rows = snapshot.scan("standings")
    # One measure after the other: all at once would take 200 MB for a moment, of which a process keeps much.
    measures_known = rows.select(pl.col("measure").unique()).collect().get_column("measure")
    parts = [rows.filter(pl.col("measure") == measure) for measure in measures_known] or [rows]
    counted = (part.group_by(_CATALOG).agg(units=pl.len(), of=pl.col("of").max()).collect() for part in parts)
    return pl.concat(counted).sort(_CATALOG)


@lru_cache(maxsize=32)
def catalog_by_level(snapshot: Snapshot) -> dict[str, pl.DataFrame]:
    """The rows of `catalog` of each level that has any."""
    return {level: rows for (level,), rows in catalog(snapshot).partition_by("level", as_dict=True).items()}


@lru_cache(maxsize=16)
def places(snapshot: Snapshot) -> frozenset[str]:
    """The provinces of which a snapshot holds anything, their own figures or their communes'."""
    own = snapshot.scan_of("standings", COUNTRY).filter(pl.col("level") == "province").select(scope="unit_code")
    scopes = own.unique().collect().get_column("scope").to_list() + catalog(snapshot).get_column("scope").to_list()
    return frozenset(scopes) - {COUNTRY}


@lru_cache(maxsize=32)
def only_province(snapshot: Snapshot, measure: str) -> str:
    """The first province, by code, with standings of its own in a measure."""
    rows = snapshot.scan_of("standings", COUNTRY).filter(pl.col("measure") == measure, pl.col("level") == "province")
    return rows.select(pl.col("unit_code").min()).collect().item()


def ranking(snapshot: Snapshot, level: str, measure: str, basis: str, period: Period, scope: str) -> pl.DataFrame:
    """The ranked units of one view: standings with names, figures and the dossiers received (`received`).

    Where a period was scored by two sets of rules, the later one counts.
    """
    return _ranking(snapshot.of(scope), level, measure, basis, period, scope)


@kept(megabytes=24)
def _ranking(snapshot: Snapshot, level: str, measure: str, basis: str, period: Period, scope: str) -> pl.DataFrame:
    where = _at(level, measure, basis, period)
    standings = snapshot.scan("standings").filter(*where, pl.col("scope") == scope).collect()
    latest = pl.col("series") == standings.get_column("series").max()
    standings = standings.filter(latest)
    figures = snapshot.scan("measurements").filter(*where, pl.col("field") == "all", latest).collect()
    if standings.get_column("band").count() and not standings.get_column("rank_low").count():
        standings = _with_ranges(snapshot, standings, figures, measures()[measure])
    facts = figures.select(
        "unit_code", "numerator", "denominator", "score", "max_score", "provisional", "quality", "captured_at"
    )
    received = _received(snapshot, level, basis, period)
    return (
        standings.join(facts, on="unit_code", how="left")
        .join(received, on="unit_code", how="left")
        .join(unit_names(snapshot, level), on="unit_code", how="left")
        .sort("rank", "name", nulls_last=True)
    )


def with_earlier(
    snapshot: Snapshot, measure: str, basis: str, period: Period, scope: str, since: Period | None
) -> pl.DataFrame:
    """The communes' `ranking` with `before`, the value of an earlier period that was counted by the same rules."""
    return _with_earlier(snapshot.of(scope), measure, basis, period, scope, since)


@kept(megabytes=10)
def _with_earlier(
    snapshot: Snapshot, measure: str, basis: str, period: Period, scope: str, since: Period | None
) -> pl.DataFrame:
    rows = ranking(snapshot, "commune", measure, basis, period, scope)
    if since is None:
        return rows
    earlier = ranking(snapshot, "commune", measure, basis, since, scope)
    return rows.join(earlier.select("unit_code", "series", before="value"), on=["unit_code", "series"], how="left")


def _with_ranges(snapshot: Snapshot, standings: pl.DataFrame, figures: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Ranges of ranks that publishing leaves to be computed when asked for: older periods of the whole country."""
    history = snapshot.scan("measurements").filter(
        pl.col("measure") == measure.id,
        pl.col("level") == standings.item(0, "level"),
        pl.col("series") == standings.item(0, "series"),
        pl.col("basis") == standings.item(0, "basis"),
        pl.col("field") == "all",
    )
    return with_certainty(standings, figures, measure, history.collect())


@lru_cache(maxsize=64)
def _received(snapshot: Snapshot, level: str, basis: str, period: Period) -> pl.DataFrame:
    """Dossiers received by each unit, all on one basis: the ranking's own where it is known."""
    rows = (
        snapshot.scan("measurements")
        .filter(*_at(level, "received", None, period), pl.col("field") == "all", pl.col("state") == "reported")
        .collect()
    )
    bases = rows.get_column("basis").unique().sort(descending=True).to_list()
    own = basis if basis in bases else next(iter(bases), basis)
    return rows.filter(pl.col("basis") == own).select("unit_code", received="numerator")


def _at(level: str, measure: str, basis: str | None, period: Period) -> list[pl.Expr]:
    where = [
        pl.col("measure") == measure,
        pl.col("level") == level,
        pl.col("period_start") == period.start,
        pl.col("period_end") == period.end,
        pl.col("period_kind") == period.kind,
    ]
    return where if basis is None else [*where, pl.col("basis") == basis]


@lru_cache(maxsize=16)
def unit_names(snapshot: Snapshot, level: str) -> pl.DataFrame:
    """`unit_code`, `name`, `kind`, `province_code` of the units of a level."""
    if level == "commune":
        return reference("units").select(
            unit_code="code", name="full_name", kind="kind", province_code="province_code",
            land_border="land_border", special_zone="special_zone",
        )  # fmt: skip
    if level == "province":
        return reference("provinces").select(unit_code="code", name="name", kind="kind", province_code="code")
    return department_names(snapshot)


@lru_cache(maxsize=16)
def department_names(snapshot: Snapshot) -> pl.DataFrame:
    """The departments that a snapshot ranks, by the names their sources gave, else by their state codes."""
    codes = snapshot.scan("standings").filter(pl.col("level") == "department").select("unit_code").unique().collect()
    states = reference("provinces").select("state_code", province_code="code")
    return (
        codes.with_columns(state=pl.col("unit_code").str.split(".").list.first())
        .join(snapshot.scan("departments").collect(), left_on="unit_code", right_on="state_code", how="left")
        .join(states, left_on="state", right_on="state_code", how="left")
        .select("unit_code", pl.coalesce("name", "unit_code"), kind=pl.lit("sở, ngành"), province_code="province_code")
    )


@lru_cache(maxsize=64)
def series(snapshot: Snapshot, measure: str, level: str, units: tuple[str, ...]) -> pl.DataFrame:
    """All periods of some units of one level: rows of measurements with their `value`, in time order."""
    rows = (
        snapshot.scan("measurements")
        .filter(
            pl.col("measure") == measure,
            pl.col("level") == level,
            pl.col("field") == "all",
            pl.col("unit_code").is_in(list(units)),
        )
        .collect()
    )
    return rows.with_columns(value=measures()[measure].value()).sort(*CELL)


def by_month(snapshot: Snapshot, measure: str, basis: str, level: str, scope: str) -> pl.DataFrame:
    """The standings of one measure in every month, the open month included: what trends are drawn from."""
    return _by_month(snapshot.of(scope), measure, basis, level, scope)


@kept(megabytes=16)
def _by_month(snapshot: Snapshot, measure: str, basis: str, level: str, scope: str) -> pl.DataFrame:
    here = [
        pl.col(name) == value
        for name, value in zip(("measure", "basis", "level", "scope"), (measure, basis, level, scope), strict=True)
    ]
    columns = ["unit_code", "period_start", "period_end", "period_kind", "series", "state", "value", "rank", "of"]
    return (
        snapshot.scan("standings").filter(*here, is_month()).select(columns).sort("period_start", "unit_code").collect()
    )


def together_by_month(snapshot: Snapshot, measure: str, basis: str, level: str, scope: str) -> pl.DataFrame:
    """The level of a scope in each month: `period_start`, `series`, `value`, and the `units` that report."""
    levels = _levels_by_month(snapshot.of(scope), measure, basis, level)
    return levels.filter(pl.col("scope") == scope).drop("scope")


@lru_cache(maxsize=64)
def _levels_by_month(snapshot: Snapshot, measure: str, basis: str, level: str) -> pl.DataFrame:
    """`together_by_month` of every scope; read at once, since the rows of one are hardly fewer to look through."""
    here = [pl.col(n) == v for n, v in (("measure", measure), ("basis", basis), ("level", level), ("field", "all"))]
    rows = (
        snapshot.scan("measurements")
        .filter(*here, is_month(), (pl.col("period_start") >= MERGER) | (pl.col("level") != "commune"))
        .collect()
        .join(unit_names(snapshot, level).select("unit_code", scope="province_code"), on="unit_code")
    )
    months = one_per_month(rows)
    known = {"value": level_of(measures()[measure]), "units": (pl.col("state") == "reported").sum().cast(pl.Int64)}
    month = ["period_start", "series"]
    country = months.group_by(month).agg(**known).with_columns(scope=pl.lit(COUNTRY))
    provinces = months.group_by("scope", *month).agg(**known)
    return pl.concat([provinces, country.select(provinces.columns)]).sort("scope", *month)


def inflation(snapshot: Snapshot, measure: str, basis: str, level: str, series: str) -> float:
    """By how much the months of a unit vary more than chance explains, as a ratio of variances."""
    return _inflation(snapshot.of(COUNTRY), measure, basis, level, series)


@lru_cache(maxsize=64)
def _inflation(snapshot: Snapshot, measure: str, basis: str, level: str, series: str) -> float:
    keys = {"measure": measure, "basis": basis, "level": level, "series": series, "field": "all"}
    rows = snapshot.scan("measurements").filter(*(pl.col(name) == value for name, value in keys.items())).collect()
    return inflation_of(rows, measures()[measure])


def one_per_month(rows: pl.DataFrame) -> pl.DataFrame:
    """Of several stretches of one unit that start in the same month, the longest."""
    key = [name for name in ("unit_code", "level", "series", "basis", "period_start") if name in rows.columns]
    return rows.sort("period_end").unique(key, keep="last", maintain_order=True)


def latest_series(months: pl.DataFrame) -> pl.DataFrame:
    """The months that were counted by the latest rules: values of two sets of rules make no one line."""
    last = pl.lit(months.sort("period_start").get_column("series").last(), pl.String)
    return months.filter(pl.col("series").eq_missing(last))


def is_month() -> pl.Expr:
    """Whole months, and the open month from its first day to date."""
    return (pl.col("period_kind") == "month") | is_open_month()


def is_open_month() -> pl.Expr:
    """The month that is not over yet, from its first day to date."""
    start, end = pl.col("period_start"), pl.col("period_end")
    within = (start.dt.day() == 1) & (start.dt.month_start() == end.dt.month_start())
    return (pl.col("period_kind") == "to_date") & within


def last_whole_month(periods: pl.DataFrame) -> dict:
    """The row of the last whole month, or of the first of `latest_first` where there is none; one row at least."""
    months = periods.filter(pl.col("period_kind") == "month")
    return latest_first(periods if months.is_empty() else months).row(0, named=True)


def latest_first(periods: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order in which pages offer their periods: the one that ends last first; of several, the longest.

    The open month comes last: its few days can be compared with no month before.
    """
    return periods.sort(is_open_month(), "period_end", "period_start", "series", descending=[False, True, False, True])


def scope_name(scope: str) -> str | None:
    """The province's name; None for the country."""
    return None if scope == COUNTRY else province_names().get(scope, scope)
