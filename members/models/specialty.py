"""What somebody is good at, in a tree: 法律 › 劳动法. People choose for themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Specialty(models.Model):
    """A branch or a leaf. A branch that is chosen counts as everything beneath it."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=40)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name=pgettext_lazy("specialty", "belongs to"),
    )  # fmt: skip
    is_offered = models.BooleanField(_("can be chosen"), default=True)

    class Meta:
        verbose_name = _("specialty")
        verbose_name_plural = _("specialties")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                nulls_distinct=False,
                name="specialty_named_once",
                violation_error_message=_("There is such a specialty already."),
            ),
            models.CheckConstraint(
                name="specialty_not_its_own_parent",
                condition=Q(parent=None) | ~Q(parent=F("pk")),
                violation_error_message=_("A specialty does not belong to itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def branch(self) -> Specialty:
        """What it stands under in a form: itself, where it belongs to nothing."""
        return self.parent or self
