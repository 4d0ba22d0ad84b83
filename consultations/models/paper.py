"""What is read before a session: a title, and words or a PDF."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.session import Session
from govgrid.core import clock


def _path(paper: Paper, _name: str) -> str:
    """Nothing of the name that the sender's file had."""
    return f"papers/{clock.today():%Y/%m}/{uuid4()}.pdf"


class Paper(models.Model):
    """One of the papers of a session; kept as it is once the minutes are out."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="papers")
    title = models.CharField(pgettext_lazy("paper", "title"), max_length=80)
    text = models.TextField(_("text"), max_length=8000, blank=True)
    file = models.FileField(_("PDF"), upload_to=_path, blank=True)
    size = models.PositiveIntegerField(_("bytes"), default=0)
    added_at = models.DateTimeField(_("added at"), default=clock.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="paper_has_a_title",
                condition=~Q(title=""),
                violation_error_message=_("Give it a title."),
            ),
            models.CheckConstraint(
                name="paper_says_something",
                condition=~Q(text="") | ~Q(file=""),
                violation_error_message=_("A paper has words or a file."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
