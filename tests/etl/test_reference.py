"""The committed reference tables say what the resolutions say, and the builder gives those tables."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

from etl import __main__ as command_line
from etl import reference
from files.faults import BadInput, Fault
from files.places import HOME
from ranking.names import spelling
from ranking.tables import Lineage, Provinces, Units

REFERENCE = HOME / "data" / "reference"
ISLAND_DISTRICTS = {"318": "11948", "471": "19742", "498": "20333", "536": "21548", "755": "26732"}


def read(name: str) -> pl.DataFrame:
    return pl.read_parquet(REFERENCE / f"{name}.parquet")


@pytest.fixture(scope="module")
def units() -> pl.DataFrame:
    return read("units")


@pytest.fixture(scope="module")
def lineage() -> pl.DataFrame:
    return read("lineage")


@pytest.fixture(scope="module")
def provinces() -> pl.DataFrame:
    return read("provinces")


@pytest.fixture(scope="module")
def built() -> dict[str, pl.DataFrame]:
    return reference.build()


def counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(frame[column].value_counts().iter_rows())


def unit(units: pl.DataFrame, code: str) -> dict[str, object]:
    return units.row(by_predicate=pl.col("code") == code, named=True)


def predecessors(lineage: pl.DataFrame, code: str) -> set[tuple[str, str]]:
    return set(lineage.filter(pl.col("new_code") == code).select("old_name", "part").iter_rows())


# ---- units


def test_kinds_today(units: pl.DataFrame) -> None:
    assert counts(units, "kind") == {"xã": 2599, "phường": 709, "đặc khu": 13}


def test_kinds_on_the_first_day(units: pl.DataFrame) -> None:
    assert counts(units, "kind_2025_07_01") == {"xã": 2621, "phường": 687, "đặc khu": 13}


def test_every_unit_has_a_province(units: pl.DataFrame, provinces: pl.DataFrame) -> None:
    assert units.height == 3321
    assert set(units["province_code"]) == set(provinces["code"])


@pytest.mark.parametrize(("province", "expected"), [("01", 126), ("25", 148), ("38", 166), ("79", 168), ("91", 102)])
def test_units_per_province(units: pl.DataFrame, province: str, expected: int) -> None:
    assert counts(units, "province_code")[province] == expected


def test_con_dao_is_a_special_zone_of_ho_chi_minh_city(units: pl.DataFrame) -> None:
    con_dao = unit(units, "26732")
    assert (con_dao["full_name"], con_dao["province_code"]) == ("Đặc khu Côn Đảo", "79")


def test_special_zones_with_the_archipelagos(units: pl.DataFrame) -> None:
    zones = units.filter("special_zone")
    assert set(zones["kind"]) == {"đặc khu"}
    assert zones.height == 13
    assert {"Hoàng Sa", "Trường Sa"} <= set(zones["name"])


def test_border_communes(units: pl.DataFrame) -> None:
    border = units.filter("land_border")
    assert border.height == 248
    assert counts(border, "province_code")["80"] == 19


def test_reclassified_in_2026(units: pl.DataFrame) -> None:
    changed = units.filter(pl.col("kind") != pl.col("kind_2025_07_01"))
    assert set(changed.select("kind_2025_07_01", "kind").iter_rows()) == {("xã", "phường")}
    assert counts(changed, "province_code") == {"75": 10, "24": 12}


def test_days_of_reclassification() -> None:
    became = pl.read_csv(REFERENCE / "corrections" / "became_2026.csv", infer_schema=False)
    communes = became.filter(pl.col("code").str.len_chars() == 5)
    assert counts(communes, "date") == {"2026-04-30": 10, "2026-09-20": 12}


@pytest.mark.parametrize(
    ("code", "full_name", "kind_2025"),
    [("07294", "Phường Bố Hạ", "xã"), ("26368", "Phường Long Thành", "xã"), ("10543", "Phường Việt Hòa", "phường")],
)
def test_full_name_goes_with_the_kind_today(units: pl.DataFrame, code: str, full_name: str, kind_2025: str) -> None:
    assert unit(units, code)["full_name"] == full_name
    assert unit(units, code)["kind_2025_07_01"] == kind_2025


def test_names_are_unique_within_a_province(units: pl.DataFrame) -> None:
    assert units.select("province_code", "full_name").is_unique().all()


def test_names_are_composed_with_old_style_tone_marks(
    units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame
) -> None:
    columns = [units["name"], units["full_name"], provinces["full_name"], lineage["old_name"], lineage["old_district"]]
    assert [name for column in columns for name in column if name != spelling(name)] == []
    assert {"Hòa Bình", "Xuân Thủy"} & set(units["name"])


def test_nat_son_area(units: pl.DataFrame) -> None:
    assert unit(units, "04990")["area_km2"] == 154.65


def test_area_is_known_and_positive(units: pl.DataFrame) -> None:
    assert units["area_km2"].null_count() == 0
    assert units["area_km2"].min() > 0


def test_hoang_sa_area_is_that_of_the_former_district(units: pl.DataFrame) -> None:
    assert unit(units, "20333")["area_km2"] == 305.0


def test_units_with_one_predecessors_figures_say_so(units: pl.DataFrame) -> None:
    flagged = units.filter(pl.col("quality") == "area_population_of_one_predecessor")
    assert flagged.height == 25
    assert set(flagged["province_code"]) == {"96"}
    assert unit(units, "31825")["name"] == "Bạc Liêu"


def test_quality_codes_are_explained() -> None:
    readme = (REFERENCE / "README.md").read_text(encoding="utf-8")
    assert [code for code in set(read("units")["quality"].drop_nulls()) if f"`{code}`" not in readme] == []


def test_points_lie_in_vietnam(units: pl.DataFrame) -> None:
    for lat, lon in (("seat_lat", "seat_lon"), ("point_lat", "point_lon")):
        assert units[lat].is_between(6.5, 23.5).all()
        assert units[lon].is_between(102.0, 118.0).all()


@pytest.mark.parametrize(("code", "lat"), [("04924", 20.89), ("08296", 21.47), ("28615", 10.41), ("30130", 10.61)])
def test_seats_of_swapped_namesakes(units: pl.DataFrame, code: str, lat: float) -> None:
    """Lương Sơn and Sơn Lương, Lương Hòa Lạc and Thanh Bình had each other's position in the package."""
    assert unit(units, code)["seat_lat"] == pytest.approx(lat, abs=0.01)


def test_state_codes(units: pl.DataFrame) -> None:
    known = units.filter(pl.col("state_code").is_not_null())
    assert counts(known, "province_code") == {"25": 148, "91": 102}
    assert known["state_code"].is_unique().all()
    assert unit(units, "30307")["state_code"] == "H01.101"


# ---- lineage


def test_every_old_commune_has_a_successor(lineage: pl.DataFrame) -> None:
    old = lineage.unique("old_code")
    assert old.filter(pl.col("old_kind") != "huyện đảo").height == 10_035
    islands = lineage.filter(pl.col("old_kind") == "huyện đảo").select("old_code", "new_code")
    assert dict(islands.iter_rows()) == ISLAND_DISTRICTS


def test_every_unit_has_a_predecessor(units: pl.DataFrame, lineage: pl.DataFrame) -> None:
    assert set(lineage["new_code"]) == set(units["code"])


def test_nghi_son(units: pl.DataFrame, lineage: pl.DataFrame) -> None:
    assert unit(units, "16654")["full_name"] == "Phường Nghi Sơn"
    assert predecessors(lineage, "16654") == {
        ("Phường Hải Thượng", "whole"),
        ("Xã Hải Hà", "whole"),
        ("Xã Nghi Sơn", "whole"),
    }


def test_nat_son(lineage: pl.DataFrame) -> None:
    names = {name for name, _ in predecessors(lineage, "04990")}
    assert names == {"Xã Đú Sáng", "Xã Hùng Sơn", "Xã Xuân Thủy", "Xã Bình Sơn"}


def test_nhut_tao_as_resolution_1682_has_it(lineage: pl.DataFrame) -> None:
    """The package adds the town of Thủ Thừa, which resolution 1682/NQ-UBTVQH15 does not name."""
    assert predecessors(lineage, "28087") == {
        ("Xã Tân Bình", "whole"),
        ("Xã Quê Mỹ Thạnh", "whole"),
        ("Xã Lạc Tấn", "whole"),
        ("Xã Nhị Thành", "part"),
    }


@pytest.mark.parametrize(
    ("old_code", "successor"),
    [("27691", "27694"), ("25462", "25459"), ("28252", "28249"), ("31714", "31726"), ("31246", "31246")],
)
def test_namesakes_go_to_their_own_successor(lineage: pl.DataFrame, old_code: str, successor: str) -> None:
    assert lineage.filter(pl.col("old_code") == old_code)["new_code"].to_list() == [successor]


def test_part_and_weight_follow_the_number_of_successors(lineage: pl.DataFrame) -> None:
    whole = pl.len().over("old_code") == 1
    wrong_part = lineage.filter((pl.col("part") == "whole") != whole)
    wrong_weight = lineage.filter((pl.col("weight") == 1.0).fill_null(False) != whole)
    assert (wrong_part.height, wrong_weight.height) == (0, 0)
    assert counts(lineage, "part") == {"whole": 9600, "part": 970}


def test_old_communes_have_a_position(lineage: pl.DataFrame) -> None:
    assert lineage["old_lat"].is_between(6.5, 23.5).all()
    assert lineage["old_lon"].is_between(102.0, 118.0).all()


# ---- provinces


def test_provinces(provinces: pl.DataFrame) -> None:
    assert counts(provinces, "kind") == {"tỉnh": 25, "thành phố": 9}
    assert provinces.select(pl.col("state_code", "portal_id", "gateway_id").is_unique().all()).row(0) == (True,) * 3


@pytest.mark.parametrize(
    ("code", "full_name", "state_code"),
    [
        ("75", "Thành phố Đồng Nai", "H19"),
        ("22", "Thành phố Quảng Ninh", "H49"),
        ("24", "Thành phố Bắc Ninh", "H05"),
        ("25", "Tỉnh Phú Thọ", "H44"),
        ("20", "Tỉnh Lạng Sơn", "H37"),
    ],
)
def test_province(provinces: pl.DataFrame, code: str, full_name: str, state_code: str) -> None:
    province = unit(provinces, code)
    assert (province["full_name"], province["state_code"]) == (full_name, state_code)


# ---- building


@pytest.mark.parametrize(("name", "schema"), [("units", Units), ("lineage", Lineage), ("provinces", Provinces)])
def test_committed_tables_are_what_the_builder_gives(built: dict[str, pl.DataFrame], name: str, schema: type) -> None:
    committed = read(name)
    schema.validate(committed)
    assert_frame_equal(built[name], committed)


def test_command_line_writes_the_same_bytes_each_time(tmp_path: Path) -> None:
    files = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        assert command_line.main(["reference", "--out", str(folder)]) == 0
        files.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert set(files[0]) == {"units.parquet", "lineage.parquet", "provinces.parquet"}
    assert files[0] == files[1]


def test_correction_of_an_unknown_unit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "quality.csv").write_text("code,name,quality\n00004,Ba Đình,x\n99999,Đâu Đó,x\n", encoding="utf-8")
    monkeypatch.setattr(reference, "CORRECTIONS", tmp_path)
    with pytest.raises(BadInput, match=r"quality\.csv, row 3, 'code': 99999"):
        reference._correction("quality", pl.Series(["00004"]))


def test_correction_that_corrects_nothing_is_refused() -> None:
    pairs = pl.DataFrame({"new_code": ["00004"], "old_code": ["00004"]})
    stale = pl.DataFrame({"new_code": ["00008"], "old_code": ["00004"]})
    with pytest.raises(BadInput, match="no pair 00008 ← 00004"):
        reference._check_dropped(stale, pairs)


def test_missing_package_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "find_spec", lambda name: None)
    with pytest.raises(Fault, match=r"pip install -r requirements-dev\.txt"):
        reference.build()


# ---- events


def test_events_name_known_provinces_and_both_languages(provinces: pl.DataFrame) -> None:
    events = yaml.safe_load((REFERENCE / "events.yaml").read_text(encoding="utf-8"))["events"]
    known = set(provinces["code"])
    for event in events:
        assert isinstance(event["date"], datetime.date)
        assert event["vi"] and event["en"] and event["source"] and event["id"]
        assert event["kind"] in {"index", "territory", "policy", "reporting"}
        assert event["provinces"] == "all" or set(event["provinces"]) <= known
    assert [event["date"] for event in events] == sorted(event["date"] for event in events)
    assert len({event["id"] for event in events}) == len(events)


@pytest.mark.parametrize(
    ("day", "identity"),
    [
        ("2022-06-23", "decision_766"),
        ("2025-07-01", "two_tier_government"),
        ("2025-08-27", "hanoi_decision_4445"),
        ("2025-08-30", "hanoi_notice_243"),
        ("2026-01-25", "circular_04_2025"),
        ("2026-03-26", "portal_rebuilt"),
    ],
)
def test_event_days(day: str, identity: str) -> None:
    events = yaml.safe_load((REFERENCE / "events.yaml").read_text(encoding="utf-8"))["events"]
    assert {event["id"]: event["date"].isoformat() for event in events}[identity] == day


def test_targets_carry_their_legal_source() -> None:
    targets = yaml.safe_load((REFERENCE / "events.yaml").read_text(encoding="utf-8"))["targets"]
    values = {target["id"]: (target["value"], target["until"]) for target in targets}
    assert values == {
        "fully_online_2027": (100, 2027),
        "satisfied_2027": (95, 2027),
        "digitised_2030": (100, 2030),
        "data_reuse_2030": (80, 2030),
        "satisfied_2030": (99, 2030),
        "online_use_2030": (80, 2030),
    }
    assert all("2629/QĐ-TTg" in target["source"] or "57-NQ/TW" in target["source"] for target in targets)
