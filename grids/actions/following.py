"""What a grid that ends hands on: its team, what its posts ask, and its duties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import ngettext

from grids.division import succession
from grids.division.succession import Thing
from grids.gate import Decision
from grids.models import Area, Duty, Requirement, TeamSeat

if TYPE_CHECKING:
    from collections.abc import Iterable

Found = dict[int, list[Thing]]


def register() -> None:
    """Called once at start-up."""
    succession.register(succession.Kind("team_seat", _count_seats, _seats, _hand_on_seat))
    succession.register(
        succession.Kind("requirement", _count_requirements, _requirements, _hand_on_requirement)
    )
    succession.register(succession.Kind("duty", _count_duties, _duties, _hand_on_duty))


def _by_area(things: Iterable[tuple[int, Thing]]) -> Found:
    found: Found = defaultdict(list)
    for area_id, thing in things:
        found[area_id].append(thing)
    return dict(found)


# ── the team ──────────────────────────────────────────────────────────────────────────────────


def _count_seats(count: int) -> str:
    return ngettext("%(count)s team seat", "%(count)s team seats", count) % {"count": count}


def _seats(areas: Collection[int], on: date) -> Found:
    seats = TeamSeat.objects.filter(area__in=areas).select_related("department").order_by("pk")
    return _by_area(
        (one.area_id, Thing(one.pk, (one.function, one.department_id), one.phone, str(one)))
        for one in seats
    )


def _hand_on_seat(pk: int, heir: Area | None, on: date) -> None:
    # Without a period of its own: what goes nowhere stays with the grid that ended, and is read there.
    if heir is not None:
        TeamSeat.objects.filter(pk=pk).update(area=heir)


# ── what posts ask ────────────────────────────────────────────────────────────────────────────


def _count_requirements(count: int) -> str:
    return ngettext("%(count)s requirement of a post", "%(count)s requirements of posts", count) % {
        "count": count
    }


def _requirements(areas: Collection[int], on: date) -> Found:
    asked = Requirement.objects.filter(area__in=areas).order_by("pk")
    return _by_area(
        (
            one.area_id,
            Thing(one.pk, one.role, one.text, f"{one.get_role_display()}: {one.text}"),
        )
        for one in asked
    )


def _hand_on_requirement(pk: int, heir: Area | None, on: date) -> None:
    if heir is not None:
        Requirement.objects.filter(pk=pk).update(area=heir)


# ── duties ────────────────────────────────────────────────────────────────────────────────────


def _count_duties(count: int) -> str:
    return ngettext("%(count)s duty", "%(count)s duties", count) % {"count": count}


def _duties(areas: Collection[int], on: date) -> Found:
    wanted = Duty.objects.filter(
        area__in=areas, ends_on__gte=on, decision__in=[Decision.PROPOSED, Decision.ADMITTED]
    )
    return _by_area((one.area_id, _thing(one)) for one in wanted.order_by("pk"))


def _thing(duty: Duty) -> Thing:
    says = (duty.what, tuple(duty.items), duty.rhythm, duty.kind, duty.decision)
    return Thing(duty.pk, (duty.name, duty.department_id), says, duty.name)


def _hand_on_duty(pk: int, heir: Area | None, on: date) -> None:
    """What has not begun moves. What runs ends the day before and goes on as another duty, admitted
    by whoever admitted it: its answers stay where they were given."""
    duty = Duty.objects.select_for_update(of=("self",)).get(pk=pk)
    has_begun = duty.decision == Decision.ADMITTED and duty.starts_on < on
    if has_begun:
        Duty.objects.filter(pk=pk).update(ends_on=on - timedelta(days=1))
    if heir is None:
        return
    if not has_begun:
        Duty.objects.filter(pk=pk).update(area=heir)
        return
    duty.pk, duty.area, duty.starts_on = None, heir, on
    duty._state.adding = True
    duty.save(force_insert=True)
