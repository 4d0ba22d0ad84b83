"""Vacancies, for programs: which main posts nobody holds. No person is named."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import OldestFirstPagination, Query, Resource
from grids import scoping, staffing
from grids.api import AreaBrief, AreaField, area_brief
from grids.models import Area


class VacancyRow(serializers.Serializer):
    """A main post that nobody holds now, or from a day within the next 60."""

    area = AreaBrief()
    role = serializers.CharField(help_text="As in `me/`: the role that answers there.")
    vacant_from = serializers.DateField(help_text="Today where it is vacant now.")
    vacant_since = serializers.DateField(
        allow_null=True,
        help_text="When the last holder left; null where it is yet to come, or nobody ever left.",
    )
    was_held = serializers.BooleanField(help_text="False where nobody has held it yet.")
    days = serializers.IntegerField(help_text="Since then; 0 where that is null.")
    filled_from = serializers.DateField(
        allow_null=True, help_text="Null where nobody begins within the next 60 days."
    )


class VacancyQuery(Query):
    area = AreaField(required=False, help_text="Any area: it and all beneath.")


class VacancyViewSet(Resource):
    """Within your reach: posts that oversee an area; nothing for anybody else."""

    serializer_class = VacancyRow
    pagination_class = OldestFirstPagination
    queries = {"list": VacancyQuery}

    @extend_schema(
        summary="Posts that nobody holds", tags=["people"], operation_id="vacancies_list"
    )
    def list(self, request: Request) -> Response:
        prefixes = scoping.prefixes(request.user, "grids.oversee")
        found = {one.area_id: one for one in staffing.vacancies(prefixes)}
        areas = Area.objects.filter(pk__in=found)
        if area := self.asked.get("area"):
            areas = areas.filter(path__startswith=area.path)
        return self.answer(areas, lambda area: _vacancy(area, found[area.pk]))


def _vacancy(area: Area, one: staffing.Vacancy) -> dict[str, Any]:
    return {
        "area": area_brief(area),
        "role": one.role,
        "vacant_from": one.starts_on.isoformat(),
        "vacant_since": one.since.isoformat() if one.since else None,
        "was_held": one.was_held,
        "days": one.days,
        "filled_from": one.until.isoformat() if one.until else None,
    }
