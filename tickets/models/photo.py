"""Photos of a ticket, and what a photo is evidence of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Distance
from django.db.models import F, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from grids.models import WGS84

if TYPE_CHECKING:
    from uuid import UUID

    from govgrid.accounts.models import User
    from tickets.models.ticket import Ticket

USER = settings.AUTH_USER_MODEL
# A photo from before one of these shows the work that was not enough.
SENT_BACK = ("reject", "reopen", "escalate")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def image_name(photo: Photo, _filename: str) -> str:
    """By the unguessable id alone: the name that a phone gave is never kept."""
    return f"photos/{photo.public_id.hex[:2]}/{photo.public_id}.jpg"


def thumb_name(photo: Photo, _filename: str) -> str:
    return f"photos/{photo.public_id.hex[:2]}/{photo.public_id}-thumb.jpg"


class PhotoQuerySet(models.QuerySet["Photo"]):
    def waiting(self, *, by: User, draft: UUID) -> PhotoQuerySet:
        """What ``by`` has sent for a report that is not filed yet."""
        return self.filter(by=by, draft=draft)

    def showing_work_of(self, ticket: Ticket) -> PhotoQuerySet:
        """After-photos since the work was last sent back; the nearest to the pin first, each with
        its ``metres`` where the ticket has a pin."""
        found = self.filter(ticket=ticket, phase=Photo.Phase.AFTER)
        sent_back = ticket.events.filter(verb__in=SENT_BACK).order_by("-pk").values("at")[:1]
        found = found.filter(created_at__gt=Coalesce(Subquery(sent_back), Value(EARLIEST)))
        if ticket.point is None:
            return found.order_by("-pk")
        measured = found.annotate(metres=Distance("taken_point", ticket.point))
        return measured.order_by(F("metres").asc(nulls_last=True), "-pk")

    def forgotten(self, before: datetime) -> PhotoQuerySet:
        """Photos of reports that were never sent."""
        return self.filter(ticket=None, created_at__lt=before)


class Photo(models.Model):
    """One photo of a ticket, re-encoded: no byte of the original file is kept.

    Where and when it was taken stands in columns of its own, shown only to who answers for the
    place and to who sent it.
    """

    class Phase(models.TextChoices):
        BEFORE = "before", _("When found")
        SAFE = "safe", _("Made safe")
        AFTER = "after", _("When done")

    class Source(models.TextChoices):
        EXIF = "exif", _("Written in the photo")
        DEVICE = "device", _("Said by the device")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    ticket = models.ForeignKey(
        "tickets.Ticket", models.PROTECT, null=True, blank=True, related_name="photos"
    )
    # The client id of a report that is still being written.
    draft = models.UUIDField(null=True, blank=True, editable=False)
    client_id = models.UUIDField(_("client id"), editable=False)
    # HMAC of the bytes as they came: the same id with another photo is refused.
    fingerprint = models.CharField(max_length=64, editable=False)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))
    phase = models.CharField(_("phase"), max_length=10, choices=Phase, blank=True)
    image = models.FileField(upload_to=image_name, max_length=120, editable=False)
    thumb = models.FileField(upload_to=thumb_name, max_length=120, editable=False)
    size = models.PositiveIntegerField(_("bytes"), editable=False)
    width = models.PositiveSmallIntegerField(_("width"), editable=False)
    height = models.PositiveSmallIntegerField(_("height"), editable=False)
    created_at = models.DateTimeField(_("received at"))
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    taken_at_source = models.CharField(max_length=10, choices=Source, blank=True)
    taken_point = models.PointField(srid=WGS84, null=True, blank=True, spatial_index=False)
    taken_point_source = models.CharField(max_length=10, choices=Source, blank=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["by", "client_id"],
                name="photo_client_id_once_a_sender",
                violation_error_message=_("This id was used for another photo."),
            ),
            models.CheckConstraint(
                name="photo_of_a_ticket_or_of_a_draft",
                condition=Q(ticket__isnull=False, draft=None) | Q(ticket=None, draft__isnull=False),
                violation_error_message=_("A photo belongs to a ticket or to a draft."),
            ),
            models.CheckConstraint(
                name="photo_within_its_size",
                condition=Q(width__range=(1, 2048), height__range=(1, 2048), size__gte=1),
                violation_error_message=_("A photo is 2048 pixels long at most."),
            ),
            *(
                models.CheckConstraint(
                    name=f"photo_{what}_says_from_where",
                    condition=Q(**{what: None, f"{what}_source": ""})
                    | (Q(**{f"{what}__isnull": False}) & ~Q(**{f"{what}_source": ""})),
                    violation_error_message=_("Evidence goes with where it came from."),
                )
                for what in ("taken_at", "taken_point")
            ),
        ]
        indexes = [
            models.Index(
                fields=["by", "draft"], name="photo_draft", condition=Q(draft__isnull=False)
            ),
            # Stays small: what the nightly job erases when its report is never sent.
            models.Index(
                fields=["created_at"], name="photo_waiting", condition=Q(ticket__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
