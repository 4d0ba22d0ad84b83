"""Opinions on a topic: the list, one of them, saying something, stances, the map."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import actions, opinions, queries
from consultations.forms.opinions import SayForm
from consultations.models import Opinion, Topic
from consultations.views.topics import base_of
from consultations.workflow import (
    STANCE_ON_SUGGESTION,
    STANCE_ON_TOPIC,
    OpinionKind,
    State,
    kinds_in,
)
from govgrid.core.errors import Refused

PAGE = 20
CONFLICT = 409
PAGE_TEMPLATE = "consultations/opinion_page.html"
KINDS = [one for one in OpinionKind if one != OpinionKind.ANSWER]
VALUES = {"for": 1, "neither": 0, "against": -1, "none": None}


def found_topic(request: HttpRequest, number: str) -> Topic:
    """The topic, or 404 for whoever may not read it."""
    seen = queries.visible(request.user).select_related("platform__area", "area", "raised_by")
    return get_object_or_404(seen.numbered(number))


def page(
    request: HttpRequest, part: str, topic: Topic, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """For residents the public page, at the desk the one with the rail."""
    is_open = state_allows(topic)
    whole = {"part": part, "base": base_of(request), "topic": topic, "refusal": "", **is_open}
    return render(request, PAGE_TEMPLATE, {**whole, **context}, status=status)


def state_allows(topic: Topic) -> dict[str, bool]:
    """What the state of the topic lets anybody do."""
    state = State(topic.state)
    return {
        "takes_words": bool(kinds_in(state)),
        "takes_stances": state in STANCE_ON_SUGGESTION,
        "takes_amendments": OpinionKind.AMENDMENT in kinds_in(state),
        "takes_topic_stances": state in STANCE_ON_TOPIC,
    }


# ── the list ──────────────────────────────────────────────────────────────────────────────────


@login_not_required
@require_safe
def opinion_list(request: HttpRequest, number: str) -> HttpResponse:
    """All that stands for itself, the newest first, or one kind of it."""
    topic = found_topic(request, number)
    kind = request.GET.get("kind", "")
    narrowed = {"kind": kind} if kind in KINDS else {}
    rows = opinions.listed(request.user, topic, **narrowed).select_related("author", "parent")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    some = list(rows[: PAGE + 1])
    counts = opinions.counts(topic)
    context = {
        "rows": opinions.shown(request.user, topic, some[:PAGE]),
        "more": some[PAGE - 1].pk if len(some) > PAGE else None,
        "kind": kind if narrowed else "",
        "kinds": [(one, counts.kinds[one]) for one in KINDS if one in counts.kinds],
        "total": counts.total,
        "hidden": opinions.hidden_count(topic),
        "has_map": topic.opinion_map is not None,
        "may_moderate": request.user.has_perm("consultations.moderate", topic),
    }
    return page(request, "consultations/_opinion_list.html", topic, context)


@login_not_required
@require_safe
def opinion_map(request: HttpRequest, number: str) -> HttpResponse:
    """What unites and what divides: a drawing, and the same in a table."""
    topic = found_topic(request, number)
    drawn = opinions.map_of(topic)
    if drawn is None:
        raise Http404
    return page(request, "consultations/_opinion_map.html", topic, {"drawn": drawn})


# ── saying something ──────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def opinion_new(request: HttpRequest, number: str) -> HttpResponse:
    """Say something; ``kind`` and ``on`` come with the link that led here."""
    topic = found_topic(request, number)
    given = request.POST if request.method == "POST" else request.GET
    kind, on = _asked_for(request, topic, given.get("kind", ""), given.get("on", ""))
    may_enter = request.user.has_perm("consultations.enter", topic)
    may_reply = request.user.has_perm("consultations.reply", topic)
    ways: dict[str, Any] = {"topic": topic, "on": on, "kind": kind}
    ways |= {"may_enter": may_enter, "may_reply": may_reply}
    if request.method != "POST":
        return _new(request, topic, SayForm(**ways), on)
    form = SayForm(request.POST, **ways)
    if not form.is_valid():
        return _new(request, topic, form, on, status=400)
    try:
        said, _is_new = actions.say(topic, form.saying(), by=request.user)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _new(request, topic, form, on, status=CONFLICT)
    except PermissionDenied:
        form.add_error(None, _("You may not do this on this platform."))
        return _new(request, topic, form, on, status=403)
    messages.success(request, _("It stands there as number %(serial)s.") % {"serial": said.serial})
    return redirect(said.get_absolute_url())


def _asked_for(
    request: HttpRequest, topic: Topic, kind: str, on: str
) -> tuple[str, Opinion | None]:
    """What is amended must be there for this reader: its words stand in the form."""
    kind = kind if kind in KINDS else ""
    if kind != OpinionKind.AMENDMENT or not on:
        return kind, None
    if not (on.isascii() and on.isdecimal() and len(on) < 6):
        raise Http404
    one = opinions.one_of(request.user, topic, int(on))
    if one is None or one.hidden_at is not None or one.superseded_at is not None:
        raise Http404
    return kind, one


def _new(
    request: HttpRequest, topic: Topic, form: SayForm, on: Opinion | None, *, status: int = 200
) -> HttpResponse:
    may_speak = request.user.has_perm("consultations.speak", topic)
    context = {"form": form, "on": on, "may_speak": may_speak}
    return page(request, "consultations/_opinion_new.html", topic, context, status=status)


# ── stances ───────────────────────────────────────────────────────────────────────────────────


@require_POST
def stance(request: HttpRequest, number: str) -> HttpResponse:
    """For, against or neither, on the topic or on a suggestion of it; back to where it was said."""
    topic = found_topic(request, number)
    value, on = request.POST.get("value", ""), request.POST.get("on", "")
    if value not in VALUES or not (on == "" or (on.isascii() and on.isdecimal() and len(on) < 6)):
        raise Http404
    seen = request.POST.get("seen", "")
    try:
        actions.take_stance(
            topic,
            VALUES[value],
            by=request.user,
            serial=int(on) if on else None,
            seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 6 else None,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(_back(request, topic))


def _back(request: HttpRequest, topic: Topic) -> str:
    """The page that the button stood on, if it is one of ours."""
    said = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(said, None) and said.startswith("/")
    return said if is_ours else f"{topic.get_absolute_url()}#opinions"
