"""Addresses of the roster: each part of it has its block."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from members.views import briefs, counsels, figures, grants, visits

app_name = "members"

urlpatterns: list = [
    # ── roster ────────────────────────────────────────────────────────────────────────────────
    # ── network ───────────────────────────────────────────────────────────────────────────────
    # ── needs and time ────────────────────────────────────────────────────────────────────────
    # ── reception and activities ──────────────────────────────────────────────────────────────
    # ── counsel, grants, figures ──────────────────────────────────────────────────────────────
    path("counsel/", login_not_required(counsels.counsel_list), name="counsels"),
    path("counsel/mine/", counsels.mine, name="counsel-mine"),
    path("counsel/new/", counsels.new, name="counsel-new"),
    path("counsel/desk/", counsels.desk, name="counsel-desk"),
    path("counsel/brief/", briefs.make, name="brief-make"),
    path("counsel/<str:number>/", login_not_required(counsels.counsel), name="counsel"),
    path("counsel/<str:number>/<slug:name>/", counsels.act, name="counsel-act"),
    path("briefs/", briefs.brief_list, name="briefs"),
    path("briefs/<str:number>/", briefs.brief, name="brief"),
    path("briefs/<str:number>/note/", briefs.note, name="brief-note"),
    path("briefs/<str:number>/paper.<slug:kind>", briefs.paper, name="brief-paper"),
    path("briefs/<str:number>/instructions/<int:pk>/", briefs.answer, name="brief-answer"),
    path("grants/", login_not_required(grants.register), name="grants"),
    path("grants/new/", grants.new, name="grant-new"),
    path("grants/holders/<slug:key>/", login_not_required(grants.holder), name="grant-holder"),
    path("grants/<str:number>/", login_not_required(grants.grant), name="grant"),
    path("grants/<str:number>/<slug:name>/", grants.act, name="grant-act"),
    path("visits/", visits.mine, name="visits"),
    path("visits/acts/<slug:name>/", visits.own_act, name="visit-own-act"),
    path("visits/round/", visits.round_, name="visit-round"),
    path("visits/round/<str:serial>/", visits.record, name="visit-record"),
    path("visits/<int:pk>/delete/", visits.delete, name="visit-delete"),
    path("figures/", figures.read, name="figures"),
    path("figures/figures.xlsx", figures.workbook, name="figures-workbook"),
]

# Switched off, the roster has no page: whatever is asked for under its address is not there.
if not settings.MEMBERS_ENABLED:
    urlpatterns = []
