"""The conditions of categories as a district sets them, changed by succession and never by editing;
and as everybody reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.text import tidy
from govgrid.privacy import guard
from grids import roles, scoping
from grids.models import Area, Department, Level
from tickets import rules
from tickets.limits import TERMS_LOCK, one_at_a_time
from tickets.models import CategoryTerms, CategoryTermsQuerySet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from tickets.models import Category

    Person = User | AnonymousUser

# A district has 85 categories; the cities beside it are not read here.
ROWS = 300
ENDED_ROWS = 50


@transaction.atomic
def set_terms(
    *,
    by: User | None,
    category: Category,
    reason: str,
    area: Area | None = None,
    filing: str = "",
    closing: str = "",
    checks_first: bool = False,
    wants_after_photo: bool = False,
) -> CategoryTerms:
    """From now on what is filed in this category is held to these; in the district, or everywhere.

    What was filed before keeps the conditions of its day. Terms in force that say the same stay
    untouched; others about the very same end, and these succeed them.
    """
    _ask(by, area)
    if area is not None and area.level != Level.DISTRICT:
        raise ValidationError({"area": _("A district sets conditions, not a part of it.")})
    one_at_a_time(TERMS_LOCK)
    now = clock.now()
    said = CategoryTerms(
        category=category,
        area=area,
        filing=guard.mask(tidy(filing)),
        closing=guard.mask(tidy(closing)),
        checks_first=checks_first,
        wants_after_photo=wants_after_photo,
        reason=guard.mask(tidy(reason)),
        valid_from=now,
        created_by=by,
    )
    for one in _in_force(category, area):
        if one.content == said.content:
            return one
        _end(one, by=by, at=now)
    said.full_clean(exclude=["created_by"])  # the system may, a form may not
    said.save()
    return said


@transaction.atomic
def end_terms(terms: CategoryTerms, *, by: User | None) -> CategoryTerms:
    """From now on those for everywhere hold, or none. A second time changes nothing."""
    locked = CategoryTerms.objects.select_for_update(of=("self",)).select_related("area")
    terms = locked.get(pk=terms.pk)
    _ask(by, terms.area)
    if terms.valid_to is None:
        _end(terms, by=by, at=clock.now())
    return terms


def _ask(by: User | None, area: Area | None) -> None:
    if by is not None and not rules.can_set_terms(by, area):
        raise PermissionDenied


def _in_force(category: Category, area: Area | None) -> list[CategoryTerms]:
    terms = CategoryTerms.objects.in_force().select_for_update(of=("self",))
    return list(terms.filter(category=category, area=area))


def _end(terms: CategoryTerms, *, by: User | None, at: datetime) -> None:
    terms.valid_to, terms.ended_by = at, by
    terms.save(update_fields=["valid_to", "ended_by"])


# ── reading ───────────────────────────────────────────────────────────────────────────────────


def visible_to(user: Person) -> CategoryTermsQuerySet:
    """Those of everywhere and of the districts in which ``user`` holds a post."""
    inside = Q(area=None) | Q(area__in=_districts(user))
    found = CategoryTerms.objects.filter(inside)
    return found.select_related("category", "area", "created_by", "ended_by")


def _districts(user: Person) -> QuerySet[Area]:
    """A post for the city reads those of all its districts."""
    posts = scoping.held(user)
    ids = {post.path[Level.DISTRICT - 1] for post in posts if len(post.path) >= Level.DISTRICT}
    cities = {post.area_id for post in posts if post.level == Level.CITY}
    departments = {post.department_id for post in posts if post.department_id and not post.path}
    inside = Q(pk__in=ids) | Q(parent__in=cities)
    for one in Department.objects.filter(pk__in=departments).select_related("area"):
        path = one.area.ancestor_ids
        inside |= Q(pk__in=path[Level.DISTRICT - 1 : Level.DISTRICT]) | Q(parent=path[-1])
    return Area.objects.filter(inside, level=Level.DISTRICT)


def districts_to_set(user: Person) -> QuerySet[Area]:
    """The districts for which ``user`` may set conditions."""
    inside = Q(pk=None)
    for post in scoping.held(user):
        if "tickets.set_terms" in roles.ROLES[post.role].over_area and post.path:
            inside |= Q(path__startswith="".join(f"{step}." for step in post.path))
    return Area.objects.in_force().filter(inside, level=Level.DISTRICT).order_by("path")


def to_file_by(districts: Iterable[int]) -> list[CategoryTerms]:
    """The filing conditions in force where somebody files: the district's own before those for
    everywhere, by category."""
    ids = set(districts)
    found = CategoryTerms.objects.in_force().filter(Q(area=None) | Q(area__in=ids))
    rows = list(
        found.exclude(filing="", checks_first=False)
        .select_related("category", "area")
        .order_by("category__code", "area")
    )
    own = {one.category_id for one in rows if one.area_id}
    # With several districts the wider one holds in those that have none of their own.
    return [one for one in rows if one.area_id or len(ids) > 1 or one.category_id not in own]
