"""The renewal of a compound: planned, begun with its first milestone, done or dropped."""

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
from grids.actions.places import OPEN_RENEWALS, must_be_open
from grids.models import Compound, Milestone, Renewal


@transaction.atomic
def start_renewal(
    compound: Compound, kind: str, milestones: Iterable[tuple[str, date]], *, by: User | None
) -> Renewal:
    """Plan a renewal with its milestones (name, planned day). Refused while another is open."""
    compound = Compound.objects.select_for_update(of=("self",)).get(pk=compound.pk)
    _must_keep(by, compound)
    must_be_open(compound)
    if kind not in Renewal.Kind.values:
        raise Refused("renewal_kind_unknown", _("“%s” is no kind of renewal.") % kind)
    renewal = saved(Renewal(compound=compound, kind=kind))
    for name, planned_on in milestones:
        saved(Milestone(renewal=renewal, name=name, planned_on=planned_on))
    return renewal


@transaction.atomic
def add_milestone(renewal: Renewal, name: str, planned_on: date, *, by: User | None) -> Milestone:
    """Add a step to an open renewal."""
    return saved(Milestone(renewal=_open(renewal, by), name=name, planned_on=planned_on))


@transaction.atomic
def mark_milestone(milestone: Milestone, done_on: date | None, *, by: User | None) -> Milestone:
    """A step is done, on a day that is not ahead; None takes back what was marked by mistake.

    The first one sets the renewal going. Refused once the renewal has ended.
    """
    renewal = _open(milestone.renewal, by)
    milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if done_on is not None and done_on > clock.today():
        raise Refused("milestone_ahead", _("A milestone is reached today or before."))
    milestone.done_on = done_on
    milestone.save(update_fields=["done_on"])
    if renewal.state == Renewal.State.PLANNED and done_on is not None:
        renewal.state = Renewal.State.RUNNING
        renewal.save(update_fields=["state"])
    return milestone


@transaction.atomic
def end_renewal(renewal: Renewal, state: str, *, by: User | None) -> Renewal:
    """Call a renewal done or dropped. Refused if it has ended, or is done with steps not reached."""
    renewal = _open(renewal, by)
    if state not in (Renewal.State.DONE, Renewal.State.DROPPED):
        raise Refused("renewal_state_unknown", _("A renewal ends by being done or dropped."))
    if state == Renewal.State.DONE and renewal.milestones.filter(done_on=None).exists():
        raise Refused("milestones_open", _("A milestone of this renewal is not reached yet."))
    renewal.state = state
    renewal.save(update_fields=["state"])
    return renewal


def _open(renewal: Renewal, by: User | None) -> Renewal:
    renewal = Renewal.objects.select_for_update(of=("self",)).get(pk=renewal.pk)
    _must_keep(by, renewal.compound)
    if renewal.state not in OPEN_RENEWALS:
        raise Refused("renewal_ended", _("This renewal has ended."))
    return renewal


def _must_keep(by: User | None, compound: Compound) -> None:
    if by is not None and not by.has_perm("grids.keep_places", compound.community):
        raise PermissionDenied
