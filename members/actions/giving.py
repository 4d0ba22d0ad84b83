"""The shelf: what is given as thanks, each against a print-out that its holder made himself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids.models import Area
from members.actions.events import said
from members.models import Gift, GiftIssue, Statement

if TYPE_CHECKING:
    from govgrid.accounts.models import User


@transaction.atomic
def offer_gift(area: Area, *, by: User, name: str, place: str, left: int, about: str = "") -> Gift:
    """Put a thing on the shelf. Refused: ``gift_words``."""
    if not by.has_perm("members.keep_gifts", area):
        raise PermissionDenied
    words = {"name": said(name)[:60], "place": said(place)[:120], "about": said(about)[:200]}
    if not words["name"] or not words["place"]:
        raise Refused("gift_words", _("A gift has a name and a place where it is given."))
    return Gift.objects.create(area=area, made_by=by, left=left, **words)


@transaction.atomic
def end_gift(gift: Gift, *, by: User) -> Gift:
    """It is not given any more; what was given stays on record."""
    gift = Gift.objects.select_for_update(of=("self",)).get(pk=gift.pk)
    if not by.has_perm("members.keep_gifts", gift):
        raise PermissionDenied
    if gift.ended_at is None:
        gift.ended_at = clock.now()
        gift.save(update_fields=["ended_at"])
    return gift


@transaction.atomic
def give_gift(gift: Gift, *, by: User, code: str) -> GiftIssue:
    """Give one against a print-out; its hours stay as they are.

    Refused: ``none_left``, ``unknown_code``, ``code_used``, ``code_expired``, ``own_code``.
    """
    gift = Gift.objects.select_related("area").select_for_update(of=("self",)).get(pk=gift.pk)
    if not by.has_perm("members.keep_gifts", gift):
        raise PermissionDenied
    if gift.ended_at is not None or not gift.left:
        raise Refused("none_left", _("None is left of it."))
    statement = _statement(code, by)
    try:
        with transaction.atomic():
            issue = GiftIssue.objects.create(
                gift=gift, statement=statement, given_by=by, given_at=clock.now()
            )
    except IntegrityError as error:
        raise Refused("code_used", _("A gift was given for this print-out.")) from error
    gift.left -= 1
    gift.save(update_fields=["left"])
    return issue


def _statement(code: str, by: User) -> Statement:
    wanted = "".join(code.upper().split()).replace("-", "")
    found = Statement.objects.filter(code=wanted).select_related("account").first()
    if found is None:
        raise Refused("unknown_code", _("There is no print-out with this code."))
    if found.account.user_id == by.pk:
        raise Refused("own_code", _("Somebody else gives you yours."))
    if found.expires_on < clock.today():
        raise Refused("code_expired", _("This print-out is too old. Print another."))
    return found
