"""A brief as an official document: PDF by the sheet that orders use, Word with the same parts."""

from __future__ import annotations

import io

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from govgrid.core import clock
from govgrid.core import pdf as paper_pdf
from members.models import Brief
from tickets.papers import CHINESE

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HEAD_FONT, BODY_FONT = "方正小标宋简体", "仿宋_GB2312"


def _language() -> str:
    """In Chinese whoever asks: it lies on the desk of an office."""
    language = (get_language() or "").lower()
    return language if language in CHINESE else CHINESE[0]


def _day(brief: Brief) -> str:
    on = clock.local(brief.made_at).date()
    return date_format(on, pgettext("date of a document", "j F Y"))


def pdf(brief: Brief) -> bytes:
    with override(_language()):
        context = {"brief": brief, "day": _day(brief), "notes": list(brief.instructions.all())}
        page = render_to_string("members/paper_brief.html", context)
        look = render_to_string("tickets/paper.css")
    return paper_pdf.pdf(page, look)


def word(brief: Brief) -> bytes:
    with override(_language()):
        return _word(brief)


def _word(brief: Brief) -> bytes:
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = BODY_FONT, Pt(16)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), BODY_FONT)
    middle, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    _line(paper, _("Counsel brief"), middle, 34, HEAD_FONT)
    _line(paper, _("No. %(number)s") % {"number": brief.number}, middle, 16)
    _line(paper, brief.title, middle, 22, HEAD_FONT)
    for words in brief.body.splitlines():
        _line(paper, words, WD_ALIGN_PARAGRAPH.JUSTIFY, 16)
    _line(paper, brief.area.name, right, 16)
    _line(paper, _day(brief), right, 16)
    for note in brief.instructions.all():
        head = _("Instruction (%(office)s)") % {"office": note.office}
        _line(paper, f"{head}\n{note.text}", WD_ALIGN_PARAGRAPH.LEFT, 16)
    paper.core_properties.title = brief.title
    # Who made it stays with the office.
    paper.core_properties.author = brief.area.name
    paper.core_properties.comments = ""
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _line(
    paper: object, words: str, where: WD_ALIGN_PARAGRAPH, size: int, font: str = BODY_FONT
) -> None:
    line = paper.add_paragraph()  # type: ignore[attr-defined]
    line.alignment = where
    run = line.add_run("".join(one for one in words if one >= " " or one in "\t\n"))
    run.font.size, run.font.name = Pt(size), font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


FORMATS = {"pdf": (pdf, "application/pdf"), "docx": (word, WORD)}
