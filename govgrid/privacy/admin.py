"""What was told, agreed to, read and erased, for reading only."""

from django.apps import apps
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.admin import ReadOnly, column
from govgrid.privacy import holdings
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


def _kind(label: str) -> str:
    """A model as people call it; one that is gone as it was called."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


@admin.register(Notice)
class NoticeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["key", "version", "purpose", "is_sensitive", "retention_days", "published_at"]


@admin.register(Consent)
class ConsentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["purpose", "user", "subject_ref", "channel", "given_at", "withdrawn_at"]
    list_filter = ["purpose_key", "channel"]
    list_select_related = ["user", "notice"]
    purpose = column("notice", _("purpose"), lambda notice: notice.purpose)


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "at",
        "by",
        "action",
        "held",
        "kind",
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
    held = column("role", pgettext_lazy("reading", "as"), holdings.role_name)
    kind = column("model", _("kind of record"), _kind)


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
    list_display = ["numbered", "kind", "asked_at", "due_on", "answered_at"]
    list_filter = ["kind"]
    # What was written is read at the desk, where the reading is on record.
    fields = ["kind", "asked_at", "due_on", "answered_at", "for_another"]
    numbered = column("pk", pgettext_lazy("request", "number"))


@admin.register(Erasure)
class ErasureAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "kind", "row", "requested_by"]
    list_filter = ["model"]
    list_select_related = ["requested_by"]
    kind = column("model", _("kind of record"), _kind)


@admin.register(ImpactAssessment)
class ImpactAssessmentAdmin(admin.ModelAdmin):
    """Entered once signed, and never changed: the next review is the next one."""

    list_display = ["what", "signed_on", "signed_by_name", "review_on"]
    list_filter = ["scope"]
    what = column("scope", _("what was assessed"), holdings.scope_name)

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
