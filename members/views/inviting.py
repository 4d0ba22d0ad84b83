"""Asking people to join: one, or a list that is looked at before anybody is asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from govgrid.core.errors import Refused
from govgrid.privacy import queries as privacy
from grids.models import Area
from members import actions, invitesheet, roster
from members.actions import Round
from members.forms.inviting import InviteForm, ListForm
from members.invitesheet import Invitee
from members.models import Batch, Invitation
from members.views import carried
from members.views.roster_pages import CONFLICT, page, workbook
from members.workflow.joining import SCOPE

SHOWN = 50
PEOPLE, ERRORS, LINKS = "people", "errors", "links"


def _must_keep(request: HttpRequest) -> None:
    if not roster.areas(request.user, roster.KEEP).exists():
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitations(request: HttpRequest) -> HttpResponse:
    """Who was asked, counted and not named; and asking one person more."""
    _must_keep(request)
    if request.method != "POST":
        return _page(request)
    form = InviteForm(request.POST, user=request.user, auto_id="one_%s")
    if not form.is_valid():
        return _page(request, status=400, form=form)
    said = form.cleaned_data
    try:
        done = actions.invite(
            [form.invitee()], area=said["area"], by=request.user, batch=said["batch"]
        )
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, status=CONFLICT, form=form)
    return _told(request, done)


def _page(request: HttpRequest, *, status: int = 200, **bound: Any) -> HttpResponse:
    areas = roster.areas(request.user, roster.KEEP).values("pk")
    rows = Invitation.objects.filter(area__in=areas).select_related("area", "batch")
    context = {
        "rows": rows.defer("name", "phone", "organisation").order_by("-pk")[:SHOWN],
        "open": Invitation.objects.open().filter(area__in=areas).count(),
        "form": InviteForm(user=request.user, auto_id="one_%s"),
        "list_form": ListForm(user=request.user, auto_id="list_%s"),
        "assessed": privacy.is_assessed(SCOPE),
        "most": invitesheet.MOST_PEOPLE,
        **bound,
    }
    return page(request, "members/_invitations.html", context, status=status)


@require_POST
@never_cache
def preview(request: HttpRequest) -> HttpResponse:
    """What a file holds. Nobody is asked yet, and nothing of it is kept here."""
    _must_keep(request)
    form = ListForm(request.POST, request.FILES, user=request.user, auto_id="list_%s")
    if not form.is_valid():
        return _page(request, status=400, list_form=form)
    said = form.cleaned_data
    try:
        sheet = invitesheet.read_people(said["file"].read(), said["file"].name)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, status=CONFLICT, list_form=form)
    user = request.user.pk
    content = {
        "area": said["area"].pk,
        "batch": said["batch"].pk if said["batch"] else None,
        "people": sheet.people,
    }
    context = {
        "area": said["area"],
        "batch": said["batch"],
        "people": sheet.people[:SHOWN],
        "count": len(sheet.people),
        "problems": sheet.problems[:SHOWN],
        "wrong": len(sheet.problems),
        "carried": carried.seal(PEOPLE, user, content) if sheet.people else "",
        "errors": carried.seal(ERRORS, user, invitesheet.error_rows(sheet))
        if sheet.problems
        else "",
    }
    return page(request, "members/_invite_preview.html", context)


@require_POST
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask those who were on the page before. Sent twice, the second time asks nobody."""
    _must_keep(request)
    try:
        said = carried.unseal(PEOPLE, request.user.pk, request.POST.get("carried", ""))
        area = get_object_or_404(Area, pk=said["area"])
        batch = Batch.objects.filter(pk=said["batch"]).first() if said["batch"] else None
        people = [Invitee(*one) for one in said["people"]]
        done = actions.invite(people, area=area, by=request.user, batch=batch)
    except Refused as refusal:
        return _page(request, status=CONFLICT, refusal=str(refusal.message))
    return _told(request, done)


def _told(request: HttpRequest, done: Round) -> HttpResponse:
    """The links, this once: only their digests are kept."""
    links = [(one.who.name, _address(request, one.token)) for one in done.links]
    sealed = carried.seal(LINKS, request.user.pk, links) if links else ""
    context = {
        "links": links[:SHOWN],
        "count": len(links),
        "skipped": done.skipped,
        "sealed": sealed,
    }
    return page(request, "members/_links.html", context)


def _address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("members:join", args=[token]))


@require_POST
@never_cache
def download(request: HttpRequest, what: str) -> HttpResponse:
    """The links, or the wrong lines, as a workbook of texts."""
    _must_keep(request)
    kind = LINKS if what == LINKS else ERRORS
    try:
        rows = carried.unseal(kind, request.user.pk, request.POST.get("carried", ""))
    except Refused as refusal:
        return _page(request, status=CONFLICT, refusal=str(refusal.message))
    name, phone = pgettext("person", "Name"), _("Telephone")
    headings = {
        LINKS: [name, _("Link")],
        ERRORS: [_("Line"), _("What is wrong"), name, phone, _("Organisation")],
    }
    return workbook(invitesheet.write_table(headings[kind], rows), kind)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    areas = roster.areas(request.user, roster.KEEP).values("pk")
    found = get_object_or_404(
        Invitation.objects.filter(area__in=areas).select_related("area"), pk=pk
    )
    actions.withdraw_invitation(found, by=request.user)
    messages.success(request, _("The link leads nowhere from now on."))
    return redirect("members:invitations")
