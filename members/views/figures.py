"""Figures of quarters that are over: by count, for a whole district, small ones hidden."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grids import scoping
from grids.models import Area
from members import figurebook, figures
from members.views.shell import page


def _districts(request: HttpRequest) -> list[Area]:
    ids = scoping.districts(request.user, "members.see_figures")
    if not ids:
        raise PermissionDenied
    return list(Area.objects.filter(pk__in=ids).order_by("code"))


def _chosen(request: HttpRequest, districts: list[Area]) -> Area:
    code = request.GET.get("district", "")
    found = [one for one in districts if not code or one.code == code]
    if not found:
        raise Http404
    return found[0]


@require_safe
@never_cache
def read(request: HttpRequest) -> HttpResponse:
    districts = _districts(request)
    district = _chosen(request, districts)
    some = figures.quarters(district)[: figures.SHOWN][::-1]
    context = {
        "districts": districts,
        "district": district,
        "quarters": some,
        "tables": figures.read(district, some),
    }
    return page(request, "members/_figures.html", _("The roster in figures"), context)


@require_safe
@never_cache
def workbook(request: HttpRequest) -> HttpResponse:
    """The same as Excel, every quarter that is published."""
    district = _chosen(request, _districts(request))
    some = figures.quarters(district)[::-1]
    content = figurebook.excel(district.name, some, figures.read(district, some))
    response = HttpResponse(content, content_type=figurebook.EXCEL)
    response["Content-Disposition"] = 'attachment; filename="figures.xlsx"'
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
