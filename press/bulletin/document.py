"""The bulletin as a Word document that a clerk completes: the layout of Decree 30/2020/NĐ-CP, real headings and tables.

What only the office knows (its name, number, day, recipients, who signs) stands in marked square brackets.
Source of the layout: annex I of Decree 30/2020/NĐ-CP of 5 March 2020. Times New Roman is named, and never shipped.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from display.drawing.palette import rgb
from display.words.text import Speaker
from press.bulletin.content import Bulletin, Tier
from press.bulletin.map_picture import MapPicture
from press.bulletin.parts import Part, named

FONT = "Times New Roman"
BODY = Pt(14)
MARGINS = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 15}
"""In millimetres."""
_MAP_WIDTH, _MAP_HEIGHT = 130, 150
COUNTRY_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
_BLACK = RGBColor(0, 0, 0)
_CENTER, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}


def docx(said: Bulletin, made_at: datetime, drawn: MapPicture | None = None) -> bytes:
    """The document; `made_at`: when its figures were captured; `drawn`: the map, None where there are no borders."""
    made, say = Document(), Speaker(said.language)
    _page(made, said, say)
    _styles(made, said.language)
    _properties(made, said, made_at)
    _head(made, say)
    _subject(made, say, said)
    _body(made, said, drawn)
    _end(made, say)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _page(made: Doc, said: Bulletin, say: Speaker) -> None:
    """A4 with the decree's margins; from the second page on its number at the top, and on each that it is simulated."""
    section = made.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, size in MARGINS.items():
        setattr(section, name, Mm(size))
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = _CENTER
    _field(number, "PAGE")
    if said.simulated:
        for footer in (section.footer, section.first_page_footer):
            footer.paragraphs[0].alignment = _CENTER
            _run(footer.paragraphs[0], said.simulated, 11, bold=True)


def _styles(made: Doc, language: str) -> None:
    """One typeface for all, for letters of every script, in black; headings as the decree writes them."""
    for name, size in (("Normal", BODY), ("Heading 1", BODY), ("Heading 2", BODY), ("List Bullet", BODY)):
        style = made.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, size, _BLACK
        style.font.bold = name.startswith("Heading")
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{kind}"), FONT)
        spacing = style.paragraph_format
        spacing.space_before, spacing.space_after, spacing.line_spacing = Pt(6), Pt(0), 1.0
    for found in made.styles.element.iter(qn("w:lang")):
        found.set(qn("w:val"), _LANGUAGES[language])


def _properties(made: Doc, said: Bulletin, made_at: datetime) -> None:
    about = made.core_properties
    about.title, about.author, about.last_modified_by, about.comments = said.title, "Gần Dân", "Gần Dân", said.simulated
    about.language = _LANGUAGES[said.language]
    about.created = about.modified = made_at.replace(tzinfo=None)


# --- the frame


def _head(made: Doc, say: Speaker) -> None:
    """The issuing body beside the national heading, and below them number, place and day."""
    table = _frame(made, (62, 103), rows=2)
    body, country = table.rows[0].cells
    _line(body, say("bulletin.form.above"), 13, blank=True)
    _line(body, say("bulletin.form.body"), 13, blank=True, bold=True)
    _ruled(body, 22)
    _line(country, COUNTRY_NAME, 13, bold=True)
    _line(country, MOTTO, 14, bold=True)
    _ruled(country, 60)
    number, day = table.rows[1].cells
    _line(number, say("bulletin.form.number"), 13, blank=True)
    _line(day, say("bulletin.form.day"), 13, blank=True, italic=True)


def _subject(made: Doc, say: Speaker, said: Bulletin) -> None:
    kind = made.add_paragraph()
    kind.alignment = _CENTER
    kind.paragraph_format.space_before = Pt(14)
    _run(kind, say("bulletin.form.kind"), 14, bold=True)
    subject = made.add_paragraph()
    subject.alignment = _CENTER
    subject.paragraph_format.space_before = Pt(0)
    _run(subject, said.title, 14, bold=True)
    if said.simulated:
        warning = made.add_paragraph()
        warning.alignment = _CENTER
        _run(warning, said.simulated, 13, bold=True)


def _end(made: Doc, say: Speaker) -> None:
    """Recipients on the left, who signs on the right."""
    made.add_paragraph().paragraph_format.space_before = Pt(0)
    row = _frame(made, (82, 83)).rows[0]
    left, right = row.cells
    first = left.paragraphs[0]
    _run(first, say("bulletin.form.recipients"), 12, bold=True, italic=True)
    for words in ("leaders", "units", "kept"):
        line = left.add_paragraph()
        line.paragraph_format.space_before = Pt(0)
        _run(line, say(f"bulletin.form.recipients.{words}"), 11, blank=words != "kept")
    _line(right, say("bulletin.form.office"), 14, blank=True, bold=True)
    for _ in range(3):
        right.add_paragraph()
    _line(right, say("bulletin.form.name"), 14, blank=True, bold=True)
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # who signs stands under the office on one page


def _frame(made: Doc, widths: tuple[int, ...], rows: int = 1) -> Table:
    """A table without lines, of columns in millimetres."""
    table = made.add_table(rows, len(widths))
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    _sized(table, widths)
    return table


def _sized(table: Table, widths: tuple[int, ...]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _ruled(cell: _Cell, width: int) -> None:
    """A rule below what stands in a cell, so many millimetres wide: an empty line with a border between indents."""
    room = int((cell.width.mm if cell.width else width) - 4 - width) // 2
    line = cell.add_paragraph()
    spacing = line.paragraph_format
    spacing.left_indent = spacing.right_indent = Mm(max(room, 0))
    spacing.space_before = Pt(0)
    line.paragraph_format.line_spacing = Pt(4)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    properties = line._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


# --- what is said


def _body(made: Doc, said: Bulletin, drawn: MapPicture | None) -> None:
    if said.sentence:
        _text(made, said.sentence)
    if not said.tiers:
        _text(made, said.headline)
    if said.findings:
        made.add_heading(said.words["findings"], 1)
    for number, finding in enumerate(said.findings, 1):
        made.add_heading(f"{number}. {finding.says}", 2)
        _text(made, finding.reason)
        _lines(made, finding.evidence)
    if said.tiers:
        made.add_heading(said.words["tiers"], 1)
        _text(made, said.headline)
        for tier in said.tiers:
            if tier.units:
                _units(made, said, tier)
        _text(made, said.sure)
    if drawn:
        _map(made, drawn)
    if said.moved:
        made.add_heading(said.words["moved"], 1)
    for part in said.moved:
        _part(made, part, part.heading)
    for part in said.further:
        made.add_heading(part.heading, 1)
        if part.says:
            _text(made, part.says)
        _lines(made, named(part, said.language))
    made.add_heading(said.words["about"], 1)
    for words in said.foot:
        _text(made, words)


def _map(made: Doc, drawn: MapPicture) -> None:
    """The map in the middle of a line, below it what it shows, what the colours mean and whose the borders are."""
    line = made.add_paragraph()
    line.alignment, line.paragraph_format.keep_with_next = _CENTER, True
    width = min(_MAP_WIDTH, _MAP_HEIGHT / drawn.ratio)
    picture = line.add_run().add_picture(io.BytesIO(drawn.png), width=Mm(width))
    picture._inline.docPr.set("descr", drawn.says)
    caption = made.add_paragraph()
    caption.alignment, caption.paragraph_format.space_before = _CENTER, Pt(0)
    caption.paragraph_format.keep_with_next = True
    _run(caption, drawn.says, 12, italic=True)
    legend = made.add_paragraph()
    legend.alignment, legend.paragraph_format.space_before = _CENTER, Pt(0)
    legend.paragraph_format.keep_with_next = True
    for number, (sign, colour, words) in enumerate(drawn.legend):
        _run(legend, f"{sign} ", 12)
        legend.runs[-1].font.color.rgb = RGBColor(*rgb(colour))
        _run(legend, words + ("   " if number + 1 < len(drawn.legend) else ""), 12)
    borders = made.add_paragraph()
    borders.alignment, borders.paragraph_format.space_before = _CENTER, Pt(0)
    _run(borders, drawn.borders, 11, italic=True)


def _part(made: Doc, part: Part, heading: str) -> None:
    if heading:
        made.add_heading(heading, 2)
    if part.says:
        _text(made, part.says)
    _lines(made, part.lines)


def _units(made: Doc, said: Bulletin, tier: Tier) -> None:
    """A tier's units as a table whose head comes again on the next page."""
    made.add_heading(f"{tier.name}: {tier.count}", 2)
    table = made.add_table(1, len(said.headers))
    table.style, table.autofit = "Table Grid", False
    for row in (said.headers, *(unit.cells for unit in tier.units)):
        cells = table.rows[0].cells if row is said.headers else table.add_row().cells
        for at, (cell, words) in enumerate(zip(cells, row, strict=True)):
            line = cell.paragraphs[0]
            line.alignment = _CENTER if row is said.headers else _RIGHT if at else WD_ALIGN_PARAGRAPH.LEFT
            line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(2)
            _run(line, words, 13, bold=row is said.headers)
    _sized(table, (66, 33, 33, 33))
    for row in table.rows:
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _text(made: Doc, words: str) -> None:
    line = made.add_paragraph(words)
    line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    line.paragraph_format.first_line_indent = Mm(10)


def _lines(made: Doc, lines: Sequence[str]) -> None:
    for words in lines:
        made.add_paragraph(words, style="List Bullet").paragraph_format.space_before = Pt(2)


def _line(cell: _Cell, words: str, size: int, *, blank: bool = False, bold: bool = False, italic: bool = False) -> None:
    """A centred line of a cell, in its first paragraph while that is empty."""
    first = cell.paragraphs[0]
    line = first if len(cell.paragraphs) == 1 and not first.text else cell.add_paragraph()
    line.alignment = _CENTER
    line.paragraph_format.space_before = Pt(0)
    _run(line, words, size, blank=blank, bold=bold, italic=italic)


def _run(
    line: Paragraph, words: str, size: int, *, blank: bool = False, bold: bool = False, italic: bool = False
) -> None:
    """Words in a paragraph; of a form to fill in (`blank`) what stands in square brackets is marked."""
    parts = words.replace("[", "\0[").replace("]", "]\0").split("\0") if blank else [words]
    for part in filter(None, parts):
        run = line.add_run(part)
        run.font.size, run.font.bold, run.font.italic = Pt(size), bold, italic
        if part.startswith("["):
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _field(line: Paragraph, code: str) -> None:
    """A field that Word works out, such as the number of the page."""
    for kind in ("begin", "code", "end"):
        part = OxmlElement("w:instrText" if kind == "code" else "w:fldChar")
        if kind == "code":
            part.text = code
        else:
            part.set(qn("w:fldCharType"), kind)
        line.add_run()._r.append(part)
