"""Messages are for reading here: who was owed what, and whether it went."""

from django.contrib import admin

from govgrid.core.admin import ReadOnly
from govgrid.outbox.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["created_at", "recipient", "channel", "kind", "sent_at", "failed_at"]
    list_filter = ["channel", "kind"]
    list_select_related = ["recipient"]
    show_full_result_count = False
