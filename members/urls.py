"""Addresses of the roster: each part of it has its block."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from members.views import batches, inviting, joining, listed, mine, roster

app_name = "members"

urlpatterns: list = [
    # ── roster ────────────────────────────────────────────────────────────────────────────────
    path("", login_not_required(listed.listed), name="list"),
    path("join/", joining.apply, name="apply"),
    path("join/<str:token>/", login_not_required(joining.join), name="join"),
    path("roster/", roster.roster_list, name="roster"),
    path("roster/print/", roster.print_out, name="roster-print"),
    path("roster/export/", roster.export, name="roster-export"),
    path("m/<str:serial>/", roster.member, name="member"),
    path("m/<str:serial>/reveal/", roster.reveal, name="member-reveal"),
    path("m/<str:serial>/decide/", roster.decide, name="member-decide"),
    path("applications/", roster.applications, name="applications"),
    path("invitations/", inviting.invitations, name="invitations"),
    path("invitations/preview/", inviting.preview, name="invite-preview"),
    path("invitations/confirm/", inviting.confirm, name="invite-confirm"),
    path("invitations/<slug:what>.xlsx", inviting.download, name="invite-download"),
    path("invitations/<int:pk>/withdraw/", inviting.withdraw, name="invitation-withdraw"),
    path("batches/", login_not_required(batches.batch_list), name="batches"),
    path("batches/new/", batches.new, name="batch-new"),
    path("batches/<int:pk>/", login_not_required(batches.batch), name="batch"),
    path("batches/<int:pk>/apply/", joining.apply, name="batch-apply"),
    path("batches/<int:pk>/close/", batches.close, name="batch-close"),
    path("me/", mine.me, name="me"),
    path("me/edit/", mine.edit, name="me-edit"),
    path("me/pause/", mine.pause, name="me-pause"),
    path("me/resume/", mine.resume, name="me-resume"),
    path("me/review/", mine.review, name="me-review"),
    path("me/leave/", mine.leave, name="me-leave"),
    path("me/sealed/", mine.sealed, name="me-sealed"),
    path("me/affiliation/", mine.affiliation, name="me-affiliation"),
    path("me/consents/<slug:key>/", mine.consent, name="me-consent"),
    path("me/copy.<slug:kind>", mine.copy, name="me-copy"),
    # ── network ───────────────────────────────────────────────────────────────────────────────
    # ── needs and time ────────────────────────────────────────────────────────────────────────
    # ── reception and activities ──────────────────────────────────────────────────────────────
    # ── counsel, grants, figures ──────────────────────────────────────────────────────────────
]
