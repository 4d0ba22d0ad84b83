"""Raising a topic, and finding one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.actions import Raising
from consultations.models import Platform, Topic, TopicQuerySet
from consultations.workflow import PHASE_OF, PUBLIC, Phase, PlatformKind, Verdict
from govgrid.core.words import Words
from grids.models import Area
from tickets.models import Ticket

ANY = ("", pgettext_lazy("filter", "Any"))
MOST_PLATFORMS = 500


class RaiseForm(forms.Form):
    """What somebody wants talked over. Sent twice it is one topic, see ``client_id``."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    platform = forms.ModelChoiceField(
        Platform.objects.none(), label=_("Where"), empty_label=_("Choose"), to_field_name="code"
    )
    title = Words(label=pgettext_lazy("topic", "Title"), max_length=60)
    body = Words(
        label=_("What it is about"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "input"}),
    )
    place = Words(label=_("Place"), max_length=120, required=False)
    is_named = forms.BooleanField(label=_("My name may be shown"), required=False)
    on_behalf = forms.BooleanField(
        label=_("I write this for somebody who has no login"), required=False
    )

    def __init__(
        self,
        data: Any = None,
        *,
        may_enter: bool = False,
        ticket: Ticket | None = None,
        **kwargs: Any,
    ) -> None:
        self.ticket = ticket
        initial = {"client_id": uuid4(), **kwargs.pop("initial", {})}
        super().__init__(data, initial=initial, **kwargs)
        found = Platform.objects.in_force().order_by("name", "pk")
        self.fields["platform"].queryset = found  # type: ignore[attr-defined]
        if not may_enter:
            del self.fields["on_behalf"]

    def raising(self) -> Raising:
        return Raising(**self.cleaned_data, ticket=self.ticket)


class TopicSearchForm(forms.Form):
    """Narrows topics; what it does not know it leaves out of the question."""

    q = forms.CharField(label=_("Number or words"), required=False, max_length=60)
    phase = forms.ChoiceField(label=_("Step"), required=False, choices=[ANY, *Phase.choices])
    verdict = forms.ChoiceField(label=_("Verdict"), required=False, choices=[ANY, *Verdict.choices])
    kind = forms.ChoiceField(
        label=_("Kind of platform"), required=False, choices=[ANY, *PlatformKind.choices]
    )
    area = forms.CharField(label=_("Area: name or code"), required=False, max_length=40)

    def narrow(self, topics: TopicQuerySet) -> QuerySet[Topic]:
        """Only what was given; an area means everything beneath it."""
        if not self.is_valid():
            return topics.none()
        asked = self.cleaned_data
        if asked["q"].strip():
            topics = topics.about(asked["q"])
        if asked["phase"]:
            states = [state for state in PUBLIC if PHASE_OF[state] == asked["phase"]]
            topics = topics.filter(state__in=sorted(states))
        if asked["verdict"]:
            topics = topics.filter(verdict=asked["verdict"])
        if asked["kind"]:
            topics = topics.filter(platform__kind=asked["kind"])
        if asked["area"].strip():
            topics = topics.filter(area__in=self._areas(asked["area"].strip()))
        return topics

    def _areas(self, words: str) -> QuerySet[Area]:
        named = Area.objects.in_force().filter(code=words) or Area.objects.in_force().filter(
            name__icontains=words
        )
        paths = list(named.values_list("path", flat=True)[:20])
        found = Area.objects.none()
        for path in paths:
            found = found | Area.objects.filter(path__startswith=path)
        return found
