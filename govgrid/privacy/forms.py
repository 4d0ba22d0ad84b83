"""Asking about one's own data, and answering at the desk."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.accounts.models import User
from govgrid.core.words import Words
from govgrid.privacy.models import SubjectRequest

LONGEST = 2000


def _text(label: Any, **more: Any) -> Words:
    widget = forms.Textarea(attrs={"rows": 4, "class": "input"})
    return Words(label=label, max_length=LONGEST, widget=widget, **more)


class AskForm(forms.Form):
    """Sent twice it is one, see ``client_id``."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("I want to"), choices=SubjectRequest.Kind.choices)
    text = _text(
        _("What it is about"),
        required=False,
        help_text=_("Needed to correct, erase, explain or object. Write no identity number."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"client_id": uuid4()})


class RecordForm(AskForm):
    """What came to the desk on paper or by telephone."""

    kind = forms.ChoiceField(label=_("What is asked"), choices=SubjectRequest.Kind.choices)
    username = forms.CharField(
        label=_("User name"), max_length=150, required=False,
        help_text=_("Empty for a person without a login."),
    )  # fmt: skip
    subject_ref = forms.RegexField(
        r"^[0-9A-Za-z-]{1,64}$", label=_("Reference of the paper"), required=False,
        help_text=_("Letters and digits, no name: what is filed under it stays on paper."),
    )  # fmt: skip
    for_another = forms.BooleanField(
        label=_("Asked for another person: a child, or somebody who has died"), required=False
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("username")) == bool(given.get("subject_ref")):
            raise forms.ValidationError(_("Give either a user name or a reference."))
        if given.get("username"):
            user = User.objects.filter(username__iexact=given["username"], is_active=True).first()
            if user is None:
                self.add_error("username", _("Nobody has this user name."))
            given["user"] = user
        return given


class AnswerForm(forms.Form):
    is_refused = forms.BooleanField(label=_("It is not granted"), required=False)
    text = _text(
        pgettext_lazy("request", "Answer"),
        help_text=_("Where it is not granted, why. Where to complain is told with it."),
        error_messages={"required": _("Please write an answer.")},
    )


class EraseForm(forms.Form):
    is_sure = forms.BooleanField(label=_("Everything that can be erased, for good"))


class AgreeForm(forms.Form):
    """The version that was read."""

    version = forms.IntegerField(min_value=1, max_value=32767, widget=forms.HiddenInput)
