"""The back office for the working calendar: read by year, changed through the actions alone."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import formats
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from govgrid.core.admin import ReadOnly
from govgrid.core.errors import Refused
from govgrid.worktime import actions, queries
from govgrid.worktime.forms import ConfirmForm, DayForm, HoursForm, UploadForm
from govgrid.worktime.models import CalendarDay, Edition, Hours

# Lines of a preview that are shown; a year has about forty days.
SHOWN = 200


class InForceFilter(admin.SimpleListFilter):
    """What is over is shown on request: a date has one row that holds."""

    title = _("in force")
    parameter_name = "over"

    def lookups(self, request, model_admin):
        return [("1", _("With what is over"))]

    def choices(self, changelist):
        first, *rest = super().choices(changelist)
        return [first | {"display": _("In force")}, *rest]

    def queryset(self, request, queryset):
        return queryset if self.value() == "1" else queryset.in_force()


class YearFilter(admin.SimpleListFilter):
    title = _("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        return [(str(one.year), str(one.year)) for one in reversed(queries.years())]

    def queryset(self, request, queryset):
        year = dict(self.lookup_choices).get(self.value())
        return queryset.filter(date__year=int(year)) if year else queryset


class Succeeded:
    """Rows are added, never edited: the new one takes the place of what held before."""

    show_full_result_count = False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(CalendarDay)
class CalendarDayAdmin(Succeeded, admin.ModelAdmin):
    form = DayForm
    change_list_template = "worktime/admin_days.html"
    list_display = ["date", "weekday", "kind", "name", "is_provisional", "source", "since", "until"]
    list_filter = [YearFilter, InForceFilter, "kind", "is_provisional"]
    list_select_related = ["since", "until"]
    search_fields = ["name", "source"]
    ordering = ["-date", "-pk"]
    actions = ["make_ordinary"]

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["date", "kind", "name", "source"]
        return ["date", "weekday", "kind", "name", "source", "is_provisional", "since", "until"]

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else ("weekday",)

    @admin.display(description=_("weekday"))
    def weekday(self, day):
        return formats.date_format(day.date, "l")

    def save_model(self, request, obj, form, change):
        said = form.cleaned_data
        actions.set_day(
            said["date"], said["kind"], by=request.user, name=said["name"], source=said["source"]
        )
        obj.pk = CalendarDay.objects.in_force().get(date=said["date"]).pk

    @admin.action(description=_("Make the chosen dates ordinary days again"), permissions=["add"])
    def make_ordinary(self, request, days):
        chosen = days.filter(until=None).values_list("date", flat=True)
        done = [on for on in chosen if actions.set_day(on, None, by=request.user).edition]
        said = ngettext(
            "%(count)s date is an ordinary day again.",
            "%(count)s dates are ordinary days again.",
            len(done),
        )
        self.message_user(request, said % {"count": len(done)})

    def get_urls(self):
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="worktime_calendarday_import"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, (extra_context or {}) | {"years": queries.years()})

    def import_view(self, request):
        """Upload, look at what it would change, confirm."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "rows" in request.POST:
            return self._confirm(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        preview = self._preview(request, form) if form.is_valid() else None
        return self._import_page(request, form, preview)

    def _import_page(self, request, form, preview=None):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import calendar days"),
            "form": form,
            "problems": getattr(form, "problems", [])[:SHOWN],
            "preview": preview,
        }
        return TemplateResponse(request, "worktime/admin_import.html", context)

    def _preview(self, request, form):
        said = form.cleaned_data
        try:
            with transaction.atomic():
                done = self._load(request, form.days, said["source"], said["is_provisional"])
                transaction.set_rollback(True)
        except Refused as refused:
            form.add_error("file", str(refused))
            return None
        return {
            "done": done,
            "lines": [*done.added, *done.changed][:SHOWN],
            "warnings": done.warnings[:SHOWN],
            "sealed": form.sealed(),
        }

    def _load(self, request, days, source, is_provisional):
        return actions.import_days(
            days, by=request.user, source=source, is_provisional=is_provisional
        )

    def _confirm(self, request):
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            for sentence in form.errors["rows"]:
                self.message_user(request, sentence, messages.ERROR)
            return self._import_page(request, UploadForm())
        try:
            done = self._load(request, *form.cleaned_data["rows"])
        except Refused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return self._import_page(request, UploadForm())
        words = {
            "added": len(done.added),
            "changed": len(done.changed),
            "unchanged": done.unchanged,
        }
        said = _("%(added)s added, %(changed)s changed, %(unchanged)s as before.")
        self.message_user(request, said % words)
        return redirect("admin:worktime_calendarday_changelist")


@admin.register(Hours)
class HoursAdmin(Succeeded, admin.ModelAdmin):
    form = HoursForm
    list_display = ["first_on", "last_on", "sessions", "district", "since", "until"]
    list_filter = [InForceFilter, "district"]
    list_select_related = ["since", "until"]

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["district", "first_on", "last_on", "sessions", "source"]
        return ["district", "first_on", "last_on", "sessions", "since", "until"]

    def save_model(self, request, obj, form, change):
        actions.set_hours(by=request.user, **form.cleaned_data)
        row = Hours.objects.in_force().filter(district=obj.district, first_on__lte=obj.first_on)
        # Empty sessions leave no row behind: then the newest edition's neighbour stands for it.
        obj.pk = row.order_by("-first_on").values_list("pk", flat=True).first()


@admin.register(Edition)
class EditionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["number", "made_at", "made_by", "source"]
    list_select_related = ["made_by"]
    search_fields = ["source", "made_by__name"]
    show_full_result_count = False
