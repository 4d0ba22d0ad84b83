"""What the roster holds of a person, for the page "My data" and for erasing at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from govgrid.privacy import blinds, erasure, followers, holdings
from govgrid.privacy.holdings import Holding
from members import actions
from members.models import Member
from members.workflow.joining import SCOPE
from members.workflow.roster import NEEDED, Purpose

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from govgrid.privacy.models import Consent, Notice


def _mine(user: User) -> Member | None:
    rows = Member.objects.filter(user=user).select_related("area", "station")
    return rows.prefetch_related("specialties").first()


def rows(user: User) -> list[Mapping[str, Any]]:
    """The entry in words; of what is sealed, that there is something."""
    member = _mine(user)
    return [] if member is None else [words_of(member, by=user)]


def words_of(member: Member, *, by: User) -> dict[str, Any]:
    sealed = actions.has_sealed(member, by=by)
    yes, no = pgettext("is it so", "yes"), pgettext("is it so", "no")
    return {
        _("Roster number"): member.serial,
        _("State"): member.get_state_display(),
        pgettext("person", "Name"): member.name,
        _("Spelt in pinyin"): member.pinyin,
        _("Shown as"): member.display_name,
        _("Organisation"): member.organisation,
        _("Public post"): member.public_post,
        _("Work phone"): member.work_phone,
        _("Area served"): member.area.name,
        _("Station"): member.station.name if member.station else "",
        _("Specialties"): pgettext("between items", ", ").join(
            one.name for one in member.specialties.all()
        ),
        _("What I offer"): member.offer,
        _("Shown to the public"): yes if member.is_listed else no,
        _("Needs may be suggested to me"): yes if member.takes_suggestions else no,
        _("Please call on me at festivals"): yes if member.welcomes_visits else no,
        _("Private phone is kept, sealed"): yes if "phone" in sealed else no,
        _("An association is kept, sealed"): yes if "affiliation" in sealed else no,
        _("Reason of the decision"): member.decided_reason,
        _("To be reviewed on"): member.review_on.isoformat() if member.review_on else "",
        _("Erased on"): member.erase_on.isoformat() if member.erase_on else "",
    }


def subjects(user: User) -> list[tuple[str, Any]]:
    member = Member.objects.filter(user=user).first()
    return [] if member is None else subjects_of(member)


def subjects_of(member: Member) -> list[tuple[str, Any]]:
    """The rows by which readings of a member are found."""
    return [("members.Member", str(member.pk)), ("members.Sealed", str(member.pk))]


def erase(user: User, _at: datetime) -> int:
    """Off the roster, and forgotten today."""
    member = Member.objects.filter(user=user).first()
    if member is None or not member.name:
        return 0
    actions.erase_now(member, by=None)
    return 1


def _stamp(member: Member) -> str:
    return f"{member.serial} {member.applied_at.isoformat()}"


def _erase_again(rows: QuerySet[Member], _at: datetime) -> int:
    """What a restore brought back."""
    found = list(rows.exclude(name=""))
    for member in found:
        actions.erase_now(member, by=None)
    return len(found)


def _ended(consent: Consent, by: User | None) -> None:
    actions.consent_ended(consent, by=by)


def _renewed(_old: Consent, new: Consent, by: User | None) -> None:
    actions.consent_renewed(new, by=by)


def _asked_again(notice: Notice, by: User | None) -> None:
    actions.notice_published(notice, by=by)


def register() -> None:
    """Called once at start-up."""
    for key in Purpose:
        followers.register(key, _ended)
        followers.register_renewal(key, _renewed)
    for key in (NEEDED, Purpose.LISTED):
        followers.register_publication(key, _asked_again)
    erasure.register_rows("members.Member", erasure.Rows(_stamp, _erase_again))
    label = gettext_lazy("Service roster")
    holdings.register("members.roster", Holding(label, rows, subjects, erase))
    holdings.name_scopes({SCOPE: label, Purpose.AFFILIATION: Purpose.AFFILIATION.label})
    for model in ("Sealed", "Invitation"):
        blinds.register(
            f"members.{model}", "phone_index", sealed="phone", domain=f"members.{model}.phone"
        )
