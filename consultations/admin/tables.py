"""Platforms, plans, rounds of claiming and the ledger, to read: what has a history changes by actions."""

from django.contrib import admin

from consultations.models import (
    Cohosting,
    Entry,
    Plan,
    PlanLine,
    Platform,
    PlatformEvent,
    Pool,
    PoolItem,
    Seat,
    Theme,
)
from govgrid.core.admin import ReadOnly


class SeatInline(ReadOnly, admin.TabularInline):
    model = Seat
    fields = ["role", "user", "period", "drawn_by_lot"]
    extra = 0


class EventInline(ReadOnly, admin.TabularInline):
    model = PlatformEvent
    # As what somebody acted, not who he is.
    fields = ["at", "verb", "role", "data"]
    extra = 0


@admin.register(Platform)
class PlatformAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "kind", "area", "compound", "founded_on", "ended_on"]
    list_filter = ["kind"]
    list_select_related = ["area", "compound"]
    search_fields = ["name", "=code"]
    show_full_result_count = False
    inlines = [SeatInline, EventInline]


class LineInline(ReadOnly, admin.TabularInline):
    model = PlanLine
    fields = ["key", "month", "subject", "kind", "lead"]
    extra = 0


@admin.register(Plan)
class PlanAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["platform", "year", "number", "published_at"]
    list_filter = ["year"]
    list_select_related = ["platform"]
    search_fields = ["platform__name"]
    inlines = [LineInline]


class ItemInline(ReadOnly, admin.TabularInline):
    model = PoolItem
    fields = ["position", "title", "body"]
    extra = 0


@admin.register(Pool)
class PoolAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "area", "round", "published_at", "closes_at", "closed_at"]
    list_select_related = ["area"]
    search_fields = ["title"]
    inlines = [ItemInline]


@admin.register(Theme)
class ThemeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "area", "issued_at", "summed_at"]
    list_select_related = ["area"]
    search_fields = ["title"]


@admin.register(Cohosting)
class CohostingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["topic", "platform", "asked_at", "answered_at", "is_agreed"]
    list_select_related = ["topic", "platform"]


@admin.register(Entry)
class EntryAdmin(ReadOnly, admin.ModelAdmin):
    """Who gave is for the table: no giver is listed here."""

    list_display = ["topic", "serial", "kind", "direction", "amount", "unit", "on"]
    list_filter = ["kind", "direction"]
    list_select_related = ["topic"]
    search_fields = ["=topic__number", "=voucher"]
    show_full_result_count = False
    fields = [
        *("topic", "serial", "kind", "direction", "amount", "unit", "on", "text", "voucher"),
        *("reverses", "reason", "entered_at"),
    ]
