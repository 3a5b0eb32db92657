"""Importing exports of dossiers: layouts, personal data, impossible rows, later exports, publishing."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from etl.__main__ import main
from etl.dossiers.dates import Order, days, taken_apart
from etl.dossiers.files import files_in, read
from etl.dossiers.headers import layout
from etl.dossiers.lists import lists_of, plain
from etl.dossiers.personal import personal_content, personal_header
from etl.dossiers.store import Store, legal_limits
from etl.publishing.publish import current_snapshot, snapshot_manifest
from files.faults import BadInput

HEADERS = ["Mã hồ sơ", "Đơn vị tiếp nhận", "Đơn vị giải quyết", "Lĩnh vực", "Hình thức nộp", "Ngày tiếp nhận",
           "Hạn trả", "Ngày có kết quả", "Trạng thái"]  # fmt: skip
LAM_THAO, VIET_TRI = "Xã Lâm Thao", "Phường Việt Trì"


def row(number: int, **changes: str) -> list[str]:
    """A sound row: Lâm Thao, received 3, due 10, done 6 August 2026, fully online."""
    plain_row = {
        "code": f"H44.100-260803-{number:04d}", "intake": LAM_THAO, "decision": LAM_THAO, "field": "Hộ tịch",
        "channel": "Toàn trình", "received": "03/08/2026 08:15", "due": "10/08/2026", "done": "06/08/2026",
        "state": "Đã xử lý xong",
    }  # fmt: skip
    return list((plain_row | changes).values())


def write(path: Path, *rows: list[str], headers: list[str] = HEADERS) -> Path:
    pl.DataFrame(rows, schema=headers, orient="row").write_csv(path)
    return path


@pytest.fixture
def bring_in(tmp_path, capsys):
    """Import files as exported on a day: (exit code, what was printed)."""

    def run(*paths: Path, exported: str = "2026-09-01", **options: str) -> tuple[int, str]:
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        code = main(["dossiers", *map(str, paths), "--exported", exported, "--data", str(tmp_path / "data"), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def published(tmp_path: Path, table: str = "measurements") -> pl.DataFrame:
    return pl.read_parquet(current_snapshot(tmp_path / "data" / "published" / "live") / f"{table}.parquet")


def figure(tmp_path: Path, measure: str, unit: str = "08494", month: date = date(2026, 8, 1)) -> tuple:
    rows = published(tmp_path).filter(
        pl.col("measure") == measure, pl.col("unit_code") == unit, pl.col("field") == "all",
        pl.col("period_kind") == "month", pl.col("period_start") == month,
    )  # fmt: skip
    return rows.select("numerator", "denominator", "state").row(0)


def reasons(tmp_path: Path) -> dict[int | None, str]:
    return dict(published(tmp_path, "quarantine").select("row", "reason").iter_rows())


@pytest.mark.parametrize("name", ["export.csv", "export.parquet", "export.xlsx"])
def test_csv_parquet_and_excel_give_the_same(tmp_path, bring_in, name):
    frame = pl.DataFrame([row(1), row(2, done="11/08/2026")], schema=HEADERS, orient="row")
    path = tmp_path / name
    writers = {".csv": frame.write_csv, ".parquet": frame.write_parquet, ".xlsx": frame.write_excel}
    writers[path.suffix](path)
    assert bring_in(path)[0] == 0
    assert figure(tmp_path, "on_time_share_form") == (1, 2, "reported")
    assert figure(tmp_path, "online_full_share") == (2, 2, "reported")
    assert figure(tmp_path, "received") == (2, None, "reported")


def test_every_row_is_of_basis_and_series_dossiers(tmp_path, bring_in):
    bring_in(write(tmp_path / "a.csv", row(1)))
    assert published(tmp_path).select("basis", "series").unique().rows() == [("dossiers", "dossiers")]


def test_titles_above_the_headings_and_semicolons_are_read(tmp_path, bring_in):
    path = tmp_path / "a.csv"
    body = "\n".join(";".join(cells) for cells in (HEADERS, row(1)))
    path.write_text(f"BÁO CÁO CHI TIẾT HỒ SƠ\n\n{body}\n", encoding="utf-8-sig")
    assert bring_in(path)[0] == 0
    assert figure(tmp_path, "received")[0] == 1


def test_an_unknown_layout_names_headings_guesses_and_the_file_to_mend():
    with pytest.raises(BadInput) as caught:
        layout("x.csv", ["Mã số của hồ sơ", "Đơn vị tiếp nhận hs", "Ngày tiếp nhận"])
    said = str(caught.value)
    assert "Headings seen: 'Mã số của hồ sơ', 'Đơn vị tiếp nhận hs', 'Ngày tiếp nhận'" in said
    assert "Nearest to code: 'Mã số của hồ sơ'" in said
    assert "headers.yaml" in said


def test_two_headings_for_one_column_are_refused():
    with pytest.raises(BadInput, match="both mean received"):
        layout("x.csv", ["Mã hồ sơ", "Đơn vị tiếp nhận", "Ngày tiếp nhận", "Ngày nhận"])


def test_headings_are_the_same_however_they_are_typed():
    assert plain("NGAY_TIEP_NHAN") == plain("Ngày  tiếp nhận (*)") == plain("Ngày tiếp\nnhận")
    assert lists_of().columns[plain("NgayTiepNhan")] == "received"


def test_no_mapped_heading_is_a_personal_one():
    assert [heading for heading in lists_of().columns if personal_header(heading)] == []


@pytest.mark.parametrize(
    "heading", ["Họ và tên người nộp", "SĐT", "Số CCCD", "Địa chỉ thường trú", "E-mail", "so_dien_thoai"]
)
def test_personal_headings(heading):
    assert personal_header(heading)


@pytest.mark.parametrize(
    "text",
    ["0912345678", "+84 912 345 678", "0912.345.678", "025099001234", "123456789", "an.nguyen@example.vn",
     "Nguyễn Văn An", "TRẦN THỊ BÌNH", "gọi 0987654321 trước khi đến"],
)  # fmt: skip
def test_personal_content(text):
    assert personal_content(text)


@pytest.mark.parametrize("text", ["H44.100-260817-0001", "000.00.12.H44-260817-0001", "2.000815", "Hộ tịch", "Đất đai"])
def test_codes_and_fields_are_not_personal(text):
    assert not personal_content(text)


PEOPLE = {
    "Họ tên người nộp": "Nguyễn Thị Riêng Tư", "SĐT": "0912345678", "CCCD": "025099001234",
    "Địa chỉ": "Khu 7 Ngõ Bí Mật", "Ghi chú": "thư an.rieng@example.vn",
}  # fmt: skip


def test_no_personal_data_is_written_anywhere(tmp_path, bring_in):
    people = list(PEOPLE.values())
    hidden = [
        row(1) + people,
        row(2, field="Lê Văn Giấu") + people,
        row(3, code="0987654321") + people,
        row(4, intake="Phạm Thị Kín") + people,
        row(5, decision="Trần Văn Ẩn 025099004321") + people,
        row(6, received="0977000111") + people,
    ]
    frame = pl.DataFrame(hidden, schema=[*HEADERS, *PEOPLE], orient="row")
    sources = [tmp_path / "in" / f"export.{kind}" for kind in ("csv", "parquet", "xlsx")]
    sources[0].parent.mkdir()
    frame.write_csv(sources[0])
    frame.write_parquet(sources[1])
    frame.write_excel(sources[2])
    bring_in(sources[0])
    bring_in(*sources[1:], exported="2026-09-02")
    secrets = [*people, "Lê Văn Giấu", "0987654321", "Phạm Thị Kín", "Trần Văn Ẩn", "025099004321", "0977000111"]
    assert _found(tmp_path / "data", secrets) == []
    assert _found(tmp_path / "data", ["H44.100-260803-0001"]), "the search itself must find what is there"


def _found(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """Which of `words` stand in which file: in its bytes, and in every cell of a table."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        said = path.read_bytes()
        if path.suffix == ".parquet":
            said += pl.read_parquet(path).select(pl.all().cast(pl.String)).write_csv().encode()
        found += [(path.name, word) for word in words if word.encode() in said]
    return found


def test_the_report_names_what_was_dropped(tmp_path, bring_in):
    path = write(tmp_path / "a.csv", [*row(1), "Nguyễn Văn An"], headers=[*HEADERS, "Người nộp"])
    assert "columns personal, dropped: Người nộp" in bring_in(path)[1]


IMPOSSIBLE = [
    ({"done": "02/08/2026"}, "ended before it was received"),
    ({"done": "02/09/2026"}, "lies in the future, after the export of 2026-09-01"),
    ({"received": "31/02/2026"}, "this is no date"),
    ({"received": ""}, "no day of reception"),
    ({"intake": "Xã Không Có"}, "unknown unit: no commune of province 25 has this name"),
    ({"due": "01/08/2026"}, "due before it was received"),
    ({"done": ""}, "ended, but no day of the end"),
    ({"code": "không có"}, "this is no dossier code"),
]


def test_impossible_rows_go_to_quarantine_with_their_reason(tmp_path, bring_in):
    bad = [row(number, **change) for number, (change, _) in enumerate(IMPOSSIBLE, 2)]
    bring_in(write(tmp_path / "a.csv", row(1), *bad))
    assert reasons(tmp_path) == {line: reason for line, (_, reason) in enumerate(IMPOSSIBLE, 3)}
    assert figure(tmp_path, "received")[0] == 1


def test_one_code_with_two_contents_in_one_export_counts_as_neither(tmp_path, bring_in):
    first, second = (
        write(tmp_path / "a.csv", row(1), row(2)),
        write(tmp_path / "b.csv", row(2, done="07/08/2026"), row(1)),
    )
    bring_in(first, second)
    assert figure(tmp_path, "received")[0] == 1
    told = published(tmp_path, "quarantine").select("value", "reason").rows()
    assert told == [("H44.100-260803-0002", "stands more than once in the same export with different content")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("17/08/2026", date(2026, 8, 17)),
        ("17/08/2026 08:30:05", date(2026, 8, 17)),
        ("08:30 17/08/2026", date(2026, 8, 17)),
        ("7-8-2026", date(2026, 8, 7)),
        ("2026-08-17", date(2026, 8, 17)),
        ("2026-08-17T08:30:05", date(2026, 8, 17)),
        ("2026-08-17 08:30:05.000000", date(2026, 8, 17)),
        ("46251", date(2026, 8, 17)),
        ("46251.354", date(2026, 8, 17)),
        ("31/02/2026", None),
        ("sắp xong", None),
    ],
)
def test_dates_in_several_shapes(text, day):
    assert days(taken_apart(pl.Series([text])), Order()).to_list() == [day]


def test_a_later_export_replaces_the_older_state_in_any_order(tmp_path, bring_in):
    older, newer = write(tmp_path / "a.csv", row(1, done="", state="Đang xử lý")), write(tmp_path / "b.csv", row(1))
    bring_in(newer, exported="2026-09-05")
    code, said = bring_in(older, exported="2026-09-01")
    assert (code, "0 dossiers new, 0 replaced" in said) == (0, True)
    assert figure(tmp_path, "on_time_share_form") == (1, 1, "reported")


def test_a_later_export_replaces_an_open_state(tmp_path, bring_in):
    bring_in(write(tmp_path / "a.csv", row(1, done="", state="Đang xử lý")), exported="2026-08-05")
    _, said = bring_in(write(tmp_path / "b.csv", row(1)), exported="2026-09-05")
    assert "0 dossiers new, 1 replaced" in said
    assert figure(tmp_path, "on_time_share_form") == (1, 1, "reported")


def test_the_same_export_twice_changes_nothing(tmp_path, bring_in):
    path = write(tmp_path / "a.csv", row(1), row(2))
    bring_in(path)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "data").rglob("*.parquet")}
    assert "nothing has changed" in bring_in(path)[1]
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "data").rglob("*.parquet")} == before


def test_only_the_months_touched_are_computed_anew(tmp_path, bring_in):
    july = row(1, code="H44.100-260706-0001", received="06/07/2026", due="13/07/2026", done="08/07/2026")
    bring_in(write(tmp_path / "a.csv", july, row(2)))
    store = Store(tmp_path / "data")
    before = {part: store.sums_file("events", part).stat().st_mtime_ns for part in store.parts()}
    bring_in(write(tmp_path / "b.csv", row(2, done="12/08/2026")), exported="2026-09-02")
    after = {part: store.sums_file("events", part).stat().st_mtime_ns for part in store.parts()}
    assert {part for part in before if before[part] != after[part]} == {"2026-08"}
    assert figure(tmp_path, "on_time_share_form", month=date(2026, 7, 1)) == (1, 1, "reported")
    assert figure(tmp_path, "on_time_share_form") == (0, 1, "reported")


def test_a_small_change_lies_beside_its_month(tmp_path, bring_in):
    bring_in(write(tmp_path / "a.csv", *(row(n) for n in range(1, 13))))
    store = Store(tmp_path / "data")
    before = store.sums_file("events", "2026-08").stat().st_mtime_ns
    bring_in(write(tmp_path / "b.csv", row(2, done="12/08/2026")), exported="2026-09-02")
    assert [path.name for path in store.files("2026-08")] == ["2026-08.parquet", "2026-08+0001.parquet"]
    assert store.sums_file("events", "2026-08").stat().st_mtime_ns == before
    assert figure(tmp_path, "on_time_share_form") == (11, 12, "reported")


def test_a_corrected_field_keeps_no_older_figure(tmp_path, bring_in):
    bring_in(write(tmp_path / "a.csv", row(1), row(2, field="Đất đai")))
    bring_in(write(tmp_path / "b.csv", row(2)), exported="2026-09-02")
    land = published(tmp_path).filter(pl.col("field") == "Đất đai", pl.col("period_start") == date(2026, 8, 1))
    assert land["state"].unique().to_list() == ["no_dossiers"]
    revised = published(tmp_path, "revisions").filter(pl.col("measure") == "on_time_share_form")
    told = revised.filter(pl.col("level") == "commune").select("field", "old_numerator", "new_state").sort("field")
    assert told.rows() == [("Hộ tịch", 1, "reported"), ("Đất đai", 1, "no_dossiers")]


def test_an_import_that_stopped_is_made_up_for(tmp_path, bring_in, monkeypatch):
    path = write(tmp_path / "a.csv", row(1))
    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr("etl.dossiers.command.sum_here", lambda *_: (_ for _ in ()).throw(RuntimeError("power cut")))
        bring_in(path)
    assert bring_in(path)[0] == 0
    assert figure(tmp_path, "received")[0] == 1


def test_any_split_and_order_of_files_give_the_same_tables(tmp_path, bring_in, capsys):
    rows = [row(n, done=f"{n % 9 + 4:02d}/08/2026", decision=(LAM_THAO, VIET_TRI)[n % 2]) for n in range(1, 25)]
    shuffled = random.Random(766).sample(rows, len(rows))
    files = [write(tmp_path / f"{n}.csv", *shuffled[n::3]) for n in range(3)]
    whole, names = write(tmp_path / "whole.csv", *rows), ["unit_code", "period_start", "period_end", "measure", "field"]
    figures = [*names, "numerator", "denominator", "state"]
    bring_in(whole)
    once = published(tmp_path).select(figures).sort(names)
    for path in files:
        words = ["dossiers", str(path), "--exported", "2026-09-01", "--data", str(tmp_path / "split" / "data")]
        assert main(words) == 0
    assert published(tmp_path / "split").select(figures).sort(names).equals(once)


def test_the_commonest_procedures_are_told_to_the_province(tmp_path, bring_in):
    rows = [[*row(n), code] for n, code in enumerate(("2.000815", "2.000815", "1.001193"), 1)]
    rows += [[*row(4, done="", state="Đang xử lý"), "1.001193"]]
    bring_in(write(tmp_path / "a.csv", *rows, headers=[*HEADERS, "Mã thủ tục"]))
    told = pl.read_csv(
        tmp_path / "data" / "dossiers_store" / "procedures.csv", schema_overrides={"procedure": pl.String}
    )
    names = ("province", "year", "procedure", "ended", "on_time", "median_days")
    assert told.select(names).rows() == [(25, 2026, "2.000815", 2, 2, 3), (25, 2026, "1.001193", 1, 1, 3)]


def test_departments_and_offices_count_in_the_province(tmp_path, bring_in):
    bring_in(write(tmp_path / "a.csv", row(1), row(2, intake="Sở Xây dựng", decision="Sở Xây dựng (H44.15)")))
    assert figure(tmp_path, "received", "25")[0] == 2
    assert figure(tmp_path, "decided", "H44.15")[0] == 1


def test_a_bad_file_leaves_the_others(tmp_path, bring_in):
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    code, said = bring_in(bad, write(tmp_path / "a.csv", row(1)))
    assert code == 1
    assert "nothing was taken from this file" in said
    assert figure(tmp_path, "received")[0] == 1


def test_dossiers_that_are_published_are_not_replaced_by_the_few_of_a_new_store(tmp_path, bring_in):
    """After a restore without the kept dossiers three rows would stand in the place of all that were published."""
    bring_in(write(tmp_path / "a.csv", *(row(number) for number in range(20))))
    (tmp_path / "data" / "dossiers_store").rename(tmp_path / "lost")
    few = write(tmp_path / "b.csv", *(row(number) for number in range(3)))
    code, said = bring_in(few)

    assert code == 1 and "keeps no dossiers, but live shows those of 2 units; nothing was read" in said
    assert figure(tmp_path, "received")[0] == 20
    assert main(["dossiers", str(few), "--data", str(tmp_path / "data"), "--begin-again"]) == 0


def test_a_folder_is_searched_and_a_missing_one_is_told(tmp_path):
    write(tmp_path / "b.csv", row(1))
    write(tmp_path / "a.csv", row(1))
    assert [path.name for path in files_in([tmp_path])] == ["a.csv", "b.csv"]
    with pytest.raises(BadInput, match="no such file"):
        files_in([tmp_path / "nowhere"])


def test_only_mapped_columns_are_read(tmp_path):
    path = write(tmp_path / "a.csv", [*row(1), "bí mật"], headers=[*HEADERS, "Cột lạ"])
    (table,) = read(path).tables
    assert table.layout.unknown == ["Cột lạ"]
    assert {*next(table.batches()).rows.columns} == {"row", *table.layout.read}


def test_every_legal_maximum_has_its_source():
    assert all("Điều" in limit["source"] for limit in legal_limits())


# Units by code and by near names


def test_a_unit_is_told_by_its_code_or_name_however_it_is_written(tmp_path, bring_in):
    written = ["08494", "8494", "8494.0", "Xã Lâm Thao*", "Xã Lâm Thao - PHÚ THỌ", "xa lam thao"]
    rows = [row(number, intake=name, decision=name) for number, name in enumerate(written, 1)]
    assert bring_in(write(tmp_path / "a.csv", *rows))[0] == 0
    assert reasons(tmp_path) == {}
    assert figure(tmp_path, "received")[0] == figure(tmp_path, "decided")[0] == len(written)


def test_a_number_of_excel_is_the_code_that_lost_its_zeros(tmp_path, bring_in):
    with xlsxwriter.Workbook(tmp_path / "n.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Mã hồ sơ", "Đơn vị tiếp nhận", "Ngày tiếp nhận"])
        sheet.write_row(1, 0, ["H44.202-260803-0001", 8494, "03/08/2026"])

    assert bring_in(tmp_path / "n.xlsx", province="25")[0] == 0
    assert figure(tmp_path, "received")[0] == 1


def test_a_near_name_is_told_in_the_report_and_with_the_snapshot(tmp_path, bring_in):
    said = bring_in(write(tmp_path / "a.csv", row(1), row(2, intake="Xã Lam Thao")))[1]
    remark = "dossiers: 1 unit was matched by a near name: 'Xã Lam Thao' is 08494 Xã Lâm Thao"
    manifest = snapshot_manifest(current_snapshot(tmp_path / "data" / "published" / "live"))

    assert f"warning: {remark}" in said
    assert remark in manifest.warnings
    assert figure(tmp_path, "received")[0] == 2
