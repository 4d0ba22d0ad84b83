"""What stands in an area: one row entered, changed or retired, and all placed again with the map.

A row is never deleted. Its grid is that which covered its point when the point was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import queries
from grids.actions.imports import must_run_the_platform, saved
from grids.models import Area, Compound, Facility, Organisation, ServicePoint

Place = TypeVar("Place", Compound, Facility, ServicePoint)
Data = Mapping[str, Any]
COMPOUND_FIELDS = {
    *("code", "name", "kind", "community", "outline", "point", "household_count", "has_committee"),
    *("committee_until", "property_company", "property_department"),
}
FACILITY_FIELDS = {
    *("district_code", "facility_class", "serial", "name", "state", "owner", "point"),
}
SERVICE_POINT_FIELDS = {
    *("code", "name", "kind", "address", "hours", "services", "office_phone", "point"),
}
# In special grids first, by the lowest id: as locate decides.
PLACE_AGAIN = """
    UPDATE {table} t SET grid_id = found.grid
    FROM (SELECT one.id, (
              SELECT a.id FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
              WHERE s.level = 5 AND a.valid_from <= %(on)s
                AND (a.valid_to IS NULL OR a.valid_to > %(on)s)
                AND ST_Covers(s.boundary, one.point)
              ORDER BY s.is_special DESC, a.id LIMIT 1) AS grid
          FROM {table} one WHERE one.point IS NOT NULL) found
    WHERE t.id = found.id AND t.grid_id IS DISTINCT FROM found.grid
"""


# Any number, the same everywhere. Whoever places one thing shares it, and a new map takes it alone:
# who was between the two maps would write the grid of a map that has just ended.
_MAP_LOCK = 720_315


def hold_the_map() -> None:
    """Until the transaction ends no division takes effect; others may place things as well.

    Asked for before any row is locked, so that nobody waits for whom he keeps waiting.
    """
    _ask_for_the_map("pg_advisory_xact_lock_shared")


def take_the_map() -> None:
    """Wait for all who are placing something, and let nobody place anything meanwhile."""
    _ask_for_the_map("pg_advisory_xact_lock")


def _ask_for_the_map(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s)", [_MAP_LOCK])


@transaction.atomic
def keep_compound(compound: Compound | None, data: Data, *, by: User | None) -> Compound:
    """Enter a compound, or change what ``data`` names of one, in the model's own attributes.

    Without a point it stands on its outline, and it belongs to the community of its point.
    Refused outside the map, and where the community given is another.
    """
    data = dict(data)
    outline = data.get("outline")
    if outline is not None and data.get("point") is None:
        # On the surface, where the middle of a bent outline may lie beside it.
        data["point"] = outline.point_on_surface
    return _keep(Compound, compound, data, COMPOUND_FIELDS, by)


@transaction.atomic
def keep_facility(facility: Facility | None, data: Data, *, by: User | None) -> Facility:
    """Enter a facility, or change what ``data`` names of one; its code is made of its parts.

    Refused outside the map, for a code that is given, and for cameras.
    """
    return _keep(Facility, facility, data, FACILITY_FIELDS, by)


@transaction.atomic
def keep_service_point(point: ServicePoint | None, data: Data, *, by: User | None) -> ServicePoint:
    """Enter a service point, or change what ``data`` names of one. Refused outside the map."""
    return _keep(ServicePoint, point, data, SERVICE_POINT_FIELDS, by)


def _keep(
    model: type[Place], place: Place | None, data: Data, fields: set[str], by: User | None
) -> Place:
    if unknown := set(data) - fields:
        raise TypeError(f"{model.__name__} is not kept by {', '.join(sorted(unknown))}")
    hold_the_map()
    if place is None:
        place = model()
    else:
        place = _locked(place)
        _must_keep(by, area_of(place))
    given = {name: value for name, value in data.items() if name != "community"}
    is_moved = place.point is None or given.get("point", place.point) != place.point
    for name, value in given.items():
        setattr(place, name, value)
    _put(place, data, is_moved=is_moved)
    # Of a row that moves, asked there as well as here.
    _must_keep(by, area_of(place))
    _check(place)
    return saved(place)


def retire_compound(compound: Compound, *, by: User | None, on: date | None = None) -> Compound:
    """Say since when a compound is no longer there (today). Refused while it is being renewed."""
    return _retire(compound, by, on)


def retire_facility(facility: Facility, *, by: User | None, on: date | None = None) -> Facility:
    """Say since when a facility is no longer there (today). The row stays: tickets name it."""
    return _retire(facility, by, on)


def retire_service_point(
    point: ServicePoint, *, by: User | None, on: date | None = None
) -> ServicePoint:
    """Say since when a service point is closed for good (today)."""
    return _retire(point, by, on)


@transaction.atomic
def _retire(place: Place, by: User | None, on: date | None) -> Place:
    place = _locked(place)
    _must_keep(by, area_of(place))
    if not place.is_standing:
        raise Refused("retired_before", _("%(name)s is no longer there.") % {"name": place})
    if isinstance(place, Compound) and place.renewals.filter(state__in=OPEN_RENEWALS).exists():
        raise Refused("renewal_open", _("End the renewal of this compound first."))
    place.retired_on = on or clock.today()
    place.save(update_fields=["retired_on"])
    return place


OPEN_RENEWALS = ("planned", "running")


@transaction.atomic
def set_facility_state(facility: Facility, state: str, *, by: User | None) -> Facility:
    """Note in what state a facility is: by who keeps the places there, or by its owner."""
    facility = _locked(facility)
    if by is not None and not by.has_perm("grids.set_facility_state", facility):
        raise PermissionDenied
    if state not in Facility.State.values:
        raise Refused("state_unknown", _("“%s” is no state of a facility.") % state)
    if not facility.is_standing:
        raise Refused("retired_before", _("%(name)s is no longer there.") % {"name": facility})
    facility.state = state
    facility.save(update_fields=["state"])
    return facility


@transaction.atomic
def place_again(*, by: User | None) -> int:
    """Give every place the grid that covers it now; returns how many changed. Safe to run again.

    Called when another division takes effect. Communities of compounds stay: no grid leaves one.
    """
    must_run_the_platform(by)
    take_the_map()
    changed = 0
    with connection.cursor() as cursor:
        for model in (Facility, ServicePoint, Organisation):
            cursor.execute(PLACE_AGAIN.format(table=model._meta.db_table), {"on": clock.today()})
            changed += cursor.rowcount
    return changed


def area_of(place: Compound | Facility | ServicePoint | Organisation) -> Area | None:
    """Where a place belongs, for the question who keeps it; None of one that lies nowhere yet."""
    if isinstance(place, Compound):
        return place.community if place.community_id else None
    return place.grid


def _locked(place: Place) -> Place:
    return type(place).objects.select_for_update(of=("self",)).get(pk=place.pk)


def _put(place: Compound | Facility | ServicePoint, data: Data, *, is_moved: bool) -> None:
    """Set where ``place`` lies from its point, where that is new or moved."""
    if place.point is None:
        raise Refused("point_missing", _("Where is it? A point is missing."))
    if isinstance(place, Compound):
        if is_moved or data.get("community"):
            _put_compound(place, data.get("community"))
    elif is_moved:
        place.grid_id = _located(place).grid.id
    if isinstance(place, Facility) and place.facility_class_id:
        place.code = f"{place.district_code}{place.facility_class.code}{place.serial}"


def _put_compound(compound: Compound, given: Area | None) -> None:
    found = _located(compound).community
    if given is not None and given.pk != found.id:
        raise Refused(
            "other_community",
            _("This point lies in %(found)s, not in %(given)s.")
            % {"found": found.name, "given": given},
        )
    compound.community_id = found.id


def _located(place: Compound | Facility | ServicePoint) -> queries.Place:
    found = queries.locate(place.point.x, place.point.y)
    if found is None:
        raise Refused("outside", queries.outside_message(place.point.x, place.point.y))
    return found


def _check(place: Compound | Facility | ServicePoint) -> None:
    """What the columns and constraints say no to, in their words and before the database does."""
    try:
        place.full_clean()
    except ValidationError as error:
        raise Refused("place_not_accepted", " ".join(error.messages)) from error


def _must_keep(by: User | None, area: Area | None) -> None:
    if by is not None and not by.has_perm("grids.keep_places", area):
        raise PermissionDenied


def must_be_open(compound: Compound) -> None:
    """Refuse what is to be done to a compound that is gone."""
    if not compound.is_standing:
        raise Refused("compound_retired", _("%(name)s is no longer there.") % {"name": compound})
