from django.urls import path, register_converter

from tickets.views import tickets as views
from tickets.models import NUMBER


class NumberConverter:
    """YL20261122-000123-7, in either case; anything else is no ticket and asks no database."""

    regex = NUMBER.pattern

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


register_converter(NumberConverter, "number")

app_name = "tickets"
urlpatterns = [
    path("", views.ticket_list, name="list"),
    path("new/", views.new, name="new"),
    path("near/", views.near, name="near"),
    path("<number:number>/", views.detail, name="detail"),
    path("<number:number>/contact/", views.contact, name="contact"),
    path("<number:number>/<slug:name>/", views.act, name="act"),
]
