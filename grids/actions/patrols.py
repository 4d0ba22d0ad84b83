"""Going round: a patrol starts, checks in and ends, by the worker himself and by nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import queries
from grids.models import Area, CheckIn, Patrol

if TYPE_CHECKING:
    from django.contrib.gis.geos import Point

# More than anybody does; what a faulty program sends without end is refused.
MOST_A_DAY = 20
MOST_CHECK_INS = 100


@dataclass(frozen=True)
class Started:
    """``created`` is False when the same was sent before."""

    patrol: Patrol
    created: bool


@dataclass(frozen=True)
class CheckedIn:
    """``created`` is False when the same was sent before."""

    check_in: CheckIn
    created: bool


@transaction.atomic
def start_patrol(*, by: User, client_id: UUID, area: Area | None = None) -> Started:
    """Start a patrol of ``area``, or of the grid that ``by`` is the main worker of.

    The same client id gives what it started, as it is now. Refused while another patrol is open,
    for who has no grid, for an area that has ended, and after MOST_A_DAY.
    """
    # Two phones may start at once: one waits here and finds what the other did.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    earlier = Patrol.objects.of(by).filter(client_id=client_id).select_related("area").first()
    if earlier is not None:
        if area is not None and earlier.area_id != area.pk:
            raise Refused("client_id_reused", _("This id was used for another patrol."))
        return Started(earlier, created=False)
    area = area or _own_area(by)
    if not by.has_perm("grids.patrol", area):
        raise PermissionDenied
    if area.valid_to is not None and area.valid_to <= clock.today():
        raise Refused("area_ended", _("%(area)s has ended.") % {"area": area})
    _must_be_free(by)
    patrol = Patrol.objects.create(user=by, area=area, client_id=client_id, started_at=clock.now())
    return Started(patrol, created=True)


def _own_area(by: User) -> Area:
    area = next(iter(queries.own_grids(by)), None)
    if area is None:
        raise PermissionDenied
    return area


def _must_be_free(by: User) -> None:
    if Patrol.objects.of(by).open().exists():
        raise Refused("patrol_open", _("You are on patrol already. End that one first."))
    if Patrol.objects.of(by).begun_on(clock.today()).count() >= MOST_A_DAY:
        raise Refused("too_many_patrols", _("No more patrols can be started today."))


@transaction.atomic
def check_in(patrol: Patrol, *, by: User, client_id: UUID, point: Point | None = None) -> CheckedIn:
    """Note that ``by`` is here; ``point`` is WGS-84, and None where the phone gave none.

    The same client id with the same point gives what it made. Refused on a patrol that has ended
    or was forgotten.
    """
    patrol = _own(patrol, by)
    sent = CheckIn.objects.filter(patrol__user=by, client_id=client_id)
    earlier = sent.select_related("patrol").first()
    if earlier is not None:
        _must_be_same(earlier, patrol, point)
        return CheckedIn(earlier, created=False)
    at = clock.now()
    if not patrol.is_open:
        raise Refused("patrol_ended", _("This patrol has ended. Start a new one."))
    if patrol.is_forgotten(at):
        raise Refused("patrol_forgotten", _("This patrol was not ended in time. End it first."))
    if patrol.check_ins.count() >= MOST_CHECK_INS:
        raise Refused("too_many_check_ins", _("This patrol has all the check-ins it can hold."))
    made = CheckIn.objects.create(patrol=patrol, client_id=client_id, at=at, point=point)
    return CheckedIn(made, created=True)


def _must_be_same(earlier: CheckIn, patrol: Patrol, point: Point | None) -> None:
    # An erased point cannot be compared any more, and a retry comes sooner than 30 days.
    is_same_point = earlier.erased_at is not None or earlier.point == point
    if earlier.patrol_id != patrol.pk or not is_same_point:
        raise Refused("client_id_reused", _("This id was used for another check-in."))


@transaction.atomic
def end_patrol(patrol: Patrol, *, by: User) -> Patrol:
    """End a patrol; one that has ended stays as it is, since a second tap means the same.

    Ended after more than twelve hours it counts to its last check-in only.
    """
    patrol = _own(patrol, by)
    if not patrol.is_open:
        return patrol
    at = max(clock.now(), patrol.started_at)
    patrol.counted_until = patrol.counts_until(at)
    patrol.ended_at = at
    patrol.save(update_fields=["ended_at", "counted_until"])
    return patrol


def _own(patrol: Patrol, by: User) -> Patrol:
    """The patrol as it is now, locked."""
    patrol = Patrol.objects.select_for_update(of=("self",)).select_related("area").get(pk=patrol.pk)
    if not by.has_perm("grids.own_patrol", patrol):
        raise PermissionDenied
    return patrol
