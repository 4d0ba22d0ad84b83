"""The shape of what people and the map send."""

from __future__ import annotations

import math
import re
from datetime import date

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids.models import WGS84, AreaQuerySet, Post

# From these zooms of the map on a finger can tell them apart.
COMMUNITIES_FROM, GRIDS_FROM = 11, 13


class PointForm(forms.Form):
    lon = forms.FloatField(min_value=-180, max_value=180)
    lat = forms.FloatField(min_value=-90, max_value=90)
    crs = forms.ChoiceField(choices=[(crs.value, crs.value) for crs in CRS], required=False)

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            lon, lat = to_wgs84(cleaned["lon"], cleaned["lat"], cleaned["crs"] or CRS.WGS84)
            # A shift at the very edge of the earth may leave it.
            if not (math.isfinite(lon) and math.isfinite(lat)):
                raise ValidationError(_("This is no place on earth."), "range")
            cleaned["lon"], cleaned["lat"] = lon, lat
        return cleaned


class TapForm(PointForm):
    """A tap on the map: the nearer one looks, the smaller what is meant."""

    zoom = forms.IntegerField(min_value=0, max_value=22)

    def level_slug(self) -> str:
        zoom = self.cleaned_data["zoom"]
        if zoom >= GRIDS_FROM:
            return "grid"
        return "community" if zoom >= COMMUNITIES_FROM else "street"


class AreaSearchForm(forms.Form):
    """Finds areas by a piece of their name, its pinyin letters or the beginning of their code."""

    q = Words(label=_("Name or code"), max_length=80, required=False)

    def filter(self, areas: AreaQuerySet) -> AreaQuerySet:
        words = self.cleaned_data.get("q") if self.is_valid() else ""
        if not words:
            return areas.none()
        return areas.called(words)


class AppointForm(forms.ModelForm):
    """A post for :func:`grids.actions.appoint`, which has the last word on it."""

    since = DayField(
        label=_("First day"), widget=AdminDateWidget, required=False, help_text=_("Today if empty.")
    )
    until = DayField(
        label=_("Last day"), widget=AdminDateWidget, required=False, help_text=_("Open if empty.")
    )

    class Meta:
        model = Post
        fields = ["user", "role", "area", "department", "is_main"]


class StartForm(forms.Form):
    """The start of a patrol, in one of one's own grids."""

    client_id = forms.UUIDField()
    area = forms.ChoiceField(required=False)

    def __init__(self, *args, areas, **kwargs):
        super().__init__(*args, **kwargs)
        self.by_key = {str(area.pk): area for area in areas}
        self.fields["area"].choices = [(key, area.name) for key, area in self.by_key.items()]

    def clean_area(self):
        return self.by_key.get(self.cleaned_data["area"])


WITHOUT = {
    "refused": _("The browser was told not to give it."),
    "nowhere": _("The phone did not find it."),
}


class CheckInForm(forms.Form):
    """“I am here”, with the point that the phone gave, or with the reason why there is none."""

    client_id = forms.UUIDField()
    lon = forms.FloatField(min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False)
    # Never a reason to refuse, and not kept: it only chooses the sentence.
    without = Words(required=False, max_length=20)

    def clean(self):
        cleaned = super().clean()
        lon, lat = cleaned.get("lon"), cleaned.get("lat")
        if (lon is None) != (lat is None) and not self.errors:
            raise ValidationError(_("A position is two numbers."), "half")
        has_point = lon is not None and lat is not None
        # What the browser gives is WGS-84.
        cleaned["point"] = Point(lon, lat, srid=WGS84) if has_point else None
        return cleaned

    @property
    def why_without(self) -> str:
        """Why there is no point, in a sentence; empty where nothing is known."""
        return str(WITHOUT.get(self.cleaned_data["without"], ""))


class MonthForm(forms.Form):
    """A month as in 2026-09; this one where nothing or nothing sensible is given."""

    month = Words(required=False, max_length=7)

    def first_day(self) -> date:
        given = self.cleaned_data.get("month", "") if self.is_valid() else ""
        found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", given)
        today = clock.today()
        return date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)


class OlderForm(forms.Form):
    """Where a list goes on: the number of the last row that was shown."""

    before = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def key(self) -> int | None:
        return self.cleaned_data.get("before") if self.is_valid() else None
