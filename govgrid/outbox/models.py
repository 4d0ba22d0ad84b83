"""What is owed to whom: the unsent row is the queue."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.clock import now


class Channel(models.TextChoices):
    """How a message reaches a person."""

    IN_APP = "inapp", _("on the site")
    EMAIL = "email", _("e-mail")


MOST_COUNTED = 1000


class MessageQuerySet(models.QuerySet["Message"]):
    def for_person(self, user) -> Self:
        """What ``user`` reads on the site, newest first."""
        return self.filter(recipient=user, channel=Channel.IN_APP).order_by("-pk")

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def unread_count(self, user) -> int:
        """At most ``MOST_COUNTED``: every page says it, and who never reads has thousands."""
        return self.for_person(user).unread().order_by()[:MOST_COUNTED].count()

    def unread_of_row(self) -> Func:
        """The same beside the row of a person."""
        mine = self.for_person(OuterRef("pk")).unread().order_by().values("pk")[:MOST_COUNTED]
        return Func(ArraySubquery(mine), function="CARDINALITY", output_field=models.IntegerField())

    def waiting(self) -> Self:
        """Neither sent nor given up."""
        return self.filter(sent_at=None, failed_at=None)

    def given_up(self, since: datetime) -> Self:
        return self.filter(failed_at__gte=since)

    def due(self) -> Self:
        """Waiting, and nobody is at it: no lease, or one that ran out."""
        return self.waiting().filter(Q(claimed_until=None) | Q(claimed_until__lte=now()))


class Message(models.Model):
    """One fact, owed to one person by one channel; kind and params are put in words on reading."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="messages",
        db_index=False,  # the indexes below begin with it
        verbose_name=_("recipient"),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    kind = models.SlugField(_("kind"), max_length=60, db_index=False)
    params = models.JSONField(_("particulars"), default=dict, blank=True)
    url = models.CharField(_("address"), max_length=300, blank=True)
    fact = models.CharField(
        _("fact"),
        max_length=200,
        help_text=_("The same fact is never told twice to one person by one channel."),
    )
    created_at = models.DateTimeField(_("owed since"), default=now, editable=False)
    claimed_until = models.DateTimeField(_("next try"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "channel", "fact"], name="message_once_per_fact"
            ),
            models.CheckConstraint(
                name="message_in_app_is_there_at_once",
                condition=~Q(channel="inapp") | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_sent_or_given_up",
                condition=Q(sent_at=None) | Q(failed_at=None),
            ),
            models.CheckConstraint(
                name="message_read_on_the_site", condition=Q(read_at=None) | Q(channel="inapp")
            ),
        ]
        indexes = [
            models.Index(
                fields=["claimed_until", "id"],
                name="message_waiting",
                condition=Q(sent_at=None, failed_at=None),
            ),
            # Few, behind years of those that went.
            models.Index(
                fields=["failed_at"],
                name="message_given_up",
                condition=Q(failed_at__isnull=False),
            ),
            models.Index(
                fields=["recipient", "-id"], name="message_inbox", condition=Q(channel="inapp")
            ),
            models.Index(
                fields=["recipient"],
                name="message_unread",
                condition=Q(channel="inapp", read_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.fact})"
