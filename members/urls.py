"""Addresses of the roster: each part of it has its block."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from members.views import claims, needs, time

app_name = "members"

urlpatterns: list = [
    # ── roster ────────────────────────────────────────────────────────────────────────────────
    # ── network ───────────────────────────────────────────────────────────────────────────────
    # ── needs and time ────────────────────────────────────────────────────────────────────────
    path("needs/", login_not_required(needs.need_list), name="needs"),
    path("needs/new/", needs.new, name="need-new"),
    path("needs/mine/", needs.mine, name="my-needs"),
    path("needs/board/", needs.board, name="need-board"),
    path("needs/<str:number>/", login_not_required(needs.need), name="need"),
    path("needs/<str:number>/contact/", claims.contact, name="need-contact"),
    path("needs/<str:number>/acts/<slug:name>/", claims.act_on_need, name="need-act"),
    path("needs/<str:number>/claims/<int:pk>/<slug:name>/", claims.act_on_claim, name="claim-act"),
    path("time/", time.account, name="time"),
    path("time/statement/", time.statement, name="time-statement"),
    path("gifts/", login_not_required(time.gift_list), name="gifts"),
    path("gifts/new/", time.gift_new, name="gift-new"),
    path("gifts/<int:pk>/<slug:name>/", time.gift_act, name="gift-act"),
    # ── reception and activities ──────────────────────────────────────────────────────────────
    # ── counsel, grants, figures ──────────────────────────────────────────────────────────────
]
