"""What the back office asks about the calendar, checked before an action is tried."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from govgrid.core.errors import Refused
from govgrid.core.sheets import Problem
from govgrid.worktime.arithmetic import DayKind, weekday_of
from govgrid.worktime.models import FIRST_DAY, LAST_DAY, CalendarDay, Edition, Hours, check_sessions
from govgrid.worktime.rows import BadRows, DayRow, days_of, read_file

SALT = "worktime.import"


class _Succession(forms.ModelForm):
    """A row that may take the place of another: that a date is taken is no error here."""

    source = forms.CharField(
        label=_("source"), required=False, max_length=Edition._meta.get_field("source").max_length
    )

    def _get_validation_exclusions(self) -> set[str]:
        # Each field is checked as it was typed; that rows do not collide is the action's work.
        return {field.name for field in self._meta.model._meta.fields}

    def _check_centuries(self, name: str) -> None:
        on = self.cleaned_data.get(name)
        if on is not None and not FIRST_DAY <= on <= LAST_DAY:
            self.add_error(name, _("A date lies between 2000 and 2199."))


class DayForm(_Succession):
    class Meta:
        model = CalendarDay
        fields = ["date", "kind", "name", "source"]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        self._check_centuries("date")
        is_makeup = said.get("kind") == DayKind.MAKEUP_WORKDAY
        if is_makeup and said.get("date") and weekday_of(said["date"]) == DayKind.WORKDAY:
            self.add_error(
                "date", _("%s is a weekday: it is a working day already.") % said["date"]
            )
        return said


class HoursForm(_Succession):
    sessions = forms.CharField(
        label=_("sessions"),
        required=False,
        max_length=Hours._meta.get_field("sessions").max_length,
        help_text=_("For example 08:00-12:00,14:00-18:00. Empty: as everywhere."),
    )

    class Meta:
        model = Hours
        fields = ["district", "first_on", "last_on", "sessions"]

    def clean_sessions(self) -> str:
        sessions = self.cleaned_data["sessions"]
        if sessions:
            check_sessions(sessions)
        return sessions

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        self._check_centuries("first_on")
        first, last = said.get("first_on"), said.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", _("The last day lies before the first."))
        return said


class UploadForm(forms.Form):
    """A list of days; ``days`` afterwards, or ``problems`` row by row."""

    file = forms.FileField(
        label=_("file"),
        help_text=_("CSV or Excel with the columns date, kind and name, as the notice has them."),
    )
    source = forms.CharField(
        label=_("source"), required=False, max_length=200,
        help_text=_("The notice, for example its number and date."),
    )  # fmt: skip
    is_provisional = forms.BooleanField(
        label=_("provisional"),
        required=False,
        help_text=_("A guess: its years do not count as published."),
    )
    problems: list[Problem] = []
    days: list[DayRow] = []

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        try:
            self.days = days_of(read_file(file.read(), file.name))
        except BadRows as refused:
            self.problems = refused.problems
            raise forms.ValidationError(str(refused)) from refused
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return file

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("file") and not said["source"]:
            said["source"] = said["file"].name[:200]
        return said

    def sealed(self) -> str:
        """What was read, to be sent back with the second click: nobody can change it in between."""
        said = self.cleaned_data
        rows = [(row.on.isoformat(), row.kind, row.name) for row in self.days]
        return signing.dumps(
            [rows, said["source"], said["is_provisional"]], salt=SALT, compress=True
        )


class ConfirmForm(forms.Form):
    """The second click of an import: the rows that were shown."""

    rows = forms.CharField(widget=forms.HiddenInput)

    def clean_rows(self) -> tuple[list[DayRow], str, bool]:
        try:
            rows, source, is_provisional = signing.loads(
                self.cleaned_data["rows"], salt=SALT, max_age=3600
            )
        except signing.BadSignature as error:
            raise forms.ValidationError(
                _("This list is too old. Please choose the file again.")
            ) from error
        days = [DayRow(forms.DateField().to_python(on), kind, name) for on, kind, name in rows]
        return days, source, is_provisional
