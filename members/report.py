"""The quarterly report on the network: counts as they stood on the last day, and nobody's name."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from govgrid.core import clock
from members import network, pairings, progress, stations, teams
from members.models import (
    Alliance,
    Association,
    Liaison,
    Milestone,
    NetworkEvent,
    NetworkPost,
    Pledge,
    Station,
    Team,
    Unit,
    VisitCount,
)
from members.models.network import on
from members.workflow.units import UnitKind

if TYPE_CHECKING:
    from grids.models import Area
    from members.models import LiaisonQuerySet, UnitQuerySet
    from members.workflow.units import Quarter


class Line(NamedTuple):
    """One number of the report and what it is of."""

    label: str | Promise
    number: int
    share: str = ""


class Part(NamedTuple):
    title: str | Promise
    lines: list[Line]


class Report(NamedTuple):
    """``day``: as of which it is counted; a quarter that runs is counted as of today."""

    area: Area
    quarter: Quarter
    day: date
    is_over: bool
    bodies: int
    posts: int
    vacant: int
    liaisons: int
    to_renew: int
    parts: list[Part]

    @property
    def sentence(self) -> str:
        return _(
            "%(bodies)s bodies, %(posts)s posts (%(vacant)s vacant), %(liaisons)s liaison officers "
            "(%(renew)s to be renewed), no names in it"
        ) % {
            "bodies": self.bodies, "posts": self.posts, "vacant": self.vacant,
            "liaisons": self.liaisons, "renew": self.to_renew,
        }  # fmt: skip


def report(area: Area, quarter: Quarter) -> Report:
    """Of an area and all beneath it. About twenty statements, however much there is."""
    today = clock.today()
    day = min(quarter.last, today)
    path = area.path
    units = Unit.objects.in_force(day).under(area)
    posts = NetworkPost.objects.in_force(day).under(area)
    posts_held_on = network.vacant(posts, day).count()
    bodies, many, serving, to_renew = units.bodies().count(), posts.count(), *_serving(day, path)
    return Report(
        area, quarter, day, quarter.last < today, bodies, many, posts_held_on, serving, to_renew,
        [
            Part(_("Bodies and posts"), _bodies(units, many, posts_held_on, day, path)),
            Part(_("Places of the network"), _places(day, path, quarter)),
            Part(_("Who serves there"), [
                Line(_("Liaison officers"), serving), Line(_("To be renewed"), to_renew)]),
            Part(_("Programmes"), _projects(day, path, quarter)),
            Part(_("Village–enterprise pairs"), _pairs(day, path)),
            Part(_("Teams and alliances"), _teams(day, path, quarter)),
        ],
    )  # fmt: skip


def _serving(day: date, path: str) -> tuple[int, int]:
    """How many people serve at open places, and how many of their terms end soon."""
    there = {"station__area__path__startswith": path}
    rows = Liaison.objects.held_on(day).filter(**there)
    soon = network.services_to_renew(day).filter(**there)
    return _people(rows), _people(soon)


def _people(rows: LiaisonQuerySet) -> int:
    return rows.aggregate(many=Count("user", distinct=True))["many"]


def _bodies(units: UnitQuerySet, posts: int, vacant: int, day: date, path: str) -> list[Line]:
    kinds = dict(units.order_by().values_list("kind").annotate(many=Count("pk")))
    to_renew = network.terms_to_renew(day).filter(post__area__path__startswith=path).count()
    return [
        *(Line(one.label, kinds[one]) for one in UnitKind if one in kinds),
        Line(_("Posts"), posts),
        Line(_("Posts that nobody holds"), vacant),
        Line(_("Terms of posts to be renewed"), to_renew),
        Line(_("Associations"), _associations(day, path)),
    ]


def _associations(day: date, path: str) -> int:
    """Those that were entered later than the day are known by their story."""
    later = NetworkEvent.objects.filter(
        verb="make", subject__startswith="association:", at__gte=_after(day)
    ).values_list("subject", flat=True)
    found = Association.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=day), area__path__startswith=path
    )
    return found.exclude(code__in=[one.partition(":")[2] for one in later]).count()


def _after(day: date) -> datetime:
    return clock.midnight(day + timedelta(days=1))


def _places(day: date, path: str, quarter: Quarter) -> list[Line]:
    there = Station.objects.filter(stations.open_on(day), area__path__startswith=path)
    came = VisitCount.objects.filter(
        station__area__path__startswith=path, day__gte=quarter.first, day__lte=day
    ).aggregate(many=Sum("number"))["many"]
    return [
        Line(_("Places in all"), there.count()),
        *(Line(label, many) for _slug, label, many in stations.kinds(there)),
        Line(_("Visits in the quarter"), came or 0),
    ]


def _projects(day: date, path: str, quarter: Quarter) -> list[Line]:
    counts, still_open = progress.states_on(day, path)
    reached = Milestone.objects.filter(
        project__area__path__startswith=path, done_on__gte=quarter.first, done_on__lte=day
    ).count()
    return [
        *(Line(_("Projects: %(state)s") % {"state": one.label}, one.number) for one in counts),
        Line(_("Milestones reached in the quarter"), reached),
        Line(_("Milestones that are late"), progress.late_on(day, still_open)),
    ]


def _pairs(day: date, path: str) -> list[Line]:
    whole, _towns = pairings.coverage(day, path)
    return [
        Line(_("Villages"), whole.villages),
        Line(_("Villages with a pair"), whole.paired, f"{whole.percent} %"),
    ]


def _teams(day: date, path: str, quarter: Quarter) -> list[Line]:
    here = {"area__path__startswith": path}
    sums = teams.of_quarter(quarter, path)
    pledges = Pledge.objects.filter(given_by__alliance__area__path__startswith=path).aggregate(
        **teams.pledged(day)
    )
    due, kept = pledges["due"], pledges["kept"]
    return [
        Line(_("Volunteer teams"), Team.objects.in_force(day).filter(**here).count()),
        Line(_("Activities in the quarter"), sums.activities),
        Line(_("Hours in the quarter"), sums.hours),
        Line(_("Alliances"), Alliance.objects.filter(on(day), **here).count()),
        Line(_("Pledges that were due"), due),
        Line(_("Pledges kept"), kept, f"{100 * kept // due} %" if due else ""),
    ]
