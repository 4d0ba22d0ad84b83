"""All that is held of one member, as data and as paper, for that member alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from govgrid.core import clock
from govgrid.privacy.copies import printed
from govgrid.privacy.models import AccessLog, Consent
from grids.roles import ROLES
from members import actions
from members.holdings_roster import subjects_of, words_of
from members.models import Member
from members.roles import StationRole
from members.workflow.roster import Purpose

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from members.models import MemberEvent

# Readings are kept for three years; so many fit on a paper.
MOST_READINGS = 1000


def of(member: Member, *, by: User, ip: str | None = None) -> dict[str, Any]:
    """The entry, what is sealed of it, consents, what became of it, and who read it."""
    opened = actions.own_sealed(member, by=by, ip=ip)
    consents = Consent.objects.of(user=by).select_related("notice").order_by("pk")
    readings = AccessLog.objects.of_subjects(subjects_of(member)).select_related("by")
    labels = dict(Purpose.choices)
    return {
        "at": clock.local(clock.now()).isoformat(timespec="seconds"),
        "entry": words_of(member, by=by),
        "sealed": {
            _("Private phone"): opened.get("phone", ""),
            _("Association"): opened.get("affiliation", ""),
        },
        "consents": [
            {
                "purpose": str(labels.get(one.purpose_key, one.purpose_key)),
                "version": one.notice.version,
                "given": _moment(one.given_at),
                "withdrawn": _moment(one.withdrawn_at),
            }
            for one in consents
        ],
        "events": [
            {"what": one.get_verb_display(), "of": fields_in_words(one), "at": _moment(one.at)}
            for one in member.events.order_by("pk")
        ],
        "readings": [
            {
                "who": role_word(one),
                "what": one.get_action_display(),
                "why": one.reason,
                "at": _moment(one.at),
            }
            for one in readings[:MOST_READINGS]
        ],
    }


def _moment(at: Any) -> str:
    return clock.local(at).isoformat(timespec="minutes") if at else ""


def role_word(one: AccessLog) -> str:
    """As what somebody read it."""
    if one.role in ROLES:
        return str(ROLES[one.role].label)
    return str(dict(StationRole.choices).get(one.role, one.role or _("A member of staff")))


def fields_in_words(event: MemberEvent) -> str:
    purposes = dict(Purpose.choices)
    return pgettext("between items", ", ").join(
        str(purposes.get(one) or _field(one)) for one in event.fields
    )


def _field(name: str) -> str:
    if name == "phone":
        return _("Private phone")
    return str(getattr(Member._meta.get_field(name), "verbose_name", name))


def pdf(whole: dict[str, Any]) -> bytes:
    return printed("members/copy.html", {"copy": whole})
