"""What the pages of the roster share: the frame around them, and nobody's search engine."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

CONFLICT = 409
TEMPLATE = "members/roster_page.html"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(
    request: HttpRequest, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """For residents the public page, for who is signed in the desk; never in a search engine."""
    base = "base_desk.html" if request.user.is_authenticated else "base_public.html"
    whole = {"part": part, "base": base, "refusal": "", **context}
    return unseen(render(request, TEMPLATE, whole, status=status))


def unseen(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=EXCEL)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return unseen(response)
