"""Covenants: the one in force and its history for everybody, drafting and what follows for the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import actions, covenants
from consultations.actions import Drafting
from consultations.forms import covenants as forms
from consultations.forms.ballots import AskForm
from consultations.models import Covenant, Platform
from consultations.views.ballots import page
from consultations.workflow.ballots import CovenantState
from govgrid.core.errors import Refused

CONFLICT = 409
PAGE = 50


@require_safe
def covenant_list(request: HttpRequest) -> HttpResponse:
    """What is in force or in the making, everywhere."""
    live = [CovenantState.IN_FORCE, CovenantState.DRAFT, CovenantState.VOTING]
    rows = covenants.visible().filter(state__in=live).order_by("-pk")[:PAGE]
    return page(request, "consultations/_covenant_list.html", {"covenants": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Draft one, or the next version: its words are taken from the one in force."""
    platform = get_object_or_404(Platform.objects.select_related("area", "compound"), code=code)
    if not request.user.has_perm("consultations.convene", platform):
        raise PermissionDenied
    status = 400 if request.method == "POST" else 200
    if request.method == "POST":
        form = forms.CovenantForm(request.POST, platform=platform)
        if form.is_valid():
            try:
                made = actions.draft_covenant(
                    platform, Drafting(**form.cleaned_data), by=request.user
                )
            except Refused as refusal:
                form.add_error(None, str(refusal.message))
                status = CONFLICT
            else:
                messages.success(request, _("It is drafted; everybody can read and comment it."))
                return redirect(made)
    else:
        form = forms.CovenantForm(initial=_words(request, platform), platform=platform)
    context = {"platform": platform, "form": form}
    return page(request, "consultations/_covenant_new.html", context, status=status)


def _words(request: HttpRequest, platform: Platform) -> dict[str, Any]:
    said = request.GET.get("from", "")
    if not (said.isascii() and said.isdecimal() and len(said) < 19):
        return {}
    old = get_object_or_404(Covenant.objects.public(), pk=int(said), platform=platform)
    text = "\n".join(one.text for one in old.clauses.all())
    return {"kind": old.kind, "title": old.title, "clauses": text}


@require_safe
@never_cache
def covenant(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, get_object_or_404(covenants.visible(), pk=pk))


def shown(
    request: HttpRequest, found: Covenant, *, status: int = 200, refusal: str = "", **bound: Any
) -> HttpResponse:
    convenes = request.user.has_perm("consultations.convene", found)
    files = request.user.has_perm("consultations.file_covenant", found)
    moderates = request.user.has_perm("consultations.moderate", found)
    is_draft = found.state == CovenantState.DRAFT
    old = covenants.before(found)
    context = {
        "covenant": found,
        "clauses": covenants.clauses(found),
        "versions": covenants.versions(found),
        "before": old,
        "changes": covenants.changes(found, old) if old else [],
        "is_draft": is_draft,
        "convenes": convenes,
        "checks": files and is_draft and request.user.pk != found.drafted_by_id,
        "files": files,
        "moderates": moderates,
        "comments_open": is_draft and request.user.is_authenticated,
        "is_passed": found.ballot is not None and bool(found.ballot.is_passed),
        "is_lost": found.ballot is not None and found.ballot.is_passed is False,
        "reword_form": forms.CovenantForm.of(found) if is_draft and convenes else None,
        "comment_form": forms.CommentForm(auto_id=False),
        "check_form": forms.CheckForm(
            auto_id="check_%s", initial={"legal_check": found.legal_check}
        ),
        "vote_form": AskForm.fresh(found.platform, covenant_kind=found.kind)
        if is_draft and convenes and found.legal_check
        else None,
        "enact_form": forms.EnactForm(auto_id="enact_%s"),
        "file_form": forms.FileForm(auto_id="file_%s"),
        "refusal": refusal,
        **bound,
    }
    return page(request, "consultations/_covenant.html", context, status=status)


class Act(NamedTuple):
    """An act of the page: what it does with the cleaned form, and what it says afterwards."""

    take: Callable[..., object]
    form: Callable[..., Any] | None
    name: str
    done: Any


def _comment(found: Covenant, *, by: Any, position: int, body: str) -> object:
    return actions.comment_clause(found, position, by=by, body=body)


def _hide(found: Covenant, *, by: Any, comment: int, reason: str) -> object:
    rows = found.comments.select_related("covenant__platform__area")
    return actions.hide_comment(get_object_or_404(rows, pk=comment), by=by, reason=reason)


ACTS = {
    "reword": Act(
        actions.reword_covenant, forms.CovenantForm, "reword_form",
        gettext_lazy("The draft is worded anew."),
    ),
    "comment": Act(_comment, forms.CommentForm, "", gettext_lazy("Thank you. It is said.")),
    "hide": Act(_hide, forms.HideForm, "", gettext_lazy("It is hidden.")),
    "check": Act(
        actions.check_covenant, forms.CheckForm, "check_form", gettext_lazy("The check is written down.")
    ),
    "unvote": Act(actions.unvote_covenant, None, "", gettext_lazy("It is a draft again.")),
    "enact": Act(actions.enact_covenant, forms.EnactForm, "enact_form", gettext_lazy("It is in force.")),
    "drop": Act(actions.drop_covenant, None, "", gettext_lazy("It is dropped.")),
    "file": Act(actions.file_covenant, forms.FileForm, "file_form", gettext_lazy("It is filed.")),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act. Refused, the page says why and keeps what was written."""
    found = get_object_or_404(covenants.visible(), pk=pk)
    if act not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect(found)
    take, form_of, name, done = ACTS[act]
    form = form_of(request.POST, auto_id=f"{act}_%s") if form_of else None
    if form is not None and not form.is_valid():
        words = " ".join(str(one) for some in form.errors.values() for one in some)
        bound = {name: form} if name else {"refusal": words}
        return shown(request, found, status=400, **bound)
    try:
        take(found, by=request.user, **(form.cleaned_data if form else {}))
    except Refused as refusal:
        found = get_object_or_404(covenants.visible(), pk=pk)
        return shown(request, found, status=CONFLICT, refusal=str(refusal.message))
    messages.success(request, done)
    return redirect("consultations:covenants" if act == "drop" else found)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def put_to_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft its ballot; it is announced at the ballot's own desk."""
    found = get_object_or_404(covenants.visible(), pk=pk)
    if request.method != "POST":
        return redirect(found)
    if not request.user.has_perm("consultations.convene", found):
        raise PermissionDenied
    form = AskForm(request.POST, platform=found.platform, covenant_kind=found.kind)
    if not form.is_valid():
        return shown(request, found, status=400, vote_form=form)
    question = _("Shall “%(title)s”, version %(number)s, come into force?")
    fixed = {
        "question": question % {"title": found.title, "number": found.number},
        "options": (_("In favour"), _("Against"), _("Abstain")),
    }
    try:
        ballot = actions.vote_on_covenant(found, form.asking(**fixed), by=request.user)
    except Refused as refusal:
        return shown(request, found, status=CONFLICT, refusal=str(refusal.message), vote_form=form)
    return redirect("consultations:ballot-desk", ballot.pk)
