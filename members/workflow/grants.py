"""Grants of duty: what may be granted, and where a grant stands on a day. Pure."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MOST_DAYS = 366
# Before the end, so that a new one can be granted in time.
REMIND_DAYS = 30


class DutyLevel(TextChoices):
    """How far it goes. None of them opens a record of anybody."""

    MEDIATE = "mediate", pgettext_lazy("duty", "Mediate")
    HEAR = "hear", pgettext_lazy("duty", "Hear")
    ADVISE = "advise", pgettext_lazy("duty", "Advise")
    RESPOND = "respond", pgettext_lazy("duty", "Respond")
    SUPERVISE = "supervise", pgettext_lazy("duty", "Supervise")


class Matter(TextChoices):
    DISPUTES = "disputes", _("Disputes between neighbours")
    CONSUMERS = "consumers", _("Consumer complaints")
    LAW = "law", _("Legal advice")
    ENTERPRISE = "enterprise", _("Enterprises and shops")
    RENEWAL = "renewal", _("Renewal of old compounds")
    ENVIRONMENT = "environment", _("Surroundings and cleanliness")
    SAFETY = "safety", _("Public safety")
    ELDERS = "elders", _("Services for the aged")
    YOUTH = "youth", _("Services for the young")
    CULTURE = "culture", _("Culture and sport")


class GrantState(TextChoices):
    """Told from the days of the row: a grant ends by itself, with nobody to end it."""

    OFFERED = "offered", pgettext_lazy("grant", "To be accepted")
    AHEAD = "ahead", pgettext_lazy("grant", "Begins later")
    IN_FORCE = "in_force", pgettext_lazy("grant", "In force")
    ENDED = "ended", pgettext_lazy("grant", "Ended")
    REVOKED = "revoked", pgettext_lazy("grant", "Revoked")
    DECLINED = "declined", pgettext_lazy("grant", "Declined")
    LAPSED = "lapsed", pgettext_lazy("grant", "Never accepted")


class Days(Protocol):
    """The facts of a grant that its state is told from."""

    starts_on: date
    ends_on: date

    @property
    def is_accepted(self) -> bool: ...
    @property
    def is_declined(self) -> bool: ...
    @property
    def is_revoked(self) -> bool: ...


def state_of(grant: Days, on: date) -> GrantState:
    if grant.is_revoked:
        return GrantState.REVOKED
    if grant.is_declined:
        return GrantState.DECLINED
    if not grant.is_accepted:
        return GrantState.OFFERED if on <= grant.ends_on else GrantState.LAPSED
    if on > grant.ends_on:
        return GrantState.ENDED
    return GrantState.AHEAD if on < grant.starts_on else GrantState.IN_FORCE
