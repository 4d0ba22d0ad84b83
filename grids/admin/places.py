"""The registers in the back office: for reading and finding. Their pages and tables write them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from govgrid.core.admin import ReadOnly
from grids.models import (
    AreaCount,
    Compound,
    Facility,
    FacilityClass,
    Milestone,
    Organisation,
    Renewal,
    ServicePoint,
)


class RegisterAdmin(ReadOnly, admin.ModelAdmin):
    """A count of a hundred thousand rows would be read for every page of them."""

    show_full_result_count = False
    view_on_site = False
    search_fields = ["code", "name"]


class MilestoneInline(ReadOnly, admin.TabularInline):
    model = Milestone


@admin.register(Compound)
class CompoundAdmin(RegisterAdmin):
    list_display = [
        "code",
        "name",
        "kind",
        "community",
        "households",
        "has_committee",
        "retired_on",
    ]
    list_display_links = ["code", "name"]
    list_filter = ["kind", "has_committee"]
    list_select_related = ["community"]
    fields = [
        *("code", "name", "kind", "community", "households", "has_committee", "committee_until"),
        *("property_company", "property_department", "retired_on"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("outline")

    @admin.display(description=_("households"))
    def households(self, compound):
        return compound.household_words


@admin.register(Renewal)
class RenewalAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["compound", "kind", "state"]
    list_filter = ["kind", "state"]
    list_select_related = ["compound"]
    inlines = [MilestoneInline]


@admin.register(FacilityClass)
class FacilityClassAdmin(RegisterAdmin):
    list_display = ["code", "name", "major_name", "is_local"]
    list_display_links = ["code", "name"]
    search_fields = ["major", "minor", "name", "major_name"]

    @admin.display(boolean=True, description=_("of the district's own"))
    def is_local(self, one):
        return one.is_local


@admin.register(Facility)
class FacilityAdmin(RegisterAdmin):
    list_display = ["code", "facility_class", "name", "state", "owner", "grid", "retired_on"]
    list_filter = ["state", "facility_class__major_name"]
    list_select_related = ["facility_class", "owner", "grid"]
    fields = [
        *("code", "district_code", "facility_class", "serial", "name", "state", "owner", "grid"),
        "retired_on",
    ]


@admin.register(ServicePoint)
class ServicePointAdmin(RegisterAdmin):
    list_display = ["code", "name", "kind", "hours", "office_phone", "grid", "retired_on"]
    list_display_links = ["code", "name"]
    list_filter = ["kind"]
    list_select_related = ["grid"]
    fields = [
        *("code", "name", "kind", "address", "hours", "services", "office_phone", "grid"),
        "retired_on",
    ]


@admin.register(Organisation)
class OrganisationAdmin(RegisterAdmin):
    list_display = ["code", "name", "kind", "industry", "grid", "retired_on"]
    list_display_links = ["code", "name"]
    list_filter = ["kind"]
    list_select_related = ["grid"]
    fields = [
        *("code", "name", "kind", "industry", "address", "registered_on", "grid", "retired_on"),
    ]


@admin.register(AreaCount)
class AreaCountAdmin(ReadOnly, admin.ModelAdmin):
    """As far as it may be told: the number itself is on no page."""

    list_display = ["area", "measure", "told", "as_of", "source"]
    list_filter = ["measure", "area__level"]
    list_select_related = ["area"]
    search_fields = ["area__name", "area__code"]
    show_full_result_count = False
    fields = ["area", "measure", "told", "as_of", "source"]

    @admin.display(description=_("number"))
    def told(self, count):
        return count.words
