"""Recruiting in batches: the open calls, one call, and who was chosen."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from members import actions, roster
from members.forms.inviting import BatchForm
from members.models import Batch, Member
from members.views.roster_pages import CONFLICT, page
from members.workflow.roster import ON_ROSTER, MemberState

SHOWN = 50


@require_safe
def batch_list(request: HttpRequest) -> HttpResponse:
    """Open calls first."""
    rows = Batch.objects.select_related("area").prefetch_related("wanted").order_by("-closes_at")
    keeps = roster.areas(request.user, roster.KEEP).exists()
    return page(request, "members/_batches.html", {"rows": rows[:SHOWN], "keeps": keeps})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    if not roster.areas(request.user, roster.KEEP).exists():
        raise PermissionDenied
    form = BatchForm(request.POST or None, user=request.user)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_batch(form.call(), area=form.cleaned_data["area"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
            status = CONFLICT
        else:
            messages.success(request, _("The call is open."))
            return redirect(made)
    context = {"form": form}
    return page(request, "members/_batch_new.html", context, status=status)


@require_safe
@never_cache
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """The call; once decided, who was chosen and agreed to be shown, and how many there are: for
    who keeps the roster there and reads the rows exactly, for all others as it is published."""
    rows = Batch.objects.select_related("area").prefetch_related("wanted")
    found = get_object_or_404(rows, pk=pk)
    of_it = Member.objects.filter(batch=found)
    keeps = request.user.has_perm("members.keep_roster", found)
    waiting = list(of_it.filter(state=MemberState.APPLIED).for_lists()[:SHOWN]) if keeps else []
    if waiting:
        actions.note_list(waiting, by=request.user, ip=client_address(request))
    chosen = of_it.filter(state__in=ON_ROSTER).count() if keeps else roster.chosen_by(found)
    context = {
        "batch": found,
        "chosen": chosen,
        "not_taken": of_it.filter(state=MemberState.DECLINED).count() if keeps else 0,
        "shown": list(of_it.listed().for_lists().order_by("pk")[:SHOWN]),
        "waiting": waiting,
        "keeps": keeps,
    }
    return page(request, "members/_batch.html", context)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Batch.objects.select_related("area"), pk=pk)
    actions.close_batch(found, by=request.user)
    messages.success(request, _("The call is closed."))
    return redirect(found)
