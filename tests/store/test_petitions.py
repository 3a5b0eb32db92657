"""Petitions beside a ranking of the recorded dataset: number, points, place without them."""

from __future__ import annotations

import re

import polars as pl
import pytest

from ranking.periods import parse
from ranking.petitions import Tail, tail
from store import petitions, snapshot, standings

YEAR, AUGUST = "2026-01-01_2026-09-26", "2026-08"


def ranked(measure: str, period: str, scope: str = "25", dataset: str = "recorded") -> pl.DataFrame:
    where = ("commune", measure, "portal", parse(period), scope)
    shown = snapshot.open_snapshot(dataset)
    return petitions.beside(shown, standings.ranking(shown, *where), *where)


def test_thirty_of_the_thirty_one_communes_with_a_petition_fill_the_last_thirty_places(app_data):
    found = tail(ranked("mdhl", YEAR))

    assert found == Tail(of=148, petitioned=31, last=30, lost=12)


def test_the_number_is_the_one_that_the_source_says_beside_the_score(app_data):
    for measure in ("index_766", "mdhl"):
        for row in ranked(measure, AUGUST).iter_rows(named=True):
            said = re.search(r"no_petitions|petitions: (\d+)", row["quality"])
            assert said and int(said[1] or 0) == row["petitions"], row["unit_code"]


@pytest.mark.parametrize("period", [YEAR, "2026-07-01_2026-09-26"])
def test_satisfaction_without_petitions_is_the_part_for_dossiers(app_data, period):
    shown = snapshot.open_snapshot("recorded")
    handled = standings.ranking(shown, "commune", "handling_satisfaction", "portal", parse(period), "25")
    rows = ranked("mdhl", period).join(handled.select("unit_code", share="value"), on="unit_code")

    part = pl.min_horizontal(6.0, pl.col("share") * 6 / 90)
    assert rows.filter((pl.col("without") - part).abs() > 0.0101).is_empty()
    assert rows.height == 148


def test_the_index_loses_the_same_points_as_satisfaction(app_data):
    index, satisfaction = ranked("index_766", YEAR), ranked("mdhl", YEAR)
    both = index.join(satisfaction.select("unit_code", own="points"), on="unit_code")

    assert both.filter(pl.col("points") != pl.col("own")).is_empty()
    assert both.filter((pl.col("value") - pl.col("without") - pl.col("points")).abs() > 0.001).is_empty()
    assert set(both.get_column("of_without")) == {148}


def test_a_measure_without_such_points_stays_as_it_is(app_data):
    assert "rank_without" not in ranked("tdgq", AUGUST).columns
    assert "rank_without" not in ranked("tdgq", AUGUST, "38", "simulated").columns
