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
