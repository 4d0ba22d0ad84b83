"""The network as it is read: who holds which post, what is empty, what is to be renewed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import (
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from govgrid.core import clock
from members import liaisons
from members.models import (
    Liaison,
    NetworkEvent,
    NetworkPost,
    NetworkPostQuerySet,
    PostTerm,
    PostTermQuerySet,
    TermEnd,
    Unit,
)
from members.workflow.units import RENEW_DAYS

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from members.models import LiaisonQuerySet, UnitQuerySet

    Person = User | AnonymousUser

KEEP = "members.keep_network"


class PostRow(NamedTuple):
    """A post with its term on a day; ``is_soon``: to be renewed."""

    post: NetworkPost
    term: PostTerm | None
    is_soon: bool

    @property
    def last(self) -> date | None:
        return self.term.period.upper - timedelta(days=1) if self.term else None


class UnitRow(NamedTuple):
    unit: Unit
    posts: int
    vacant: int


def reached(user: Person, area: str = "area") -> Q:
    """Rows of the areas in which ``user`` keeps the network."""
    return liaisons.scope(user, KEEP, area=area, station="")


def filled(posts: Iterable[NetworkPost]) -> list[PostRow]:
    """Each with who holds it today. One statement."""
    rows = list(posts)
    held = PostTerm.objects.held_on().filter(post__in=[one.pk for one in rows])
    terms = {one.post_id: one for one in held.select_related("holder")}
    before = renew_before(clock.today())
    return [
        PostRow(
            one, terms.get(one.pk),
            one.pk in terms and terms[one.pk].period.upper <= before,
        )
        for one in rows
    ]  # fmt: skip


def renew_before(day: date) -> date:
    """What ends before this is to be renewed on ``day``: a term whose last day is day 60, still."""
    return day + timedelta(days=RENEW_DAYS + 1)


def vacant(posts: NetworkPostQuerySet, day: date | None = None) -> NetworkPostQuerySet:
    """Those that nobody holds."""
    held = PostTerm.objects.held_on(day).filter(post=OuterRef("pk"))
    return posts.filter(~Exists(held))


def _known_end(day: date, of: str) -> Coalesce:
    """Until when it was to run, as one knew on ``day``; where nothing is written down, as it is."""
    known = TermEnd.objects.filter(**{of: OuterRef("pk")}, at__lt=_after(day)).order_by("-pk")
    plain = ExpressionWrapper(F("period__endswith") - Value(1), output_field=DateField())
    return Coalesce(Subquery(known.values("last")[:1]), plain)


def _after(day: date) -> datetime:
    return clock.midnight(day + timedelta(days=1))


def terms_to_renew(day: date | None = None) -> PostTermQuerySet:
    """Terms that run on a day and were to end within :data:`RENEW_DAYS`, with nobody to follow."""
    on = day or clock.today()
    next_one = PostTerm.objects.filter(
        post=OuterRef("post"), period__startswith__gt=on, period__isempty=False,
        made_at__lt=_after(on),
    )  # fmt: skip
    rows = PostTerm.objects.held_on(on).annotate(known_end=_known_end(on, "term"))
    ended = Q(post__ended_on=None) | Q(post__ended_on__gt=on)
    return rows.filter(ended, ~Exists(next_one), known_end__lt=renew_before(on))


def services_to_renew(day: date | None = None) -> LiaisonQuerySet:
    """Services of liaison officers that run on a day and were to end within :data:`RENEW_DAYS`."""
    on = day or clock.today()
    rows = Liaison.objects.held_on(on).annotate(known_end=_known_end(on, "service"))
    return rows.filter(known_end__lt=renew_before(on))


def unit_rows(units: Iterable[Unit]) -> list[UnitRow]:
    """Each with its posts and how many of them are empty. Two statements."""
    rows = list(units)
    posts = NetworkPost.objects.in_force().filter(unit__in=[one.pk for one in rows])
    all_of = _by_unit(posts)
    empty = _by_unit(vacant(posts))
    return [UnitRow(one, all_of.get(one.pk, 0), empty.get(one.pk, 0)) for one in rows]


def _by_unit(posts: QuerySet[NetworkPost]) -> dict[int, int]:
    return dict(posts.order_by().values_list("unit").annotate(many=Count("pk")))


def units(user: Person) -> UnitQuerySet:
    return Unit.objects.in_force().filter(reached(user))


def story(subjects: Iterable[str], most: int) -> list[NetworkEvent]:
    return list(NetworkEvent.objects.filter(subject__in=list(subjects)).order_by("-pk")[:most])
