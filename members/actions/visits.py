"""Calls on members who want them: the switch, the wish, the record of a day, and taking it back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members.models import Member, Visit, VisitWish

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# After that nobody knows any more that somebody called.
KEPT = timedelta(days=365)


def _own(by: User) -> Member:
    member = Member.objects.select_for_update(of=("self",)).filter(user=by.pk).first()
    if member is None:
        raise PermissionDenied
    return member


@transaction.atomic
def welcome_visits(*, by: User, is_welcome: bool) -> Member:
    """The member's own switch; off is off at once. Refused: ``not_on_roster``."""
    member = _own(by)
    if is_welcome and member not in Member.objects.on_roster():
        raise Refused("not_on_roster", _("You are not on the roster."))
    member.welcomes_visits = is_welcome
    member.save(update_fields=["welcomes_visits"])
    return member


@transaction.atomic
def wish_visit(*, by: User) -> VisitWish:
    """Asks to be called on once. Asking twice is one wish. Refused: ``not_on_roster``."""
    member = _own(by)
    if member not in Member.objects.on_roster():
        raise Refused("not_on_roster", _("You are not on the roster."))
    wish, _made = VisitWish.objects.get_or_create(member=member, ended_at=None)
    return wish


@transaction.atomic
def take_back_wish(*, by: User) -> int:
    """The wish is gone, and nothing says that there was one."""
    return VisitWish.objects.filter(member=_own(by), ended_at=None).delete()[0]


@transaction.atomic
def record_visit(member: Member, *, by: User, on: date, asks_help: bool = False) -> Visit:
    """That ``by`` called on a member that day. Refused: ``not_welcome``, ``not_yet``, ``once``."""
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if not by.has_perm("members.call_on", member):
        raise PermissionDenied
    if not clock.today() - KEPT < on <= clock.today():
        raise Refused("not_yet", _("Choose a day of the last twelve months."))
    wish = VisitWish.objects.filter(member=member, ended_at=None)
    if not (member.welcomes_visits or wish.exists()):
        raise Refused("not_welcome", _("This member did not ask to be called on."))
    try:
        with transaction.atomic():
            made = Visit.objects.create(
                member=member, on=on, by=by, asks_help=asks_help, expires_on=on + KEPT
            )
    except IntegrityError as error:
        raise Refused("once", _("This visit is entered already.")) from error
    wish.update(ended_at=clock.now())
    return made


@transaction.atomic
def delete_visit(visit: Visit, *, by: User) -> None:
    """The member it was at takes it out, without giving a reason."""
    visit = Visit.objects.select_for_update(of=("self",)).select_related("member").get(pk=visit.pk)
    if not by.has_perm("members.own_visit", visit):
        raise PermissionDenied
    visit.delete()
