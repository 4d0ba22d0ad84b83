"""What all registers of places have in common: a code of their own, and an end that is no deletion."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.text import initials, pieces_to_find, search_terms
from grids.models.area import PLACE_READINGS, WGS84, Area

Row = TypeVar("Row", bound=models.Model)


class RegisterQuerySet(models.QuerySet[Row]):
    def standing(self, on: date | None = None) -> RegisterQuerySet[Row]:
        """What is there on a day; today unless told."""
        return self.filter(Q(retired_on=None) | Q(retired_on__gt=on or clock.today()))

    def called(self, words: str) -> RegisterQuerySet[Row]:
        """Rows whose words hold all of ``words``, in either script, or whose code begins so."""
        return self.filter(is_called(words))


def is_called(words: str) -> Q:
    """Each part by an index of its own: all words of a row, and the beginning of its code."""
    words = words.strip()
    terms = search_terms(words)
    has_words = Q(words__contains=terms) if terms else Q(pk__in=[])
    if not words.isascii():  # no code is
        return has_words
    return Q(code__startswith=words) | Q(code__startswith=words.upper()) | has_words


def words_of(name: str, *others: str) -> list[str]:
    """What a row is found by; of its name the letters of the pinyin too."""
    return pieces_to_find(" ".join([name, *others]), initials(name, PLACE_READINGS))


class SearchWords(ArrayField):
    """Follows what a row is found by whenever it is saved; who updates many at once sets it."""

    def __init__(self, **options: Any) -> None:
        options = {"base_field": models.TextField(), "editable": False, "default": list, **options}
        super().__init__(**options)

    def pre_save(self, model_instance: Any, add: bool) -> list[str]:  # noqa: FBT001 as Django calls it
        words = model_instance.words_to_find()
        setattr(model_instance, self.attname, words)
        return words


class Found(models.Model):
    """A row that is found by the pieces of its words, in traditional and simplified script alike."""

    words = SearchWords()
    # By which attributes, the name first.
    found_by: tuple[str, ...] = ("name",)

    class Meta:
        abstract = True

    def words_to_find(self) -> list[str]:
        return words_of(*(getattr(self, name) for name in self.found_by))


class GridRegisterQuerySet(RegisterQuerySet[Row]):
    """Rows that stand in a grid."""

    def beneath(self, area: Area) -> GridRegisterQuerySet[Row]:
        """In ``area`` or anywhere under it; what no grid covers stands nowhere."""
        return self.filter(grid__path__startswith=area.path)


class Registered(models.Model):
    """A row of a register: never deleted, so that what names it can still be read."""

    retired_on = models.DateField(_("no longer there since"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_standing(self) -> bool:
        return self.retired_on is None or self.retired_on > clock.today()


class Standing(Found, Registered):
    """A row with a point, and the grid that covered it when it was written."""

    point = models.PointField(_("point"), srid=WGS84)
    grid = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grid")
    )

    class Meta:
        abstract = True
