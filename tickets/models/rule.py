"""What a ticket can be about, and who must respond to it where."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grids.models import WGS84, Area, Department
from tickets.workflow import WhistleKind

USER = settings.AUTH_USER_MODEL


class OfficeFunction(models.TextChoices):
    """Who the category table names by function: resolved from place and category."""

    COMMUNITY_OFFICE = "community_office", _("Community office")
    STREET_OFFICE = "street_office", _("Street office")
    FACILITY_OWNER = "facility_owner", _("Owner of the facility")
    PROPERTY_COMPANY = "property_company", _("Property company")
    LINE_AUTHORITY = "line_authority", _("Authority of the trade")


# Whom the category table names by function and not by name.
FUNCTION_OF_NAME = {
    "街道办": OfficeFunction.STREET_OFFICE,
    "社区居委会": OfficeFunction.COMMUNITY_OFFICE,
    "产权单位": OfficeFunction.FACILITY_OWNER,
    "通信运营商": OfficeFunction.FACILITY_OWNER,
    "物业企业": OfficeFunction.PROPERTY_COMPANY,
    "行业主管部门": OfficeFunction.LINE_AUTHORITY,
}


class Category(models.Model):
    """What a ticket is about, in two levels. Edited by districts, never deleted."""

    code = models.CharField(_("code"), max_length=8, unique=True)
    group_code = models.CharField(_("group code"), max_length=4)
    group_zh = models.CharField(_("group"), max_length=40)
    group_zh_hant = models.CharField(_("group, traditional"), max_length=40)
    group_en = models.CharField(_("group, English"), max_length=80)
    name_zh = models.CharField(_("name"), max_length=60)
    name_zh_hant = models.CharField(_("name, traditional"), max_length=60)
    name_en = models.CharField(_("name, English"), max_length=100)
    # Names as the table gives them; the rules below say who that is in a place.
    lead = models.CharField(_("lead"), max_length=40)
    helpers = models.CharField(_("helpers"), max_length=120, blank=True)
    # UH urgent hours, WH working hours, WD working days, as in WD5. Clocks read them.
    hazard_limit = models.CharField(_("made safe within"), max_length=8, blank=True)
    resolve_limit = models.CharField(_("resolved within"), max_length=8, blank=True)
    default_whistle = models.CharField(
        _("usual whistle"), max_length=20, choices=WhistleKind, default=WhistleKind.ROUTINE
    )
    class_reference = models.CharField(_("national class"), max_length=80, blank=True)
    source = models.CharField(_("source"), max_length=20, blank=True)
    icon = models.CharField(_("icon"), max_length=20, default="doc")
    # The first eight are offered by picture; 0 is found by search only.
    picture_rank = models.PositiveSmallIntegerField(_("rank among pictures"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="category_limits_are_readable",
                condition=Q(hazard_limit__regex=r"^((UH|WH|WD)[1-9][0-9]*)?$")
                & Q(resolve_limit__regex=r"^((UH|WH|WD)[1-9][0-9]*)?$"),
                violation_error_message=_("Write a limit as UH2, WH4 or WD5."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_zh_hant, self.name_en)

    @property
    def names(self) -> dict[str, str]:
        """By language, for whoever reads it later; the first stands where one is missing."""
        return {"zh-hans": self.name_zh, "zh-hant": self.name_zh_hant, "en": self.name_en}

    @property
    def group(self) -> str:
        return in_language(self.group_zh, self.group_zh_hant, self.group_en)


def in_language(zh: str, zh_hant: str, en: str) -> str:
    """A name in the language of the page; the simplified one stands where another is missing."""
    language = (get_language() or "zh-hans").lower()
    if language.startswith("zh-hant"):
        return zh_hant or zh
    return zh if language.startswith("zh") else en or zh


class RuleQuerySet(models.QuerySet["RoutingRule"]):
    def in_force(self) -> RuleQuerySet:
        return self.filter(valid_to=None)

    def for_lists(self) -> RuleQuerySet:
        """With what a row shows, and no polygon: only whether there is one (``is_drawn``)."""
        return (
            self.select_related("area", "category", "department", "created_by", "ended_by")
            .defer("shape")
            .annotate(is_drawn=Q(shape__isnull=False))
        )


class RoutingRule(models.Model):
    """Category × area (or drawn polygon) → who leads. The most specific rule wins.

    A rule is never edited: ``tickets.rulebook.set_rule`` ends it and writes its successor.
    """

    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("category"),
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="rules", verbose_name=_("area"))
    # A drawn piece within the area; it beats every rule for a whole area.
    shape = models.MultiPolygonField(srid=WGS84, null=True, blank=True)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("department"),
    )
    function = models.CharField(
        _("office function"), max_length=20, choices=OfficeFunction, blank=True
    )
    source = models.CharField(_("source"), max_length=120, blank=True)
    # Why it was made so, in the words of who made it: everybody who works under it reads them.
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")
    # The rule whose place it took; empty for the first word on a matter.
    succeeds = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("succeeds"),
    )
    end_reason = models.CharField(
        _("reason for the end"), max_length=200, blank=True, default="", db_default=""
    )
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    created_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )
    ended_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="rule_names_one_target",
                condition=Q(department__isnull=False, function="")
                | (Q(department=None) & ~Q(function="")),
                violation_error_message=_("A rule names a department or an office function."),
            ),
            models.UniqueConstraint(
                fields=["area", "category"],
                condition=Q(valid_to=None, shape=None, category__isnull=False),
                name="rule_one_in_force_an_area_and_category",
                violation_error_message=_("A rule for this category and area is in force."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["area", "category"], condition=Q(valid_to=None), name="rule_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"R-{self.pk:04d}"

    @property
    def target_name(self) -> str:
        """Whom it names: a department, or who fills a function in the place."""
        return self.department.short_name if self.department else str(self.get_function_display())

    def get_absolute_url(self) -> str:
        return reverse("tickets:rule", args=[self.pk])


class FunctionHolder(models.Model):
    """Who fills an office function in an area, for one category or any: 0702 here, company X."""

    function = models.CharField(_("office function"), max_length=20, choices=OfficeFunction)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="functions", verbose_name=_("department")
    )

    class Meta:
        verbose_name = _("holder of an office function")
        verbose_name_plural = _("holders of office functions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["function", "area", "category"],
                nulls_distinct=False,
                name="function_one_holder_a_place",
                violation_error_message=_("This function has a holder here already."),
            ),
            models.CheckConstraint(
                name="function_offices_need_no_row",
                condition=~Q(
                    function__in=[OfficeFunction.COMMUNITY_OFFICE, OfficeFunction.STREET_OFFICE]
                ),
                violation_error_message=_("Offices are found by their area."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_function_display()}: {self.department}"
