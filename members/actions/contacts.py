"""How the two reach each other: after the acceptance, to those two, each showing on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy.actions import note_reading, reveal
from govgrid.privacy.models import AccessLog, Consent
from members.models import Claim, Member, NeedContact
from members.workflow.roster import Purpose

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from members.models import Need


def show_asker(claim: Claim, *, by: User, ip: str | None = None) -> dict[str, str]:
    """Name and telephone of who asked, to the accepted claimant. Call it outside any transaction.

    Refused: ``not_shown`` (not accepted, or over for a month), ``no_contact``.
    """
    claim = Claim.objects.whole().get(pk=claim.pk)
    if not by.has_perm("members.own_claim", claim):
        raise PermissionDenied
    _must_show(claim)
    contact = NeedContact.objects.filter(need=claim.need, erased_at=None).first()
    if contact is None or not _holds(contact.consent):
        raise Refused("no_contact", _("Who asked left no contact. Answer through this page."))
    return reveal(
        contact,
        ["name", "phone"],
        by=by,
        reason=_("accepted claim"),
        case=claim.need.number,
        role="claimant",
        ip=ip,
        is_case_open=True,
        subject=_person(claim.need.asker_id),
    )


def show_member(need: Need, *, by: User, ip: str | None = None) -> dict[str, str]:
    """Name and work phone of the member who was accepted, to who asked, as the member agreed.

    The private telephone never goes this way. Refused: ``not_shown``, ``no_contact``.
    """
    if not by.has_perm("members.answer_need", need):
        raise PermissionDenied
    claim = Claim.objects.whole().filter(need=need.pk).given().first()
    if claim is None or claim.member is None:
        raise Refused("not_shown", _("Nobody was accepted."))
    _must_show(claim)
    if not agrees(claim.member):
        raise Refused("no_contact", _("The member does not show a contact."))
    note_reading(
        by=by,
        model=Member,
        rows=[claim.member],
        fields=["name", "work_phone"],
        action=AccessLog.Action.REVEAL,
        reason=_("accepted claim"),
        case=need.number,
        role="asker",
        subject=_person(claim.member.user_id),
        ip=ip,
    )
    return {"name": claim.member.name, "phone": claim.member.work_phone}


def _holds(given: Consent) -> bool:
    """By this version or a later one; what asks for more since then is as good as none."""
    mine = Consent.objects.of(user=given.user, subject_ref=given.subject_ref)
    return mine.fresh().filter(purpose_key=given.purpose_key).exists()


def _must_show(claim: Claim) -> None:
    if not claim.shows_contacts(clock.now()):
        raise Refused(
            "not_shown",
            _("A contact is shown from the acceptance until 30 days after the end."),
        )


def _person(pk: int | None) -> str:
    return f"accounts.User:{pk}" if pk else ""


def agrees(member: Member) -> bool:
    """Whether a member lets his contact be shown: a live consent to what is asked for today."""
    return (
        Consent.objects.of(user=member.user_id).fresh().filter(purpose_key=Purpose.CONTACT).exists()
    )
