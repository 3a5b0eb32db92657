"""What the first third takes, of figures that can be counted by hand: Nghi Sơn had 60 of 100 on time in August."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from display.portraits import first_third as ways_of
from display.portraits.first_third import Similar
from display.words import first_third
from journal import place
from journal import promises as journal_promises
from journal.promises import Promise
from ranking.before_after import Stretch
from store.access.rules import PUBLIC
from tests.display.portraits.conftest import view_of
from tests.unit_world import HAI_BINH, NGHI_SON, SILENT, TRUONG_LAM


def way(snapshot, code=NGHI_SON):
    return ways_of.ways(snapshot, code)[0]


def similar() -> Similar:
    """Twelve similar communes, one of which has come to the level."""
    reached = ({"unit_code": HAI_BINH, "share_before": 0.9, "share_after": 0.99},)
    before, after = (Stretch(date(2026, first, 1), date(2026, first + 2, 1)) for first in (1, 6))
    return Similar(12, reached, before, after)


def test_the_best_of_three_sets_the_level(small):
    found = way(small)

    assert found.row.measure.id == "on_time_share"
    assert (found.third.bad, found.third.n, found.third.threshold) == (40, 100, 99)
    assert (found.third.allowed, found.third.fewer) == (1, 39)


def test_fields_stand_beside_those_of_the_province(small):
    assert [(gap.field, gap.bad, gap.n, gap.fewer) for gap in way(small).gaps] == [
        ("Đất đai", 30, 40, 26), ("Hộ tịch", 10, 60, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", "Tháng 8/2026: 40 hồ sơ trễ trong 100; nhóm tốt (từ 99,0\u00a0% trở lên) cho phép 1: bớt 39."),
        ("en", "August 2026: 40 late dossiers of 100; the first third (99.0% or more) allows 1: 39 fewer."),
    ],
)
def test_the_sentence_says_what_is_needed(small, language, said):
    assert first_third.need(view_of(small, language), way(small)) == said


def test_the_fields_are_named_with_what_the_province_would_have(small):
    assert first_third.fields(view_of(small, "vi"), way(small)) == (
        "Trong đó riêng Đất đai 30 trong 40 (ở mức chung của tỉnh: 4, bớt 26); Hộ tịch 10 trong 60."
    )


def test_luck_alone_does_not_mend_forty_late_ones(small):
    assert first_third.luck(view_of(small, "en"), way(small)).startswith(
        "If nothing changes, luck alone brings the commune there next month with a chance of less than 1 in 100."
    )


def test_who_is_there_needs_nothing(small):
    assert "already there" in first_third.need(view_of(small), way(small, TRUONG_LAM))


def test_an_unranked_commune_has_no_way(small):
    assert ways_of.ways(small, SILENT) == ()


def test_similar_communes_without_months_are_none(small):
    assert ways_of.similar(small, NGHI_SON, replace(way(small), row=replace(way(small).row, basis="form"))) is None
    assert "Six months" in first_third.similar(view_of(small), way(small), None)


def test_similar_communes_are_named_with_their_shares_and_lead_to_their_pages(small):
    found = similar()
    text = first_third.similar(view_of(small, "vi"), way(small), found)

    assert text.startswith("Trong 12 xã, phường tương tự so được qua một năm (1–3/2026 với 6–8/2026), 1 đơn vị")
    assert "unit=16645" in text
    assert "(Tỉnh Thanh Hóa) 90,0\u00a0% → 99,0\u00a0%" in text or "(Thanh Hóa) 90,0\u00a0% → 99,0\u00a0%" in text


def test_what_a_similar_commune_did_as_promised_is_named_for_who_may_see_it(small, monkeypatch, tmp_path):
    monkeypatch.setenv(place.URL, f"sqlite:///{tmp_path / 'visits.db'}")
    kept = journal_promises.make(
        Promise(HAI_BINH, "Trễ", "Chị Hà", "Họp <b>mỗi sáng</b>", date(2026, 3, 1), date(2026, 4, 1)), date(2026, 9, 1)
    )
    journal_promises.close(kept.id, HAI_BINH, "kept", "lan")
    found = similar()
    inside, outside = view_of(small), replace(view_of(small), reader=PUBLIC)

    assert "(done there: Họp &lt;b&gt;mỗi sáng&lt;/b&gt;)" in first_third.similar(inside, way(small), found)
    assert "ask them" in first_third.similar(outside, way(small), found)


def test_how_fresh_the_figures_are_is_said(small):
    assert first_third.fresh(view_of(small, "vi"), way(small)) == (
        "Số của tháng 8/2026 được lấy ngày 3/9/2026, 3 ngày sau khi hết kỳ. Đủ cả 8 tháng gần nhất."
    )
