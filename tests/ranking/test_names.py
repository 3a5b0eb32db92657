"""Spellings of one unit meet; spellings of two units do not."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest

from files.places import HOME
from ranking.names import fold, near_keys, old_style, spelling, tidy, unit_code, unit_key

UNITS = HOME / "data" / "reference" / "units.parquet"


@pytest.mark.parametrize(
    "text",
    [
        "Xã Lâm Thao",
        "UBND xã Lâm Thao",
        "UBND Xã Lâm Thao - Tỉnh Phú Thọ",
        "UBND xã Lâm Thao, tỉnh Phú Thọ",
        "UBND xã Lâm Thao (tỉnh Phú Thọ)",
        "Ủy ban nhân dân xã Lâm Thao",
        "Uỷ ban nhân dân xã Lâm Thao",
        "ỦY BAN NHÂN DÂN XÃ LÂM THAO",
        "X. Lâm Thao",
        "X.Lâm Thao",
        "TTPVHCC xã Lâm Thao",
        "TT PVHCC xã Lâm Thao",
        "Trung tâm PVHCC xã Lâm Thao",
        "Trung tâm Phục vụ hành chính công xã Lâm Thao",
        "Trung tâm Phục vụ Hành chính công của UBND xã Lâm Thao - Tỉnh Phú Thọ",
        "  xã\u00a0Lâm   Thao ",
    ],
)
def test_one_unit_many_spellings(text: str) -> None:
    assert unit_key(text) == ("xã", "lâm thao")
    assert unit_key(unicodedata.normalize("NFD", text)) == ("xã", "lâm thao")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("UBND Phường Việt Trì", ("phường", "việt trì")),
        ("P. Việt Trì", ("phường", "việt trì")),
        ("P.Việt Trì", ("phường", "việt trì")),
        ("UBND Đặc khu Kiên Hải - tỉnh An Giang", ("đặc khu", "kiên hải")),
        ("ĐK. Kiên Hải", ("đặc khu", "kiên hải")),
        ("Thị trấn Phong Châu", ("thị trấn", "phong châu")),
        ("Lâm Thao", (None, "lâm thao")),
        ("UBND phường Sài Gòn - TP.HCM", ("phường", "sài gòn")),
        ("UBND phường Sài Gòn, TP. Hồ Chí Minh", ("phường", "sài gòn")),
        ("UBND phường Sài Gòn (Thành phố Hồ Chí Minh)", ("phường", "sài gòn")),
        ("UBND xã Hoà Bình", ("xã", "hòa bình")),
        ("Phường 2 Bảo Lộc", ("phường", "2 bảo lộc")),
    ],
)
def test_kind_and_bare_name(text: str, key: tuple[str | None, str]) -> None:
    assert unit_key(text) == key


@pytest.mark.parametrize(
    "text",
    [
        "Phường Xuân Hương - Đà Lạt",
        "Phường Xuân Hương-Đà Lạt",
        "UBND phường Xuân Hương – Đà Lạt - tỉnh Lâm Đồng",
        "PHƯỜNG XUÂN HƯƠNG — ĐÀ LẠT",
    ],
)
def test_hyphen_in_a_name_is_not_a_province_suffix(text: str) -> None:
    assert unit_key(text) == ("phường", "xuân hương-đà lạt")


@pytest.mark.parametrize("text", ["Xã Ea H'Leo", "Xã Ea H’Leo", "xã EA H' LEO", "Xã Ea H`Leo", "Xã Ea Hʼleo"])
def test_apostrophes(text: str) -> None:
    assert unit_key(text) == ("xã", "ea h'leo")


def test_diacritics_tell_names_apart() -> None:
    assert len({unit_key(f"Xã {name}") for name in ("Tân Thành", "Tân Thanh", "Tân Thạnh", "Tấn Thành")}) == 4


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("Hoà Bình", "Hòa Bình"),
        ("Thuỷ Nguyên", "Thủy Nguyên"),
        ("HOÀ LẠC", "HÒA LẠC"),
        ("Khoẻ", "Khỏe"),
        ("Quý Lộc", "Quý Lộc"),
        ("Quỳ Hợp", "Quỳ Hợp"),
        ("Khoái Châu", "Khoái Châu"),
        ("Nguyễn Huệ", "Nguyễn Huệ"),
        ("Hòa Bình", "Hòa Bình"),
    ],
)
def test_old_style_tone_marks(new: str, old: str) -> None:
    assert old_style(new) == old
    assert spelling(unicodedata.normalize("NFD", new)) == old


def test_tidy_leaves_the_letters() -> None:
    assert tidy(" Ea  H’Leo\u00ad ") == "Ea H'Leo"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đắk Lắk", "dak lak"),
        ("Hoà Bình", "hoa binh"),
        ("HÒA BÌNH", "hoa binh"),
        ("Ứng Hòa", "ung hoa"),
        ("Ea H’Leo", "ea h'leo"),
        (unicodedata.normalize("NFD", "Phường  Đông Hải"), "phuong dong hai"),
    ],
)
def test_fold_for_search(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_every_real_name_keeps_its_kind_and_stays_itself() -> None:
    units = pl.read_parquet(UNITS)
    keys = units.select("province_code", pl.col("full_name").map_elements(lambda name: str(unit_key(name)), pl.String))
    kinds = [unit_key(name)[0] for name in units["full_name"]]
    assert keys.is_unique().all()
    assert kinds == units["kind"].to_list()


def test_every_real_name_survives_decomposition_case_and_prefix() -> None:
    changed = []
    for name in pl.read_parquet(UNITS)["full_name"]:
        spelt = unicodedata.normalize("NFD", f"UBND {name.upper()} - Tỉnh Phú Thọ")
        if unit_key(spelt) != unit_key(name):
            changed.append(name)
    assert changed == []


@pytest.mark.parametrize(
    "written",
    [4792, 4792.0, "4792", "04792", "4792.0", "04792.0", "4792,0", "4792.000000000", "'04792", " 04792\u00a0"],
)
def test_a_code_in_every_way_that_files_write_it(written: object) -> None:
    assert unit_code(written) == "04792"


def test_a_code_that_has_lost_all_its_zeros() -> None:
    assert unit_code(4) == "00004"


@pytest.mark.parametrize(
    "written", ["04", "0479", "047920", 4792.5, "4792.5", "", None, True, "H44.202", "Xã 4", "-4792"]
)
def test_what_is_no_code_of_a_commune(written: object) -> None:
    assert unit_code(written) is None


def test_eth_is_a_slip_for_the_letter_that_looks_like_it() -> None:
    assert (spelling("Ðà Lạt"), fold("Ðông ðô"), unit_key("Xã Ðà Bắc")) == ("Đà Lạt", "dong do", ("xã", "đà bắc"))


@pytest.mark.parametrize("written", ["Xã Mỹ Lý", "xa my ly", "Xã Mĩ Lí", "XÃ MỸLÝ", "UBND xã Mỹ Lý - tỉnh Nghệ An"])
def test_near_spellings_share_their_letters(written: str) -> None:
    assert near_keys(written)[0] == "mili"


def test_a_commune_whose_name_begins_like_a_kind() -> None:
    assert near_keys("Xã Xa Dung")[0] in near_keys("Xa Dung")
