"""Names stand as in a Vietnamese dictionary: checked against ICU, as recorded, and on all names where node is there."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import unicodedata
from pathlib import Path

import polars as pl
import pytest

from ranking.collation import by_name, name_order
from store.reference import province_names, reference_table

RECORDED = Path(__file__).parent / "data" / "vietnamese_order.txt"
"""Names in the order of ICU; the first line says which version, and how they were sorted."""
_SORT = """
const names = JSON.parse(require("fs").readFileSync(0, "utf8"));
const { compare } = new Intl.Collator("vi", { numeric: true });
console.log(JSON.stringify(names.sort((a, b) => compare(a, b) || (a < b ? -1 : 1))));
"""


def in_order(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: (name_order(name), name))


def test_the_recorded_order_of_icu():
    names = [line for line in RECORDED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    shuffled = random.Random(1).sample(names, len(names))

    assert in_order(shuffled) == names


@pytest.mark.parametrize(
    "names",
    [
        ["Ba", "Bă", "Bâ", "Bb"],
        ["Da", "Dz", "Đa", "E", "Ê", "O", "Ô", "Ơ", "U", "Ư"],
        ["Ha", "Hả", "Hã", "Há", "Hạ", "Han"],
        ["Hà Nam", "Há Nam", "Hà Nom", "Há Nom"],
        ["Bá An", "Ba Bể"],
        ["Phường 2", "Phường 10", "Phường 11"],
        ["xã", "Xã", "xa mạc"],
    ],
    ids=["marks", "letters", "tones", "tones last", "spaces first", "numbers", "capitals"],
)
def test_letters_come_before_tones_and_tones_before_capitals(names):
    assert in_order(names[::-1]) == names


def test_the_form_of_unicode_does_not_matter():
    assert name_order(unicodedata.normalize("NFD", "Xã Đường Ấm")) == name_order("Xã Đường Ấm")


@pytest.mark.skipif(shutil.which("node") is None, reason="node, which brings ICU along, is not installed")
def test_all_names_of_units_stand_as_icu_has_them():
    lineage, units, provinces = (reference_table(name) for name in ("lineage", "units", "provinces"))
    columns = (units["full_name"], units["name"], lineage["old_name"], lineage["old_district"], provinces["name"])
    names = in_order(list({name for column in columns for name in column}))
    said = subprocess.run(
        ["node", "-e", _SORT], input=json.dumps(names[::-1]), capture_output=True, text=True, check=True
    )

    assert json.loads(said.stdout) == names


def test_provinces_stand_in_that_order():
    names = [name.removeprefix("TP. ") for name in province_names().values()]

    assert names == in_order(names)
    assert names.index("Cà Mau") < names.index("Cao Bằng") < names.index("Cần Thơ") < names.index("Đà Nẵng")


def test_rows_are_sorted_by_a_column_of_names():
    rows = pl.DataFrame({"name": ["Đa", "Dư", "Du", None]})
    assert rows.sort(by_name(), nulls_last=True).get_column("name").to_list() == ["Du", "Dư", "Đa", None]
