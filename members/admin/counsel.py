"""Counsels, briefs, grants of duty and figures, to read. Who wrote or who was visited is not here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.admin import ReadOnly, column
from govgrid.privacy import holdings
from members import figures
from members.models import Brief, Counsel, CounselStep, FigureRow, Grant, Instruction
from members.workflow.counsel import VERBS


class StepInline(ReadOnly, admin.TabularInline):
    model = CounselStep
    # As what somebody acted, not who he is.
    fields = ["at", "what", "held", "note"]
    readonly_fields = ["what", "held"]
    extra = 0
    what = column(
        "verb", pgettext_lazy("counsel", "what was done"), lambda verb: VERBS.get(verb, verb)
    )
    held = column("role", _("as"), holdings.role_name)


@admin.register(Counsel)
class CounselAdmin(ReadOnly, admin.ModelAdmin):
    """What was handed in; drafts are their authors' alone."""

    list_display = ["number", "edited_title", "area", "state", "state_since"]
    list_filter = ["state"]
    list_select_related = ["area"]
    search_fields = ["=number", "edited_title"]
    show_full_result_count = False
    fields = [
        *("number", "edited_title", "edited_body", "area", "state", "reason", "brief", "answer"),
        *("answer_due", "became", "topic", "ticket", "submitted_at", "state_since"),
    ]
    inlines = [StepInline]

    def get_queryset(self, request):
        return super().get_queryset(request).handed_in()


class InstructionInline(ReadOnly, admin.TabularInline):
    model = Instruction
    fields = ["at", "office", "text", "department", "due_on", "is_public", "answer", "answered_at"]
    extra = 0


@admin.register(Brief)
class BriefAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["numbered", "title", "area", "made_at"]
    list_filter = ["year"]
    list_select_related = ["area"]
    search_fields = ["title"]
    fields = ["numbered", "title", "body", "area", "made_at"]
    inlines = [InstructionInline]
    numbered = column("number", pgettext_lazy("brief", "number"), sorts=False)


@admin.register(Grant)
class GrantAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["number", "held_by", "matter", "level", "area", "starts_on", "ends_on"]
    list_filter = ["matter", "level"]
    list_select_related = ["organisation", "association", "area"]
    search_fields = ["=number", "unit", "organisation__name"]
    fields = [
        *("number", "organisation", "association", "unit", "matter", "level", "text", "area"),
        *("document", "document_on", "starts_on", "ends_on", "granted_at", "accepted_at"),
        *("accepted_paper", "declined_at", "revoked_at", "revoked_reason", "renews"),
    ]
    held_by = column("holder", pgettext_lazy("grant", "holder"), sorts=False)


@admin.register(FigureRow)
class FigureRowAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["quarter", "about", "label", "shown", "area"]
    list_filter = ["quarter", "table"]
    list_select_related = ["area"]
    fields = ["quarter", "about", "label", "shown", "area", "at"]
    about = column("table", pgettext_lazy("figures", "table"), figures.title)
