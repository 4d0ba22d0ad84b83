"""At which level matters are settled, for those who oversee them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tickets import levels


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """One area and month: shares, twelve months, the parts, and how often streets whistle."""
    area = _asked_for(request)
    offered = levels.months()
    month = levels.Month.parse(request.GET.get("month", "")) or offered[0]
    rates = levels.rates(area, month)
    spread = levels.spread(rates)
    context = {
        "area": area,
        "month": month,
        "months": offered,
        "now": levels.settled(area, month),
        "by_month": levels.by_month(area),
        "parts": levels.beneath(area, month),
        "rates": rates,
        "spread": spread,
        "strip": levels.strip(rates, spread, area) if spread else None,
        "fewest": levels.FEWEST,
        "left_out": levels.left_out(rates),
        "reachable": set(
            levels.areas_of(request.user)
            .filter(pk__in=[one.street.pk for one in rates])
            .values_list("pk", flat=True)
        ),
        "above": levels.areas_of(request.user).filter(pk=area.parent_id).first(),
    }
    return render(request, "tickets/levels.html", context)


def _asked_for(request: HttpRequest) -> levels.Area:
    """404 as well where there is one that this person does not oversee."""
    code = request.GET.get("area", "").strip()
    if "\x00" in code:
        raise Http404
    found = levels.own_area(request.user) if not code else _in_reach(request, code)
    if found is None:
        raise Http404
    return found


def _in_reach(request: HttpRequest, code: str) -> levels.Area | None:
    return levels.areas_of(request.user).in_force().filter(code=code).first()
