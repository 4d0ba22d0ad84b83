"""Places of the network: opened, looked at, counted, closed; and who serves there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members import liaisons
from members import tidings_network as tidings
from members.actions import grounding
from members.actions.grounding import KEEP_STATION, log, must, named, needed, office_number, words
from members.models import Liaison, Station, StationCheck, TermEnd, VisitCount
from members.roles import StationRole
from members.workflow.units import (
    FOREVER,
    HAVES,
    LONGEST_TERM,
    MOST_VISITS,
    USUAL_TERM,
    Quarter,
    months_later,
)

if TYPE_CHECKING:
    from django.contrib.gis.geos import Point

    from govgrid.accounts.models import User
    from grids.models import Area


def _place(place: str) -> str:
    return needed(place, 120, "no_place", _("A station has a name and a place."))


@transaction.atomic
def make_station(
    area: Area, *, by: User, name: str, kind: str, place: str, phone: str = "",
    location: Point | None = None, opened_on: date | None = None,
) -> Station:  # fmt: skip
    """Refused: ``no_name``, ``no_place``, ``no_office_phone``, ``begins_too_early``."""
    if by is None or not liaisons.over(by, KEEP_STATION, area):
        raise PermissionDenied
    since = opened_on or clock.today()
    grounding.in_time(since)
    station = Station.objects.create(
        code=grounding.free_code(Station, area, "s"), name=named(name), kind=kind, area=area,
        place=_place(place), phone=office_number(phone), location=location, opened_on=since,
    )  # fmt: skip
    log(f"station:{station.code}", "make", area, by=by, name=station.name, kind=kind)
    return station


def _lock(station: Station, by: User) -> Station:
    rows = Station.objects.select_for_update(of=("self",)).select_related("area")
    found = rows.get(pk=station.pk)
    must(by, found, KEEP_STATION)
    if found.closed_on is not None:
        raise Refused("station_closed", _("This station is closed."))
    return found


def _log(station: Station, verb: str, by: User, **data: Any) -> None:
    log(f"station:{station.code}", verb, station.area, by=by, station=station.pk, **data)


@transaction.atomic
def change_station(
    station: Station, *, by: User, name: str, place: str, phone: str = "",
    location: Point | None = None,
) -> Station:  # fmt: skip
    """Refused: as :func:`make_station`, and ``station_closed``."""
    station = _lock(station, by)
    given = {"name": named(name), "place": _place(place), "phone": office_number(phone)}
    new = grounding.changed(station, given | {"location": location})
    if new:
        _log(station, "change", by, **new)
    return station


@transaction.atomic
def check_station(
    station: Station, *, by: User, haves: Mapping[str, bool], note: str = ""
) -> StationCheck:
    """Somebody went there and looked: what it has from now on. Refused: ``station_closed``."""
    station = _lock(station, by)
    found = {f"has_{one}": bool(haves.get(one)) for one in HAVES}
    check = StationCheck.objects.create(
        station=station, checked_by=by, checked_on=clock.today(), note=words(note, 300), **found
    )
    for name, value in found.items():
        setattr(station, name, value)
    station.save(update_fields=[*found])
    _log(station, "check", by, check=check.pk, haves=station.haves)
    return check


@transaction.atomic
def count_visits(station: Station, *, by: User, day: date, kind: str, number: int) -> VisitCount:
    """How many came on a day of this quarter or of the one before; counted again it is replaced.

    Refused: ``station_closed``, ``wrong_day``, ``wrong_count``.
    """
    station = _lock(station, by)
    today = clock.today()
    if not Quarter.of(today).before.first <= day <= today or day < station.opened_on:
        raise Refused("wrong_day", _("A day of this quarter or of the one before is counted."))
    if not 1 <= number <= MOST_VISITS:
        raise Refused("wrong_count", _("From 1 to 100,000 can have come."))
    visit, is_new = VisitCount.objects.update_or_create(
        station=station, day=day, kind=kind,
        defaults={"number": number, "entered_by": by, "entered_at": clock.now()},
    )  # fmt: skip
    verb = "count" if is_new else "recount"
    _log(station, verb, by, day=day.isoformat(), kind=kind, number=number)
    return visit


@transaction.atomic
def close_station(station: Station, *, by: User, reason: str) -> Station:
    """It is closed from today on, and whoever serves there is told. Its members stay members.

    Refused: ``reason_needed``, ``has_posts``, ``station_closed``.
    """
    station = _lock(station, by)
    if not liaisons.over(by, KEEP_STATION, station.area):
        raise PermissionDenied
    why = grounding.reason(reason)
    if station.posts.filter(ended_on=None).exists():
        raise Refused("has_posts", _("It still has posts: close them first."))
    for one in _serving(station):
        _cut(one, clock.today())
        tidings.liaison_ended(one, clock.today())
    station.closed_on = clock.today()
    station.save(update_fields=["closed_on"])
    _log(station, "close", by, reason=why)
    return station


# ── who serves there ──────────────────────────────────────────────────────────────────────────


def _serving(station: Station) -> list[Liaison]:
    still = Q(period__endswith=None) | Q(period__endswith__gt=clock.today())
    rows = Liaison.objects.select_for_update(of=("self",)).select_related("user")
    found = list(rows.filter(still, station=station, period__isempty=False).order_by("pk"))
    for one in found:
        one.station = station
    return found


def _remember(one: Liaison) -> None:
    """Until when it was to run before: what was entered without saying so is said now."""
    if not one.ends.exists():
        lower, upper = one.period.lower, one.period.upper
        last = upper - timedelta(days=1) if upper else FOREVER
        TermEnd.objects.create(
            service=one, last=last, at=clock.midnight(lower or one.station.opened_on)
        )


def _cut(one: Liaison, day: date) -> None:
    _remember(one)
    lower = one.period.lower or day
    one.period = DateRange(lower, max(lower, day))
    one.save(update_fields=["period"])
    TermEnd.objects.create(service=one, last=day - timedelta(days=1))
    liaisons.forget(one.user)


@transaction.atomic
def appoint_liaison(
    station: Station, person: User, *, by: User, role: str = StationRole.LIAISON, starts_on: date,
    ends_on: date | None = None,
) -> Liaison:  # fmt: skip
    """Somebody serves at a station for a term; a head is chosen from above.

    Refused: ``oneself``, ``not_active``, ``begins_too_early``, ``begins_too_late``,
    ``ends_before_start``, ``term_too_long``, ``serves_already``, ``station_closed``.
    """
    station = _lock(station, by)
    _may_choose(station, role, by)
    one = _begin(station, person, by, role, starts_on, ends_on)
    _log(station, "appoint", by, liaison=one.pk, role=role, since=starts_on.isoformat())
    tidings.liaison_given(one)
    return one


def _may_choose(station: Station, role: str, by: User) -> None:
    if role == StationRole.HEAD and not liaisons.over(by, KEEP_STATION, station.area):
        raise PermissionDenied


def _lock_liaison(one: Liaison, by: User) -> Liaison:
    station = _lock(one.station, by)
    found = {each.pk: each for each in _serving(station)}.get(one.pk)
    if found is None:
        raise Refused("ended_already", _("This service has ended already."))
    _may_choose(station, found.role, by)
    return found


@transaction.atomic
def hand_over_liaison(
    one: Liaison, person: User, *, by: User, on: date, note: str, ends_on: date | None = None
) -> Liaison:
    """On a day the one ends and the other begins, in the same role; the note stands in the story.

    Refused: as :func:`appoint_liaison`, and ``note_needed``, ``on_past``, ``ended_already``,
    ``same_person``.
    """
    one = _lock_liaison(one, by)
    note = needed(note, 500, "note_needed", _("Write what is handed over."))
    if on < clock.today():
        raise Refused("on_past", _("It ends today or later."))
    if person.pk == one.user_id:
        raise Refused("same_person", _("This person holds it already."))
    _cut(one, on)
    new = _begin(one.station, person, by, one.role, on, ends_on)
    _log(one.station, "hand_over", by, before=one.pk, liaison=new.pk, note=note)
    tidings.liaison_ended(one, on)
    tidings.liaison_given(new)
    return new


@transaction.atomic
def renew_liaison(one: Liaison, *, by: User, ends_on: date) -> Liaison:
    """The term goes on until a later day.

    Refused: ``oneself``, ``not_later``, ``term_too_long``, ``serves_already``, ``ended_already``.
    """
    one = _lock_liaison(one, by)
    if one.user_id == by.pk:
        raise Refused("oneself", _("Nobody appoints himself."))
    lower, upper = one.period.lower, one.period.upper
    if upper is None or ends_on < upper:
        raise Refused("not_later", _("It ends later than it did."))
    if ends_on >= months_later(clock.today(), LONGEST_TERM):
        raise Refused("term_too_long", _("A term has from 6 to 60 months."))
    _remember(one)
    try:
        with transaction.atomic():
            one.period = DateRange(lower, ends_on + timedelta(days=1))
            one.save(update_fields=["period"])
    except IntegrityError as error:
        raise Refused("serves_already", _("This person serves there already.")) from error
    TermEnd.objects.create(service=one, last=ends_on)
    _log(one.station, "renew", by, liaison=one.pk, until=ends_on.isoformat())
    return one


@transaction.atomic
def end_liaison(one: Liaison, *, by: User, reason: str) -> Liaison:
    """From today on this person does not serve there. Refused: ``reason_needed``, ``ended_already``."""
    one = _lock_liaison(one, by)
    why = grounding.reason(reason)
    _cut(one, clock.today())
    _log(one.station, "end_liaison", by, liaison=one.pk, reason=why)
    tidings.liaison_ended(one, clock.today())
    return one


def _begin(
    station: Station, person: User, by: User, role: str, starts_on: date, ends_on: date | None
) -> Liaison:
    if person.pk == by.pk:
        raise Refused("oneself", _("Nobody appoints himself."))
    if not person.is_active:
        raise Refused("not_active", _("This account is closed."))
    grounding.in_time(starts_on)
    last = ends_on or months_later(starts_on, USUAL_TERM) - timedelta(days=1)
    if last < starts_on:
        raise Refused("ends_before_start", _("It ends after it begins."))
    if last >= months_later(starts_on, LONGEST_TERM):
        raise Refused("term_too_long", _("A term has from 6 to 60 months."))
    try:
        with transaction.atomic():
            one = Liaison.objects.create(
                station=station, user=person, role=role,
                period=DateRange(starts_on, last + timedelta(days=1)),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("serves_already", _("This person serves there already.")) from error
    TermEnd.objects.create(service=one, last=last)
    liaisons.forget(person)
    return one
