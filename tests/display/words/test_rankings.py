"""What is said of a ranking: how its error is known, and from which months its tiers come."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from display.words import rankings
from display.words.selection import Selection
from display.words.text import Speaker
from ranking.periods import calendar_period
from store.reference import measures

AUGUST = calendar_period("month", 2026, 8)
COLUMNS = {"rank": pl.UInt32, "known": pl.String, "rho": pl.Float64, "denominator": pl.Float64, "window_start": pl.Date}
OTHERS = ("value", "value_low", "value_high", "of", "p_first", "p_last", "expected_rank", "likely_low", "likely_high")


def viewer(language: str) -> SimpleNamespace:
    return SimpleNamespace(say=Speaker(language), language=language)


def ranking(*known: str | None, rho: float | None = 0.01, start: date = date(2026, 5, 1)) -> pl.DataFrame:
    rows = [
        {"rank": at, "known": one, "rho": rho, "denominator": 101.0 if rho else None, "window_start": start}
        for at, one in enumerate(known, 1)
    ]
    frame = pl.DataFrame(rows, schema=COLUMNS)
    texts = frame.with_columns(unit_code=pl.lit("25001"), name=pl.lit("A"), tier=pl.lit(None, pl.String))
    period = texts.with_columns(period_start=pl.lit(AUGUST.start), period_end=pl.lit(AUGUST.end))
    return period.with_columns(pl.lit(None, pl.Float64).alias(name) for name in OTHERS)


def said(measure: str, rows: pl.DataFrame, language: str = "en") -> str:
    selection = Selection("commune", "25", measures()[measure], "portal", "766-2026", AUGUST)
    return rankings.certainty_line(viewer(language), selection, rows)


def test_a_measured_spread_says_how_much_wider_than_chance_it_makes_the_middle_unit():
    assert said("on_time_share", ranking("measured", "measured")) == (
        "The 95% range of ranks counts chance and the spread measured from month to month. In a unit of middle size "
        "(101 dossiers) the variance is 2.0 times that of chance alone. Thirds and expected ranks come from "
        "4 months, May–Aug 2026."
    )


def test_a_spread_from_pairs_of_periods_is_called_a_lower_bound():
    assert "That is a lower bound: the true range may be wider." in said("on_time_share", ranking("pairs"))


@pytest.mark.parametrize("measure", ["on_time_share", "online_payment_share", "handling_satisfaction"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_assumed_spread_names_its_size_and_its_source(measure, language):
    text, assumed = said(measure, ranking("assumed"), language), measures()[measure].assumed_rho
    figure = f"{assumed.value:.4f}".rstrip("0") if assumed.value < 0.01 else f"{assumed.value:.3f}"
    source = (
        assumed.source.in_language(language) if assumed.source else "Phương pháp" if language == "vi" else "Methods"
    )

    assert f"ρ = {figure.replace('.', ',') if language == 'vi' else figure})" in text
    assert source in text


def test_the_least_sure_of_the_rows_counts():
    assert said("on_time_share", ranking("measured", "pairs", "assumed")) == said("on_time_share", ranking("assumed"))


def test_where_dossiers_do_not_tell_the_spread_no_multiple_is_given():
    text = said("processing_days", ranking("measured", rho=None))

    assert text.startswith("The 95% range of ranks counts chance and the spread measured from month to month. Thirds")


def test_where_nothing_is_known_of_the_error_ranks_are_not_to_praise_or_blame_on():
    assert said("index_766", ranking(None, None)).endswith("Do not praise or blame on the rank alone.")


def test_where_four_months_are_not_there_the_line_says_so():
    assert "come from August 2026 alone, for there are not four comparable months" in said(
        "on_time_share", ranking("pairs", start=date(2026, 8, 1))
    )
