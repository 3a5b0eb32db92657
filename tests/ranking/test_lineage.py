"""Re-aggregation over the merger: cases that a person can check, totals that may not change, ranges that must hold."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from ranking.lineage import ADDED_UP, regrouped, weights
from ranking.periods import MERGER
from store import reference, sight, snapshot
from store.states import states
from tests.drawn import examples

SHARE, COUNT, DAYS = "online_filing_share", "received", "processing_days"
HAI_THUONG, XA_NGHI_SON, HAI_HA = "16654", "16657", "16660"
NGHI_SON = "16654"
ROWS = {
    "unit_code": pl.String, "level": pl.String, "period_start": pl.Date, "period_end": pl.Date,
    "period_kind": pl.String, "series": pl.String, "measure": pl.String, "field": pl.String, "basis": pl.String,
    "numerator": pl.Float64, "denominator": pl.Float64, "score": pl.Float64, "state": pl.String,
}  # fmt: skip
PAIRS = {"new_code": pl.String, "old_code": pl.String, "part": pl.String, "weight": pl.Float64}
MERGED = [(NGHI_SON, code, "whole", 1.0) for code in (HAI_THUONG, XA_NGHI_SON, HAI_HA)]
# A came whole to X; S was split between X and Y; B came whole to Y.
SPLIT = [("X", "A", "whole", 1.0), ("X", "S", "part", None), ("Y", "S", "part", None), ("Y", "B", "whole", 1.0)]

each_silence = pytest.mark.parametrize("state", ["not_reported", "suppressed", "on_strike"])


def row(code: str, numerator: float | None, denominator: float | None = None, **changes: object) -> dict[str, object]:
    may = {
        "level": "commune",
        "period_start": date(2025, 5, 1),
        "period_end": date(2025, 5, 31),
        "period_kind": "month",
    }
    of = {"series": "ii06", "measure": SHARE, "field": "all", "basis": "form", "score": None, "state": "reported"}
    return {"unit_code": code, "numerator": numerator, "denominator": denominator, **may, **of, **changes}


def together(rows: list[dict[str, object]], pairs: list[tuple], measure: str = SHARE) -> pl.DataFrame:
    lineage = pl.DataFrame(pairs, schema=PAIRS, orient="row")
    named = [one | {"measure": measure} for one in rows]
    return regrouped(pl.DataFrame(named, schema=ROWS), lineage, reference.measures()[measure])


def only(found: pl.DataFrame, unit: str = NGHI_SON) -> dict[str, object]:
    return found.row(by_predicate=pl.col("unit_code") == unit, named=True)


# --- whole successors


def test_three_old_communes_add_up_to_one():
    rows = [row(HAI_THUONG, 60, 80), row(XA_NGHI_SON, 40, 40), row(HAI_HA, 20, 40)]
    found = only(together(rows, MERGED))

    assert (found["numerator"], found["denominator"], found["value"]) == (120, 160, 75)
    assert (found["value_low"], found["value_high"], found["state"]) == (75, 75, "reported")
    assert (found["members"], found["reported"], found["coverage"], found["split"]) == (3, 3, 1, 0)


def test_the_spread_of_the_members_survives_the_sum():
    rows = [row(HAI_THUONG, 60, 80), row(XA_NGHI_SON, 40, 40), row(HAI_HA, 20, 40)]
    found = only(together(rows, MERGED))

    assert (found["member_low"], found["member_high"], found["worst_member"]) == (50, 100, HAI_HA)


def test_the_worst_member_of_a_measure_where_less_is_better_is_the_highest():
    rows = [row(HAI_THUONG, 3), row(XA_NGHI_SON, 8), row(HAI_HA, 8)]

    assert only(together(rows, MERGED, "open_overdue"))["worst_member"] == XA_NGHI_SON
    assert only(together(rows, MERGED, COUNT))["worst_member"] is None


def test_a_member_of_few_dossiers_is_in_the_spread_but_never_named_the_worst():
    rows = [row(HAI_THUONG, 60, 80), row(XA_NGHI_SON, 40, 40), row(HAI_HA, 0, 2)]
    found = only(together(rows, MERGED))

    assert (found["member_low"], found["worst_member"]) == (0, HAI_THUONG)


def test_a_count_is_a_sum_without_denominator():
    found = only(together([row(HAI_THUONG, 70), row(XA_NGHI_SON, 20), row(HAI_HA, 10)], MERGED, COUNT))

    assert (found["value"], found["numerator"], found["denominator"]) == (100, 100, None)


def test_working_days_are_not_added_up():
    rows = [row(HAI_THUONG, 60, 20), row(XA_NGHI_SON, 40, 20), row(HAI_HA, 20, 20)]
    found = only(together(rows, MERGED, "received_per_day"))

    assert (found["value"], found["denominator"]) == (6, 20)


def test_a_split_commune_that_received_nothing_leaves_no_range_of_a_daily_count():
    x = only(together([row("A", 60, 20), row("S", 0, 20)], SPLIT, "received_per_day"), "X")

    assert (x["state"], x["value"]) == ("reported", 3)


def test_residents_are_added_up():
    rows = [row(HAI_THUONG, 60, 4000), row(XA_NGHI_SON, 40, 4000), row(HAI_HA, 20, 2000)]

    assert only(together(rows, MERGED, "received_per_1000"))["value"] == 12


def test_each_period_series_and_basis_stands_by_itself():
    april = {"period_start": date(2025, 4, 1), "period_end": date(2025, 4, 30)}
    rows = [
        row(HAI_THUONG, 1, 2),
        row(HAI_THUONG, 3, 4, **april),
        row(HAI_HA, 1, 1, basis="dossiers", series="dossiers"),
    ]
    found = together(rows, MERGED)

    assert found.filter(pl.col("reported") > 0).select("basis", "period_start", "value").sort("value").rows() == [
        ("form", date(2025, 5, 1), 50),
        ("form", date(2025, 4, 1), 75),
        ("dossiers", date(2025, 5, 1), 100),
    ]


# --- silences


@each_silence
def test_a_silent_member_lowers_the_coverage_and_is_no_zero(state):
    rows = [row(HAI_THUONG, 60, 80), row(XA_NGHI_SON, 40, 40), row(HAI_HA, None, state=state)]
    found = only(together(rows, MERGED))

    assert (found["value"], found["denominator"], found["reported"]) == (pytest.approx(83.333, abs=1e-3), 120, 2)
    assert found["coverage"] == pytest.approx(2 / 3)
    assert found["member_low"] == 75


def test_a_member_without_a_row_is_silent():
    found = only(together([row(HAI_THUONG, 60, 80)], MERGED))

    assert (found["value"], found["members"], found["reported"]) == (75, 3, 1)


def test_a_total_of_which_a_member_is_silent_is_only_known_from_below():
    found = only(together([row(HAI_THUONG, 70), row(HAI_HA, None, state="not_reported")], MERGED, COUNT))

    assert (found["state"], found["value"], found["value_low"], found["value_high"]) == ("at_least", None, 70, None)


@each_silence
def test_a_unit_whose_members_are_all_silent_is_silent_in_the_same_way(state):
    found = only(together([row(code, None, state=state) for _, code, *_ in MERGED], MERGED))

    assert (found["state"], found["value"], found["numerator"], found["coverage"]) == (state, None, None, 0)


def test_members_silent_in_different_ways_make_an_unreported_unit():
    rows = [row(HAI_THUONG, None, state="suppressed"), row(HAI_HA, None, state="not_reported")]

    assert only(together(rows, MERGED))["state"] == "not_reported"


def test_no_dossiers_is_an_answer_and_adds_nothing():
    rows = [
        row(HAI_THUONG, 60, 80),
        row(XA_NGHI_SON, 0, 0, state="no_dossiers"),
        row(HAI_HA, None, state="no_dossiers"),
    ]
    found = only(together(rows, MERGED))

    assert (found["value"], found["coverage"], found["member_low"]) == (75, 1, 75)


def test_a_unit_whose_members_had_no_dossiers_has_none_and_no_value():
    found = only(together([row(code, 0, 0, state="no_dossiers") for _, code, *_ in MERGED], MERGED))

    assert (found["state"], found["value"], found["value_low"], found["coverage"]) == ("no_dossiers", None, None, 1)


def test_a_share_without_its_denominator_is_no_answer():
    found = only(together([row(HAI_THUONG, 60, 80), row(HAI_HA, 5, None)], MERGED))

    assert (found["reported"], found["value"]) == (1, 75)


# --- split communes


def test_a_split_commune_leaves_a_range_between_all_out_and_all_in():
    found = together([row("A", 90, 100), row("S", 10, 100), row("B", 50, 50)], SPLIT)
    x, y = only(found, "X"), only(found, "Y")

    assert (x["state"], x["value"], x["numerator"], x["denominator"]) == ("range", None, None, None)
    assert (x["value_low"], x["value_high"]) == (50, 90)
    assert (x["numerator_low"], x["numerator_high"]) == (90, 100)
    assert (x["denominator_low"], x["denominator_high"]) == (100, 200)
    assert (y["value_low"], y["value_high"]) == (40, 100)
    assert (x["members"], x["split"], x["coverage"]) == (2, 1, 1)


def test_the_extremes_choose_for_each_split_member_whether_it_is_in():
    pairs = [*SPLIT, ("X", "T", "part", None), ("Y", "T", "part", None)]
    x = only(together([row("A", 50, 100), row("S", 0, 100), row("T", 100, 100), row("B", 1, 1)], pairs), "X")

    assert (x["value_low"], x["value_high"]) == (25, 75)


def test_a_count_has_its_extremes_too():
    x = only(together([row("A", 90), row("S", 10), row("B", 5)], SPLIT, COUNT), "X")

    assert (x["state"], x["value"], x["value_low"], x["value_high"]) == ("range", None, 90, 100)


def test_a_stated_weight_is_used():
    pairs = [("X", "A", "whole", 1.0), ("X", "S", "part", 0.25), ("Y", "S", "part", 0.75)]
    found = together([row("A", 90, 100), row("S", 40, 100)], pairs)

    assert (only(found, "X")["numerator"], only(found, "X")["value"]) == (100, 80)
    assert (only(found, "Y")["numerator"], only(found, "Y")["denominator"], only(found, "Y")["state"]) == (
        30,
        75,
        "reported",
    )


def test_the_one_unknown_part_is_what_the_stated_weights_leave():
    pairs = [("X", "S", "part", 0.25), ("Y", "S", "part", None)]

    assert only(together([row("S", 40, 100)], pairs), "Y")["numerator"] == 30


def test_several_unknown_parts_share_what_the_stated_weights_leave():
    pairs = [("X", "S", "part", 0.6), *((new, "S", "part", None) for new in "YZ")]
    found = weights(pl.DataFrame(pairs, schema=PAIRS, orient="row"))

    assert [(new, round(low, 9), round(high, 9)) for new, _, low, high in found.rows()] == [
        ("X", 0.6, 0.6),
        ("Y", 0, 0.4),
        ("Z", 0, 0.4),
    ]


def test_nothing_but_unknown_parts_is_not_comparable():
    pairs = [("X", "S", "part", None), ("Y", "S", "part", None)]
    x = only(together([row("S", 10, 100)], pairs), "X")

    assert (x["state"], x["value"], x["value_low"], x["value_high"]) == ("not_comparable", None, None, None)
    assert (x["numerator_low"], x["numerator_high"], x["member_low"], x["split"]) == (0, 10, 10, 1)


def test_a_split_commune_without_dossiers_takes_nothing_away_from_certainty():
    x = only(together([row("A", 90, 100), row("S", None, state="no_dossiers")], SPLIT), "X")

    assert (x["state"], x["value"], x["coverage"]) == ("reported", 90, 1)


# --- what cannot be added up


def test_a_quantity_keeps_its_spread_only():
    found = only(together([row(HAI_THUONG, 2), row(XA_NGHI_SON, 6), row(HAI_HA, 3)], MERGED, DAYS))

    assert (found["state"], found["value"], found["value_low"], found["numerator_low"]) == (
        "not_comparable",
        None,
        None,
        None,
    )
    assert (found["member_low"], found["member_high"], found["worst_member"]) == (2, 6, XA_NGHI_SON)


def test_a_score_keeps_its_spread_only():
    rows = [row(HAI_THUONG, None, score=70), row(HAI_HA, None, score=50)]
    found = only(together(rows, MERGED, "index_766"))

    assert (found["state"], found["value"], found["member_low"], found["member_high"]) == (
        "not_comparable",
        None,
        50,
        70,
    )
    assert found["reported"] == 2


# --- what is refused, what is left out


def test_a_period_after_the_merger_is_refused():
    with pytest.raises(ValueError, match="unit 16654, period to 2025-12-31: not before 2025-07-01"):
        together([row(HAI_THUONG, 1, 2, period_end=date(2025, 12, 31))], MERGED)


def test_a_code_without_a_successor_is_refused():
    with pytest.raises(ValueError, match="unit 99999: no old commune"):
        together([row("99999", 1, 2)], MERGED)


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([("X", "S", "part", None)], "one successor: the lineage is not complete"),
        ([("X", "S", "whole", 1.0), ("Y", "S", "whole", 1.0)], "whole, but has 2 successors"),
        ([("X", "S", "part", 0.7), ("Y", "S", "part", 0.7)], "add up to 1.4, not 1"),
        ([("X", "S", "part", 0.3), ("Y", "S", "part", 0.3)], "add up to 0.6, not 1"),
        ([("X", "S", "part", 1.5), ("Y", "S", "part", -0.5)], "outside 0 to 1"),
    ],
)
def test_weights_that_contradict_themselves_are_refused(pairs, reason):
    with pytest.raises(ValueError, match=f"old commune S: .*{reason}"):
        together([row("S", 1, 2)], pairs)


def test_two_rows_for_one_cell_are_refused():
    with pytest.raises(pl.exceptions.ComputeError):
        together([row(HAI_THUONG, 1, 2), row(HAI_THUONG, 1, 2)], MERGED)


def test_other_levels_and_measures_are_left_out():
    other = pl.DataFrame([row("38", 1, 2, level="province"), row(HAI_HA, 1, measure=COUNT)], schema=ROWS)
    found = regrouped(other, pl.DataFrame(MERGED, schema=PAIRS, orient="row"), reference.measures()[SHARE])

    assert found.is_empty()
    assert found.columns == together([row(HAI_THUONG, 1, 2)], MERGED).columns


# --- properties

COUNTS = st.integers(0, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
ANSWERS = st.none() | COUNTS


def rows_of(counts: list[tuple[int, int] | None]) -> list[dict[str, object]]:
    return [
        row(f"{n:05}", None, state="not_reported") if pair is None else row(f"{n:05}", *pair)
        for n, pair in enumerate(counts)
    ]


def total(counts: list[tuple[int, int] | None], place: int) -> int:
    return sum(pair[place] for pair in counts if pair)


@examples(60)
@given(
    st.lists(st.tuples(st.integers(0, 5), ANSWERS), min_size=1, max_size=20),
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
)
def test_whole_successors_keep_the_totals_of_each_province_to_the_dossier(members, province_of):
    pairs = [(f"N{new}", f"{n:05}", "whole", 1.0) for n, (new, _) in enumerate(members)]
    found = together(rows_of([counts for _, counts in members]), pairs)

    for province in set(province_of):
        inside = [counts for new, counts in members if province_of[new] == province]
        units = [f"N{new}" for new in range(6) if province_of[new] == province]
        after = found.filter(pl.col("unit_code").is_in(units))
        assert after.get_column("numerator").sum() == total(inside, 0)
        assert after.get_column("denominator").sum() == total(inside, 1)
        assert after.get_column("members").sum() == len(inside)
        assert after.get_column("reported").sum() == sum(counts is not None for counts in inside)


PARTS = st.dictionaries(st.integers(0, 4), st.integers(1, 100), min_size=1, max_size=4)
SPLITS = st.lists(st.tuples(PARTS, COUNTS), min_size=1, max_size=12)


def pairs_of(members: list[tuple[dict[int, int], tuple[int, int]]], *, known: bool) -> list[tuple]:
    pairs = []
    for n, (parts, _) in enumerate(members):
        kind, whole = ("whole" if len(parts) == 1 else "part"), sum(parts.values())
        pairs += [
            (f"N{new}", f"{n:05}", kind, w / whole if known or kind == "whole" else None) for new, w in parts.items()
        ]
    return pairs


@examples(60)
@given(SPLITS)
def test_known_weights_keep_the_totals_within_rounding(members):
    counts = [pair for _, pair in members]
    found = together(rows_of(counts), pairs_of(members, known=True))

    assert found.get_column("numerator").sum() == pytest.approx(total(counts, 0))
    assert found.get_column("denominator").sum() == pytest.approx(total(counts, 1))


@examples(60)
@given(SPLITS)
def test_unknown_weights_give_a_range_that_brackets_the_total(members):
    counts = [pair for _, pair in members]
    found = together(rows_of(counts), pairs_of(members, known=False))

    assert found.get_column("numerator_low").sum() <= total(counts, 0) <= found.get_column("numerator_high").sum()
    assert found.get_column("denominator_low").sum() <= total(counts, 1) <= found.get_column("denominator_high").sum()


@examples(60)
@given(SPLITS)
def test_whatever_the_weights_are_the_value_lies_in_the_range(members):
    rows = rows_of([pair for _, pair in members])
    true, found = (together(rows, pairs_of(members, known=known)) for known in (True, False))
    both = true.select("unit_code", true="value").join(found, on="unit_code").filter(pl.col("state") == "range")

    assert both.filter(~pl.col("true").is_between(pl.col("value_low") - 1e-9, pl.col("value_high") + 1e-9)).is_empty()
    assert both.filter(pl.col("value").is_not_null()).is_empty()


@examples(60)
@given(SPLITS)
def test_both_ends_of_a_range_are_reached_by_members_in_or_out(members):
    """All choices of members, one by one, give no value beyond the ends, and some choice gives each end."""
    found = together(rows_of([pair for _, pair in members]), pairs_of(members, known=False))
    for unit in found.filter(pl.col("state") == "range").iter_rows(named=True):
        code = int(unit["unit_code"].removeprefix("N"))
        here = [(len(parts) == 1, *pair) for parts, pair in members if code in parts]
        values = {(0, 0)}
        for whole, n, d in here:
            inside = {(a + n, b + d) for a, b in values}
            values = inside if whole else values | inside
        shares = [100 * n / d for n, d in values if d]
        assert (unit["value_low"], unit["value_high"]) == (pytest.approx(min(shares)), pytest.approx(max(shares)))


# --- the simulated country


@pytest.fixture(scope="module")
def old_country(app_data) -> pl.DataFrame:
    rows = sight.scan(snapshot.open_snapshot("simulated"), "measurements")
    old = (pl.col("level") == "commune") & (pl.col("period_end") < MERGER)
    return rows.filter(old, pl.col("measure").is_in([SHARE, COUNT])).collect()


@pytest.mark.parametrize("measure", [SHARE, COUNT])
def test_the_country_keeps_its_dossiers_month_by_month(old_country, measure):
    old = old_country.filter(pl.col("measure") == measure)
    found = regrouped(old, reference.reference_table("lineage"), reference.measures()[measure])
    before = old.group_by("period_start").agg(total=pl.col("numerator").sum())
    sums = (
        found.group_by("period_start")
        .agg(pl.col("numerator_low", "numerator_high").sum())
        .join(before, on="period_start")
    )

    assert sums.height == 21
    assert sums.filter(~pl.col("total").is_between("numerator_low", "numerator_high")).is_empty()
    assert set(found.get_column("state")) <= {*states(), *ADDED_UP}


def test_whole_successors_keep_the_dossiers_of_each_province_and_month(old_country):
    lineage = reference.reference_table("lineage")
    clean = lineage.filter((pl.col("part") == "whole").all().over("new_code"))
    homes = clean.join(reference.reference_table("units").select(new_code="code", home="province_code"), on="new_code")
    old = old_country.filter(pl.col("measure") == SHARE)
    found = regrouped(old, lineage, reference.measures()[SHARE])
    amounts = pl.col("numerator", "denominator").sum()
    by = ["home", "period_start"]
    before = old.join(homes, left_on="unit_code", right_on="old_code").group_by(by).agg(amounts).sort(by)
    new_homes = homes.select("new_code", "home").unique()
    after = found.join(new_homes, left_on="unit_code", right_on="new_code").group_by(by).agg(amounts).sort(by)

    assert before.height == 34 * 21
    assert before.equals(after)


def test_measures_together_are_what_each_is_alone():
    """Of each kind one, among them one of which less is better and one whose denominators are not added up."""
    names = (SHARE, COUNT, DAYS, "open_overdue", "received_per_day", "received_per_1000", "index_766")
    rows = [
        row(code, n + shift, 10.0 * n, measure=name, score=float(n), state="reported")
        for shift, name in enumerate(names)
        for n, code in enumerate(("A", "S", "B"), 1)
        if (name, code) != (DAYS, "B")
    ]
    frame, lineage = pl.DataFrame(rows, schema=ROWS), pl.DataFrame(SPLIT, schema=PAIRS, orient="row")
    measures = [reference.measures()[name] for name in names]

    alone = pl.concat(regrouped(frame, lineage, measure) for measure in measures)
    both = regrouped(frame, lineage, *measures)

    order = ["measure", "unit_code"]
    assert both.height == 2 * len(names)
    assert_frame_equal(both.sort(order), alone.sort(order))


def test_a_unit_gets_no_row_of_a_measure_that_none_of_its_members_has():
    rows = [row("A", 60, 80), row("B", 1, 2, measure="digitised_share")]
    frame, lineage = pl.DataFrame(rows, schema=ROWS), pl.DataFrame(SPLIT, schema=PAIRS, orient="row")
    found = regrouped(frame, lineage, reference.measures()[SHARE], reference.measures()["digitised_share"])

    assert sorted(found.select("measure", "unit_code").rows()) == [("digitised_share", "Y"), (SHARE, "X")]
