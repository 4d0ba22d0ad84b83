"""The grid's team: which office does what in an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from grids.actions.imports import saved
from grids.models import Area, Department, TeamSeat

if TYPE_CHECKING:
    from govgrid.accounts.models import User


@transaction.atomic
def seat_office(
    area: Area, function: str, department: Department, *, by: User | None, phone: str = ""
) -> TeamSeat:
    """Let ``department`` do ``function`` in ``area`` and all beneath.

    Refused for an office that is switched off, for a mobile phone, and where it is so already.
    """
    _must_keep(by, area)
    if not department.is_active:
        raise Refused("department_ended", _("%(area)s has ended.") % {"area": department})
    return saved(TeamSeat(area=area, function=function, department=department, phone=phone))


@transaction.atomic
def unseat_office(seat: TeamSeat, *, by: User | None) -> None:
    """Take a seat away; it is reference data without a history."""
    _must_keep(by, seat.area)
    seat.delete()


def _must_keep(by: User | None, area: Area) -> None:
    if by is not None and not by.has_perm("grids.keep_team", area):
        raise PermissionDenied
