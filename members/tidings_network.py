"""What holders of posts and liaison officers are told: a term that begins, one that ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from govgrid.core.sayings import by_language, day
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all
from members.roles import StationRole
from members.workflow.units import PostKind

if TYPE_CHECKING:
    from datetime import date

    from members.models import Liaison, PostTerm

KINDS = {
    "network_post_given": (
        _("You hold a post: %(place)s"),
        _("You are %(role)s of %(place)s from %(day)s."),
    ),
    "network_post_ended": (
        _("Your post has ended: %(place)s"),
        _("You are no longer %(role)s of %(place)s from %(day)s."),
    ),
    "liaison_given": (
        _("You serve at a station: %(place)s"),
        _("You are %(role)s of %(place)s from %(day)s."),
    ),
    "liaison_ended": (
        _("Your service has ended: %(place)s"),
        _("You are no longer %(role)s of %(place)s from %(day)s."),
    ),
}


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def _owe(who: Any, kind: str, place: Any, role: Any, on: date, fact: str) -> None:
    params = {"place": place.name, "role": by_language(role), "day": day(on)}
    url = place.get_absolute_url()
    owe_all([Debt(recipients=[who], kind=kind, params=params, url=url, fact=f"{kind}:{fact}")])


def post_given(term: PostTerm) -> None:
    role = PostKind(term.post.kind).label
    on = term.period.lower
    _owe(term.holder, "network_post_given", term.post.of, role, on, str(term.pk))


def post_ended(term: PostTerm, on: date) -> None:
    role = PostKind(term.post.kind).label
    _owe(term.holder, "network_post_ended", term.post.of, role, on, f"{term.pk}:{on}")


def liaison_given(one: Liaison) -> None:
    role = StationRole(one.role).label
    _owe(one.user, "liaison_given", one.station, role, one.period.lower, str(one.pk))


def liaison_ended(one: Liaison, on: date) -> None:
    role = StationRole(one.role).label
    _owe(one.user, "liaison_ended", one.station, role, on, f"{one.pk}:{on}")
