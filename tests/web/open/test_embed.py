"""Pages for iframes: the picture before the table, tiers in rows, a unit's place in a sentence, and no script."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from ranking.periods import calendar_period
from tests.conftest import CAPTURED
from web.open import embed

APP = Starlette(routes=embed.ROUTES)


def in_months(measurement, shares: dict[str, int]) -> list[dict]:
    """Seven whole months of communes, whose shares of 1,000 rise by one a month."""
    return [
        measurement(unit_code=code, numerator=float(n + month), denominator=1000.0, period_start=date(2026, month, 1),
                    period_end=calendar_period("month", 2026, month).end,
                    captured_at=datetime(2026, month + 1, 3, tzinfo=UTC))
        for code, n in shares.items() for month in range(2, 9)
    ]  # fmt: skip


@pytest.fixture
def three(published, measurement) -> Path:
    """A dataset `live` in which Tân Hòa, Hòa Bình and Thống Nhất (Phú Thọ) lie far apart for seven months."""
    rows = in_months(measurement, {"04792": 980, "04795": 600, "04828": 300})
    publish(published, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    return published


VI = (
    "3 xã, phường: 1 thuộc nhóm đầu, 1 thuộc nhóm cuối, 1 chưa tách được.",
    "có thể từ hạng 1 đến hạng 1 trong 3",
    "Nhóm và hạng dự kiến, 4 tháng, 5–8/2026",
    "Độ dao động là mức giả định, chưa đo được.",
)
EN = (
    "3 communes: 1 in the first third, 1 in the last third, 1 that cannot be told apart.",
    "likely between rank 1 and 1 of 3",
    "Third and expected rank, 4 months, May–Aug 2026",
    "The spread is assumed, not measured.",
)


@pytest.mark.parametrize(("language", "words"), [("vi", VI), ("en", EN)])
def test_a_table_to_embed_has_picture_tiers_ranges_source_and_link(get, three, language, words):
    reply = get(APP, "/embed/ranking", f"province=25&measure=on_time_share&lang={language}")
    page = unescape(reply.body.decode())
    for part in (f'<html lang="{language}">', *words, "Tân Hòa", "CC BY 4.0", "/xep-hang?"):
        assert part in page
    assert page.index("gd-places") < page.index("<table")
    assert page.count('<tr data-unit="04792">') == page.count('<g data-unit="04792"') / 4 == 1
    assert "<script" not in page and "script-src" not in reply.headers["content-security-policy"]


def test_an_embedded_table_without_expected_ranks_has_ranges_and_no_picture(get, published, measurement):
    rows = [
        measurement(unit_code=code, measure="received", numerator=float(n), denominator=None)
        for code, n in {"04792": 900, "04795": 300, "04828": 20}.items()
    ]
    publish(published, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    page = get(APP, "/embed/ranking", "province=25&measure=received&lang=en").body.decode()

    assert "<figure" not in page and "first third" not in page
    assert re.search(r"<td>1–\d of 3</td>", page)
    assert "The spread is assumed, not measured." in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ("Có hơn 99 phần 100 khả năng thuộc nhóm cuối.", "4 tháng, 5–8/2026; độ dao động giả định")),
        ("en", ("More than 99 in 100 chance of being in the last third.", "4 months, May–Aug 2026; spread assumed")),
    ],
)
def test_a_unit_to_embed_says_its_place_in_a_sentence_and_how_it_is_known(get, three, language, words):
    page = unescape(get(APP, "/embed/unit", f"unit=04828&lang={language}").body.decode())

    for part in words:
        assert part in page
    assert "gd-place" in page and "<script" not in page


def test_a_long_table_is_folded_below_the_picture_under_the_finding(get, app_data):
    page = unescape(get(APP, "/embed/ranking", "dataset=recorded&province=25&measure=on_time_share").body.decode())

    assert re.search(r"<h1>Các xã, phường của Phú Thọ: \d+ trong 100 hồ sơ", page)
    assert page.index("gd-places") < page.index("<details><summary>Xem dạng bảng</summary><table>")
    assert page.count('<th scope="row">') == 148
