"""Sheets for the wall: A4, one per commune, whose code opens exactly that commune's page."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from display.words.text import LANGUAGES, Speaker
from etl.__main__ import main
from press import wall_sheet
from press.brief.pdf import drawn

TAN_HOA = "04792"


def read_back(address: str) -> str:
    picture = Image.open(io.BytesIO(drawn(wall_sheet.code_svg(address), 300, 300)))
    (found,) = zxingcpp.read_barcodes(picture)
    return found.text


@pytest.mark.parametrize(
    "address",
    ["https://gandan.example.vn/don-vi/04792.html", "http://127.0.0.1:8501/minh-bach?unit=04792&lang=vi"],
)
def test_a_code_opens_its_address(address):
    assert read_back(address) == address


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_is_one_page_of_a4_with_name_and_address(language):
    content = wall_sheet.pdf(Speaker(language), [(TAN_HOA, "https://x.vn/don-vi/04792.html")])
    (page,) = PdfReader(io.BytesIO(content)).pages
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    text = page.extract_text()
    assert "Phường Tân Hòa" in text and "https://x.vn/don-vi/04792.html" in text


def test_the_command_writes_one_sheet_per_commune_of_a_province(tmp_path, capsys):
    out = tmp_path / "wall.pdf"
    assert main(["wall", "--province", "04", "--base-url", "https://x.vn/", "--out", str(out)]) == 0
    pages = PdfReader(out).pages
    assert len(pages) == 56 and "https://x.vn/don-vi/0" in pages[0].extract_text()


@pytest.mark.parametrize("wrong", [["--province", "99"], ["--base-url", "x.vn"]])
def test_a_wrong_word_is_told(tmp_path, capsys, wrong):
    words = {"--province": "04", "--base-url": "https://x.vn"} | dict([wrong])
    options = [word for pair in words.items() for word in pair]
    assert main(["wall", *options, "--out", str(tmp_path / "x.pdf")]) == 1
    assert wrong[1] in capsys.readouterr().err
