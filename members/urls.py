"""Addresses of the roster: each part of it has its block."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from members.views import posts, programmes, registers, stations, teams, units

app_name = "members"

urlpatterns: list = [
    # ── roster ────────────────────────────────────────────────────────────────────────────────
    # ── network ───────────────────────────────────────────────────────────────────────────────
    path("network/", posts.desk, name="network"),
    path("network/report/", posts.quarterly, name="network-report"),
    path("network/report/<slug:kind>/", posts.quarterly_file, name="network-report-file"),
    path("posts/new/", posts.post_new, name="post-new"),
    path("posts/<int:pk>/", posts.post, name="post"),
    path("posts/<int:pk>/fill/", posts.fill, name="post-fill"),
    path("posts/<int:pk>/hand-over/", posts.hand_over, name="post-hand-over"),
    path("posts/<int:pk>/vacate/", posts.vacate, name="post-vacate"),
    path("posts/<int:pk>/close/", posts.close, name="post-close"),
    path("units/", login_not_required(units.unit_list), name="units"),
    path("units/new/", units.unit_new, name="unit-new"),
    path("units/export/", units.unit_export, name="units-export"),
    path("units/<str:code>/", login_not_required(units.unit), name="unit"),
    path("units/<str:code>/edit/", units.unit_edit, name="unit-edit"),
    path("units/<str:code>/end/", units.unit_end, name="unit-end"),
    path("units/<str:code>/posts/new/", posts.post_of_unit, name="unit-post-new"),
    path("associations/", login_not_required(units.association_list), name="associations"),
    path("associations/new/", units.association_new, name="association-new"),
    path("associations/<str:code>/edit/", units.association_edit, name="association-edit"),
    path("associations/<str:code>/end/", units.association_end, name="association-end"),
    path("stations/", login_not_required(stations.station_list), name="stations"),
    path("stations/new/", stations.new, name="station-new"),
    path("stations/export/", stations.station_export, name="stations-export"),
    path("stations/<str:code>/", login_not_required(stations.station), name="station"),
    path("stations/<str:code>/edit/", stations.edit, name="station-edit"),
    path("stations/<str:code>/check/", stations.check, name="station-check"),
    path("stations/<str:code>/visits/", stations.visits, name="station-visits"),
    path("stations/<str:code>/close/", stations.close, name="station-close"),
    path("stations/<str:code>/posts/new/", posts.post_of_station, name="station-post-new"),
    path("stations/<str:code>/serving/new/", stations.appoint, name="liaison-new"),
    path(
        "stations/<str:code>/serving/<int:pk>/hand-over/",
        stations.hand_over,
        name="liaison-hand-over",
    ),
    path("stations/<str:code>/serving/<int:pk>/renew/", stations.renew, name="liaison-renew"),
    path("stations/<str:code>/serving/<int:pk>/end/", stations.end, name="liaison-end"),
    path("programmes/", login_not_required(programmes.programme_list), name="programmes"),
    path("programmes/new/", programmes.programme_new, name="programme-new"),
    path("programmes/<str:code>/", login_not_required(programmes.programme), name="programme"),
    path("programmes/<str:code>/edit/", programmes.programme_edit, name="programme-edit"),
    path("programmes/<str:code>/projects/new/", programmes.project_new, name="project-new"),
    path("projects/<int:pk>/", login_not_required(programmes.project), name="project"),
    path("projects/<int:pk>/edit/", programmes.project_edit, name="project-edit"),
    path("projects/<int:pk>/milestones/new/", programmes.milestone_new, name="milestone-new"),
    path("projects/<int:pk>/moves/<slug:name>/", programmes.project_move, name="project-move"),
    path("milestones/<int:pk>/reach/", programmes.milestone_reach, name="milestone-reach"),
    path("milestones/<int:pk>/shift/", programmes.milestone_shift, name="milestone-shift"),
    path("organisations/", login_not_required(registers.organisations), name="organisations"),
    path("organisations/new/", registers.facts_new, name="organisation-new"),
    path("organisations/<str:code>/facts/", registers.facts, name="organisation-facts"),
    path("pairings/", login_not_required(registers.pairs), name="pairings"),
    path("pairings/new/", registers.pair_new, name="pairing-new"),
    path("pairings/export/", registers.pairs_export, name="pairings-export"),
    path("pairings/<int:pk>/end/", registers.pair_end, name="pairing-end"),
    path("teams/", login_not_required(teams.team_list), name="teams"),
    path("teams/new/", teams.team_new, name="team-new"),
    path("teams/export/", teams.team_export, name="teams-export"),
    path("teams/<str:code>/", login_not_required(teams.team), name="team"),
    path("teams/<str:code>/edit/", teams.team_edit, name="team-edit"),
    path("teams/<str:code>/count/", teams.team_count, name="team-count"),
    path("teams/<str:code>/end/", teams.team_end, name="team-end"),
    path("alliances/", login_not_required(teams.alliance_list), name="alliances"),
    path("alliances/new/", teams.alliance_new, name="alliance-new"),
    path("alliances/<str:code>/", login_not_required(teams.alliance), name="alliance"),
    path("alliances/<str:code>/edit/", teams.alliance_edit, name="alliance-edit"),
    path("alliances/<str:code>/end/", teams.alliance_end, name="alliance-end"),
    path("alliances/<str:code>/units/new/", teams.alliance_join, name="alliance-join"),
    path("alliances/<str:code>/units/<int:pk>/leave/", teams.alliance_leave, name="alliance-leave"),
    path("alliances/<str:code>/units/<int:pk>/pledges/new/", teams.pledge_new, name="pledge-new"),
    path(
        "alliances/<str:code>/pledges/<int:pk>/fulfil/", teams.pledge_fulfil, name="pledge-fulfil"
    ),
    # ── needs and time ────────────────────────────────────────────────────────────────────────
    # ── reception and activities ──────────────────────────────────────────────────────────────
    # ── counsel, grants, figures ──────────────────────────────────────────────────────────────
]
