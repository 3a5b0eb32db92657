"""What is known of practices and which communes are set against each other, of figures that are made up here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from display.portraits import first_third as ways_of
from display.portraits import practices as portraits
from display.words import first_third
from display.words import practices as words
from journal import place
from journal import practices as journal
from ranking.practice_effects import Estimate, Evidence
from ranking.windows import first_month
from store import peer_months, peers
from store import practices as listed
from store.access.rules import PUBLIC
from store.practices import Practice
from store.reference import measures
from tests.display.portraits.conftest import view_of
from tests.display.portraits.test_first_third import similar, way
from tests.unit_world import HAI_BINH, NGHI_SON

SINCE, TODAY = date(2026, 1, 1), date(2026, 9, 26)
PHU_THO = "25"
FIGURE = ("kiosk", "online_filing_share", "form")


@pytest.fixture(autouse=True)
def own_database(tmp_path, monkeypatch):
    monkeypatch.setenv(place.URL, f"sqlite:///{tmp_path / 'visits.db'}")


@pytest.fixture
def months(monkeypatch):
    """Months of whichever communes are asked for: 80 of 100 in each, and 90 from SINCE on of those in `risen`."""
    risen: set[str] = set()

    def made(_, measure: str, basis: str, codes, field: str = "all") -> pl.DataFrame:
        days = [first_month(date(2025, 7, 1), 1 - number) for number in range(14)]
        return pl.DataFrame(
            [
                {
                    "unit_code": code,
                    "period_start": day,
                    "numerator": 80.0 + hash_of(code) + (10 if code in risen and day >= SINCE else 0),
                    "denominator": 100.0,
                    "age": 40,
                }
                for code in codes
                for day in days
            ]
        )

    monkeypatch.setattr(peer_months, "months", made)
    portraits._evidence.cache_clear()
    yield risen
    portraits._evidence.cache_clear()


def hash_of(code: str) -> float:
    return int(code) % 5


def begun(count: int) -> list[Practice]:
    return [Practice(code, "kiosk", SINCE) for code in sorted(peers.within(PHU_THO))[::15][:count]]


def test_those_that_began_are_set_against_similar_ones_of_their_province(small, months):
    found = begun(4)
    months.update(one.unit_code for one in found)
    one = portraits.evidence(small, found, *FIGURE, PHU_THO)

    assert one is not None and one.effect.units == 4
    assert one.effect.is_clear and one.low is not None and one.low > 5
    assert not one.was_moving
    view = view_of(small, "vi")
    assert words.verdict(view, measures()["online_filing_share"], one) == "Tốt lên rõ"
    assert words.effect(view, one).startswith("+1")
    assert "Nếu lấy xã tương tự thay cho xã đã làm, dưới 1 %" in words.checks(view, one)


def test_peers_within_a_province_are_of_that_province_alone():
    for code, others in peers.within(PHU_THO).items():
        assert code not in others and len(others) <= peers.nearest.__defaults__[0]
        assert {portraits.province_of(one) for one in others} <= {PHU_THO}


def test_what_a_whole_province_began_cannot_be_told(small, months):
    assert portraits.evidence(small, [Practice(PHU_THO, "kiosk", SINCE)], *FIGURE, PHU_THO) is None
    assert portraits.evidence(small, [*begun(4), Practice(PHU_THO, "kiosk", SINCE)], *FIGURE, PHU_THO) is None


def test_another_province_is_not_looked_at(small, months):
    assert portraits.evidence(small, begun(4), *FIGURE, "38") is None


def test_file_and_people_are_put_together_once(small, monkeypatch):
    one = Practice(NGHI_SON, "kiosk", SINCE, None, "", "QĐ 12")
    monkeypatch.setattr(listed, "listed", lambda *, simulated: (one,))
    journal.write_down(Practice(NGHI_SON, "kiosk", SINCE), TODAY, "lan", simulated=False)
    journal.write_down(Practice(HAI_BINH, "mobile_team", SINCE), TODAY, "lan", simulated=False)
    view = view_of(small, "vi")

    found = [(each.unit_code, each.source) for each in portraits.known(view)]
    assert found == [(NGHI_SON, "QĐ 12"), (HAI_BINH, "lan")]
    assert portraits.of_unit(view, NGHI_SON) == [one]
    assert portraits.marked([one], "online_filing_share", "form") == (SINCE,)
    assert portraits.marked([one], "digitised_share", "portal") == ()


def test_the_public_reads_none(small, monkeypatch):
    monkeypatch.setattr(listed, "listed", lambda *, simulated: (Practice(NGHI_SON, "kiosk", SINCE),))
    assert portraits.known(replace(view_of(small), reader=PUBLIC)) == ()


def test_the_way_to_the_first_third_names_what_similar_communes_began(small):
    journal.write_down(Practice(HAI_BINH, "kiosk", date(2026, 4, 6), None, "hai máy"), TODAY, "lan", simulated=False)
    journal.write_down(Practice(HAI_BINH, "mobile_team", date(2025, 8, 1)), TODAY, "lan", simulated=False)
    said = first_third.similar(view_of(small, "vi"), way(small), similar())

    assert "(cách làm: Kiốt tự phục vụ: hai máy, từ 6/4/2026)" in said
    assert "Tổ lưu động" not in said  # before the months that are set against each other
    assert ways_of.ways(small, NGHI_SON)


@pytest.mark.parametrize(
    ("mean", "low", "high", "moving", "said"),
    [
        (0.4, 1.0, 5.0, False, "Tốt lên rõ"),
        (-0.4, -5.0, -1.0, False, "Kém đi rõ"),
        (0.4, 1.0, 5.0, True, "Đã đổi từ trước khi làm"),
        (0.1, -1.0, 2.0, False, "Chưa thấy khác rõ"),
        (0.4, None, None, False, "Quá ít xã để kết luận"),
    ],
)
def test_the_finding_in_few_words(small, mean, low, high, moving, said):
    ends = (low if low is not None else float("-inf"), high if high is not None else float("inf"))
    earlier = Estimate(3, 0.5, 0.2, 0.8, 0.01) if moving else None
    one = Evidence(Estimate(3, mean, *ends, 0.04), 3.0, low, high, 90.0, 93.0, {}, earlier, 1)
    view = view_of(small, "vi")

    assert words.verdict(view, measures()["on_time_share"], one) == said
    assert "1 xã không xét được" in words.checks(view, one)
    assert words.verdict(view, measures()["on_time_share"], None) == "Chưa xét được"
