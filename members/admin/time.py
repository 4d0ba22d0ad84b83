"""Gifts for reading. Accounts and entries are not here: a balance is its holder's alone."""

from django.contrib import admin

from govgrid.core.admin import ReadOnly
from members.models import Gift


@admin.register(Gift)
class GiftAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "area", "place", "left", "ended_at"]
    list_select_related = ["area"]
    search_fields = ["name"]
    exclude = ["made_by"]
