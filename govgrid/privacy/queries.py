"""What is asked about people's consents, and about what was weighed beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govgrid.privacy.models import Consent, ImpactAssessment, Notice

if TYPE_CHECKING:
    from datetime import date

    from govgrid.accounts.models import User


def fresh_consent(user: User | None, key: str, *, subject_ref: str | None = None) -> Consent | None:
    """The consent of a person to ``key`` that holds today: live, and to all that is asked for."""
    mine = Consent.objects.of(user=user, subject_ref=subject_ref).fresh()
    return mine.filter(purpose_key=key).select_related("notice").first()


def newest_notice(key: str) -> Notice | None:
    """The version of ``key`` that holds."""
    return Notice.objects.newest().filter(key=key).first()


def is_assessed(scope: str, on: date | None = None) -> bool:
    """Whether a signed assessment of ``scope`` is in force: before that nothing is switched on."""
    return ImpactAssessment.objects.in_force(on).filter(scope=scope).exists()
