"""What a province fills in comes back without a remark."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from etl.__main__ import main
from etl.dossiers.headers import layout
from etl.workbooks import box
from etl.workbooks.inside import answer
from files.places import HOME
from press import dossier_template, form_template
from ranking.periods import parse
from store.reference import reference_table
from tests.form_reading import read_form

NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
FIGURES = {4: 60, 5: 40, 6: 10, 8: 50, 9: 30, 10: 5, 12: 20, 13: 5}
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def template() -> bytes:
    return form_template.content("25", parse("2026-08"))


def filled(template: bytes, communes: int | None = None) -> bytes:
    """The template with figures in its blank cells, of so many communes: a person would fill them in by hand."""
    out = io.BytesIO()
    rows: list[str] = []

    def fill(found: re.Match[str]) -> str:
        letter, row, look = found.groups()
        rows.append(row)
        number = FIGURES.get(ord(letter) - 64)
        if number is None or (communes is not None and len(dict.fromkeys(rows)) > communes):
            return found[0]
        return f'<c r="{letter}{row}" s="{look}"><v>{number}</v></c>'

    with zipfile.ZipFile(io.BytesIO(template)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item).decode() if item.filename == SHEET else old.read(item)
            if isinstance(content, str):
                below = content.index('<row r="10"')
                content = content[:below] + re.sub(r'<c r="([A-Z])(\d+)" s="(\d+)"/>', fill, content[below:])
            new.writestr(item.filename, content)
    return out.getvalue()


def read(tmp_path: Path, content: bytes, monkeypatch):
    monkeypatch.setattr(box, "read_apart", lambda path, limits, **_: answer(path.read_bytes(), limits))
    path = tmp_path / "bieu.xlsx"
    path.write_bytes(content)
    return read_form(path, reference_table("units"), reference_table("provinces"), captured_at=NOW)


def test_a_filled_template_is_read_without_a_remark(tmp_path, template, monkeypatch):
    harvest, report = read(tmp_path, filled(template), monkeypatch)
    own = reference_table("units").filter(pl.col("province_code") == "25").height
    assert (len(report.taken), report.absent) == (own, {parse("2026-08"): 0})
    assert (report.warnings, report.totals, report.skipped, report.quarantined) == ([], [], [], [])
    assert (report.not_reported, report.twice, report.not_found) == ([], [], [])
    rows = harvest.measurements.filter(pl.col("measure") == "on_time_share_form")
    assert rows.select("numerator", "denominator").unique().rows() == [(80, 85)]
    assert harvest.quarantine.is_empty()


def test_a_commune_that_was_left_out_is_silent_and_not_zero(tmp_path, template, monkeypatch):
    harvest, report = read(tmp_path, filled(template, communes=3), monkeypatch)
    assert len(report.taken) == 3
    states = harvest.measurements.filter(pl.col("measure") == "received")["state"].value_counts()
    assert dict(states.iter_rows())["not_reported"] == len(report.not_reported) > 100
    assert report.warnings == []


def test_headings_names_and_sums_are_protected_and_figures_are_not(template):
    with zipfile.ZipFile(io.BytesIO(template)) as book:
        sheet, styles = book.read(SHEET).decode(), book.read("xl/styles.xml").decode()
        assert "Giải thích" in book.read("xl/workbook.xml").decode()
    assert "<sheetProtection sheet=" in sheet
    looks = re.search(r"<cellXfs.*?</cellXfs>", styles, re.DOTALL)[0]
    open_looks = {n for n, one in enumerate(looks.split("<xf ")[1:]) if 'locked="0"' in one}
    of_cell = dict(re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', sheet))
    assert int(of_cell["D10"]) in open_looks
    assert not {int(of_cell[cell]) for cell in ("B10", "C10", "G10", "K10")} & open_looks


def test_the_commands_write_both_templates(tmp_path, capsys):
    out = tmp_path / "a.xlsx", tmp_path / "b.csv"
    assert main(["form-template", "--province", "Phú Thọ", "--out", str(out[0])]) == 0
    assert main(["dossier-template", "--out", str(out[1])]) == 0
    assert out[0].read_bytes()[:2] == b"PK"
    assert main(["form-template", "--province", "Atlantis", "--out", str(out[0])]) == 1
    assert main(["form-template", "--province", "25", "--out", str(tmp_path / "no" / "a.xlsx")]) == 1
    assert "the template was not written" in capsys.readouterr().err


def test_every_heading_of_the_dossier_template_is_known():
    headers = dossier_template.content().decode("utf-8-sig").strip().split(",")
    found = layout("x", headers)
    assert (len(found.read), found.personal, found.unknown) == (len(headers), [], [])


def test_the_template_holds_real_dossiers_and_the_docs_tell_all_of_its_headings():
    headers = dossier_template.content().decode("utf-8-sig").strip().split(",")
    assert "simulated" not in layout("x", headers).read
    page = (HOME / "docs" / "dossiers.md").read_text(encoding="utf-8")
    assert [header for header in headers if header not in page] == []
