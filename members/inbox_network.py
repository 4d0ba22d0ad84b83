"""What waits for who keeps the network: empty posts, terms that end, milestones that are late."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from grids import scoping
from members import network
from members.models import Liaison, Milestone, NetworkPost, PostTerm
from tickets.inbox.rows import LIMIT, Act, Group, Row

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

TITLES = {
    "milestone": _("Milestones that are late"),
    "vacancy": _("Posts that nobody holds"),
    "renewal": _("Terms to be renewed"),
}


def waiting(user: Person) -> list[Group]:
    """By kind; kinds with nothing are left out. Four statements, for who keeps the network alone."""
    if not user.is_authenticated or not scoping.prefixes(user, network.KEEP):
        return []
    groups = [
        Group("milestone", TITLES["milestone"], [_milestone(one) for one in _late(user)]),
        Group("vacancy", TITLES["vacancy"], [_vacancy(one) for one in _empty(user)]),
        Group(
            "renewal",
            TITLES["renewal"],
            [_term(one) for one in _terms(user)] + [_service(one) for one in _services(user)],
        ),
    ]
    return [group for group in groups if group.rows]


def _late(user: Person) -> list[Milestone]:
    rows = Milestone.objects.late().filter(network.reached(user, "project__area"))
    return list(rows.select_related("project__lead", "project__area")[:LIMIT])


def _empty(user: Person) -> list[NetworkPost]:
    posts = NetworkPost.objects.in_force().filter(network.reached(user))
    return list(network.vacant(posts).for_lists().order_by("founded_on", "pk")[:LIMIT])


def _terms(user: Person) -> list[PostTerm]:
    rows = network.terms_to_renew().filter(network.reached(user, "post__area"))
    rows = rows.select_related("post__area", "post__unit", "post__station")
    return list(rows.order_by("period", "pk")[:LIMIT])


def _services(user: Person) -> list[Liaison]:
    rows = network.services_to_renew().filter(network.reached(user, "station__area"))
    return list(rows.select_related("station__area").order_by("period", "pk")[:LIMIT])


def _milestone(one: Milestone) -> Row:
    url = f"{one.project.get_absolute_url()}#milestone-{one.pk}"
    return Row(
        state="offered", icon="calendar", title=one.title, text=one.project.title, url=url,
        number="", place=one.project.area.name, who=one.project.lead.name,
        since=clock.midnight(one.due_on), due=clock.midnight(one.due_on + timedelta(days=1)),
        act=Act(_("Say what became of it"), url, "check", ""),
    )  # fmt: skip


def _vacancy(one: NetworkPost) -> Row:
    url = one.get_absolute_url()
    return Row(
        state="offered", icon="person", title=str(one.get_kind_display()), text=one.of.name,
        url=url, number="", place=one.area.name, who="", since=clock.midnight(one.founded_on),
        act=Act(_("Fill the post"), f"{url}fill/", "plus", ""),
    )  # fmt: skip


def _term(one: PostTerm) -> Row:
    url = one.post.get_absolute_url()
    return Row(
        state="offered", icon="clock", title=str(one.post.get_kind_display()), text=one.post.of.name,
        url=url, number="", place=one.post.area.name, who="",
        since=clock.midnight(one.period.lower), due=clock.midnight(one.period.upper),
        act=Act(_("Hand it over"), f"{url}hand-over/", "people", ""),
    )  # fmt: skip


def _service(one: Liaison) -> Row:
    url = f"{one.station.get_absolute_url()}#serving"
    return Row(
        state="offered", icon="clock", title=str(one.get_role_display()), text=one.station.name,
        url=url, number="", place=one.station.area.name, who="",
        since=clock.midnight(one.period.lower or clock.today()),
        due=clock.midnight(one.period.upper), act=Act(_("Renew it"), url, "people", ""),
    )  # fmt: skip
