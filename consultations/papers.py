"""Lists as official documents: title, number, date, body, table, and a place for the seal."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from consultations.lists import Column
from consultations.lists.registry import Cell
from govgrid.core import clock

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What such a document is set in; a reader without them takes what it has.
HEAD_FONT, BODY_FONT = "方正小标宋简体", "仿宋_GB2312"
WIDTH_MM = 257  # A4 lying, within the margins
LONGEST_CELL = 32_000


@dataclass(frozen=True)
class Issue:
    """What is printed. Without a number a place is left for it to be written by hand."""

    title: str
    body: str
    number: str
    on: date
    scope: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]


def said(cell: Cell) -> str:
    """A cell in words: days as on any document, nothing that cannot be printed."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        cell = clock.local(cell).date()
    if isinstance(cell, date):
        return date_format(cell, "Y-m-d")
    printed = "".join(one for one in str(cell) if one >= " " or one in "\t\n")
    return printed[:LONGEST_CELL]


def _day(on: date) -> str:
    return date_format(on, pgettext("date of a document", "j F Y"))


def _number(issue: Issue) -> str:
    return issue.number or _("No. [%(year)s]      ") % {"year": issue.on.year}


def _seal() -> str:
    return _("(place for the seal)")


# ── Excel ─────────────────────────────────────────────────────────────────────────────────────


def excel(issue: Issue) -> bytes:
    """The list as a workbook. Every cell is text: what looks like a formula is none."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet()
    plain = {"text_wrap": True, "valign": "vcenter", "border": 1, "num_format": "@"}
    title = book.add_format({"bold": True, "font_size": 18, "align": "center"})
    middle, right = book.add_format({"align": "center"}), book.add_format({"align": "right"})
    head = book.add_format({**plain, "bold": True, "align": "center", "bg_color": "#EDEDED"})
    cell = book.add_format(plain)
    last = len(issue.columns)
    for line, (words, look) in enumerate(
        [(issue.title, title), (_number(issue), middle), (issue.scope, middle)]
    ):
        sheet.merge_range(line, 0, line, last, "", look)
        sheet.write_string(line, 0, words, look)
    sheet.set_row(0, 30)
    for place, words in enumerate([_("No."), *(str(one.label) for one in issue.columns)]):
        sheet.write_string(3, place, words, head)
    sheet.set_column(0, 0, 5)
    for place, one in enumerate(issue.columns, start=1):
        sheet.set_column(place, place, 5 + 5 * one.share)
    line = 3
    for line, row in enumerate(issue.rows, start=4):
        sheet.write_string(line, 0, str(line - 3), cell)
        for place, one in enumerate(issue.columns, start=1):
            sheet.write_string(line, place, said(row.get(one.name)), cell)
    for below, words in enumerate([issue.body, _day(issue.on), _seal()], start=line + 2):
        sheet.merge_range(below, 0, below, last, "", right)
        sheet.write_string(below, 0, words, right)
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    book.close()
    return file.getvalue()


# ── Word ──────────────────────────────────────────────────────────────────────────────────────


def word(issue: Issue) -> bytes:
    """The list as a document on A4, lying; the head of the table stands on every page."""
    paper = Document()
    _lay(paper)
    _line(paper, issue.title, WD_ALIGN_PARAGRAPH.CENTER, 22, HEAD_FONT)
    _line(paper, _number(issue), WD_ALIGN_PARAGRAPH.CENTER, 12)
    if issue.scope:
        _line(paper, issue.scope, WD_ALIGN_PARAGRAPH.CENTER, 12)
    _table(paper, issue)
    _line(paper, "", WD_ALIGN_PARAGRAPH.RIGHT, 12)
    for words in (issue.body, _day(issue.on), _seal()):
        _line(paper, words, WD_ALIGN_PARAGRAPH.RIGHT, 14)
    paper.core_properties.title = issue.title
    paper.core_properties.author = issue.body
    paper.core_properties.comments = ""
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _lay(paper: Paper) -> None:
    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = BODY_FONT, Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), BODY_FONT)


def _line(
    paper: Paper, words: str, where: WD_ALIGN_PARAGRAPH, size: int, font: str = BODY_FONT
) -> None:
    line = paper.add_paragraph()
    line.alignment = where
    run = line.add_run(said(words))
    run.font.size, run.font.name = Pt(size), font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _table(paper: Paper, issue: Issue) -> None:
    table = paper.add_table(rows=1, cols=len(issue.columns) + 1, style="Table Grid")
    table.autofit = False
    shares = [1, *(one.share for one in issue.columns)]
    widths = [Mm(WIDTH_MM * share / sum(shares)) for share in shares]
    _fill(table.rows[0], widths, [_("No."), *(str(one.label) for one in issue.columns)])
    for run in (run for cell in table.rows[0].cells for run in cell.paragraphs[0].runs):
        run.font.bold = True
    table.rows[0]._tr.get_or_add_trPr().append(_repeated())
    for number, row in enumerate(issue.rows, start=1):
        cells = [str(number), *(said(row.get(one.name)) for one in issue.columns)]
        _fill(table.add_row(), widths, cells)


def _fill(row: object, widths: Sequence[int], words: Sequence[str]) -> None:
    for cell, width, text in zip(row.cells, widths, words, strict=True):  # type: ignore[attr-defined]
        cell.width = width
        cell.text = text


def _repeated() -> object:
    """The mark of a row that stands on top of every page."""
    return OxmlElement("w:tblHeader")
