"""Under /api/v1/members/: reception days, one's own bookings, activities."""

from django.urls import path

from members.api.activities import ActivityViewSet
from members.api.reception import BookingViewSet, SlotViewSet

LIST = {"get": "list"}
ONE = {"get": "retrieve"}

ROUTES = [
    path("members/reception/slots/", SlotViewSet.as_view(LIST), name="reception_slots"),
    path("members/reception/slots/<int:id>/", SlotViewSet.as_view(ONE), name="reception_slot"),
    path(
        "members/reception/bookings/",
        BookingViewSet.as_view({**LIST, "post": "create"}),
        name="reception_bookings",
    ),
    path(
        "members/reception/bookings/<int:id>/",
        BookingViewSet.as_view(ONE),
        name="reception_booking",
    ),
    path(
        "members/reception/bookings/<int:id>/cancel/",
        BookingViewSet.as_view({"post": "cancel"}),
        name="reception_booking_cancel",
    ),
    path(
        "members/reception/bookings/<int:id>/rate/",
        BookingViewSet.as_view({"post": "rate"}),
        name="reception_booking_rate",
    ),
    path("members/activities/", ActivityViewSet.as_view(LIST), name="member_activities"),
    path("members/activities/<int:id>/", ActivityViewSet.as_view(ONE), name="member_activity"),
    path(
        "members/activities/<int:id>/sign-up/",
        ActivityViewSet.as_view({"post": "sign_up"}),
        name="member_activity_sign_up",
    ),
    path(
        "members/activities/<int:id>/sign-off/",
        ActivityViewSet.as_view({"post": "sign_off"}),
        name="member_activity_sign_off",
    ),
]
