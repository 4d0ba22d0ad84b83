"""Who can be given a ticket."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models.area import Area
from grids.models.phones import office_only


class DepartmentQuerySet(models.QuerySet["Department"]):
    def active(self) -> DepartmentQuerySet:
        return self.filter(is_active=True)


class Department(models.Model):
    """Who can be given a ticket. Every community and street office is one, of kind ``office``.

    Only office contacts are kept here.
    """

    class Kind(models.TextChoices):
        OFFICE = "office", _("Community or street office")
        BUREAU = "bureau", _("Government department")
        UTILITY = "utility", _("Public utility")
        COMPANY = "company", _("Company")
        BODY = "body", _("Association or committee")
        COMMAND = "command", _("District command")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    # What people and the category table call it: 住建局.
    short_name = models.CharField(_("short name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="departments", verbose_name=_("area")
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    office_phone = models.CharField(
        _("office phone"), max_length=30, blank=True, validators=[office_only]
    )
    office_address = models.CharField(_("office address"), max_length=120, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(kind="office"),
                name="department_one_office_an_area",
                violation_error_message=_("This area has an office already."),
            ),
        ]
        indexes = [models.Index(fields=["area", "short_name"], name="department_by_name")]

    def __str__(self) -> str:
        return self.short_name
