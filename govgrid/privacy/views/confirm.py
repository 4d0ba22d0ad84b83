"""That it is the person himself: a code from his phone before something sealed is opened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp import user_has_device

from govgrid.accounts import actions as accounts
from govgrid.accounts.forms import CodeForm
from govgrid.core.addresses import ours
from govgrid.core.clock import now
from govgrid.privacy import proofs
from govgrid.privacy.proofs import SecondFactorProof

CONFLICT = 409


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The devices themselves slow down guessing. Who has none is told where to set one up."""
    target = ours(request.POST.get("next", request.GET.get("next", "")), request)
    form = CodeForm(request.POST or None)
    context = {"form": form, "next": target, "has_device": user_has_device(request.user)}
    if not context["has_device"]:
        status = CONFLICT if request.method == "POST" else 200
        return render(request, "privacy/confirm.html", context, status=status)
    if form.is_valid():
        if accounts.use_code(request.user, form.cleaned_data["code"]) is not None:
            proofs.keep(request.session, SecondFactorProof(request.user.pk, now()))
            return redirect(target or "privacy:mine")
        form.add_error("code", _("This code is wrong or was used. Wait for the next one."))
    return render(request, "privacy/confirm.html", context)
