"""Who holds which post: a post begins and ends, it is never deleted."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import scoping
from grids.actions.imports import saved
from grids.models import Area, Department, Post


@transaction.atomic
def appoint(
    user: User,
    role: str,
    *,
    by: User | None,
    area: Area | None = None,
    department: Department | None = None,
    since: date | None = None,
    until: date | None = None,
    is_main: bool = True,
) -> Post:
    """Give ``user`` a post from ``since`` (today) to its last day ``until`` (open).

    Refused for who may not sign in, for an area or department that has ended, where a grid has
    its main worker in that time, and where the person holds that very post already.
    """
    asked = Post(role=role, area=area, department=department)
    _must_be_allowed(by, asked)
    _must_be_fair(by, user, asked, since)
    scoping.forget(user)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise Refused("user_inactive", _("This person may not sign in."))
    if area is not None and area.valid_to is not None:
        raise Refused("area_ended", _("%(area)s has ended.") % {"area": area})
    if department is not None and not department.is_active:
        raise Refused("department_ended", _("%(area)s has ended.") % {"area": department})
    first = since or clock.today()
    if until is not None and until < first:
        raise Refused("period_backwards", _("The last day lies before the first."))
    post = Post(
        user=user,
        role=role,
        area=area,
        department=department,
        is_main=is_main,
        period=DateRange(first, until + timedelta(days=1) if until else None),
    )
    return saved(post)


def _must_be_fair(by: User | None, user: User, asked: Post, since: date | None) -> None:
    """Who fills the posts beneath his own takes none himself, and writes no history."""
    place = asked.area or (asked.department.area if asked.department else None)
    if by is None or by.has_perm("grids.appoint", place):
        return
    if by.pk == user.pk:
        raise Refused("own_post", _("Nobody gives a post to himself."))
    if since is not None and since < clock.today():
        raise Refused("post_in_the_past", _("A post is given from today on, or from a later day."))


@transaction.atomic
def end_post(post: Post, *, by: User | None, on: date | None = None) -> Post:
    """End a post so that ``on`` (today) is the first day without it. The row stays as history.

    A post that ends before it began keeps its row with an empty period. Refused if it ended before.
    """
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    _must_be_allowed(by, post)
    on = on or clock.today()
    if post.period.isempty or (post.period.upper and post.period.upper <= on):
        raise Refused("post_ended", _("This post has ended."))
    _must_leave_no_gap(post, on)
    is_begun = post.period.lower < on
    post.period = DateRange(post.period.lower, on) if is_begun else DateRange(empty=True)
    post.save(update_fields=["period"])
    return post


def _must_leave_no_gap(post: Post, on: date) -> None:
    """Who hands a post on holds it until the other one does."""
    made = getattr(post, "handed_on", None)
    following = made.incoming.period if made else None
    if following is not None and not following.isempty and on < following.lower:
        words = _("It is handed over on %(day)s: until then somebody must hold it.")
        raise Refused("leaves_a_gap", words % {"day": following.lower.isoformat()})


def _must_be_allowed(by: User | None, post: Post) -> None:
    """Who appoints in the place, or who may hand this post on."""
    if by is not None and not by.has_perm("grids.hand_over", post):
        raise PermissionDenied
