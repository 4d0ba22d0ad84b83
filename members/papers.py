"""The print-out of one's own hours, as a PDF from a template that can reach nothing outside."""

from __future__ import annotations

from functools import cache

from django.template.loader import render_to_string
from weasyprint import CSS, HTML

from members.models import Statement
from members.workflow.time import in_hours
from tickets.papers import nothing


def statement_pdf(statement: Statement) -> bytes:
    """Hours and a code; the name is the holder's to write on it, or not."""
    context = {"one": statement, "hours": in_hours(statement.minutes)}
    page = render_to_string("members/paper_statement.html", context)
    return HTML(string=page, url_fetcher=nothing).write_pdf(stylesheets=[_look()])


@cache
def _look() -> CSS:
    return CSS(string=render_to_string("tickets/paper.css"), url_fetcher=nothing)
