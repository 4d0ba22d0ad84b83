"""Searches that somebody keeps for himself."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from govgrid.core.errors import Refused
from tickets import actions
from tickets.forms.search import SavedSearchForm, SearchNameForm
from tickets.models import SavedSearch

CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def save(request: HttpRequest) -> HttpResponse:
    """Keep these filters under a name; refused, the name stands in the form again."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("tickets:list"))
    form = SavedSearchForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form)
    try:
        kept = actions.keep_search(by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error("name" if refusal.code == "name_taken" else None, refusal.message)
        return _page(request, form, status=CONFLICT)
    messages.success(request, _("“%(name)s” was saved.") % {"name": kept.name})
    return HttpResponseRedirect(f"{reverse('tickets:list')}?{kept.query}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rename(request: HttpRequest, search: int) -> HttpResponse:
    """The same filters under another name."""
    found = _one(request, search)
    form = SearchNameForm(request.POST if request.method == "POST" else None, initial=vars(found))
    if not form.is_valid():
        return _rename_page(request, found, form)
    try:
        actions.rename_search(found, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error("name", refusal.message)
        return _rename_page(request, found, form, status=CONFLICT)
    messages.success(request, _("It is called “%(name)s” now.") % {"name": found.name})
    return HttpResponseRedirect(f"{reverse('tickets:list')}?{found.query}")


@require_POST
def delete(request: HttpRequest, search: int) -> HttpResponse:
    """One's own alone: anybody else's does not exist."""
    found = _one(request, search)
    actions.forget_search(found, by=request.user)
    messages.success(request, _("“%(name)s” was deleted.") % {"name": found.name})
    return HttpResponseRedirect(reverse("tickets:list"))


def _one(request: HttpRequest, search: int) -> SavedSearch:
    found = SavedSearch.objects.filter(pk=search, owner=request.user).first()
    if found is None:
        raise Http404
    return found


def _rename_page(
    request: HttpRequest, search: SavedSearch, form: SearchNameForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "search": search}
    return render(request, "tickets/search_rename.html", context, status=status)


def _page(request: HttpRequest, form: SavedSearchForm, *, status: int = 200) -> HttpResponse:
    mine = SavedSearch.objects.filter(owner=request.user)
    context = {"form": form, "searches": mine}
    return render(request, "tickets/search_save.html", context, status=status)
