"""The desk of a ballot: drafting, list, keys, announcing, paper, the count, calling it off."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import actions, ballots, voters
from consultations.forms import ballots as forms
from consultations.models import Ballot, Elector, Platform
from consultations.views.ballots import in_sight, page
from consultations.workflow import envelopes
from consultations.workflow.ballots import BallotState, Basis, Channel
from govgrid.core.errors import Refused
from grids.spatial.writing import neutral

CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Draft a question."""
    platform = get_object_or_404(Platform.objects.select_related("area", "compound"), code=code)
    if not request.user.has_perm("consultations.convene", platform):
        raise PermissionDenied
    status = 400 if request.method == "POST" else 200
    if request.method == "POST":
        form = forms.AskForm(request.POST, platform=platform)
        if form.is_valid():
            try:
                made = actions.ask_ballot(platform, form.asking(), by=request.user)
            except Refused as refusal:
                form.add_error(None, str(refusal.message))
                status = CONFLICT
            else:
                messages.success(request, _("It is drafted. Nobody sees it until it is announced."))
                return redirect("consultations:ballot-desk", made.pk)
    else:
        topic = request.GET.get("topic", "")[:20]
        form = forms.AskForm.fresh(platform, topic=topic)
    context = {"platform": platform, "form": form}
    return page(request, "consultations/_ballot_new.html", context, status=status)


def at_desk(request: HttpRequest, pk: int) -> Ballot:
    """For who sits at the table; each act asks for more."""
    found = in_sight(request, pk)
    if not request.user.has_perm("consultations.view", found):
        raise PermissionDenied
    return found


@require_safe
@never_cache
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, at_desk(request, pk))


def shown(
    request: HttpRequest, found: Ballot, *, status: int = 200, refusal: str = "", **more: Any
) -> HttpResponse:
    asks = request.user.has_perm("consultations.convene", found)
    is_draft = found.state == BallotState.DRAFT
    papers = found.votes.filter(channel=Channel.PAPER).count() if found.is_secret else 0
    keys = list(found.keys.select_related("holder"))
    context = {
        "ballot": found,
        "is_draft": is_draft,
        "asks": asks,
        "counts": ballots.counts_too(request.user, found),
        "enters": request.user.has_perm("consultations.enter", found),
        "may_hold_key": request.user.pk != found.asked_by_id,
        "keys": keys,
        "my_key": next((one for one in keys if one.holder_id == request.user.pk), None),
        "is_list": found.basis == Basis.LIST,
        "listed": Elector.objects.filter(ballot=found).count(),
        "known": voters.entitled(found) if is_draft else found.entitled,
        "papers": papers,
        "covenant": getattr(found, "covenant", None),
        "ask_form": forms.AskForm.of(found) if is_draft and asks else None,
        "list_form": forms.ListForm(auto_id="list_%s"),
        "enter_form": forms.EnterForm(ballot=found, auto_id="enter_%s"),
        "count_form": forms.CountForm(ballot=found, papers=papers, auto_id="count_%s"),
        "void_form": forms.VoidForm(auto_id="void_%s"),
        "refusal": refusal,
        **more,
    }
    return page(request, "consultations/_ballot_desk.html", context, status=status)


def _fresh(request: HttpRequest, found: Ballot, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("consultations:ballot-desk", found.pk)


def _reword(request: HttpRequest, found: Ballot) -> HttpResponse:
    form = forms.AskForm(request.POST, platform=found.platform)
    if not form.is_valid():
        return shown(request, found, status=400, ask_form=form)
    actions.reword_ballot(found, form.asking(), by=request.user)
    return _fresh(request, found, _("The draft is worded anew."))


def _list(request: HttpRequest, found: Ballot) -> HttpResponse:
    """The letters come back as a file, once; nothing here can tell the codes again."""
    form = forms.ListForm(request.POST, request.FILES, auto_id="list_%s")
    if not request.user.has_perm("consultations.convene", found):
        raise PermissionDenied
    if not form.is_valid():
        return shown(request, found, status=400, list_form=form)
    letters = actions.bring_electors(found, form.cleaned_data["file"], by=request.user)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ballot-{found.pk}-letters.csv"'
    # With the mark, or Excel shows Chinese as noise.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["household", "code", "address"])
    address = request.build_absolute_uri(found.get_absolute_url())
    writer.writerows([neutral(one.label), neutral(one.code), address] for one in letters)
    return response


def _key(request: HttpRequest, found: Ballot) -> HttpResponse:
    """The public half of a key made in the browser; without one it is made here and shown once."""
    form = forms.KeyForm(request.POST)
    if form.is_valid():
        actions.hand_key(found, by=request.user, public=form.cleaned_data["public"])
        return _fresh(request, found, _("Your key is handed in. Keep the other half safe."))
    pair = envelopes.new_pair()
    actions.hand_key(found, by=request.user, public=pair.public, made="server")
    return shown(request, found, private=pair.private)


def _announce(request: HttpRequest, found: Ballot) -> HttpResponse:
    actions.announce_ballot(found, by=request.user)
    return _fresh(request, found, _("It is announced. Its rules are frozen now."))


def _enter(request: HttpRequest, found: Ballot) -> HttpResponse:
    form = forms.EnterForm(request.POST, ballot=found, auto_id="enter_%s")
    if not request.user.has_perm("consultations.enter", found):
        raise PermissionDenied
    if not form.is_valid():
        return shown(request, found, status=400, enter_form=form)
    people = voters.by_household(found, form.cleaned_data["household"])
    chosen = form.cleaned_data["person"]
    if chosen:
        people = [one for one in people if one.residency and one.residency.pk == chosen]
    if not people:
        form.add_error("household", _("Nobody of this household may vote here."))
        return shown(request, found, status=400, enter_form=form)
    if len(people) > 1 and found.count_by == "head":
        return shown(request, found, enter_form=form, enter_people=people)
    cast = actions.enter_vote(
        found, people[0], form.choices(), by=request.user, channel=form.cleaned_data["channel"]
    )
    if cast.receipt:
        return shown(request, found, entered_receipt=cast.receipt)
    return _fresh(request, found, _("Entered."))


def _count(request: HttpRequest, found: Ballot) -> HttpResponse:
    papers = found.votes.filter(channel=Channel.PAPER).count()
    form = forms.CountForm(request.POST, ballot=found, papers=papers, auto_id="count_%s")
    if not form.is_valid():
        return shown(request, found, status=400, count_form=form)
    actions.count_ballot(found, by=request.user, **form.given())
    messages.success(request, _("It is counted, and the result is out."))
    return redirect(found)


def _void(request: HttpRequest, found: Ballot) -> HttpResponse:
    form = forms.VoidForm(request.POST, auto_id="void_%s")
    if not form.is_valid():
        return shown(request, found, status=400, void_form=form)
    actions.void_ballot(found, by=request.user, reason=form.cleaned_data["reason"])
    return _fresh(request, found, _("It is called off."))


ACTS = {
    "reword": _reword,
    "list": _list,
    "key": _key,
    "announce": _announce,
    "enter": _enter,
    "count": _count,
    "void": _void,
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act of the desk. Refused, the page says why."""
    found = at_desk(request, pk)
    if act not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect("consultations:ballot-desk", pk)
    try:
        return ACTS[act](request, found)
    except Refused as refusal:
        return shown(request, at_desk(request, pk), status=CONFLICT, refusal=str(refusal.message))
