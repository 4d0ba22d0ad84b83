"""What a consent that ends or is renewed elsewhere does to the entry that hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from members.actions.ground import is_shown, locked, note
from members.actions.staying import out
from members.models import Member, Sealed
from members.workflow.joining import Verb
from members.workflow.roster import HELD, NEEDED, Purpose

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from govgrid.privacy.models import Consent, Notice


def _held(consent: Consent) -> Member | None:
    found = Member.objects.filter(user=consent.user_id, state__in=HELD).first()
    return locked(found) if found is not None and consent.user_id is not None else None


@transaction.atomic
def consent_ended(consent: Consent, *, by: User | None) -> None:
    """Taken back on any page: to the roster is leaving it, any other is its switch alone."""
    member = _held(consent)
    if member is None:
        return
    if consent.purpose_key == NEEDED:
        out(member, "leave", by=by)
        return
    if consent.purpose_key == Purpose.LISTED:
        member.is_listed = False
    if consent.purpose_key == Purpose.AFFILIATION:
        Sealed.objects.filter(member=member).update(affiliation=None, affiliation_consent=None)
    member.version += 1
    member.save()
    note(member, Verb.WITHDREW, by=by, fields=[consent.purpose_key])


@transaction.atomic
def consent_renewed(consent: Consent, *, by: User | None) -> None:
    """The entry hangs on the newer consent from now on."""
    member = _held(consent)
    if member is None:
        return
    if consent.purpose_key == NEEDED:
        member.consent = consent
    # Stale he was shown nowhere; by this he may be again.
    member.is_listed = is_shown(member)
    if consent.purpose_key == Purpose.AFFILIATION:
        Sealed.objects.filter(member=member, affiliation_consent__isnull=False).update(
            affiliation_consent=consent
        )
    member.version += 1
    member.save()
    note(member, Verb.AGREED, by=by, fields=[consent.purpose_key])


@transaction.atomic
def notice_published(notice: Notice, *, by: User | None) -> int:
    """More is asked for than anybody agreed to: until it is renewed the public sees nobody, not on
    the list and not as a host, an author or a representative. How many that were."""
    shown = Member.objects.filter(is_listed=True)
    return shown.update(is_listed=False, version=F("version") + 1)
