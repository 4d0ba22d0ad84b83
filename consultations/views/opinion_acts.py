"""One opinion with all that may be done with it, and the list for those who moderate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consultations import actions, opinions, queries
from consultations.actions import Saying
from consultations.forms import opinions as forms
from consultations.models import Opinion, Topic
from consultations.views.opinions import CONFLICT, found_topic, page
from consultations.workflow import (
    ANSWERED,
    JUDGED_IN,
    REWORDED_IN,
    SPOKEN_IN,
    OpinionKind,
    State,
)
from govgrid.core.errors import Refused

MOST = 50


class Act(NamedTuple):
    """What may be done with an opinion: ``run`` does it, ``is_open`` says to whom it is shown."""

    label: str | Promise
    icon: str
    form: type[Form]
    is_open: Callable[[HttpRequest, Opinion], bool]
    run: Callable[[HttpRequest, Opinion, dict[str, Any]], Any]
    stops: bool = False


class Offered(NamedTuple):
    """An act as the page draws it: its form, open where it was refused."""

    name: str
    act: Act
    form: Form
    is_bound: bool


def _stands(one: Opinion) -> bool:
    return one.hidden_at is None and one.superseded_at is None


def _may(request: HttpRequest, right: str, one: Opinion) -> bool:
    return request.user.has_perm(right, one.topic)


def _is_own(request: HttpRequest, one: Opinion) -> bool:
    return request.user.has_perm("consultations.said", one)


# ── to whom each is open ──────────────────────────────────────────────────────────────────────


def _can_be_answered(request: HttpRequest, one: Opinion) -> bool:
    return (
        _stands(one)
        and one.kind in ANSWERED
        and one.parent is None
        and State(one.topic.state) in SPOKEN_IN[_kind_of_reply(request, one)]
        and _may(request, "consultations.speak", one)
    )


def _kind_of_reply(request: HttpRequest, one: Opinion) -> OpinionKind:
    """The table answers a question; everybody else comments on it."""
    answers = one.kind == OpinionKind.QUESTION and _may(request, "consultations.reply", one)
    return OpinionKind.ANSWER if answers else OpinionKind.COMMENT


def _can_be_judged(request: HttpRequest, one: Opinion) -> bool:
    return (
        _stands(one)
        and one.kind == OpinionKind.SUGGESTION
        and State(one.topic.state) in JUDGED_IN
        and not (one.fate and one.fate_round == one.topic.round)
        and not _is_own(request, one)
        and _may(request, "consultations.convene", one)
    )


def _can_be_reworded(request: HttpRequest, one: Opinion) -> bool:
    is_open = _stands(one) and one.kind == OpinionKind.SUGGESTION and not one.fate
    return is_open and State(one.topic.state) in REWORDED_IN and _is_own(request, one)


def _can_be_taken(request: HttpRequest, one: Opinion) -> bool:
    if one.kind != OpinionKind.AMENDMENT or not _stands(one) or one.taken_at is not None:
        return False
    if State(one.topic.state) not in REWORDED_IN or not _is_to_the_present_words(one):
        return False
    topic, user = one.topic, request.user
    if _may(request, "consultations.convene", one) and not _is_own(request, one):
        return True
    if one.amends is not None:
        return user.has_perm("consultations.said", one.amends)
    return user.is_authenticated and user.pk in {topic.raised_by_id, topic.entered_by_id}


def _is_to_the_present_words(one: Opinion) -> bool:
    if one.amends is None:
        return one.of_version == one.topic.version
    return _stands(one.amends) and not one.amends.fate


def _can_be_flagged(request: HttpRequest, one: Opinion) -> bool:
    is_open = one.hidden_at is None and one.shown_again_at is None
    return is_open and request.user.is_authenticated and not _is_own(request, one)


def _moderates(request: HttpRequest, one: Opinion) -> bool:
    return _may(request, "consultations.moderate", one) and not _is_own(request, one)


def _can_be_hidden(request: HttpRequest, one: Opinion) -> bool:
    return one.hidden_at is None and one.shown_again_at is None and _moderates(request, one)


def _can_stand(request: HttpRequest, one: Opinion) -> bool:
    return _can_be_hidden(request, one) and one.flags.open().exists()


def _can_be_appealed(request: HttpRequest, one: Opinion) -> bool:
    return one.hidden_at is not None and not one.appeal and _is_own(request, one)


def _can_be_decided(request: HttpRequest, one: Opinion) -> bool:
    asks = one.hidden_at is not None and one.appeal and one.appeal_answered_by_id is None
    return bool(asks) and one.hidden_by_id != request.user.pk and _moderates(request, one)


# ── doing it ──────────────────────────────────────────────────────────────────────────────────


def _reply(request: HttpRequest, one: Opinion, given: dict[str, Any]) -> Opinion:
    saying = Saying(kind=_kind_of_reply(request, one), on=one.serial, **given)
    return actions.say(one.topic, saying, by=request.user)[0]


ACTS: dict[str, Act] = {
    "judge": Act(
        gettext_lazy("Answer the suggestion"), "ruling", forms.JudgeForm, _can_be_judged,
        lambda request, one, given: actions.judge(one.topic, one.serial, by=request.user, **given),
    ),
    "take": Act(
        gettext_lazy("Take this wording over"), "check", forms.PlainForm, _can_be_taken,
        lambda request, one, given: actions.take_amendment(one.topic, one.serial, by=request.user),
    ),
    "decide": Act(
        gettext_lazy("Decide on the appeal"), "ruling", forms.DecideForm, _can_be_decided,
        lambda request, one, given: actions.decide_appeal(
            one.topic, one.serial, by=request.user, **given
        ),
    ),
    "appeal": Act(
        gettext_lazy("Ask for a review"), "return", forms.AppealForm, _can_be_appealed,
        lambda request, one, given: actions.appeal_hiding(
            one.topic, one.serial, by=request.user, **given
        ),
    ),
    "reply": Act(pgettext_lazy("opinion", "Reply"), "talk", forms.ReplyForm, _can_be_answered, _reply),
    "reword": Act(
        gettext_lazy("Word it anew"), "sync", forms.RewordForm, _can_be_reworded,
        lambda request, one, given: actions.reword_suggestion(
            one.topic, one.serial, by=request.user, **given
        ),
    ),
    "stand": Act(
        gettext_lazy("Let it stand"), "check", forms.PlainForm, _can_stand,
        lambda request, one, given: actions.let_stand(one.topic, one.serial, by=request.user),
    ),
    "flag": Act(
        pgettext_lazy("opinion", "Flag it"), "alert", forms.FlagForm, _can_be_flagged,
        lambda request, one, given: actions.flag(one.topic, one.serial, by=request.user, **given),
    ),
    "hide": Act(
        pgettext_lazy("opinion", "Hide it"), "lock", forms.HideForm, _can_be_hidden,
        lambda request, one, given: actions.hide(one.topic, one.serial, by=request.user, **given),
        stops=True,
    ),
}  # fmt: skip


# ── the page ──────────────────────────────────────────────────────────────────────────────────


def _found(request: HttpRequest, number: str, serial: int) -> Opinion:
    topic = found_topic(request, number)
    # The serial is a small integer in the database; a longer number is no serial at all.
    one = opinions.one_of(request.user, topic, serial) if serial < 32768 else None
    if one is None:
        raise Http404
    return one


@login_not_required
@require_safe
@never_cache
def opinion(request: HttpRequest, number: str, serial: int) -> HttpResponse:
    return _page(request, _found(request, number, serial))


def _page(
    request: HttpRequest, one: Opinion, name: str = "", bound: Form | None = None, status: int = 200
) -> HttpResponse:
    said = opinions.shown(request.user, one.topic, [one])[0]
    moderates = _may(request, "consultations.moderate", one)
    context = {
        "said": said,
        "later": opinions.later_than(request.user, one),
        "acts": _offered(request, one, name, bound),
        "flags": opinions.flags_of([one]).get(one.pk, []) if moderates else [],
        "amendments": list(
            opinions.listed(request.user, one.topic, kind=OpinionKind.AMENDMENT, amends=one)[:MOST]
        ),
        "may_amend": one.kind == OpinionKind.SUGGESTION and _stands(one) and not one.fate,
    }
    return page(request, "consultations/_opinion.html", one.topic, context, status=status)


def _offered(request: HttpRequest, one: Opinion, name: str, bound: Form | None) -> list[Offered]:
    """What this reader may do; what was refused stays, with what was typed."""
    found = []
    for slug, act in ACTS.items():
        if slug == name and bound is not None:
            found.append(Offered(slug, act, bound, is_bound=True))
        elif act.is_open(request, one):
            found.append(Offered(slug, act, _form(act, one), is_bound=False))
    return found


def _form(act: Act, one: Opinion, data: Any = None) -> Form:
    return act.form(data, opinion=one)


@require_POST
@never_cache
def act(request: HttpRequest, number: str, serial: int, name: str) -> HttpResponse:
    """Do one of them; refused, its form comes again with what was typed."""
    one = _found(request, number, serial)
    if name not in ACTS:
        raise Http404
    known = ACTS[name]
    form = _form(known, one, request.POST)
    if not form.is_valid():
        return _page(request, one, name, form, status=400)
    given = form.given() if isinstance(form, forms.JudgeForm) else dict(form.cleaned_data)
    try:
        done = known.run(request, one, given)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, _found(request, number, serial), name, form, status=CONFLICT)
    messages.success(request, _("Done: %(what)s.") % {"what": known.label})
    return redirect(_where(request, one, name, done))


def _where(request: HttpRequest, one: Opinion, name: str, done: Any) -> str:
    """To the wording that stands now, else back to where it was done."""
    if isinstance(done, Topic):
        return done.get_absolute_url()
    if isinstance(done, Opinion) and name in {"reword", "take"}:
        return done.get_absolute_url()
    return one.get_absolute_url()


# ── for those who moderate ────────────────────────────────────────────────────────────────────


@require_safe
@never_cache
def moderation(request: HttpRequest) -> HttpResponse:
    """What readers flagged and what is appealed against, on the platforms of this moderator."""
    if not opinions.moderates(request.user):
        raise PermissionDenied
    rows = list(queries.to_moderate(request.user)[:MOST])
    flags = opinions.flags_of(rows)
    context = {
        "base": "base_desk.html",
        "part": "consultations/_moderation.html",
        "topic": None,
        "rows": [(one, flags.get(one.pk, [])) for one in rows],
        "most": MOST,
    }
    return render(request, "consultations/opinion_page.html", context)
