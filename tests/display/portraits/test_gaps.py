"""The figures behind reasons for a visit: what may be called a worsening."""

from __future__ import annotations

import pytest

from display.portraits import gaps
from store.reference import measures


@pytest.mark.parametrize(
    ("measure", "before", "value", "worse"),
    [
        ("on_time_share", 90.0, 80.0, True),
        ("on_time_share", 80.0, 90.0, False),
        ("open_overdue_share", 18.9, 33.8, True),
        ("open_overdue_share", 35.9, 27.1, False),
        ("open_overdue_share", None, 27.1, False),
    ],
)
def test_only_what_moved_to_the_worse_side_has_worsened(measure, before, value, worse):
    assert gaps.has_worsened(measures()[measure], {"before": before, "value": value}) is worse
