"""The score that orders the shortlist, on figures small enough to add up by hand."""

from __future__ import annotations

import polars as pl
import pytest

from files.places import HOME
from ranking.shortlist import MARKS, Weights, WeightsError, read_weights, shortlist
from store.reference import measures

WEIGHTS = Weights(below={"on_time_share": 2, "processing_days": 1}, worsening={"on_time_share": 3})
ASKED = {"unit_code": pl.String, "question": pl.String, "strength": pl.Float64, "weight": pl.Float64}


def asked(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=ASKED, orient="row")


def marks(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=MARKS, orient="row")


def test_a_question_adds_its_weight_times_its_strength():
    [row] = shortlist(asked(("a", "q", 0.5, 3.0)), marks(), WEIGHTS).to_dicts()

    assert (row["score"], row["question"], row["below"], row["worsening"]) == (1.5, 1.5, 0, 0)


def test_the_parts_add_up_to_the_score():
    """2 · 1 + 2 for the level + 3 for the trend = 7."""
    found = shortlist(asked(("a", "q", 1.0, 2.0)), marks(("a", "on_time_share", "below", "concern")), WEIGHTS)
    [row] = found.to_dicts()

    assert row["score"] == 7
    assert [(part["kind"], part["name"], part["points"]) for part in row["parts"]] == [
        ("worsening", "on_time_share", 3),
        ("below", "on_time_share", 2),
        ("question", "q", 2),
    ]


def test_the_highest_score_is_first_and_equal_ones_stand_by_code():
    found = shortlist(asked(("b", "q", 1.0, 1.0), ("a", "q", 1.0, 1.0), ("c", "q", 1.0, 2.0)), marks(), WEIGHTS)

    assert found.get_column("unit_code").to_list() == ["c", "a", "b"]


def test_a_sum_of_tenths_does_not_decide_between_equals():
    """0.1 + 0.1 + 0.1 is a last digit more than 0.3."""
    ways = [("b", "x", 1.0, 0.1), ("b", "y", 1.0, 0.1), ("b", "z", 1.0, 0.1), ("a", "w", 1.0, 0.3)]

    assert shortlist(asked(*ways), marks(), WEIGHTS).get_column("unit_code").to_list() == ["a", "b"]


@pytest.mark.parametrize(
    ("band", "variation", "both"),
    [
        ("below", "concern", ["on_time_share"]),
        ("below", "common", []),
        ("below", None, []),
        ("alike", "concern", []),
    ],
)
def test_both_needs_worse_and_getting_worse_in_one_measure(band, variation, both):
    found = shortlist(asked(("a", "q", 1.0, 1.0)), marks(("a", "on_time_share", band, variation)), WEIGHTS)

    assert found.get_column("both").to_list() == [both]


def test_worse_in_one_and_worsening_in_another_is_not_both():
    rows = marks(("a", "on_time_share", "alike", "concern"), ("a", "processing_days", "below", "common"))

    assert shortlist(asked(), rows, WEIGHTS).get_column("both").to_list() == [[]]


def test_good_marks_and_unknown_ones_add_nothing():
    rows = marks(("a", "on_time_share", "above", "improvement"), ("b", "on_time_share", None, None))

    assert shortlist(asked(), rows, WEIGHTS).is_empty()


def test_a_measure_without_points_does_not_count():
    assert shortlist(asked(), marks(("a", "received", "below", "concern")), WEIGHTS).is_empty()


# --- the file of weights


def test_the_weights_of_the_project_name_known_measures():
    text = (HOME / "data" / "inspection" / "weights.yaml").read_text(encoding="utf-8")

    assert "on_time_share" in read_weights("weights.yaml", text, measures()).measures


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("below: {x: 1}\nworsening: {}", "there is no measure x"),
        ("below: {on_time_share: 0}\nworsening: {}", r"below.on_time_share: .* found 0"),
        ("below: {}", "worsening: Field required"),
        ("below: {}\nworsening: {}\nbeside: {}", "beside: Extra"),
        ("below: [", "not YAML"),
    ],
)
def test_bad_weights_are_refused_by_name(text, message):
    with pytest.raises(WeightsError, match=rf"weights\.yaml.*{message}"):
        read_weights("weights.yaml", text, measures())
