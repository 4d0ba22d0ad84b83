"""What is kept of a member sealed: the private number, and the one association somebody names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from govgrid.privacy import crypto
from members.actions.inviting import OWN_PHONE
from members.models import Member, Sealed

if TYPE_CHECKING:
    from govgrid.privacy.models import Consent
    from members.models import Association


def seal_phone(member: Member, phone: str) -> None:
    """Keep the private number sealed, or keep none. Refused: ``phone_taken``."""
    sealed = _sealed(member)
    sealed.phone = phone or None
    sealed.phone_index = crypto.blind(phone, OWN_PHONE) if phone else None
    try:
        with transaction.atomic():
            sealed.save()
    except IntegrityError as error:
        words = _("This number cannot be taken: please give another, or none.")
        raise Refused("phone_taken", words) from error


def seal_affiliation(member: Member, association: Association, consent: Consent) -> None:
    """Keep the one association, under ``consent``, in no list.

    Refused: ``body_only``. Who belongs to some bodies is nobody's to know here.
    """
    if association.is_body_only or association.ended_on is not None:
        words = _("This body has an office; persons are not linked to it.")
        raise Refused("body_only", words)
    sealed = _sealed(member)
    sealed.affiliation, sealed.affiliation_consent = association.code, consent
    sealed.save()


def _sealed(member: Member) -> Sealed:
    return Sealed.objects.filter(member=member).first() or Sealed(member=member)
