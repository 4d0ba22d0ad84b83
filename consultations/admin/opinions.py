"""Opinions, to read: neither who said something nor who is for it is listed."""

from django.contrib import admin

from consultations.models import Flag, Opinion, Stance, Wording
from govgrid.core.admin import ReadOnly


class FlagInline(ReadOnly, admin.TabularInline):
    model = Flag
    # What readers found, not who they are.
    fields = ["at", "reason", "note", "settled_at"]
    extra = 0


@admin.register(Opinion)
class OpinionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["topic", "serial", "kind", "fate", "at", "hidden_at"]
    list_filter = ["kind", "fate", ("hidden_at", admin.EmptyFieldListFilter)]
    list_select_related = ["topic"]
    search_fields = ["=topic__number"]
    show_full_result_count = False
    fields = [
        *("topic", "serial", "round", "kind", "session", "parent", "amends", "of_version"),
        *("body", "why", "role", "at", "superseded_at", "taken_at"),
        *("fate", "fate_at", "fate_round", "verdict", "verdict_code", "verdict_reason"),
        *("revisit_on", "must_change", "watched_by", "legal_basis", "alternative"),
        *("hidden_at", "hidden_reason", "appeal", "appeal_answer", "shown_again_at"),
    ]
    inlines = [FlagInline]


@admin.register(Wording)
class WordingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["topic", "version", "until"]
    list_select_related = ["topic"]
    search_fields = ["=topic__number"]
    show_full_result_count = False
    fields = ["topic", "version", "title", "body", "amendment", "until"]


@admin.register(Stance)
class StanceAdmin(ReadOnly, admin.ModelAdmin):
    """That there is one, never whose it is nor which."""

    list_display = ["topic", "opinion"]
    list_select_related = ["topic", "opinion"]
    search_fields = ["=topic__number"]
    show_full_result_count = False
    fields = ["topic", "opinion"]
