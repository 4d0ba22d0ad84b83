"""What people were told and what they agreed to. Triggers keep the history."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.clock import now


class NoticeQuerySet(models.QuerySet["Notice"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def newest(self) -> Self:
        """The version that holds of each key."""
        newer = Notice.objects.published().filter(
            key=models.OuterRef("key"), version__gt=models.OuterRef("version")
        )
        return self.published().exclude(models.Exists(newer))


class Notice(models.Model):
    """One version of what people are told before they give anything. Frozen once published."""

    key = models.SlugField(_("key"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"))
    purpose = models.TextField(_("purpose"))
    method = models.TextField(_("how it is used"), blank=True)
    fields_listed = ArrayField(models.CharField(max_length=60), verbose_name=_("what is asked for"))
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    necessity = models.TextField(_("why nothing less will do"), blank=True)
    retention_days = models.PositiveIntegerField(_("days kept"))
    text = models.TextField(_("text"))
    effect = models.TextField(
        _("what it may mean for a person"), blank=True, help_text=_("Of sensitive data, above all.")
    )
    # Set at publishing: something else is asked for than before, so whoever agreed is asked again.
    asks_again = models.BooleanField(_("asks again"), default=False, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "version"],
                name="notice_version_once",
                violation_error_message=_("There is such a version of this notice."),
            ),
            models.CheckConstraint(
                name="notice_sensitive_says_why",
                condition=Q(is_sensitive=False) | ~Q(necessity=""),
                violation_error_message=_("Say why nothing less will do."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"

    def asks_more_than(self, before: Notice) -> bool:
        """Whether who agreed to ``before`` has not agreed to this: the wording alone may change."""
        return (
            set(self.fields_listed) != set(before.fields_listed)
            or self.is_sensitive != before.is_sensitive
            or _words(self.purpose) != _words(before.purpose)
            or _words(self.method) != _words(before.method)
        )


def _words(text: str) -> str:
    return " ".join(text.split())


class ConsentQuerySet(models.QuerySet["Consent"]):
    def live(self) -> Self:
        return self.filter(withdrawn_at=None)

    def with_staleness(self) -> Self:
        """Each row with ``is_stale``: a later version asks for something else than was agreed to."""
        newer = Notice.objects.published().filter(
            key=models.OuterRef("purpose_key"),
            version__gt=models.OuterRef("notice__version"),
            asks_again=True,
        )
        return self.annotate(is_stale=models.Exists(newer))

    def fresh(self) -> Self:
        """Live, and to all that is asked for today."""
        return self.live().with_staleness().filter(is_stale=False)

    def stale(self) -> Self:
        """Live, but what is asked for has changed since: as good as none until renewed."""
        return self.live().with_staleness().filter(is_stale=True)

    def of(self, *, user=None, subject_ref: str | None = None) -> Self:
        """Those of one person, signed in or not."""
        return self.filter(user=user, subject_ref=subject_ref)


class Consent(models.Model):
    """One person agreed to one notice; only its withdrawal can be added, by hand or by trigger."""

    class Channel(models.TextChoices):
        SITE = "site", _("on the site")
        PAPER = "paper", _("on paper")
        PHONE = "phone", _("by telephone")

    notice = models.ForeignKey(
        Notice, models.PROTECT, related_name="consents", verbose_name=_("notice")
    )
    # The notice's key once more: one live consent per purpose, whatever the version.
    purpose_key = models.SlugField(_("purpose"), max_length=60)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=_("person"),
    )
    subject_ref = models.CharField(  # noqa: DJ001 exactly one of the two is set
        _("person without a login"), max_length=64, null=True, blank=True
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    given_at = models.DateTimeField(_("given"), default=now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="consent_of_exactly_one",
                condition=Q(user__isnull=False, subject_ref=None)
                | (Q(user=None, subject_ref__isnull=False) & ~Q(subject_ref="")),
                violation_error_message=_("A consent is of one person."),
            ),
            models.UniqueConstraint(
                fields=["purpose_key", "user"],
                condition=Q(withdrawn_at=None, user__isnull=False),
                name="consent_one_live_per_user",
                violation_error_message=_("This person has agreed already."),
            ),
            models.UniqueConstraint(
                fields=["purpose_key", "subject_ref"],
                condition=Q(withdrawn_at=None, subject_ref__isnull=False),
                name="consent_one_live_per_subject",
                violation_error_message=_("This person has agreed already."),
            ),
            models.CheckConstraint(
                name="consent_withdrawn_after_given",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_key} ({self.given_at:%Y-%m-%d})"
