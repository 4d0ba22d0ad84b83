"""The shape of what people and the map send."""

from __future__ import annotations

import math

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.coordinates import CRS, to_wgs84
from grids.models import AreaQuerySet, Post
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
