"""The axis of the ranking's values: zoomed for shares, from zero for what can be counted."""

from __future__ import annotations

import polars as pl
import pytest

from store.reference import measures
from ui.rankings import value_axis
from ui.rankings.value_axis import Axis

ROWS = pl.DataFrame({"value": [80.0, 95.0, None], "value_low": [72.0, 93.0, None], "value_high": [86.0, 96.0, None]})


@pytest.mark.parametrize(
    ("measure", "rows", "axis"),
    [
        ("on_time_share", ROWS, Axis(72.0, 96.0)),
        ("on_time_share", ROWS.select("value"), Axis(80.0, 95.0)),
        ("on_time_share", ROWS.head(1).select("value"), Axis(0.0, 100.0)),
        ("on_time_share", ROWS.tail(1), Axis(0.0, 100.0)),
        ("open_overdue", ROWS, Axis(0.0, 95.0)),
        ("index_766", ROWS, Axis(0.0, 100.0)),
    ],
)
def test_shares_are_seen_as_near_as_they_lie_and_the_rest_from_zero(measure, rows, axis):
    assert value_axis.axis(measures()[measure], rows) == axis


def test_a_point_stands_where_a_bar_would_lie_about_lengths():
    row = {"value": 84.0, "value_low": 78.0, "value_high": 96.0}
    assert value_axis.mark(row, Axis(72.0, 96.0), 90.0) == (
        '<s style="left:25.0%;width:75.0%"></s><b style="left:50.0%"></b><u style="left:75.0%"></u>'
    )
    assert value_axis.mark({"value": 48.0}, Axis(0.0, 96.0), None) == '<i style="width:50.0%"></i>'


def test_without_any_figure_nothing_is_drawn():
    assert value_axis.mark({"value": 0.0}, Axis(0.0, 0.0), None) == ""
