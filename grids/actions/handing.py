"""A post goes from one person to the next on a day, with the open work that belongs to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from govgrid.core import backlog, clock
from govgrid.core.errors import Refused
from grids.actions.imports import saved
from grids.actions.posts import appoint
from grids.models import HandOver, HandOverItem, Post

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# Of one source. More is no hand-over but a rescue, and the list of tickets says it better.
MOST_LISTED = 200


@transaction.atomic
def hand_over(post: Post, to: User, *, by: User | None, on: date | None = None) -> HandOver:
    """End ``post`` so that ``on`` (today) is the first day of ``to`` in the same post.

    No day is without a holder and none has two. What is open there is listed for ``to`` to tick.
    Refused where the post has ended before that day, begins after it, is handed over already, or
    where ``to`` holds it.
    """
    # Two may hand over at once: the second waits here and finds the post handed over.
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if by is not None and not by.has_perm("grids.hand_over", post):
        raise PermissionDenied
    on = on or clock.today()
    _must_run_until(post, on)
    if to.pk == post.user_id:
        raise Refused("same_person", _("This person holds the post already."))
    until = post.period.upper
    if until != on:
        post.period = DateRange(post.period.lower, on)
        post.save(update_fields=["period"])
    incoming = appoint(
        to,
        post.role,
        by=by,
        area=post.area,
        department=post.department,
        since=on,
        is_main=post.is_main,
    )
    made = saved(HandOver(outgoing=post, incoming=incoming, arranged_by=by))
    _list(made)
    return made


def _must_run_until(post: Post, on: date) -> None:
    if HandOver.objects.filter(outgoing=post).exists():
        raise Refused("handed_over", _("This post is handed over already."))
    period = post.period
    if period.isempty or (period.upper is not None and period.upper < on):
        raise Refused(
            "leaves_a_gap",
            _(
                "This post ended before that day: nobody would hold it in between. Fill the vacancy."
            ),
        )
    if period.lower >= on:
        raise Refused("not_begun", _("This post begins on that day or later."))


def _list(made: HandOver) -> None:
    post = made.incoming
    HandOverItem.objects.bulk_create(
        [
            HandOverItem(
                hand_over=made, source=listed.source, key=item.key[:40], words=item.words[:200]
            )
            for listed in backlog.open_work(post.area, post)
            for item in listed.items[:MOST_LISTED]
        ],
        # What was listed and perhaps explained before stays as it is.
        ignore_conflicts=True,
    )


@transaction.atomic
def list_again(made: HandOver, *, by: User) -> HandOver:
    """Bring the list up to date: what is new comes in, what is done and unexplained goes.

    Refused once the post is taken over.
    """
    made = _locked(made)
    # Not who gave the post away: what is open there now is no business of his.
    is_mine = by.pk == made.incoming.user_id
    if not (is_mine or by.has_perm("grids.hand_over", made.incoming)):
        raise PermissionDenied
    _must_be_open(made)
    made.items.filter(explained_at=None).delete()
    _list(made)
    made.listed_at = clock.now()
    made.save(update_fields=["listed_at"])
    return made


@transaction.atomic
def explain(made: HandOver, items: Collection[int], *, by: User) -> int:
    """Tick what was explained: by the one who takes over, and by nobody for him."""
    made = _locked(made)
    _must_be_mine(made, by)
    _must_be_open(made)
    unticked = made.items.filter(pk__in=items, explained_at=None)
    return unticked.update(explained_at=clock.now())


@transaction.atomic
def take_post(made: HandOver, *, by: User) -> HandOver:
    """Close the sheet: what is unticked then stays unticked for good. A second time is no harm."""
    made = _locked(made)
    _must_be_mine(made, by)
    if made.taken_at is None:
        _must_have_come(made)
        made.taken_at, made.taken_by = clock.now(), by
        made.save(update_fields=["taken_at", "taken_by"])
    return made


def _must_have_come(made: HandOver) -> None:
    period = made.incoming.period
    if not period.isempty and clock.today() < period.lower:
        words = _("You take it over on the day on which your post begins: %(day)s.")
        raise Refused("not_begun", words % {"day": period.lower.isoformat()})


def _locked(made: HandOver) -> HandOver:
    found = HandOver.objects.select_related("outgoing", "incoming__area")
    return found.select_for_update(of=("self",)).get(pk=made.pk)


def _must_be_mine(made: HandOver, by: User) -> None:
    if by.pk != made.incoming.user_id:
        raise PermissionDenied


def _must_be_open(made: HandOver) -> None:
    if made.taken_at is not None:
        raise Refused("taken_over", _("This sheet is closed."))
