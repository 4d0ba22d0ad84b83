"""Divisions in the back office: read there, with all that belongs to them, and changed by actions."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from govgrid.core.admin import ReadOnly
from grids.division import succession
from grids.models import Division, DivisionEvent, Ending, Excuse, Piece, Principle, Proposal, Step


class Rows(ReadOnly, admin.TabularInline):
    """A part of a division, in the order in which it came."""

    extra = 0
    show_change_link = False
    view_on_site = False


class PieceRows(Rows):
    """All versions: the steps from and to tell which of them are shown."""

    model = Piece
    fields = [
        *("number", "made_in", "gone_in", "code", "name", "kind", "household_count", "keeps"),
    ]

    def get_queryset(self, request):
        # Thousands of corners each, and none of them is read here.
        return super().get_queryset(request).select_related("keeps").defer("outline")


class StepRows(Rows):
    model = Step
    fields = ["number", "verb", "pieces", "by", "at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


class EndingRows(Rows):
    model = Ending
    fields = ["area", "heir", "carries_posts"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("area")


class ExcuseRows(Rows):
    model = Excuse
    fields = ["finding", "reason", "by", "at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


class PrincipleRows(Rows):
    model = Principle
    fields = ["slug", "is_kept", "note"]


class ProposalRows(Rows):
    model = Proposal
    readonly_fields = ["attempts", "figures"]
    fields = [
        *("state", "grids", "attempts", "figures", "message", "asked_by", "asked_at"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("asked_by")


class EventRows(Rows):
    model = DivisionEvent
    fields = ["verb", "before", "after", "note", "by", "at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


@admin.register(Division)
class DivisionAdmin(ReadOnly, admin.ModelAdmin):
    """The vote in numbers, what was drawn, who decided, and what became of what stood there."""

    list_display = ["id", "community", "state", "begun_by", "effective_on", "took_effect_at"]
    list_display_links = ["id", "community"]
    list_filter = ["state"]
    list_select_related = ["community", "begun_by"]
    search_fields = ["community__code", "community__name"]
    show_full_result_count = False
    readonly_fields = ["page", "effects"]
    fields = [
        *("page", "community", "state", "reason", "begun_by", "begun_at", "step", "last_step"),
        *("effective_on", "took_effect_at", "vote_form", "voted_on", "voters", "votes_for"),
        *("votes_against", "effects"),
    ]
    inlines = [
        *(EventRows, PieceRows, EndingRows, StepRows, ExcuseRows, PrincipleRows, ProposalRows),
    ]

    @admin.display(description=_("page"))
    def page(self, division):
        address = reverse("grids:division", args=[division.community.code, division.pk])
        return format_html('<a href="{}">{}</a>', address, division)

    @admin.display(description=_("what stood in the grids that ended"))
    def effects(self, division):
        told = (
            (row["area"], row["words"], succession.Fate(row["fate"]).label, row["heir"])
            for row in division.carried
        )
        return format_html_join("", "<p>{}: {} – {} {}</p>", told) or "–"
