"""What the pages of counsels, grants, visits and figures share. No search engine may keep one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

PAGE = 20
CONFLICT = 409


def page(
    request: HttpRequest, part: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Staff see the desk around it, everybody else the public page."""
    base = "base_desk.html" if request.user.is_authenticated else "base_public.html"
    whole = {"part": part, "base": base, "title": title, "refusal": "", **context}
    response = render(request, "members/counsel_page.html", whole, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def cut(request: HttpRequest, rows: Any) -> dict[str, Any]:
    """One page of ``rows`` by falling key, and where the next begins."""
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    query = request.GET.copy()
    query.pop("after", None)
    return {
        "rows": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "query": query.urlencode(),
    }
