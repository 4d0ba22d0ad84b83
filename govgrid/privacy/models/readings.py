"""Who read what of whom, day after day, and what was erased. Rows are added and never changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Self

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.clock import now

USER = settings.AUTH_USER_MODEL


class AccessLogQuerySet(models.QuerySet["AccessLog"]):
    def about(self, row: models.Model) -> Self:
        """Who read anything sealed of ``row``, latest first."""
        return self.filter(model=row._meta.label, row=str(row.pk)).order_by("-pk")

    def of_subjects(self, subjects: Iterable[tuple[str, str]]) -> Self:
        """Readings of any of these rows, alone or in a list; ``subjects`` are (model, row)."""
        by_model: dict[str, list[str]] = defaultdict(list)
        for model, row in subjects:
            by_model[model].append(row)
        asked = Q(pk=None)
        for model, rows in by_model.items():
            asked |= Q(model=model) & (Q(row__in=rows) | Q(rows__overlap=rows))
            asked |= Q(subject__in=[f"{model}:{row}" for row in rows])
        return self.filter(asked).order_by("-pk")


class AccessLog(models.Model):
    """Somebody read what is about people. Rows are added and never changed, by nobody."""

    class Action(models.TextChoices):
        REVEAL = "reveal", _("opened what is sealed")
        SEARCH = "search", _("searched")
        LIST = "list", _("read a list")
        EXPORT = "export", _("took a copy of a list")
        DECRYPT = "decrypt", _("opened by a program")
        SUBJECT = "subject", _("gave the person a copy")

    # Whoever opens one thing says why; whoever pages through a list has said so by the post.
    REASONED = (Action.REVEAL, Action.DECRYPT)

    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("read by"))
    action = models.CharField(
        pgettext_lazy("reading", "what was done"),
        max_length=10,
        choices=Action,
        default=Action.REVEAL,
    )
    role = models.CharField(_("role"), max_length=60, blank=True)
    model = models.CharField(_("kind of record"), max_length=100)
    # One record, or none where a list was read: then ``rows`` has those on it, as far as known.
    row = models.CharField(_("record"), max_length=40, blank=True)
    rows = ArrayField(
        models.CharField(max_length=40),
        verbose_name=pgettext_lazy("reading", "records"),
        default=list,
        blank=True,
    )
    count = models.PositiveIntegerField(_("how many"), default=1)
    subject = models.CharField(_("about whom"), max_length=140, blank=True)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("what was read"))
    reason = models.CharField(pgettext_lazy("reading", "reason"), max_length=500, blank=True)
    case = models.CharField(_("case"), max_length=60, blank=True)
    at = models.DateTimeField(_("when"), default=now)
    ip = models.GenericIPAddressField(pgettext_lazy("address", "from"), null=True, blank=True)

    objects = AccessLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["model", "row", "-id"], name="access_of_row"),
            models.Index(fields=["by", "-id"], name="access_by_person"),
            models.Index(fields=["at"], name="access_by_day"),
            models.Index(fields=["subject"], name="access_of_subject", condition=~Q(subject="")),
            GinIndex(fields=["rows"], name="access_of_listed", condition=~Q(rows=[])),
        ]
        constraints = [
            models.CheckConstraint(
                name="access_has_a_reason",
                condition=~Q(fields=[])
                & (~Q(reason="") | Q(action__in=["search", "list", "export", "subject"])),
                violation_error_message=_("Say what was read, and why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row}, {self.at:%Y-%m-%d %H:%M}"

    @property
    def model_name(self) -> str:
        """The kind of record in the reader's language; its label where the app is gone."""
        try:
            return str(apps.get_model(self.model)._meta.verbose_name)
        except (LookupError, ValueError):
            return self.model


class AccessChain(models.Model):
    """The readings of one day in a digest over them and the day before: a link of a chain.

    The key of the digest is not in the database, so who rewrites rows there cannot mend the chain.
    """

    day = models.DateField(_("day"), unique=True)
    count = models.PositiveIntegerField(pgettext_lazy("chain", "readings"))
    key_id = models.CharField(pgettext_lazy("chain", "key"), max_length=32)
    previous = models.CharField(_("digest of the day before"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    made_at = models.DateTimeField(pgettext_lazy("chain", "made"), default=now)

    class Meta:
        verbose_name = _("day of readings")
        verbose_name_plural = _("days of readings")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"


class Alarm(models.Model):
    """Something the data officer must look at; told once."""

    class Kind(models.TextChoices):
        MANY = "many", _("many openings in one day")
        NO_CASE = "no_case", _("opened without an open case")
        OVERDUE = "overdue", _("a request is overdue")
        CHAIN = "chain", _("the record of readings was changed")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # What it is about, so that it is told once: "many 17 2026-11-29".
    fact = models.CharField(_("fact"), max_length=120, unique=True)
    about = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("alarm", "person"),
    )
    at = models.DateTimeField(_("when"), default=now)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["at"], name="alarm_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.fact})"


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
