"""Fields of a reply by their paths."""

from __future__ import annotations

import pytest

from etl.portal.fields import Unusable, has, number, total

ROW = {
    "totalReceived": 188,
    "totalOnTime": 94,
    "avgProcessingDays": None,
    "groupScores": {"TDGQ": 17.72},
    "metrics": [{"code": "REUSED", "numerator": 3, "denominator": None}, {"code": "COPY"}],
    "donuts": {"onlineDossier": [{"code": "ONLINE", "value": 80}, {"code": "OTHER", "value": 20}]},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("totalReceived", 188),
        ("avgProcessingDays", None),
        ("totalOverdue", None),
        ("groupScores.TDGQ", 17.72),
        ("groupScores.MDHL", None),
        ("metrics.REUSED.numerator", 3),
        ("metrics.REUSED.denominator", None),
        ("metrics.COPY.numerator", None),
        ("metrics.NONE.numerator", None),
        ("totalReceived.value", None),
        ("donuts.onlineDossier.OTHER.value", 20),
        ("donuts.onlineDossier.*.value", 100),
        ("metrics.*.numerator", None),
    ],
)
def test_number_at_a_path(path, value):
    assert number(ROW, path) == value


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("totalReceived", True),
        ("avgProcessingDays", True),
        ("totalOverdue", False),
        ("metrics.REUSED.denominator", True),
        ("metrics.COPY.denominator", False),
        ("donuts.onlineDossier.*.value", True),
    ],
)
def test_a_field_that_is_null_is_there(path, there):
    assert has(ROW, path) is there


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("totalReceived", 188),
        ("totalReceived - totalOnTime", 94),
        ("totalReceived + totalOnTime", 282),
        ("totalReceived - totalOverdue", None),
    ],
)
def test_sums_of_fields(text, value):
    assert total(ROW, text) == value


@pytest.mark.parametrize(
    ("row", "text", "reason"),
    [
        ({"a": "7"}, "a", "must be a number, found str '7'"),
        ({"a": True}, "a", "must be a number, found bool True"),
        ({"a": -1}, "a", "must be a finite number of 0 or more, found -1"),
        ({"a": float("inf")}, "a", "must be a finite number of 0 or more, found inf"),
        (
            {"a": [{"code": "X", "value": 1}, {"code": "Y", "value": "2"}]},
            "a.*.value",
            "must be a number, found str '2'",
        ),
        ({"a": 1, "b": 2}, "a - b", "must be 0 or more, but comes to -1"),
    ],
)
def test_what_is_no_number_is_told(row, text, reason):
    with pytest.raises(Unusable) as caught:
        total(row, text)
    assert (caught.value.column, caught.value.reason) == (text, reason)
