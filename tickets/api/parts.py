"""What hangs on a ticket in an answer: the departments' parts, the whistle, the tickets tied to it.

Read in few statements, and only those that have something to find.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from govgrid.core.fields import told
from grids.api import DepartmentBrief, department_brief
from tickets.api.more_time import beside_of, nothing_beside
from tickets.beside import Beside
from tickets.models import Arrival, Assignment, Clock, Helper, Ticket, Whistle
from tickets.rules import sees_filer
from tickets.workflow import AssignmentState, ClockKind, Rank, WhistleKind

if TYPE_CHECKING:
    from datetime import datetime

    from govgrid.accounts.models import User

NULL_TIME = {"allow_null": True}
# The deadlines of a department's part, by the clock that runs for each.
DEADLINES = {
    "sign_by": ClockKind.SIGN,
    "report_by": ClockKind.REPORT_IN,
    "plan_by": ClockKind.PLAN,
    "safe_by": ClockKind.MAKE_SAFE,
    "resolve_by": ClockKind.RESOLVE,
}
STAMPS = (
    "signed_at",
    "reported_in_at",
    "planned_at",
    "made_safe_at",
    "safe_seen_at",
    "done_at",
    "returned_at",
)


class ArrivalRow(serializers.Serializer):
    """Somebody of the department came."""

    name = serializers.CharField(
        allow_null=True, help_text="Null: a reporter whose name is not shown to you."
    )
    rank = serializers.ChoiceField(choices=Rank.choices, allow_null=True)
    via = serializers.ChoiceField(choices=Arrival.Via.choices)
    at = serializers.DateTimeField()


class AssignmentRow(serializers.Serializer):
    """A department's part in the ticket. A deadline is null where there is none of its kind."""

    id = serializers.IntegerField()
    department = DepartmentBrief()
    role = serializers.ChoiceField(choices=Assignment.Role.choices)
    state = serializers.ChoiceField(choices=AssignmentState.choices)
    sign_by = serializers.DateTimeField(**NULL_TIME)
    report_by = serializers.DateTimeField(**NULL_TIME)
    plan_by = serializers.DateTimeField(**NULL_TIME)
    safe_by = serializers.DateTimeField(**NULL_TIME)
    resolve_by = serializers.DateTimeField(**NULL_TIME)
    resolve_by_original = serializers.DateTimeField(
        **NULL_TIME, help_text="As it was before the first extension; null where there was none."
    )
    is_ruled = serializers.BooleanField(help_text="Given by a ruling, which binds.")
    signed_at = serializers.DateTimeField(**NULL_TIME)
    reported_in_at = serializers.DateTimeField(**NULL_TIME)
    planned_at = serializers.DateTimeField(**NULL_TIME)
    made_safe_at = serializers.DateTimeField(
        **NULL_TIME, help_text="When the department said that it is safe."
    )
    safe_seen_at = serializers.DateTimeField(
        **NULL_TIME, help_text="When somebody of the place saw that it is safe."
    )
    done_at = serializers.DateTimeField(**NULL_TIME)
    returned_at = serializers.DateTimeField(**NULL_TIME)
    rank = serializers.ChoiceField(
        choices=Rank.choices, allow_null=True, help_text="Of who reported in first."
    )
    arrivals = ArrivalRow(many=True)
    handler = serializers.CharField(
        allow_null=True, help_text="The colleague who has it in hand; null: the department."
    )


class HelperRow(serializers.Serializer):
    department = DepartmentBrief()
    why = serializers.DictField(help_text="By what it was proposed; empty: by the author alone.")


class WhistleRow(serializers.Serializer):
    """Why the departments were called in, and by whom."""

    kind = serializers.ChoiceField(choices=WhistleKind.choices)
    tried = serializers.CharField()
    missing_power = serializers.CharField()
    blown_at = serializers.DateTimeField()
    blown_by = serializers.CharField(
        allow_null=True, help_text="Null: a reporter whose name is not shown to you."
    )
    out_at = serializers.DateTimeField(
        **NULL_TIME,
        help_text="Since when it is out: its clocks start here. Null: not approved yet.",
    )
    approved_by = serializers.CharField(
        allow_null=True, help_text="Null: nobody had to approve, or nobody has yet."
    )
    helpers = HelperRow(many=True)


@dataclass
class Parts:
    """The rows behind one ticket's answer."""

    assignments: list[Assignment] = field(default_factory=list)
    due: dict[tuple[int, str], datetime] = field(default_factory=dict)
    arrivals: dict[int, list[Arrival]] = field(default_factory=dict)
    whistle: Whistle | None = None
    numbers: dict[int, str] = field(default_factory=dict)
    # By assignment: the resolve deadline before it was extended.
    original: dict[int, datetime] = field(default_factory=dict)
    beside: Beside | None = None

    @classmethod
    def of(cls, ticket: Ticket, *, is_new: bool = False) -> Parts:
        """``is_new``: just filed, so that no department has it yet."""
        parts = cls(whistle=_whistle(ticket), numbers=_numbers(ticket))
        if is_new:
            return parts
        parts.assignments = list(ticket.assignments.select_related("department", "handler"))
        if parts.assignments:
            parts.beside = Beside(ticket)
            parts.due, parts.original = _due(ticket, parts.beside)
        if any(one.reported_in_at for one in parts.assignments):
            parts.arrivals = _arrivals(ticket)
        return parts


def _whistle(ticket: Ticket) -> Whistle | None:
    if not ticket.whistle_kind:
        return None
    whistles = Whistle.objects.select_related("blown_by", "approved_by")
    return whistles.filter(ticket=ticket, refused_at=None).first()


def _numbers(ticket: Ticket) -> dict[int, str]:
    """Of the tickets that this one is tied to."""
    ids = {ticket.merged_into_id, ticket.repeat_of_id} - {None}
    return dict(Ticket.objects.filter(pk__in=ids).values_list("pk", "number")) if ids else {}


def _due(
    ticket: Ticket, beside: Beside
) -> tuple[dict[tuple[int, str], datetime], dict[int, datetime]]:
    """The latest clock of each kind, running or stopped; and what the last resolve was before."""
    rows = Clock.objects.filter(ticket=ticket, assignment__isnull=False).order_by("pk")
    due, clocks = {}, {}
    for owner, kind, at, pk in rows.values_list("assignment", "kind", "due_at", "pk"):
        due[owner, kind], clocks[owner, kind] = at, pk
    before = beside.originals
    original = {
        owner: before[pk]
        for (owner, kind), pk in clocks.items()
        if kind == ClockKind.RESOLVE and pk in before
    }
    return due, original


def _arrivals(ticket: Ticket) -> dict[int, list[Arrival]]:
    found: dict[int, list[Arrival]] = {}
    for one in Arrival.objects.filter(assignment__ticket=ticket).select_related("person"):
        found.setdefault(one.assignment_id, []).append(one)
    return found


class PartRows:
    """Writes the parts of one ticket for one reader."""

    def __init__(self, user: User, ticket: Ticket, parts: Parts) -> None:
        self.ticket = ticket
        self.parts = parts
        self.hidden = None if sees_filer(user, ticket) else ticket.filed_by_id

    def all(self) -> dict[str, Any]:
        ticket, parts = self.ticket, self.parts
        return {
            "merged_into": parts.numbers.get(ticket.merged_into_id or 0),
            "repeat_of": parts.numbers.get(ticket.repeat_of_id or 0),
            "whistle": self._whistle(parts.whistle) if parts.whistle else None,
            "assignments": [self._assignment(one) for one in parts.assignments],
            "beside": beside_of(parts.beside, self._name) if parts.beside else nothing_beside(),
        }

    def _name(self, person: User | None) -> str | None:
        return person.name if person is not None and person.pk != self.hidden else None

    def _assignment(self, one: Assignment) -> dict[str, Any]:
        due = self.parts.due
        return {
            "id": one.pk,
            "department": department_brief(one.department),
            "role": one.role,
            "state": one.state,
            **{name: told(due.get((one.pk, kind))) for name, kind in DEADLINES.items()},
            "resolve_by_original": told(self.parts.original.get(one.pk)),
            "is_ruled": one.ruled_at is not None,
            **{name: told(getattr(one, name)) for name in STAMPS},
            "rank": one.reported_in_rank or None,
            "handler": self._name(one.handler),
            "arrivals": [self._arrival(came) for came in self.parts.arrivals.get(one.pk, ())],
        }

    def _arrival(self, came: Arrival) -> dict[str, Any]:
        return {
            "name": self._name(came.person),
            "rank": came.rank or None,
            "via": came.via,
            "at": told(came.at),
        }

    def _whistle(self, whistle: Whistle) -> dict[str, Any]:
        return {
            "kind": whistle.kind,
            "tried": whistle.tried,
            "missing_power": whistle.missing_power,
            "blown_at": told(whistle.blown_at),
            "blown_by": self._name(whistle.blown_by),
            "out_at": told(whistle.out_at),
            "approved_by": self._name(whistle.approved_by),
            "helpers": _helpers(whistle.helpers.select_related("department")),
        }


def _helpers(helpers: Iterable[Helper]) -> list[dict[str, Any]]:
    return [{"department": department_brief(one.department), "why": one.why} for one in helpers]
