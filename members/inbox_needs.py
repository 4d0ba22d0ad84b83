"""What waits for a person around needs: offers to choose from, services to confirm, help promised.
Four statements, however much waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.parts import may_have
from grids import scoping
from members import needs
from members.models import Claim, Need
from members.workflow.needs import MOVES, ClaimState, NeedState
from tickets.inbox.rows import LIMIT, Act, Group, Row

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

TITLES = {
    "choose": _("Offers of help to choose from"),
    "confirm": _("Help to confirm"),
    "help": _("Help you promised"),
    "silent": _("Help that nobody confirmed"),
}


def waiting(user: Person) -> list[Group]:
    """By kind; kinds with nothing are left out."""
    if not user.is_authenticated:
        return []
    mine = Need.objects.none()
    if may_have(user, "roster_needs"):
        mine = Need.objects.of(user).for_lists().order_by("asked_at")
    choose = mine.filter(state=NeedState.CLAIMED)
    confirm = mine.filter(state=NeedState.SERVED)
    groups = [
        _group("choose", choose, _("Choose"), "people"),
        _group("confirm", confirm, MOVES["confirm"].label, "check"),
        Group("help", TITLES["help"], [_help(one) for one in _promised(user)]),
    ]
    if scoping.prefixes(user, needs.SERVE) or needs.station_paths(user):
        silent = needs.silent(user).exclude(pk__in=mine.values("pk")).order_by("served_at")
        groups.append(_group("silent", silent, _("Ask, then confirm"), "phone"))
    return [group for group in groups if group.rows]


def _promised(user: Person) -> list[Claim]:
    if not may_have(user, "roster_entry"):
        return []
    rows = Claim.objects.of(user).filter(state=ClaimState.ACCEPTED).whole()
    return list(rows.order_by("answered_at")[:LIMIT])


def _group(slug: str, rows: QuerySet[Need], label: str | Promise, icon: str) -> Group:
    return Group(slug, TITLES[slug], [_row(one, label, icon) for one in rows[:LIMIT]])


def _row(need: Need, label: str | Promise, icon: str) -> Row:
    return Row(
        state=f"need:{need.state}",
        icon="people",
        title=need.title,
        text="",
        url=need.get_absolute_url(),
        number=need.number,
        place=need.area.name,
        who="",
        since=need.served_at or need.asked_at,
        act=Act(label, need.get_absolute_url(), icon, ""),
    )


def _help(claim: Claim) -> Row:
    need = claim.need
    return Row(
        state=f"need:{need.state}",
        icon="people",
        title=need.title,
        text=claim.plan,
        url=need.get_absolute_url(),
        number=need.number,
        place=need.area.name,
        who="",
        since=claim.answered_at or claim.offered_at,
        due=_end_of(need),
        act=Act(MOVES["done"].label, need.get_absolute_url(), "check", ""),
    )


def _end_of(need: Need) -> datetime | None:
    """The end of the day on which it is wanted."""
    return clock.midnight(need.wanted_on + timedelta(days=1)) if need.wanted_on else None
