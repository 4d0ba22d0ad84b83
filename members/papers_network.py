"""The quarterly report as an official paper, from a template that can reach nothing outside itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from govgrid.core.pdf import pdf
from tickets.papers import CHINESE

if TYPE_CHECKING:
    from members.report import Report


def report_pdf(report: Report) -> bytes:
    """On A4; in Chinese whoever asks: it goes into the files of an office."""
    language = (get_language() or "").lower()
    with override(language if language in CHINESE else CHINESE[0]):
        page = render_to_string("members/paper_report.html", {"report": report})
        look = render_to_string("tickets/paper.css")
    return pdf(page, look)
