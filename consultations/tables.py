"""Platforms as a page and a program read them: lists, who sits there, what is empty, the story."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    Attendance,
    Commitment,
    Platform,
    PlatformQuerySet,
    Seat,
    Session,
    Topic,
)
from consultations.roles import NEEDED, SeatRole
from consultations.workflow import PUBLIC
from consultations.workflow.states import COUNCILS
from consultations.workflow.tables import TERM_SOON_DAYS
from govgrid.accounts.models import User
from govgrid.core import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Vacancy(NamedTuple):
    """A seat that nobody holds, since when."""

    platform: Platform
    role: str
    since: date


class Sitting(NamedTuple):
    """A role with who holds it; ``soon``: the term ends within a month."""

    role: str
    label: str
    seats: list[Seat]
    is_needed: bool


class Row(NamedTuple):
    """A platform in a list with what goes on there."""

    platform: Platform
    open_topics: int
    sessions: int
    empty: list[str]


def vacancies(platforms: QuerySet[Platform], most: int) -> list[Vacancy]:
    """The needed seats that nobody holds today. Two statements, however many platforms."""
    today = clock.today()
    rows = list(platforms.select_related("area").order_by("pk"))
    taken = _taken([one.pk for one in rows], today)
    last = {
        (platform, role): upper
        for platform, role, upper in Seat.objects.filter(
            platform__in=[one.pk for one in rows], role__in=NEEDED, period__endswith__lte=today
        )
        .order_by()
        .values_list("platform", "role")
        .annotate(until=Max("period__endswith"))
    }
    found = [
        Vacancy(one, role, last.get((one.pk, str(role)), one.founded_on))
        for one in rows
        for role in NEEDED
        if (one.pk, str(role)) not in taken
    ]
    return found[:most]


def _taken(platforms: Iterable[int], today: date) -> set[tuple[int, str]]:
    held = Seat.objects.held_on(today).filter(
        platform__in=platforms, role__in=NEEDED, user__is_active=True
    )
    return set(held.order_by().values_list("platform", "role"))


def sittings(platform: Platform) -> list[Sitting]:
    """Who sits there today, by role; the empty ones that are needed are told too."""
    rows = (
        Seat.objects.held_on()
        .filter(platform=platform, user__is_active=True)
        .select_related("user")
        .order_by("pk")
    )
    by_role: dict[str, list[Seat]] = {}
    for one in rows:
        by_role.setdefault(one.role, []).append(one)
    return [
        Sitting(role, str(role.label), by_role.get(role, []), role in NEEDED)
        for role in SeatRole
        if role in by_role or role in NEEDED
    ]


def to_come(platform: Platform) -> QuerySet[Seat]:
    """Seats whose term has not begun."""
    return (
        Seat.objects.filter(platform=platform, period__startswith__gt=clock.today())
        .select_related("user")
        .order_by("period", "pk")
    )


def ends_soon(seat: Seat) -> bool:
    last = seat.period.upper
    return last is not None and last <= clock.today() + timedelta(days=TERM_SOON_DAYS)


def rows(platforms: list[Platform]) -> list[Row]:
    """Each with its open topics, what was held this year and its empty seats: three statements."""
    ids = [one.pk for one in platforms]
    today = clock.today()
    topics = dict(
        Topic.objects.public()
        .open()
        .filter(platform__in=ids)
        .order_by()
        .values_list("platform")
        .annotate(many=Count("pk"))
    )
    held = dict(held_in(today.year).filter(platform__in=ids).order_by().values_list("platform")
                .annotate(many=Count("pk")))  # fmt: skip
    taken = _taken(ids, today)
    return [
        Row(
            one,
            topics.get(one.pk, 0),
            held.get(one.pk, 0),
            [str(role.label) for role in NEEDED if (one.pk, str(role)) not in taken],
        )
        for one in platforms
    ]


def held_in(year: int) -> QuerySet[Session]:
    """Sessions of a year that took place."""
    return Session.objects.held(clock.now()).filter(starts_at__year=year)


def ending(today: date) -> QuerySet[Seat]:
    """Seats that are held and end within a month, at platforms that meet."""
    soon = today + timedelta(days=TERM_SOON_DAYS)
    rows = Seat.objects.held_on(today).filter(
        period__endswith__gt=today, period__endswith__lte=soon,
        platform__in=Platform.objects.in_force(today).values("pk"),
    )  # fmt: skip
    return rows.order_by("pk")


class Figure(NamedTuple):
    """A number of the year, and the name of the list behind it."""

    slug: str
    label: str | Promise
    number: int


LISTS = {
    "platforms": _("Platforms"),
    "councils": _("Councils"),
    "members": _("Committee members with a seat"),
    "sessions": _("Sessions held"),
    "heads": _("People who came, each time counted"),
    "solved": _("Topics of which something was done"),
}


def figures(year: int, under: str) -> list[Figure]:
    """The sheet of a year, of an area's path or of all: six statements. Each opens its list."""
    tables = standing_in(year, under)
    counts = {
        "platforms": tables.exclude(kind__in=sorted(COUNCILS)).count(),
        "councils": tables.filter(kind__in=sorted(COUNCILS)).count(),
        "members": members_of(year, under).count(),
        "sessions": held_under(year, under).count(),
        "heads": Attendance.objects.there().filter(session__in=held_under(year, under)).count(),
        "solved": solved_in(year, under).count(),
    }
    return [Figure(slug, label, counts[slug]) for slug, label in LISTS.items()]


def standing_in(year: int, under: str = "") -> PlatformQuerySet:
    """Platforms that met at some time of the year."""
    found = Platform.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=date(year, 1, 1)), founded_on__lte=date(year, 12, 31)
    )
    return found.filter(area__path__startswith=under) if under else found


def members_of(year: int, under: str = "") -> QuerySet[User]:
    """People who sat as committee members in the year, each once."""
    of_year = DateRange(date(year, 1, 1), date(year + 1, 1, 1))
    rows = Seat.objects.filter(
        role=SeatRole.MEMBER, period__overlap=of_year, platform__in=standing_in(year, under)
    )
    return User.objects.filter(pk__in=rows.values("user"))


def held_under(year: int, under: str = "") -> QuerySet[Session]:
    """Sessions that took place: about what everybody reads, or about no topic."""
    found = held_in(year).filter(Q(topic=None) | Q(topic__state__in=sorted(PUBLIC)))
    return found.filter(platform__area__path__startswith=under) if under else found


def solved_in(year: int, under: str = "") -> QuerySet[Topic]:
    """Topics with something that was promised and done in a year."""
    found = Topic.objects.public().filter(
        Exists(Commitment.objects.filter(topic=OuterRef("pk"), done_at__year=year))
    )
    return found.filter(area__path__startswith=under) if under else found


def with_heads(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Each with ``came``: how many were there."""
    came = Count("attendance", filter=Q(attendance__checked_in_at__isnull=False))
    return sessions.annotate(came=came)
