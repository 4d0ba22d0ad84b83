"""Reception days and activities, to read: neither who comes nor what it is about is listed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from govgrid.core.admin import ReadOnly, column
from members.models import Activity, Reception, Slot


@admin.register(Reception)
class ReceptionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["station", "mode", "rule", "begins", "ends", "places", "ended_on"]
    list_filter = ["mode", ("ended_on", admin.EmptyFieldListFilter)]
    list_select_related = ["station"]
    search_fields = ["station__name", "station__code"]
    show_full_result_count = False
    fields = [
        *("station", "mode", "rule", "begins", "ends", "slot_minutes", "places", "place"),
        *("starts_on", "ended_on", "who", "made_at"),
    ]
    who = column("made_by", _("made by"))


@admin.register(Slot)
class SlotAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["station", "mode", "starts_at", "ends_at", "places", "cancelled_at"]
    list_filter = ["mode", ("cancelled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["station"]
    search_fields = ["station__name", "station__code"]
    date_hierarchy = "starts_at"
    show_full_result_count = False
    fields = [
        *("station", "mode", "starts_at", "ends_at", "places"),
        *("cancelled_at", "who", "cancel_reason"),
    ]
    who = column("cancelled_by", _("cancelled by"))


@admin.register(Activity)
class ActivityAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "kind", "series", "station", "starts_at", "state", "head_count"]
    list_filter = ["kind", "state"]
    list_select_related = ["station"]
    search_fields = ["title", "series", "station__name"]
    show_full_result_count = False
    fields = [
        *("station", "area", "kind", "series", "title", "text", "starts_at", "ends_at", "place"),
        *("capacity", "state", "cancel_reason", "head_count", "summary", "who", "made_at"),
    ]
    who = column("made_by", _("made by"))
