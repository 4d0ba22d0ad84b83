"""Pages of tickets: by filing, or by what is due next."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from govgrid.core.api import IdCursorPagination
from tickets.models import Ticket, TicketQuerySet
from tickets.workflow import OPEN

# When is it due, and which is it: what a cursor remembers.
Key = tuple[str | None, int]
BY_ID = {"filed": "id", "id": "id"}
URGENT_FIRST = "due_at"


class AsAsked(IdCursorPagination):
    """The newest first, the oldest first, or the most urgent first and what is not due last."""

    def paginate_queryset(self, queryset, request, view=None):
        if view is not None:
            asked = view.asked["ordering"]
            self.ordering = BY_ID.get(asked, URGENT_FIRST if asked == URGENT_FIRST else "-id")
        return super().paginate_queryset(queryset, request, view)

    def key(self, row: Ticket) -> Any:
        if self.ordering != URGENT_FIRST:
            return row.pk
        return [row.due_at.isoformat() if row.due_at else None, row.pk]

    def rows(self, queryset, key, *, backwards, most):
        if self.ordering != URGENT_FIRST:
            return super().rows(queryset, key, backwards=backwards, most=most)
        found: list[Ticket] = []
        for part in _parts(queryset, key, backwards=backwards):
            if len(found) < most:
                found += part[: most - len(found)]
        return found


def _parts(tickets: TicketQuerySet, key: Key | None, *, backwards: bool) -> list[TicketQuerySet]:
    """What has a deadline and what has none, in the order in which they are walked.

    Two walks, since each has an index: only what is open can be due, and naming the open states
    lets the index of the boards answer.
    """
    due = tickets.filter(due_at__isnull=False, state__in=sorted(OPEN))
    rest = tickets.filter(due_at__isnull=True)
    due = due.order_by("-due_at", "-pk") if backwards else due.order_by("due_at", "pk")
    rest = rest.order_by("-pk" if backwards else "pk")
    if key is None:
        return [due, rest]
    at, pk = key
    beyond = "lt" if backwards else "gt"
    if at is None:
        rest = rest.filter(**{f"pk__{beyond}": pk})
        return [rest, due] if backwards else [rest]
    moment = datetime.fromisoformat(at)
    due = due.filter(Q(**{f"due_at__{beyond}": moment}) | Q(due_at=moment, **{f"pk__{beyond}": pk}))
    return [due] if backwards else [due, rest]
