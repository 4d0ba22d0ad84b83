"""The desk at which somebody shows that he lives there."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from consultations import actions, ballots
from consultations.forms.ballots import VouchForm
from consultations.models import Residency
from consultations.views.ballots import page
from govgrid.accounts.models import User
from govgrid.core.errors import Refused
from grids.models import Area, Compound

RIGHT = "consultations.vouch"
CONFLICT = 409


def _area(request: HttpRequest, code: str) -> Area:
    if "\x00" in code:
        code = ""
    area = get_object_or_404(Area.objects.in_force(), code=code)
    if not request.user.has_perm(RIGHT, area):
        raise PermissionDenied
    return area


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def residencies(request: HttpRequest, code: str) -> HttpResponse:
    """Who was verified in an area, and verifying the next."""
    area = _area(request, code)
    compounds = Compound.objects.filter(community__path__startswith=area.path).order_by("code")
    status = 200
    form = VouchForm(compounds=compounds)
    if request.method == "POST":
        form = VouchForm(request.POST, compounds=compounds)
        status = CONFLICT if form.is_valid() else 400
        if form.is_valid() and _vouch(request, area, form):
            messages.success(request, _("Verified."))
            return redirect("consultations:residencies", code)
    context = {"area": area, "form": form, "rows": ballots.residencies(area)}
    return page(request, "consultations/_residencies.html", context, status=status)


def _vouch(request: HttpRequest, area: Area, form: VouchForm) -> bool:
    given = form.cleaned_data
    user = None
    if given["username"]:
        user = User.objects.filter(username__iexact=given["username"], is_active=True).first()
        if user is None:
            form.add_error("username", _("Nobody has this user name."))
            return False
    try:
        actions.vouch(
            area, given["household"], by=request.user, user=user, compound=given["compound"]
        )
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return False
    return True


@require_POST
def end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    area = _area(request, code)
    row = get_object_or_404(Residency.objects.within(area).select_related("area"), pk=pk)
    actions.end_residency(row, by=request.user)
    messages.success(request, _("It ended today."))
    return redirect("consultations:residencies", code)
