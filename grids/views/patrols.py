"""The grid worker's own page: going round, the ledger, and what is stored about him.

Every row is looked up among one's own, so that another's patrol is not there at all.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from govgrid.core import clock
from govgrid.core.panels import Figure, panels_for
from grids import actions, ledger, queries, scoping
from grids.forms import CheckInForm, MonthForm, OlderForm, StartForm
from grids.models import Patrol
from grids.models.patrol import ASKED_A_DAY, POINT_DAYS
from grids.templatetags.gg_patrol import lasted

A_PAGE = 10


def _open_patrol(user) -> Patrol | None:
    return Patrol.objects.of(user).open().select_related("area").first()


def _own(request, pk) -> Patrol:
    return get_object_or_404(Patrol.objects.of(request.user), pk=pk)


@require_GET
@never_cache
def today(request):
    """Where I am with today's round, what waits, and where my grid lies."""
    patrol = _open_patrol(request.user)
    grids = queries.own_grids(request.user)
    if patrol is None and not grids:
        return _for_grid_workers(request)
    area = patrol.area if patrol else grids[0]
    at = clock.now()
    day = ledger.day_of(request.user, patrol.day if patrol else clock.today())
    panels = panels_for("grids.field", request, patrol)
    context = {
        "area": area,
        "grids": grids,
        "patrol": patrol,
        "is_forgotten": patrol is not None and patrol.is_forgotten(at),
        "counts_until": patrol.counts_until(at) if patrol else None,
        "check_ins": list(patrol.check_ins.all()) if patrol else [],
        "day": day,
        "asked": ASKED_A_DAY,
        "figures": [
            Figure(_("Check-ins"), day.check_ins),
            *day.counted,
            *(figure for panel in panels for figure in panel.figures),
        ],
        "extent": queries.bounds([area]),
        "days": POINT_DAYS,
        "client_id": uuid4(),
        "panels": [render_to_string(one.template, one.context, request) for one in panels],
    }
    return render(request, "grids/field.html", context)


def _for_grid_workers(request):
    """403 in words, for whoever holds no post that goes round."""
    posts = [post.label for post in scoping.held(request.user)]
    return render(request, "grids/field_closed.html", {"posts": posts}, status=403)


@require_POST
def start(request):
    grids = queries.own_grids(request.user)
    if not grids:
        return _for_grid_workers(request)
    form = StartForm(request.POST, areas=grids)
    if form.is_valid():
        given = form.cleaned_data
        actions.start_patrol(by=request.user, client_id=given["client_id"], area=given["area"])
    else:
        messages.error(request, _("That could not be read, and nothing was started. Try again."))
    return redirect("field:today")


@require_POST
def check_in(request, pk):
    patrol = _own(request, pk)
    form = CheckInForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That could not be read, and nothing was noted. Try again."))
        return redirect("field:today")
    given = form.cleaned_data
    noted = actions.check_in(
        patrol, by=request.user, client_id=given["client_id"], point=given["point"]
    )
    at = f"{clock.local(noted.check_in.at):%H:%M}"
    if noted.check_in.point is not None:
        messages.success(request, _("Checked in at %(time)s.") % {"time": at})
    else:
        said = _("Checked in at %(time)s, without a position.") % {"time": at}
        messages.success(request, f"{said} {form.why_without}".strip())
    return redirect("field:today")


@require_POST
def end(request, pk):
    """Ends it and says what it came to; a second tap is told the same."""
    patrol = actions.end_patrol(_own(request, pk), by=request.user)
    summary = ledger.alone(patrol)
    figures = [Figure(_("Check-ins"), summary.check_ins), *summary.counted]
    said = [lasted(summary.spent), *(f"{one.label} {one.number}" for one in figures)]
    messages.success(
        request, _("The patrol has ended: %(summary)s.") % {"summary": " · ".join(said)}
    )
    if patrol.is_cut:
        messages.warning(request, _cut(patrol))
    return redirect("field:today")


def _cut(patrol) -> str:
    """Why less counts than the clock says."""
    if patrol.counted_until == patrol.started_at:
        return _("It was not ended in time and has no check-in, so that none of it counts.")
    return _("It was not ended in time: it counts until the last check-in, at %(time)s.") % {
        "time": f"{clock.local(patrol.counted_until):%H:%M}"
    }


@require_GET
@never_cache
def mine(request):
    """All that a patrol leaves behind, for the one it is about."""
    found = Patrol.objects.of(request.user).select_related("area").order_by("-pk")
    if before := OlderForm(request.GET).key():
        found = found.filter(pk__lt=before)
    # Bounded: a patrol holds no more than actions.patrols.MOST_CHECK_INS.
    rows = list(found.prefetch_related("check_ins")[: A_PAGE + 1])
    context = {
        "patrols": rows[:A_PAGE],
        "older": rows[A_PAGE - 1].pk if len(rows) > A_PAGE else None,
        "is_first_page": before is None,
        "days": POINT_DAYS,
    }
    return render(request, "grids/field_mine.html", context)


@require_GET
@never_cache
def ledger_page(request):
    """A month by its days, and the last twelve months."""
    first = MonthForm(request.GET).first_day()
    after = (first + timedelta(days=31)).replace(day=1)
    days = ledger.days_of(request.user, first, after - timedelta(days=1))
    totals = [
        Figure(_("Days"), len(days)),
        Figure(_("Days with 3 h"), sum(day.is_met for day in days)),
        Figure(_("Check-ins"), sum(day.check_ins for day in days)),
        *(
            Figure(same[0].label, sum(one.number for one in same))
            for same in zip(*(day.counted for day in days), strict=True)
        ),
    ]
    context = {
        "first": first,
        "days": days,
        "spent": sum((day.spent for day in days), timedelta()),
        "totals": totals,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": after if after <= clock.today() else None,
        "months": ledger.months_of(request.user),
        "asked": ASKED_A_DAY,
    }
    return render(request, "grids/field_ledger.html", context)
