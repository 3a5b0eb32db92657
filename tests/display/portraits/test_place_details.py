"""The detail of a commune's places: chances, ranges, months and error, and a cause only of a clear change."""

from __future__ import annotations

import pytest

from display.portraits import place_details, summary, summary_words
from display.words.text import LANGUAGES
from store.moves import Move
from tests.display.portraits.conftest import view_of
from tests.unit_world import HAI_BINH, NGHI_SON, month

JULY = month(2026, 7)
CAUSES = ("do kết quả", "do các đơn vị", "do danh sách", "do nhiều", "không rõ")


def detail(snapshot, code: str, language: str = "vi") -> place_details.Detail:
    found = place_details.details(view_of(snapshot, language), code)
    return next(one for one in found if one.measure in ("Đúng hạn (Cổng)", "On time (portal)"))


def row(snapshot, **standing: object) -> summary.Row:
    found = next(one for one in summary.rows(snapshot, NGHI_SON) if one.measure.id == "on_time_share")
    return found.__class__(**{**vars(found), "standing": {**found.standing, **standing}})


def test_a_measure_says_chance_ranges_months_and_how_its_error_is_known(small):
    told = detail(small, NGHI_SON)

    assert told.chance.endswith("khả năng thuộc nhóm cuối.")
    assert told.ranks.startswith("Có thể từ hạng ")
    assert "; chắc chắn trong khoảng hạng " in told.ranks
    assert told.rests_on == "4 tháng, 5–8/2026; độ dao động giả định."
    assert told.twelve == "Chưa đủ mười hai tháng so sánh được."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_proven_range_stands_in_the_detail_only(small, language):
    view = view_of(small, language)
    proven = {"vi": "chắc chắn trong khoảng", "en": "proven between"}[language]

    assert proven in detail(small, NGHI_SON, language).ranks
    assert not [
        found for one in summary.rows(small, NGHI_SON) if proven in (found := str(summary_words.row_words(view, one)))
    ]


def test_a_clear_change_has_its_ranks_and_its_cause(small):
    moved = Move(JULY, -30.0, "fell", 41.2, 80.4, -38.0, -1.2, 0.0)
    words = place_details.moved_words(view_of(small, "vi"), row(small), moved)

    assert words.replace("\u2212", "-").replace("\u00a0", " ") == (
        "-30,0 điểm % so với tháng 7/2026, thay đổi rõ; hạng dự kiến của riêng từng kỳ từ 41 thành 80 "
        "do kết quả của chính đơn vị."
    )


@pytest.mark.parametrize("clear", ["alike", None])
def test_an_unclear_change_has_neither_cause_nor_arrow_nor_ranks(small, clear):
    words = place_details.moved_words(view_of(small, "vi"), row(small), Move(JULY, -3, clear))

    assert ("trong mức may rủi" in words) == (clear == "alike")
    assert not [sign for sign in (*CAUSES, "▲", "▼", "hạng dự kiến") if sign in words]


def test_the_moves_of_a_brief_name_the_clear_one_alone(small):
    view = view_of(small, "vi")
    fell, stayed = (place_details.clear_moves(view, summary.rows(small, code)) for code in (NGHI_SON, HAI_BINH))

    assert fell.startswith("Đúng hạn (Cổng): ")
    assert stayed == "Thay đổi so với tháng 7/2026 ở cả 1 chỉ tiêu so được đều trong mức may rủi."
