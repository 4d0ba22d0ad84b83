"""Routing rules as people read them: those of one's districts, and what came before and after."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from grids import roles, scoping
from grids.models import Area, Department, Level
from tickets.models import RoutingRule
from tickets.queries import districts_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from tickets.models import RuleQuerySet, Ticket

    Person = User | AnonymousUser

# A matter that changed hands more often has its newest shown.
MOST_OF_A_CHAIN = 50


def paths_of(user: Person) -> list[str]:
    """Of the districts in which ``user`` holds a post."""
    return sorted(districts_of(user))


def visible_to(user: Person) -> RuleQuerySet:
    """The rules of those districts, and of the city above them."""
    paths = paths_of(user)
    if not paths:
        return RoutingRule.objects.none()
    inside = reduce(or_, (Q(area__path__startswith=path) for path in paths))
    above = {int(one) for path in paths for one in path.strip(".").split(".")}
    return RoutingRule.objects.for_lists().filter(inside | Q(area__in=above))


def holds_for(user: Person, ticket: Ticket) -> bool:
    """Whether the rules of a ticket's place are among those: elsewhere nothing is tried out."""
    inside = reduce(or_, (Q(path__startswith=path) for path in paths_of(user)), Q(pk=None))
    return Area.objects.filter(inside, pk=ticket.district_id).exists()


def chain(rule: RoutingRule, among: RuleQuerySet) -> list[RoutingRule]:
    """All that was ever said about the very same matter, the newest first."""
    ids, frontier = {rule.pk}, {rule.pk}
    while frontier and len(ids) < MOST_OF_A_CHAIN:
        near = RoutingRule.objects.filter(Q(successors__in=frontier) | Q(succeeds__in=frontier))
        frontier = set(near.values_list("pk", flat=True)) - ids
        ids |= frontier
    return list(among.filter(pk__in=ids).order_by("-pk"))


def areas_to_set(user: Person) -> QuerySet[Area]:
    """Areas for which ``user`` may set a rule, down to the grid."""
    inside = Q(pk=None)
    for post in scoping.held(user):
        if "tickets.set_rules" in roles.ROLES[post.role].over_area and post.path:
            inside |= Q(path__startswith="".join(f"{step}." for step in post.path))
    return Area.objects.in_force().filter(inside, level__gte=Level.CITY).order_by("path")


def departments_to_name(user: Person) -> QuerySet[Department]:
    """Whom a rule of ``user`` may name: who works for the area of his post, above or beneath it."""
    inside = Q(pk=None)
    for post in scoping.held(user):
        if "tickets.set_rules" in roles.ROLES[post.role].over_area and post.path:
            inside |= Q(area__in=post.path)
            inside |= Q(area__path__startswith="".join(f"{step}." for step in post.path))
    found = Department.objects.active().filter(inside).exclude(kind=Department.Kind.COMMAND)
    return found.select_related("area").order_by("area__level", "code")
