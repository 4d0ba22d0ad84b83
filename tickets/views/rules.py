"""Who must respond where: the rules, what is wrong with them, what one would do, and changing one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from govgrid.core.errors import Refused
from grids import scoping
from tickets import queries, routing, rulebook, rulecheck, rulelist, rules, supposing
from tickets.forms.rules import RuleEndForm, RuleForm, RuleSearchForm, RuleTargetForm, TryForm
from tickets.models import RoutingRule
from tickets.proposals import imagine
from tickets.queries import Spot
from tickets.reasons import why_of
from tickets.supposing import Change, what_if

PAGE = 50
CONFLICT = 409


def _reader(request: HttpRequest) -> None:
    """Whoever works with tickets works under the rules, and reads them."""
    if not scoping.reach(request.user, "tickets.view"):
        raise Http404


def _found(request: HttpRequest, pk: int) -> RoutingRule:
    _reader(request)
    rule = rulelist.visible_to(request.user).filter(pk=pk).first()
    if rule is None:
        raise Http404
    return rule


@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """The newest first; no counting."""
    _reader(request)
    form = RuleSearchForm(request.GET)
    found = list(form.filter(rulelist.visible_to(request.user)).order_by("-pk")[: PAGE + 1])
    query = request.GET.copy()
    if len(found) > PAGE:
        query["before"] = str(found[PAGE - 1].pk)
    context = {
        "form": form,
        "found": found[:PAGE],
        "older": f"?{query.urlencode()}" if len(found) > PAGE else "",
        "may_set": bool(scoping.reach(request.user, "tickets.set_rules")),
    }
    return render(request, "tickets/rules.html", context)


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    _reader(request)
    paths = rulelist.paths_of(request.user)
    found = rulecheck.findings(paths, rulelist.visible_to(request.user))
    parts = [(kind, [one for one in found if one.kind == kind]) for kind in rulecheck.Kind]
    context = {"parts": parts, "most": rulecheck.MOST}
    return render(request, "tickets/rule_findings.html", context)


@require_safe
def try_out(request: HttpRequest) -> HttpResponse:
    """Any point of one's districts and any category: who would get it and why, with every rule that
    fits."""
    _reader(request)
    form = TryForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "extent": queries.own_extent(request.user)}
    if form.is_valid():
        context |= _tried(request, form)
    return render(request, "tickets/rule_try.html", context)


def _tried(request: HttpRequest, form: TryForm) -> dict[str, Any]:
    asked = form.cleaned_data
    spot = Spot(lon=asked["lon"], lat=asked["lat"])
    ticket = imagine(asked["category"], spot)
    # A place of others is answered as one off the map.
    if ticket is None or not rulelist.holds_for(request.user, ticket):
        form.add_error("lat", _("No grid of your districts covers this place."))
        return {}
    ticket.whistle_kind = asked["whistle"]
    supposed = routing.Supposed.of(ticket)
    decided = routing.suppose(supposed)
    return {
        "pin": f"{spot.lon},{spot.lat}",
        "ticket": ticket,
        "decided": decided,
        "said": why_of(decided.why, ticket),
        "candidates": supposing.candidates(supposed),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """First what it would do to the last month's tickets; kept when that was seen."""
    if not scoping.reach(request.user, "tickets.set_rules"):
        raise PermissionDenied
    form = RuleForm(request.POST or None, user=request.user)
    context: dict[str, Any] = {"form": form, "extent": queries.own_extent(request.user)}
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.given()
        try:
            if "sure" in request.POST:
                rule = rulebook.add_rule(
                    by=request.user, reason=form.cleaned_data["reason"], **given
                )
                messages.success(request, _("%(code)s holds from now on.") % {"code": rule.code})
                return redirect(rule)
            rulebook.may_add(by=request.user, **given)
            context["what_if"] = what_if(Change(**given))
        except Refused as refusal:
            form.add_error(None, refusal.message)
            status = CONFLICT
        except ValidationError as error:
            _told(form, error)
    return render(request, "tickets/rule_new.html", context, status=status)


@require_safe
def detail(request: HttpRequest, rule: int) -> HttpResponse:
    return _page(request, _found(request, rule))


@require_http_methods(["POST"])
@never_cache
def change(request: HttpRequest, rule: int) -> HttpResponse:
    """Somebody else gets it from now on: the rule ends and another succeeds it."""
    found = _to_set(request, rule)
    form = RuleTargetForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, found, change=form)
    target = form.target()
    if "sure" not in request.POST:
        moved = what_if(Change(found.category, found.area, found.shape, found, **target))
        return _page(request, found, change=form, change_what_if=moved)
    try:
        newer = rulebook.change_rule(
            found, by=request.user, reason=form.cleaned_data["reason"], **target
        )
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, _found(request, rule), status=CONFLICT, change=form)
    except ValidationError as error:
        _told(form, error)
        return _page(request, found, change=form)
    messages.success(request, _("%(code)s holds from now on.") % {"code": newer.code})
    return redirect(newer)


@require_http_methods(["POST"])
@never_cache
def end(request: HttpRequest, rule: int) -> HttpResponse:
    """From now on the next wider rule decides, or a person."""
    found = _to_set(request, rule)
    form = RuleEndForm(request.POST)
    if not form.is_valid():
        return _page(request, found, ending=form)
    if "sure" not in request.POST:
        moved = what_if(Change(found.category, found.area, found.shape, found))
        return _page(request, found, ending=form, end_what_if=moved)
    ended = rulebook.end_rule(found, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("%(code)s has ended.") % {"code": ended.code})
    return redirect(ended)


def _to_set(request: HttpRequest, rule: int) -> RoutingRule:
    found = _found(request, rule)
    if not rules.can_set_rules(request.user, found.area):
        raise PermissionDenied
    return found


def _told(form: forms.Form, error: ValidationError) -> None:
    """What the rulebook said, at the field that it is about."""
    for name, said in error.message_dict.items():
        field = {"shape": "outline"}.get(name, name)
        form.add_error(field if field in form.fields else None, said)


def _page(
    request: HttpRequest, rule: RoutingRule, *, status: int = 200, **more: Any
) -> HttpResponse:
    may_set = rule.valid_to is None and rules.can_set_rules(request.user, rule.area)
    context = {
        "rule": rule,
        "chain": rulelist.chain(rule, rulelist.visible_to(request.user)),
        "shape": rule.shape.geojson if rule.is_drawn else "",  # type: ignore[attr-defined]
        "extent": rule.shape.extent if rule.is_drawn else None,  # type: ignore[attr-defined]
        "may_set": may_set,
        "change": RuleTargetForm(user=request.user) if may_set else None,
        "ending": RuleEndForm() if may_set else None,
        **more,
    }
    return render(request, "tickets/rule_detail.html", context, status=status)
