"""The mix of work in words: parts that add up as they are shown, every reason, both languages."""

from __future__ import annotations

from datetime import date
from typing import get_args

import polars as pl
import pytest

from display.words import case_mix
from display.words.text import Speaker
from ranking.periods import Period
from ranking.standardised import Untold
from store.reference import measures

SAY, ENGLISH = Speaker("vi"), Speaker("en")
ON_TIME = measures()["on_time_share"]
AUGUST = Period(date(2026, 8, 1), date(2026, 8, 31), "month")


def row(mix: float, own: float, **changes: object) -> dict[str, object]:
    figures = {
        **{"untold": None, "shown": 1.0, "n": 600.0, "late": 42.0, "expected": 35.0, "ratio": 1.2, "reference": 94.6},
        **{"adjusted": 93.5, "adjusted_low": 91.2, "adjusted_high": 95.3, "mix": mix, "own": own, "gap": mix + own},
        **{"rank": 23, "of": 148, "rank_adjusted": 80, "of_adjusted": 146, "depends": True},
        **{"tier_by_value": "first", "tier_adjusted": "middle"},
    }
    return figures | changes


@pytest.mark.parametrize(("mix", "own"), [(0.05, 0.05), (-4.149, -2.049), (1.26, -3.34), (-0.44, 0.44), (0.0, 0.0)])
def test_the_parts_add_up_as_they_are_shown(mix, own):
    found = case_mix.parts(row(mix, own))

    assert round(found.mix + found.own, 1) == found.gap
    assert found.gap == pytest.approx(mix + own, abs=0.0501)
    assert found.own == pytest.approx(own, abs=0.1001)


@pytest.mark.parametrize(
    ("mix", "own", "said"),
    [
        (-4.1, -2.1, "kém mức chung của các xã, phường cùng tỉnh (94,6\u00a0%) 6,2 điểm. "
         "Trong đó 4,1 điểm do cơ cấu việc, 2,1 điểm của riêng nơi này."),
        (4.1, 2.1, "hơn mức chung của các xã, phường cùng tỉnh (94,6\u00a0%) 6,2 điểm. "
         "Trong đó 4,1 điểm do cơ cấu việc, 2,1 điểm của riêng nơi này."),
        (-4.1, 2.1, "kém mức chung của các xã, phường cùng tỉnh (94,6\u00a0%) 2,0 điểm. "
         "Cơ cấu việc làm giảm 4,1 điểm, phần riêng nơi này bù lại 2,1 điểm."),
        (4.1, -6.1, "kém mức chung của các xã, phường cùng tỉnh (94,6\u00a0%) 2,0 điểm. "
         "Cơ cấu việc làm tăng 4,1 điểm, phần riêng nơi này làm giảm 6,1 điểm."),
        (2.0, -2.0, "bằng mức chung của các xã, phường cùng tỉnh (94,6\u00a0%). "
         "Cơ cấu việc làm tăng 2,0 điểm, phần riêng nơi này làm giảm 2,0 điểm."),
    ],
)  # fmt: skip
def test_a_sentence_for_each_way_the_two_parts_can_go(mix, own, said):
    text = " ".join(case_mix.sentences(SAY, ON_TIME, AUGUST, row(mix, own)))

    assert text.startswith(f"Đúng hạn (Cổng), tháng 8/2026: {said}")


def test_where_the_range_holds_the_common_rate_the_own_part_may_be_chance():
    chance = case_mix.sentences(SAY, ON_TIME, AUGUST, row(-1, -1))
    clear = case_mix.sentences(SAY, ON_TIME, AUGUST, row(-1, -1, adjusted_high=94.5))

    assert chance[-1] == "Phần riêng này có thể chỉ do may rủi."
    assert clear[-1] == "Phần riêng này lớn hơn mức may rủi thường gây ra."


def test_the_details_give_the_ratio_with_the_range_of_the_adjusted_share():
    # 100 − 94.6 = 5.4 % late; (100 − 95.3) / 5.4 = 0.87, (100 − 91.2) / 5.4 = 1.63.
    told = case_mix.details(ENGLISH, ON_TIME, row(-1, -1, shown=0.94))

    assert told == [
        "42 dossiers are late; with this mix of work the common rates make 35, "
        "so 1.20 times as many (range 0.87–1.63).",
        "Rank by value 23/148; adjusted for its mix of work 80/146.",
        "Counted on 94% of its dossiers, those with figures by field.",
    ]


@pytest.mark.parametrize("say", [SAY, ENGLISH])
@pytest.mark.parametrize("untold", get_args(Untold))
def test_each_reason_is_said_and_no_figure_with_it(say, untold):
    silent = row(-1, -1, untold=untold)
    (said,) = case_mix.sentences(say, ON_TIME, AUGUST, silent)

    assert case_mix.why_not(say, silent) in said
    assert case_mix.details(say, ON_TIME, silent) == []
    assert "94" not in said


def test_the_chip_says_both_places_and_tiers_and_both_parts():
    assert case_mix.because(SAY, row(-4.1, -2.1)) == (
        "Theo giá trị hạng 23, nhóm đầu; đã tính cơ cấu việc hạng 80 trong 146, chưa tách được. "
        "Chênh với mức chung −6,2 điểm: cơ cấu việc −4,1, phần riêng −2,1."
    )


def test_the_column_says_of_how_many_units_it_tells_and_how_many_move():
    places = [(1, 20, True), *((n, n - 1, False) for n in range(2, 21)), (21, None, None)]
    rows = pl.DataFrame(places, ["rank", "rank_adjusted", "depends"], orient="row")

    assert "for 20 of 21 units; 1 of them move by 2 places or more, 1 change" in case_mix.reading(ENGLISH, rows)
    assert not case_mix.is_told(rows.tail(1)) and not case_mix.is_told(rows.drop("rank_adjusted"))


def test_where_a_procedure_is_known_the_place_without_it_is_said():
    without = {"procedures": "2.000815", "share_others": 92.07, "rank_others": 80, "of_others": 148}
    rows = pl.DataFrame(
        [(n, n, False, "2.000815", n) for n in range(1, 12)] + [(12, 12, False, "2.000815", 1)],
        ["rank", "rank_adjusted", "depends", "procedures", "rank_others"],
        orient="row",
    )

    told = case_mix.details(SAY, ON_TIME, row(-1, -1) | without)
    assert told[-1] == "Không tính thủ tục 2.000815: 92,1\u00a0%, hạng 80/148."
    assert "Without it 1 units move by 10 places or more" in case_mix.reading(ENGLISH, rows)
