"""A reply ready to hand."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.core.text import is_blank
from govgrid.core.words import Words
from grids.models import Area, Department, Level
from tickets import replies
from tickets.forms.fields import WordsField
from tickets.models import ReplyTemplate
from tickets.workflow import MOVES

_INDENT = "\u3000"
# The moves with a note; its words are what a template gives.
WITH_NOTE = [(name, move.label) for name, move in MOVES.items() if "note" in move.fields]


class TemplateForm(forms.Form):
    """Offers the areas and departments of one's own."""

    owner_key = forms.ChoiceField(label=_("For whom"))
    move = forms.ChoiceField(
        label=_("For which note"), required=False, choices=[("", _("Every note")), *WITH_NOTE]
    )
    title = Words(label=_("Title"), max_length=40)
    text = WordsField(label=_("Words"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args, user, instead: ReplyTemplate | None = None, **kwargs):
        if instead is not None:
            owner = instead.area or instead.department
            kwargs["initial"] = {
                "owner_key": _key(owner),
                "move": instead.move,
                "title": instead.title,
                "text": instead.text,
            }
        super().__init__(*args, **kwargs)
        areas, departments = map(list, replies.owners(user))
        self.owners = {_key(one): one for one in [*areas, *departments]}
        self.fields["owner_key"].choices = [
            *((_key(one), _INDENT * (one.level - Level.DISTRICT) + one.name) for one in areas),
            *((_key(one), one.name) for one in departments),
        ]

    def clean(self):
        given = super().clean()
        title, text = given.get("title", ""), given.get("text", "")
        for name, said in (("title", title), ("text", text)):
            if name in given and is_blank(said):
                self.add_error(name, _("Write something."))
        for sentence in replies.faults(title, text):
            self.add_error("text", sentence)
        return given

    @property
    def owner(self) -> Area | Department:
        return self.owners[self.cleaned_data["owner_key"]]


def _key(owner: Area | Department) -> str:
    kind = "area" if isinstance(owner, Area) else "department"
    return f"{kind}:{owner.code}"
