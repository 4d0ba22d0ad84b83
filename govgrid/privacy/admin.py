"""What was told, agreed to, read and erased, for reading only."""

from django.contrib import admin

from govgrid.core.admin import ReadOnly
from govgrid.privacy.models import (
    AccessChain,
    AccessLog,
    Alarm,
    Consent,
    Erasure,
    ImpactAssessment,
    Notice,
    Processor,
    RetentionRun,
    SubjectRequest,
)


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
    list_display = [
        "at",
        "by",
        "action",
        "role",
        "model",
        "row",
        "count",
        "fields",
        "reason",
        "case",
    ]
    list_filter = ["action", "model"]
    list_select_related = ["by"]
    search_fields = ["reason", "case", "by__name"]
    show_full_result_count = False


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "name", "count"]
    list_filter = ["name"]


@admin.register(AccessChain)
class AccessChainAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["day", "count", "key_id", "digest"]


@admin.register(Alarm)
class AlarmAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "kind", "about", "fact"]
    list_filter = ["kind"]
    list_select_related = ["about"]


@admin.register(SubjectRequest)
class SubjectRequestAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["pk", "kind", "asked_at", "due_on", "answered_at"]
    list_filter = ["kind"]
    # What was written is read at the desk, where the reading is on record.
    fields = ["kind", "asked_at", "due_on", "answered_at", "for_another"]


@admin.register(Erasure)
class ErasureAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "model", "row", "requested_by"]
    list_filter = ["model"]
    list_select_related = ["requested_by"]


@admin.register(ImpactAssessment)
class ImpactAssessmentAdmin(admin.ModelAdmin):
    """Entered once signed, and never changed: the next review is the next one."""

    list_display = ["scope", "signed_on", "signed_by_name", "review_on"]
    list_filter = ["scope"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Processor)
class ProcessorAdmin(admin.ModelAdmin):
    """Plain reference data. A contract ends; it is not deleted."""

    list_display = ["name", "service", "contract_on", "until", "payload"]

    def has_delete_permission(self, request, obj=None):
        return False
