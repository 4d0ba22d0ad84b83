"""What a board is narrowed to, and which ticket another one is merged into."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from govgrid.core.widgets import QuickSelect
from govgrid.core.words import Words
from grids.models import Department
from tickets.board import Board, Scope, Wish, parts_of
from tickets.forms.fields import WordsField, active_categories, by_group
from tickets.models import NUMBER, Category, Ticket
from tickets.workflow import ENDED, State

ONLY = [("", _("Everything")), ("emergency", _("Emergency")), ("late", _("Late"))]


class BoardForm(forms.Form):
    """The choices are read by :meth:`offer`, for the page alone: an update needs none of them."""

    only = forms.ChoiceField(choices=ONLY, required=False)
    part = Words(label=_("Area"), required=False, max_length=20)
    group = Words(label=_("Category"), required=False, max_length=4)
    department = Words(label=_("Department"), required=False, max_length=40)
    mine = forms.BooleanField(required=False)

    def __init__(self, *args, scope: Scope, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.scope, self.user = scope, user

    def clean_part(self):
        code = self.cleaned_data["part"]
        return _known(parts_of(self.scope).filter(code=code), code)

    def clean_group(self):
        code = self.cleaned_data["group"]
        if code and not Category.objects.filter(group_code=code).exists():
            raise _unknown(code)
        return code

    def clean_department(self):
        code = self.cleaned_data["department"]
        return _known(Department.objects.filter(code=code), code)

    def wish(self) -> Wish | None:
        """What is wished; None when a part of it is unknown."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        mine = self.user.pk if given["mine"] else None
        return Wish(given["only"], given["part"], given["group"], given["department"], mine)

    def offer(self, read: Board | None) -> None:
        """Make the three selects of the page; the departments are those of the board."""
        groups = by_group(active_categories())
        self._choose("part", _("All areas"), [(a.code, a.name) for a in parts_of(self.scope)])
        self._choose(
            "group", _("All categories"), [(some[0].group_code, name) for name, some in groups]
        )
        self._choose("department", _("All departments"), self._leads(read))

    def _leads(self, read: Board | None) -> list[tuple[str, str]]:
        if read is None or not self.scope.is_area:
            return []
        # The one that is chosen stays to be seen, also where it leads nothing.
        chosen = self.cleaned_data["department"]
        wanted = read.leads | ({chosen.pk} if chosen else set())
        leads = Department.objects.filter(pk__in=wanted).order_by("code")
        return list(leads.values_list("code", "short_name"))

    def _choose(self, name: str, nothing, choices: list[tuple[str, str]]) -> None:
        if choices:
            widget = QuickSelect(attrs={"class": "input"}, choices=[("", nothing), *choices])
            self.fields[name].widget = widget
        else:
            self.fields[name].widget = forms.HiddenInput()

    @property
    def selects(self):
        return [self[name] for name in ("part", "group", "department") if not self[name].is_hidden]


def _known(found, code: str):
    if not code:
        return None
    one = found.first()
    if one is None:
        raise _unknown(code)
    return one


def _unknown(code: str) -> ValidationError:
    return ValidationError(_("There is no “%(code)s” here."), "unknown", {"code": code})


class MergeForm(forms.Form):
    """Which open ticket this one is put together with: one of those nearby, or by its number."""

    near = forms.ChoiceField(label=_("Within 50 m"), required=False, widget=forms.RadioSelect)
    number = Words(
        label=_("Or by its number"),
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    note = WordsField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args, ticket: Ticket, near, reachable, **kwargs):
        super().__init__(*args, auto_id="merge_%s", **kwargs)
        self.ticket, self.reachable = ticket, reachable
        self.around = {one.number: one for one in near}
        self.fields["near"].choices = [(number, _told(one)) for number, one in self.around.items()]
        if not self.around:
            del self.fields["near"]
            self.fields["number"].label = _("Number of the other ticket")

    def clean_number(self):
        number = self.cleaned_data["number"].strip().upper()
        if not number:
            return None
        if not NUMBER.fullmatch(number):
            raise ValidationError(_("Write the number in full, as YL20261122-000123-7."), "number")
        found = self.reachable.filter(number=number).first()
        if found is None:
            raise ValidationError(_("You have no ticket of this number."), "unknown")
        if found.pk == self.ticket.pk:
            raise ValidationError(_("This is the ticket itself."), "itself")
        if found.state == State.MERGED:
            words = _("%(number)s was merged into another itself. Choose the one that leads.")
            raise ValidationError(words, "merged", {"number": found.number})
        if found.state in ENDED:
            raise ValidationError(_("That one is not open any more."), "ended")
        return found

    def clean(self):
        given = super().clean()
        if not self.errors and not (given.get("number") or given.get("near")):
            self.add_error("number", _("Say with which ticket."))
        return given

    @property
    def into(self) -> Ticket:
        """A number that was written goes before a choice that was left standing."""
        return self.cleaned_data["number"] or self.around[self.cleaned_data["near"]]


def _told(ticket: Ticket) -> str:
    metres = _("%(metres)s m") % {"metres": f"{ticket.metres.m:.0f}"}
    return f"{ticket.number} · {ticket.category.name} · {metres}"
