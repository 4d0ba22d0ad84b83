"""Who answers where: posts and their periods."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from grids import roles
from grids.models.area import Area
from grids.models.department import Department

if TYPE_CHECKING:
    from govgrid.accounts.models import User


class PostQuerySet(models.QuerySet["Post"]):
    def held_on(self, day: date | None = None) -> PostQuerySet:
        return self.filter(period__contains=day or clock.today())

    def of(self, user: User) -> PostQuerySet:
        return self.filter(user=user)


class Post(models.Model):
    """This person, this role, over this area or in this department, for this period.

    Vacancies and hand-overs are history: a post ends, it is not deleted.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=30, choices=roles.CHOICES)
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("area")
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("department"),
    )
    is_main = models.BooleanField(_("main worker of the grid"), default=True)
    period = DateRangeField(_("period"))

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="post_names_an_area_or_a_department",
                condition=Q(role__in=roles.AREA_ROLES, area__isnull=False, department=None)
                | Q(role__in=roles.DEPARTMENT_ROLES, area=None, department__isnull=False),
                violation_error_message=_(
                    "A department's post names a department, every other post an area."
                ),
            ),
            ExclusionConstraint(
                name="post_one_main_worker_a_grid",
                expressions=[
                    ("area", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(role="grid_worker", is_main=True),
                violation_error_message=_("This grid has a main worker in that period."),
            ),
            ExclusionConstraint(
                name="post_held_once_by_a_person",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(area__isnull=False),
                violation_error_message=_("This person holds that post already."),
            ),
            ExclusionConstraint(
                name="post_held_once_in_a_department",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("department", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(department__isnull=False),
                violation_error_message=_("This person holds that post already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.area or self.department}"
