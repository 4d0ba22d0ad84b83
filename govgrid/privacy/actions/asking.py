"""Asking about one's own data, and answering."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock, sayings
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.outbox import actions as outbox
from govgrid.privacy import alarms, guard
from govgrid.privacy.models import Alarm, SubjectRequest
from govgrid.privacy.queries import DESK
from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar

# Working days within which a person is answered.
ANSWERED_WITHIN = Limit.parse("WD15")
LONGEST = 2000
# To see and to copy says all; of the others nobody knows what is meant.
SAYS_WHAT = frozenset(SubjectRequest.Kind) - {SubjectRequest.Kind.SEE, SubjectRequest.Kind.COPY}
# Identity and bank numbers stand nowhere; the number that is to be corrected may.
MASKED = frozenset(guard.Kind) - guard.MAY_STAY


@transaction.atomic
def ask(
    kind: str,
    text: str = "",
    *,
    by: User,
    user: User | None = None,
    subject_ref: str | None = None,
    for_another: bool = False,
    client_id: UUID | None = None,
) -> SubjectRequest:
    """A person asks about the own data; the desk records what came on paper or by telephone.

    Sent twice it is one. Refused: ``say_what``, ``sent_otherwise``.
    """
    if user is None and subject_ref is None:
        user = by
    if user != by and not by.has_perm("privacy.answer", DESK):
        raise PermissionDenied
    if kind in SAYS_WHAT and is_blank(text):
        raise Refused("say_what", _("Please say what it is about."))
    key = client_id or uuid4()
    said = guard.mask(text.strip(), MASKED)[:LONGEST]
    # One after the other: a phone that sends twice at once would be told of an error.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    earlier = SubjectRequest.objects.filter(recorded_by=by, client_id=key).first()
    if earlier is not None:
        if (earlier.kind, earlier.text) != (kind, said):
            raise Refused("sent_otherwise", _("This was sent already, with another content."))
        return earlier
    at = clock.now()
    return SubjectRequest.objects.create(
        user=user, subject_ref=subject_ref, for_another=for_another, kind=kind, text=said,
        client_id=key, recorded_by=by, asked_at=at, due_on=_due(at),
    )  # fmt: skip


def _due(at: datetime) -> date:
    due = calendar().deadline(at, ANSWERED_WITHIN)
    assert due is not None, "nothing is paused"  # noqa: S101
    return clock.local(due).date()


@transaction.atomic
def answer(request: SubjectRequest, text: str, *, by: User) -> SubjectRequest:
    """What was done about it. Refused: ``say_what``, ``answered_already``, ``own_request``, and
    ``second_officer`` where an officer recorded that something is to be erased: another does it.
    """
    return _close(request, by, answer=text)


@transaction.atomic
def refuse(request: SubjectRequest, reason: str, *, by: User) -> SubjectRequest:
    """Why it is not done; the person is told where to complain. Refused as :func:`answer`, but for
    ``second_officer``: what is not done needs nobody else."""
    return _close(request, by, refused_reason=reason)


def _close(request: SubjectRequest, by: User, **words: str) -> SubjectRequest:
    if not by.has_perm("privacy.answer", DESK):
        raise PermissionDenied
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not request.is_open:
        raise Refused("answered_already", _("This was answered already."))
    if request.user_id == by.pk:
        raise Refused("own_request", _("Nobody answers his own request."))
    if "answer" in words and request.needs_another_than(by):
        raise Refused(
            "second_officer",
            _("You recorded this yourself: another data protection officer carries it out."),
        )
    for name, text in words.items():
        if is_blank(text):
            raise Refused("say_what", _("Please write an answer."))
        setattr(request, name, guard.mask(text.strip(), MASKED)[:LONGEST])
    request.answered_at, request.answered_by = clock.now(), by
    request.save(update_fields=["answered_at", "answered_by", *words])
    if request.user is not None:
        kind = "privacy-refused" if request.refused_reason else "privacy-answered"
        outbox.owe(
            recipients=[request.user], kind=kind, params={"number": request.pk},
            url=reverse("privacy:mine"), fact=f"privacy.answer:{request.pk}",
        )  # fmt: skip
    return request


def alarm_overdue(*, by: None = None) -> int:
    """Tell the data officer of each request whose time is over; how many were new."""
    return sum(
        alarms.sound(
            Alarm.Kind.OVERDUE, str(one.pk),
            {"number": one.pk, "due": sayings.day(one.due_on)},
            url=reverse("privacy:request", args=[one.pk]),
        )
        for one in SubjectRequest.objects.overdue().order_by("pk")
    )  # fmt: skip
