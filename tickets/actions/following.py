"""What a grid that ends hands on: its routing rules, its holders of functions, its time limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from govgrid.core import clock
from grids.division import succession
from grids.division.succession import Thing
from tickets.limits import LIMITS_LOCK, RULES_LOCK, one_at_a_time
from tickets.models import FunctionHolder, RoutingRule, TimeLimit

if TYPE_CHECKING:
    from grids.models import Area


def register() -> None:
    """Called once at start-up: what a grid that ends hands on to what follows."""
    for slug, counted, held, hand_on in (
        ("routing_rule", _count_rules, _rules_of, _hand_on_rule),
        ("function_holder", _count_holders, _holders_of, _hand_on_holder),
        ("time_limit", _count_limits, _limits_of, _hand_on_limit),
    ):
        succession.register(succession.Kind(slug, counted, held, hand_on))


def _by_area(things: Iterable[tuple[int, Thing]]) -> dict[int, list[Thing]]:
    found: dict[int, list[Thing]] = defaultdict(list)
    for area_id, thing in things:
        found[area_id].append(thing)
    return dict(found)


def _count_rules(count: int) -> str:
    return ngettext("%(count)s routing rule", "%(count)s routing rules", count) % {"count": count}


def _rules_of(areas: Collection[int], on: date) -> dict[int, list[Thing]]:
    # A drawn rule is asked for its polygon and not for its area: it goes on as it is.
    rules = RoutingRule.objects.in_force().filter(area__in=areas, shape=None)
    rules = rules.select_related("category", "department").order_by("pk")
    return _by_area(
        (
            one.area_id,
            Thing(
                one.pk,
                one.category_id,
                (one.department_id, one.function),
                f"{one.category or _('any category')} → {one.department or one.get_function_display()}",
            ),
        )
        for one in rules
    )


def _hand_on_rule(pk: int, heir: Area | None, on: date) -> None:
    one_at_a_time(RULES_LOCK)
    rule = RoutingRule.objects.select_for_update(of=("self",)).get(pk=pk)
    # From now and not from the day: until now reports went by it.
    _succeed(rule, heir, at=clock.now())


def _succeed(row: RoutingRule | TimeLimit, heir: Area | None, *, at: datetime) -> None:
    row.valid_to = at
    row.save(update_fields=["valid_to"])
    if heir is None:
        return
    if isinstance(row, RoutingRule):
        row.succeeds_id = row.pk
    row.pk, row.area, row.valid_from, row.valid_to = None, heir, at, None
    row.created_by = None
    row._state.adding = True
    row.save(force_insert=True)


def _count_holders(count: int) -> str:
    return ngettext(
        "%(count)s holder of an office function", "%(count)s holders of office functions", count
    ) % {"count": count}


def _holders_of(areas: Collection[int], on: date) -> dict[int, list[Thing]]:
    holders = FunctionHolder.objects.filter(area__in=areas).select_related("department")
    return _by_area(
        (
            one.area_id,
            Thing(one.pk, (one.function, one.category_id), one.department_id, str(one)),
        )
        for one in holders.order_by("pk")
    )


def _hand_on_holder(pk: int, heir: Area | None, on: date) -> None:
    # Without a period of its own: what goes nowhere stays with the grid that ended.
    if heir is not None:
        FunctionHolder.objects.filter(pk=pk).update(area=heir)


def _count_limits(count: int) -> str:
    return ngettext("%(count)s time limit", "%(count)s time limits", count) % {"count": count}


def _limits_of(areas: Collection[int], on: date) -> dict[int, list[Thing]]:
    limits = TimeLimit.objects.in_force().filter(area__in=areas).order_by("pk")
    return _by_area(
        (
            one.area_id,  # type: ignore[misc]  # asked for by area
            Thing(
                one.pk,
                (one.clock, one.scope, one.category_id),
                (one.limit, one.own_first),
                f"{one.get_clock_display()}: {one.limit or '–'}",
            ),
        )
        for one in limits
    )


def _hand_on_limit(pk: int, heir: Area | None, on: date) -> None:
    one_at_a_time(LIMITS_LOCK)
    limit = TimeLimit.objects.select_for_update(of=("self",)).get(pk=pk)
    _succeed(limit, heir, at=clock.now())
