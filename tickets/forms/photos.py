"""One photo, as a page sends it."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID, uuid5

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from tickets.forms.filing import FilingForm
from tickets.gallery import Sending
from tickets.models import Photo, Ticket

RESEND = {"required": _("Please send it once more."), "invalid": _("Please send it once more.")}


class PhotoForm(forms.Form):
    """A photo with what the device claims of it. The bytes are judged when it is kept."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, error_messages=RESEND)
    photo = forms.FileField(
        label=_("Photo"),
        allow_empty_file=True,
        error_messages={"required": _("Choose a photo.")},
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    phase = forms.ChoiceField(
        label=_("What it shows"),
        required=False,
        choices=[("", _("Something else")), *Photo.Phase.choices],
        widget=forms.Select(attrs={"class": "input"}),
    )
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    taken_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def sending(self) -> Sending:
        given = self.cleaned_data
        return Sending(
            client_id=given["client_id"],
            file=given["photo"],
            phase=given["phase"],
            taken_at=given["taken_at"],
            lon=given["lon"],
            lat=given["lat"],
        )


class DraftPhotoForm(PhotoForm):
    """The same for a report that is still being written."""

    draft = forms.UUIDField(widget=forms.HiddenInput, error_messages=RESEND)


def sent_with(form: FilingForm, files: MultiValueDict[str, UploadedFile]) -> list[Sending]:
    """The photos that came in one piece with a report, from a page without script.

    Their ids follow from report and content, so that a second send makes nothing new.
    """
    report = form.fields["client_id"].clean(form["client_id"].value())
    return [Sending(uuid5(report, _digest(one)), one) for one in files.getlist("photos")]


def after_photo_id(ticket: Ticket, file: UploadedFile) -> UUID:
    return uuid5(ticket.client_id, _digest(file))


def _digest(file: UploadedFile) -> str:
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
