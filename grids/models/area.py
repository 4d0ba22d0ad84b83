"""Where: the tree of areas, and their outlines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.text import initials, normalise
from grids.models import households

WGS84 = 4326
# 长 reads "chang" in nearly every place name, and "zhang" in the dictionary.
PLACE_READINGS = {"长": "c"}


class Level(models.IntegerChoices):
    CITY = 1, _("City")
    DISTRICT = 2, _("District")
    STREET = 3, _("Street or town")
    COMMUNITY = 4, _("Community or village")
    GRID = 5, _("Grid")


SLUG_OF_LEVEL = {level: level.name.lower() for level in Level}
LEVEL_OF_SLUG = {slug: level for level, slug in SLUG_OF_LEVEL.items()}
# As choices of a field, for the schema.
SLUGS = [(slug, slug) for slug in LEVEL_OF_SLUG]


class CodeSystem(models.TextChoices):
    """Who gave a code: the two lists differ, and an area may stand in both."""

    STATISTICS = "statistics", _("Statistics")
    CIVIL = "civil", _("Civil affairs")


def fold(name: str) -> str:
    """What a name is found by: one spelling of it, and the first letters of its pinyin."""
    return f"{normalise(name)} {initials(name, PLACE_READINGS)}"


class FoldedName(models.CharField):
    """Follows ``name`` whenever a row is saved, one by one or many at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args,
            **{"max_length": 200, "editable": False, "default": "", "db_default": "", **kwargs},
        )

    def pre_save(self, model_instance: Any, add: bool) -> str:  # noqa: FBT001 as Django calls it
        folded = fold(model_instance.name)
        setattr(model_instance, self.attname, folded)
        return folded


class AreaQuerySet(models.QuerySet["Area"]):
    def in_force(self, on: date | None = None) -> AreaQuerySet:
        """Areas that hold on a day; today unless told."""
        on = on or clock.today()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)

    def beneath(self, area: Area) -> AreaQuerySet:
        """``area`` and all under it. A literal prefix walks the index on ``path``."""
        return self.filter(path__startswith=area.path)

    def called(self, words: str) -> AreaQuerySet:
        """Areas by a piece of a name they bear or bore, its pinyin letters, or how a code begins.

        Traditional and simplified characters find the same. 12,800 areas take 6 ms without an
        index: a piece of two characters is too short for one of trigrams.
        """
        words = words.strip()
        piece = normalise(words)
        if piece.isascii():
            # The letters of a whole name, from its first on: "lq" is 龙泉 and not 夷陵区.
            is_called = Q(folded__contains=f" {piece}") | Q(name__icontains=words)
        else:
            is_called = Q(folded__contains=piece)
        once = AreaName.objects.filter(is_called).values("area")
        others = AreaCode.objects.filter(code__startswith=words).values("area")
        return self.filter(
            is_called | Q(code__startswith=words) | Q(pk__in=once) | Q(pk__in=others)
        )

    def as_on(self, on: date) -> AreaQuerySet:
        """Areas in force on a day; ``name_then``, ``code_then``, ``parent_code_then`` as they were."""
        later = {"area": OuterRef("pk"), "valid_to__gt": on}
        names = AreaName.objects.filter(**later).order_by("valid_to")
        codes = AreaCode.objects.filter(**later, code_system=OuterRef("code_system"))
        above = AreaCode.objects.filter(
            area=OuterRef("parent"), code_system=OuterRef("parent__code_system"), valid_to__gt=on
        )
        return self.in_force(on).annotate(
            name_then=Coalesce(Subquery(names.values("name")[:1]), "name"),
            code_then=Coalesce(Subquery(codes.order_by("valid_to").values("code")[:1]), "code"),
            parent_code_then=Coalesce(
                Subquery(above.order_by("valid_to").values("code")[:1]), "parent__code"
            ),
        )


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
    code_system = models.CharField(
        _("code system"), max_length=20, choices=CodeSystem, default=CodeSystem.STATISTICS
    )
    name = models.CharField(_("name"), max_length=80)
    folded = FoldedName()
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
        """What may be told of it: 312, <5, or ≥120 where the exact number would tell another one."""
        if self.household_count is None:
            return ""
        return households.of_area(self.pk, self.household_count).words

    @property
    def level_slug(self) -> str:
        return SLUG_OF_LEVEL[Level(self.level)]

    @cached_property
    def child_ids(self) -> list[int]:
        """Read once: a list that is put together of several asks several times."""
        return list(self.children.values_list("pk", flat=True))

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from the city down to this area itself."""
        return [int(part) for part in self.path.strip(".").split(".")]


class AreaCode(models.Model):
    """Another code of an area: one it bears in the other system, or one it bore before."""

    area = models.ForeignKey(
        Area, models.CASCADE, related_name="other_codes", verbose_name=_("area")
    )
    code_system = models.CharField(_("code system"), max_length=20, choices=CodeSystem)
    code = models.CharField(_("code"), max_length=20)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("further code")
        verbose_name_plural = _("further codes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code_system", "code"],
                condition=Q(valid_to=None),
                name="areacode_once_in_force",
                violation_error_message=_("This code is in force for another area."),
            ),
            models.UniqueConstraint(
                fields=["area", "code_system"],
                condition=Q(valid_to=None),
                name="areacode_one_a_system",
                violation_error_message=_("This area has a code in this system."),
            ),
            models.UniqueConstraint(
                fields=["area", "code_system", "valid_to"], name="areacode_one_change_a_day"
            ),
        ]
        indexes = [models.Index(fields=["code"], name="areacode_code")]

    def __str__(self) -> str:
        return self.code


class AreaName(models.Model):
    """What an area was called until a day."""

    area = models.ForeignKey(
        Area, models.CASCADE, related_name="former_names", verbose_name=_("area")
    )
    name = models.CharField(_("name"), max_length=80)
    folded = FoldedName()
    valid_to = models.DateField(_("valid to"))

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        ordering = ["valid_to"]
        constraints = [
            models.UniqueConstraint(fields=["area", "valid_to"], name="areaname_one_change_a_day"),
        ]

    def __str__(self) -> str:
        return self.name


class AreaShape(models.Model):
    """The outline of an area, in a table of its own so that no list drags polygons along.

    Two columns more are the database's own, generated from the outline and read by tiles alone:
    ``g3857``, the outline in the metres of web maps, and ``middle``, a point well inside. As fields
    they would be parsed with every row and fetched back after every save.
    """

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
