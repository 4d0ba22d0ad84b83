"""My page: what is held of me, who read it, what I agreed to; change it, rest, leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core import clock
from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from govgrid.privacy.models import AccessLog, Consent, Notice
from members import actions, roster, roster_copies
from members.forms.mine import AffiliationForm, EditForm
from members.holdings_roster import subjects_of, words_of
from members.models import Member
from members.views.roster_pages import CONFLICT, page, unseen
from members.workflow.joining import REMINDED_BEFORE
from members.workflow.roster import HELD, NEEDED, ON_ROSTER, MemberState, Purpose

READINGS, EVENTS = 30, 30


def mine(request: HttpRequest) -> Member:
    """The own entry; who has none, or whose was erased, has no such page."""
    rows = Member.objects.filter(user=request.user).exclude(name="").for_lists()
    return get_object_or_404(rows.select_related("consent__notice", "batch"))


@require_safe
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    rows = Member.objects.filter(user=request.user).exclude(name="")
    if not rows.exists():
        return page(request, "members/_no_entry.html", {"batches": roster.open_batches()})
    return shown(request, mine(request))


def shown(request: HttpRequest, found: Member, *, status: int = 200, **more: Any) -> HttpResponse:
    readings = AccessLog.objects.of_subjects(subjects_of(found)).exclude(by=request.user)
    soon = clock.today() + REMINDED_BEFORE
    context = {
        "member": found,
        "held": [(label, said) for label, said in words_of(found, by=request.user).items() if said],
        "is_held": found.state in HELD,
        "switches": switches(request, found),
        "readings": [
            (one, roster_copies.role_word(one)) for one in readings.select_related("by")[:READINGS]
        ],
        "events": [
            (one, roster_copies.fields_in_words(one))
            for one in found.events.order_by("-pk")[:EVENTS]
        ],
        "has_sealed": actions.has_sealed(found, by=request.user),
        "may_pause": found.state == MemberState.ACTIVE,
        "may_resume": found.state == MemberState.PAUSED,
        "to_review": found.state in ON_ROSTER and found.review_on and found.review_on <= soon,
        "affiliation": affiliation_notice(),
        "affiliation_form": AffiliationForm(auto_id="affiliation_%s"),
        **more,
    }
    return page(request, "members/_me.html", context, status=status)


def switches(request: HttpRequest, found: Member) -> list[dict[str, Any]]:
    """Each purpose with its notice as it holds, whether it is agreed to, and whether that is stale."""
    newest = {one.key: one for one in Notice.objects.newest().filter(key__in=list(Purpose))}
    live = Consent.objects.of(user=request.user).live().with_staleness().select_related("notice")
    given = {one.purpose_key: one for one in live}
    return [
        {
            "key": key,
            "label": key.label,
            "notice": newest[key],
            "given": given.get(key),
            "is_stale": bool(given.get(key) and given[key].is_stale),
            "is_needed": key == NEEDED,
            "by_form": key == Purpose.AFFILIATION,
        }
        for key in Purpose
        if key in newest
    ]


def affiliation_notice() -> Notice | None:
    """Published once its use was assessed; before that nobody is asked."""
    return Notice.objects.newest().filter(key=Purpose.AFFILIATION).first()


# ── what can be done ──────────────────────────────────────────────────────────────────────────


def _act(request: HttpRequest, do: Callable[[Member], Any], done: str) -> HttpResponse:
    found = mine(request)
    try:
        do(found)
    except Refused as refusal:
        return shown(request, mine(request), status=CONFLICT, refusal=str(refusal.message))
    messages.success(request, done)
    return redirect("members:me")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: HttpRequest) -> HttpResponse:
    found = mine(request)
    if found.state not in HELD:
        raise Http404
    form = EditForm(request.POST or None, member=found)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(found, form.changes(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
            status = CONFLICT
        else:
            messages.success(request, _("Changed. It is on record that it was, not what it was."))
            return redirect("members:me")
    context = {
        "form": form,
        "has_phone": "phone" in actions.has_sealed(found, by=request.user),
    }
    return page(request, "members/_me_edit.html", context, status=status)


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    done = _("You are out of search until you go on.")
    return _act(request, lambda found: actions.pause(found, by=request.user), done)


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    return _act(request, lambda found: actions.resume(found, by=request.user), _("You are back."))


@require_POST
def review(request: HttpRequest) -> HttpResponse:
    done = _("Thank you. You are asked again in two years.")
    return _act(request, lambda found: actions.review(found, by=request.user), done)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The second of two taps."""
    done = _("You have left. What was kept of you is erased within 15 days.")
    return _act(request, lambda found: actions.leave(found, by=request.user), done)


@require_POST
def consent(request: HttpRequest, key: str) -> HttpResponse:
    """One switch: on with the notice that was read, or off."""
    if key not in set(Purpose):
        raise Http404
    # A number that is none agrees to nothing, and takes nothing back either.
    if (pk := request.POST.get("notice")) is not None:
        read = int(pk) if pk.isascii() and pk.isdecimal() and len(pk) < 19 else 0
        return _act(
            request, lambda found: actions.agree(found, key, read, by=request.user),
            _("You agreed."),
        )  # fmt: skip
    return _act(
        request, lambda found: actions.withdraw(found, key, by=request.user),
        _("Taken back, from this moment."),
    )  # fmt: skip


@require_POST
@never_cache
def affiliation(request: HttpRequest) -> HttpResponse:
    found, notice = mine(request), affiliation_notice()
    if notice is None:
        raise Http404
    form = AffiliationForm(request.POST, auto_id="affiliation_%s")
    if not form.is_valid():
        return shown(request, found, status=400, affiliation_form=form)
    pk = request.POST.get("notice", "")
    read = int(pk) if pk.isascii() and pk.isdecimal() and len(pk) < 19 else 0
    return _act(
        request,
        lambda one: actions.set_affiliation(
            one, form.cleaned_data["association"], read, by=request.user
        ),
        _("Kept, sealed."),
    )


@require_POST
@never_cache
def sealed(request: HttpRequest) -> HttpResponse:
    """What is sealed of me, shown to me."""
    found = mine(request)
    opened = actions.own_sealed(found, by=request.user, ip=client_address(request))
    return shown(request, found, opened=opened)


@require_POST
@never_cache
def copy(request: HttpRequest, kind: str) -> HttpResponse:
    """All that is held of me, to take along."""
    found = mine(request)
    whole = roster_copies.of(found, by=request.user, ip=client_address(request))
    if kind == "json":
        response: HttpResponse = JsonResponse(
            whole, json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
    else:
        response = HttpResponse(roster_copies.pdf(whole), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.serial}.{kind}"'
    return unseen(response)
