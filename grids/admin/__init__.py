"""The back office for areas, departments and posts. What has a history changes by actions."""

from datetime import timedelta

from django.contrib import admin, messages
from django.forms.widgets import Script
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from govgrid.core.errors import Refused
from grids import actions, queries
from grids.admin import divisions, places  # noqa: F401 register what is theirs
from grids.forms import AppointForm
from grids.models import Area, Department, Duty, Layer, Post, Requirement, TeamSeat
from grids.templatetags import gg_map


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):
    """Areas come from load_areas; here a name is put right."""

    list_display = ["code", "name", "level", "kind", "parent", "valid_from", "valid_to"]
    list_display_links = ["code", "name"]
    list_filter = ["level", "kind"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    show_full_result_count = False
    fields = [
        *("name", "household_count", "outline", "code", "level", "kind", "parent", "letters"),
        *("valid_from", "valid_to", "successor"),
    ]
    readonly_fields = fields[2:]

    class Media:
        css = {"all": ["leaflet/leaflet.css", "grids/map.css", "grids/admin.css"]}
        # The map looks for its element, which stands further down in the page.
        js = [Script("leaflet/leaflet.js", defer=True), Script("grids/map.js", defer=True)]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("outline"))
    def outline(self, area):
        box = queries.bounds([area])
        if box is None:
            return _("This area has no outline.")
        return format_html(
            '<div class="map admin-map" data-gg-map="view" {} data-gg-own="{}"'
            ' data-gg-extent="{}"></div>',
            gg_map.map_data(),
            area.code,
            gg_map.box(box),
        )


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    """Departments are switched off, never deleted: tickets name them."""

    list_display = ["code", "short_name", "name", "kind", "area", "office_phone", "is_active"]
    list_display_links = ["code", "short_name"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["area"]
    search_fields = ["code", "name", "short_name", "area__name", "area__code"]
    raw_id_fields = ["area", "parent"]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    """A post is given here and ended by the action above the list; it is not edited."""

    form = AppointForm
    list_display = ["user", "role", "place", "first_day", "last_day", "is_main"]
    list_filter = ["role"]
    list_select_related = ["user", "area", "department"]
    search_fields = [
        *("user__name", "user__username", "area__name", "area__code", "department__short_name"),
    ]
    raw_id_fields = ["user", "area", "department"]
    actions = ["end_posts"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["user", "role", "area", "department", "since", "until", "is_main"]
        return ["user", "role", "place", "first_day", "last_day", "is_main"]

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else ("place", "first_day", "last_day")

    def save_model(self, request, obj, form, change):
        said = form.cleaned_data
        names = ("role", "area", "department", "since", "until", "is_main")
        obj.pk = actions.appoint(
            said["user"], by=request.user, **{name: said[name] for name in names}
        ).pk

    @admin.display(description=_("area or department"))
    def place(self, post):
        return post.area or post.department

    @admin.display(description=_("first day"))
    def first_day(self, post):
        return post.period.lower

    @admin.display(description=_("last day"))
    def last_day(self, post):
        end = post.period.upper
        return end - timedelta(days=1) if end else None

    @admin.action(description=_("End the chosen posts today"), permissions=["add"])
    def end_posts(self, request, posts):
        ended = 0
        for post in posts:
            try:
                actions.end_post(post, by=request.user)
            except Refused as refused:
                self.message_user(request, f"{post}: {refused}", messages.ERROR)
            else:
                ended += 1
        said = ngettext("%(count)s post ended.", "%(count)s posts ended.", ended)
        self.message_user(request, said % {"count": ended})


@admin.register(TeamSeat)
class TeamSeatAdmin(admin.ModelAdmin):
    """Reference data without a history: offices and their telephones, nobody's name."""

    list_display = ["area", "function", "department", "phone"]
    list_filter = ["function"]
    list_select_related = ["area", "department"]
    search_fields = ["area__name", "area__code", "department__name"]
    raw_id_fields = ["area", "department"]


@admin.register(Requirement)
class RequirementAdmin(admin.ModelAdmin):
    """What a post asks; of the post, never of a person."""

    list_display = ["area", "role", "text"]
    list_filter = ["role"]
    list_select_related = ["area"]
    raw_id_fields = ["area"]


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows with a history are looked at here and changed by actions on their own pages."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Duty)
class DutyAdmin(ReadOnlyAdmin):
    list_display = ["name", "department", "area", "rhythm", "decision", "starts_on", "ends_on"]
    list_filter = ["decision", "rhythm"]
    list_select_related = ["department", "area"]
    search_fields = ["name", "department__name", "area__name"]


@admin.register(Layer)
class LayerAdmin(ReadOnlyAdmin):
    list_display = ["name", "matter", "department", "area", "valid_from", "valid_to"]
    list_select_related = ["department", "area"]
    search_fields = ["name", "matter", "department__name"]
