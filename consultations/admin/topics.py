"""Topics and their story, to read: the actions alone write them, and no proposer is named here."""

from django.contrib import admin

from consultations.models import Step, Topic
from govgrid.core.admin import ReadOnly


class StepInline(ReadOnly, admin.TabularInline):
    model = Step
    # As what somebody acted, not who he is.
    fields = ["at", "verb", "before", "after", "role", "note", "is_public"]
    ordering = ["pk"]
    extra = 0


@admin.register(Topic)
class TopicAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["number", "title", "platform", "area", "state", "verdict", "step_due_at"]
    list_filter = ["state", "verdict", "tier"]
    list_select_related = ["platform", "area"]
    search_fields = ["=number", "title", "platform__name"]
    show_full_result_count = False
    fields = [
        *("number", "title", "body", "platform", "area", "place", "ticket", "follows"),
        *("state", "tier", "round", "no_accord", "reopened", "step_since", "step_due_at"),
        *("decline_code", "destination", "appealed_at", "merged_into", "affected"),
        *("study_plan", "study_waiver", "study_report", "study_extended"),
        *("verdict", "verdict_code", "verdict_reason", "revisit_on", "must_change"),
        *("legal_basis", "alternative", "consensus"),
        *("result", "raised_at", "reported_at", "closed_at"),
    ]
    inlines = [StepInline]
