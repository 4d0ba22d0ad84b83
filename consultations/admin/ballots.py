"""Ballots and covenants, to read: who voted is not listed, and nothing says how."""

from django.contrib import admin

from consultations.models import (
    Ballot,
    BallotKey,
    Clause,
    ClauseComment,
    Covenant,
    Elector,
    Residency,
    Vote,
)
from govgrid.core.admin import ReadOnly


@admin.register(Ballot)
class BallotAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "question",
        "platform",
        "state",
        "count_by",
        "is_secret",
        "opens_at",
        "closes_at",
    ]
    list_filter = ["state", "count_by", "basis", "is_secret"]
    list_select_related = ["platform"]
    search_fields = ["question", "platform__name"]
    show_full_result_count = False
    fields = [
        *("platform", "topic", "question", "about", "options", "kind", "max_choices", "area"),
        *("compound", "basis", "count_by", "is_secret", "by_scrutineers", "quorum", "pass_share"),
        *("opens_at", "closes_at", "entitled", "entitled_area", "asked_by", "asked_at", "state"),
        *("announced_at", "counted_at", "counted_by", "tally", "receipts", "is_passed"),
        *("voided_at", "voided_by", "void_reason"),
    ]


@admin.register(BallotKey)
class BallotKeyAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["ballot", "position", "made"]
    list_select_related = ["ballot"]
    fields = ["ballot", "position", "holder", "public", "made"]


@admin.register(Elector)
class ElectorAdmin(ReadOnly, admin.ModelAdmin):
    """That there is a line, and of which ballot."""

    list_display = ["pk", "ballot"]
    list_select_related = ["ballot"]
    show_full_result_count = False
    fields = ["ballot"]


@admin.register(Vote)
class VoteAdmin(ReadOnly, admin.ModelAdmin):
    """How it came; neither whose it is nor what it says."""

    list_display = ["pk", "ballot", "channel"]
    list_filter = ["channel"]
    list_select_related = ["ballot"]
    show_full_result_count = False
    fields = ["ballot", "channel", "recorded_by"]


@admin.register(Residency)
class ResidencyAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["pk", "area", "verified_on", "expires_on", "ended_on"]
    list_select_related = ["area"]
    show_full_result_count = False
    fields = ["area", "compound", "verified_by", "verified_on", "expires_on", "ended_on"]


class ClauseInline(ReadOnly, admin.TabularInline):
    model = Clause
    fields = ["position", "text"]
    extra = 0


@admin.register(Covenant)
class CovenantAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "kind", "number", "area", "state", "in_force_from", "ended_on"]
    list_filter = ["kind", "state"]
    list_select_related = ["area"]
    search_fields = ["title", "platform__name"]
    show_full_result_count = False
    fields = [
        *("platform", "area", "compound", "kind", "number", "title", "rationale", "topic"),
        *("ballot", "state", "drafted_by", "drafted_at", "legal_check", "checked_by"),
        *("checked_at", "in_force_from", "ended_on", "filed_at", "filed_by", "filing_note"),
    ]
    inlines = [ClauseInline]


@admin.register(ClauseComment)
class ClauseCommentAdmin(ReadOnly, admin.ModelAdmin):
    """Without who said it."""

    list_display = ["body", "covenant", "position", "at", "hidden_at"]
    list_select_related = ["covenant"]
    show_full_result_count = False
    fields = [
        *("covenant", "position", "said_of", "body", "at"),
        *("hidden_at", "hidden_by", "hidden_reason"),
    ]
