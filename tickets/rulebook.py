"""Who answers for what: the routing rules, changed by succession and never by editing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from govgrid.core import clock
from tickets.models import RoutingRule

if TYPE_CHECKING:
    from django.contrib.gis.geos import MultiPolygon

    from govgrid.accounts.models import User
    from grids.models import Area, Department
    from tickets.models import Category


@transaction.atomic
def set_rule(
    *,
    by: User | None,
    category: Category | None,
    area: Area,
    department: Department | None = None,
    function: str = "",
    shape: MultiPolygon | None = None,
    source: str = "",
) -> RoutingRule:
    """From now on this category goes there, in the whole area or in the drawn ``shape``.

    A rule in force that says the same stays untouched. One that says something else about the same
    category and place ends, and this one succeeds it; other drawn pieces are left alone.
    """
    _ask(by)
    now = clock.now()
    for rule in _in_force(category, area, shape):
        if (rule.department_id, rule.function) == (department.pk if department else None, function):
            return rule
        _end(rule, by=by, at=now)
    rule = RoutingRule(
        category=category,
        area=area,
        shape=shape,
        department=department,
        function=function,
        source=source,
        valid_from=now,
        created_by=by,
    )
    rule.full_clean(exclude=["created_by"])  # the system may, a form may not
    rule.save()
    return rule


@transaction.atomic
def end_rule(rule: RoutingRule, *, by: User | None) -> RoutingRule:
    """From now on this rule decides nothing. A second time changes nothing."""
    _ask(by)
    rule = RoutingRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if rule.valid_to is None:
        _end(rule, by=by, at=clock.now())
    return rule


def _ask(by: User | None) -> None:
    if by is not None and not by.is_superuser:
        raise PermissionDenied


def _in_force(
    category: Category | None, area: Area, shape: MultiPolygon | None
) -> list[RoutingRule]:
    """The locked rules that speak of the very same category and place."""
    rules = RoutingRule.objects.in_force().select_for_update(of=("self",))
    rules = rules.filter(category=category, area=area, shape__isnull=shape is None)
    return [one for one in rules if shape is None or (one.shape and one.shape.equals(shape))]


def _end(rule: RoutingRule, *, by: User | None, at: datetime) -> None:
    rule.valid_to, rule.ended_by = at, by
    rule.save(update_fields=["valid_to", "ended_by"])
