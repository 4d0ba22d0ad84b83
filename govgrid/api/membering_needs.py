"""Needs, claims and one's own time under /api/v1/members/."""

from django.urls import path

from members.api.needs import ClaimViewSet, NeedViewSet
from members.api.time import TimeViewSet

LIST = {"get": "list"}
ONE = {"get": "retrieve"}

ROUTES = [
    path("members/needs/", NeedViewSet.as_view({**LIST, "post": "create"}), name="needs"),
    path("members/needs/<str:number>/", NeedViewSet.as_view(ONE), name="need"),
    *(
        path(
            f"members/needs/<str:number>/{act.replace('_', '-')}/",
            NeedViewSet.as_view({"post": act}),
            name=f"need_{act}",
        )
        for act in ("claim", "confirm", "not_done", "withdraw")
    ),
    *(
        path(
            f"members/needs/<str:number>/claims/<int:id>/{act.replace('_', '-')}/",
            ClaimViewSet.as_view({"post": act}),
            name=f"claim_{act}",
        )
        for act in ("accept", "decline", "step_back", "done")
    ),
    path("members/claims/", ClaimViewSet.as_view(LIST), name="claims"),
    path("members/time/", TimeViewSet.as_view(LIST), name="time_entries"),
    path("members/time/sum/", TimeViewSet.as_view({"get": "total"}), name="time_sum"),
]
