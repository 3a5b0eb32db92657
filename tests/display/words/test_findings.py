"""The sentence that heads a page: the level with its basis, and who clearly lags; never more than the figures tell."""

from __future__ import annotations

import polars as pl
import pytest

from display.drawing.palette import LIGHT
from display.words import findings, rankings
from display.words.selection import Selection
from display.words.text import Speaker
from display.words.view import View
from ranking.periods import calendar_period
from store.reference import measures

AUGUST = calendar_period("month", 2026, 8)


def listed(*units: tuple[str, float, float, str | None]) -> pl.DataFrame:
    """Ranked units by name, numerator, denominator and band."""
    rows = [
        {"name": name, "numerator": a, "denominator": n, "value": 100 * a / n, "band": band, "rank": place}
        for place, (name, a, n, band) in enumerate(units, 1)
    ]
    return pl.DataFrame(rows, schema_overrides={"band": pl.String}).with_columns(state=pl.lit("reported"))


THREE = listed(("Xã A", 99, 100, "above"), ("Xã B", 90, 100, "below"), ("Xã C", 75, 100, "below"))


def said(measure: str, rows: pl.DataFrame, language: str = "vi", basis: str = "portal") -> str:
    chosen = Selection("commune", "25", measures()[measure], basis, "766-2026", AUGUST)
    view = View(language, Speaker(language), None, LIGHT)  # type: ignore[arg-type]
    return findings.headline(view, chosen, rows).replace("\N{NO-BREAK SPACE}", " ")


VI = (
    "Các xã, phường của Phú Thọ: 88 trong 100 hồ sơ đúng hạn hoặc chưa đến hạn (theo Cổng); "
    "2 nơi kém rõ, kém nhất Xã C (75,0 %)"
)
EN = "Communes of Phú Thọ: 88 in 100 dossiers on time or not yet due (portal basis); 2 clearly worse, last Xã C (75.0%)"


@pytest.mark.parametrize(("language", "sentence"), [("vi", VI), ("en", EN)])
def test_the_headline_names_level_basis_and_the_last_of_those_that_clearly_lag(language, sentence):
    assert said("on_time_share", THREE, language) == sentence


def test_where_low_is_good_the_last_has_the_highest_value():
    rows = THREE.with_columns(numerator=pl.col("value"), denominator=pl.lit(None, pl.Float64), band=pl.lit("below"))
    assert said("open_overdue", rows, basis="form").endswith("3 nơi kém rõ, kém nhất Xã A (99 hồ sơ)")


def test_where_nobody_clearly_lags_it_says_so():
    assert said("on_time_share", THREE.with_columns(band=pl.lit("alike"))).endswith("; chưa nơi nào kém rõ")


def test_without_bands_nobody_is_said_to_lag():
    assert ";" not in said("on_time_share", THREE.with_columns(band=pl.lit(None, pl.String)))


def test_without_a_figure_the_headline_says_what_is_ranked():
    silent = THREE.with_columns(state=pl.lit("not_reported"), numerator=None, denominator=None, value=None, rank=None)
    assert said("on_time_share", silent) == rankings.title(
        View("vi", Speaker("vi"), None, LIGHT),  # type: ignore[arg-type]
        Selection("commune", "25", measures()["on_time_share"], "portal", "766-2026", AUGUST),
    )
