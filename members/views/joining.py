"""The page behind a link, and asking by oneself: read, tick, and only then be on the roster."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as sign_in
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from govgrid.core.errors import Refused
from govgrid.core.throttle import limited
from govgrid.privacy import queries as privacy
from govgrid.privacy.models import Notice
from members import actions, roster
from members.forms.joining import ApplyForm, JoinForm
from members.models import Batch, Member
from members.views.roster_pages import CONFLICT, page
from members.workflow.roster import HELD, Purpose

BACKEND = "govgrid.accounts.backends.NameOrPhone"
# Links are typed or scanned by people; whoever tries them out is held up.
LINKS_A_MINUTE = 20
READ = ("GET", "HEAD", "POST")


def notices_at_the_door() -> dict[str, Notice]:
    """By purpose, in their order; what asks for sensitive data is published once it was assessed."""
    newest = {one.key: one for one in Notice.objects.newest().filter(key__in=list(Purpose))}
    return {str(key): newest[key] for key in Purpose if key in newest}


@require_http_methods(READ)
@never_cache
@sensitive_post_parameters()
@limited("links", LINKS_A_MINUTE)
def join(request: HttpRequest, token: str) -> HttpResponse:
    """A link of an invitation. What leads nowhere looks the same, whyever it does."""
    user = request.user if request.user.is_authenticated else None
    if user is not None and Member.objects.filter(user=user, state__in=HELD).exists():
        # His own link once more, or somebody else's: neither tells him anything.
        return redirect("members:me")
    found = roster.invitation_of(token)
    if found is None:
        return nowhere(request)
    form = JoinForm(request.POST or None, notices=notices_at_the_door(), user=user)
    if request.method == "POST" and form.is_valid():
        return _answer(request, token, form)
    return _page(request, form, {"area": found.area, "batch": found.batch})


def nowhere(request: HttpRequest) -> HttpResponse:
    return page(request, "members/_link_over.html", {}, status=404)


def _answer(request: HttpRequest, token: str, form: JoinForm) -> HttpResponse:
    user = None if form.is_new else request.user
    language = get_language() or settings.LANGUAGE_CODE
    try:
        member = actions.answer_invitation(
            token, form.joining(), by=user, login=form.login(language)
        )
    except actions.NoSuchLink:
        return nowhere(request)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, form, {}, status=CONFLICT)
    if user is None:
        sign_in(request, member.user, backend=BACKEND)
    messages.success(request, _("You are on the roster. This is your page."))
    return redirect("members:me")


def _page(
    request: HttpRequest, form: JoinForm, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    code = 400 if form.is_bound and form.errors and status == 200 else status
    whole = {"form": form, **context}
    return page(request, "members/_join.html", whole, status=code)


@require_http_methods(READ)
@never_cache
def apply(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Asking by oneself, or by a batch's page."""
    batch = get_object_or_404(Batch.objects.select_related("area"), pk=pk) if pk else None
    if Member.objects.filter(user=request.user, state__in=HELD).exists():
        return redirect("members:me")
    form = ApplyForm(
        request.POST or None, notices=notices_at_the_door(), user=request.user,
        initial={"name": request.user.name, "area": batch.area.code if batch else None},
    )  # fmt: skip
    context = {"batch": batch, "applies": True, "assessed": privacy.is_assessed("members")}
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, context)
    try:
        actions.apply(form.joining(), area=form.cleaned_data["area"], by=request.user, batch=batch)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, form, context, status=CONFLICT)
    messages.success(request, _("Your application is sent. What is kept of you is on this page."))
    return redirect("members:me")
