"""The renewal of a compound: planned, begun, its milestones reached, done or dropped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from grids.actions.imports import saved
from grids.actions.places import must_be_open
from grids.models import Compound, Milestone, Renewal

OPEN = (Renewal.State.PLANNED, Renewal.State.RUNNING)


@transaction.atomic
def plan_renewal(
    compound: Compound, kind: str, *, by: User | None, milestones: Iterable[tuple[str, date]] = ()
) -> Renewal:
    """Plan a renewal with its milestones (name, planned day). Refused while another is open."""
    compound = Compound.objects.select_for_update(of=("self",)).get(pk=compound.pk)
    _must_keep(by, compound)
    must_be_open(compound)
    renewal = saved(Renewal(compound=compound, kind=kind))
    for name, planned_on in milestones:
        saved(Milestone(renewal=renewal, name=name, planned_on=planned_on))
    return renewal


@transaction.atomic
def set_renewal_state(renewal: Renewal, state: str, *, by: User | None) -> Renewal:
    """Move an open renewal on. Refused if it has ended, or is called done with steps not reached."""
    renewal = _open(renewal, by)
    if state == Renewal.State.DONE and renewal.milestones.filter(done_on=None).exists():
        raise Refused("milestones_open", _("A milestone of this renewal is not reached yet."))
    renewal.state = state
    return saved(renewal)


@transaction.atomic
def plan_milestone(renewal: Renewal, name: str, planned_on: date, *, by: User | None) -> Milestone:
    """Add a step to an open renewal."""
    return saved(Milestone(renewal=_open(renewal, by), name=name, planned_on=planned_on))


@transaction.atomic
def reach_milestone(milestone: Milestone, *, by: User | None, on: date | None = None) -> Milestone:
    """A step is done, on a day that is not ahead. The first one sets the renewal going."""
    renewal = _open(milestone.renewal, by)
    milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if milestone.done_on is not None:
        raise Refused("milestone_reached", _("This milestone was reached before."))
    if (on or clock.today()) > clock.today():
        raise Refused("milestone_ahead", _("A milestone is reached today or before."))
    milestone.done_on = on or clock.today()
    milestone.save(update_fields=["done_on"])
    if renewal.state == Renewal.State.PLANNED:
        renewal.state = Renewal.State.RUNNING
        renewal.save(update_fields=["state"])
    return milestone


def _open(renewal: Renewal, by: User | None) -> Renewal:
    renewal = Renewal.objects.select_for_update(of=("self",)).get(pk=renewal.pk)
    _must_keep(by, renewal.compound)
    if renewal.state not in OPEN:
        raise Refused("renewal_ended", _("This renewal has ended."))
    return renewal


def _must_keep(by: User | None, compound: Compound) -> None:
    if by is not None and not by.has_perm("grids.keep_places", compound.community):
        raise PermissionDenied
