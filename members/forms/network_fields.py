"""Fields that several forms of the network have: who, where, which unit, which day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.gis.geos import Point
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.forms.platforms import ANY, AreaChoice, areas_of, day_of
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.words import Words
from grids.models import WGS84, Area, Level
from members.models import Unit

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

__all__ = ["ANY", "AreaChoice", "areas_of", "day_of"]


def today() -> date:
    return clock.today()


def name_of(longest: int = 80) -> Words:
    return Words(label=pgettext_lazy("thing", "Name"), max_length=longest)


def about_of(label: Any, longest: int = 300) -> Words:
    return Words(
        label=label, required=False, max_length=longest, widget=forms.Textarea({"rows": 3})
    )


def office_phone() -> Words:
    return Words(
        label=_("Telephone of the office"), required=False, max_length=30,
        help_text=_("Of an office; no mobile number."),
    )  # fmt: skip


class Login(Words):
    """A login name; gives the person. Whether a login exists is told to who may appoint alone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Login name"))
        super().__init__(max_length=150, **kwargs)

    def clean(self, value: Any) -> Any:
        name = super().clean(value)
        if not name:
            return None
        found = User.objects.filter(username__iexact=name, is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this login name."))
        return found


class UnitChoice(forms.ModelChoiceField):
    """One of the bodies that there are."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Unit"))
        kwargs.setdefault("empty_label", _("Choose") if kwargs.get("required", True) else _("None"))
        super().__init__(Unit.objects.none(), to_field_name="code", **kwargs)

    @staticmethod
    def standing() -> QuerySet[Unit]:
        return Unit.objects.in_force().order_by("name", "pk")


class NetworkForm(forms.Form):
    """Fills the choices of areas in reach and of units; an ``area`` field offers no others."""

    permission = "members.keep_network"
    deepest = Level.COMMUNITY

    def __init__(self, data: Any = None, *, user: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for field in self.fields.values():
            if isinstance(field, AreaChoice):
                field.queryset = areas_of(user, self.permission, deepest=self.deepest)
            elif isinstance(field, UnitChoice):
                field.queryset = UnitChoice.standing()


class ReasonForm(forms.Form):
    reason = Words(label=_("Why"), max_length=300)


class LonLat(forms.Form):
    """Where it is, or nothing; half a point is none."""

    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        lon, lat = cleaned.pop("lon", None), cleaned.pop("lat", None)
        if (lon is None) != (lat is None) and not {"lon", "lat"} & set(self.errors):
            self.add_error("lon", _("The position is two numbers in degrees."))
        both = lon is not None and lat is not None
        cleaned["location"] = Point(lon, lat, srid=WGS84) if both else None
        return cleaned


class Search(forms.Form):
    """Narrows a list by name, kind and area; what it does not know finds nothing."""

    q = Words(label=pgettext_lazy("thing", "Name"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    area = Words(label=_("Area: name or code"), required=False, max_length=40)

    kinds: list[tuple[str, Any]] = []
    kind_field = "kind"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [ANY, *self.kinds]  # type: ignore[attr-defined]
        if not self.kinds:
            del self.fields["kind"]

    def narrow(self, rows: Any) -> Any:
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if asked["q"]:
            rows = rows.filter(name__icontains=asked["q"])
        if asked.get("kind"):
            rows = rows.filter(**{self.kind_field: asked["kind"]})
        if asked["area"]:
            rows = rows.filter(area__in=beneath(asked["area"]))
        return rows


def beneath(words: str) -> QuerySet[Area]:
    """The areas of a name or code, with all beneath them; none where there is none."""
    areas = Area.objects.in_force()
    found = areas.filter(code=words) or areas.filter(name__icontains=words).order_by("level")[:20]
    rows = areas.none()
    for one in found:
        rows = rows | areas.filter(path__startswith=one.path)
    return rows
