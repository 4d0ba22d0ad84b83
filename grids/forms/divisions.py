"""The shape of what is drawn on a draft and said about it."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import sheets
from govgrid.core.days import DayField
from govgrid.core.errors import Refused
from govgrid.core.words import Words
from grids.models import Area, Piece
from grids.models.division import DRAWN_KINDS
from grids.refusals import refuse_personal
from grids.workflow import PRINCIPLES, VoteForm

MOST_CHARACTERS = 20_000
MOST_HOUSEHOLDS = 100_000


class BeginForm(forms.Form):
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = Words(label=_("Why the grids are drawn anew"), required=False, max_length=1000)


class PointsField(forms.CharField):
    """Points, one a line: longitude, latitude. Commas, spaces and full-width commas all part."""

    default_error_messages = {
        "point": _("Line %(line)s is no point: write longitude, latitude."),
        "range": _("Line %(line)s does not lie on the earth."),
    }

    def clean(self, value) -> list[tuple[float, float]]:
        lines = super().clean(value).replace("，", ",").splitlines()
        return [self._point(n, line) for n, line in enumerate(lines, start=1) if line.strip()]

    def _point(self, n: int, line: str) -> tuple[float, float]:
        try:
            lon, lat = (float(part) for part in line.replace(",", " ").split())
        except ValueError as error:
            raise ValidationError(
                self.error_messages["point"], "point", params={"line": n}
            ) from error
        # Comparisons with NaN are false, so it is refused here too.
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ValidationError(self.error_messages["range"], "range", params={"line": n})
        return lon, lat


ONE, TWO, SOME, NONE = "one", "two", "some", "none"


class DrawForm(forms.Form):
    """One step: a verb, the pieces it is done to, and the line or ring where it needs one."""

    VERBS = {
        "split": (_("Split a piece along a line"), ONE, True),
        "move_border": (_("Draw the border between two pieces anew"), TWO, True),
        "merge": (_("Merge pieces"), SOME, False),
        "add_special": (_("Draw a special grid over the others"), NONE, True),
        "remove_special": (_("Take a special grid away"), ONE, False),
    }
    ASKED = {
        ONE: _("Choose one piece in the list."),
        TWO: _("Choose two pieces in the list."),
        SOME: _("Choose two pieces or more in the list."),
    }

    verb = forms.ChoiceField(
        label=_("What to do"), choices=[(slug, words[0]) for slug, words in VERBS.items()]
    )
    pieces = forms.TypedMultipleChoiceField(coerce=int, required=False)
    name = Words(label=_("Name of the special grid"), max_length=80, required=False)
    points = PointsField(
        label=_("Points"),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: longitude, latitude. Or tap them on the map."),
    )

    def __init__(self, *args, pieces: list[Piece], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["pieces"].choices = [(one.number, str(one)) for one in pieces]

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        _words, asked, needs_points = self.VERBS[cleaned["verb"]]
        count = len(cleaned["pieces"])
        if {ONE: count != 1, TWO: count != 2, SOME: count < 2, NONE: False}[asked]:
            raise ValidationError(self.ASKED[asked], "pieces")
        if needs_points and not cleaned["points"]:
            self.add_error("points", _("Set the points first."))
        return cleaned


class PieceForm(forms.Form):
    """What a piece is called, and which present grid it keeps."""

    code = Words(label=_("Code"), max_length=20, required=False)
    name = Words(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=DRAWN_KINDS)
    household_count = forms.IntegerField(
        label=_("Households"), min_value=0, max_value=MOST_HOUSEHOLDS, required=False
    )
    keeps = forms.TypedChoiceField(
        label=_("Keeps the grid"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Its posts, rules and tickets go on with this piece."),
    )

    def __init__(self, *args, piece: Piece, grids: list[Area], told: str | None, **kwargs):
        names = ("code", "name", "kind", "household_count")
        said = {name: getattr(piece, name) for name in names}
        self.untold = None
        if told not in (None, str(piece.household_count)):
            # Not told to who draws either: left empty it stays.
            self.untold, said["household_count"] = piece.household_count, None
        kwargs.setdefault("initial", {**said, "keeps": piece.keeps_id or ""})
        kwargs.setdefault("prefix", f"piece{piece.number}")
        super().__init__(*args, **kwargs)
        if self.untold is not None:
            words = _("%(told)s; left empty it stays as it is.") % {"told": told}
            self.fields["household_count"].help_text = words
        self.grids = {one.pk: one for one in grids}
        self.fields["keeps"].choices = [
            ("", _("None: it is a new grid")),
            *((one.pk, f"{one.name} {one.code}") for one in grids),
        ]

    def clean_household_count(self):
        given = self.cleaned_data["household_count"]
        return self.untold if given is None else given

    def clean_keeps(self):
        return self.grids.get(self.cleaned_data["keeps"])


class PlanForm(forms.Form):
    """Why, from when, and the vote in numbers."""

    day = {"type": "date"}
    reason = Words(
        label=_("Why the grids are drawn anew"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    effective_on = DayField(
        label=_("Holds from"), required=False, widget=forms.DateInput(attrs=day, format="%Y-%m-%d")
    )
    vote_form = forms.ChoiceField(
        label=_("Form of the vote"), required=False, choices=[("", "–"), *VoteForm.choices]
    )
    voted_on = DayField(
        label=_("Voted on"), required=False, widget=forms.DateInput(attrs=day, format="%Y-%m-%d")
    )
    voters = forms.IntegerField(
        label=_("Took part"), required=False, min_value=0, max_value=MOST_HOUSEHOLDS
    )
    votes_for = forms.IntegerField(
        label=_("For it"), required=False, min_value=0, max_value=MOST_HOUSEHOLDS
    )
    votes_against = forms.IntegerField(
        label=_("Against it"), required=False, min_value=0, max_value=MOST_HOUSEHOLDS
    )
    VOTE = ("voted_on", "voters", "votes_for", "votes_against")

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        vote = [cleaned[name] for name in self.VOTE]
        if None in vote and any(one is not None for one in vote):
            raise ValidationError(_("A vote has its day and three numbers, or none of them."))
        if None not in vote and cleaned["votes_for"] + cleaned["votes_against"] > cleaned["voters"]:
            raise ValidationError(_("There are more votes than took part."))
        return cleaned


class PrinciplesForm(forms.Form):
    """The eight rules, each kept or not, with a note."""

    ANSWERS = [
        ("", pgettext_lazy("division rule", "open")),
        ("yes", _("kept")),
        ("no", _("not kept")),
    ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for slug, words in PRINCIPLES.items():
            self.fields[slug] = forms.ChoiceField(label=words, choices=self.ANSWERS, required=False)
            self.fields[f"{slug}_note"] = Words(label=_("Note"), required=False, max_length=300)

    def answers(self) -> list[tuple[str, bool, str]]:
        said = self.cleaned_data
        return [
            (slug, said[slug] == "yes", said[f"{slug}_note"]) for slug in PRINCIPLES if said[slug]
        ]


class ExcuseForm(forms.Form):
    key = Words(max_length=80)
    reason = Words(max_length=500, required=False)


class EndingForm(forms.Form):
    """Who follows a grid that ends."""

    area = forms.TypedChoiceField(coerce=int)
    heir = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    carries_posts = forms.BooleanField(required=False)

    def __init__(self, *args, pieces: list[Piece], grids: list[Area], **kwargs):
        super().__init__(*args, **kwargs)
        self.grids = {one.pk: one for one in grids}
        self.fields["area"].choices = [(one.pk, one.name) for one in grids]
        self.fields["heir"].choices = [("", ""), *((one.number, str(one)) for one in pieces)]

    def clean_area(self):
        return self.grids[self.cleaned_data["area"]]


class NoteForm(forms.Form):
    note = Words(required=False, max_length=1000)


class SizeForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(k, words) for k, words in DRAWN_KINDS if k != "special"]
    )
    least = forms.IntegerField(label=_("At least"), min_value=1, max_value=MOST_HOUSEHOLDS)
    most = forms.IntegerField(label=_("At most"), min_value=1, max_value=MOST_HOUSEHOLDS)


class DayForm(forms.Form):
    """The map on a day."""

    on = DayField(label=_("The map on"), required=False)


MOST_BYTES = 5_000_000
# As a spreadsheet in the office names them.
HOMES_COLUMNS = {
    "编号": "code",
    "经度": "lon",
    "纬度": "lat",
    "户数": "households",
    "坐标系": "crs",
}


def homes_head(given: list[str]) -> list[str]:
    """The columns of a table of homes; what looks like data about persons is refused first."""
    refuse_personal(given)
    headings = [HOMES_COLUMNS.get(name, name.lower()) for name in given]
    known = ("code", "lon", "lat", "households", "crs")
    sheets.check_headings(headings, known, known[:4])
    return headings


class HomesForm(forms.Form):
    """A table of homes: CSV or Excel."""

    file = forms.FileField(
        label=_("Homes as points"),
        help_text=_("CSV or Excel with the columns code, lon, lat, households (and crs)."),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MB."), "too_large")
        content = file.read()
        try:
            if content[:2] == b"PK":
                return sheets.read_workbook(content, homes_head)
            return sheets.read(sheets.decoded(content, file.name), homes_head)
        except Refused as refusal:
            raise ValidationError(str(refusal), refusal.code) from refusal


class ProposeForm(forms.Form):
    grids = forms.IntegerField(
        label=_("Number of grids"),
        required=False,
        min_value=1,
        max_value=60,
        help_text=_("As many as the households ask for, if empty."),
    )
