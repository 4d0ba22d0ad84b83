"""The plan of a year: for everybody as published, for who plans as a draft; Excel in and out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consultations import actions, plansheet, tables, yearplans
from consultations.forms import plans as forms
from consultations.models import Plan, PlanLink, Platform
from consultations.views.platforms import CONFLICT, found_platform, page
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows

RIGHT = "consultations.plan"


def _year(year: int) -> int:
    if not 2000 <= year <= 2099:
        raise Http404
    return year


def _plans(request: HttpRequest, platform: Platform) -> bool:
    return bool(request.user.has_perm(RIGHT, platform))


@require_safe
@never_cache
def plan(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The version in force with what was done of each line; and the draft, for who plans."""
    return _page(request, found_platform(code), _year(year))


def _page(
    request: HttpRequest, platform: Platform, year: int, *, status: int = 200, refusal: str = "",
    **bound: Any,
) -> HttpResponse:  # fmt: skip
    current = Plan.objects.in_force(platform, year)
    if current is not None:
        current.platform = platform
    may_plan = _plans(request, platform)
    draft = None
    if may_plan:
        draft = Plan.objects.filter(platform=platform, year=year, published_at=None).first()
    rows = yearplans.planned(current) if current else []
    held = tables.held_in(year).filter(platform=platform).count()
    context = {
        "platform": platform,
        "year": year,
        "today": clock.today(),
        "plan": current,
        "rows": rows,
        "summed": yearplans.summed(current, rows, held) if current else None,
        "years": yearplans.years(platform, with_drafts=may_plan),
        "may_plan": may_plan,
        "may_begin": may_plan and 0 <= year - clock.today().year <= 2,
        "draft": draft,
        "line_set": forms.LineSet.fresh(draft) if draft else None,
        "publish_form": forms.PublishForm(auto_id="publish_%s"),
        "upload_form": forms.UploadForm(auto_id="upload_%s"),
        "link_form": forms.LinkForm(plan=current, lines=[row.line for row in rows])
        if current and may_plan
        else None,
        "refusal": refusal,
        "problems": [],
        **bound,
    }
    return page(request, "consultations/_plan.html", context, status=status)


@require_POST
@never_cache
def act(request: HttpRequest, code: str, year: int, name: str) -> HttpResponse:
    """Begin a draft, write its lines, read them from a file, publish it, say what was done of a line."""
    platform = found_platform(code)
    if not _plans(request, platform):
        raise PermissionDenied
    take = ACTS.get(name)
    if take is None:
        raise Http404
    try:
        answer = take(request, platform, _year(year))
    except BadRows as bad:
        return _page(
            request, platform, year, status=400, refusal=str(bad.message),
            problems=bad.problems[:20],
        )  # fmt: skip
    except Refused as refusal:
        return _page(request, platform, year, status=CONFLICT, refusal=str(refusal.message))
    return answer or redirect("consultations:plan", code, year)


def _begin(request: HttpRequest, platform: Platform, year: int) -> None:
    actions.begin_plan(platform, year, by=request.user)


def _draft(platform: Platform, year: int) -> Plan:
    rows = Plan.objects.filter(platform=platform, year=year, published_at=None)
    return get_object_or_404(rows.select_related("platform__area"))


def _lines(request: HttpRequest, platform: Platform, year: int) -> HttpResponse | None:
    form = forms.LineSet(request.POST)
    draft = _draft(platform, year)
    if not form.is_valid():
        return _page(request, platform, year, status=400, line_set=form)
    actions.set_lines(draft, form.lines(), by=request.user)
    messages.success(request, _("The draft is kept."))
    return None


def _publish(request: HttpRequest, platform: Platform, year: int) -> HttpResponse | None:
    form = forms.PublishForm(request.POST, auto_id="publish_%s")
    if not form.is_valid():
        return _page(request, platform, year, status=400, publish_form=form)
    actions.publish_plan(_draft(platform, year), by=request.user, **form.cleaned_data)
    messages.success(request, _("The plan is published."))
    return None


def _upload(request: HttpRequest, platform: Platform, year: int) -> HttpResponse | None:
    form = forms.UploadForm(request.POST, request.FILES, auto_id="upload_%s")
    if not form.is_valid():
        return _page(request, platform, year, status=400, upload_form=form)
    file = form.cleaned_data["file"]
    lines = plansheet.read_lines(file.read(plansheet.MOST_BYTES + 1), file.name)
    actions.set_lines(_draft(platform, year), lines, by=request.user)
    messages.success(request, _("The lines are read. Look at them before you publish."))
    return None


def _link(request: HttpRequest, platform: Platform, year: int) -> HttpResponse | None:
    current = Plan.objects.in_force(platform, year)
    if current is None:
        raise Http404
    current.platform = platform
    form = forms.LinkForm(request.POST, plan=current, lines=current.lines.all())
    if not form.is_valid():
        return _page(request, platform, year, status=400, link_form=form)
    given = form.cleaned_data
    actions.link_line(
        current, given["key"], by=request.user, topic=given["topic"], session=given["session"]
    )
    return None


def _unlink(request: HttpRequest, platform: Platform, year: int) -> None:
    pk = request.POST.get("link", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        raise Http404
    link = get_object_or_404(PlanLink, platform=platform, year=year, pk=pk)
    actions.unlink_line(link, by=request.user)


ACTS = {
    "begin": _begin,
    "lines": _lines,
    "publish": _publish,
    "upload": _upload,
    "link": _link,
    "unlink": _unlink,
}


@require_safe
def workbook(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The plan in force as an Excel file, which can be read in again for a draft."""
    platform = found_platform(code)
    current = Plan.objects.in_force(platform, _year(year))
    if current is None:
        raise Http404
    current.platform = platform
    content = plansheet.written(yearplans.planned(current))
    return HttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="plan-{year}.xlsx"'},
    )
