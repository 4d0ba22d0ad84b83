"""The network in the back office, to read: what has a history changes by actions."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.admin import ReadOnly, column
from govgrid.privacy import holdings
from members.models import (
    Alliance,
    AllianceUnit,
    Association,
    Milestone,
    NetworkEvent,
    NetworkPost,
    OrganisationFacts,
    Pairing,
    Pledge,
    PostTerm,
    Programme,
    Project,
    ProjectStep,
    Station,
    StationCheck,
    Team,
    TeamCount,
    Unit,
    VisitCount,
)
from members.templatetags.member_network import WORDS


class _Rows(ReadOnly, admin.TabularInline):
    extra = 0


class PostInline(_Rows):
    model = NetworkPost
    fields = ["kind", "area", "term_months", "founded_on", "ended_on"]


class TermInline(_Rows):
    model = PostTerm
    fields = ["holder", "period"]


class CheckInline(_Rows):
    model = StationCheck
    fields = [
        "checked_on",
        "has_team",
        "has_room",
        "has_rules",
        "has_sign",
        "has_equipment",
        "note",
    ]


class VisitInline(_Rows):
    model = VisitCount
    fields = ["day", "kind", "number"]


class MilestoneInline(_Rows):
    model = Milestone
    fields = ["title", "due_on", "done_on", "note"]


class StepInline(_Rows):
    model = ProjectStep
    fields = ["on", "state", "reason"]


class CountInline(_Rows):
    model = TeamCount
    fields = ["year", "quarter", "volunteers", "activities", "hours"]


class MemberUnitInline(_Rows):
    model = AllianceUnit
    fields = ["unit", "joined_on", "left_on"]


class _Register(ReadOnly, admin.ModelAdmin):
    show_full_result_count = False


@admin.register(Unit)
class UnitAdmin(_Register):
    list_display = ["code", "name", "kind", "area", "office", "office_phone", "ended_on"]
    list_filter = ["kind"]
    list_select_related = ["area"]
    search_fields = ["name", "=code"]
    inlines = [PostInline]


@admin.register(NetworkPost)
class NetworkPostAdmin(_Register):
    list_display = ["kind", "area", "unit", "station", "founded_on", "ended_on"]
    list_filter = ["kind"]
    list_select_related = ["area", "unit", "station"]
    search_fields = ["unit__name", "area__name", "station__name"]
    inlines = [TermInline]


@admin.register(Association)
class AssociationAdmin(_Register):
    list_display = ["code", "name", "sector", "area", "office", "office_phone", "ended_on"]
    list_filter = ["sector"]
    list_select_related = ["area"]
    search_fields = ["name", "=code"]


@admin.register(Station)
class StationAdmin(_Register):
    list_display = ["code", "name", "kind", "area", "place", "opened_on", "closed_on"]
    list_filter = ["kind"]
    list_select_related = ["area"]
    search_fields = ["name", "=code"]
    inlines = [CheckInline, VisitInline]


@admin.register(Programme)
class ProgrammeAdmin(_Register):
    list_display = ["code", "name", "area", "starts_on", "ends_on"]
    list_select_related = ["area"]
    search_fields = ["name", "=code"]


@admin.register(Project)
class ProjectAdmin(_Register):
    list_display = ["title", "programme", "lead", "area", "state"]
    list_filter = ["state"]
    list_select_related = ["programme", "lead", "area"]
    search_fields = ["title", "programme__name"]
    inlines = [MilestoneInline, StepInline]


@admin.register(OrganisationFacts)
class OrganisationFactsAdmin(_Register):
    list_display = ["organisation", "of_class", "sponsor", "grade", "grant_yuan", "grant_year"]
    list_filter = ["of_class", "grade"]
    list_select_related = ["organisation", "sponsor"]
    search_fields = ["organisation__name", "=organisation__code"]


@admin.register(Pairing)
class PairingAdmin(_Register):
    list_display = ["village", "organisation", "period", "what"]
    list_select_related = ["village", "organisation"]
    search_fields = ["village__name", "organisation__name"]


@admin.register(Team)
class TeamAdmin(_Register):
    list_display = ["code", "name", "area", "unit", "founded_on", "ended_on"]
    list_select_related = ["area", "unit"]
    search_fields = ["name", "=code"]
    inlines = [CountInline]


@admin.register(Alliance)
class AllianceAdmin(_Register):
    list_display = ["code", "name", "area", "founded_on", "ended_on"]
    list_select_related = ["area"]
    search_fields = ["name", "=code"]
    inlines = [MemberUnitInline]


@admin.register(Pledge)
class PledgeAdmin(_Register):
    list_display = ["what", "given_by", "due_on", "fulfilled_on"]
    list_select_related = ["given_by"]
    search_fields = ["what"]


@admin.register(NetworkEvent)
class NetworkEventAdmin(_Register):
    # As what somebody acted, not who he is.
    list_display = ["at", "subject", "what", "held"]
    search_fields = ["=subject"]
    fields = ["at", "subject", "what", "held", "data"]
    what = column(
        "verb", pgettext_lazy("network", "what was done"), lambda verb: WORDS.get(verb, verb)
    )
    held = column("role", _("as"), holdings.role_name)
