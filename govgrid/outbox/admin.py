"""Messages are for reading here: who was owed what, and whether it went."""

from django.contrib import admin

from govgrid.outbox.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ["created_at", "recipient", "channel", "kind", "sent_at", "failed_at"]
    list_filter = ["channel", "kind"]
    list_select_related = ["recipient"]
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
