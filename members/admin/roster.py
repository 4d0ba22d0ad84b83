"""Entries and invitations, to read: numbers, states and days. Names are read on the site, on record."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.admin import ReadOnly, column
from members.models import Batch, Invitation, Member, MemberEvent, Specialty


@admin.register(Member)
class MemberAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["serial", "state", "area", "is_listed", "review_on", "erase_on"]
    list_filter = ["state", "is_listed"]
    list_select_related = ["area"]
    search_fields = ["serial"]
    show_full_result_count = False
    fields = [
        *("serial", "state", "area", "station", "batch", "is_listed", "applied_at", "decided_at"),
        *("review_on", "left_at", "erase_on"),
    ]


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "area", "batch", "invited_at", "expires_at", "answer"]
    list_filter = ["answer"]
    list_select_related = ["area", "batch"]
    show_full_result_count = False
    fields = ["area", "batch", "invited_at", "expires_at", "answer", "answered_at"]


@admin.register(MemberEvent)
class MemberEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "whose", "verb", "fields"]
    list_filter = ["verb"]
    list_select_related = ["member"]
    show_full_result_count = False
    fields = ["whose", "verb", "fields", "at"]
    whose = column("member", pgettext_lazy("person", "member"))


@admin.register(Batch)
class BatchAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "area", "places", "opens_at", "closes_at"]
    list_select_related = ["area"]
    search_fields = ["title"]
    show_full_result_count = False
    fields = ["title", "area", "wanted", "criteria", "places", "opens_at", "closes_at", "who"]
    who = column("made_by", _("made by"))


@admin.register(Specialty)
class SpecialtyAdmin(admin.ModelAdmin):
    """Without a history: who runs the platform keeps it."""

    list_display = ["code", "name", "parent", "is_offered"]
    list_filter = ["is_offered"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "parent", "is_offered"]
