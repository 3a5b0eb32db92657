"""Indirect standardisation by field: worked figures, sums that add up, and what it refuses to tell."""

from __future__ import annotations

import polars as pl
import pytest

from ranking.standardised import FEW, FIGURES, HIDDEN, NO_FIELDS, OTHER_MIX, standardised, with_adjusted_ranks

PUBLISHED = {"observed": 895, "expected": 835.8835612311743, "low": 1.0017147712553987, "high": 1.143233287249895}
"""Indirectly standardised ratio "testdata_big": the package PHEindicatormethods 2.1.0 of the English national technical
guides (Office for Health Improvement and Disparities), tests/testthat/testdata_DSR_ISR.xlsx, Byar's limits at 95 %."""


def frame(*rows: tuple[str, str, float | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, ["unit_code", "field", "numerator", "denominator"], orient="row").cast(
        {"numerator": pl.Float64, "denominator": pl.Float64}
    )


def totals(fields: pl.DataFrame) -> pl.DataFrame:
    return fields.group_by("unit_code", maintain_order=True).agg(pl.col("denominator").sum())


PROVINCE = frame(
    # Of 400 certified copies 4 late, of 150 civil-status dossiers 18, of 50 of land 20: 42 of 600.
    ("A", "copies", 396, 400),
    ("A", "civil", 132, 150),
    ("A", "land", 30, 50),
    ("rest", "copies", 8600 - 41, 8600),
    ("rest", "civil", 2850 - 342, 2850),
    ("rest", "land", 950 - 280, 950),
)


def one(code: str, rho: float = 0.0, fields: pl.DataFrame = PROVINCE) -> dict:
    found = standardised(fields, totals(fields), rho)
    return found.row(by_predicate=pl.col("unit_code") == code, named=True)


def test_a_worked_case_agrees_with_r():
    # R 4.2.2: rates 45/9000, 360/3000, 300/1000; sum(n * rates) = 35, 42/35 = 1.2; byars_lower(42)/35 and
    # byars_upper(42)/35 of PHEindicatormethods 2.1.0; 1.2 * 705/13000 = 6.5076923077 %.
    row = one("A")

    assert row["expected"] == pytest.approx(35)
    assert row["ratio"] == pytest.approx(1.2)
    assert (row["ratio_low"], row["ratio_high"]) == pytest.approx((0.8647633482, 1.6220925354))
    assert row["adjusted"] == pytest.approx(100 - 6.5076923077)


def test_the_published_case_of_the_national_technical_guides():
    expected, observed = PUBLISHED["expected"], PUBLISHED["observed"]
    # One field in which the reference has such a rate that 100,000 dossiers make the published expected number.
    n, others = 100_000.0, 1e9
    late_of_others = expected / n * (n + others) - observed
    row = one("u", fields=frame(("u", "f", n - observed, n), ("rest", "f", others - late_of_others, others)))

    assert row["expected"] == pytest.approx(expected)
    assert row["ratio"] == pytest.approx(1.0707232939020275)
    assert (row["ratio_low"], row["ratio_high"]) == pytest.approx((PUBLISHED["low"], PUBLISHED["high"]))


def test_mix_and_own_part_add_up_to_the_gap():
    row = one("A")

    # 93 % on time against 94.5769 %; its fields explain 94.1667 − 94.5769, the rest is its own.
    assert row["gap"] == pytest.approx(100 * (558 / 600 - 12295 / 13000))
    assert row["mix"] == pytest.approx(100 * (565 / 600 - 12295 / 13000))
    assert row["own"] == pytest.approx(100 * -7 / 600)
    assert row["mix"] + row["own"] == pytest.approx(row["gap"], abs=1e-12)


def test_over_the_whole_reference_neither_ratio_nor_own_part_is_left():
    fields = frame(
        *(("A", "copies", 390, 400), ("A", "land", 80, 200), ("B", "copies", 400, 500), ("B", "land", 90, 100)),
        *(("C", "copies", 440, 450), ("C", "land", 140, 150)),
    )
    found = standardised(fields, totals(fields))

    assert found.get_column("untold").null_count() == 3
    assert found.get_column("late").sum() == pytest.approx(found.get_column("expected").sum())
    assert (found.get_column("own") * found.get_column("n")).sum() == pytest.approx(0, abs=1e-9)


def test_with_the_mix_of_the_others_the_adjusted_share_is_the_raw_one():
    fields = frame(
        ("A", "copies", 880, 900), ("A", "land", 70, 100), ("rest", "copies", 8900, 9000), ("rest", "land", 800, 1000)
    )

    assert one("A", fields=fields)["adjusted"] == pytest.approx(95)
    assert one("A", fields=fields)["mix"] == pytest.approx(0, abs=1e-12)


def test_dossiers_that_are_alike_widen_the_interval_and_nothing_else():
    plain, alike = one("A"), one("A", rho=0.001)

    assert alike["adjusted"] == plain["adjusted"] and alike["ratio_low"] == plain["ratio_low"]
    width = [row["adjusted_high"] - row["adjusted_low"] for row in (plain, alike)]
    # φ = 1 + 599 · 0.001 = 1.599, so the interval is about √1.599 as wide.
    assert width[1] / width[0] == pytest.approx(1.599**0.5, rel=0.02)


def test_without_fields_nothing_is_told():
    asked = pl.DataFrame({"unit_code": ["A", "B"], "denominator": [600.0, 500.0]})
    row = standardised(PROVINCE, asked).row(1, named=True)

    assert row["untold"] == NO_FIELDS
    assert all(row[name] is None for name in FIGURES)


@pytest.mark.parametrize(("of", "untold"), [(595, None), (594, HIDDEN), (666, None), (667, HIDDEN)])
def test_where_less_than_nine_tenths_of_the_dossiers_is_shown_or_more_than_all_nothing_is_told(of, untold):
    row = standardised(PROVINCE, pl.DataFrame({"unit_code": ["A"], "denominator": [of]})).row(0, named=True)

    assert row["untold"] == untold
    assert (row["adjusted"] is None) == (untold is not None)


@pytest.mark.parametrize(("n", "untold"), [(66, None), (67, OTHER_MIX)])
def test_where_a_tenth_stands_in_a_field_that_the_others_hardly_have_nothing_is_told(n, untold):
    fields = pl.concat([PROVINCE, frame(("A", "ships", n, n), ("rest", "ships", 29, 29))])

    assert one("A", fields=fields)["untold"] == untold


def test_a_field_that_is_mostly_the_units_own_is_one_that_the_others_hardly_have():
    fields = pl.concat([PROVINCE, frame(("A", "ships", 190, 200), ("rest", "ships", 190, 199))])

    assert one("A", fields=fields)["untold"] == OTHER_MIX
    assert one("A", fields=fields)["alone"] == pytest.approx(200 / 800)


@pytest.mark.parametrize(("n", "untold"), [(1000, None), (999, FEW)])
def test_where_fewer_than_five_late_ones_are_expected_nothing_is_told(n, untold):
    # 1,000 late ones of 200,000: of 1,000 five are expected.
    fields = frame(("A", "f", n, n), ("rest", "f", 199_000 - n, 200_000 - n))

    assert one("A", fields=fields)["untold"] == untold


def test_an_adjusted_share_below_zero_is_no_figure():
    fields = frame(
        ("A", "copies", 500, 1000),
        ("rest", "copies", 98_500, 98_500),
        ("rest", "land", 100, 100_000),
    )

    assert one("A", fields=fields)["untold"] == OTHER_MIX


def test_rows_without_counts_or_dossiers_change_nothing():
    more = frame(("A", "ships", None, None), ("rest", "ships", 0, 0))

    assert one("A", fields=pl.concat([PROVINCE, more])) == one("A")


def test_impossible_counts_are_refused_by_unit_and_field():
    with pytest.raises(ValueError, match=r"unit A, field 'copies': 5 on time of 4, must be from 0 to all"):
        standardised(frame(("A", "copies", 5, 4)), totals(PROVINCE))
    with pytest.raises(ValueError, match=r"unit A, field 'copies': stands twice"):
        standardised(frame(("A", "copies", 3, 4), ("A", "copies", 3, 4)), totals(PROVINCE))
    with pytest.raises(ValueError, match="rho: must be at least 0 and below 1, found 1"):
        standardised(PROVINCE, totals(PROVINCE), 1)


def test_no_units_give_no_rows():
    assert standardised(PROVINCE.clear(), totals(PROVINCE).clear()).is_empty()


def ranked(*rows: tuple[int | None, float | None, float]) -> pl.DataFrame:
    """(rank, adjusted, share by value) of units with half the late dossiers that all together have, ± 1 point."""
    names = {"rank": pl.UInt32, "adjusted": pl.Float64, "value": pl.Float64}
    found = pl.DataFrame(rows, names, orient="row").with_columns(
        adjusted_low=pl.col("adjusted") - 1, adjusted_high=pl.col("adjusted") + 1, reference=90.0,
        gap=pl.col("value") - 90, n=100.0, expected=10.0,
    )  # fmt: skip
    return with_adjusted_ranks(found)


def test_only_ranked_units_with_an_adjusted_share_are_ranked_again_and_ties_share_the_best_rank():
    found = ranked((1, 90.0, 99.0), (2, 95.0, 98.0), (3, None, 97.0), (4, 95.0, 96.0), (None, 99.0, 95.0))

    assert found.get_column("rank_adjusted").to_list() == [3, 1, None, 1, None]
    assert found.get_column("of_adjusted").unique().to_list() == [3]
    assert found.get_column("tier_adjusted").to_list() == ["last", "middle", None, "middle", None]


def test_a_place_depends_on_the_counting_where_it_changes_its_tier_by_a_tenth_of_the_list():
    """Of twenty the first goes to the end. So the seventh enters the first six, by one place only."""
    found = ranked(*((n, 50.0 if n == 1 else 200.0 - 5 * n, 200.0 - 5 * n) for n in range(1, 21)))

    assert found.filter("depends").get_column("rank").to_list() == [1]
    assert found.row(0, named=True)["tier_by_value"] == "first" and found.row(0, named=True)["tier_adjusted"] == "last"
    seventh = found.row(6, named=True)
    assert (seventh["tier_by_value"], seventh["tier_adjusted"], seventh["rank_adjusted"]) == ("middle", "first", 6)


def test_a_tier_needs_the_same_certainty_either_way():
    """Shares that differ by less than their error put nobody into a tier, so nothing depends on the counting."""
    found = ranked(*((n, 90.0 + 0.01 * n, 90.0 - 0.01 * n) for n in range(1, 21)))

    assert found.get_column("rank_adjusted").to_list() == list(range(20, 0, -1))
    assert set(found.get_column("tier_adjusted")) == {"middle"} and not found.get_column("depends").any()
