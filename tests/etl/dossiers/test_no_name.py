"""No name gets out: of over a thousand invented people, in all shapes and places, nothing is left behind anywhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from pathlib import Path

import polars as pl
import pytest

from etl.__main__ import main
from etl.dossiers.personal import personal_content, tellable
from ranking.names import fold
from tests.etl.dossiers.exports import Bring, bring

__all__ = ["bring"]

HEADERS = ["Mã hồ sơ", "Đơn vị tiếp nhận", "Đơn vị giải quyết", "Lĩnh vực", "Mã thủ tục", "Hình thức nộp", "Mức độ DVC",
           "Ngày tiếp nhận", "Hạn trả", "Ngày có kết quả", "Trạng thái", "Số lần bổ sung", "Số hóa",
           "Ghi chú"]  # fmt: skip
SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Bùi", "Giàng", "Lò", "Phùng", "Thào", "Hà", "Hồ")
MIDDLE = ("Văn", "Thị", "Hữu", "Minh", "Ngọc", "A", "Quốc Bảo")
GIVEN = ("Quỳnhx", "Tâmx", "Hảix", "Páox", "Thửx", "Vânx", "Khánhx")
SHAPES = (
    "{name}", "{lower}", "{upper}", "{plain}", "gửi bà {lower} ở khu 7", "Hộ kinh doanh {name}", "{name}, sinh {birth}",
    "{phone}", "sđt {spaced}", "+84 {bare}", "CCCD {identity}", "{identity_spaced}", "{mail}",
    "số nhà {house} ngõ {house}, {name}",
    "thôn Bíx {house}", "{birth}", "ông {given}", "{name} - {phone}", "chị {given} ({phone})", "{lower} xin nộp lại",
)  # fmt: skip
ROWS = 1_400


class Person:
    """An invented person: the texts that tell of him, and what must never be found."""

    def __init__(self, number: int, chance: random.Random) -> None:
        digits = "abcdefghik"
        self.given = chance.choice(GIVEN) + digits[number % 10] + digits[number // 10 % 10] + digits[number // 100 % 10]
        self.name = f"{chance.choice(SURNAMES)} {chance.choice(MIDDLE)} {self.given}"
        phone = f"09{chance.randrange(10**7, 10**8)}"
        identity = f"0{chance.randrange(10**10, 10**11)}"
        self.birth = f"{chance.randrange(1, 29):02d}/{chance.randrange(1, 13):02d}/{chance.randrange(1941, 2009)}"
        self.texts = {
            "name": self.name, "lower": self.name.lower(), "upper": self.name.upper(), "plain": fold(self.name),
            "given": self.given,
            "birth": self.birth, "phone": phone, "spaced": f"{phone[:4]} {phone[4:7]} {phone[7:]}", "bare": phone[1:],
            "identity": identity, "identity_spaced": " ".join(identity[n : n + 3] for n in range(0, 12, 3)),
            "mail": f"{fold(self.given)}@example.vn", "house": str(chance.randrange(7000, 9999)),
        }  # fmt: skip
        self.secrets = [self.given.lower(), fold(self.given), phone, phone[1:], self.texts["spaced"], identity,
                        self.birth, self.texts["identity_spaced"]]  # fmt: skip

    def said(self, shape: str) -> str:
        return shape.format(**self.texts)


def corpus() -> tuple[list[list[str]], list[str]]:
    """(rows with a person in each column in turn, what must not be found): each text stands in up to four rows."""
    chance = random.Random(766)
    places, shapes = cycle(range(len(HEADERS))), cycle(SHAPES)
    rows, secrets = [], []
    while len(rows) < ROWS:
        person, place, shape = Person(len(rows), chance), next(places), next(shapes)
        if len(rows) % 7 == 0:
            shape = next(shapes)
        secrets += person.secrets
        for _ in range(chance.choice((1, 1, 3, 4)) if place else 1):
            number = len(rows)
            cells = [f"H44.202-260803-{number:04d}", "Phường Hòa Bình", "Phường Hòa Bình", "Hộ tịch", "2.000815",
                     "Trực tuyến", "Toàn trình", f"{3 + number % 20:02d}/08/2026", "28/08/2026",
                     f"{23 + number % 5}/08/2026", "Đã trả kết quả", "0", "Có",
                     person.said("{name} {phone}")]  # fmt: skip
            cells[place] = person.said(shape)
            rows.append(cells)
    return rows, secrets


def csv(rows: list[list[str]], *, headings: bool = True) -> str:
    return "\n".join(";".join(cells) for cells in ([HEADERS] if headings else []) + rows) + "\n"


def left_behind(folder: Path, words: list[str]) -> set[str]:
    """Which of `words` stand in any file under a folder, in its bytes or in a cell, in any case or without marks."""
    found: set[str] = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        said = path.read_bytes().decode("utf-8", errors="ignore")
        if path.suffix == ".parquet" and path.name != "bad.parquet":
            said += pl.read_parquet(path).select(pl.all().cast(pl.String)).write_csv()
        found |= _among(said, words)
    return found


def _among(said: str, words: list[str]) -> set[str]:
    lower = said.lower()
    plain = fold(said) if len(said) < 20_000_000 else lower
    patterns = _patterns(tuple(words))
    # One pass for all of them: a search word by word takes a minute.
    hits = pl.Series([lower, plain]).str.extract_many([*patterns], overlapping=True).explode().drop_nulls().unique()
    return {patterns[hit] for hit in hits}


@cache
def _patterns(words: tuple[str, ...]) -> dict[str, str]:
    """Each word by what is searched: itself, and without its marks."""
    return {pattern: word for word in words for pattern in (fold(word), word)}


@pytest.fixture(scope="module")
def people() -> tuple[list[list[str]], list[str]]:
    return corpus()


def _files(folder: Path, rows: list[list[str]]) -> Iterator[Path]:
    """The same rows as CSV, with broken lines, without headings, as Excel and as Parquet."""
    folder.mkdir()
    frame = pl.DataFrame(rows, schema=HEADERS, orient="row")
    odd = [";".join(row) for row in rows]
    for number, line in enumerate(odd):
        kind = number % 9
        odd[number] = (
            line.replace(";Hộ tịch;", ';"Hộ tịch;', 1) if kind == 0
            else line + ";thừa;" + rows[number][-1] if kind == 1
            else line[: len(line) // 2] if kind == 2
            else line.replace(";", "\n", 1) if kind == 3
            else line.replace("Phường", 'Phường 2" ', 1) if kind == 4
            else line
        )  # fmt: skip
    (folder / "plain.csv").write_text(csv(rows), encoding="utf-8")
    (folder / "odd.csv").write_text("\n".join([";".join(HEADERS), *odd]), encoding="utf-8")
    (folder / "bare.csv").write_text(csv(rows, headings=False), encoding="utf-8")
    (folder / "cut.csv").write_bytes(csv(rows).encode("utf-16")[:-7])
    frame.write_excel(folder / "book.xlsx")
    frame.write_parquet(folder / "rows.parquet")
    (folder / "bad.parquet").write_bytes(
        (folder / "rows.parquet").read_bytes()[:4000] + csv(rows[:20]).encode() + b"PAR1"
    )
    yield from sorted(folder.iterdir())


def test_nothing_of_a_thousand_people_is_left_anywhere(bring: Bring, people, tmp_path, monkeypatch):
    rows, secrets = people
    monkeypatch.setenv("GANDAN_AUDIT", str(tmp_path / "data" / "audit.jsonl"))
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))
    *_, last = _files(tmp_path / "in", rows)
    said = bring(last.parent).said + bring(tmp_path / "in" / "plain.csv", "--exported", "2026-09-25").said
    assert len(rows) >= 1_000 and len(set(secrets)) > 4_000
    assert _among(said, secrets) == set()
    words = [
        "--province",
        "25",
        "--dataset",
        "live",
        "--data",
        str(tmp_path / "data"),
        "--base-url",
        "https://example.org/",
    ]
    assert main(["release", "--data", str(tmp_path / "data")]) == 0
    assert main(["site", "--out", str(tmp_path / "data" / "site"), *words]) == 0
    assert left_behind(tmp_path / "data", secrets) == set()
    assert left_behind(tmp_path / "in", secrets), "the search itself must find what is there"
    assert "rows with words that are not shown" in said
    kept = pl.read_parquet(next((tmp_path / "data" / "published" / "live").glob("2*/quarantine.parquet")))
    assert kept.height > 300 and kept["reason"].null_count() == 0


def test_every_row_is_counted_or_named(bring: Bring, people):
    rows, _ = people
    taken = bring(csv(rows))
    counted = taken.table().filter(
        pl.col("measure") == "received", pl.col("unit_code") == "25", pl.col("field") == "all",
        pl.col("period_kind") == "month",
    )["numerator"].sum()  # fmt: skip
    assert counted + taken.table("quarantine").height == len(rows)


def test_a_library_that_fails_says_nothing_of_a_row(bring: Bring, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError("could not parse `Nguyễn Văn Thử;0912345678`")

    monkeypatch.setattr("etl.dossiers.staging.dossiers", fails)
    taken = bring(csv(corpus()[0][:3]))
    assert taken.code == 1 and "a part of it is damaged" in taken.said
    assert "Nguyễn" not in taken.said and "0912" not in taken.said and "Traceback" not in taken.said


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_is_taken_for_personal(shape):
    chance = random.Random(shape)
    for number in range(40):
        said = Person(number, chance).said(shape)
        assert personal_content(said), said
        assert not tellable(said, 100)


@pytest.mark.parametrize(
    "word",
    ["Qua kiosk", "Trực tiếp tại quầy", "Hồ sơ giấy", "Qua VNeID", "Cổng dịch vụ công tỉnh", "Liên thông", "Hà Nội",
     "Chờ ký số", "Đang luân chuyển", "Bưu tá", "Lý lịch tư pháp", "Ho tich", "Y tế", "Văn thư", "Từ xa"],
)  # fmt: skip
def test_words_of_administration_are_not_taken_for_people(word):
    assert not personal_content(word)


def test_a_word_is_told_only_where_it_stands_often_and_is_short():
    assert tellable("Qua kiosk", 3)
    assert not tellable("Qua kiosk", 2)
    assert not tellable("Qua kiosk số 2", 9)
    assert not tellable("Qua kiosk ở tầng trệt", 9)
