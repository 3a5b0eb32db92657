"""Monthly charts inside replies: each month that was asked for and reached, of the whole alone, without counts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from etl.portal.answers import Group, Scene
from etl.portal.charts import chart_rows
from etl.portal.figures import Figures, Notes
from etl.publishing.harvest import measurement_rows
from etl.publishing.merge import merged, validated
from ranking.monthly_charts import MONTHLY_CHART
from ranking.periods import Period, as_of, parse
from ranking.standings import standings
from store.reference import measures

CAPTURED = datetime(2026, 9, 26, 5, tzinfo=UTC)
SAID = {7: (79.31, 20.69), 8: (78.38, 21.62), 9: (82.87, 17.13)}


def rows_of(asked: str, said: dict[int, tuple[float | None, float | None]], day: date = date(2026, 9, 26)):
    """The rows that a progress reply about a period gives, and what was noted."""
    chart = [
        {"month": f"{n:02d}", "onTimePct": said.get(n, (0, 0))[0], "overduePct": said.get(n, (0, 0))[1]}
        for n in range(1, 13)
    ]
    group = Group("dvc-progress-tree", CAPTURED, beside={"monthlyChart": chart})
    scene, notes = Scene(None, *as_of(parse(asked), day)), Notes()
    found = chart_rows(scene, {"dvc-progress-tree": group}, Figures(measures()), "25", "province", notes)
    return list(found), notes


def known(rows) -> dict[str, float]:
    return {Period(r["period_start"], r["period_end"], r["period_kind"]).id: r["score"] for r in rows}


def test_a_month_is_taken_as_far_as_it_was_asked_for_and_reached():
    rows, notes = rows_of("2026-Q3", SAID)
    assert known(rows) == {"2026-07": 79.31, "2026-08": 78.38, "2026-09-01_2026-09-26": 82.87}
    assert [row["provisional"] for row in rows] == [False, False, True]
    assert {(row["level"], row["measure"], row["quality"]) for row in rows} == {
        ("province", "on_time_share", MONTHLY_CHART)
    }
    assert not any("numerator" in row or "denominator" in row for row in rows)
    assert notes.warnings == [] and notes.quarantine == []


def test_a_figure_of_a_month_outside_the_question_is_none():
    assert known(rows_of("2026-08", SAID)[0]) == {"2026-08": 78.38}
    assert known(rows_of("2026", SAID, date(2026, 8, 20))[0]) == {"2026-07": 79.31, "2026-08-01_2026-08-20": 78.38}


@pytest.mark.parametrize(("share", "rest", "value"), [(0, 100, 0.0), (100, 0, 100.0), (0, 0, None), (None, None, None)])
def test_a_zero_is_a_figure_where_the_rest_makes_it_one(share, rest, value):
    rows, _ = rows_of("2026-07", {7: (share, rest)})
    assert known(rows).get("2026-07") == value


@pytest.mark.parametrize("said", [(101, 0), (60, 30), (-1, 101), ("79,31", 20.69)])
def test_what_is_no_share_is_refused_with_its_month(said):
    rows, notes = rows_of("2026-07", {7: said})
    assert rows == []
    (refused,) = notes.quarantine
    assert "2026-07" in refused["place"] and refused["column"] in ("onTimePct", "overduePct")


def test_a_chart_that_is_gone_is_said():
    scene, notes = Scene(None, *as_of(parse("2026-07"), date(2026, 9, 26))), Notes()
    groups = {"dvc-progress-tree": Group("dvc-progress-tree", CAPTURED, beside={})}
    assert list(chart_rows(scene, groups, Figures(measures()), "25", "province", notes)) == []
    assert len(notes.warnings) == 1 and "on_time_share" in notes.warnings[0]


def test_a_share_without_counts_has_a_value_and_no_place_in_any_ranking():
    rows = measurement_rows(rows_of("2026-Q3", SAID)[0])
    measure = measures()["on_time_share"]
    assert rows.select(measure.value()).to_series().to_list() == [79.31, 78.38, 82.87]
    scopes = pl.DataFrame({"unit_code": ["25"], "level": ["province"], "province_code": ["25"]})
    assert standings(rows, measure, scopes).is_empty()


def test_a_chart_never_takes_the_place_of_the_month_s_own_reply_whenever_it_was_captured(tmp_path):
    chart = measurement_rows(rows_of("2026-08", SAID)[0])
    own = measurement_rows(
        {**row, "score": None, "max_score": None, "quality": None, "numerator": 144625.0, "denominator": 184513.0}
        | {"captured_at": CAPTURED.replace(day=day)}
        for row in chart.to_dicts()
        for day in (1,)
    )
    for first, second in ((chart, own), (own, chart)):
        first.write_parquet(tmp_path / "measurements.parquet")
        _no_revisions(tmp_path)
        sound, refused = validated(second, CAPTURED, {"on_time_share"})
        assert refused.is_empty()
        (rows,) = merged(tmp_path, sound).chunks()
        assert rows.get_column("numerator").to_list() == [144625.0]


def _no_revisions(folder) -> None:
    from ranking.tables import Revisions

    Revisions.create_empty().write_parquet(folder / "revisions.parquet")
