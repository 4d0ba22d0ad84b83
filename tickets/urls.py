from django.urls import path, register_converter

from tickets.models import NUMBER
from tickets.views import (
    board,
    callbacks,
    clocks,
    colours,
    conditions,
    detail,
    late,
    levels,
    limits,
    meetings,
    merging,
    notes,
    orders,
    photos,
    printing,
    replies,
    rules,
    scores,
    searches,
    sign_in,
    splitting,
    tiles,
    together,
    track,
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
    path("late/", late.page, name="late"),
    path("late/act/", late.act, name="late-act"),
    path("scores/", scores.scores, name="scores"),
    path("levels/", levels.figures, name="levels"),
    path("conditions/", conditions.conditions, name="conditions"),
    path("conditions/<int:terms>/end/", conditions.end, name="conditions-end"),
    path("callbacks/", callbacks.callbacks, name="callbacks"),
    path("callbacks/<int:callback>/", callbacks.callback, name="callback"),
    path("callbacks/<int:callback>/contact/", callbacks.contact, name="callback-contact"),
    path("rules/", rules.rule_list, name="rules"),
    path("rules/findings/", rules.findings, name="rule-findings"),
    path("rules/try/", rules.try_out, name="rule-try"),
    path("rules/new/", rules.new, name="rule-new"),
    path("rules/<int:rule>/", rules.detail, name="rule"),
    path("rules/<int:rule>/change/", rules.change, name="rule-change"),
    path("rules/<int:rule>/end/", rules.end, name="rule-end"),
    path("limits/colours/", colours.colours, name="colours"),
    path("limits/", limits.limits, name="limits"),
    path("limits/<int:limit>/end/", limits.end, name="limit-end"),
    path("templates/", replies.templates, name="templates"),
    path("templates/<int:template>/", replies.change, name="template"),
    path("templates/<int:template>/end/", replies.end, name="template-end"),
    path("searches/", searches.save, name="searches"),
    path("searches/<int:search>/rename/", searches.rename, name="search-rename"),
    path("searches/<int:search>/delete/", searches.delete, name="search-delete"),
    path("together/", together.choose, name="together"),
    path("together/done/", together.done, name="together-done"),
    path("together/<slug:name>/", together.act, name="together-act"),
    path("<number:number>/notes/", notes.notes, name="notes"),
    path("<number:number>/print/", printing.slip, name="print"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("<number:number>/meetings/new/", meetings.new, name="meeting-new"),
    path("<number:number>/meetings/<int:key>/", meetings.meeting, name="meeting"),
    path("<number:number>/meetings/<int:key>/code/", meetings.code, name="meeting-code"),
    path("<number:number>/meetings/<int:key>/meeting.ics", meetings.file, name="meeting-file"),
    path(
        "<number:number>/meetings/<int:key>/here/<str:token>/", meetings.here, name="meeting-here"
    ),
    path(
        "<number:number>/meetings/<int:key>/drop/<int:decision>/",
        meetings.drop,
        name="meeting-drop",
    ),
    path("<number:number>/meetings/<int:key>/<slug:act>/", meetings.act, name="meeting-act"),
    path("<number:number>/", detail.detail, name="detail"),
    path("<number:number>/contact/", detail.contact, name="contact"),
    path("photos/", photos.draft, name="draft-photos"),
    path("photos/<uuid:photo>/", photos.draft_photo, name="draft-photo"),
    path("photos/<uuid:photo>/thumb/", photos.draft_thumb, name="draft-thumb"),
    path("<number:number>/photos/", photos.add, name="photos"),
    path("<number:number>/photos/<uuid:photo>/", photos.photo, name="photo"),
    path("<number:number>/photos/<uuid:photo>/thumb/", photos.thumb, name="thumb"),
    path("<number:number>/whistle/", whistles.blow, name="whistle"),
    path("<number:number>/orders/<int:place>.pdf", orders.pdf, name="order"),
    path("<number:number>/orders/<int:place>/close/", orders.close, name="order-close"),
    path("<number:number>/merge/", merging.merge, name="merge"),
    path("<number:number>/split/", splitting.split, name="split"),
    path("<number:number>/clocks/", clocks.clocks, name="clocks"),
    path("<number:number>/sign-in/", sign_in.sign_in, name="sign-in"),
    path("<number:number>/here/<str:token>/", sign_in.here, name="here"),
    path("<number:number>/<slug:name>/", detail.act, name="act"),
]

# The reporter's link stands by itself: short, and without a word of what lies behind the sign-in.
link = (
    [
        path("<str:token>/", track.page, name="page"),
        path("<str:token>/<uuid:photo>/", track.photo, name="photo"),
    ],
    "track",
)
