"""The print-out of one's own hours, as a PDF from a template that can reach nothing outside."""

from __future__ import annotations

from django.template.loader import render_to_string

from govgrid.core.pdf import pdf
from members.models import Statement
from members.workflow.time import in_hours


def statement_pdf(statement: Statement) -> bytes:
    """Hours and a code; the name is the holder's to write on it, or not."""
    context = {"one": statement, "hours": in_hours(statement.minutes)}
    page = render_to_string("members/paper_statement.html", context)
    return pdf(page, render_to_string("tickets/paper.css"))
