"""What somebody gives who joins: each purpose with a tick of its own, none of them set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.accounts.models import User
from members.actions import Joining, Login
from members.forms.roster_fields import (
    AssociationField,
    OwnWords,
    PhoneField,
    SpecialtiesField,
    StationField,
    lines,
    served_area,
)
from members.workflow.roster import NEEDED, Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govgrid.privacy.models import Notice

GIVEN = (
    "name", "display_name", "organisation", "public_post", "work_phone", "phone", "offer",
    "station", "specialties", "is_grown_up",
)  # fmt: skip


class EntryForm(forms.Form):
    """The entry itself, as its owner writes it."""

    name = OwnWords(label=pgettext_lazy("person", "Name"), max_length=60)
    display_name = OwnWords(
        label=_("Shown as"), max_length=40, required=False,
        help_text=_("What the public page calls you, if you agree to be shown there."),
    )  # fmt: skip
    organisation = OwnWords(label=_("Organisation"), max_length=80, required=False)
    public_post = OwnWords(label=_("Public post"), max_length=80, required=False)
    work_phone = PhoneField(
        label=_("Work phone"), required=False, help_text=_("Staff of the roster see it.")
    )
    phone = PhoneField(
        label=_("Private phone"), required=False,
        help_text=_("Sealed. It can be left out; who opens it says why, and you see who it was."),
    )  # fmt: skip
    specialties = SpecialtiesField(label=_("What I am good at"))
    offer = lines(
        _("What I offer"), max_length=500, required=False,
        help_text=_("Nothing about health, faith or kin, please: neither yours nor anybody's."),
    )  # fmt: skip
    station = StationField()


class JoinForm(EntryForm):
    """``notices`` by purpose, as they hold; ``user`` is who is signed in, or None."""

    association = AssociationField(required=False, empty_label=_("None"))
    is_grown_up = forms.BooleanField(
        label=_("I am eighteen or older."),
        error_messages={"required": _("Only grown-ups can be on the roster.")},
    )
    username = forms.CharField(
        label=_("User name"), max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Password"), max_length=1024, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Ten characters or more."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, notices: Mapping[str, Notice], user: User | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.notices = notices
        self.is_new = user is None
        if user is not None:
            del self.fields["username"], self.fields["password"]
        if Purpose.AFFILIATION not in notices:
            del self.fields["association"]
        for key, notice in notices.items():
            self.fields[tick(key)] = forms.BooleanField(
                label=Purpose(key).label, required=key == NEEDED,
                widget=forms.CheckboxInput(attrs={"value": notice.pk}),
                error_messages={
                    "required": _("Without your consent to being on the roster nothing is kept.")
                },
            )  # fmt: skip

    def purposes(self) -> list[tuple[Notice, forms.BoundField, forms.BoundField | None]]:
        """Each notice, its tick, and what is given under this tick alone."""
        return [
            (notice, self[tick(key)], self["association"] if key == Purpose.AFFILIATION else None)
            for key, notice in self.notices.items()
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if "association" not in self.fields or "association" in self.errors:
            return said
        key = tick(Purpose.AFFILIATION)
        if said["association"] and not said[key]:
            self.add_error(key, _("Tick this as well, or choose no association."))
        elif said[key] and not said["association"]:
            self.add_error("association", _("Choose the association, or take the tick away."))
        return said

    def clean_username(self) -> str:
        name = User.normalize_username(self.cleaned_data["username"].strip())
        User._meta.get_field("username").run_validators(name)
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("Somebody has this user name."), "username_taken")
        return name

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        said = User(username=self.cleaned_data.get("username", ""), name=self.data.get("name", ""))
        validate_password(password, said)
        return password

    def joining(self) -> Joining:
        said = self.cleaned_data
        # The notice that stood beside the tick, not the one that holds by now.
        agreed = {key: self._read(key) for key in self.notices if said[tick(key)]}
        given = {name: said[name] for name in GIVEN}
        return Joining(agreed=agreed, association=said.get("association"), **given)

    def _read(self, key: str) -> int:
        sent = self.data.get(tick(key), "")
        return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 19 else 0

    def login(self, language: str) -> Login | None:
        if not self.is_new:
            return None
        said = self.cleaned_data
        return Login(said["username"], said["password"], language)


def tick(key: str) -> str:
    return f"agree-{key}"


class ApplyForm(JoinForm):
    """Somebody who is signed in asks by himself: where, too."""

    area = served_area()
