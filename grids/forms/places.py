"""What is asked of the registers of places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.text import pieces_to_find, search_terms
from govgrid.core.words import Words
from grids import scoping
from grids.models import (
    Area,
    Compound,
    Facility,
    FacilityClass,
    Organisation,
    Renewal,
    ServicePoint,
    is_called,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

GONE = "gone"
# As many areas as one can find in a list; others come by a link from their own page.
AREAS_TO_CHOOSE = 60


class RegisterForm(forms.Form):
    """A register narrowed by area, kind, state and words, a page at a time by code."""

    q = Words(label=_("Name or code"), required=False, max_length=80)
    area = Words(label=_("Area"), required=False, max_length=20, widget=forms.Select)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    # The cursor: codes after this one, so that a page never counts and never skips.
    after = Words(required=False, max_length=40, widget=forms.HiddenInput)

    kinds: list[tuple[str, Any]] = []
    states: list[tuple[str, Any]] = []

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("All kinds")), *self.kinds_to_choose()]
        self.fields["state"].choices = [
            ("", _("All states")),
            *self.states,
            (GONE, _("No longer there")),
        ]
        areas = _areas_of(user)
        # The database cannot even compare with a NUL; the field refuses it by itself.
        asked = self.data.get("area", "").replace("\x00", "")
        if asked and asked not in {one.code for one in areas}:
            areas = [*Area.objects.in_force().filter(code=asked)[:1], *areas]
        self.areas = {one.code: one for one in areas}
        self.fields["area"].widget.choices = [
            ("", _("Everywhere")),
            *((one.code, one.name) for one in areas),
        ]
        for name in ("area", "kind", "state"):
            self.fields[name].widget.attrs["class"] = "input"

    def kinds_to_choose(self) -> list[tuple[str, Any]]:
        return self.kinds

    def clean_area(self) -> Area | None:
        code = self.cleaned_data["area"]
        if code and code not in self.areas:
            raise ValidationError(_("There is no area with this code."), "unknown_area")
        return self.areas.get(code)

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the cursor was asked for."""
        return any(self.data.get(name) for name in ("q", "area", "kind", "state"))

    def filter(self, rows: QuerySet) -> QuerySet:
        """The rows that were asked for, by code; none where the question is wrong."""
        if not self.is_valid():
            return rows.none()
        given = self.cleaned_data
        state = given["state"]
        rows = rows.exclude(pk__in=rows.standing()) if state == GONE else rows.standing()
        if given["area"]:
            rows = rows.beneath(given["area"])
        if given["kind"]:
            rows = rows.filter(self.of_kind(given["kind"]))
        if state and state != GONE:
            rows = rows.filter(self.of_state(state))
        if given["q"]:
            rows = rows.filter(self.about(given["q"]))
        if given["after"]:
            rows = rows.filter(code__gt=given["after"])
        return rows.order_by("code")

    def of_kind(self, kind: str) -> Q:
        return Q(kind=kind)

    def of_state(self, state: str) -> Q:
        return Q(state=state)

    def about(self, words: str) -> Q:
        return is_called(words)


class CompoundSearchForm(RegisterForm):
    kinds = list(Compound.Kind.choices)
    states = [
        ("renewal", _("Renewal under way")),
        ("none", _("No owners' committee")),
        ("over", _("The committee's term has ended")),
    ]

    def of_state(self, state: str) -> Q:
        if state == "renewal":
            running = Renewal.objects.filter(compound=OuterRef("pk"), state=Renewal.State.RUNNING)
            return Q(Exists(running))
        if state == "over":
            return Q(committee_until__lt=clock.today())
        return Q(has_committee=False)


class FacilitySearchForm(RegisterForm):
    states = list(Facility.State.choices)

    def kinds_to_choose(self) -> list[tuple[str, Any]]:
        self.classes = {one.code: one for one in FacilityClass.objects.all()}
        return [(code, one.name) for code, one in self.classes.items()]

    def of_kind(self, kind: str) -> Q:
        return Q(facility_class=self.classes[kind])

    def about(self, words: str) -> Q:
        terms = set(search_terms(words))
        # Few classes and many facilities: looked up here, so that an index of ids is walked.
        meant = [one for one in self.classes.values() if terms <= set(pieces_to_find(one.name))]
        return (
            super().about(words) | Q(facility_class__in=meant)
            if terms and meant
            else super().about(words)
        )


class ServicePointSearchForm(RegisterForm):
    kinds = list(ServicePoint.Kind.choices)


class OrganisationSearchForm(RegisterForm):
    kinds = list(Organisation.Kind.choices)


def _areas_of(user) -> list[Area]:
    """Where ``user`` holds posts, with what lies right beneath."""
    held = [post.area_id for post in scoping.held(user) if post.area_id]
    if not held:
        return []
    areas = Area.objects.in_force().filter(Q(pk__in=held) | Q(parent__in=held))
    return list(areas.order_by("level", "code")[:AREAS_TO_CHOOSE])
