"""Finding, founding and running a platform: its words, its terms, its seats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.actions import Founding, NewTerms
from consultations.models import Platform, PlatformQuerySet
from consultations.roles import SeatRole
from consultations.workflow import DAYS, Phase, PlatformKind, Rules
from consultations.workflow.terms import FEWEST, MAX_LABEL, MOST
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids import scoping
from grids.models import Area, Compound, Department, Level

if TYPE_CHECKING:
    from datetime import date

ANY = ("", pgettext_lazy("filter", "Any"))
DAY_LABELS = {
    "screen_remind": _("Reminder to decide on a topic"),
    "screen": _("Deciding on a topic"),
    "screen_above": _("Deciding on it a level up"),
    "study": _("Looking into it"),
    "study_more": _("Looking into it, when it takes longer"),
    "papers": _("Papers before a meeting"),
    "deliberate": _("Talking it over"),
    "minutes": _("Minutes after a meeting"),
    "answer": _("A department's answer"),
    "reoffer": _("Asking another department"),
    "feed_back": _("Opening the look-back"),
    "look_back": _("Days until the first look-back"),
    "look_back_again": _("Days until the second look-back"),
    "rating": _("Days in which people rate"),
}


def day_of(label: Any, *, required: bool = True) -> DayField:
    # A browser's own field takes this spelling alone, whatever the language.
    widget = forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")
    return DayField(label=label, required=required, widget=widget)


def lines_of(label: Any, *, rows: int = 3, **kwargs: Any) -> Words:
    return Words(
        label=label, widget=forms.Textarea(attrs={"rows": rows, "class": "input"}), **kwargs
    )


class PlatformSearchForm(forms.Form):
    """Narrows platforms; what it does not know it leaves out of the question."""

    q = forms.CharField(label=pgettext_lazy("platform", "Name"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *PlatformKind.choices])
    area = forms.CharField(label=_("Area: name or code"), required=False, max_length=40)

    def narrow(self, platforms: PlatformQuerySet) -> PlatformQuerySet:
        """Only what was given; an area means everything beneath it."""
        if not self.is_valid():
            return platforms.none()
        asked = self.cleaned_data
        if words := asked["q"].strip():
            platforms = platforms.named(words)
        if asked["kind"]:
            platforms = platforms.filter(kind=asked["kind"])
        if words := asked["area"].strip():
            areas = Area.objects.in_force()
            named = areas.filter(code=words) or areas.filter(name__icontains=words)
            platforms = platforms.under(list(named.values_list("path", flat=True)[:20]))
        return platforms


def areas_of(user: Any, *permissions: str, deepest: int = Level.COMMUNITY) -> Any:
    """The areas in force under which ``user`` holds one of ``permissions``, down to a level."""
    asked = Q(pk=None)
    for permission in permissions:
        for prefix in scoping.prefixes(user, permission):
            asked |= Q(path__startswith=prefix)
    rows = Area.objects.in_force().filter(asked, level__lte=deepest)
    return rows.order_by("level", "code")


class AreaChoice(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Area.objects.none(),
            label=_("Area"),
            to_field_name="code",
            empty_label=_("Choose"),
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.code})"


class FoundForm(forms.Form):
    name = Words(label=pgettext_lazy("platform", "Name"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=PlatformKind.choices)
    area = AreaChoice()
    compound = Words(
        label=_("Compound: name or code"),
        required=False,
        max_length=80,
        help_text=_("For a compound's platform and an owners' council."),
    )
    place = Words(label=_("Where it meets"), required=False, max_length=120)
    about = Words(label=_("What it is for"), required=False, max_length=300)

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self.fields["area"].queryset = areas_of(user, "consultations.keep")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        words, area = cleaned.get("compound"), cleaned.get("area")
        cleaned["compound"] = None
        if words and area:
            rows = Compound.objects.filter(community__path__startswith=area.path)
            found = list((rows.filter(code=words) or rows.filter(name=words))[:2])
            if len(found) != 1:
                self.add_error("compound", _("There is no such compound, or more than one."))
            else:
                cleaned["compound"] = found[0]
        return cleaned

    def founding(self) -> Founding:
        asked = dict(self.cleaned_data)
        host = Department.objects.active().filter(area=asked["area"]).order_by("pk").first()
        return Founding(host=host, **asked)


class ChangeForm(forms.Form):
    name = Words(label=pgettext_lazy("platform", "Name"), max_length=60)
    place = Words(label=_("Where it meets"), required=False, max_length=120)
    about = Words(label=_("What it is for"), required=False, max_length=300)

    @classmethod
    def fresh(cls, platform: Platform) -> ChangeForm:
        names = ("name", "place", "about")
        return cls(initial={name: getattr(platform, name) for name in names}, auto_id="change_%s")


class ReasonForm(forms.Form):
    reason = Words(label=_("Why it ends"), max_length=300)


class EndSeatForm(ReasonForm):
    seat = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


class TermsForm(forms.Form):
    """The names of the six steps, the day counts, and how many must be there."""

    quorum = forms.IntegerField(label=_("People who must be there"), min_value=1, max_value=500)
    resident_share = forms.IntegerField(
        label=_("Of whom residents, in per cent"), min_value=0, max_value=100
    )
    endorsers = forms.IntegerField(
        label=_("People who ask for a review together"), min_value=1, max_value=500
    )
    is_open = forms.BooleanField(label=_("Whoever is signed in may comment"), required=False)

    def __init__(self, data: Any = None, *, rules: Rules, **kwargs: Any) -> None:
        initial = {
            "quorum": rules.quorum,
            "resident_share": rules.resident_share,
            "endorsers": rules.endorsers,
            "is_open": rules.is_open,
            **{f"label_{one}": rules.labels.get(one, "") for one in Phase},
            **{f"days_{one}": rules.days[one] for one in DAYS},
        }
        super().__init__(data, initial=initial, **kwargs)
        for phase in Phase:
            self.fields[f"label_{phase}"] = Words(
                label=phase.label, required=False, max_length=MAX_LABEL
            )
        for name in DAYS:
            self.fields[f"days_{name}"] = forms.IntegerField(
                label=DAY_LABELS[name], min_value=FEWEST, max_value=MOST
            )

    def labels(self) -> list[forms.BoundField]:
        return [self[f"label_{one}"] for one in Phase]

    def days(self) -> list[forms.BoundField]:
        return [self[f"days_{one}"] for one in DAYS]

    def terms(self) -> NewTerms:
        given = self.cleaned_data
        return NewTerms(
            days={one: given[f"days_{one}"] for one in DAYS},
            labels={str(one): given[f"label_{one}"] for one in Phase},
            quorum=given["quorum"],
            resident_share=given["resident_share"],
            endorsers=given["endorsers"],
            is_open=given["is_open"],
        )


class AppointForm(forms.Form):
    person = Words(label=_("Login name"), max_length=150)
    role = forms.ChoiceField(label=_("Role"))
    starts_on = day_of(_("From"))
    ends_on = day_of(_("Until, that day included"), required=False)

    def __init__(self, data: Any = None, *, roles: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["role"].choices = [(str(one), SeatRole(one).label) for one in roles]  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = self._today

    @staticmethod
    def _today() -> date:
        return clock.today()

    def clean_person(self) -> User:
        found = User.objects.filter(
            username__iexact=self.cleaned_data["person"], is_active=True
        ).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this login name."))
        return found


class CohostForm(forms.Form):
    """For a platform: whether it holds a topic of another one too."""

    asking = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    agreed = forms.TypedChoiceField(
        label=_("Do you hold it too?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    note = Words(label=_("Note, needed for a no"), required=False, max_length=300)


class AskCohostForm(forms.Form):
    platform = Words(label=_("Platform: name or code"), max_length=60)

    def clean_platform(self) -> Platform:
        words = self.cleaned_data["platform"]
        rows = Platform.objects.in_force()
        found = list((rows.filter(code=words) or rows.filter(name=words))[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("There is no such platform, or more than one."))
        return found[0]
