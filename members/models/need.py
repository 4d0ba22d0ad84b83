"""What somebody needs, how the asker is reached, and the story of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import Topic
from govgrid.core import clock
from govgrid.privacy.fields import SealedTextField
from govgrid.privacy.models import Consent
from grids.models import WGS84, Area
from members.models.specialty import Specialty
from members.workflow.needs import LIVE, OVER, SEEKING, NeedState
from tickets.models import Ticket

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL
NUMBER = re.compile(r"N[0-9]{4}-[0-9]{5,7}", re.ASCII)


class NeedQuerySet(models.QuerySet["Need"]):
    def seeking(self) -> NeedQuerySet:
        """What everybody reads, without a name."""
        return self.filter(state__in=SEEKING)

    def live(self) -> NeedQuerySet:
        return self.filter(state__in=LIVE)

    def of(self, user: User | AnonymousUser) -> NeedQuerySet:
        """What somebody asked for, or entered for somebody else."""
        return self.filter(Q(asker=user.pk) | Q(entered_by=user.pk))

    def numbered(self, number: str) -> NeedQuerySet:
        return self.filter(number=number) if NUMBER.fullmatch(number) else self.none()

    def for_lists(self) -> NeedQuerySet:
        return self.select_related("area", "specialty")


class Need(models.Model):
    """Asked for by a person for himself, or entered for somebody who has no login.

    The point is rounded to about a hundred metres: where somebody lives is not needed to find help.
    """

    number = models.CharField(pgettext_lazy("need", "number"), max_length=14, unique=True)
    client_id = models.UUIDField(_("client id"))
    fingerprint = models.CharField(max_length=64, editable=False)
    asker = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    entered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("entered by"),
    )  # fmt: skip
    # Under 14 the guardian asks, and the young person is not named.
    is_by_guardian = models.BooleanField(_("asked by a guardian"), default=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    place = models.CharField(_("where"), max_length=120, blank=True)
    point = models.PointField(_("about where"), srid=WGS84, null=True, blank=True)
    title = models.CharField(pgettext_lazy("need", "title"), max_length=60, blank=True)
    body = models.TextField(_("what is needed"), max_length=1000, blank=True)
    specialty = models.ForeignKey(
        Specialty, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("specialty"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=10, choices=NeedState, default=NeedState.OPEN)
    asked_at = models.DateTimeField(pgettext_lazy("need", "asked at"), default=clock.now)
    wanted_on = models.DateField(_("wanted on"), null=True, blank=True)
    expires_on = models.DateField(_("looked for until"))
    from_ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="needs",
        verbose_name=_("made of ticket"),
    )  # fmt: skip
    from_topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="needs",
        verbose_name=_("made of topic"),
    )  # fmt: skip
    # What it was in truth: a fault, or what concerns many.
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, null=True, blank=True, related_name="was_need",
        verbose_name=_("became ticket"),
    )  # fmt: skip
    topic = models.OneToOneField(
        Topic, models.PROTECT, null=True, blank=True, related_name="was_need",
        verbose_name=_("became topic"),
    )  # fmt: skip
    served_at = models.DateTimeField(_("served at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_note = models.CharField(_("why it ended"), max_length=300, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "entered_by", "client_id"],
                condition=Q(erased_at=None),
                nulls_distinct=False,
                name="need_sent_once",
                violation_error_message=_("This client id was used before."),
            ),
            models.CheckConstraint(
                name="need_of_somebody",
                condition=Q(asker__isnull=False, entered_by=None)
                | Q(asker=None, entered_by__isnull=False)
                | Q(erased_at__isnull=False),
                violation_error_message=_("A need is somebody's, or entered by somebody."),
            ),
            models.CheckConstraint(
                name="need_says_what",
                condition=(~Q(title="") & ~Q(body="")) | Q(erased_at__isnull=False),
                violation_error_message=_("Say in a few words what is needed."),
            ),
            models.CheckConstraint(
                name="need_over_says_when",
                condition=Q(state__in=[str(one) for one in OVER], ended_at__isnull=False)
                | (~Q(state__in=[str(one) for one in OVER]) & Q(ended_at=None)),
                violation_error_message=_("What is over has a moment at which it ended."),
            ),
            models.CheckConstraint(
                name="need_became_one_thing",
                condition=Q(ticket=None, topic=None)
                | (Q(state="closed") & (Q(ticket=None) | Q(topic=None))),
                violation_error_message=_("What became something else is closed."),
            ),
            models.CheckConstraint(
                name="need_served_says_when",
                condition=~Q(state__in=["served", "confirmed"]) | Q(served_at__isnull=False),
                violation_error_message=_("What was served has a moment at which it was."),
            ),
            models.CheckConstraint(
                name="need_erased_is_empty",
                condition=Q(erased_at=None)
                | Q(
                    asker=None, entered_by=None, title="", body="", place="", point=None,
                    from_ticket=None, from_topic=None, end_note="",
                ),
                violation_error_message=_("What was erased is gone."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "-id"], name="need_of_state"),
            models.Index(fields=["asker", "-id"], name="need_of_asker"),
            models.Index(fields=["entered_by", "-id"], name="need_of_enterer"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("members:need", args=[self.number])

    @property
    def is_seeking(self) -> bool:
        return self.state in SEEKING

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class NeedContact(models.Model):
    """How the asker is reached. Shown to the accepted claimant alone; erased a month after the end."""

    need = models.OneToOneField(
        Need, models.CASCADE, primary_key=True, related_name="contact", verbose_name=_("need")
    )
    name = SealedTextField(pgettext_lazy("person", "name"), null=True)
    phone = SealedTextField(_("phone"), null=True)
    consent = models.ForeignKey(
        Consent, models.PROTECT, related_name="+", verbose_name=_("consent")
    )
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact of an asker")
        verbose_name_plural = _("contacts of askers")
        constraints = [
            models.CheckConstraint(
                name="need_contact_erased_is_empty",
                condition=Q(erased_at=None) | Q(name__isnull=True, phone__isnull=True),
                violation_error_message=_("What was erased is gone."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.need_id)


class NeedSerial(models.Model):
    """The last number given in a year; its row is the queue of those who want the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("serial of needs")
        verbose_name_plural = _("serials of needs")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class NeedEvent(models.Model):
    """One thing that happened. Added and never changed, but that a person is forgotten with the need."""

    need = models.ForeignKey(
        Need, models.PROTECT, related_name="events", verbose_name=_("need"), db_index=False
    )
    claim = models.ForeignKey(
        "members.Claim", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("claim"), db_index=False,
    )  # fmt: skip
    verb = models.CharField(_("what happened"), max_length=12)
    before = models.CharField(_("before"), max_length=10, blank=True)
    after = models.CharField(_("after"), max_length=10)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("event of a need")
        verbose_name_plural = _("events of needs")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="need_event_names_a_verb", condition=~Q(verb="") & ~Q(after="")
            ),
        ]
        indexes = [models.Index(fields=["need", "id"], name="need_event_story")]

    def __str__(self) -> str:
        return f"{self.need_id} {self.verb}"
