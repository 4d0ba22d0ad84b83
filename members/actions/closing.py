"""A need ends: not needed any more, passed on as a ticket or a topic, or its day is over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations.actions import Raising, raise_topic
from govgrid.core import clock
from govgrid.core.errors import Refused
from grids.models import Department, Level
from members import need_tidings
from members.actions.events import lock, log, said, turn
from members.models import Need
from members.workflow.needs import LAPSE_DAYS, SEEKING, ClaimState, NeedState, check
from tickets.actions import Order, open_ticket
from tickets.queries import Spot

if TYPE_CHECKING:
    from consultations.models import Platform
    from govgrid.accounts.models import User
    from tickets.models import Category

BATCH = 100
ORIGIN = "member"


def _end(need: Need, state: NeedState, verb: str, by: User | None, note: str = "") -> None:
    """With what stood open for it; those who offered are told."""
    before = turn(need, state, note)
    standing = list(need.claims.standing().select_related("member__user"))
    for claim in standing:
        claim.state, claim.answered_at = ClaimState.DECLINED, clock.now()
        claim.save(update_fields=["state", "answered_at"])
    log(need, verb, by=by, before=before, note=note)
    need_tidings.over(need, [one.member.user for one in standing if one.member is not None])


@transaction.atomic
def withdraw_need(need: Need, *, by: User | None, note: str = "") -> Need:
    """Whoever asked does not need it any more; ``None``: the person is forgotten, in any state.

    Refused: ``wrong_state``.
    """
    need = lock(need)
    if by is not None:
        if not by.has_perm("members.answer_need", need):
            raise PermissionDenied
        check("withdraw", need.state)
    _end(need, NeedState.WITHDRAWN, "withdraw", by, said(note))
    return need


@transaction.atomic
def close_need(need: Need, *, by: User, note: str) -> Need:
    """Whoever serves needs ends one, and says why. Refused: ``wrong_state``, ``note_needed``."""
    need = lock(need)
    if not by.has_perm("members.serve_needs", need):
        raise PermissionDenied
    check("close", need.state)
    why = said(note)
    if not why:
        raise Refused("note_needed", _("Say why it ends."))
    _end(need, NeedState.CLOSED, "close", by, why)
    need_tidings.over(need, need_tidings.owners(need))
    return need


@transaction.atomic
def pass_to_ticket(need: Need, *, by: User, category: Category, due_on: date) -> Need:
    """It is a fault: an ordinary ticket of the community's office.

    Refused: ``wrong_state``, ``due_past``, ``no_office``, and as ``open_ticket`` does.
    """
    need = lock(need)
    if not by.has_perm("members.pass_need", need):
        raise PermissionDenied
    check("to_ticket", need.state)
    if due_on <= clock.today():
        raise Refused("due_past", _("The day is still to come."))
    order = Order(
        client_id=uuid5(NAMESPACE_URL, f"need:{need.pk}"),
        category=category,
        spot=_spot(need),
        description=f"{need.title}\n{need.body}",
        department=_office(need),
        due_on=due_on,
    )
    need.ticket = open_ticket(order, by=by, origin=f"{ORIGIN}:{need.number}")
    _end(need, NeedState.CLOSED, "to_ticket", by)
    need_tidings.passed(need, need.ticket.number)
    return need


def _spot(need: Need) -> Spot:
    if need.area.level == Level.GRID:
        return Spot(grid=need.area.code)
    if need.point is None:
        raise Refused("outside", _("This place lies in no grid."))
    return Spot(lon=need.point.x, lat=need.point.y)


def _office(need: Need) -> Department:
    """The nearest office above the place: it settles the matter or gives it on."""
    offices = Department.objects.filter(
        kind=Department.Kind.OFFICE, area__in=need.area.ancestor_ids
    )
    found = offices.order_by("-area__level", "pk").first()
    if found is None:
        raise Refused("no_office", _("No office answers for this place."))
    return found


@transaction.atomic
def pass_to_topic(need: Need, *, by: User, platform: Platform) -> Need:
    """It concerns many: a topic, raised without naming who asked.

    Refused: ``wrong_state``, and as ``raise_topic`` does.
    """
    need = lock(need)
    if not by.has_perm("members.pass_need", need):
        raise PermissionDenied
    check("to_topic", need.state)
    is_there = need.area.path.startswith(platform.area.path)
    raising = Raising(
        client_id=uuid5(NAMESPACE_URL, f"need:{need.pk}"),
        platform=platform,
        title=need.title,
        body=need.body,
        area=need.area if is_there else None,
        place=need.place,
    )
    need.topic, _is_new = raise_topic(raising, by=by)
    _end(need, NeedState.CLOSED, "to_topic", by)
    need_tidings.passed(need, need.topic.number)
    return need


def fire_needs(*, by: None) -> int:
    """End what nobody took up in its time, and what nobody confirmed; how many. Safe to run twice."""
    today, before = clock.today(), clock.now() - timedelta(days=LAPSE_DAYS)
    expired = Need.objects.filter(state__in=SEEKING, expires_on__lt=today)
    lapsed = Need.objects.filter(state=NeedState.SERVED, served_at__lt=before)
    done = 0
    for rows, name in ((expired, "expire"), (lapsed, "lapse")):
        for pk in rows.order_by("pk").values_list("pk", flat=True)[:BATCH]:
            done += _fire(pk, name)
    return done


@transaction.atomic
def _fire(pk: int, name: str) -> bool:
    """One need in a transaction of its own; another worker's is left to it."""
    held = Need.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if held is None:
        return False
    need = lock(held)
    sources, state = WHAT[name]
    if need.state not in sources:
        return False
    _end(need, state, name, None)
    need_tidings.over(need, need_tidings.owners(need))
    return True


WHAT = {
    "expire": (SEEKING, NeedState.EXPIRED),
    "lapse": ((NeedState.SERVED,), NeedState.CLOSED),
}
