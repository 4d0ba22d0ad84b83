"""Routes of counsels, grants of duty and figures."""

from django.urls import path

from members.api.counsels import CounselViewSet, OwnCounselViewSet
from members.api.figures import RosterFigureViewSet
from members.api.grants import GrantViewSet

LIST = {"get": "list"}
ONE = {"get": "retrieve"}

ROUTES = [
    path("members/counsels/", CounselViewSet.as_view(LIST), name="counsels"),
    path("members/counsels/<str:number>/", CounselViewSet.as_view(ONE), name="counsel"),
    path(
        "members/own/counsels/",
        OwnCounselViewSet.as_view({**LIST, "post": "create"}),
        name="own_counsels",
    ),
    path(
        "members/own/counsels/<str:number>/withdraw/",
        OwnCounselViewSet.as_view({"post": "withdraw"}),
        name="own_counsel_withdraw",
    ),
    path("members/grants/", GrantViewSet.as_view(LIST), name="grants"),
    path("members/grants/<str:number>/", GrantViewSet.as_view(ONE), name="grant"),
    path("members/figures/", RosterFigureViewSet.as_view(LIST), name="members_figures"),
]
