"""Rounds of claiming, and common topics."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import actions, pools
from consultations.forms import pools as forms
from consultations.models import Pool, PoolItem, Theme
from consultations.views.platforms import CONFLICT, page
from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import scoping

PAGE = 50
RIGHT = "consultations.publish_pool"


def _may_begin(request: HttpRequest) -> bool:
    return any(scoping.prefixes(request.user, one) for one in pools.DRAFTS)


@require_safe
def pool_list(request: HttpRequest) -> HttpResponse:
    """The rounds, the latest first."""
    rows = pools.visible(request.user).select_related("area").order_by("-pk")[:PAGE]
    context = {"pools": rows, "now": clock.now(), "may_begin": _may_begin(request)}
    return page(request, "consultations/_pool_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    if not _may_begin(request):
        raise PermissionDenied
    form = forms.BeginForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = actions.begin_pool(by=request.user, **form.cleaned_data)
        return redirect(made)
    status = 400 if form.is_bound else 200
    return page(request, "consultations/_pool_new.html", {"form": form}, status=status)


def _found(request: HttpRequest, pk: int) -> Pool:
    rows = pools.visible(request.user).select_related("area", "follows")
    return get_object_or_404(rows, pk=pk)


@require_safe
@never_cache
def pool(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


def _page(
    request: HttpRequest, found: Pool, *, status: int = 200, refusal: str = "", **bound: Any
) -> HttpResponse:
    now = clock.now()
    may_edit = found.is_draft and request.user.has_perm(RIGHT, found.area)
    is_open = found.is_open(now)
    mine = pools.claimants(request.user, found) if is_open else None
    may_claim = mine is not None and mine.exists()
    items = pools.items(found)
    context = {
        "pool": found,
        "items": [
            (
                one,
                forms.ClaimForm(platforms=mine, initial={"item": one.pk}, auto_id=f"claim{one.pk}_%s")
                if may_claim and not hasattr(one, "claim")
                else None,
            )
            for one in items
        ],
        "claimed": sum(hasattr(one, "claim") for one in items),
        "is_open": is_open,
        "may_edit": may_edit,
        "item_set": forms.ItemSet.fresh(found) if may_edit else None,
        "open_form": forms.OpenForm(auto_id="open_%s") if may_edit else None,
        "refusal": refusal,
        **bound,
    }  # fmt: skip
    return page(request, "consultations/_pool.html", context, status=status)


@require_POST
@never_cache
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Write the topics of a draft, publish it, claim one."""
    found = _found(request, pk)
    take = ACTS.get(name)
    if take is None:
        raise Http404
    try:
        answer = take(request, found)
    except Refused as refusal:
        return _page(request, _found(request, pk), status=CONFLICT, refusal=str(refusal.message))
    return answer or redirect(found)


def _items(request: HttpRequest, found: Pool) -> HttpResponse | None:
    if not request.user.has_perm(RIGHT, found.area):
        raise PermissionDenied
    form = forms.ItemSet(request.POST)
    if not form.is_valid():
        return _page(request, found, status=400, item_set=form)
    actions.set_items(found, form.items(), by=request.user)
    messages.success(request, _("The draft is kept."))
    return None


def _publish(request: HttpRequest, found: Pool) -> HttpResponse | None:
    if not request.user.has_perm(RIGHT, found.area):
        raise PermissionDenied
    form = forms.OpenForm(request.POST, auto_id="open_%s")
    if not form.is_valid():
        return _page(request, found, status=400, open_form=form)
    actions.publish_pool(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("It is published. Who may claim is told."))
    return None


def _claim(request: HttpRequest, found: Pool) -> HttpResponse | None:
    mine = pools.claimants(request.user, found)
    if not mine.exists():
        raise PermissionDenied
    form = forms.ClaimForm(request.POST, platforms=mine)
    if not form.is_valid():
        return _page(request, found, status=400, refusal=" ".join(_errors(form)))
    given = form.cleaned_data
    item = get_object_or_404(PoolItem, pool=found, pk=given["item"])
    made = actions.claim(
        item, given["platform"], by=request.user, group=given["group"],
        with_seats=[one.pk for one in given["seats"]],
    )  # fmt: skip
    messages.success(
        request, _("It is yours: topic %(number)s was raised.") % {"number": made.topic.number}
    )
    return None


def _errors(form: forms.ClaimForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


ACTS = {"items": _items, "publish": _publish, "claim": _claim}


# ── common topics ─────────────────────────────────────────────────────────────────────────────


@require_safe
def theme_list(request: HttpRequest) -> HttpResponse:
    rows = Theme.objects.select_related("area").order_by("-pk")[:PAGE]
    may_put = bool(scoping.prefixes(request.user, "consultations.supervise"))
    return page(request, "consultations/_theme_list.html", {"themes": rows, "may_put": may_put})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def theme_new(request: HttpRequest) -> HttpResponse:
    if not scoping.prefixes(request.user, "consultations.supervise"):
        raise PermissionDenied
    form = forms.ThemeForm(request.POST or None, user=request.user)
    status = 400 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            theme, _is_new = actions.put_theme(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
            status = CONFLICT
        else:
            messages.success(request, _("The question was put to each platform."))
            return redirect(theme)
    return page(request, "consultations/_theme_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def theme(request: HttpRequest, pk: int) -> HttpResponse:
    """What each table found, on one page; summed up by who asked."""
    found = get_object_or_404(Theme.objects.select_related("area"), pk=pk)
    may_sum = request.user.has_perm("consultations.put_theme", found.area)
    form = forms.SumForm(request.POST or None, initial={"summary": found.summary})
    status, refusal = (400 if form.is_bound else 200), ""
    if request.method == "POST":
        if not may_sum:
            raise PermissionDenied
        if form.is_valid():
            try:
                actions.sum_up(found, by=request.user, **form.cleaned_data)
            except Refused as stop:
                status, refusal = CONFLICT, str(stop.message)
            else:
                return redirect(found)
    answers = pools.answers(found, request.user)
    context = {
        "theme": found,
        "answers": answers,
        "taken_up": sum(one.topic is not None and one.topic.is_public for one in answers),
        "form": form if may_sum else None,
        "refusal": refusal,
    }
    return page(request, "consultations/_theme.html", context, status=status)
