"""How a person comes onto the roster, rests, and leaves. Every step in is the person's own."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MemberState(TextChoices):
    APPLIED = "applied", pgettext_lazy("member", "Applied")
    ACTIVE = "active", pgettext_lazy("member", "Active")
    PAUSED = "paused", pgettext_lazy("member", "Paused")
    DECLINED = "declined", pgettext_lazy("member", "Not taken")
    LEFT = "left", pgettext_lazy("member", "Left")


# Nothing is held of a person in these without a live consent.
HELD = (MemberState.APPLIED, MemberState.ACTIVE, MemberState.PAUSED)
ON_ROSTER = (MemberState.ACTIVE, MemberState.PAUSED)
OVER = (MemberState.DECLINED, MemberState.LEFT)


class Purpose(TextChoices):
    """What a person agrees to, one tick each, none of them ticked beforehand. Keys of notices.

    Nothing goes abroad, so nobody is asked for that.
    """

    ROSTER = "roster", _("Being on the roster")
    LISTED = "roster-listed", _("Being shown on the public page")
    AFFILIATION = "roster-affiliation", _("Naming an association")
    PHOTOS = "roster-photos", _("Pictures of activities")
    CONTACT = "roster-contact", _("Showing my contact to whom I help")
    PASSING = "roster-passing", _("Passing my offer on to another body")


# Without this one there is no member; every other may be refused and costs nothing.
NEEDED = Purpose.ROSTER
OPTIONAL = tuple(one for one in Purpose if one != NEEDED)
