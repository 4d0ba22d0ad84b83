"""Official papers as PDF, from templates that can reach nothing outside themselves."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from govgrid.core.pdf import pdf
from tickets.models import SupervisionOrder

CHINESE = ("zh-hans", "zh-hant")


def order_pdf(order: SupervisionOrder) -> bytes:
    """A supervision order in the layout of an official document, A4.

    In Chinese whoever asks: it is what the department has in its files.
    """
    language = (get_language() or "").lower()
    with override(language if language in CHINESE else CHINESE[0]):
        page = render_to_string("tickets/paper_order.html", {"order": order})
    return pdf(page, render_to_string("tickets/paper.css"))
