"""Why a commune should be visited: fields first where they are known, each reason with its figures."""

from __future__ import annotations

from datetime import date

import pytest

from display.portraits import reasons
from ranking.vocabulary import COUNTRY
from tests.display.portraits.conftest import view_of
from tests.unit_world import NGHI_SON

PARTS = [{"kind": "below", "name": "on_time_share"}, {"kind": "worsening", "name": "on_time_share"}]
GAP = {"value": 72.0, "level": 94.0, "affected": 22.0, "before": 80.0, "since": None}


def row(scope="38", parts=()):
    return {"unit_code": NGHI_SON, "scope": scope, "parts": list(parts)}


def test_the_worst_field_comes_first_with_the_province_beside_it(small):
    told = reasons.reasons(view_of(small, "vi"), row())

    assert told == [
        "Lĩnh vực kém rõ (tháng 8/2026): Đất đai 25,0\u00a0% đúng hạn (toàn tỉnh 90,0\u00a0%; trễ 30 hồ sơ)"
    ]


def test_the_list_of_the_country_names_no_fields(small):
    assert reasons.reasons(view_of(small), row(COUNTRY)) == []


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (PARTS, "Clearly below and getting worse: On time (portal) 72.0%"),
        (PARTS[:1], "Clearly below the middle unit: On time (portal) 72.0%"),
        (PARTS[1:], "Getting worse: On time (portal) from 80.0%"),
    ],
)
def test_what_is_low_and_getting_worse_is_told_once(small, monkeypatch, parts, said):
    gap = {(NGHI_SON, "on_time_share"): GAP | {"since": date(2026, 4, 1)}}
    monkeypatch.setattr(reasons, "_gaps", lambda snapshot, scope: gap)
    told = reasons.reasons(view_of(small), row(COUNTRY, parts))

    assert len(told) == 1 and told[0].startswith(said)
    assert ("from 80.0% in April 2026" in told[0]) == (PARTS[1] in parts)
