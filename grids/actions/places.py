"""What stands in an area: one row entered or changed, and all placed again when the map changes."""

from __future__ import annotations

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core.errors import Refused
from grids import queries
from grids.actions.imports import saved
from grids.models import Area, Compound, Facility, Organisation, ServicePoint

Place = TypeVar("Place", Compound, Facility, ServicePoint, Organisation)
# In special grids first, by the lowest id: as locate decides.
PLACE_AGAIN = """
    UPDATE {table} t SET grid_id = found.grid
    FROM (SELECT one.id, (
              SELECT a.id FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
              WHERE s.level = 5 AND a.valid_to IS NULL AND ST_Covers(s.boundary, one.point)
              ORDER BY s.is_special DESC, a.id LIMIT 1) AS grid
          FROM {table} one WHERE one.point IS NOT NULL) found
    WHERE t.id = found.id AND t.grid_id IS DISTINCT FROM found.grid
"""


@transaction.atomic
def keep_place(place: Place, *, by: User | None) -> Place:
    """Write a new or changed compound, facility, service point or organisation.

    The grid, or a compound's community, follows from the point. Refused where no grid covers it;
    allowed to who keeps the places there, and of a row that moves, there as well as here.
    """
    if not place._state.adding:
        before = type(place).objects.select_for_update(of=("self",)).get(pk=place.pk)
        _must_keep(by, area_of(before))
    _put(place)
    _must_keep(by, area_of(place))
    if isinstance(place, Facility):
        kind = place.facility_class
        place.code = f"{place.district_code}{kind.code}{place.serial}"
    return saved(place)


@transaction.atomic
def set_facility_state(facility: Facility, state: str, *, by: User | None) -> Facility:
    """Note in what state a facility is: by who keeps the places there, or by its owner."""
    facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility.pk)
    if by is not None and not by.has_perm("grids.set_facility_state", facility):
        raise PermissionDenied
    facility.state = state
    facility.save(update_fields=["state"])
    return facility


@transaction.atomic
def place_again(*, by: User | None) -> int:
    """Give every place the grid that covers it now; returns how many changed. Safe to run again.

    Called when another division takes effect. Communities of compounds stay: no grid leaves one.
    """
    if by is not None and not (by.is_active and by.is_superuser):
        raise PermissionDenied
    changed = 0
    with connection.cursor() as cursor:
        for model in (Facility, ServicePoint, Organisation):
            cursor.execute(PLACE_AGAIN.format(table=model._meta.db_table))
            changed += cursor.rowcount
    return changed


def area_of(place: Compound | Facility | ServicePoint | Organisation) -> Area | None:
    """Where a place belongs, for the question who keeps it."""
    return place.community if isinstance(place, Compound) else place.grid


def _put(place: Compound | Facility | ServicePoint | Organisation) -> None:
    """Set where ``place`` lies from its point."""
    if place.point is None:
        return
    found = queries.locate(place.point.x, place.point.y)
    if found is None:
        raise Refused("outside", queries.outside_message(place.point.x, place.point.y))
    if isinstance(place, Compound):
        place.community_id = found.community.id
    else:
        place.grid_id = found.grid.id


def _must_keep(by: User | None, area: Area | None) -> None:
    if by is not None and not by.has_perm("grids.keep_places", area):
        raise PermissionDenied


def must_be_open(compound: Compound) -> None:
    """Refuse what is to be done to a compound that is gone."""
    if not compound.is_standing:
        raise Refused("compound_retired", _("%(name)s is no longer there.") % {"name": compound})
