"""Forgetting somebody: the row stays for what was counted, and names nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction

from govgrid.accounts import actions as accounts
from govgrid.accounts.models import ApiToken, User
from govgrid.core import clock
from govgrid.outbox import actions as outbox
from govgrid.outbox.models import Message
from govgrid.privacy.models import AccessLog, Consent
from members import leaving, tidings_roster
from members.actions.ground import locked, note
from members.actions.staying import out
from members.models import Invitation, Member, MemberEvent, Sealed
from members.workflow.joining import Verb
from members.workflow.roster import HELD, OVER

if TYPE_CHECKING:
    from django.db.models import Model

# What a login that was made by joining may have besides and still be of no other use.
OF_THE_ROSTER = (Member, MemberEvent, Invitation, Message, Consent, AccessLog, ApiToken)


@transaction.atomic
def erase(member: Member, *, by: User | None) -> Member:
    """Every text of the entry is emptied and what is sealed deleted, in every part of the roster.

    A login that was made by joining and serves nothing else goes as well; any other stays the
    person's, and the emptied row stands under a login of nobody. Run again it finds nothing.
    """
    member = locked(member)
    if member.state not in OVER or not member.name:
        return member
    user = member.user
    Sealed.objects.filter(member=member).delete()
    for eraser in leaving.erasers():
        eraser(member)
    # As the roster knows him, which need not be as he signs in.
    outbox.strike([member.name, member.work_phone])
    _empty(member)
    Message.objects.filter(recipient=user, kind__in=tidings_roster.KINDS).delete()
    if _serves_nothing_else(member, user):
        accounts.forget(user)
        Message.objects.filter(recipient=user).delete()
    else:
        member.user = _nobody()
        member.save(update_fields=["user"])
    note(member, Verb.ERASED, by=by)
    return member


@transaction.atomic
def erase_now(member: Member, *, by: User | None) -> Member:
    """As :func:`erase`, also where the person has not left: who is erased whole leaves by it."""
    found = locked(member)
    if found.state in HELD:
        out(found, "leave", by=None)
    return erase(found, by=by)


def _empty(member: Member) -> None:
    for name in ("name", "pinyin", "display_name", "organisation", "public_post", "work_phone",
                 "offer"):  # fmt: skip
        setattr(member, name, "")
    # Why somebody was not taken may name him too; that there was a reason is a fact to keep.
    member.decided_reason = "—" if member.decided_reason else ""
    member.consent, member.station, member.review_on = None, None, None
    member.erase_on = clock.today()
    member.version += 1
    member.save()
    member.specialties.clear()


def _serves_nothing_else(member: Member, user: User) -> bool:
    made_here = MemberEvent.objects.filter(member=member, verb=Verb.LOGIN, by=user).exists()
    return made_here and not any(_has_rows(one, user) for one in User._meta.related_objects)


def _has_rows(relation, user: User) -> bool:  # type: ignore[no-untyped-def]
    model: type[Model] = relation.related_model
    if issubclass(model, OF_THE_ROSTER) or not model.__module__.startswith(OURS):
        return False
    return bool(model._default_manager.filter(**{relation.field.name: user}).exists())


# Devices and keys of the login itself go with it.
OURS = ("govgrid", "grids", "tickets", "consultations", "members")


def _nobody() -> User:
    """A login without anybody behind it, for a row that needs one."""
    nobody = User(username=f"nobody-{uuid4().hex}", name="—", is_active=False)
    nobody.set_unusable_password()
    nobody.save()
    return nobody
