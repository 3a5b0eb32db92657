"""What all pages open on: the last whole month that is complete for the scope, else the longest stretch to date."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ranking.periods import Period, parse
from ranking.vocabulary import COUNTRY
from store import catalog, opening, snapshot
from store.catalog import catalog as known_of


def known(*periods: tuple[str, int], series: str = "766-2026", **changes: object) -> pl.DataFrame:
    """Rows of the catalogue of one scope: a period's id and how many units have answered in it, as many ranked."""
    rows = []
    for text, answered in periods:
        period = parse(text)
        rows.append(
            {
                "level": "commune",
                "measure": "on_time_share",
                "basis": "portal",
                "series": series,
                "period_start": period.start,
                "period_end": period.end,
                "period_kind": period.kind,
                "scope": "25",
                "units": 148,
                "answered": answered,
                "of": answered,
            }
            | changes
        )
    return pl.DataFrame(rows)


def opened(*frames: pl.DataFrame) -> str:
    found = opening.latest(pl.concat(frames))
    assert found
    return found.period.id


TO_DATE = ("2026-01-01_2026-09-26", 148)


def test_the_last_whole_month_comes_before_the_year_to_date_and_the_open_month():
    assert opened(known(("2026-07", 148), ("2026-08", 148), TO_DATE, ("2026-09-01_2026-09-26", 148))) == "2026-08"


def test_a_month_that_is_still_coming_in_waits_until_nine_of_ten_units_have_answered():
    assert opened(known(("2026-07", 148), ("2026-08", 133))) == "2026-07"
    assert opened(known(("2026-07", 148), ("2026-08", 134))) == "2026-08"


def test_without_a_complete_month_the_longest_stretch_to_date_is_shown():
    one_of_all = ("2026-08", 1)
    early, late = ("2026-01-01_2026-09-17", 34), ("2026-01-01_2026-09-26", 1)

    assert opened(known(one_of_all, early, late, ("2026-07-01_2026-09-17", 34))) == "2026-01-01_2026-09-17"


def test_the_open_month_is_shown_only_where_nothing_else_is_known():
    open_month = ("2026-09-01_2026-09-26", 148)

    assert opened(known(open_month, ("2026-Q2", 148))) == "2026-Q2"
    assert opened(known(open_month)) == "2026-09-01_2026-09-26"


def test_a_month_long_past_says_nothing_about_today():
    assert opened(known(("2026-02", 148), TO_DATE)) == "2026-01-01_2026-09-26"


def test_the_rules_in_force_count_though_fewer_units_are_known_by_them():
    assert opened(known(("2025-12", 148), series="766-2025"), known(("2026-01", 100))) == "2026-01"


def test_a_period_that_ranks_nobody_is_no_answer_where_another_ranks_some():
    nobody = known(("2026-08", 148)).with_columns(of=pl.lit(0, pl.Int64))

    assert opened(known(("2026-07", 148)), nobody) == "2026-07"
    assert opened(nobody) == "2026-08"


def test_a_unit_without_a_row_in_the_opening_shows_its_own_by_the_same_rule():
    found = opening.latest(known(("2026-08", 148)))
    own = known(("2026-05", 1), TO_DATE, ("2026-09-01_2026-09-26", 1))

    first = opening.of_unit(own, found).row(0, named=True)
    assert Period(first["period_start"], first["period_end"], first["period_kind"]).id == "2026-01-01_2026-09-26"


def test_bases_stand_in_the_order_of_their_measure_not_of_the_alphabet():
    pairs = {("received", "dossiers"), ("received", "portal"), ("received", "form")}

    assert [basis for _, basis in opening.in_order(pairs)] == ["portal", "form", "dossiers"]


@pytest.mark.parametrize(
    ("dataset", "level", "scope", "measure", "period"),
    [
        ("recorded", "commune", "25", "on_time_share", "2026-08"),
        ("recorded", "commune", COUNTRY, "on_time_share", "2026-08"),
        ("recorded", "commune", "91", "index_766", "2025-01-01_2025-10-11"),
        ("recorded", "province", COUNTRY, "index_766", "2026-01-01_2026-09-17"),
        ("simulated", "commune", "38", "on_time_share", "2026-08"),
        ("simulated", "commune", COUNTRY, "on_time_share", "2026-08"),
        ("simulated", "province", COUNTRY, "on_time_share", "2026-08"),
    ],
)
def test_what_the_datasets_open_on(app_data, dataset, level, scope, measure, period):
    found = opening.first(snapshot.open_snapshot(dataset), level, scope)

    assert (found.measure, found.period.id) == (measure, period)


@pytest.mark.parametrize("dataset", ["recorded", "simulated"])
def test_every_opening_is_complete_and_every_cell_has_one(app_data, dataset):
    shown = snapshot.open_snapshot(dataset)
    cell = ["level", "scope", "measure", "basis"]
    found = opening.openings(known_of(shown))

    assert found.select(cell).n_unique() == found.height == known_of(shown).select(cell).n_unique()
    fullest = known_of(shown).group_by(*cell, "series").agg(most=pl.max("answered"))
    assert found.join(fullest, on=[*cell, "series"]).filter(pl.col("answered") < 0.9 * pl.col("most")).is_empty()


def test_public_and_local_readers_open_on_the_same(app_data):
    whole = snapshot.open_snapshot("simulated")
    first = [opening.first(seen, "commune", "38") for seen in (whole, whole.seen_in(frozenset()))]

    assert first[0] == first[1]
    assert first[0].period == Period(date(2026, 8, 1), date(2026, 8, 31), "month")


def test_the_catalogue_counts_who_has_answered_not_who_is_ranked(app_data):
    rows = catalog.catalog(snapshot.open_snapshot("simulated")).filter(
        pl.col("scope") == "38",
        pl.col("measure") == "on_time_share",
        pl.col("level") == "commune",
        pl.col("period_start") == date(2026, 8, 1),
        pl.col("period_kind") == "month",
    )
    assert rows.select("units", "answered", "of").row(0) == (166, 162, 160)
