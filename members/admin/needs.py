"""Needs and claims for reading: whoever changes one does so on its page."""

from django.contrib import admin

from govgrid.core.admin import ReadOnly
from members.models import Claim, Need


@admin.register(Need)
class NeedAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["number", "title", "area", "specialty", "state", "asked_at", "ended_at"]
    list_filter = ["state", "specialty"]
    list_select_related = ["area", "specialty"]
    search_fields = ["number", "title"]
    # Who asked is on the page of the need, for whom it concerns.
    exclude = ["fingerprint", "client_id", "asker", "entered_by", "body", "place", "point"]
    show_full_result_count = False


@admin.register(Claim)
class ClaimAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["need", "state", "offered_at", "answered_at", "done_at"]
    list_filter = ["state"]
    list_select_related = ["need"]
    # A score is for the two whom it concerns.
    exclude = ["member", "score", "thanks", "plan", "result", "reason", "minutes"]
    show_full_result_count = False
