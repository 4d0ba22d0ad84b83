"""Who answers for what and by when: routing rules and time limits, changed by succession and never
by editing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.privacy import guard
from grids.models import Department, Level
from tickets import rules
from tickets.drawn import lies_within
from tickets.limits import LIMITS_LOCK, RULES_LOCK, one_at_a_time
from tickets.models import ColourTerms, RoutingRule, TimeLimit
from tickets.workflow import Colours

if TYPE_CHECKING:
    from django.contrib.gis.geos import MultiPolygon

    from govgrid.accounts.models import User
    from grids.models import Area
    from tickets.models import Category

# Any numbers, the same everywhere: who sets a rule or a limit waits for who is setting one.


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
    reason: str = "",
) -> RoutingRule:
    """From now on this category goes there, in the whole area or in the drawn ``shape``.

    A rule in force that says the same stays untouched. One that says something else about the same
    category and place ends, and this one succeeds it; other drawn pieces are left alone.
    """
    _ask(by, area)
    _must_fit(by, area, department, shape)
    one_at_a_time(RULES_LOCK)
    return _succeed(
        by,
        category,
        area,
        department=department,
        function=function,
        shape=shape,
        source=source,
        reason=reason,
    )


@transaction.atomic
def add_rule(*, by: User, category: Category | None, area: Area, **given: Any) -> RoutingRule:
    """A first word on a matter. Refused (``rule_exists``) where a rule speaks of the very same."""
    _must_say_why(by, given.get("reason", ""))
    one_at_a_time(RULES_LOCK)
    named = {key: said for key, said in given.items() if key in {"department", "shape"}}
    may_add(by=by, category=category, area=area, **named)
    return set_rule(by=by, category=category, area=area, **given)


@transaction.atomic
def may_add(
    *,
    by: User,
    category: Category | None,
    area: Area,
    department: Department | None = None,
    shape: MultiPolygon | None = None,
    function: str = "",
) -> None:
    """Raise what :func:`add_rule` would; nothing is written."""
    _ask(by, area)
    _must_fit(by, area, department, shape)
    found = _in_force(category, area, shape)
    if found:
        words = _("%(code)s decides this already. Change that one.")
        raise Refused("rule_exists", words % {"code": found[0].code})


@transaction.atomic
def change_rule(
    rule: RoutingRule,
    *,
    by: User,
    department: Department | None = None,
    function: str = "",
    reason: str,
) -> RoutingRule:
    """The same matter goes to somebody else from now on: ``rule`` ends, and its successor is given.

    Refused (``rule_changed_since``) when somebody else changed or ended it meanwhile.
    """
    rule = _locked(rule)
    _ask(by, rule.area)
    _must_say_why(by, reason)
    if rule.valid_to is not None:
        raise Refused("rule_changed_since", _meanwhile(rule))
    if (rule.department, rule.function) == (department, function):
        raise Refused("rule_says_so", _("This is what the rule says now."))
    return set_rule(
        by=by,
        category=rule.category,
        area=rule.area,
        department=department,
        function=function,
        shape=rule.shape,
        reason=reason,
    )


@transaction.atomic
def end_rule(rule: RoutingRule, *, by: User | None, reason: str = "") -> RoutingRule:
    """From now on this rule decides nothing. A second time changes nothing."""
    rule = _locked(rule)
    _ask(by, rule.area)
    if rule.valid_to is None:
        _must_say_why(by, reason)
        rule.end_reason = _said(reason)
        _end(rule, by=by, at=clock.now())
    return rule


def _locked(rule: RoutingRule) -> RoutingRule:
    """Whoever changes rules waits for whoever does so, before the row is read."""
    one_at_a_time(RULES_LOCK)
    return (
        RoutingRule.objects.select_for_update(of=("self",))
        .select_related("area", "category", "department")
        .get(pk=rule.pk)
    )


def _meanwhile(rule: RoutingRule) -> str:
    newer = rule.successors.order_by("pk").last()
    if newer is None:
        return _("Somebody ended %(code)s meanwhile.") % {"code": rule.code}
    words = _("Somebody changed %(code)s meanwhile: %(newer)s holds now.")
    return words % {"code": rule.code, "newer": newer.code}


def _succeed(
    by: User | None,
    category: Category | None,
    area: Area,
    *,
    department: Department | None = None,
    function: str = "",
    shape: MultiPolygon | None = None,
    source: str = "",
    reason: str = "",
) -> RoutingRule:
    now, before = clock.now(), None
    for rule in _in_force(category, area, shape):
        if (rule.department_id, rule.function) == (department.pk if department else None, function):
            return rule
        _end(rule, by=by, at=now)
        before = rule
    rule = RoutingRule(
        category=category,
        area=area,
        shape=shape,
        department=department,
        function=function,
        source=source,
        reason=_said(reason),
        succeeds=before,
        valid_from=now,
        created_by=by,
    )
    rule.full_clean(exclude=["created_by"])  # the system may, a form may not
    rule.save()
    return rule


@transaction.atomic
def set_by_ruling(
    *,
    by: User,
    category: Category,
    area: Area,
    department: Department,
    source: str,
    reason: str,
) -> RoutingRule:
    """What a ruling says is the rule from this minute, whoever set the one before.

    Whether ``by`` may rule so far was asked of the move. ``source`` is the number of the ticket.
    """
    one_at_a_time(RULES_LOCK)
    return _succeed(by, category, area, department=department, source=source, reason=reason)


def _said(reason: str) -> str:
    return guard.mask(tidy(reason))[:200]


def _must_say_why(by: User | None, reason: str) -> None:
    """An import has no reason of its own; a person says one."""
    if by is not None and not tidy(reason):
        raise Refused("reason_needed", _("Say why."))


def _ask(by: User | None, area: Area) -> None:
    if by is not None and not by.is_superuser and not rules.can_set_rules(by, area):
        raise PermissionDenied


def _must_fit(
    by: User | None, area: Area, department: Department | None, shape: MultiPolygon | None
) -> None:
    """A person binds whom the place is served by, and draws within the own area alone."""
    if by is None or by.is_superuser:
        return
    if department is not None and not _serves(department, area):
        raise ValidationError({"department": _("Choose a department that serves the place.")})
    if shape is not None and not lies_within(shape, area):
        words = _("The drawn piece must lie within %(area)s.") % {"area": area.name}
        raise ValidationError({"shape": words})


def _serves(department: Department, area: Area) -> bool:
    """Whether it works for the whole of an area: by its own area, or by one above."""
    return (
        department.is_active
        and department.kind != Department.Kind.COMMAND
        and department.area_id in area.ancestor_ids
    )


def _in_force(
    category: Category | None, area: Area, shape: MultiPolygon | None
) -> list[RoutingRule]:
    """The locked rules that speak of the very same category and place."""
    rules = RoutingRule.objects.in_force().select_for_update(of=("self",))
    rules = rules.filter(category=category, area=area, shape__isnull=shape is None)
    return [one for one in rules if shape is None or (one.shape and one.shape.equals(shape))]


def _end(rule: RoutingRule, *, by: User | None, at: datetime) -> None:
    rule.valid_to, rule.ended_by = at, by
    rule.save(update_fields=["valid_to", "ended_by", "end_reason"])


# ── time limits ───────────────────────────────────────────────────────────────────────────────


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
    one_at_a_time(LIMITS_LOCK)
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
        reason=guard.mask(tidy(reason)),
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


def _limits_in_force(
    kind: str, scope: str, area: Area | None, category: Category | None
) -> list[TimeLimit]:
    limits = TimeLimit.objects.in_force().select_for_update(of=("self",))
    return list(limits.filter(clock=kind, scope=scope, area=area, category=category))


def _end_limit(limit: TimeLimit, *, by: User | None, at: datetime) -> None:
    limit.valid_to, limit.ended_by = at, by
    limit.save(update_fields=["valid_to", "ended_by"])


# ── the colours ───────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def set_colours(*, by: User | None, area: Area | None, reason: str, **terms: Any) -> ColourTerms:
    """From now on tickets of this district turn colour by ``terms``; no area: everywhere.

    Terms in force that say the same stay untouched; others end, and these succeed them.
    """
    _ask_for_limits(by, area)
    if area is not None and area.level != Level.DISTRICT:
        raise ValidationError({"area": _("The colours are set for a district.")})
    one_at_a_time(LIMITS_LOCK)
    now = clock.now()
    wanted = Colours(**terms)
    for one in ColourTerms.objects.in_force().select_for_update(of=("self",)).filter(area=area):
        if one.terms == wanted:
            return one
        one.valid_to, one.ended_by = now, by
        one.save(update_fields=["valid_to", "ended_by"])
    row = ColourTerms(
        area=area,
        reason=guard.mask(tidy(reason)),
        valid_from=now,
        created_by=by,
        **wanted._asdict(),
    )
    row.full_clean(exclude=["created_by"])
    row.save()
    return row
