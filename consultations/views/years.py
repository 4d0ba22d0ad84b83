"""The sheet of a year: each number opens the list behind it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from consultations import tables
from consultations.models import Platform
from consultations.views.platforms import page
from consultations.workflow.states import COUNCILS
from govgrid.core import clock
from grids.models import Area

PAGE = 100


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """Of all, or of the area that ``?area=`` names; ``?list=`` opens what a number counts."""
    if not 2000 <= year <= 2099:
        raise Http404
    area = _area(request)
    under = area.path if area else ""
    slug = request.GET.get("list", "")
    rows = _LISTS[slug](year, under, _after(request)) if slug in _LISTS else []
    context: dict[str, Any] = {
        "year": year,
        "area": area,
        "figures": tables.figures(year, under),
        "list": slug if slug in _LISTS else "",
        "label": tables.LISTS.get(slug, ""),
        "rows": rows[:PAGE],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "now": clock.now(),
    }
    return page(request, "consultations/_year.html", context)


def _area(request: HttpRequest) -> Area | None:
    code = request.GET.get("area", "")[:20]
    if not code:
        return None
    if "\x00" in code:
        raise Http404
    return get_object_or_404(Area.objects.in_force(), code=code)


def _after(request: HttpRequest) -> int:
    after = request.GET.get("after", "")
    return int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0


def _platforms(year: int, under: str, after: int) -> list[Any]:
    found = tables.standing_in(year, under).exclude(kind__in=sorted(COUNCILS))
    return _tables(found, after)


def _councils(year: int, under: str, after: int) -> list[Any]:
    return _tables(tables.standing_in(year, under).filter(kind__in=sorted(COUNCILS)), after)


def _tables(found: Any, after: int) -> list[Platform]:
    rows = found.filter(pk__gt=after).select_related("area").order_by("pk")
    return list(rows[: PAGE + 1])


def _members(year: int, under: str, after: int) -> list[Any]:
    return list(tables.members_of(year, under).filter(pk__gt=after).order_by("pk")[: PAGE + 1])


def _sessions(year: int, under: str, after: int) -> list[Any]:
    found = tables.held_under(year, under).select_related("platform").order_by("pk")
    return list(tables.with_heads(found.filter(pk__gt=after))[: PAGE + 1])


def _solved(year: int, under: str, after: int) -> list[Any]:
    found = tables.solved_in(year, under).filter(pk__gt=after)
    return list(found.for_lists().order_by("pk")[: PAGE + 1])  # type: ignore[attr-defined]


_LISTS = {
    "platforms": _platforms,
    "councils": _councils,
    "members": _members,
    "sessions": _sessions,
    "heads": _sessions,
    "solved": _solved,
}
