"""Under /api/v1/members/: who is shown, one's own entry, and answering an invitation."""

from django.urls import path

from members.api.roster import JoinViewSet, ListedViewSet, MineViewSet

ROUTES = [
    path("members/", ListedViewSet.as_view({"get": "list"}), name="members"),
    path(
        "members/me/",
        MineViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="member_me",
    ),
    *(
        path(f"members/me/{act}/", MineViewSet.as_view({"post": act}), name=f"member_me_{act}")
        for act in ("pause", "resume", "leave")
    ),
    path(
        "members/me/consents/<str:name>/",
        MineViewSet.as_view({"put": "agree", "delete": "withdraw"}),
        name="member_me_consent",
    ),
    path(
        "members/join/<str:code>/",
        JoinViewSet.as_view({"get": "retrieve", "post": "create"}),
        name="member_join",
    ),
]
