"""The time bank as it is read: by its holder alone. Nothing here compares people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q, Sum

from govgrid.core import clock
from members.models import Gift, Statement, TimeAccount, TimeEntry

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from grids.models import Area

    Person = User | AnonymousUser


class Line(NamedTuple):
    """One entry as the holder of an account sees it."""

    pk: int
    at: datetime
    note: str
    minutes: int  # negative: it went
    is_taken_back: bool


def account_of(user: Person) -> TimeAccount | None:
    return TimeAccount.objects.of(user).first() if user.is_authenticated else None


def balance(account: TimeAccount) -> int:
    """In minutes; one statement."""
    entries = TimeEntry.objects.filter(Q(payer=account) | Q(payee=account))
    sums = entries.aggregate(
        came=Sum("minutes", filter=Q(payee=account), default=0),
        went=Sum("minutes", filter=Q(payer=account), default=0),
    )
    return sums["came"] - sums["went"]


def entries(account: TimeAccount) -> QuerySet[TimeEntry]:
    rows = TimeEntry.objects.filter(Q(payer=account) | Q(payee=account))
    return rows.select_related("reversed_by").order_by("-pk")


def line(entry: TimeEntry, account: TimeAccount) -> Line:
    sign = 1 if entry.payee_id == account.pk else -1
    return Line(entry.pk, entry.at, entry.note, sign * entry.minutes, hasattr(entry, "reversed_by"))


def statement_of_month(account: TimeAccount) -> Statement | None:
    month = clock.today().replace(day=1)
    return Statement.objects.filter(account=account, month=month).select_related("issue").first()


def gifts(area: Area | None = None) -> QuerySet[Gift]:
    rows = Gift.objects.filter(ended_at=None).select_related("area").order_by("-pk")
    return rows.filter(area__path__startswith=area.path) if area else rows
