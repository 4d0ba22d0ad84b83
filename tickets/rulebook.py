"""Who answers for what and by when: routing rules and time limits, changed by succession and never
by editing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.privacy import guard
from grids.models import Level
from tickets import rules
from tickets.models import RoutingRule, TimeLimit

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


# ── time limits ───────────────────────────────────────────────────────────────────────────────

# Any number, the same everywhere: who sets a limit waits for who is setting one.
_LIMITS_LOCK = 720_311


@transaction.atomic
def set_limit(
    *,
    by: User | None,
    kind: str,
    scope: str,
    limit: str,
    reason: str,
    area: Area | None = None,
    category: Category | None = None,
    own_first: bool = False,
) -> TimeLimit:
    """From now on clocks of this kind get ``limit`` for ``scope``, there and for that category.

    No area: everywhere, which only a post for the city may say. "" as limit: no limit at all.
    Clocks that run keep the limit they started with. A limit in force that says the same stays
    untouched; one that says something else about the very same ends, and this one succeeds it.
    """
    _ask_for_limits(by, area)
    if area is not None and area.level == Level.CITY:
        # Tickets freeze no city: such a limit would hold nowhere.
        raise ValidationError({"area": _("For the whole city, leave the area out.")})
    _one_at_a_time()
    now = clock.now()
    for one in _limits_in_force(kind, scope, area, category):
        if (one.limit, one.own_first) == (limit, own_first):
            return one
        _end_limit(one, by=by, at=now)
    row = TimeLimit(
        clock=kind,
        scope=scope,
        area=area,
        category=category,
        limit=limit,
        own_first=own_first,
        reason=guard.mask(reason.strip()),
        valid_from=now,
        created_by=by,
    )
    row.full_clean(exclude=["created_by"])
    row.save()
    return row


@transaction.atomic
def end_limit(limit: TimeLimit, *, by: User | None) -> TimeLimit:
    """From now on the next wider limit holds, or the standard. A second time changes nothing."""
    limit = (
        TimeLimit.objects.select_for_update(of=("self",)).select_related("area").get(pk=limit.pk)
    )
    _ask_for_limits(by, limit.area)
    if limit.valid_to is None:
        _end_limit(limit, by=by, at=clock.now())
    return limit


def _ask_for_limits(by: User | None, area: Area | None) -> None:
    if by is not None and not rules.can_set_limits(by, area):
        raise PermissionDenied


def _one_at_a_time() -> None:
    """Two first limits for the same would both find none in force: there is no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LIMITS_LOCK])


def _limits_in_force(
    kind: str, scope: str, area: Area | None, category: Category | None
) -> list[TimeLimit]:
    limits = TimeLimit.objects.in_force().select_for_update(of=("self",))
    return list(limits.filter(clock=kind, scope=scope, area=area, category=category))


def _end_limit(limit: TimeLimit, *, by: User | None, at: datetime) -> None:
    limit.valid_to, limit.ended_by = at, by
    limit.save(update_fields=["valid_to", "ended_by"])
