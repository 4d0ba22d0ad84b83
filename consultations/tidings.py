"""What platforms are told about themselves: seats, vacancies, co-hosting, plans, rounds of claiming."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations import notices
from consultations.models import Cohosting, Platform, Pool, Seat, Theme
from consultations.roles import SeatRole
from consultations.workflow import Tier
from govgrid.accounts.models import User
from govgrid.core.sayings import by_language, day, day_and_hour
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all
from grids import roles
from grids.models import Post

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

KINDS = {
    "seat_given": (
        _("You have a seat: %(platform)s"),
        _("You are %(role)s of %(platform)s from %(day)s."),
    ),
    "seat_ended": (
        _("Your seat has ended: %(platform)s"),
        _("You are no longer %(role)s of %(platform)s from %(day)s. %(reason)s"),
    ),
    "seat_soon": (
        _("A term ends: %(platform)s"),
        _("The term of %(person)s as %(role)s of %(platform)s ends on %(day)s."),
    ),
    "seat_vacant": (
        _("A seat is empty: %(platform)s"),
        _("Nobody is %(role)s of %(platform)s. Please fill the seat."),
    ),
    "cohost_asked": (
        _("Will you hold it too? %(number)s"),
        _("%(host)s asks %(platform)s to hold “%(title)s” together. Please answer on its page."),
    ),
    "cohost_agreed": (
        _("%(platform)s holds it too: %(number)s"),
        _("%(platform)s holds “%(title)s” together with you."),
    ),
    "cohost_declined": (
        _("%(platform)s does not hold it: %(number)s"),
        _("%(platform)s does not hold “%(title)s” together with you: %(note)s"),
    ),
    "pool_open": (
        _("Topics to claim: %(title)s"),
        _("%(count)s topics of “%(title)s” can be claimed until %(when)s."),
    ),
    "pool_carried": (
        _("Not claimed: %(title)s"),
        _("%(count)s topics of “%(title)s” were claimed by nobody. They stand in the next round."),
    ),
    "theme_summed": (
        _("What came of it: %(title)s"),
        _("What all platforms found about “%(title)s” was summed up."),
    ),
}


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def _owe(people: Iterable[User], kind: str, params: Mapping[str, Any], url: str, fact: str) -> None:
    owe_all(
        [Debt(recipients=people, kind=kind, params=dict(params), url=url, fact=f"{kind}:{fact}")]
    )


def keepers(platform: Platform) -> QuerySet[User] | list[User]:
    """Who may fill a seat there, nobody further up than need be."""
    return notices.nearest(platform, "consultations.keep", Tier.STREET)


def convenors(platform: Platform) -> QuerySet[User] | list[User]:
    return notices.nearest(platform, "consultations.convene", Tier.PLATFORM)


def _seat(seat: Seat, **more: Any) -> dict[str, Any]:
    return {
        "platform": seat.platform.name,
        "role": by_language(SeatRole(seat.role).label),
        **more,
    }


def seat_given(seat: Seat) -> None:
    params = _seat(seat, day=day(seat.period.lower))
    _owe([seat.user], "seat_given", params, seat.platform.get_absolute_url(), str(seat.pk))


def seat_ended(seat: Seat, on: date, reason: str) -> None:
    params = _seat(seat, day=day(on), reason=reason)
    _owe([seat.user], "seat_ended", params, seat.platform.get_absolute_url(), f"{seat.pk}:{on}")


def seat_soon(seat: Seat, last: date) -> None:
    """The holder and who fills the seat hear it once a term."""
    people = {one.pk: one for one in [seat.user, *keepers(seat.platform)]}.values()
    params = _seat(seat, person=seat.user.name, day=day(last))
    _owe(people, "seat_soon", params, seat.platform.get_absolute_url(), f"{seat.pk}:{last}")


def seat_vacant(platform: Platform, role: str, since: date) -> None:
    params = {"platform": platform.name, "role": by_language(SeatRole(role).label)}
    fact = f"{platform.pk}:{role}:{since}"
    _owe(keepers(platform), "seat_vacant", params, platform.get_absolute_url(), fact)


def cohost_asked(one: Cohosting) -> None:
    params = {
        "number": one.topic.number,
        "title": one.topic.title,
        "host": one.topic.platform.name,
        "platform": one.platform.name,
    }
    url = one.platform.get_absolute_url()
    _owe(convenors(one.platform), "cohost_asked", params, url, f"{one.topic_id}:{one.platform_id}")


def cohost_answered(one: Cohosting) -> None:
    kind = "cohost_agreed" if one.is_agreed else "cohost_declined"
    params = {
        "number": one.topic.number,
        "title": one.topic.title,
        "platform": one.platform.name,
        "note": one.note,
    }
    people = convenors(one.topic.platform)
    _owe(people, kind, params, one.topic.get_absolute_url(), str(one.pk))


def pool_open(pool: Pool, count: int) -> None:
    """Everybody who may claim: seats of convenors and members at the platforms of the area."""
    assert pool.closes_at is not None, "published"  # noqa: S101
    seats = Seat.objects.held_on().filter(
        role__in=[SeatRole.CONVENOR, SeatRole.MEMBER],
        platform__in=Platform.objects.in_force().filter(area__path__startswith=pool.area.path),
    )
    people = User.objects.filter(pk__in=seats.values("user"), is_active=True)
    params = {"title": pool.title, "count": count, "when": day_and_hour(pool.closes_at)}
    _owe(people, "pool_open", params, pool.get_absolute_url(), str(pool.pk))


def pool_carried(pool: Pool, following: Pool, count: int) -> None:
    """Who may publish the next round."""
    place = dict(enumerate(pool.area.ancestor_ids, start=1))
    carry = [
        slug
        for slug, role in roles.ROLES.items()
        if role.over_area & {"consultations.plan", "consultations.keep"}
    ]
    posts = Post.objects.held_on().filter(area__in=place.values(), role__in=carry)
    asked = Q(pk__in=posts.values("user")) | Q(pk=pool.published_by_id)
    people = User.objects.filter(asked, is_active=True)
    params = {"title": pool.title, "count": count}
    _owe(people, "pool_carried", params, following.get_absolute_url(), str(pool.pk))


def theme_summed(theme: Theme) -> None:
    seats = Seat.objects.held_on().filter(
        platform__topics__theme=theme, role__in=[SeatRole.CONVENOR, SeatRole.SCREENER]
    )
    people = User.objects.filter(pk__in=seats.values("user"), is_active=True)
    fact = f"{theme.pk}:{theme.summed_at:%Y%m%d%H%M%S}" if theme.summed_at else str(theme.pk)
    _owe(people, "theme_summed", {"title": theme.title}, theme.get_absolute_url(), fact)
