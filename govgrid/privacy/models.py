"""What people were told, what they agreed to, and who read what. Triggers keep the history."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.clock import now


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
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

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


class ConsentQuerySet(models.QuerySet["Consent"]):
    def live(self) -> Self:
        return self.filter(withdrawn_at=None)

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


class AccessLogQuerySet(models.QuerySet["AccessLog"]):
    def about(self, row: models.Model) -> Self:
        """Who read anything sealed of ``row``, latest first."""
        return self.filter(model=row._meta.label, row=str(row.pk)).order_by("-pk")


class AccessLog(models.Model):
    """Somebody opened something sealed. Rows are added and never changed, by nobody."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("read by")
    )
    role = models.CharField(_("role"), max_length=60, blank=True)
    model = models.CharField(_("kind of record"), max_length=100)
    row = models.CharField(_("record"), max_length=40)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("what was read"))
    reason = models.CharField(_("reason"), max_length=500)
    case = models.CharField(_("case"), max_length=60, blank=True)
    at = models.DateTimeField(_("when"), default=now)
    ip = models.GenericIPAddressField(_("from"), null=True, blank=True)

    objects = AccessLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["model", "row", "-id"], name="access_of_row"),
            models.Index(fields=["by", "-id"], name="access_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                name="access_has_a_reason", condition=~Q(reason="") & ~Q(fields=[])
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row}, {self.at:%Y-%m-%d %H:%M}"


class RetentionRun(models.Model):
    """One policy ran and erased so many rows: the proof that what is promised is done."""

    name = models.CharField(_("policy"), max_length=60)
    count = models.PositiveIntegerField(_("erased"))
    at = models.DateTimeField(_("when"), default=now)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["name", "-id"], name="retention_latest")]

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
