"""One procedure's figures and those of all others: they add up, of one day, and nothing impossible is published."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime

import polars as pl
import pytest

from etl.portal import command, options, procedures
from etl.portal.figures import Measured, Notes
from etl.portal.procedures import Cell
from files.faults import Fault
from ranking.periods import Period
from ranking.procedures import OTHERS, codes, field_of, with_rank_without
from tests.etl.portal.test_pull import H44, MADE_UP, Pull
from tests.stand_in.server import StandIn

AUGUST = Period(date(2026, 8, 1), date(2026, 8, 31), "month")
COPIES = "2.000815"


def row(
    part: float, whole: float | None, day: int = 2, state: str = "reported", measure: str = "on_time_share"
) -> Measured:
    found: Measured = {
        "unit_code": "04792", "level": "commune", "period_start": AUGUST.start, "period_end": AUGUST.end,
        "period_kind": "month", "series": "766-2026", "measure": measure, "state": state, "provisional": False,
        "basis": "portal", "source": "portal:dvc-progress-tree", "captured_at": datetime(2026, 9, day, 1, tzinfo=UTC),
        "numerator": part,
    }  # fmt: skip
    return found if whole is None else {**found, "denominator": whole}


def told(whole: Measured, *parts: Measured) -> tuple[list[tuple], list[str]]:
    """(field, numerator, denominator, state) of what is published, and the warnings."""
    cell: Cell = ("04792", "commune", AUGUST, whole["measure"])
    notes = Notes()
    by_procedure = {f"2.00000{n}": {cell: part} for n, part in enumerate(parts)}
    found = procedures.fields({cell: whole}, by_procedure, notes)
    return [(r["field"], r["numerator"], r.get("denominator"), r["state"]) for r in found], notes.warnings


def test_what_a_procedure_leaves_is_told_too():
    assert told(row(90, 100), row(40, 41)) == (
        [(field_of("2.000000"), 40, 41, "reported"), (OTHERS, 50, 59, "reported")],
        [],
    )


def test_of_several_procedures_all_are_taken_away():
    found, _ = told(row(90, 100), row(40, 41), row(20, 25))

    assert found[-1] == (OTHERS, 30, 34, "reported")


def test_a_unit_without_the_procedure_keeps_all_and_one_with_nothing_else_has_no_dossiers_left():
    assert told(row(90, 100), row(0, 0, state="no_dossiers"))[0][1] == (OTHERS, 90, 100, "reported")
    assert told(row(90, 100), row(90, 100))[0][1] == (OTHERS, 0, 0, "no_dossiers")


def test_received_dossiers_are_taken_away_without_a_denominator():
    assert told(row(100, None, measure="received"), row(41, None, measure="received"))[0][1][:3] == (OTHERS, 59, None)


@pytest.mark.parametrize("part", [row(40, 101), row(91, 95), row(40, 95)])
def test_a_procedure_that_counts_more_than_all_is_said_and_left_out(part):
    found, (warning,) = told(row(90, 100), part)

    assert found == []
    assert (
        warning
        == "on_time_share of 04792, 2026-08-01–2026-08-31: the procedures 2.000000 count more than all; left out"
    )


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        (row(90, 100), row(40, 41, day=4)),
        (row(90, 100, state="not_reported"), row(40, 41)),
        (row(90, 100), row(40, 41, state="not_reported")),
        (row(20, None, measure="tdgq"), row(10, None, measure="tdgq")),
    ],
)
def test_another_day_a_silence_or_another_measure_tells_nothing(whole, part):
    assert told(whole, part) == ([], [])


def test_a_pull_of_a_procedure_asks_for_it_and_for_all_and_nothing_else(tmp_path, monkeypatch):
    with StandIn(MADE_UP) as portal:
        ask = Pull(tmp_path, portal.base_url)
        monkeypatch.setattr("etl.publishing.publish.publish", ask.remember)
        assert ask(*H44, "--procedure", COPIES) == 0
    rows = ask.rows.filter(pl.col("measure") == "on_time_share", pl.col("level") == "commune")
    sums = rows.group_by("unit_code").agg(
        parts=pl.col("denominator").filter(pl.col("field") != "all").sum(),
        whole=pl.col("denominator").filter(pl.col("field") == "all").sum(),
    )

    assert [(heard.endpoint, heard.body.get("formalityId")) for heard in portal.requests] == [
        ("dvc-progress-tree", None),
        ("dvc-progress-tree", COPIES),
    ]
    assert set(rows.get_column("field")) == {"all", field_of(COPIES), OTHERS}
    assert sums.height >= 140 and sums.filter(pl.col("parts") != pl.col("whole")).is_empty()


def test_a_code_that_is_none_is_refused_and_so_is_a_procedure_over_all_months():
    with pytest.raises(argparse.ArgumentTypeError, match=r"'815' is no code of a procedure, such as 2\.000815"):
        options.procedure_code("815")
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(Fault, match="--procedure goes with --year"):
        command.run(parser.parse_args(["--since", "2026-01", "--procedure", COPIES]))


def test_the_codes_among_fields():
    assert codes(pl.Series([OTHERS, "Đất đai", field_of(COPIES), field_of("1.000001")])) == ["1.000001", COPIES]


def test_places_without_the_procedures_are_of_ranked_units_with_enough_left():
    rows = pl.DataFrame({"unit_code": ["A", "B", "C", "D"], "rank": [1, 2, 3, None]})
    others = pl.DataFrame(
        {"unit_code": ["A", "B", "C", "D"], "numerator": [50, 58, 29, 60], "denominator": [60, 60, 29, 60]}
    )
    found = with_rank_without(rows, others, 30)

    assert found.get_column("rank_others").to_list() == [2, 1, None, None]
    assert found.get_column("of_others").to_list() == [2, 2, 2, 2]
    assert found.item(2, "share_others") == 100
