"""Replies ready to hand, changed by succession: what was once offered can be read for ever."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.privacy import guard
from grids.models import Area
from tickets import replies
from tickets.models import ReplyTemplate

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Department


@transaction.atomic
def set_template(
    owner: Area | Department,
    *,
    by: User,
    move: str,
    title: str,
    text: str,
    instead: ReplyTemplate | None = None,
) -> ReplyTemplate:
    """Offer these words from now on; ``instead`` of one that ends in the same moment."""
    if not by.has_perm("tickets.set_templates", owner):
        raise PermissionDenied
    title, text = tidy(title), tidy(text)
    if not (title and text):
        raise Refused("words_needed", _("Write something."))
    if wrong := replies.faults(title, text):
        raise Refused("markup", " ".join(wrong))
    at = clock.now()
    if instead is not None:
        _end(instead, by, at)
    try:
        with transaction.atomic():
            return ReplyTemplate.objects.create(
                area=owner if isinstance(owner, Area) else None,
                department=None if isinstance(owner, Area) else owner,
                move=move,
                title=guard.mask(title),
                text=guard.mask(text),
                valid_from=at,
                created_by=by,
            )
    except IntegrityError as clash:
        if "template_one_of_a_title_in_force" not in str(clash):
            raise
        raise Refused("title_taken", _("A template of this title is in force.")) from clash


@transaction.atomic
def end_template(template: ReplyTemplate, *, by: User) -> ReplyTemplate:
    """Offered no more. Ended a second time it stays as it ended the first."""
    return _end(template, by, clock.now(), is_again=True)


def _end(
    template: ReplyTemplate, by: User, at: datetime, *, is_again: bool = False
) -> ReplyTemplate:
    one = (
        ReplyTemplate.objects.select_for_update(of=("self",))
        .select_related("area", "department")
        .get(pk=template.pk)
    )
    if not by.has_perm("tickets.set_templates", one.area or one.department):
        raise PermissionDenied
    if one.valid_to is None:
        one.valid_to, one.ended_by = at, by
        one.save(update_fields=["valid_to", "ended_by"])
    elif not is_again:
        raise Refused("ended_already", _("This template has been changed or ended meanwhile."))
    return one
