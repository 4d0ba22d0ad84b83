"""The registers of places as the API writes them."""

from rest_framework import serializers

from grids.api import Coded, DepartmentBrief
from grids.models import Compound, Facility, Organisation, ServicePoint


class LocationRow(serializers.Serializer):
    lon = serializers.FloatField()
    lat = serializers.FloatField()


class RegisterRow(Coded):
    url = serializers.URLField()
    location = LocationRow(allow_null=True, help_text="WGS-84.")
    retired_on = serializers.DateField(
        allow_null=True, help_text="The first day on which it is no longer there."
    )


class MilestoneRow(serializers.Serializer):
    name = serializers.CharField()
    planned_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)


class RenewalRow(serializers.Serializer):
    kind = serializers.CharField(help_text="basic, improved or raised.")
    state = serializers.CharField(help_text="planned, running, done or dropped.")
    milestones = MilestoneRow(many=True)


class CompoundRow(RegisterRow):
    kind = serializers.ChoiceField(choices=Compound.Kind.choices)
    community = Coded()
    households = serializers.CharField(
        allow_blank=True, help_text="In words that may be told: `412`, `<5`, or empty."
    )
    has_committee = serializers.BooleanField(help_text="Of owners. Nobody in it is named.")
    committee_until = serializers.DateField(allow_null=True)
    property_company = serializers.CharField(allow_blank=True)


class CompoundWhole(CompoundRow):
    renewals = RenewalRow(many=True, help_text="The latest first.")


class ClassRow(Coded):
    major = serializers.CharField()
    minor = serializers.CharField()
    major_name = serializers.CharField()


class FacilityRow(RegisterRow):
    facility_class = ClassRow()
    district_code = serializers.CharField()
    serial = serializers.CharField()
    state = serializers.ChoiceField(choices=Facility.State.choices)
    owner = DepartmentBrief(allow_null=True)
    grid = Coded(allow_null=True, help_text="Null where no grid covers it.")


class ServicePointRow(RegisterRow):
    kind = serializers.ChoiceField(choices=ServicePoint.Kind.choices)
    address = serializers.CharField(allow_blank=True)
    hours = serializers.CharField(allow_blank=True)
    services = serializers.CharField(allow_blank=True)
    office_phone = serializers.CharField(allow_blank=True)
    grid = Coded(allow_null=True)


class OrganisationRow(RegisterRow):
    kind = serializers.ChoiceField(choices=Organisation.Kind.choices)
    industry = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    registered_on = serializers.DateField(allow_null=True)
    grid = Coded(allow_null=True)
