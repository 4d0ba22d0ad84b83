"""Signing up, off and in: places, the waiting list, and people without a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import summons
from consultations.actions import sessions
from consultations.models import Attendance, Session
from consultations.workflow import Capacity, SessionKind
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard

if TYPE_CHECKING:
    from govgrid.accounts.models import User


def _may_attend(by: User, session: Session) -> None:
    if not by.has_perm("consultations.attend", session):
        raise PermissionDenied


def _must_take_names(session: Session) -> None:
    if session.kind == SessionKind.SURVEY:
        raise Refused("no_sign_up", _("A survey is answered; nobody signs up for it."))


def _must_be_to_come(session: Session) -> None:
    if session.ends_at <= clock.now():
        raise Refused("session_over", _("It is over."))


def _must_know(capacity: str) -> None:
    if capacity not in Capacity.values:
        raise Refused("wrong_capacity", _("Say as what you come."))


def _mine(session: Session, by: User) -> Attendance | None:
    return Attendance.objects.filter(session=session, user=by, left_at=None).first()


def _free_place(session: Session) -> int | None:
    """The lowest place that nobody has; None where none is left. The caller holds the session."""
    taken = set(
        Attendance.objects.seated().filter(session=session).values_list("place_no", flat=True)
    )
    assert session.capacity is not None, "places are counted"  # noqa: S101
    return next((no for no in range(1, session.capacity + 1) if no not in taken), None)


def _seat(session: Session) -> dict[str, object]:
    """A place if one is free, else the waiting list."""
    if session.capacity is None:
        return {"place_no": None, "is_waiting": False}
    place = _free_place(session)
    return {"place_no": place, "is_waiting": place is None}


@transaction.atomic
def sign_up(
    session: Session, *, by: User, capacity: str = Capacity.RESIDENT, is_named: bool = False
) -> Attendance:
    """Take a place, or wait for one. Twice is once.

    Refused: ``no_sign_up``, ``session_over``, ``wrong_capacity``, ``session_cancelled``,
    ``minutes_published``.
    """
    _may_attend(by, session)
    _must_know(capacity)
    session = sessions.hold(session)
    _must_take_names(session)
    _must_be_to_come(session)
    if earlier := _mine(session, by):
        return earlier
    return Attendance.objects.create(
        session=session, user=by, capacity=capacity, is_named=is_named,
        signed_up_at=clock.now(), **_seat(session),
    )  # fmt: skip


@transaction.atomic
def sign_off(session: Session, *, by: User) -> Attendance:
    """Give one's place back; the first of the waiting list has it and is told.

    Refused: ``not_signed_up``, ``here_already``.
    """
    session = sessions.hold(session)
    mine = _mine(session, by)
    if mine is None:
        raise Refused("not_signed_up", _("You have not signed up."))
    if mine.checked_in_at is not None:
        raise Refused("here_already", _("You are here already."))
    mine.left_at = clock.now()
    mine.save(update_fields=["left_at"])
    if mine.place_no is not None and session.ends_at > mine.left_at:
        _move_up(session, mine.place_no)
    return mine


def _move_up(session: Session, place: int) -> None:
    waiting = Attendance.objects.filter(session=session, left_at=None, is_waiting=True)
    first = waiting.order_by("signed_up_at", "pk").first()
    if first is None:
        return
    first.is_waiting, first.place_no = False, place
    first.save(update_fields=["is_waiting", "place_no"])
    if first.user is not None:
        summons.told(session, "session_place", [first.user], str(first.pk))


@transaction.atomic
def check_in(session: Session, *, by: User, via: str = Attendance.Via.CODE) -> Attendance:
    """Be there. Who has not signed up, or waits, takes a place if one is free.

    Refused: ``too_early``, ``session_over``, ``signed_in_already``, ``full``, ``no_sign_up``.
    """
    _may_attend(by, session)
    session = sessions.hold(session)
    _must_be_at_the_door(session)
    mine = _mine(session, by)
    if mine is None:
        mine = Attendance(session=session, user=by, capacity=Capacity.RESIDENT)
    return _let_in(session, mine, via)


def _must_be_at_the_door(session: Session) -> None:
    _must_take_names(session)
    now = clock.now()
    if now < session.opens_at:
        raise Refused("too_early", _("Sign in from one hour before it begins."))
    if now > session.shuts_at:
        raise Refused("session_over", _("It is over."))


def _let_in(session: Session, row: Attendance, via: str) -> Attendance:
    if row.checked_in_at is not None:
        raise Refused("signed_in_already", _("You are signed in already."))
    if session.capacity is not None and row.place_no is None:
        row.place_no = _free_place(session)
        if row.place_no is None:
            raise Refused("full", _("All places are taken."))
    row.is_waiting, row.checked_in_at, row.via = False, clock.now(), via
    row.save()
    return row


@transaction.atomic
def enter(
    session: Session, *, by: User, guest: str, capacity: str, is_here: bool = False
) -> Attendance:
    """The recorder writes somebody down who has no phone: to come, or there now.

    ``guest`` is what he is called on the list, seen by the table alone, erased after a year.
    Refused: ``guest_needed``, ``wrong_capacity``, ``too_early``, ``session_over``, ``full``.
    """
    sessions.may(by, session)
    _must_know(capacity)
    if is_blank(guest):
        raise Refused("guest_needed", _("Write what the guest is called."))
    session = sessions.hold(session)
    _must_take_names(session)
    row = Attendance(
        session=session, guest=guard.mask(guest.strip())[:40], capacity=capacity, entered_by=by,
        signed_up_at=clock.now(),
    )  # fmt: skip
    if is_here:
        _must_be_at_the_door(session)
        return _let_in(session, row, Attendance.Via.LIST)
    _must_be_to_come(session)
    for name, value in _seat(session).items():
        setattr(row, name, value)
    row.save()
    return row


@transaction.atomic
def mark_here(row: Attendance, *, by: User) -> Attendance:
    """The recorder ticks off somebody on the list. Refused as :func:`check_in`."""
    session = row.session
    sessions.may(by, session)
    session = sessions.hold(session)
    _must_be_at_the_door(session)
    row = Attendance.objects.get(pk=row.pk)
    if row.left_at is not None:
        raise Refused("not_signed_up", _("This person has signed off."))
    return _let_in(session, row, Attendance.Via.LIST)
