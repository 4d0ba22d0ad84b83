"""Associations as bodies: an office that can be asked, and nobody who belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members.actions import grounding
from members.actions.grounding import log, must, named, needed, office_number
from members.models import Association, Unit
from members.workflow.network import BODY_ONLY

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Area


def _office(office: str) -> str:
    return needed(office, 120, "no_office", _("A body has a name and an office that can be asked."))


@transaction.atomic
def make_association(
    area: Area, *, by: User, name: str, sector: str, office: str, office_phone: str = ""
) -> Association:
    """Refused: ``no_name``, ``no_office``, ``no_office_phone``, ``is_a_unit`` (a body of a sector
    in which nobody is linked to one has no posts)."""
    must(by, area)
    name = named(name)
    _must_have_no_posts(name, sector)
    one = Association.objects.create(
        code=grounding.free_code(Association, area, "b"), name=name, sector=sector, area=area,
        office=_office(office), office_phone=office_number(office_phone),
    )  # fmt: skip
    log(f"association:{one.code}", "make", area, by=by, name=name, sector=sector)
    return one


def _must_have_no_posts(name: str, sector: str) -> None:
    if sector in BODY_ONLY and Unit.objects.filter(name__iexact=name, ended_on=None).exists():
        raise Refused(
            "is_a_unit",
            _("A unit of this name has posts; such a body has none: end the unit first."),
        )


def _lock(one: Association, by: User) -> Association:
    rows = Association.objects.select_for_update(of=("self",)).select_related("area")
    found = rows.get(pk=one.pk)
    must(by, found)
    if found.ended_on is not None:
        raise Refused("association_ended", _("This body has ended."))
    return found


@transaction.atomic
def change_association(
    one: Association, *, by: User, name: str, office: str, office_phone: str = ""
) -> Association:
    """Its sector stays. Refused: as :func:`make_association`, and ``association_ended``."""
    one = _lock(one, by)
    name = named(name)
    _must_have_no_posts(name, one.sector)
    given = {"name": name, "office": _office(office), "office_phone": office_number(office_phone)}
    new = grounding.changed(one, given)
    if new:
        log(f"association:{one.code}", "change", one.area, by=by, changes=new)
    return one


@transaction.atomic
def end_association(one: Association, *, by: User, reason: str) -> Association:
    """Refused: ``reason_needed``, ``association_ended``."""
    one = _lock(one, by)
    why = grounding.reason(reason)
    one.ended_on = clock.today()
    one.save(update_fields=["ended_on"])
    log(f"association:{one.code}", "end", one.area, by=by, reason=why)
    return one
