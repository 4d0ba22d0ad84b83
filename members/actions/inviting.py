"""Asking people to join: each by a link of his own that ends by itself."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.accounts.actions import digest_of
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import crypto
from members.actions.ground import must_be_assessed
from members.invitesheet import Invitee
from members.models import Batch, Invitation, Sealed
from members.workflow.joining import INVITED, Answer

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from grids.models import Area

PHONE = "members.Invitation.phone"
OWN_PHONE = "members.Sealed.phone"


class Invited(NamedTuple):
    """Whom a link is for. It is told once: only its digest is kept."""

    who: Invitee
    token: str


class Round(NamedTuple):
    """What came of asking: links to hand out, and how many were asked or are here already."""

    links: list[Invited]
    skipped: int


@transaction.atomic
def invite(people: Sequence[Invitee], *, area: Area, by: User, batch: Batch | None = None) -> Round:
    """Ask ``people`` for ``area``; nobody is a member by that. Refused: ``not_assessed``.

    Whoever is asked already, or is on the roster, is left out and counted, not named.
    """
    if not by.has_perm("members.keep_roster", area):
        raise PermissionDenied
    must_be_assessed()
    if batch is not None and not batch.is_open:
        raise Refused("batch_closed", _("This batch is closed."))
    known = _known(people)
    links = [Invited(one, secrets.token_urlsafe(32)) for one in people if one.phone not in known]
    at = clock.now()
    Invitation.objects.bulk_create(
        (
            Invitation(
                area=area, batch=batch, name=one.name, phone=one.phone,
                organisation=one.organisation, phone_index=crypto.blind(one.phone, PHONE),
                digest=digest_of(token), invited_by=by, invited_at=at, expires_at=at + INVITED,
            )
            for one, token in links
        ),
        batch_size=1000,
    )  # fmt: skip
    return Round(links, len(people) - len(links))


def _known(people: Sequence[Invitee]) -> set[str]:
    """The numbers that were asked and have not answered, or that a member left here."""
    asked: dict[str, str] = {}
    ours: dict[str, str] = {}
    for one in people:
        asked |= dict.fromkeys(crypto.blinds(one.phone, PHONE), one.phone)
        ours |= dict.fromkeys(crypto.blinds(one.phone, OWN_PHONE), one.phone)
    invited: QuerySet = Invitation.objects.open().filter(phone_index__in=list(asked))
    held: QuerySet = Sealed.objects.filter(phone_index__in=list(ours))
    return {
        known[one]
        for rows, known in ((invited, asked), (held, ours))
        for one in rows.values_list("phone_index", flat=True)
        if one is not None
    }


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """The link leads nowhere from now on. Again is harmless."""
    if not by.has_perm("members.keep_roster", invitation.area):
        raise PermissionDenied
    found = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if found.answer == Answer.OPEN:
        close(found, Answer.WITHDRAWN, by=by)
    return found


def close(invitation: Invitation, answer: Answer, *, by: User) -> None:
    """What was asked is over; whom it was for is not kept."""
    invitation.answer, invitation.answered_at, invitation.answered_by = answer, clock.now(), by
    invitation.name = invitation.phone = invitation.organisation = None
    invitation.phone_index = None
    invitation.save()
