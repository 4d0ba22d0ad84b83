"""What was told, agreed to, read and erased, for reading only."""

from django.contrib import admin

from govgrid.core.admin import ReadOnly
from govgrid.privacy.models import AccessLog, Consent, Notice, RetentionRun


@admin.register(Notice)
class NoticeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["key", "version", "purpose", "is_sensitive", "retention_days", "published_at"]


@admin.register(Consent)
class ConsentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["purpose_key", "user", "subject_ref", "channel", "given_at", "withdrawn_at"]
    list_filter = ["purpose_key", "channel"]
    list_select_related = ["user", "notice"]


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "by", "role", "model", "row", "fields", "reason", "case"]
    list_filter = ["model"]
    list_select_related = ["by"]
    search_fields = ["reason", "case", "by__name"]
    show_full_result_count = False


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "name", "count"]
    list_filter = ["name"]
