"""The task list: what is asked, who let it in, what came of it, and the worker's answer."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import actions, queries, scoping, tasklist
from grids.forms.duties import AnswerForm, DecisionForm, DutyForm, StageForm
from grids.gate import Decision, Stage
from grids.models import Duty, Level
from grids.serving.registers import formats_for
from grids.views.people import area_or_404

MOST = tasklist.MOST


def _may_propose(user) -> bool:
    return bool(scoping.reach(user, "grids.propose_duty"))


@require_GET
@never_cache
def duty_list(request):
    """The duties within reach by stage; what waits for a decision is counted."""
    seen = tasklist.visible_to(request.user)
    if not scoping.reach(request.user, "grids.oversee"):
        raise Http404
    stage = StageForm(request.GET).chosen()
    rows = (
        tasklist.in_stage(seen, stage)
        .select_related("department", "area")
        .order_by("ends_on", "pk")
    )
    rows = list(rows[: MOST + 1])
    context = {
        "rows": rows[:MOST],
        "is_more": len(rows) > MOST,
        "stage": stage,
        "stages": Stage.choices,
        "waiting": seen.filter(decision=Decision.PROPOSED).count(),
        "load": tasklist.load_of(rows[:MOST]) if stage == Stage.RUNNING else None,
        "may_propose": _may_propose(request.user),
        "formats": formats_for("duties"),
        "stage_query": f"?stage={stage.value}",
    }
    return render(request, "grids/duty_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def duty_new(request):
    if not _may_propose(request.user):
        raise Http404
    form = DutyForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            duty = actions.propose_duty(by=request.user, **form.given())
        except Refused as refused:
            # Said at the form: what was typed must not be lost.
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Proposed. Somebody else decides on it."))
            return redirect("grids:duty", duty.pk)
    return render(request, "grids/duty_new.html", {"form": form})


def _duty_or_404(request, pk) -> Duty:
    found = Duty.objects.select_related(
        "department", "area", "proposed_by", "decided_by", "withdrawn_by"
    )
    duty = get_object_or_404(found, pk=pk)
    if not request.user.has_perm("grids.view_duty", duty):
        raise Http404
    return duty


@require_GET
@never_cache
def duty_detail(request, pk):
    """One duty, the gate it passed, and what it adds to what the places carry."""
    duty = _duty_or_404(request, pk)
    may_admit = request.user.has_perm("grids.admit_duty", duty)
    is_own = duty.proposed_by_id == request.user.pk
    sees_counts = request.user.has_perm("grids.oversee", duty.area)
    is_running = duty.stage_today == Stage.RUNNING
    overview = tasklist.overview(duty.area, [duty]) if sees_counts and is_running else None
    context = {
        "duty": duty,
        "before": tasklist.heaviest(duty),
        "adds": tasklist.load_of([duty]),
        "may_decide": may_admit and not is_own and duty.decision == Decision.PROPOSED,
        "is_own": may_admit and is_own and duty.decision == Decision.PROPOSED,
        "may_withdraw": may_admit and duty.stage_today in (Stage.RUNNING, Stage.COMING),
        "overview": overview,
        "period": duty.period(clock.today()) if is_running else None,
    }
    return render(request, "grids/duty_detail.html", context)


@require_POST
def duty_decide(request, pk):
    duty = _duty_or_404(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That could not be read, and nothing was decided. Try again."))
        return redirect("grids:duty", duty.pk)
    given = form.cleaned_data
    actions.decide_duty(duty, given["step"], by=request.user, reason=given["reason"])
    return redirect("grids:duty", duty.pk)


@require_GET
@never_cache
def area_duties(request, code):
    """What an area is asked and what came of it: by duty and by place, never by person."""
    area = area_or_404(code)
    user = request.user
    if not (user.has_perm("grids.oversee", area) or user.has_perm("grids.do_duty", area)):
        raise Http404
    duties = tasklist.running_in(area)
    tasks = tasklist.tasks_of([area]) if area.level >= Level.COMMUNITY else []
    context = {
        "area": area,
        "above": queries.line_of(area)[:-1],
        "tasks": tasks,
        "may_do": user.has_perm("grids.do_duty", area),
        "overview": tasklist.overview(area, duties) if area.level < Level.GRID else None,
        "formats": formats_for("duties"),
        "load": tasklist.load_of(one.duty for one in tasks) if tasks else None,
    }
    return render(request, "grids/area_duties.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer(request, code, pk):
    """One duty of one of my places, a thumb wide: each place on the list, then done or why not."""
    area = area_or_404(code)
    if not request.user.has_perm("grids.do_duty", area):
        raise Http404
    task = next((one for one in tasklist.tasks_of([area]) if one.duty.pk == pk), None)
    if task is None:
        raise Http404
    form = AnswerForm(request.POST or None, duty=task.duty, initial={"client_id": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_duty(task.duty, area, by=request.user, **form.given())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(duty)s: noted.") % {"duty": task.duty.name})
            return redirect(_back(request.user, area))
    context = {
        "task": task,
        "area": area,
        "form": form,
        "rows": form.rows(),
        "back": _back(request.user, area),
    }
    return render(request, "grids/duty_answer.html", context)


def _back(user, area) -> str:
    """To /field/ for who goes round, else to the list of the area."""
    if area in queries.own_grids(user):
        return "field:today"
    return area.get_absolute_url()
