"""Where, and who answers there: areas, their outlines, departments and posts. No person's data."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from grids import roles

if TYPE_CHECKING:
    from govgrid.accounts.models import User

WGS84 = 4326


class Level(models.IntegerChoices):
    CITY = 1, _("City")
    DISTRICT = 2, _("District")
    STREET = 3, _("Street or town")
    COMMUNITY = 4, _("Community or village")
    GRID = 5, _("Grid")


SLUG_OF_LEVEL = {level: level.name.lower() for level in Level}
LEVEL_OF_SLUG = {slug: level for level, slug in SLUG_OF_LEVEL.items()}


class AreaQuerySet(models.QuerySet["Area"]):
    def in_force(self, on: date | None = None) -> AreaQuerySet:
        """Areas that hold on a day; today unless told."""
        on = on or clock.today()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)

    def beneath(self, area: Area) -> AreaQuerySet:
        """``area`` and all under it. A literal prefix walks the index on ``path``."""
        return self.filter(path__startswith=area.path)


class Area(models.Model):
    """One node of the tree city → district → street → community → grid.

    ``code`` is imported data with validity dates, never a key; ``path`` is built from ids
    ("1.7.42."), so a renamed or re-coded area moves nothing. Its place in the path is its level.
    """

    class Kind(models.TextChoices):
        PLAIN = "", _("–")
        URBAN = "urban", _("Urban community")
        VILLAGE = "village", _("Village")
        BASIC = "basic", _("Basic grid")
        SPECIAL = "special", _("Special grid")
        HAMLET = "hamlet", _("Hamlet")

    code = models.CharField(_("code"), max_length=20)
    code_system = models.CharField(_("code system"), max_length=20, default="statistics")
    name = models.CharField(_("name"), max_length=80)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("lies in"),
    )
    path = models.CharField(max_length=80, editable=False)
    # Two Latin letters that a district's ticket numbers begin with, as in YL20261122-000123-7.
    letters = models.CharField(_("letters in ticket numbers"), max_length=4, blank=True)
    household_count = models.PositiveIntegerField(_("households"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), default=date(2000, 1, 1))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor"),
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code_system", "code"],
                condition=Q(valid_to=None),
                name="area_code_once_in_force",
                violation_error_message=_("This code is in force for another area."),
            ),
            models.CheckConstraint(
                name="area_only_a_city_has_no_parent",
                condition=Q(level=Level.CITY, parent=None)
                | Q(level__gt=Level.CITY, parent__isnull=False),
                violation_error_message=_("Only a city stands at the top."),
            ),
            models.CheckConstraint(
                name="area_valid_forwards",
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("An area cannot end before it begins."),
            ),
        ]
        indexes = [
            models.Index(fields=["path"], name="area_path", opclasses=["text_pattern_ops"]),
            models.Index(fields=["parent", "code"], name="area_children"),
            models.Index(fields=["level", "code"], name="area_level"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("grids:detail", args=[self.code])

    @property
    def household_words(self) -> str:
        """Below five, the exact number would point at somebody."""
        if self.household_count is None:
            return ""
        return "<5" if 0 < self.household_count < 5 else str(self.household_count)

    @property
    def level_slug(self) -> str:
        return SLUG_OF_LEVEL[Level(self.level)]

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from the city down to this area itself."""
        return [int(part) for part in self.path.strip(".").split(".")]


class AreaShape(models.Model):
    """The outline of an area, in a table of its own so that no list drags polygons along."""

    area = models.OneToOneField(Area, models.CASCADE, primary_key=True, related_name="shape")
    # Copied from the area, so that locate walks an index over grids alone.
    level = models.PositiveSmallIntegerField(choices=Level)
    is_special = models.BooleanField(default=False)
    # The union of what lies beneath, made again when that changes; a given outline is not touched.
    is_derived = models.BooleanField(default=False)
    boundary = models.MultiPolygonField(srid=WGS84, spatial_index=False)

    class Meta:
        verbose_name = _("outline")
        verbose_name_plural = _("outlines")
        indexes = [
            GistIndex(fields=["boundary"], name="areashape_all"),
            # 0.16 ms a locate against 0.22 over all levels in one index.
            GistIndex(fields=["boundary"], name="areashape_grids", condition=Q(level=5)),
        ]

    def __str__(self) -> str:
        return str(self.area)


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
    office_phone = models.CharField(_("office phone"), max_length=30, blank=True)
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
