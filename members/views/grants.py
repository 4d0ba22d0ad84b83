"""The public register of grants of duty, a holder's page, and granting, answering, revoking."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core.errors import Refused
from grids import scoping
from members import actions, grants
from members.forms import grants as shapes
from members.models import Grant
from members.views.shell import CONFLICT, PAGE, cut, page
from members.workflow.grants import GrantState

MAY = "members.grant_duty"
OPEN = {GrantState.OFFERED, GrantState.AHEAD, GrantState.IN_FORCE}


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """What bodies may do here and for how long; and what waits for this reader's answer."""
    form = shapes.GrantSearchForm(request.GET)
    rows = form.narrow(Grant.objects.public().for_lists())
    user = request.user
    may_grant = bool(scoping.prefixes(user, MAY))
    offered = grants.visible(user).filter(accepted_at=None).for_lists().order_by("-pk")
    context = {
        "form": form,
        **cut(request, rows),
        "may_grant": may_grant,
        "offered": list(offered[:PAGE]) if user.is_authenticated else [],
    }
    status = 200 if form.is_valid() else 400
    return page(request, "members/_grant_list.html", _("Grants of duty"), context, status=status)


@require_safe
def holder(request: HttpRequest, key: str) -> HttpResponse:
    """All that one body was granted."""
    rows = list(grants.held(key).for_lists().order_by("-pk")[:PAGE])
    if not rows:
        raise Http404
    context = {"rows": rows, "holder": rows[0].holder}
    return page(request, "members/_grant_holder.html", rows[0].holder, context)


def _seen(request: HttpRequest, number: str) -> Grant:
    rows = grants.visible(request.user).for_lists().select_related("renews", "renewed_by")
    rows = rows.select_related("organisation", "association", "representative", "area",
                               "renews", "renewed_by")  # fmt: skip
    return get_object_or_404(rows, number=number)


@require_safe
def grant(request: HttpRequest, number: str) -> HttpResponse:
    return _shown(request, _seen(request, number))


def _shown(
    request: HttpRequest, one: Grant, *, bound: forms.Form | None = None, name: str = "",
    refusal: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    user = request.user
    is_offered = one.state == GrantState.OFFERED
    may_grant = user.has_perm(MAY, one.area)
    represents = user.has_perm("members.accept_grant", one)
    on_paper = may_grant and one.representative_id is None
    renewed = getattr(one, "renewed_by", None)
    context = {
        "one": one,
        "renewed": renewed,
        "may_accept": is_offered and (represents or on_paper),
        "may_decline": is_offered and represents,
        "accept": bound if name == "accept" else shapes.AcceptForm(),
        "on_paper": on_paper,
        "may_revoke": may_grant and one.state in OPEN,
        "revoke": bound if name == "revoke" else shapes.RevokeForm(),
        "may_renew": may_grant and one.is_accepted and renewed is None,
        "names_representative": one.shown_representative or may_grant or represents,
        "refusal": refusal,
    }
    return page(request, "members/_grant.html", one.number, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Grant one; ``?renews=`` fills in what a former one said."""
    if not scoping.prefixes(request.user, MAY):
        raise PermissionDenied
    number = request.GET.get("renews", "")
    before = _seen(request, number) if number else None
    if request.method != "POST":
        form = shapes.GrantForm.renewing(before) if before else shapes.GrantForm()
        return _new(request, form, before)
    form = shapes.GrantForm(request.POST)
    if not form.is_valid():
        return _new(request, form, before, status=400)
    try:
        made = actions.grant_duty(form.granting(), by=request.user, renews=before)
    except Refused as refused:
        return _new(request, form, before, refusal=str(refused.message), status=CONFLICT)
    messages.success(request, _("It is offered. Nothing holds until the holder accepts."))
    return redirect(made)


def _new(
    request: HttpRequest, form: forms.Form, before: Grant | None, *, refusal: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "before": before, "refusal": refusal}
    return page(request, "members/_grant_new.html", _("Grant a duty"), context, status=status)


@require_POST
@never_cache
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """accept, decline, revoke."""
    if name not in ACTS:
        raise Http404
    one = _seen(request, number)
    kind, do = ACTS[name]
    form = kind(request.POST)
    if not form.is_valid():
        return _shown(request, one, bound=form, name=name, status=400)
    try:
        do(one, request.user, form.cleaned_data)
    except Refused as refused:
        return _shown(
            request, one, bound=form, name=name, refusal=str(refused.message), status=CONFLICT
        )
    messages.success(request, _("It is kept."))
    return redirect("members:grants" if name == "decline" else one.get_absolute_url())


ACTS: dict[str, tuple[type[forms.Form], Any]] = {
    "accept": (
        shapes.AcceptForm, lambda one, by, given: actions.accept_grant(one, by=by, **given),
    ),
    "decline": (forms.Form, lambda one, by, _given: actions.decline_grant(one, by=by)),
    "revoke": (
        shapes.RevokeForm, lambda one, by, given: actions.revoke_grant(one, by=by, **given),
    ),
}  # fmt: skip
