"""The register of grants: what everybody reads, and what those concerned see besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from members import liaisons
from members.models import Grant, GrantQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

GRANT = "members.grant_duty"


def visible(user: Person) -> GrantQuerySet:
    """Mirrors ``rules.can_see_grant``; a test holds them equal."""
    found = Q(accepted_at__isnull=False)
    if user.is_authenticated:
        found |= Q(representative__user=user.pk) | liaisons.scope(user, GRANT, station="")
    return Grant.objects.filter(found)


def held(key: str) -> GrantQuerySet:
    """Of one holder, by the key of its page; nothing for a key that is none."""
    kind, number = key[:1], key[1:]
    rows = Grant.objects.public()
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return rows.none()
    if kind in {"o", "a"}:
        return rows.filter(**{{"o": "organisation", "a": "association"}[kind]: int(number)})
    first = rows.filter(pk=int(number)).exclude(unit="").values_list("unit", flat=True).first()
    return rows.filter(unit=first) if kind == "u" and first else rows.none()


def to_accept(user: Person) -> GrantQuerySet:
    return Grant.objects.waiting().represented_by(user)
