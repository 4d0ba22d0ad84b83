from django.urls import path, register_converter

from tickets.models import NUMBER
from tickets.views import (
    board,
    clocks,
    detail,
    limits,
    merging,
    photos,
    scores,
    sign_in,
    tiles,
    whistles,
)
from tickets.views import tickets as views


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
    path("tiles/<int:z>/<int:x>/<int:y>.mvt", tiles.tickets, name="tile"),
    path("standing/", views.standing, name="standing"),
    path("terms/", whistles.terms, name="terms"),
    path("board/", board.page, name="board"),
    path("board/<number:number>/", board.chosen, name="board-chosen"),
    path("board/<number:number>/<slug:name>/", board.act, name="board-act"),
    path("scores/", scores.scores, name="scores"),
    path("limits/", limits.limits, name="limits"),
    path("limits/<int:limit>/end/", limits.end, name="limit-end"),
    path("<number:number>/", detail.detail, name="detail"),
    path("<number:number>/contact/", detail.contact, name="contact"),
    path("photos/", photos.draft, name="draft-photos"),
    path("photos/<uuid:photo>/", photos.draft_photo, name="draft-photo"),
    path("photos/<uuid:photo>/thumb/", photos.draft_thumb, name="draft-thumb"),
    path("<number:number>/photos/", photos.add, name="photos"),
    path("<number:number>/photos/<uuid:photo>/", photos.photo, name="photo"),
    path("<number:number>/photos/<uuid:photo>/thumb/", photos.thumb, name="thumb"),
    path("<number:number>/whistle/", whistles.blow, name="whistle"),
    path("<number:number>/merge/", merging.merge, name="merge"),
    path("<number:number>/clocks/", clocks.clocks, name="clocks"),
    path("<number:number>/sign-in/", sign_in.sign_in, name="sign-in"),
    path("<number:number>/here/<str:token>/", sign_in.here, name="here"),
    path("<number:number>/<slug:name>/", detail.act, name="act"),
]
