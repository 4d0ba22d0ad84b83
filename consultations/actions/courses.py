"""Courses for who holds consultations: made, given dates, counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from consultations.models import Course, CourseDate
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Area

MOST_PLACES = 5000
LONGEST = timedelta(days=1)
FARTHEST = timedelta(days=366)


def _may(by: User, obj: Area | Course) -> None:
    if not by.has_perm("consultations.teach", obj):
        raise PermissionDenied


@transaction.atomic
def make_course(area: Area, *, by: User, title: str, about: str) -> Course:
    """Refused: ``no_words``."""
    _may(by, area)
    if is_blank(title) or is_blank(about):
        raise Refused("no_words", _("A course has a title and says what is learnt."))
    return Course.objects.create(
        area=area, made_by=by, title=guard.mask(title.strip())[:80],
        about=guard.mask(about.strip())[:2000],
    )  # fmt: skip


@transaction.atomic
def add_date(
    course: Course, *, by: User, starts_at: datetime, ends_at: datetime, venue: str, places: int
) -> CourseDate:
    """Refused: ``course_ended``, ``ends_before_start``, ``date_past``, ``date_too_long``,
    ``date_far``, ``place_needed``, ``no_such_capacity``, ``one_date``."""
    course = _lock(course)
    _may(by, course)
    if course.ended_at is not None:
        raise Refused("course_ended", _("This course is not given any more."))
    _check_times(starts_at, ends_at)
    if is_blank(venue):
        raise Refused("place_needed", _("Say where it is held."))
    if not 1 <= places <= MOST_PLACES:
        raise Refused(
            "no_such_capacity", _("It has from 1 to %(most)s places.") % {"most": MOST_PLACES}
        )
    try:
        with transaction.atomic():
            return CourseDate.objects.create(
                course=course, starts_at=starts_at, ends_at=ends_at,
                venue=guard.mask(venue.strip())[:120], places=places,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("one_date", _("The course has this date already.")) from error


def _check_times(starts_at: datetime, ends_at: datetime) -> None:
    now = clock.now()
    if ends_at <= starts_at:
        raise Refused("ends_before_start", _("It ends after it begins."))
    if starts_at <= now:
        raise Refused("date_past", _("This lies in the past: choose a time that is to come."))
    if ends_at - starts_at > LONGEST:
        raise Refused("date_too_long", _("It lasts %(days)s days at most.") % {"days": 1})
    if starts_at > now + FARTHEST:
        raise Refused("date_far", _("This lies beyond a year: choose an earlier time."))


@transaction.atomic
def count_course(date: CourseDate, *, by: User, came: int) -> CourseDate:
    """Write down how many came: a number and nobody's name. Refused: ``not_over``, ``wrong_count``."""
    date = (
        CourseDate.objects.select_for_update(of=("self",))
        .select_related("course__area")
        .get(pk=date.pk)
    )
    _may(by, date.course)
    if date.ends_at > clock.now():
        raise Refused("not_over", _("It is counted once it is over."))
    if not 0 <= came <= MOST_PLACES:
        raise Refused("wrong_count", _("From 0 to %(most)s can have come.") % {"most": MOST_PLACES})
    date.came, date.counted_by = came, by
    date.save(update_fields=["came", "counted_by"])
    return date


@transaction.atomic
def end_course(course: Course, *, by: User) -> Course:
    """It gets no more dates; what was held stays. Twice is once."""
    course = _lock(course)
    _may(by, course)
    if course.ended_at is None:
        course.ended_at = clock.now()
        course.save(update_fields=["ended_at"])
    return course


def _lock(course: Course) -> Course:
    return Course.objects.select_for_update(of=("self",)).select_related("area").get(pk=course.pk)
