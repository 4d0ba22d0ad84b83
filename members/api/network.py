"""The network over REST, to read: bodies, places, programmes, pairs, teams, alliances. No names."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core import clock
from govgrid.core.api import OldestFirstPagination, OnePage, Query, Resource
from govgrid.core.fields import NumberInQuery, Text
from grids.api import AreaField, Coded, coded
from members import network, pairings, progress, stations, teams
from members.models import Alliance, Association, Programme, Station, Team, Unit
from members.workflow.network import Sector, StationKind
from members.workflow.projects import ProjectState
from members.workflow.units import HAVES, UnitKind

TAGS = ["network"]
MOST_NEAR = 50


class UnitShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    area = Coded()
    office = serializers.CharField()
    office_phone = serializers.CharField()
    posts = serializers.IntegerField()
    vacant = serializers.IntegerField(help_text="Posts that nobody holds.")


class AssociationShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    sector = serializers.ChoiceField(choices=Sector.choices)
    area = Coded()
    office = serializers.CharField()
    office_phone = serializers.CharField()


class StationShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=StationKind.choices)
    area = Coded()
    place = serializers.CharField()
    phone = serializers.CharField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    serving = serializers.IntegerField(help_text="How many liaison officers.")
    metres = serializers.IntegerField(allow_null=True, help_text="Where a point was asked for.")


class VisitsShape(serializers.Serializer):
    quarter = serializers.CharField(help_text="As in 2026-Q3.")
    what_for = serializers.CharField()
    number = serializers.IntegerField()


class StationWhole(StationShape):
    haves = serializers.ListField(
        child=serializers.ChoiceField(choices=list(HAVES)), help_text="Of the five, those it has."
    )
    opened_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    visits = VisitsShape(many=True)


class ProgrammeShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    area = Coded()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    projects = serializers.IntegerField()
    projects_done = serializers.IntegerField()
    milestones = serializers.IntegerField()
    milestones_done = serializers.IntegerField()
    milestones_late = serializers.IntegerField()


class NetworkProjectShape(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=ProjectState.choices)
    lead = Coded()
    area = Coded()
    milestones = serializers.IntegerField()
    milestones_done = serializers.IntegerField()
    milestones_late = serializers.IntegerField()


class ProgrammeWhole(ProgrammeShape):
    list_of_projects = NetworkProjectShape(many=True)


class CoverageShape(serializers.Serializer):
    town = Coded(allow_null=True)
    villages = serializers.IntegerField()
    paired = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="Rounded down.")


class TeamShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    area = Coded()
    answers_for = Coded(many=True)
    unit = Coded(allow_null=True)
    year = serializers.IntegerField()
    activities = serializers.IntegerField(help_text="Of the year.")
    hours = serializers.IntegerField(help_text="Of the year.")


class AllianceShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    area = Coded()
    founded_on = serializers.DateField()
    units = serializers.IntegerField()
    pledges_due = serializers.IntegerField()
    pledges_kept = serializers.IntegerField()


class PlaceQuery(Query):
    area = AreaField(required=False, help_text="Means everything beneath it.")
    q = Text(max_length=60, required=False, help_text="A part of the name.")


class UnitQuery(PlaceQuery):
    kind = serializers.ChoiceField(choices=UnitKind.choices, required=False)


class AssociationQuery(PlaceQuery):
    sector = serializers.ChoiceField(choices=Sector.choices, required=False)


class StationQuery(PlaceQuery):
    kind = serializers.ChoiceField(choices=StationKind.choices, required=False)


class NearQuery(StationQuery):
    lon = NumberInQuery(min_value=-180, max_value=180)
    lat = NumberInQuery(min_value=-90, max_value=90)


class NetworkResource(Resource):
    """The base: rows by area and name, oldest first; one by its code."""

    pagination_class = OldestFirstPagination

    def narrowed(self, rows: Any) -> Any:
        asked = self.asked
        if "area" in asked:
            rows = rows.filter(area__path__startswith=asked["area"].path)
        if "q" in asked:
            rows = rows.filter(name__icontains=asked["q"])
        for name in ("kind", "sector"):
            if name in asked:
                rows = rows.filter(**{name: asked[name]})
        return rows.select_related("area")

    def many(self, rows: Any, shaped: Any) -> Response:
        """One page; what belongs to the rows is read for all of them at once."""
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(shaped(page))

    @staticmethod
    def one(rows: Any, code: str) -> Any:
        # The database cannot even compare with a NUL.
        found = None if "\x00" in code else rows.filter(code=code).select_related("area").first()
        if found is None:
            raise Http404
        return found


class UnitViewSet(NetworkResource):
    """The bodies of the network with their offices; who holds a post is not told."""

    serializer_class = UnitShape
    queries = {"list": UnitQuery}

    @extend_schema(summary="Units", tags=TAGS, operation_id="network_units")
    def list(self, request: Request) -> Response:
        rows = self.narrowed(Unit.objects.in_force())
        return self.many(rows, lambda page: [_unit(one) for one in network.unit_rows(page)])

    @extend_schema(summary="One unit", tags=TAGS, operation_id="network_unit")
    def retrieve(self, request: Request, code: str) -> Response:
        return Response(_unit(network.unit_rows([self.one(Unit.objects.all(), code)])[0]))


class AssociationViewSet(NetworkResource):
    """Associations as bodies with an office. Who belongs to one is kept nowhere."""

    serializer_class = AssociationShape
    queries = {"list": AssociationQuery}

    @extend_schema(summary="Associations", tags=TAGS, operation_id="network_associations")
    def list(self, request: Request) -> Response:
        return self.answer(self.narrowed(Association.objects.filter(ended_on=None)), _association)


class StationViewSet(NetworkResource):
    """The places of the network."""

    serializer_class = StationWhole
    queries = {"list": StationQuery}

    @extend_schema(
        summary="Stations", tags=TAGS, operation_id="network_stations",
        responses=StationShape(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        rows = self.narrowed(Station.objects.open())
        return self.many(rows, lambda page: [_station(one) for one in stations.rows(page)])

    @extend_schema(summary="One station", tags=TAGS, operation_id="network_station")
    def retrieve(self, request: Request, code: str) -> Response:
        one = self.one(Station.objects.all(), code)
        return Response(
            _station(stations.rows([one])[0])
            | {
                "haves": [name for name in HAVES if getattr(one, f"has_{name}")],
                "opened_on": one.opened_on,
                "closed_on": one.closed_on,
                "visits": [
                    {"quarter": each.quarter, "what_for": str(each.label), "number": each.number}
                    for each in stations.came(one)
                ],
            }
        )


class StationNearViewSet(NetworkResource):
    """Stations around a point, the nearest first. Where somebody stands is not kept."""

    serializer_class = StationShape
    pagination_class = OnePage
    queries = {"list": NearQuery}

    @extend_schema(summary="Stations near a point", tags=TAGS, operation_id="network_stations_near")
    def list(self, request: Request) -> Response:
        found = self.narrowed(Station.objects.open())
        rows = stations.near(found, self.asked["lon"], self.asked["lat"])[:MOST_NEAR]
        return self.many(rows, lambda page: [_station(one) for one in stations.rows(page)])


class ProgrammeViewSet(NetworkResource):
    """Programmes and how far their projects are, counted from milestones."""

    serializer_class = ProgrammeWhole
    queries = {"list": PlaceQuery}

    @extend_schema(
        summary="Programmes", tags=TAGS, operation_id="network_programmes",
        responses=ProgrammeShape(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        rows = self.narrowed(Programme.objects.all())
        return self.many(rows, lambda page: [_programme(one) for one in progress.rows(page)])

    @extend_schema(summary="One programme", tags=TAGS, operation_id="network_programme")
    def retrieve(self, request: Request, code: str) -> Response:
        one = self.one(Programme.objects.all(), code)
        projects = [_project(each) for each in progress.projects(one)]
        return Response(_programme(progress.rows([one])[0]) | {"list_of_projects": projects})


class CoverageQuery(Query):
    area = AreaField(required=False, help_text="Means everything beneath it.")


class PairingViewSet(Resource):
    """The share of villages by which an enterprise stands, town by town."""

    serializer_class = CoverageShape
    pagination_class = OnePage
    queries = {"list": CoverageQuery}

    @extend_schema(
        summary="Village–enterprise pairs", tags=TAGS, operation_id="network_pairings",
        description="The first row is of all; its `town` is null.",
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        area = self.asked.get("area")
        whole, towns = pairings.coverage(path=area.path if area else "")
        return self.answer([whole, *towns], _coverage)


class TeamViewSet(NetworkResource):
    """Volunteer teams with what they did, in numbers. Who leads or serves in one is not told."""

    serializer_class = TeamShape
    queries = {"list": PlaceQuery}

    @extend_schema(summary="Volunteer teams", tags=TAGS, operation_id="network_teams")
    def list(self, request: Request) -> Response:
        rows = self.narrowed(Team.objects.in_force()).select_related("area", "unit")
        year = clock.today().year
        return self.many(
            rows.prefetch_related("answers_for"),
            lambda page: [_team(one, year) for one in teams.rows(page, year)],
        )


class AllianceViewSet(NetworkResource):
    """Alliances with how much of what was pledged was given."""

    serializer_class = AllianceShape
    queries = {"list": PlaceQuery}

    @extend_schema(summary="Alliances", tags=TAGS, operation_id="network_alliances")
    def list(self, request: Request) -> Response:
        rows = self.narrowed(Alliance.objects.filter(ended_on=None))
        return self.many(rows, lambda page: [_alliance(one) for one in teams.alliance_rows(page)])


def _unit(row: network.UnitRow) -> dict[str, Any]:
    return _body(row.unit) | {"kind": row.unit.kind, "posts": row.posts, "vacant": row.vacant}


def _body(one: Any) -> dict[str, Any]:
    return {
        "code": one.code, "name": one.name, "area": coded(one.area), "office": one.office,
        "office_phone": one.office_phone,
    }  # fmt: skip


def _association(one: Association) -> dict[str, Any]:
    return _body(one) | {"sector": one.sector}


def _station(row: stations.StationRow) -> dict[str, Any]:
    one = row.station
    return {
        "code": one.code, "name": one.name, "kind": one.kind, "area": coded(one.area),
        "place": one.place, "phone": one.phone,
        "lon": one.location.x if one.location else None,
        "lat": one.location.y if one.location else None,
        "serving": row.serving, "metres": row.metres,
    }  # fmt: skip


def _programme(row: progress.ProgrammeRow) -> dict[str, Any]:
    one = row.programme
    return {
        "code": one.code, "name": one.name, "about": one.about, "area": coded(one.area),
        "starts_on": one.starts_on, "ends_on": one.ends_on, "projects": row.projects,
        "projects_done": row.done, "milestones": row.steps, "milestones_done": row.steps_done,
        "milestones_late": row.steps_late,
    }  # fmt: skip


def _project(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk, "title": one.title, "state": one.state, "lead": coded(one.lead),
        "area": coded(one.area), "milestones": one.steps, "milestones_done": one.steps_done,
        "milestones_late": one.steps_late if one.is_open else 0,
    }  # fmt: skip


def _coverage(row: pairings.Coverage) -> dict[str, Any]:
    return {
        "town": coded(row.town) if row.town else None, "villages": row.villages,
        "paired": row.paired, "percent": row.percent,
    }  # fmt: skip


def _team(row: teams.TeamRow, year: int) -> dict[str, Any]:
    one = row.team
    return {
        "code": one.code, "name": one.name, "about": one.about, "area": coded(one.area),
        "answers_for": [coded(area) for area in one.answers_for.all()],
        "unit": coded(one.unit) if one.unit else None,
        "year": year, "activities": row.sums.activities, "hours": row.sums.hours,
    }  # fmt: skip


def _alliance(row: teams.AllianceRow) -> dict[str, Any]:
    one = row.alliance
    return {
        "code": one.code, "name": one.name, "about": one.about, "area": coded(one.area),
        "founded_on": one.founded_on, "units": row.units, "pledges_due": row.due,
        "pledges_kept": row.kept,
    }  # fmt: skip
