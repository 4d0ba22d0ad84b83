"""What I follow: asking for it, ending it here or by the link in a message."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import actions
from consultations.models import Following, Platform, Topic
from consultations.workflow.cases import Rhythm
from govgrid.core.errors import Refused


class RhythmForm(forms.Form):
    rhythm = forms.ChoiceField(choices=Rhythm.choices)


@require_safe
@never_cache
def following(request: HttpRequest) -> HttpResponse:
    rows = Following.objects.of(request.user).select_related("topic__platform", "platform")
    return render(request, "consultations/following.html", {"rows": rows.order_by("-pk")})


@require_POST
def topic(request: HttpRequest, number: str) -> HttpResponse:
    return _follow(request, get_object_or_404(Topic.objects.public().numbered(number)))


@require_POST
def platform(request: HttpRequest, code: str) -> HttpResponse:
    return _follow(request, get_object_or_404(Platform, code=code))


def _follow(request: HttpRequest, thing: Topic | Platform) -> HttpResponse:
    form = RhythmForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose once a day or once a week."))
        return redirect(thing)
    try:
        actions.follow(thing, by=request.user, rhythm=form.cleaned_data["rhythm"])
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("You will be told what happens here."))
    return redirect(thing)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Following.objects.of(request.user), pk=pk)
    actions.unfollow(found, by=request.user)
    messages.success(request, _("You are not told of it any more."))
    return redirect("consultations:following")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unfollow_all(request: HttpRequest, token: str) -> HttpResponse:
    """One button, without signing in. Opening the link ends nothing: programs open links, too."""
    person = actions.holder_of(token)
    if person is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        actions.unfollow_all(by=person)
    return render(request, "consultations/unfollow.html", {"is_done": is_done})
