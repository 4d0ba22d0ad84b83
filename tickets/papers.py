"""Official papers as PDF, from templates that can reach nothing outside themselves."""

from __future__ import annotations

from functools import cache
from typing import NoReturn

from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from weasyprint import CSS, HTML

from tickets.models import SupervisionOrder

CHINESE = ("zh-hans", "zh-hant")


def order_pdf(order: SupervisionOrder) -> bytes:
    """A supervision order in the layout of an official document, A4.

    In Chinese whoever asks: it is what the department has in its files.
    """
    language = (get_language() or "").lower()
    with override(language if language in CHINESE else CHINESE[0]):
        page = render_to_string("tickets/paper_order.html", {"order": order})
    return HTML(string=page, url_fetcher=nothing).write_pdf(stylesheets=[_look()])


def nothing(url: str, *_args: object, **_named: object) -> NoReturn:
    """No picture, no sheet, no file and no network: the template holds all there is."""
    raise ValueError(f"A paper fetches nothing: {url[:80]}")


@cache
def _look() -> CSS:
    return CSS(string=render_to_string("tickets/paper.css"), url_fetcher=nothing)
