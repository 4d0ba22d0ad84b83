"""Activities as pages and programs read them: what is to come, who signed up, counts by quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import ExtractQuarter, ExtractYear

from govgrid.core import clock
from members import liaisons
from members.models import Activity, SignUp, Station
from members.workflow.activities import PUBLIC, ActivityKind, ActivityState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from grids.models import Area

    Person = User | AnonymousUser

_PUBLIC = [str(one) for one in PUBLIC]


def visible(user: Person) -> QuerySet[Activity]:
    """Mirrors ``rules.can_see_activity``; a test holds them equal."""
    if user.is_authenticated and not user.is_active:
        return Activity.objects.none()
    found = Q(state__in=_PUBLIC)
    if user.is_authenticated:
        found |= liaisons.scope(user, "members.run_activity")
    return Activity.objects.filter(found).select_related("area", "station__area")


def own_of(user: Person, activity: Activity) -> SignUp | None:
    if not user.is_authenticated:
        return None
    return SignUp.objects.of(user).filter(activity=activity).first()


class Counts(NamedTuple):
    """The places of an activity."""

    places: int | None
    taken: int
    waiting: int
    came: int

    @property
    def left(self) -> int | None:
        return None if self.places is None else max(self.places - self.taken, 0)


def counts(activity: Activity) -> Counts:
    rows = SignUp.objects.live().filter(activity=activity).order_by()
    sums = rows.aggregate(
        taken=Count("pk", filter=Q(is_waiting=False)),
        waiting=Count("pk", filter=Q(is_waiting=True)),
        came=Count("pk", filter=Q(checked_in_at__isnull=False)),
    )
    return Counts(activity.capacity, **sums)


def ahead_of(row: SignUp) -> int:
    """How many wait before this one."""
    line = SignUp.objects.live().filter(activity=row.activity_id, is_waiting=True)
    return line.filter(
        Q(signed_up_at__lt=row.signed_up_at) | Q(signed_up_at=row.signed_up_at, pk__lt=row.pk)
    ).count()


def people(activity: Activity) -> list[SignUp]:
    """Who has signed up, for who runs it: those with a place first."""
    rows = SignUp.objects.live().filter(activity=activity).select_related("user")
    return list(rows.order_by("is_waiting", F("place_no").asc(nulls_last=True), "signed_up_at"))


def free_place(activity: Activity) -> int | None:
    """The lowest place that nobody has; None where none is left. The caller holds the activity."""
    assert activity.capacity is not None, "places are counted"  # noqa: S101
    live = SignUp.objects.live().filter(activity=activity, is_waiting=False)
    taken = set(live.values_list("place_no", flat=True))
    return next((no for no in range(1, activity.capacity + 1) if no not in taken), None)


class Quarter(NamedTuple):
    """What was held in a quarter: how many times, and how many people came."""

    year: int
    quarter: int
    name: str
    held: int
    heads: int


def by_quarter(area: Area | None = None, station: Station | None = None) -> list[Quarter]:
    """By series, else by kind; the latest quarter first. Counts of activities, nobody's."""
    rows = Activity.objects.filter(state=ActivityState.HELD).order_by()
    if area is not None:
        rows = rows.filter(area__path__startswith=area.path)
    if station is not None:
        rows = rows.filter(station=station)
    zone = clock.local(clock.now()).tzinfo
    sums = (
        rows.annotate(
            year=ExtractYear("starts_at", tzinfo=zone),
            quarter=ExtractQuarter("starts_at", tzinfo=zone),
        )
        .values("year", "quarter", "series", "kind")
        .annotate(held=Count("pk"), heads=Sum("head_count"))
        .order_by("-year", "-quarter")
    )
    found: dict[tuple[int, int, str], list[int]] = {}
    for one in sums:
        name = one["series"] or str(ActivityKind(one["kind"]).label)
        both = found.setdefault((one["year"], one["quarter"], name), [0, 0])
        both[0] += one["held"]
        both[1] += one["heads"]
    rows_of = [Quarter(*key, *both) for key, both in found.items()]
    return sorted(rows_of, key=lambda one: (-one.year, -one.quarter, -one.held, one.name))
