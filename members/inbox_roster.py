"""What waits for a person about the roster: applications to decide on, and the own entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.parts import may_have
from members import liaisons, roster
from members.models import Member
from members.workflow.joining import REMINDED_BEFORE
from members.workflow.roster import ON_ROSTER, MemberState
from tickets.inbox.rows import LIMIT, Act, Group, Row

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

TITLES = {
    "apply": _("Applications for the roster"),
    "entry": _("My entry on the roster"),
}


def waiting(user: Person) -> list[Group]:
    """By kind; kinds with nothing are left out. Nobody is named: names are read on record."""
    groups = [
        Group("apply", TITLES["apply"], [_application(one) for one in _applications(user)]),
        Group("entry", TITLES["entry"], [_own(one) for one in _entries(user)]),
    ]
    return [group for group in groups if group.rows]


def _applications(user: Person) -> list[Member]:
    rows = Member.objects.filter(
        liaisons.scope(user, roster.KEEP, station=""), state=MemberState.APPLIED
    ).exclude(user=user.pk)
    return list(rows.select_related("area", "batch").order_by("applied_at", "pk")[:LIMIT])


def _entries(user: Person) -> list[Member]:
    """The own one, where it is to be looked at: more is asked for, or two years are over."""
    if not may_have(user, "roster_entry"):
        return []
    mine = Member.objects.of(user).filter(state__in=ON_ROSTER).select_related("area")
    soon = clock.today() + REMINDED_BEFORE
    stale = mine.stale().values("pk")
    return list(mine.filter(Q(review_on__lte=soon) | Q(pk__in=stale)))


def _application(one: Member) -> Row:
    return Row(
        state="member:applied", icon="people", title=one.serial,
        text=one.batch.title if one.batch else "", url=one.get_absolute_url(), number=one.serial,
        place=one.area.name, who="", since=one.applied_at,
        act=Act(_("Decide"), one.get_absolute_url(), "check", ""),
    )  # fmt: skip


def _own(one: Member) -> Row:
    page = reverse("members:me")
    return Row(
        state=f"member:{one.state}", icon="person", title=str(_("Does all of it still hold?")),
        text="", url=page, number=one.serial, place=one.area.name, who="", since=one.applied_at,
        act=Act(_("Look at it"), page, "next", ""),
    )  # fmt: skip
