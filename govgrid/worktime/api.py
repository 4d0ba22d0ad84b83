"""The working calendar for programs that plan: which days are special, and how sure that is."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core import clock
from govgrid.core.api import Query, Resource
from govgrid.worktime.models import CalendarDay
from govgrid.worktime.queries import calendar
from govgrid.worktime.rows import FIRST_YEAR, LAST_YEAR


class CalendarQuery(Query):
    year = serializers.IntegerField(
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        help_text="Empty: the current one.",
    )


class SpecialDay(serializers.Serializer):
    date = serializers.DateField()
    kind = serializers.ChoiceField(choices=CalendarDay.Kind.choices)
    name = serializers.CharField(help_text="May be empty.")


class YearOfCalendar(serializers.Serializer):
    """Every other day is a working day from Monday to Friday, and none at the weekend."""

    year = serializers.IntegerField()
    is_provisional = serializers.BooleanField(
        help_text="The year is not published: holidays by law are here, make-up workdays are not."
    )
    edition = serializers.IntegerField(help_text="Grows with every change of the calendar.")
    days = SpecialDay(many=True)


class CalendarView(Resource):
    """Holidays and make-up workdays of a year."""

    queries = {"retrieve": CalendarQuery}
    serializer_class = YearOfCalendar

    @extend_schema(
        summary="The working calendar of a year",
        tags=["calendar"],
        operation_id="calendar_retrieve",
        parameters=[CalendarQuery],
    )
    def retrieve(self, request: Request) -> Response:
        year = self.asked.get("year") or clock.today().year
        known = calendar()
        days, is_published = known.table(year)
        return Response(
            {
                "year": year,
                "is_provisional": not is_published,
                "edition": known.edition,
                "days": [
                    {"date": on.isoformat(), "kind": str(day.kind), "name": day.name}
                    for on, day in sorted(days.items())
                ],
            }
        )
