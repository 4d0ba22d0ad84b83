"""How communities score departments."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tickets import satisfaction
from tickets.scores import (
    OWN_ROWS,
    STEP,
    Quarter,
    averages,
    may_see_averages,
    may_see_own,
    own,
    own_average,
    own_punctuality,
    quarters,
)


@require_safe
def scores(request: HttpRequest) -> HttpResponse:
    """Averages for who watches over an area, and each department's own scores for itself."""
    has_averages, has_own = may_see_averages(request.user), may_see_own(request.user)
    if not (has_averages or has_own):
        raise PermissionDenied
    offered = quarters()
    chosen = Quarter.parse(request.GET.get("quarter", "")) or offered[0]
    mine = list(own(request.user, chosen)[: OWN_ROWS + 1]) if has_own else []
    context = {
        "quarters": offered,
        "chosen": chosen,
        "step": STEP,
        "has_averages": has_averages,
        "averages": averages(request.user, chosen) if has_averages else [],
        "has_own": has_own,
        "own": mine[:OWN_ROWS],
        "is_more": len(mine) > OWN_ROWS,
        "said": satisfaction.of_area(request.user, *_span(chosen)) if has_averages else [],
        "said_of_own": satisfaction.of_own(request.user, *_span(chosen)) if has_own else [],
        "enough": satisfaction.ENOUGH,
        "in_time": own_punctuality(request.user, chosen) if has_own else None,
        "own_average": own_average(request.user, chosen) if has_own else {},
    }
    return render(request, "tickets/scores.html", context)


def _span(quarter: Quarter) -> tuple[date, date]:
    return quarter.first, quarter.next.first
