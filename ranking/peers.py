"""Peers: the communes that are most like a commune in what it cannot choose, so that like is set beside like.

Nearest-neighbour groups as in the CIPFA Nearest Neighbours Model, which England's Fingertips offers as a
comparison: standardise each fact, take the Euclidean distance, keep the nearest 15. Only facts of the place
count, never how well it performs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ranking.extent import extent
from ranking.great_circle import distances_km

PEERS = 15
BORDER_WEIGHT = 1.0
"""How far apart the land border alone puts two communes, in standard deviations of log population or log area.

Standardised like the other facts it would be 3.5 among the xã, of which one in eleven lies on the border. At 1,
98 % of the peers of border xã lie on the border too, but an odd one still finds its like off it; of the peers of
the 11 border phường a third do, as there are too few of them for closer ones.
"""

UNSOUND = {
    "population": ("area_population_of_one_predecessor",),
    "area_km2": ("area_population_of_one_predecessor", "area_differs_from_polygon"),
}
"""The codes of `tables.Units.quality` under which a figure is not used."""

_RESULT = {
    "unit_code": pl.String,
    "peer_code": pl.String,
    "distance": pl.Float64,
    "place": pl.UInt32,
    "on_fewer_facts": pl.Boolean,
}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Likeness:
    """What a unit and its peers have in common; ranges run over the unit and its peers, sound figures only."""

    kind: str
    peers: int
    population: tuple[int, int] | None
    area_km2: tuple[float, float] | None
    peers_on_land_border: int
    on_fewer_facts: bool


def nearest(units: pl.DataFrame, k: int = PEERS) -> pl.DataFrame:
    """The up to `k` communes of the same kind that are most like each commune.

    `units`: rows of `tables.Units`. Xã are compared with xã, phường with phường, special zones with special
    zones (kind as today). Distance = √((Δ ln population / s)² + (Δ ln area / s)² + (BORDER_WEIGHT where only
    one lies on the land border)²), s the standard deviation within the kind. A figure that is missing, 0 or
    unsound (`UNSOUND`) counts for neither side; candidates that have every fact the commune has come first.
    Equal distances go to the geographically nearer one, so a commune without any sound figure gets the
    nearest of its kind and border.
    Returns `unit_code`, `peer_code`, `distance` (no unit; not comparable between pairs matched on different
    facts; null where neither figure could be compared), `place` (1 to k) and `on_fewer_facts` (population or
    area missing on either side), sorted by unit and place. Raises ValueError where k < 1 or a code is there
    twice.
    """
    if k < 1:
        raise ValueError(f"k = {k}: at least one peer is needed")
    if units.get_column("code").is_duplicated().any():
        twice = units.filter(pl.col("code").is_duplicated()).get_column("code")[0]
        raise ValueError(f"unit {twice} has more than one row; one row per unit is right")
    kind = pl.when("special_zone").then(pl.lit("đặc khu")).otherwise("kind")
    classes = _with_sound_figures(units).sort("code").group_by(kind.alias("class"), maintain_order=True)
    frames = [_nearest_in_class(alike, k) for _, alike in classes]
    return pl.concat([pl.DataFrame(schema=_RESULT), *frames]).sort("unit_code", "place")


def reasons(units: pl.DataFrame, code: str, peers: pl.DataFrame) -> Likeness:
    """What the unit `code` shares with its peers, for a page to put into words.

    `units`: rows of `tables.Units`; `peers`: the result of `nearest`. Population in inhabitants, area in km²;
    a range is None where no figure of the group is sound. Raises ValueError for an unknown code.
    """
    own = units.filter(pl.col("code") == code)
    if own.is_empty():
        raise ValueError(f"no unit has the code {code!r}")
    rows = peers.filter(pl.col("unit_code") == code)
    others = units.filter(pl.col("code").is_in(rows.get_column("peer_code").to_list()))
    sound = _with_sound_figures(pl.concat([own, others]))
    return Likeness(
        kind=own.item(0, "kind"),
        peers=rows.height,
        population=_whole(extent(sound.get_column("population"))),
        area_km2=extent(sound.get_column("area_km2")),
        peers_on_land_border=int(others.get_column("land_border").sum()),
        on_fewer_facts=bool(rows.get_column("on_fewer_facts").any()),
    )


def rank_among_peers(
    values: pl.DataFrame, peers: pl.DataFrame, descending: bool = True, by: Sequence[str] = ()
) -> pl.DataFrame:
    """The rank of each unit among itself and its peers.

    `values`: one row per unit with `unit_code` and `value` (null or NaN = not ranked), of each group of equal values
    in the columns `by`; `peers`: the result of `nearest`; `descending`: whether the highest value is first. Ties
    share the best rank.
    Returns one row per group and unit of `peers`, sorted: `by`, `unit_code`, `rank` (null where the unit has no
    value) and `of` (units of the group that are ranked, itself included).
    """
    known = values.select(*by, "unit_code", value=pl.col("value").cast(pl.Float64).fill_nan(None)).drop_nulls("value")
    units, pairs = peers.select("unit_code").unique(), peers.select("unit_code", "peer_code")
    if by:
        groups = values.select(by).unique()
        units, pairs = groups.join(units, how="cross"), groups.join(pairs, how="cross")
    own = units.join(known, on=[*by, "unit_code"], how="left")
    theirs = pairs.join(known.rename({"unit_code": "peer_code"}), on=[*by, "peer_code"], how="left")
    ahead = pl.col("peer_value") > pl.col("value") if descending else pl.col("peer_value") < pl.col("value")
    return (
        own.join(theirs.select(*by, "unit_code", peer_value="value"), on=[*by, "unit_code"])
        .group_by(*by, "unit_code")
        .agg(
            rank=pl.when(pl.col("value").first().is_not_null()).then(ahead.sum() + 1),
            of=pl.col("peer_value").count() + pl.col("value").first().is_not_null(),
        )
        .select(*by, "unit_code", pl.col("rank", "of").cast(pl.UInt32))
        .sort(*by, "unit_code")
    )


def _with_sound_figures(units: pl.DataFrame) -> pl.DataFrame:
    quality = pl.col("quality").fill_null("")
    return units.with_columns(
        pl.when((pl.col(name) > 0) & ~quality.is_in(list(codes))).then(name).alias(name)
        for name, codes in UNSOUND.items()
    )


def _nearest_in_class(alike: pl.DataFrame, k: int) -> pl.DataFrame:
    facts = np.column_stack([_standardised(alike.get_column(name)) for name in UNSOUND])
    known = np.isfinite(facts)
    border = alike.get_column("land_border").to_numpy()
    points = alike.select("point_lat", "point_lon").to_numpy()
    units, peers, distances = [], [], []
    for unit in range(alike.height):
        gaps = np.nan_to_num(facts - facts[unit])
        distance = np.sqrt((gaps**2).sum(axis=1) + BORDER_WEIGHT**2 * (border != border[unit])).round(9)
        found = _first(k, unit, distance, (known[unit] & ~known).sum(axis=1), points)
        units.append(np.full(len(found), unit))
        peers.append(found)
        distances.append(distance[found])
    own, peer = np.concatenate(units), np.concatenate(peers)
    codes, both = alike.get_column("code"), known[own] & known[peer]
    columns = {
        "unit_code": codes.gather(own),
        "peer_code": codes.gather(peer),
        "distance": np.where(both.any(axis=1), np.concatenate(distances), np.nan),
        "place": np.concatenate([np.arange(1, len(found) + 1) for found in peers]),
        "on_fewer_facts": ~both.all(axis=1),
    }
    return pl.DataFrame(columns, schema=_RESULT).with_columns(pl.col("distance").fill_nan(None))


def _standardised(figures: pl.Series) -> Floats:
    logs = np.log(figures.cast(pl.Float64).to_numpy())
    known = logs[np.isfinite(logs)]
    spread = known.std() if len(known) else 0.0
    standardised: Floats = (logs - (known.mean() if len(known) else 0.0)) / (spread or 1.0)
    return standardised


def _first(k: int, unit: int, distance: Floats, missing: NDArray[np.int64], points: Floats) -> NDArray[np.int64]:
    """The k first units by missing facts, distance, way between the points, and code (their order)."""
    others = np.arange(len(distance)) != unit
    pool = np.flatnonzero(others & (missing == 0))
    if len(pool) > k:
        pool = pool[distance[pool] <= np.partition(distance[pool], k - 1)[k - 1]]
    elif len(pool) < k:
        pool = np.flatnonzero(others)
    far = distances_km(points[unit, 0], points[unit, 1], points[pool, 0], points[pool, 1]).round(3)  # to the metre
    order = np.lexsort((far, distance[pool], missing[pool]))
    return pool[order[:k]]


def _whole(ends: tuple[float, float] | None) -> tuple[int, int] | None:
    return (int(ends[0]), int(ends[1])) if ends else None
