"""Calls of seats, what people follow, model cases and courses, to read: no follower is named."""

from django.contrib import admin

from consultations.models import Course, CourseDate, Following, ModelCase, SeatCall
from govgrid.core.admin import ReadOnly


@admin.register(SeatCall)
class SeatCallAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["ticket", "seat", "called_at", "answer_by", "answer", "tier"]
    list_filter = ["answer", "tier"]
    list_select_related = ["ticket", "seat__platform"]
    show_full_result_count = False
    fields = [
        *("ticket", "seat", "called_at", "answer_by", "answer", "reason", "answered_at", "tier"),
    ]


@admin.register(Following)
class FollowingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "topic", "platform", "rhythm", "asked_at", "ended_at"]
    list_filter = ["rhythm", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["topic", "platform"]
    show_full_result_count = False
    fields = ["topic", "platform", "rhythm", "asked_at", "ended_at", "told_until", "next_at"]


@admin.register(ModelCase)
class ModelCaseAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "topic", "state", "written_at", "reviewed_at"]
    list_filter = ["state"]
    list_select_related = ["topic"]
    search_fields = ["title", "topic__number"]
    show_full_result_count = False
    fields = [
        *("topic", "title", "background", "steps", "outcome", "lesson", "state", "written_by"),
        *("written_at", "submitted_at", "reviewed_by", "reviewed_at", "review_note"),
    ]


class CourseDateInline(ReadOnly, admin.TabularInline):
    model = CourseDate
    fields = ["starts_at", "ends_at", "venue", "places", "came"]
    extra = 0


@admin.register(Course)
class CourseAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "area", "made_at", "ended_at"]
    list_select_related = ["area"]
    search_fields = ["title"]
    show_full_result_count = False
    fields = ["title", "about", "area", "made_by", "made_at", "ended_at"]
    inlines = [CourseDateInline]
