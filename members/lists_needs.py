"""居民需求 and 委员资源, among the lists of consultations. Neither names a person who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.lists import Asked, Column, Listed, register
from consultations.lists.registry import Cell
from members.models import Member, Need
from members.workflow.needs import SEEKING

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = Mapping[str, Cell]


def _where(rows: QuerySet, asked: Asked) -> QuerySet:
    """A platform stands for its area: needs and members belong to no table."""
    for area in (asked.area, asked.platform.area if asked.platform else None):
        if area is not None:
            rows = rows.filter(area__path__startswith=area.path)
    return rows


def open_needs(asked: Asked, first: int, most: int) -> Sequence[Row]:
    """What is looked for now; the period is that in which it was asked."""
    place: dict[str, Any] = {"since": asked.since, "until": asked.until}
    period = Asked(**place)
    found = period.narrow(
        _where(Need.objects.filter(state__in=SEEKING), asked), platform="", area="", at="asked_at"
    )
    rows = found.for_lists().order_by("-pk")[first : first + most]
    return [
        {
            "number": one.number,
            "need": one.title,
            "specialty": one.specialty.name if one.specialty else "",
            "area": one.area.name,
            "asked": one.asked_at,
            "wanted": one.wanted_on,
            "state": one.get_state_display(),
            "url": one.get_absolute_url(),
        }
        for one in rows
    ]


def resources(asked: Asked, first: int, most: int) -> Sequence[Row]:
    """What listed members offer; the period is that in which they joined."""
    period = Asked(since=asked.since, until=asked.until)
    found = period.narrow(
        _where(Member.objects.listed().exclude(offer=""), asked), platform="", area="",
        at="applied_at",
    )  # fmt: skip
    rows = found.for_lists().order_by("-pk")[first : first + most]
    return [
        {
            "specialty": ", ".join(each.name for each in one.specialties.all()),
            "offer": one.offer,
            "station": one.station.name if one.station else "",
            "area": one.area.name,
            "display": one.display_name,
            "url": reverse("members:need-new"),
        }
        for one in rows
    ]


def register_own() -> None:
    """Called once at start-up."""
    number = Column("number", pgettext_lazy("list", "Number"), 2)
    area = Column("area", _("Area"), 2)
    specialty = Column("specialty", _("Field"), 2)
    register(
        Listed(
            "needs", _("List of needs"), _("What residents ask the roster for."),
            (
                number, Column("need", _("What is needed"), 5), specialty, area,
                Column("asked", _("Asked on"), 2), Column("wanted", _("Wanted on"), 2),
                Column("state", _("State"), 2),
            ),
            open_needs,
        )
    )  # fmt: skip
    register(
        Listed(
            "resources", _("List of offers"), _("What members of the roster offer."),
            (
                specialty, Column("offer", _("What is offered"), 6),
                Column("station", _("Station"), 3), area,
                Column("display", _("Shown as"), 2, is_inner=True),
            ),
            resources,
        )
    )  # fmt: skip
