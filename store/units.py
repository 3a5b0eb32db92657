"""Everything that is known of one commune, read once per snapshot: few scans, small frames, kept for a while."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import polars as pl
import shapely

from files.places import published_folder
from ranking.extent import first_and_last
from ranking.frame_types import Row
from ranking.great_circle import distances_km
from ranking.lineage import regrouped
from ranking.measures import values
from ranking.movement import MOVEMENTS
from ranking.periods import MERGER
from ranking.tiers import FILLED
from ranking.vocabulary import CELL, COUNTRY, PERIOD_COLUMNS
from store import borders, catalog, opening, peers, places, reference, sight
from store.filed import filed
from store.kept import kept
from store.months import latest_first
from store.snapshot import Snapshot

MOST_NEIGHBOURS = 12
_NEAREST_SEATS = 6
_OF_STANDINGS = (
    *("unit_code", *PERIOD_COLUMNS, "series", "measure", "basis", "scope", "state", "value", "value_low"),
    *("value_high", "rank", "of", "rank_low", "rank_high", "band", "level", "known", *FILLED),
    *("previous_rank", *MOVEMENTS),
)


@lru_cache(maxsize=1)
def _units() -> dict[str, Row]:
    return {row["code"]: row for row in reference.reference_table("units").iter_rows(named=True)}


def unit(code: str) -> Row | None:
    """The row of `tables.Units` of a commune of today; None where the code is no commune's."""
    return _units().get(code)


@lru_cache(maxsize=1)
def _heirs() -> dict[str, list[str]]:
    pairs = reference.reference_table("lineage").select("old_code", "new_code").sort("old_code", "new_code")
    return dict(pairs.group_by("old_code", maintain_order=True).agg("new_code").iter_rows())


def today(code: str) -> list[str]:
    """Codes of the communes of today that a code means: its own commune, else those that the commune of before
    1 July 2025 went to; none where it is neither."""
    return [code] if unit(code) else _heirs().get(code, [])


def old(code: str) -> Row:
    """A row of the lineage of a commune of before 1 July 2025; an error that names the code where there is none."""
    rows = reference.reference_table("lineage").filter(pl.col("old_code") == code)
    if rows.is_empty():
        raise LookupError(f"no commune had the code {code!r}")
    return rows.row(0, named=True)


def known(code: str) -> Row:
    """The same of a code that is a commune's for certain; an error that names it where it is not."""
    row = unit(code)
    if row is None:
        raise LookupError(f"no commune has the code {code!r}")
    return row


def _province_of(code: str) -> str:
    province: str = known(code)["province_code"]
    return province


def figures(snapshot: Snapshot, code: str) -> pl.DataFrame:
    """All measurements of a commune of today, of every measure and field, in time order, with their `value`."""
    province = _province_of(code)
    return _own_figures(snapshot.of(province), province, code)


@kept(megabytes=4)
def _own_figures(snapshot: Snapshot, province: str, code: str) -> pl.DataFrame:
    return _figures(snapshot, province, of=[code]).sort(*CELL)


@filed("unit_code", most=64)
def _figures(snapshot: Snapshot, province: str) -> pl.DataFrame:
    """The measurements of all communes of a province: to read one of them takes as long."""
    codes = reference.reference_table("units").filter(pl.col("province_code") == province).get_column("code")
    theirs = sight.scan(snapshot, "measurements").filter(
        pl.col("unit_code").is_in(codes.implode()), pl.col("level") == "commune", pl.col("period_end") >= MERGER
    )
    return with_values(theirs.collect())


def with_values(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `tables.Measurements` of several measures with the `value` that each measure's definition gives."""
    known = [name for name in rows.get_column("measure").unique() if name in reference.measures()]
    value = values(reference.measures()[name] for name in known)
    return rows.filter(pl.col("measure").is_in(known)).with_columns(value=value)


def latest(snapshot: Snapshot, code: str) -> pl.DataFrame:
    """The standing of a commune in its province, of each measure and basis, in the period that pages open on.

    Where it has no row in that period, the first of `store.months.latest_first`. Where it likely stands is worked out
    for periods of which publishing left that out (`store.places`).
    """
    province = _province_of(code)
    whole = snapshot.of(province)
    own = _latest(whole, province, of=[code])
    known = reference.measures()
    own = own.filter(pl.col("measure").is_in(list(known)))
    parts = [places.with_places(whole, row, known[row.item(0, "measure")]) for row in own.iter_slices(1)]
    return pl.concat(parts) if parts else own


def over_twelve_months(snapshot: Snapshot, code: str) -> pl.DataFrame:
    """The rows of `latest` with where the unit likely stands over twelve months.

    Only whole months that close a year of comparable ones have such a row; each ranking takes some 50 ms.
    """
    own = latest(snapshot, code)
    asked = own.filter(pl.col("expected_rank").is_not_null(), pl.col("period_kind") == "month")
    years = [(row, places.likely(snapshot, row, "twelve")) for row in asked.iter_slices(1)]
    found = [row.drop(FILLED).join(year, on="unit_code").select(own.columns) for row, year in years]
    rows = pl.concat([own.clear(), *found])
    return rows.filter(pl.col("window_start") < pl.col("period_start"))


@filed("unit_code", most=64)
def _latest(snapshot: Snapshot, province: str) -> pl.DataFrame:
    here = sight.scan(snapshot, "standings").filter(pl.col("scope") == province, pl.col("level") == "commune")
    known = catalog.catalog(snapshot).filter(pl.col("scope") == province, pl.col("level") == "commune")
    cell = ["measure", "basis", "series", *PERIOD_COLUMNS]
    opens = opening.openings(known, snapshot.pin).select(*cell, opens=pl.lit(True))
    rows = latest_first(here.select(_OF_STANDINGS).collect()).join(opens, on=cell, how="left", maintain_order="left")
    rows = rows.sort("opens", descending=True, nulls_last=True, maintain_order=True).drop("opens")
    return rows.unique(["unit_code", "measure", "basis"], keep="first", maintain_order=True)


def ranked_in_country(
    snapshot: Snapshot, measure: str, basis: str, series: str, start: date, end: date, kind: str
) -> dict[str, float]:
    """The values of all communes that the country ranks in one measure and period, by their codes."""
    return _ranked_in_country(snapshot.of(COUNTRY), measure, basis, series, start, end, kind)


@lru_cache(maxsize=128)
def _ranked_in_country(
    snapshot: Snapshot, measure: str, basis: str, series: str, start: date, end: date, kind: str
) -> dict[str, float]:
    keys: dict[str, str | date] = {
        "measure": measure,
        "basis": basis,
        "series": series,
        "scope": COUNTRY,
        "level": "commune",
    }
    keys |= {"period_start": start, "period_end": end, "period_kind": kind}
    ranked = sight.scan(snapshot, "standings").filter(
        *(pl.col(name) == value for name, value in keys.items()), pl.col("rank").is_not_null()
    )
    return dict(ranked.select("unit_code", "value").collect().iter_rows())


def peer_codes(code: str) -> list[str]:
    """The communes most like this one, the nearest first."""
    return _peer_codes().get(code, [])


@lru_cache(maxsize=1)
def _peer_codes() -> dict[str, list[str]]:
    pairs = peers.peers().sort("unit_code", "place").group_by("unit_code", maintain_order=True).agg("peer_code")
    return dict(pairs.iter_rows())


@lru_cache(maxsize=64)
def province_fields(snapshot: Snapshot, province: str) -> pl.DataFrame:
    """The figures of a province by field (lĩnh vực); empty where its source knows none."""
    rows = sight.scan_of(snapshot, "measurements", province).filter(
        pl.col("unit_code") == province, pl.col("level") == "province", pl.col("field") != "all"
    )
    return with_values(rows.collect()).sort(*CELL)


@lru_cache(maxsize=128)
def revised(snapshot: Snapshot, code: str) -> pl.DataFrame:
    """The past values of a commune that changed between two pulls, the latest change first."""
    rows = sight.scan(snapshot, "revisions").filter(
        pl.col("unit_code") == code, pl.col("level") == "commune", pl.col("period_end") >= MERGER
    )
    return rows.collect().sort("new_captured_at", "period_end", "measure", descending=[True, True, False])


@lru_cache(maxsize=1024)
def last_month(snapshot: Snapshot, measure: str, basis: str, province: str) -> date | None:
    """The first day of the last whole month that a province's communes have any standing in; None without one."""
    months = catalog.catalog(snapshot).filter(
        pl.col("level") == "commune",
        pl.col("measure") == measure,
        pl.col("basis") == basis,
        pl.col("scope") == province,
        pl.col("period_kind") == "month",
    )
    ends = first_and_last(months.get_column("period_start"))
    return ends[1] if ends else None


# --- before the merger


def members(code: str) -> pl.DataFrame:
    """The old communes that a commune of today holds, whole or in part, by old district."""
    return reference.reference_table("lineage").filter(pl.col("new_code") == code).sort("old_district_code", "old_code")


def old_figures(snapshot: Snapshot, code: str) -> pl.DataFrame:
    """The whole months of the old communes of a commune of today, of all fields together, with their `value`."""
    olds = members(code).get_column("old_code").to_list()
    province = _province_of(code)
    return _old_figures(snapshot.of(province), province, of=olds).sort(*CELL)


@filed("unit_code", most=64)
def _old_figures(snapshot: Snapshot, province: str) -> pl.DataFrame:
    """The same of all old communes with a part in a province of today."""
    here = reference.reference_table("units").filter(pl.col("province_code") == province).get_column("code").implode()
    olds = reference.reference_table("lineage").filter(pl.col("new_code").is_in(here)).get_column("old_code").unique()
    rows = sight.scan(snapshot, "measurements").filter(
        pl.col("unit_code").is_in(olds.implode()),
        pl.col("level") == "commune",
        pl.col("field") == "all",
        pl.col("period_kind") == "month",
        pl.col("period_end") < MERGER,
    )
    return with_values(rows.collect())


def before_merger(snapshot: Snapshot, code: str) -> dict[str, pl.DataFrame]:
    """By measure, the months of a commune before the merger, as `ranking.lineage.regrouped` gives them."""
    return _before_merger(snapshot.of(_province_of(code)), code)


@lru_cache(maxsize=16)
def _before_merger(snapshot: Snapshot, code: str) -> dict[str, pl.DataFrame]:
    rows = old_figures(snapshot, code)
    lineage = reference.reference_table("lineage")
    # All successors of the members are needed to know their weights; the rest of the country is not.
    concerned = lineage.filter(pl.col("old_code").is_in(members(code).get_column("old_code").implode()))
    measures = [reference.measures()[name] for name in rows.get_column("measure").unique()]
    whole = regrouped(rows, concerned, *measures).filter(pl.col("unit_code") == code)
    parts = whole.sort("series", "basis", "period_start").partition_by("measure", as_dict=True)
    return {name: part for (name,), part in parts.items()}


# --- neighbours


def neighbours(code: str) -> tuple[list[str], bool]:
    """The communes that share a border with this one, the longest border first, and True.

    Where no boundaries are prepared, or none touch (an island): the communes with the nearest seats, and False.
    """
    stamp = borders.boundaries_id()
    touching = _touching(stamp).get(code, []) if stamp else []
    return (touching[:MOST_NEIGHBOURS], True) if touching else (_nearest_seats(code), False)


@lru_cache(maxsize=2)
def _touching(stamp: str) -> dict[str, list[str]]:
    """For each commune those that it touches, by the length of the shared border; once per set of boundaries."""
    path = published_folder().parent / "boundaries" / "boundaries.parquet"
    rows = pl.read_parquet(path, columns=["code", "geometry"])
    codes = rows.get_column("code").to_list()
    shapes = shapely.from_wkb(rows.get_column("geometry").to_list())
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    # Units that meet in a single point are no neighbours: their border has no length.
    shared = shapely.length(shapely.intersection(shapely.boundary(shapes[one]), shapely.boundary(shapes[other])))
    found: dict[str, list[tuple[float, str]]] = {}
    for a, b, length in zip(one, other, shared, strict=True):
        if length > 0:
            found.setdefault(codes[a], []).append((-length, codes[b]))
            found.setdefault(codes[b], []).append((-length, codes[a]))
    return {code: [name for _, name in sorted(pairs)] for code, pairs in found.items()}


def _nearest_seats(code: str) -> list[str]:
    units = reference.reference_table("units").filter(pl.col("code") != code)
    own = _units()[code]
    far = distances_km(own["seat_lat"], own["seat_lon"], units.get_column("seat_lat"), units.get_column("seat_lon"))
    return units.with_columns(far=pl.Series(far)).sort("far", "code").head(_NEAREST_SEATS).get_column("code").to_list()
