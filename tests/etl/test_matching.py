"""From spellings to codes, on the real units; what fails says why."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest

from etl.matching import Match, UnitMatcher, remarks
from files.places import HOME
from ranking.names import near_keys, spelling
from store.reference import reference_table

REFERENCE = HOME / "data" / "reference"
PROVINCE_OF = {"H44": "25", "H01": "91"}


@pytest.fixture(scope="module")
def units() -> pl.DataFrame:
    return pl.read_parquet(REFERENCE / "units.parquet")


@pytest.fixture(scope="module")
def phu_tho(units: pl.DataFrame) -> UnitMatcher:
    return UnitMatcher(units, "25")


@pytest.fixture(scope="module")
def an_giang(units: pl.DataFrame) -> UnitMatcher:
    return UnitMatcher(units, "91")


def portal_names() -> pl.DataFrame:
    """The 250 communes of Phú Thọ and An Giang as the portal spells them: state_code, code, source_name."""
    return pl.read_csv(REFERENCE / "corrections" / "state_codes.csv", infer_schema=False)


@pytest.mark.parametrize(("state", "expected"), [("H44", 148), ("H01", 102)])
def test_every_portal_name_is_found_without_its_code(units: pl.DataFrame, state: str, expected: int) -> None:
    matcher = UnitMatcher(units.with_columns(state_code=pl.lit(None, pl.String)), PROVINCE_OF[state])
    rows = portal_names().filter(pl.col("state_code").str.starts_with(f"{state}."))
    found = [matcher.match(name).code for name in rows["source_name"]]
    assert found == rows["code"].to_list()
    assert len(set(found)) == expected


def test_decomposed_portal_name(an_giang: UnitMatcher) -> None:
    name = unicodedata.normalize("NFD", "UBND phường Long Phú - tỉnh An Giang")
    assert an_giang.match(name) == an_giang.match("Phường Long Phú")
    assert an_giang.match(name).code is not None


@pytest.mark.parametrize(
    "name",
    ["UBND xã Lâm Thao - Tỉnh Phú Thọ", "LÂM THAO", "X. Lâm Thao", "Trung tâm Phục vụ hành chính công xã Lâm Thao"],
)
def test_spellings_of_lam_thao(phu_tho: UnitMatcher, units: pl.DataFrame, name: str) -> None:
    code = phu_tho.match(name).code
    assert units.filter(pl.col("code") == code).select("full_name", "state_code").row(0) == ("Xã Lâm Thao", "H44.106")


def test_state_code_alone_suffices(phu_tho: UnitMatcher) -> None:
    assert phu_tho.match("một tên viết khác hẳn", "H44.106") == phu_tho.match("Xã Lâm Thao")


def test_unknown_state_code_falls_back_on_the_name(phu_tho: UnitMatcher) -> None:
    assert phu_tho.match("Xã Lâm Thao", "H44.999") == phu_tho.match("Xã Lâm Thao")


def test_state_code_and_name_of_two_units_are_quarantined(phu_tho: UnitMatcher) -> None:
    match = phu_tho.match("UBND Phường Nông Trang", "H44.100")
    assert match.code is None
    assert "state code H44.100" in match.reason


def test_department_is_no_commune(phu_tho: UnitMatcher) -> None:
    assert phu_tho.match("Sở Công Thương - Tỉnh Phú Thọ", "H44.07") == Match(
        None, "no commune of province 25 has this name"
    )


def test_commune_of_another_province_is_not_found(phu_tho: UnitMatcher) -> None:
    assert phu_tho.match("UBND phường Long Xuyên").code is None


NEAR = {
    "without marks": ("25", "UBND xa Lam Thao", "Xã Lâm Thao"),
    "another tone": ("25", "Xã Đả Bắc", "Xã Đà Bắc"),
    "a missing tone": ("25", "Xã Đa Bắc", "Xã Đà Bắc"),
    "written together": ("48", "Xã Laêê", "Xã La Êê"),
    "an apostrophe": ("52", "Xã K'Dang", "Xã KDang"),
    "a breve": ("66", "Krông Păc", "Xã Krông Pắc"),
    "an eth and no space": ("25", "Xã ÐàBắc", "Xã Đà Bắc"),
}


@pytest.mark.parametrize(("province", "written", "official"), NEAR.values(), ids=list(NEAR))
def test_a_name_that_is_unique_without_its_marks_is_matched_as_near(
    units: pl.DataFrame, province: str, written: str, official: str
) -> None:
    matcher = UnitMatcher(units, province)
    match = matcher.match(written)

    assert match.near == official
    assert units.filter(pl.col("code") == match.code).item(0, "full_name") == official
    assert list(matcher.near) == [spelling(written)]


def test_a_near_match_is_told_with_both_names_and_counted(phu_tho: UnitMatcher, units: pl.DataFrame) -> None:
    matcher = UnitMatcher(units, "25")
    for name in ("UBND xa Lam Thao", "Xã Đa Bắc", "Xã Đa Bắc", "Xã Đà Bắc"):
        matcher.match(name)

    assert remarks(matcher.near, "file.xlsx") == [
        "file.xlsx: 2 units were matched by a near name: "
        "'UBND xa Lam Thao' is 08494 Xã Lâm Thao; 'Xã Đa Bắc' is 04831 Xã Đà Bắc"
    ]
    assert remarks({}, "file.xlsx") == []


def test_where_two_fit_neither_is_taken_and_both_are_named(units: pl.DataFrame) -> None:
    quang_ngai = UnitMatcher(units, "51")

    assert quang_ngai.match("Xã Sơn Hả") == Match(
        None, "2 communes of province 51 are near this name: 21289 Xã Sơn Hà, 21292 Xã Sơn Hạ"
    )
    assert quang_ngai.near == {}


def test_an_exact_name_wins_over_a_near_one(units: pl.DataFrame) -> None:
    quang_ngai = UnitMatcher(units, "51")

    assert (quang_ngai.match("Xã Sơn Hà"), quang_ngai.match("Xã Sơn Hạ")) == (Match("21289"), Match("21292"))


def test_the_kind_tells_near_names_apart(units: pl.DataFrame) -> None:
    assert UnitMatcher(units, "82").match("Phuong My Tho").near == "Phường Mỹ Tho"


def test_a_former_commune_is_not_near_to_one_that_holds_none_of_it() -> None:
    """Hòa Bình is gone, Hoà Bính is another one: what was the one's must not be counted to the other."""
    lineage = reference_table("lineage").join(
        reference_table("units").select(new_code="code", province="province_code"), on="new_code"
    )
    own = lineage.filter(pl.col("province") == "25").with_columns(
        key=pl.col("old_name").map_elements(lambda name: near_keys(name)[0], pl.String)
    )
    matcher, wrong = UnitMatcher(reference_table("units"), "25"), []
    for name, codes in own.group_by("old_name").agg("new_code").iter_rows():
        match = matcher.match(name)
        if match.near and match.code not in codes:
            wrong.append((name, match))

    assert wrong == []


IN_USE = (
    "Xã Đà Bắc (huyện Đà Bắc cũ)",
    "UBND xã Đà Bắc, huyện Đà Bắc",
    "Xã Đà Bắc tỉnh Phú Thọ",
    "Xã Đà Bắc.",
    "Xã Đà Bắc*",
    "HĐND-UBND xã Đà Bắc",
    "HĐND và UBND xã Đà Bắc",
    "Bộ phận Một cửa xã Đà Bắc",
    "04831 - Xã Đà Bắc",
    "UBND xã Đà Bắc - Phú Thọ",
    "UBND XÃ ĐÀ BẮC - PHÚ THỌ",
    "UBND XÃ ĐÀ BẮC - TỈNH PHÚ THỌ",
    "Xã Ðà Bắc",
)


@pytest.mark.parametrize("name", IN_USE)
def test_what_stands_before_and_behind_a_name_hides_nothing(phu_tho: UnitMatcher, name: str) -> None:
    assert phu_tho.match(name) == Match("04831")


def test_another_province_behind_a_name_is_not_cut_off(phu_tho: UnitMatcher) -> None:
    assert phu_tho.match("UBND xã Đà Bắc - Gia Lai").code is None


@pytest.mark.parametrize("name", ["Phường Sài Gòn - TPHCM", "Phường Sài Gòn - Hồ Chí Minh", "Phường Sài Gòn, TP.HCM"])
def test_the_city_by_its_short_names(units: pl.DataFrame, name: str) -> None:
    assert UnitMatcher(units, "79").match(name) == Match("26740")


def test_a_name_that_is_not_found_is_told_with_the_nearest(phu_tho: UnitMatcher) -> None:
    assert phu_tho.match("Xã Lâm Thaoo").reason == (
        "no commune of province 25 has this name: the nearest is 08494 Xã Lâm Thao"
    )


def test_lam_dong_hyphens_and_dak_lak_apostrophes(units: pl.DataFrame) -> None:
    lam_dong, dak_lak = UnitMatcher(units, "68"), UnitMatcher(units, "66")
    da_lat = lam_dong.match("UBND phường Xuân Hương – Đà Lạt - tỉnh Lâm Đồng").code
    ea_hleo = dak_lak.match("UBND Xã Ea H’Leo").code
    assert units.filter(pl.col("code").is_in([da_lat, ea_hleo]))["full_name"].sort().to_list() == [
        "Phường Xuân Hương - Đà Lạt",
        "Xã Ea H'Leo",
    ]


def test_reclassified_commune_is_found_under_both_kinds(units: pl.DataFrame) -> None:
    dong_nai = UnitMatcher(units, "75")
    assert dong_nai.match("UBND xã Long Thành") == dong_nai.match("UBND phường Long Thành") == Match("26368")


def twins() -> pl.DataFrame:
    rows = [
        ("10001", "Xã Tân Hòa", "xã", "xã", "10", None),
        ("10002", "Phường Tân Hòa", "phường", "phường", "10", None),
    ]
    columns = ["code", "full_name", "kind", "kind_2025_07_01", "province_code", "state_code"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_kind_tells_namesakes_apart() -> None:
    assert UnitMatcher(twins(), "10").match("UBND phường Tân Hoà") == Match("10002")


def test_namesakes_without_a_kind_are_quarantined() -> None:
    assert UnitMatcher(twins(), "10").match("Tân Hòa").reason == (
        "2 communes of province 10 have this name: 10001, 10002"
    )


def test_every_full_name_finds_its_own_unit(units: pl.DataFrame) -> None:
    for (province,), own in units.group_by("province_code"):
        matcher = UnitMatcher(units, province)
        assert [matcher.match(name).code for name in own["full_name"]] == own["code"].to_list()
