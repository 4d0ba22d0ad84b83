"""Addresses of the roster: each part of it has its block."""

from django.urls import path

from members.views import activities, activity_desk, bookings, receptions, station_days

app_name = "members"

urlpatterns: list = [
    # ── roster ────────────────────────────────────────────────────────────────────────────────
    # ── network ───────────────────────────────────────────────────────────────────────────────
    # ── needs and time ────────────────────────────────────────────────────────────────────────
    # ── reception and activities ──────────────────────────────────────────────────────────────
    path("reception/", receptions.reception_list, name="reception"),
    path("reception/mine/", bookings.mine, name="bookings"),
    path("reception/slots/<int:pk>/", receptions.slot, name="slot"),
    path("reception/slots/<int:pk>/book/", receptions.book, name="slot-book"),
    path("reception/slots/<int:pk>/for/", receptions.book_for, name="slot-for"),
    path("reception/slots/<int:pk>/cancel/", receptions.cancel, name="slot-cancel"),
    path("reception/slots/<int:pk>/sheet/", station_days.slot_sheet, name="slot-sheet"),
    path("reception/bookings/<int:pk>/", bookings.booking, name="booking"),
    path("reception/bookings/<int:pk>/reception.ics", bookings.file, name="booking-file"),
    path(
        "reception/bookings/<int:pk>/open/<slug:what>/", bookings.open_sealed, name="booking-open"
    ),
    path("reception/bookings/<int:pk>/<slug:act>/", bookings.act, name="booking-act"),
    path("reception/days/<int:pk>/", station_days.change, name="reception-change"),
    path("reception/days/<int:pk>/end/", station_days.end, name="reception-end"),
    path("stations/<slug:code>/reception/", station_days.days, name="station-days"),
    path("stations/<slug:code>/sheet/", station_days.day_sheet, name="day-sheet"),
    path("stations/<slug:code>/reception.ics", receptions.feed, name="reception-feed"),
    path("stations/<slug:code>/activities/new/", activity_desk.new, name="activity-new"),
    path("activities/", activities.activity_list, name="activities"),
    path("activities/series/", activities.series, name="activity-series"),
    path("activities/in/<slug:code>/new/", activity_desk.new_in_area, name="area-activity-new"),
    path("activities/<int:pk>/", activities.activity, name="activity"),
    path("activities/<int:pk>/activity.ics", activities.file, name="activity-file"),
    path("activities/<int:pk>/sign-up/", activities.sign_up, name="activity-sign-up"),
    path("activities/<int:pk>/sign-off/", activities.sign_off, name="activity-sign-off"),
    path("activities/<int:pk>/desk/", activity_desk.desk, name="activity-desk"),
    path("activities/<int:pk>/desk/<slug:act>/", activity_desk.act, name="activity-act"),
    path("activities/<int:pk>/people/<int:row>/", activity_desk.mark, name="activity-mark"),
    path("activities/<int:pk>/code/", activity_desk.code, name="activity-code"),
    path("activities/<int:pk>/here/<str:token>/", activity_desk.here, name="activity-here"),
    path("activities/<int:pk>/photos/<uuid:photo>/", activities.photo, name="activity-photo"),
    path(
        "activities/<int:pk>/photos/<uuid:photo>/small/",
        activities.photo,
        {"small": True},
        name="activity-thumb",
    ),
    path(
        "activities/<int:pk>/photos/<uuid:photo>/drop/",
        activity_desk.drop_photo,
        name="activity-photo-drop",
    ),
    # ── counsel, grants, figures ──────────────────────────────────────────────────────────────
]
