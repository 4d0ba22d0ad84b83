"""Model cases and courses as somebody may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from consultations import seats
from consultations.models import Course, ModelCase, Platform
from consultations.workflow.cases import CaseState
from govgrid.core import clock
from grids import scoping
from grids.models import Level

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from consultations.models import ModelCaseQuerySet
    from govgrid.accounts.models import User

    Person = User | AnonymousUser


def visible(user: Person) -> ModelCaseQuerySet:
    """Mirrors ``rules.can_see_case``; a test holds them equal."""
    asked = Q(state=CaseState.PUBLISHED)
    if user.is_authenticated:
        asked |= Q(written_by=user.pk)
        for right in ("consultations.convene", "consultations.record"):
            asked |= Q(topic__platform__in=seats.platforms(user, right).values("pk"))
        asked |= Q(topic__platform__in=_reviewed(user).values("pk"))
    return ModelCase.objects.filter(asked).for_lists()


def to_review(user: Person) -> ModelCaseQuerySet:
    rows = ModelCase.objects.filter(
        state=CaseState.SUBMITTED, topic__platform__in=_reviewed(user).values("pk")
    )
    return rows.exclude(written_by=user.pk).for_lists().order_by("submitted_at", "pk")


def _reviewed(user: Person) -> QuerySet[Platform]:
    """By a post at street level or above; a seat does not review."""
    prefixes = [
        one for one in scoping.prefixes(user, "consultations.supervise")
        if one.count(".") <= Level.STREET
    ]  # fmt: skip
    return Platform.objects.all().under(prefixes)


def courses(area_path: str = "") -> QuerySet[Course]:
    """Those still given, the newest first, with their dates."""
    rows = Course.objects.filter(ended_at=None).select_related("area")
    if area_path:
        rows = rows.filter(area__path__startswith=area_path)
    return rows.prefetch_related("dates").order_by("-pk")


def dates_of(course: Course) -> tuple[list, list]:
    """To come, the next first; held, the latest first."""
    now = clock.now()
    dates = list(course.dates.all())
    held = [one for one in dates if one.ends_at <= now]
    return [one for one in dates if one.ends_at > now], held[::-1]
