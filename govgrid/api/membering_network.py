"""Everything under /api/v1/members/ that is of the network, to read."""

from django.urls import path

from members.api.network import (
    AllianceViewSet,
    AssociationViewSet,
    PairingViewSet,
    ProgrammeViewSet,
    StationNearViewSet,
    StationViewSet,
    TeamViewSet,
    UnitViewSet,
)

LIST = {"get": "list"}
ONE = {"get": "retrieve"}

ROUTES = [
    path("members/units/", UnitViewSet.as_view(LIST), name="network_units"),
    path("members/units/<str:code>/", UnitViewSet.as_view(ONE), name="network_unit"),
    path("members/associations/", AssociationViewSet.as_view(LIST), name="network_associations"),
    path("members/stations/", StationViewSet.as_view(LIST), name="network_stations"),
    path("members/stations/near/", StationNearViewSet.as_view(LIST), name="network_stations_near"),
    path("members/stations/<str:code>/", StationViewSet.as_view(ONE), name="network_station"),
    path("members/programmes/", ProgrammeViewSet.as_view(LIST), name="network_programmes"),
    path("members/programmes/<str:code>/", ProgrammeViewSet.as_view(ONE), name="network_programme"),
    path("members/pairings/", PairingViewSet.as_view(LIST), name="network_pairings"),
    path("members/teams/", TeamViewSet.as_view(LIST), name="network_teams"),
    path("members/alliances/", AllianceViewSet.as_view(LIST), name="network_alliances"),
]
