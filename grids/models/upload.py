"""A file that somebody brought: what it says, what it would change, and whether it did."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from grids.models.area import CodeSystem

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User


def _place(upload: Upload, name: str) -> str:
    """Nothing of the name that somebody chose becomes a path."""
    return f"uploads/{uuid4().hex}"


class UploadQuerySet(models.QuerySet["Upload"]):
    def of(self, user: User | AnonymousUser) -> UploadQuerySet:
        """One's own: a file may hold what nobody else was to see yet."""
        return self.filter(created_by=user) if user.is_authenticated else self.none()

    def waiting(self) -> UploadQuerySet:
        """What a worker has still to do, and no other has taken."""
        free = Q(claimed_until=None) | Q(claimed_until__lt=clock.now())
        return self.filter(free, state__in=Upload.AT_WORK)


class Upload(models.Model):
    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READY = "ready", _("To be looked at")
        REFUSED = "refused", _("Not imported")
        COMMITTING = "committing", _("Being imported")
        DONE = "done", _("Imported")
        DISCARDED = "discarded", _("Put away")

    AT_WORK = (State.READING, State.COMMITTING)

    kind = models.SlugField(_("kind"), max_length=40)
    file = models.FileField(_("file"), upload_to=_place, blank=True)
    name = models.CharField(_("name of the file"), max_length=120)
    # What was said about it; empty where it says it itself.
    crs = models.CharField(_("coordinates"), max_length=20, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    layer = models.CharField(_("layer"), max_length=120, blank=True)
    code_system = models.CharField(
        _("code system"), max_length=20, choices=CodeSystem, default=CodeSystem.STATISTICS
    )
    on = models.DateField(_("holds from"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.READING)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("brought by")
    )
    created_at = models.DateTimeField(_("brought at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    headings = models.JSONField(default=list, editable=False)
    row_count = models.PositiveIntegerField(_("rows read"), default=0)
    # 0 where only reading tells.
    total = models.PositiveIntegerField(default=0, editable=False)
    # What it would do or did: counts, the first lines, warnings; wrong rows; the way out.
    summary = models.JSONField(default=dict, editable=False)
    problems = models.JSONField(default=list, editable=False)
    refusal = models.CharField(_("why not"), max_length=500, blank=True)
    layers = models.JSONField(default=list, editable=False)
    offered_crs = models.CharField(max_length=20, blank=True, editable=False)
    metres_off = models.PositiveIntegerField(default=0, editable=False)
    # [code, day, code of the successor] of areas that are to end though no row says so.
    endings = models.JSONField(default=list, editable=False)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("file brought")
        verbose_name_plural = _("files brought")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["id"],
                name="upload_at_work",
                condition=Q(state__in=("reading", "committing")),
            ),
            models.Index(fields=["created_by", "-id"], name="upload_of_a_person"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("grids:upload", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK


class UploadRow(models.Model):
    """A row that waits for somebody's yes, as it was read."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    cells = models.JSONField()

    class Meta:
        verbose_name = _("row of a file")
        verbose_name_plural = _("rows of a file")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "line"], name="uploadrow_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.upload}: {self.line}"
