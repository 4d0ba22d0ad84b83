"""The back office for tickets: words and limits are edited here, what has a history is read."""

from django.contrib import admin
from django.forms.widgets import Script
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from govgrid.core.admin import ReadOnly
from grids import queries
from grids.templatetags import gg_map
from tickets.models import (
    Appeal,
    Assignment,
    Callback,
    Card,
    Category,
    CategoryTerms,
    ColourTerms,
    Extension,
    FunctionHolder,
    Meeting,
    Milestone,
    ReplyTemplate,
    RoutingRule,
    Ruling,
    SupervisionOrder,
    Suspension,
    Ticket,
    TicketEvent,
    TimeLimit,
)


class WithMap:
    """A page with maps; each looks for its element, which stands further down."""

    class Media:
        css = {"all": ["leaflet/leaflet.css", "grids/map.css", "grids/admin.css"]}
        js = [Script("leaflet/leaflet.js", defer=True), Script("grids/map.js", defer=True)]


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    """Categories are switched off, never deleted: tickets name them."""

    list_display = [
        *("code", "name_zh", "name_en", "group_zh", "lead"),
        *("hazard_limit", "resolve_limit", "picture_rank", "is_active"),
    ]
    list_display_links = ["code", "name_zh"]
    list_filter = ["is_active", "group_zh", "default_whistle"]
    search_fields = ["code", "name_zh", "name_zh_hant", "name_en", "lead"]

    def get_readonly_fields(self, request, obj=None):
        # Programs and the load of a new table know a category by its code.
        return ["code"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(RoutingRule)
class RoutingRuleAdmin(ReadOnly, WithMap, admin.ModelAdmin):
    """A rule is ended and followed by another, through ``tickets.rulebook``; here it is read."""

    list_display = ["code", "category", "area", "department", "function", "is_drawn", "valid_from"]
    list_filter = [("valid_to", admin.EmptyFieldListFilter), "function", "department"]
    list_select_related = ["category", "area", "department"]
    search_fields = ["category__code", "category__name_zh", "area__name", "department__short_name"]
    show_full_result_count = False
    fields = [
        *("code", "category", "area", "department", "function", "source", "drawn"),
        *("valid_from", "valid_to", "created_by", "ended_by"),
    ]

    @admin.display(description=_("rule"), ordering="pk")
    def code(self, rule):
        return rule.code

    @admin.display(description=_("drawn"), boolean=True)
    def is_drawn(self, rule):
        return rule.shape is not None

    @admin.display(description=_("drawn piece"))
    def drawn(self, rule):
        if rule.shape is None:
            return _("The whole area.")
        return format_html(
            '<div class="map admin-map" data-gg-map="view" {} data-gg-extent="{}"'
            ' data-gg-shape="{}"></div>',
            gg_map.map_data(),
            gg_map.box(rule.shape.extent),
            rule.shape.json,
        )


@admin.register(FunctionHolder)
class FunctionHolderAdmin(admin.ModelAdmin):
    """Who fills an office function in an area, for one category or any."""

    list_display = ["function", "area", "category", "department"]
    list_filter = ["function"]
    list_select_related = ["area", "category", "department"]
    search_fields = ["area__name", "area__code", "category__name_zh", "department__short_name"]
    raw_id_fields = ["area", "department"]


@admin.register(TimeLimit)
class TimeLimitAdmin(ReadOnly, admin.ModelAdmin):
    """A limit is ended and followed by another, on the page of limits; here it is read."""

    list_display = [
        *("number", "clock", "scope", "limit", "own_first", "area", "category"),
        *("reason", "valid_from", "valid_to", "created_by"),
    ]
    list_filter = [("valid_to", admin.EmptyFieldListFilter), "clock", "scope"]
    list_select_related = ["area", "category", "created_by"]
    search_fields = ["area__name", "category__code", "category__name_zh", "reason"]
    show_full_result_count = False

    @admin.display(description=_("number"), ordering="pk")
    def number(self, limit):
        return limit.code


class AssignmentInline(ReadOnly, admin.TabularInline):
    model = Assignment
    fields = [
        *("department", "role", "state", "offered_at", "signed_at", "reported_in_at"),
        *("made_safe_at", "done_at", "returned_at"),
    ]
    extra = 0


class EventInline(ReadOnly, admin.TabularInline):
    """History is for reading: rows come from actions, and nothing edits them."""

    model = TicketEvent
    fields = ["at", "verb", "before", "after", "by", "department", "note"]
    extra = 0


@admin.register(Ticket)
class TicketAdmin(ReadOnly, WithMap, admin.ModelAdmin):
    """Whatever has a history changes through tickets.actions alone, here as everywhere."""

    list_display = ["number", "state", "category", "grid", "lead_department", "filed_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["category", "grid", "lead_department"]
    search_fields = ["number__startswith"]
    search_help_text = _("The beginning of a number, as in YL20261122")
    show_full_result_count = False
    fields = [
        *("number", "kind", "state", "category", "description", "grid", "community", "street"),
        *("district", "map", "lead_department", "filed_by", "filed_at", "observed_at", "origin"),
        *("routed_at", "routing", "return_count", "closed_at"),
    ]
    inlines = [AssignmentInline, EventInline]

    @admin.display(description=_("place"))
    def map(self, ticket):
        return format_html(
            '<div class="map admin-map" data-gg-map="view" {} data-gg-own="{}" data-gg-pin="{}"'
            ' data-gg-extent="{}"></div>',
            gg_map.map_data(),
            ticket.grid.code,
            gg_map.lonlat(ticket.point),
            gg_map.box(queries.bounds([ticket.grid])),
        )


class OfTicket(ReadOnly, admin.ModelAdmin):
    """What stands beside a ticket has its history there; here it is found and read."""

    list_select_related = ["ticket"]
    search_fields = ["ticket__number__startswith"]
    search_help_text = _("The beginning of a number, as in YL20261122")
    show_full_result_count = False


@admin.register(Extension)
class ExtensionAdmin(OfTicket):
    list_display = ["ticket", "serial", "amount", "outcome", "asked_at", "due_before", "due_after"]
    list_filter = ["outcome"]


@admin.register(Suspension)
class SuspensionAdmin(OfTicket):
    list_display = ["ticket", "at", "until", "ended_at"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter)]


@admin.register(Appeal)
class AppealAdmin(OfTicket):
    list_display = ["ticket", "asked_at", "first_at", "second_at", "refused_at"]
    list_filter = [("second_at", admin.EmptyFieldListFilter)]


@admin.register(Ruling)
class RulingAdmin(OfTicket):
    list_display = ["ticket", "department", "reach", "at"]
    list_filter = ["reach"]
    list_select_related = ["ticket", "department"]


@admin.register(Card)
class CardAdmin(OfTicket):
    list_display = ["ticket", "department", "colour", "cause", "raised_at", "lapsed_at"]
    list_filter = ["colour", "cause", ("lapsed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["ticket", "department"]


@admin.register(SupervisionOrder)
class SupervisionOrderAdmin(OfTicket):
    list_display = ["number", "ticket", "department", "state", "issued_at"]
    list_select_related = ["ticket", "department"]


@admin.register(Callback)
class CallbackAdmin(OfTicket):
    """What askers said; whom to call is sealed, and opened for a reason on the call list alone."""

    list_display = ["ticket", "round", "department", "asked_at", "via", "is_solved", "is_satisfied"]
    list_filter = ["is_solved", "is_satisfied", "via", "ended_why"]
    list_select_related = ["ticket", "department"]


@admin.register(Milestone)
class MilestoneAdmin(OfTicket):
    list_display = ["ticket", "title", "due_on", "reached_at"]
    list_filter = [("reached_at", admin.EmptyFieldListFilter)]


@admin.register(Meeting)
class MeetingAdmin(OfTicket):
    list_display = ["ticket", "kind", "starts_at", "place", "published_at", "cancelled_at"]
    list_filter = ["kind"]


class Succeeded(ReadOnly, admin.ModelAdmin):
    """Ended and followed by another, on pages of its own; here it is read."""

    show_full_result_count = False


@admin.register(CategoryTerms)
class CategoryTermsAdmin(Succeeded):
    list_display = ["code", "category", "area", "valid_from", "valid_to"]
    list_filter = [("valid_to", admin.EmptyFieldListFilter)]
    list_select_related = ["category", "area"]
    search_fields = ["category__code", "category__name_zh", "area__name"]


@admin.register(ColourTerms)
class ColourTermsAdmin(Succeeded):
    list_display = ["code", "area", "valid_from", "valid_to"]
    list_filter = [("valid_to", admin.EmptyFieldListFilter)]
    list_select_related = ["area"]
    search_fields = ["area__name"]


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(Succeeded):
    list_display = ["title", "move", "area", "department", "valid_from", "valid_to"]
    list_filter = [("valid_to", admin.EmptyFieldListFilter)]
    list_select_related = ["area", "department"]
    search_fields = ["title", "text"]
