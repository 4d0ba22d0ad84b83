"""What anybody may know of a place: its grid, the office's telephone, and how the month went there.

No person is named, and nothing is kept of who asked for which place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.contrib.gis.db.models.functions import PointOnSurface
from django.contrib.gis.geos import Point
from django.utils.translation import gettext_lazy as _

from grids import places, queries
from grids.forms import PointForm
from grids.models import Area, AreaShape, Department, Level, ServicePoint
from grids.queries import Box
from tickets import outcomes
from tickets.outcomes import Month

DAY = timedelta(days=1)


class WhereForm(forms.Form):
    """A place: by words, by a point, or by the code of a grid. Nothing at all is no mistake."""

    q = forms.CharField(label=_("Address, compound or community"), max_length=80, required=False)
    lon = forms.FloatField(min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False)
    grid = forms.CharField(max_length=20, required=False)

    @property
    def words(self) -> str:
        return self._said("q").strip()

    @property
    def code(self) -> str:
        return self._said("grid").strip()

    def point(self) -> tuple[float, float] | None:
        """In WGS-84; None where no point or no sensible one was sent."""
        sent = PointForm({"lon": self.data.get("lon"), "lat": self.data.get("lat")})
        return (sent.cleaned_data["lon"], sent.cleaned_data["lat"]) if sent.is_valid() else None

    def _said(self, name: str) -> str:
        return self.cleaned_data.get(name) or "" if self.is_valid() else ""


@dataclass(frozen=True)
class Here:
    """A grid as its neighbours may see it."""

    grid: Area
    above: tuple[Area, ...]
    office: Department | None
    month: Month
    # Where the distances are measured from, and what the map shows.
    lon: float
    lat: float
    extent: Box | None
    points: tuple[ServicePoint, ...]

    @property
    def reported(self) -> str:
        return few(self.month.reported)

    @property
    def solved(self) -> str:
        return few(self.month.solved)

    @property
    def half_days(self) -> float | None:
        half = self.month.half
        return round(half / DAY, 1) if half is not None and half >= DAY else None

    @property
    def half_hours(self) -> int | None:
        half = self.month.half
        if half is None or half >= DAY:
            return None
        return max(1, round(half / timedelta(hours=1)))


def few(number: int) -> str:
    """A number as anybody may see it: from one to four it would point at somebody."""
    return str(_("fewer than 5")) if 0 < number < outcomes.SMALLEST else str(number)


def here(form: WhereForm) -> Here | None:
    """The grid that was meant by a point or a code; None where there is none."""
    point = form.point()
    if point is not None:
        place = queries.locate(*point)
        return _of(Area.objects.get(pk=place.grid.id), *point) if place else None
    if not form.code:
        return None
    grids = Area.objects.in_force().filter(level=Level.GRID, code=form.code)
    grid = grids.order_by("pk").first()
    middle = _middle(grid) if grid else None
    return _of(grid, middle.x, middle.y) if grid and middle else None


def _middle(grid: Area) -> Point | None:
    shapes = AreaShape.objects.filter(area=grid).annotate(middle=PointOnSurface("boundary"))
    return shapes.values_list("middle", flat=True).first()


def _of(grid: Area, lon: float, lat: float) -> Here:
    line = queries.line_of(grid)
    return Here(
        grid=grid,
        above=tuple(line[:-1]),
        office=_office(line),
        month=outcomes.this_month(grid.pk),
        lon=lon,
        lat=lat,
        extent=queries.bounds([grid]),
        points=tuple(places.nearest_service_points(lon, lat)),
    )


def _office(line: list[Area]) -> Department | None:
    """The nearest office with a telephone: the community's, else the street's."""
    offices = Department.objects.active().filter(kind=Department.Kind.OFFICE, area__in=line)
    return offices.exclude(office_phone="").order_by("-area__level").first()
