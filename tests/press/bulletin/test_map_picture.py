"""The map in Word and on slides: a picture with its words, where there are borders; nothing where there are none."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from docx import Document
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from press.bulletin import document, map_picture, slides
from press.bulletin.content import content
from tests.press.bulletin.test_files import AUGUST, PHU_THO, slide_words, stay_on_their_slides, view_of, words_of

AT = datetime(2026, 9, 28, tzinfo=UTC)
DRAWN = {
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300"><rect width="200" height="300"/></svg>',
    "legend": [("#0F5F63", "Nhóm đầu (27)"), ("#FFFFFF", "Không có nhóm (6)")],
    "said": "Các nhóm trên bản đồ Phú Thọ",
    "borders": "Ranh giới gần đúng.",
}
WORDS = ("Các nhóm trên bản đồ Phú Thọ", "■ Nhóm đầu (27)", "□ Không có nhóm (6)", "Ranh giới gần đúng.")


def test_word_and_slides_hold_the_map_with_what_it_shows_as_its_alternative():
    said, drawn = content(view_of("recorded"), "25", PHU_THO, AUGUST), map_picture.of(DRAWN)
    assert drawn is not None
    assert drawn.png.startswith(b"\x89PNG")
    assert drawn.ratio == 1.5
    text = document.docx(said, AT, drawn)
    (picture,) = Document(io.BytesIO(text)).inline_shapes
    assert abs(picture.height / picture.width - 1.5) < 0.01
    assert picture._inline.docPr.get("descr") == DRAWN["said"]
    shown = slides.pptx(said, AT, drawn)
    shapes = [shape for slide in Presentation(io.BytesIO(shown)).slides for shape in slide.shapes]
    (on_slide,) = (shape for shape in shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE)
    assert on_slide._element.nvPicPr.cNvPr.get("descr") == DRAWN["said"]
    assert on_slide.top + on_slide.height < Presentation(io.BytesIO(shown)).slide_height * 0.9
    stay_on_their_slides(shown)
    on_slides = " ".join(" ".join(slide_words(shown)).split())
    assert [words for words in WORDS if words not in words_of(text, "docx")] == []
    assert [words for words in WORDS if words not in on_slides] == []


def test_without_borders_there_is_no_picture_and_no_word_of_one():
    said = content(view_of("recorded"), "25", PHU_THO, AUGUST)
    assert map_picture.of({"svg": "", "legend": [], "said": "", "borders": ""}) is None
    text, shown = document.docx(said, AT), slides.pptx(said, AT)
    assert not Document(io.BytesIO(text)).inline_shapes
    assert "■" not in words_of(text, "docx") + words_of(shown, "pptx")
