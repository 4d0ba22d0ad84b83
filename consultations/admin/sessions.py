"""Sessions and their surveys, to read: neither who came nor what a sheet says is listed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from consultations.models import AgendaItem, Paper, Question, Session
from govgrid.core.admin import ReadOnly


class AgendaInline(ReadOnly, admin.TabularInline):
    model = AgendaItem
    fields = ["position", "text", "minutes"]
    extra = 0


class PaperInline(ReadOnly, admin.TabularInline):
    model = Paper
    fields = ["title", "size", "added_at", "added_by"]
    extra = 0


class QuestionInline(ReadOnly, admin.TabularInline):
    model = Question
    fields = ["position", "kind", "text", "options", "most", "is_needed"]
    extra = 0


@admin.register(Session)
class SessionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "kind", "platform", "topic", "starts_at", "capacity", "is_out"]
    list_filter = ["kind", ("cancelled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["platform", "topic"]
    search_fields = ["title", "platform__name", "topic__number"]
    show_full_result_count = False
    fields = [
        *("platform", "topic", "round", "kind", "title", "starts_at", "ends_at", "venue"),
        *("capacity", "called_at", "called_by", "papers_due_at", "papers_sent_at"),
        *("minutes_due_at", "minutes", "minutes_published_at", "minutes_published_by"),
        *("cancelled_at", "cancelled_by", "cancel_reason", "views"),
    ]
    inlines = [AgendaInline, PaperInline, QuestionInline]

    @admin.display(description=_("minutes published"), boolean=True)
    def is_out(self, session):
        return session.minutes_published_at is not None
