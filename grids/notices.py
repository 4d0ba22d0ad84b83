"""Who is told what about a division: the messages that a move owes, written in its transaction."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from govgrid.accounts.models import User
from govgrid.core import clock, sayings
from govgrid.outbox import kinds
from govgrid.outbox.actions import owe
from grids import roles
from grids.models import Division, DivisionEvent
from grids.workflow import State

KINDS = {
    "division_to_decide": (
        _("Decide on the division of %(community)s"),
        _("New grids for %(community)s were submitted and wait for approval."),
    ),
    "division_approved": (
        _("Approved: division of %(community)s"),
        _("The new grids of %(community)s were approved and hold from %(day)s."),
    ),
    "division_refused": (
        _("Refused: division of %(community)s"),
        _("The new grids of %(community)s were refused: %(note)s"),
    ),
    "division_left": (
        _("To be decided after the division of %(community)s: %(count)s"),
        _(
            "Of what stood in the grids of %(community)s that ended, %(count)s found no place."
            " The page of the division lists it."
        ),
    ),
    "division_in_force": (
        _("Redrawn: %(community)s"),
        _("The new grids of %(community)s are in force since %(day)s."),
    ),
}
KIND_OF_STATE = {
    State.SUBMITTED: "division_to_decide",
    State.APPROVED: "division_approved",
    State.REFUSED: "division_refused",
    State.IN_FORCE: "division_in_force",
}


def register() -> None:
    """Called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def moved(division: Division, event: DivisionEvent) -> None:
    """Tell whom the new state concerns: who decides, or who drew; nobody of what he did himself."""
    kind = KIND_OF_STATE.get(State(division.state))
    if kind is None:
        return
    people = _deciders(division) if division.state == State.SUBMITTED else [division.begun_by]
    owe(
        recipients=[one for one in people if one.pk != event.by_id],
        kind=kind,
        params={
            "community": division.community.name,
            "day": sayings.day(division.effective_on) if division.effective_on else "",
            "note": event.note,
        },
        url=division.get_absolute_url(),
        fact=f"division {division.pk} event {event.pk}",
    )


def left_over(division: Division, event: DivisionEvent, count: int) -> None:
    """Tell who drew and who approved that something ended without a successor."""
    if not count:
        return
    approved = division.events.filter(verb="approve").select_related("by").order_by("pk").last()
    people = {division.begun_by, *([approved.by] if approved and approved.by else [])}
    owe(
        recipients=sorted(people, key=lambda one: one.pk),
        kind="division_left",
        params={"community": division.community.name, "count": str(count)},
        url=division.get_absolute_url(),
        fact=f"division {division.pk} left {event.pk}",
    )


def _deciders(division: Division) -> list[User]:
    """Of the street first: the district is told only where the street has nobody."""
    held = roles.holding("grids.approve_division")
    for area_id in reversed(division.community.ancestor_ids):
        found = User.objects.filter(
            is_active=True,
            posts__area=area_id,
            posts__role__in=held,
            posts__period__contains=clock.today(),
        ).distinct()
        if people := list(found.order_by("pk")):
            return people
    return []
