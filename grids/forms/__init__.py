"""The shape of what people and the map send."""

from __future__ import annotations

import math
import re
from datetime import date

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.coordinates import CRS, to_wgs84
from grids.models import WGS84, AreaQuerySet, Post
from grids.queries import Box, degrees_a_pixel

# Four times the widest screen: a larger box is no map on a screen but somebody emptying the table.
WIDEST_PIXELS = 16_384


class BoxField(forms.CharField):
    """Four numbers, west,south,east,north in degrees."""

    default_error_messages = {
        "shape": _("A box is four numbers: west,south,east,north."),
        "range": _(
            "A box lies on the earth, its west before its east, its south before its north."
        ),
    }

    def clean(self, value) -> Box:
        parts = super().clean(value).split(",")
        try:
            box = Box(*(float(part) for part in parts))
        except (TypeError, ValueError) as error:
            raise ValidationError(self.error_messages["shape"], "shape") from error
        # Comparisons with NaN are false, so it is refused here too.
        if not (-180 <= box.west < box.east <= 180 and -90 <= box.south < box.north <= 90):
            raise ValidationError(self.error_messages["range"], "range")
        return box


class OutlinesForm(forms.Form):
    bbox = BoxField(max_length=200)
    zoom = forms.IntegerField(min_value=0, max_value=22)

    def clean(self):
        cleaned = super().clean()
        box, zoom = cleaned.get("bbox"), cleaned.get("zoom")
        if box is not None and zoom is not None:
            widest = WIDEST_PIXELS * degrees_a_pixel(zoom)
            if max(box.east - box.west, box.north - box.south) > widest:
                raise ValidationError(_("The box is too large for this zoom."), "too_large")
        return cleaned


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


class AreaSearchForm(forms.Form):
    """Finds areas by a piece of their name or the beginning of their code."""

    q = forms.CharField(label=_("Name or code"), max_length=80, required=False)

    def filter(self, areas: AreaQuerySet) -> AreaQuerySet:
        words = self.cleaned_data.get("q") if self.is_valid() else ""
        if not words:
            return areas.none()
        return areas.filter(Q(name__icontains=words) | Q(code__startswith=words))


class AppointForm(forms.ModelForm):
    """A post for :func:`grids.actions.appoint`, which has the last word on it."""

    since = forms.DateField(
        label=_("First day"), widget=AdminDateWidget, required=False, help_text=_("Today if empty.")
    )
    until = forms.DateField(
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
    without = forms.CharField(required=False, max_length=20)

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

    month = forms.CharField(required=False, max_length=7)

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
