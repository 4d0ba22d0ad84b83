"""A word among those who handle a ticket."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms.fields import WordsField


class NoteForm(forms.Form):
    """The id is made with the page, so that a page sent twice writes one note."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    text = WordsField(
        label=_("Note for those who handle it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The reporter does not see it. It cannot be changed or taken back."),
        error_messages={"required": _("Write something.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="note_%s", **kwargs)
        if self.is_bound and "client_id" in self.errors:
            # Spoilt on the way: nobody can mend what he does not see.
            self.renew_id()
            self.full_clean()

    def renew_id(self) -> None:
        """The next send is a note of its own."""
        self.data = self.data.copy()
        self.data["client_id"] = str(uuid4())
