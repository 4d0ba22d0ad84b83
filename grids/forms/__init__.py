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
from grids.actions.kinds import KINDS
from grids.models import WGS84, AreaQuerySet, CodeSystem, Post
from grids.spatial.reading import CRS_CHOICES

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

    q = forms.CharField(label=_("Name or code"), max_length=80, required=False)

    def filter(self, areas: AreaQuerySet) -> AreaQuerySet:
        words = self.cleaned_data.get("q") if self.is_valid() else ""
        if not words:
            return areas.none()
        return areas.called(words)


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


# ── files ─────────────────────────────────────────────────────────────────────────────────────

ENCODINGS = [
    ("", _("guessed")),
    ("utf-8-sig", "UTF-8"),
    ("gb18030", "GBK, GB18030"),
    ("big5hkscs", "Big5"),
]


class BringForm(forms.Form):
    """A file, and what is to be said about it."""

    kind = forms.ChoiceField(label=_("What is in it"))
    file = forms.FileField(
        label=_("file"),
        help_text=_("CSV, Excel, GeoJSON, a Shapefile with its parts in one zip, or GeoPackage."),
    )
    on = forms.DateField(
        label=_("Holds from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The first day of new areas and names. Today for names if empty."),
    )
    crs = forms.ChoiceField(label=_("Coordinates"), choices=CRS_CHOICES, required=False)
    encoding = forms.ChoiceField(
        label=_("Encoding of the texts"), choices=ENCODINGS, required=False
    )
    code_system = forms.ChoiceField(
        label=_("Whose codes"), choices=CodeSystem.choices, initial=CodeSystem.STATISTICS
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.slug, kind.label) for kind in KINDS.values()]


class AgainForm(forms.Form):
    """What may be said otherwise about a file that was read."""

    crs = forms.ChoiceField(label=_("Coordinates"), choices=CRS_CHOICES, required=False)
    encoding = forms.ChoiceField(
        label=_("Encoding of the texts"), choices=ENCODINGS, required=False
    )
    layer = forms.ChoiceField(label=_("Which map"), required=False)

    def __init__(self, *args, upload, **kwargs):
        now = {"crs": upload.crs, "encoding": upload.encoding, "layer": upload.layer}
        super().__init__(*args, initial=now, **kwargs)
        layers = upload.layers or [upload.layer]
        self.fields["layer"].choices = [(layer, layer) for layer in layers]
        if len(layers) < 2:
            self.fields["layer"].widget = forms.HiddenInput()


class EndingsForm(forms.Form):
    """Areas that end though the file does not say so: chosen one by one, each with its successor."""

    end = forms.MultipleChoiceField(required=False)
    ended_on = forms.DateField(required=False)

    def __init__(self, data):
        super().__init__(data)
        self.fields["end"].choices = [(code, code) for code in data.getlist("end")]

    def clean_ended_on(self):
        on = self.cleaned_data["ended_on"]
        if self.cleaned_data.get("end") and (on is None or on > clock.today()):
            raise ValidationError(_("An area ends today or before."), "ahead")
        return on

    def endings(self) -> list[tuple[str, date, str]]:
        said = self.cleaned_data
        return [
            (code, said["ended_on"], self.data.get(f"successor-{code}", "").strip()[:20])
            for code in said["end"]
        ]


class DayForm(forms.Form):
    """A day as in 2026-03-01; today where nothing or nothing sensible is given."""

    on = forms.DateField(required=False)

    def day(self) -> date:
        return (self.is_valid() and self.cleaned_data["on"]) or clock.today()
