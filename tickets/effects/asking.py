"""After closing, whoever reported it is asked; opened again, the question waits for the next closing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar
from grids.models import Post
from tickets.effects import work
from tickets.models import Assignment, Callback, Contact, Ticket
from tickets.workflow import OWN_STEPS, Facts

# Within a working day somebody should have called.
CALL_WITHIN = Limit.parse("WD1")
# A program files what others reported: it knows nothing of the place.
PROGRAM = "api_client"


def close(facts: Facts, at: datetime) -> None:
    work.close(facts, at)
    due = calendar(facts.ticket.district.code).deadline(at.replace(microsecond=0), CALL_WITHIN)
    assert due is not None, "nothing stands still here"  # noqa: S101
    for one in _to_ask(facts):
        Callback.objects.create(
            ticket=one,
            district_id=one.district_id,
            department_id=facts.ticket.lead_department_id,
            round=one.callbacks.count() + 1,
            asked_at=at,
            due_at=due,
        )


def reopen(facts: Facts, at: datetime) -> Assignment | None:
    waiting = Callback.objects.open().filter(
        Q(ticket=facts.ticket) | Q(ticket__merged_into=facts.ticket)
    )
    waiting.update(ended_at=at, ended_why=Callback.Ended.OPENED)
    return work.back_to_work(facts, at)


def _to_ask(facts: Facts) -> Iterator[Ticket]:
    """It, and what was merged into it, as far as there is somebody to ask who did not do the work."""
    main = facts.ticket
    family = list(Ticket.objects.filter(Q(pk=main.pk) | Q(merged_into=main)).order_by("pk"))
    called = set(
        Contact.objects.filter(ticket__in=family, erased_at=None).values_list("ticket", flat=True)
    )
    hands = {getattr(one, f"{step}_by_id") for one in facts.assignments for step in OWN_STEPS}
    hands |= {facts.by.pk if facts.by else None, None}
    people = Post.objects.held_on().exclude(role=PROGRAM)
    filers = {one.filed_by_id for one in family} - hands
    known = set(people.filter(user__in=filers).values_list("user", flat=True)) if filers else set()
    yield from (one for one in family if one.pk in called or one.filed_by_id in known)
