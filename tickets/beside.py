"""What stands beside a ticket in rows of its own: requests, the standstill, and deadlines."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from govgrid.core import clock
from govgrid.core.prepared import Prepared
from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar
from tickets.models import Appeal, Clock, Extension, Ruling, Suspension
from tickets.workflow import TIME_TO_RETURN, ClockKind, added_to

if TYPE_CHECKING:
    from tickets.models import Assignment, Ticket

WHOLE = 100
# On a row that was read for it, and else asked for with PRESENT.
_FLAGS = ("has_extensions", "has_suspension", "has_appeals", "has_rulings")
PRESENT = Prepared(
    "beside",
    """
    SELECT EXISTS (SELECT FROM tickets_extension WHERE ticket_id = %(ticket)s),
           EXISTS (SELECT FROM tickets_suspension WHERE ticket_id = %(ticket)s),
           EXISTS (SELECT FROM tickets_appeal WHERE ticket_id = %(ticket)s),
           EXISTS (SELECT FROM tickets_ruling WHERE ticket_id = %(ticket)s)
    """,
    ticket="bigint",
)
# The largest amount that a limit can be written with.
LARGEST = 9999


class Present(NamedTuple):
    """Of what there is something at all; most tickets have nothing."""

    extensions: bool
    suspension: bool
    appeals: bool
    rulings: bool


class Beside:
    """Each kind of row read once, when somebody looks; nothing is read of what nobody asks for.

    A move reads it with the ticket locked, so what it finds stays until the commit.
    """

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        # What the move grants, until its clock has moved and it is written.
        self.granting: Extension | None = None

    @cached_property
    def present(self) -> Present:
        told = vars(self.ticket)
        if all(flag in told for flag in _FLAGS):
            return Present(*(told[flag] for flag in _FLAGS))
        with connection.cursor() as cursor:
            PRESENT.execute(cursor, {"ticket": self.ticket.pk})
            return Present(*cursor.fetchone())

    # ── time ──────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def clocks(self) -> list[Clock]:
        return list(Clock.objects.filter(ticket=self.ticket.pk).order_by("pk"))

    def resolve_clock(self, assignment_id: int) -> Clock | None:
        """By which this part must be resolved, while that runs."""
        running = (one for one in self.clocks if one.is_running and one.paused_at is None)
        mine = (one for one in running if one.assignment_id == assignment_id)
        return next((one for one in mine if one.kind == ClockKind.RESOLVE), None)

    def return_by(self, one: Assignment) -> datetime:
        """Until when its lead may say that it is not his."""
        # By the calendar of its clocks: the sweep keeps them at the newest.
        edition = max((one.edition for one in self.clocks), default=None)
        days = calendar(self.ticket.district.code, edition)
        until = days.deadline(one.offered_at, Limit.parse(TIME_TO_RETURN))
        assert until is not None, "nothing pauses it"  # noqa: S101
        return until

    # ── extensions ────────────────────────────────────────────────────────────────────────────

    @cached_property
    def extensions(self) -> list[Extension]:
        if not self.present.extensions:
            return []
        people = ("asked_by", "endorsed_by", "decided_by", "assignment__department")
        found = Extension.objects.filter(ticket=self.ticket.pk).select_related(*people)
        return list(found.order_by("pk"))

    def request(self, assignment_id: int | None = None) -> Extension | None:
        """What is asked for and can still be granted: its clock runs, and its time is not over."""
        now = clock.now()
        for one in self.extensions:
            if one.outcome or assignment_id not in {None, one.assignment_id}:
                continue
            running = self.resolve_clock(one.assignment_id)
            if running is not None and running.pk == one.clock_id and now < running.due_at:
                return one
        return None

    def granted(self, assignment_id: int) -> int:
        mine = (one for one in self.extensions if one.assignment_id == assignment_id)
        return sum(one.is_granted for one in mine)

    def most_to_extend(self, assignment_id: int) -> int:
        """As much as the limit was at first, in its own unit."""
        running = self.resolve_clock(assignment_id)
        if running is None:
            return 0
        added = sum(
            added_to(running.share, Limit.parse(one.amount).amount)
            for one in self.extensions
            if one.is_granted and one.clock_id == running.pk
        )
        now = Limit.parse(running.limit).amount
        return min(ceil((now - added) * running.share / WHOLE), LARGEST - now)

    @property
    def originals(self) -> dict[int, datetime]:
        """By clock: the deadline before the first extension that was granted."""
        granted = [one for one in self.extensions if one.is_granted]
        return {one.clock_id: one.due_before for one in reversed(granted)}

    # ── standstill, appeals, rulings ──────────────────────────────────────────────────────────

    @cached_property
    def suspension(self) -> Suspension | None:
        if not self.present.suspension:
            return None
        found = Suspension.objects.filter(ticket=self.ticket.pk)
        return found.select_related("by", "ended_by").first()

    @cached_property
    def appeals(self) -> list[Appeal]:
        if not self.present.appeals:
            return []
        people = ("asked_by", "first_by", "second_by", "refused_by")
        found = Appeal.objects.filter(ticket=self.ticket.pk)
        found = found.select_related("clock", "assignment__department", *people)
        return list(found.order_by("pk"))

    @property
    def open_appeals(self) -> list[Appeal]:
        return [one for one in self.appeals if one.is_open]

    def late(self, assignment_id: int) -> list[Clock]:
        """What this part did too late and nobody has asked about yet."""
        mine = [one for one in self.clocks if one.assignment_id == assignment_id and one.is_late]
        asked = {one.clock_id for one in self.appeals} if mine else set()
        return [one for one in mine if one.pk not in asked]

    @cached_property
    def rulings(self) -> list[Ruling]:
        if not self.present.rulings:
            return []
        found = Ruling.objects.filter(ticket=self.ticket.pk)
        return list(found.select_related("department", "area", "rule", "by").order_by("pk"))
