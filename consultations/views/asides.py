"""More time for a study, and better words before a topic is decided on: forms beside the moves."""

from __future__ import annotations

from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from consultations import actions, queries
from consultations.actions.studying import is_extended
from consultations.forms.asides import ExtendForm, RewordForm
from consultations.models import Topic
from consultations.workflow import State
from govgrid.core.errors import Refused

CONFLICT = 409


class Aside(NamedTuple):
    """One form, with its words and its picture."""

    name: str
    label: str | Promise
    icon: str
    form: forms.Form


FORMS: dict[str, tuple[type[forms.Form], Promise, str]] = {
    "extend_study": (ExtendForm, gettext_lazy("Give the study more time"), "clock"),
    "reword": (RewordForm, gettext_lazy("Word it better"), "sync"),
}


def offered(request: HttpRequest, topic: Topic) -> list[Aside]:
    """Those that the reader may send now."""
    may = request.user.has_perm
    found = []
    if (
        topic.state == State.STUDYING
        and may("consultations.convene", topic)
        and not is_extended(topic)
    ):
        found.append(_aside("extend_study", ExtendForm(auto_id="extend_study_%s")))
    if (
        topic.state == State.RAISED
        and topic.supported_at is None
        and may("consultations.withdraw", topic)
    ):
        words = {"title": topic.title, "body": topic.body}
        found.append(_aside("reword", RewordForm(initial=words, auto_id="reword_%s")))
    return found


def _aside(name: str, form: forms.Form) -> Aside:
    _form, label, icon = FORMS[name]
    return Aside(name, label, icon, form)


@require_POST
@never_cache
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One of them; refused, its form comes again with what was typed."""
    seen = queries.visible(request.user).select_related("platform__area", "area")
    topic = get_object_or_404(seen.numbered(number))
    if name not in FORMS:
        raise Http404
    form = FORMS[name][0](request.POST, auto_id=f"{name}_%s")
    if not form.is_valid():
        return _again(request, topic, name, form, 400)
    given = form.cleaned_data
    try:
        if name == "reword":
            actions.reword(topic, by=request.user, **given)
        else:
            actions.extend_study(topic, by=request.user, reason=given["note"])
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _again(request, topic, name, form, CONFLICT)
    messages.success(request, _("It is noted."))
    return redirect(topic.get_absolute_url())


def _again(
    request: HttpRequest, topic: Topic, name: str, form: forms.Form, status: int
) -> HttpResponse:
    context = {"base": "base_desk.html", "topic": topic, "aside": _aside(name, form)}
    return render(request, "consultations/aside_form.html", context, status=status)
