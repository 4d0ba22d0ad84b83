"""The task list: who gets a duty onto it and off it, and what an area answers for a period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.privacy import guard
from grids import gate, refusals, roles, scoping
from grids.actions.imports import saved
from grids.gate import STEPS, Answer, Decision
from grids.models import Area, Duty, DutyDone, Post
from grids.models.duty import LONGEST_DAYS

if TYPE_CHECKING:
    from govgrid.accounts.models import User

Outcome = DutyDone.Outcome


@dataclass(frozen=True)
class Answered:
    """``created`` is False when the same was sent before."""

    answer: DutyDone
    created: bool


@dataclass(frozen=True)
class Proposed:
    """``created`` is False when the same was sent before."""

    duty: Duty
    created: bool


@transaction.atomic
def propose_duty_once(*, by: User, client_id: UUID, **said: Any) -> Proposed:
    """The same as :func:`propose_duty`; the same client id with the same content gives what it made.

    Refused where the id was used for another proposal.
    """
    # Two may come at once: one waits here and finds what the other made.
    type(by).objects.select_for_update(no_key=True).get(pk=by.pk)
    earlier = Duty.objects.filter(proposed_by=by, client_id=client_id)
    duty = earlier.select_related("department", "area").first()
    if duty is None:
        return Proposed(propose_duty(by=by, client_id=client_id, **said), created=True)
    if any(getattr(duty, name) != value for name, value in said.items()):
        raise Refused("client_id_reused", _("This id was used for another proposal."))
    return Proposed(duty, created=False)


@transaction.atomic
def propose_duty(*, by: User, **said: Any) -> Duty:
    """Ask for a new duty: name, what, department, area, rhythm, starts_on, ends_on and the rest.

    Nothing happens in any grid until somebody else admits it. Refused where it asks about
    persons, has no end within two years, or ends before today.
    """
    duty = Duty(proposed_by=by, **said)
    if not by.has_perm("grids.propose_duty", duty):
        raise PermissionDenied
    _must_be_about_places([duty.name, duty.what, *duty.items])
    if not 0 <= (duty.ends_on - duty.starts_on).days <= LONGEST_DAYS:
        raise Refused(
            "duty_ends_within_two_years", _("A duty ends after it begins, within two years.")
        )
    if duty.ends_on < clock.today():
        raise Refused("duty_over", _("Its last day is past."))
    return saved(duty)


def _must_be_about_places(texts: Iterable[str]) -> None:
    for text in texts:
        plain = gate.without_places(text)
        is_personal = gate.asks_about_persons(plain) or refusals.personal_in(plain)
        if is_personal or guard.find(text):
            raise Refused(
                "about_persons",
                _("“%(text)s” asks about persons. A duty looks at places only.")
                % {"text": text[:40]},
            )


@transaction.atomic
def decide_duty(duty: Duty, step: str, *, by: User, reason: str = "") -> Duty:
    """Admit or refuse a proposal, or take an admitted duty off the list (``gate.STEPS``).

    Whoever proposed it does not decide; a refusal has a reason.
    """
    duty = Duty.objects.select_for_update(of=("self",)).select_related("area").get(pk=duty.pk)
    arrow = STEPS[step]
    if not by.has_perm("grids.admit_duty", duty):
        raise PermissionDenied
    if duty.decision not in arrow.sources:
        raise Refused("wrong_state", _("This duty is decided on already."))
    if duty.decision == Decision.PROPOSED and duty.proposed_by_id == by.pk:
        raise Refused("own_proposal", _("Whoever proposes a duty does not decide on it."))
    if arrow.needs_reason and not tidy(reason):
        raise Refused("reason_needed", _("Say why."))
    duty.decision, duty.reason = arrow.target, tidy(reason)
    if arrow.target == Decision.WITHDRAWN:
        duty.withdrawn_at, duty.withdrawn_by = clock.now(), by
    else:
        duty.decided_at, duty.decided_by = clock.now(), by
    return saved(duty)


@transaction.atomic
def answer_duty(
    duty: Duty,
    area: Area,
    *,
    by: User,
    client_id: UUID,
    is_done: bool = True,
    note: str = "",
    answers: Sequence[str] = (),
    on: date | None = None,
) -> Answered:
    """Say for ``area`` that a duty is done in the present period, or why it is not.

    What was not done may still be done within the period; what is done stays done. The same
    client id with the same content gives what it made.
    """
    post = _post_of(by, area)
    # Two phones may answer at once: one waits here and finds what the other said.
    Area.objects.select_for_update(no_key=True, of=("self",)).get(pk=area.pk)
    outcome = Outcome.DONE if is_done else Outcome.NOT_DONE
    first, _last = duty.period(on or clock.today())
    said = DutyDone(
        duty=duty,
        area=area,
        first_day=first,
        outcome=outcome,
        answers=list(answers),
        note=guard.mask(tidy(note))[:200],
        post=post,
        client_id=client_id,
        at=clock.now(),
    )
    sent = DutyDone.objects.filter(post__user=by, client_id=client_id)
    if earlier := sent.select_related("duty", "area").first():
        return _same(earlier, said)
    _must_be_asked(duty, area, on or clock.today())
    _must_answer_whole(duty, said)
    present = DutyDone.objects.filter(duty=duty, area=area, first_day=first).first()
    if present is not None:
        if present.is_done:
            raise Refused("duty_done", _("This is done for the period already."))
        said.pk = present.pk
        said._state.adding = False
    return Answered(saved(said), created=True)


def _post_of(by: User, area: Area) -> Post:
    """The post by which ``by`` answers for ``area``: the nearest one."""
    if not by.has_perm("grids.do_duty", area):
        raise PermissionDenied
    may = roles.holding("grids.do_duty")
    held = Post.objects.held_on().of(by).filter(area__in=area.ancestor_ids, role__in=may)
    post = held.order_by("-area__level", "pk").first()
    if post is None:  # the post ended while the page was open
        scoping.forget(by)
        raise PermissionDenied
    return post


def _same(earlier: DutyDone, said: DutyDone) -> Answered:
    names = ("duty_id", "area_id", "outcome", "note", "answers")
    if any(getattr(earlier, name) != getattr(said, name) for name in names):
        raise Refused("client_id_reused", _("This id was used for another answer."))
    return Answered(earlier, created=False)


def _must_be_asked(duty: Duty, area: Area, on: date) -> None:
    asked = Duty.objects.running(on).asked_of(area)
    if not asked.filter(pk=duty.pk).exists():
        raise Refused("not_asked", _("This duty is not asked of this area now."))


def _must_answer_whole(duty: Duty, said: DutyDone) -> None:
    if said.outcome == Outcome.NOT_DONE and not said.note:
        raise Refused("reason_needed", _("Say why it was not done."))
    if said.outcome == Outcome.DONE and len(said.answers) != len(duty.items):
        raise Refused("checklist_open", _("Answer every line of the checklist."))
    if set(said.answers) - set(Answer.values):
        raise Refused("dutydone_known_answers", _("This is no answer."))
