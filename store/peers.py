"""The communes that are like each commune, and where it ranks among them."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from ranking.peers import nearest, rank_among_peers
from ranking.periods import Period
from ranking.vocabulary import COUNTRY
from store import standings
from store.reference import measures, reference_table
from store.snapshot import Snapshot


@lru_cache(maxsize=1)
def peers() -> pl.DataFrame:
    """The communes most like each commune, as `ranking.peers.nearest` finds them."""
    return nearest(reference_table("units"))


@lru_cache(maxsize=40)
def within(province: str) -> dict[str, tuple[str, ...]]:
    """By commune of a province those of the same province that are most like it, the nearest first."""
    units = reference_table("units").filter(pl.col("province_code") == province)
    pairs = nearest(units).group_by("unit_code", maintain_order=True).agg("peer_code")
    return {code: tuple(codes) for code, codes in pairs.iter_rows()}


def peer_ranks(snapshot: Snapshot, measure: str, basis: str, period: Period) -> pl.DataFrame:
    """`unit_code`, `peer_rank`, `peer_of`: each commune's rank among itself and its peers of any province."""
    return _peer_ranks(snapshot.of(COUNTRY), measure, basis, period)


@lru_cache(maxsize=64)
def _peer_ranks(snapshot: Snapshot, measure: str, basis: str, period: Period) -> pl.DataFrame:
    values = standings.ranking(snapshot, "commune", measure, basis, period, COUNTRY)
    ranked = values.with_columns(value=pl.when(pl.col("rank").is_not_null()).then("value"))
    ranks = rank_among_peers(ranked, peers(), measures()[measure].direction != "lower")
    return ranks.rename({"rank": "peer_rank", "of": "peer_of"})


ENOUGH_PEERS = 10
