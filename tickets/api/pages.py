"""Pages of tickets: by filing, or by what is due next."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from govgrid.core.api import IdCursorPagination
from tickets.models import Ticket
from tickets.walks import Walks

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
        tickets: Walks = queryset
        if self.ordering != URGENT_FIRST:
            downwards = self.ordering.startswith("-") != backwards
            if key is not None:
                tickets = tickets.filter(**{"pk__lt" if downwards else "pk__gt": key})
            return tickets.order_by("-pk" if downwards else "pk").first(most)
        found: list[Ticket] = []
        for part in _parts(tickets, key, backwards=backwards):
            if len(found) < most:
                found += part.first(most - len(found))
        return found


class LongestOverdueFirst(AsAsked):
    """By what is due next alone."""

    ordering = URGENT_FIRST

    def paginate_queryset(self, queryset, request, view=None):
        return super().paginate_queryset(queryset, request)


def _parts(tickets: Walks, key: Key | None, *, backwards: bool) -> list[Walks]:
    """What has a deadline and what has none, in the order in which they are walked.

    Only what is open can be due.
    """
    due = tickets.by_state().filter(due_at__isnull=False)
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
