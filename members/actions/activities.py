"""Activities: planned, announced, held; signing up, off and in; pictures and the count of heads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint
from members import activities, tidings_reception
from members.models import Activity, ActivityPhoto, SignUp
from members.workflow.activities import MOST_PHOTOS, ActivityState, moved
from tickets import photos

if TYPE_CHECKING:
    from django.core.files.base import File

    from govgrid.accounts.models import User
    from grids.models import Area
    from members.models import Station

RIGHT = "members.run_activity"
LONGEST = timedelta(days=31)
FARTHEST = timedelta(days=366)
MOST_PLACES = 5000
MOST_HEADS = 100_000


@dataclass(frozen=True)
class Invitation:
    """What people are invited to. Without ``capacity`` there is room for as many as come."""

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    text: str = ""
    series: str = ""
    capacity: int | None = None


@transaction.atomic
def plan_activity(
    station: Station | None, area: Area, invitation: Invitation, *, by: User
) -> Activity:
    """Of a station, or of an area itself; nobody reads it before it is announced.

    Refused: ``station_closed``, ``no_words``, ``wrong_times``, ``no_such_capacity``.
    """
    if not by.has_perm(RIGHT, station or area):
        raise PermissionDenied
    if station is not None and station.closed_on is not None:
        raise Refused("station_closed", _("This station is closed."))
    one = Activity(station=station, area=station.area if station else area, made_by=by)
    one.made_at = clock.now()
    _write(one, invitation)
    one.save(force_insert=True)
    return one


def _write(one: Activity, invitation: Invitation) -> None:
    if is_blank(invitation.title) or is_blank(invitation.place):
        raise Refused("no_words", _("Say what it is, and where."))
    _check_times(invitation, clock.now())
    capacity = invitation.capacity
    if capacity is not None and not 1 <= capacity <= MOST_PLACES:
        raise Refused(
            "no_such_capacity", _("It has from 1 to %(most)s places.") % {"most": MOST_PLACES}
        )
    one.kind, one.capacity = invitation.kind, capacity
    one.title = guard.mask(invitation.title.strip())[:80]
    one.text = guard.mask(invitation.text.strip())[:2000]
    one.series = guard.mask(invitation.series.strip())[:40]
    one.place = guard.mask(invitation.place.strip())[:120]
    one.starts_at, one.ends_at = invitation.starts_at, invitation.ends_at


def _check_times(invitation: Invitation, now: datetime) -> None:
    starts_at, ends_at = invitation.starts_at, invitation.ends_at
    if not starts_at < ends_at <= starts_at + LONGEST or not now < starts_at <= now + FARTHEST:
        raise Refused("wrong_times", _("It is to come within a year, and lasts a month at most."))


def hold(activity: Activity, by: User) -> Activity:
    """The row as it is now, and nobody else's; for whoever runs it."""
    one = _locked(activity)
    if not by.has_perm(RIGHT, one):
        raise PermissionDenied
    return one


def _locked(activity: Activity) -> Activity:
    rows = Activity.objects.select_for_update(of=("self",))
    return rows.select_related("area", "station__area").get(pk=activity.pk)


@transaction.atomic
def change_activity(activity: Activity, invitation: Invitation, *, by: User) -> Activity:
    """Other words, time or place; who has signed up is told. Places are never fewer than are taken.

    Refused: ``wrong_state``, ``begun``, ``places_taken``, and as :func:`plan_activity` is.
    """
    one = hold(activity, by)
    if one.state not in {ActivityState.PLANNED, ActivityState.OPEN}:
        raise Refused("wrong_state", _("It cannot be changed any more."))
    if one.starts_at <= clock.now():
        raise Refused("begun", _("It has begun: it cannot be changed any more."))
    counts = activities.counts(one)
    if invitation.capacity is not None and invitation.capacity < counts.taken:
        raise Refused("places_taken", _("More places are taken than that."))
    before = (one.starts_at, one.ends_at, one.place)
    _write(one, invitation)
    one.sequence += 1
    one.save()
    _settle(one)
    if one.state == ActivityState.OPEN and before != (one.starts_at, one.ends_at, one.place):
        Activity.objects.filter(pk=one.pk).update(reminded_at=None)
        people = tidings_reception.signed_up(one)
        tidings_reception.told_of_activity(one, "activity_changed", people)
    return one


def _settle(one: Activity) -> None:
    """There may be more places now, or numbers where there were none."""
    rows = SignUp.objects.live().filter(activity=one)
    if one.capacity is None:
        rows.update(place_no=None, is_waiting=False)
        return
    for row in rows.filter(place_no=None).order_by("is_waiting", "signed_up_at", "pk"):
        if (place := activities.free_place(one)) is None:
            break
        _give(one, row, place)


@transaction.atomic
def announce_activity(activity: Activity, *, by: User) -> Activity:
    """From now on everybody reads it and can sign up. Refused: ``wrong_state``, ``begun``."""
    one = hold(activity, by)
    one.state = moved("announce", one.state)
    if one.ends_at <= clock.now():
        raise Refused("begun", _("It is over."))
    one.save(update_fields=["state"])
    return one


@transaction.atomic
def call_off_activity(activity: Activity, *, by: User, reason: str) -> Activity:
    """It stays, with the reason; who has signed up is told. Refused: ``reason_needed``."""
    one = hold(activity, by)
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it is called off."))
    one.state = moved("cancel", one.state)
    one.cancel_reason = guard.mask(reason.strip())[:300]
    one.sequence += 1
    one.save(update_fields=["state", "cancel_reason", "sequence"])
    tidings_reception.told_of_activity(one, "activity_off", tidings_reception.signed_up(one))
    return one


@transaction.atomic
def close_activity(activity: Activity, *, by: User, head_count: int, summary: str = "") -> Activity:
    """It was held: how many came, with a telephone or without one.

    Refused: ``not_begun``, ``wrong_state``, ``too_few``.
    """
    one = hold(activity, by)
    if one.starts_at > clock.now():
        raise Refused("not_begun", _("It has not begun."))
    if not activities.counts(one).came <= head_count <= MOST_HEADS:
        raise Refused("too_few", _("As many came as signed in, or more."))
    one.state = moved("close", one.state)
    one.head_count, one.summary = head_count, guard.mask(summary.strip())[:2000]
    one.save(update_fields=["state", "head_count", "summary"])
    return one


# ── signing up, off and in ────────────────────────────────────────────────────────────────────


def _mine(activity: Activity, by: User) -> SignUp | None:
    return SignUp.objects.of(by).filter(activity=activity).first()


@transaction.atomic
def sign_up(activity: Activity, *, by: User) -> SignUp:
    """Take a place, or wait for one. Twice is once. Refused: ``not_open``, ``activity_over``."""
    one = _locked(activity)
    if not by.has_perm("members.sign_up", one):
        raise PermissionDenied
    _must_be_to_come(one)
    if earlier := _mine(one, by):
        return earlier
    place = activities.free_place(one) if one.capacity is not None else None
    waits = one.capacity is not None and place is None
    return SignUp.objects.create(
        activity=one, user=by, place_no=place, is_waiting=waits, signed_up_at=clock.now()
    )


def _must_be_to_come(one: Activity) -> None:
    if one.state != ActivityState.OPEN:
        raise Refused("not_open", _("Nobody can sign up for it now."))
    if one.ends_at <= clock.now():
        raise Refused("activity_over", _("It is over."))


@transaction.atomic
def sign_off(activity: Activity, *, by: User) -> SignUp:
    """Give one's place back; the first of the waiting list has it and is told.

    Refused: ``not_signed_up``, ``here_already``.
    """
    one = _locked(activity)
    mine = _mine(one, by)
    if mine is None:
        raise Refused("not_signed_up", _("You have not signed up."))
    if mine.checked_in_at is not None:
        raise Refused("here_already", _("You are here already."))
    mine.left_at = clock.now()
    mine.save(update_fields=["left_at"])
    if mine.place_no is not None and one.ends_at > mine.left_at:
        first = SignUp.objects.live().filter(activity=one, is_waiting=True)
        if row := first.order_by("signed_up_at", "pk").first():
            _give(one, row, mine.place_no)
    return mine


def _give(one: Activity, row: SignUp, place: int) -> None:
    was_waiting = row.is_waiting
    row.is_waiting, row.place_no = False, place
    row.save(update_fields=["is_waiting", "place_no"])
    if was_waiting:
        tidings_reception.told_of_activity(one, "activity_place", [row.user], str(row.pk))


@transaction.atomic
def check_in(activity: Activity, *, by: User) -> SignUp:
    """Be there, by the code at the door. Who has not signed up takes a place if one is free.

    Refused: ``too_early``, ``activity_over``, ``signed_in_already``, ``full``, ``not_open``.
    """
    one = _locked(activity)
    if not by.has_perm("members.sign_up", one):
        raise PermissionDenied
    _must_be_at_the_door(one)
    row = _mine(one, by) or SignUp(activity=one, user=by, signed_up_at=clock.now())
    return _let_in(one, row, SignUp.Via.CODE)


@transaction.atomic
def mark_signed_in(row: SignUp, *, by: User) -> SignUp:
    """Whoever runs it ticks somebody off on the list. Refused as :func:`check_in`."""
    one = hold(row.activity, by)
    _must_be_at_the_door(one)
    row = SignUp.objects.get(pk=row.pk)
    if row.left_at is not None:
        raise Refused("not_signed_up", _("This person has signed off."))
    return _let_in(one, row, SignUp.Via.LIST)


def _must_be_at_the_door(one: Activity) -> None:
    now = clock.now()
    if one.state != ActivityState.OPEN:
        raise Refused("not_open", _("Nobody can sign in to it now."))
    if now < one.opens_at:
        raise Refused("too_early", _("Sign in from one hour before it begins."))
    if now > one.shuts_at:
        raise Refused("activity_over", _("It is over."))


def _let_in(one: Activity, row: SignUp, via: str) -> SignUp:
    if row.checked_in_at is not None:
        raise Refused("signed_in_already", _("You are signed in already."))
    if one.capacity is not None and row.place_no is None:
        row.place_no = activities.free_place(one)
        if row.place_no is None:
            raise Refused("full", _("All places are taken."))
    row.is_waiting, row.checked_in_at, row.via = False, clock.now(), via
    row.save()
    return row


# ── pictures ──────────────────────────────────────────────────────────────────────────────────


def add_activity_photo(activity: Activity, file: File, *, by: User, agreed: bool) -> ActivityPhoto:
    """A picture, developed anew without place or camera; the same again is the same.

    Refused: ``consent_needed``, ``wrong_state``, ``enough_photos``; ``photos.Unusable`` where it is
    no picture.
    """
    if not by.has_perm(RIGHT, activity):
        raise PermissionDenied
    if not agreed:
        raise Refused(
            "consent_needed", _("Only with the consent of everybody who can be recognised.")
        )
    data = photos.read(file)
    # Some hundred milliseconds, and not with the row in hand.
    made = photos.develop(data)
    return _keep(activity, made, fingerprint(data), by=by)


@transaction.atomic
def _keep(activity: Activity, made: photos.Print, mark: str, *, by: User) -> ActivityPhoto:
    one = hold(activity, by)
    if one.state not in {ActivityState.OPEN, ActivityState.HELD} or one.starts_at > clock.now():
        raise Refused("wrong_state", _("There are pictures once it has begun."))
    if earlier := one.photos.filter(fingerprint=mark).first():
        return earlier
    taken = set(one.photos.values_list("position", flat=True))
    position = next((n for n in range(1, MOST_PHOTOS + 1) if n not in taken), None)
    if position is None:
        raise Refused("enough_photos", _("There are twelve pictures at most."))
    photo = ActivityPhoto(
        activity=one, position=position, width=made.width, height=made.height, fingerprint=mark,
        agreed=True, added_by=by, added_at=clock.now(),
    )  # fmt: skip
    photo.image.save("", ContentFile(made.image), save=False)
    photo.thumb.save("", ContentFile(made.thumb), save=False)
    photo.save()
    return photo


@transaction.atomic
def drop_activity_photo(photo: ActivityPhoto, *, by: User) -> None:
    """Somebody on it does not agree any more: it goes at once, file and all."""
    hold(photo.activity, by)
    storage, names = photo.image.storage, [str(photo.image.name), str(photo.thumb.name)]
    photo.delete()

    def forget() -> None:
        for name in names:
            storage.delete(name)

    transaction.on_commit(forget, robust=True)


# ── the day before ────────────────────────────────────────────────────────────────────────────

BEFORE = timedelta(days=1)
BATCH = 100


def remind_of_activities(*, by: None) -> int:
    """Whoever has a place in what begins within a day; how many. Safe to run twice at once."""
    now = clock.now()
    due = Activity.objects.filter(state=ActivityState.OPEN, reminded_at=None)
    due = due.filter(starts_at__gt=now, starts_at__lte=now + BEFORE).order_by("starts_at", "pk")
    return sum(_remind(pk) for pk in due.values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _remind(pk: int) -> bool:
    rows = Activity.objects.select_for_update(skip_locked=True, of=("self",))
    found = rows.select_related("area").filter(state=ActivityState.OPEN, reminded_at=None)
    one = found.filter(pk=pk).first()
    if one is None:
        return False
    one.reminded_at = clock.now()
    one.save(update_fields=["reminded_at"])
    people = tidings_reception.signed_up(one, waiting=False)
    tidings_reception.told_of_activity(one, "activity_soon", people)
    return True
