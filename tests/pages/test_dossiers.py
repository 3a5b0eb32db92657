"""What a dossier export brings shows in the pages, which do not know where their figures come from."""

from __future__ import annotations

import base64
import json
import re
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from etl.__main__ import main
from tests.pages.test_pages import open_page, words

UNITS = {"Xã Lâm Thao": "08494", "Phường Việt Trì": "07900", "Xã Phùng Nguyên": "08521", "Xã Bản Nguyên": "08527"}
# Of ten dossiers: four fully online, two partly, three at the counter, one by post.
CHANNELS = ("Toàn trình",) * 4 + ("Một phần",) * 2 + ("Trực tiếp",) * 3 + ("Bưu chính",)
MONTHS = (5, 6, 7, 8)
FIRST_DAYS = {month: date(2026, month, 1) for month in MONTHS}


def dossier(unit: str, month: int, number: int) -> dict[str, str]:
    """In Lâm Thao every eighth is done late, in Việt Trì every fourth; every twentieth is still open."""
    received = FIRST_DAYS[month] + timedelta(days=number % 20)
    is_late = number % (4 if unit == "Phường Việt Trì" else 8) == 0
    due, done = received + timedelta(days=7), received + timedelta(days=12 if is_late else 4)
    return {
        "Mã hồ sơ": f"H44.{UNITS[unit]}-{received:%y%m%d}-{number:04d}",
        "Đơn vị tiếp nhận": unit,
        "Lĩnh vực": ("Hộ tịch", "Đất đai")[number % 2],
        "Hình thức nộp": CHANNELS[number % 10],
        "Ngày tiếp nhận": f"{received:%d/%m/%Y}",
        "Hạn trả": f"{due:%d/%m/%Y}",
        "Ngày có kết quả": "" if number % 20 == 0 else f"{done:%d/%m/%Y}",
    }


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A dataset `live` from one simulated export of a province, and the app reads it."""
    folder = tmp_path_factory.mktemp("live")
    rows = [dossier(unit, month, number) for unit in UNITS for month in MONTHS for number in range(1, 41)]
    pl.DataFrame(rows).write_csv(folder / "export.csv")
    command = ["dossiers", str(folder / "export.csv"), "--exported", "2026-09-10", "--data", str(folder)]
    assert main(command) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(folder))
        yield folder


def open_live(page: str, **query: str) -> str:
    return words(open_page(page, dataset="live", province="25", **query))


def test_the_ranking_shows_what_the_export_comes_to(live):
    text = open_live("rankings", measure="on_time_share_form")
    # Of 40 a month 38 are ended; of those 4 are late in Lâm Thao, 34/38, and 8 in Việt Trì, 30/38.
    assert re.search(
        r"Xã Lâm Thao\s+chưa tách được\s+hạng dự kiến 2\s+89,5\u00a0%\s+n = 38 hồ sơ\s+38\s+● Tương đương", text
    )
    assert re.search(r"Phường Việt Trì\s+chưa tách được\s+hạng dự kiến 3\s+78,9\u00a0%", text)


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("online_filing_share", "60,0\u00a0%"),
        ("median_calendar_days", "4\u00a0ngày"),
        ("decided", "38\u00a0hồ sơ"),
        ("open_overdue", "8\u00a0hồ sơ"),
    ],
)
def test_measures_of_dossiers_are_ranked(live, measure, value):
    assert re.search(rf"Xã Lâm Thao\s+(?:● Tương đương\s+)?{value}", open_live("rankings", measure=measure))


def test_measures_of_dossiers_are_ranked_in_english(live):
    assert "60.0%" in open_live("rankings", measure="online_filing_share", lang="en")


def test_four_channels_stand_apart_month_by_month(live):
    app = open_page("online_filing", dataset="live", province="25", channels="true")
    charts = [json.loads(chart.proto.spec)["data"] for chart in app.get("plotly_chart")]
    bars = {trace["name"]: shares(trace["y"]) for trace in charts[-1]}
    assert bars == {
        "Trực tuyến toàn trình": [40] * 4, "Trực tuyến một phần": [20] * 4, "Trực tiếp": [30] * 4,
        "Qua bưu chính": [10] * 4,
    }  # fmt: skip
    assert "theo dữ liệu từng hồ sơ" in words(app)


def shares(values: list[float] | dict[str, str]) -> list[float]:
    """The values of a trace, which plotly writes as a list or as packed bytes."""
    if isinstance(values, dict):
        values = np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return [round(value, 1) for value in values]


def test_the_fields_of_the_export_are_compared(live):
    text = open_live("online_filing", fields="true")
    assert re.search(r"“Nộp trực tuyến” của 2 lĩnh vực", text)


def test_the_page_of_a_unit_holds_the_measures_and_what_drives_lateness(live):
    text = words(open_page("unit", dataset="live", unit=UNITS["Xã Lâm Thao"]))
    assert re.search(r"Ngày làm việc, 9/10.{0,120}?8\u00a0ngày làm việc", text)
    assert re.search(r"Quá hạn trên 30 ngày.{0,160}?75,0\u00a0%", text)
    assert "Hộ tịch" in text


def test_the_map_colours_the_units_of_the_export(live):
    text = open_live("map", measure="on_time_share_form")
    assert "4 xã, phường của Phú Thọ" in text
    assert re.search(
        r"Xã Lâm Thao\s+chưa tách được\s+hạng dự kiến 2\s+89,5\u00a0%\s+n = 38 hồ sơ\s+38\s+● Tương đương", text
    )
