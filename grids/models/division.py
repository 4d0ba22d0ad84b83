"""Redivision: a draft of new pieces beside the map in force, and how it came to hold."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from grids import workflow
from grids.models.area import WGS84, Area

DRAWN_KINDS = [
    (kind.value, kind.label) for kind in (Area.Kind.BASIC, Area.Kind.SPECIAL, Area.Kind.HAMLET)
]
SIZED_KINDS = [
    (Area.Kind.BASIC.value, _("Basic grid")),
    (Area.Kind.HAMLET.value, _("Hamlet")),
]


class GridSize(models.Model):
    """How many households a grid is to have, in an area and all beneath it, from a day on.

    A change is a new row, so that an earlier check can be understood later.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="grid_sizes")
    kind = models.CharField(_("kind"), max_length=10, choices=SIZED_KINDS)
    least = models.PositiveIntegerField(_("at least"))
    most = models.PositiveIntegerField(_("at most"))
    since = models.DateField(_("since"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("size of grids")
        verbose_name_plural = _("sizes of grids")
        ordering = ["area", "kind", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "kind", "since"],
                name="gridsize_once_a_day",
                violation_error_message=_("This size was set today."),
            ),
            models.CheckConstraint(
                name="gridsize_least_before_most",
                condition=Q(least__gte=1, most__gte=F("least")),
                violation_error_message=_("The least lies above the most."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}: {self.least}–{self.most}"


class Division(models.Model):
    """A draft for one community. What is drawn is versioned by step: :class:`Piece`."""

    community = models.ForeignKey(
        Area, models.PROTECT, related_name="divisions", verbose_name=_("community")
    )
    client_id = models.UUIDField(_("client id"))
    state = models.CharField(
        _("state"), max_length=10, choices=workflow.State, default=workflow.State.DRAFTED
    )
    reason = models.TextField(_("why the grids are drawn anew"), blank=True, max_length=1000)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("begun by")
    )
    begun_at = models.DateTimeField(_("begun at"))
    # The grids in force when it was begun: should others have come, it cannot hold any more.
    base = ArrayField(models.BigIntegerField(), default=list)
    # A digest of their outlines as they were then: an import may redraw them beside the draft.
    base_outlines = models.CharField(max_length=32, blank=True, default="", editable=False)
    # The step that is shown, and the last that was drawn: between them lies what was undone.
    step = models.PositiveIntegerField(default=0)
    last_step = models.PositiveIntegerField(default=0)
    effective_on = models.DateField(_("holds from"), null=True, blank=True)
    took_effect_at = models.DateTimeField(_("took effect at"), null=True, blank=True)
    # What stood in the grids that ended with it, and what became of it: rows for the page.
    carried = models.JSONField(default=list, editable=False)
    # The vote of the residents, in numbers only.
    vote_form = models.CharField(
        _("form of the vote"), max_length=20, choices=workflow.VoteForm, blank=True
    )
    voted_on = models.DateField(_("voted on"), null=True, blank=True)
    voters = models.PositiveIntegerField(_("took part"), null=True, blank=True)
    votes_for = models.PositiveIntegerField(_("for it"), null=True, blank=True)
    votes_against = models.PositiveIntegerField(_("against it"), null=True, blank=True)

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["begun_by", "client_id"],
                name="division_client_id_once_a_person",
                violation_error_message=_("This client id was used before."),
            ),
            models.UniqueConstraint(
                fields=["community"],
                condition=Q(state=workflow.State.APPROVED),
                name="division_one_approved_a_community",
                violation_error_message=_(
                    "Another division of this community is approved and waits for its day."
                ),
            ),
            models.CheckConstraint(
                name="division_step_is_drawn",
                condition=Q(step__lte=F("last_step")),
                violation_error_message=_("This step was not drawn."),
            ),
            models.CheckConstraint(
                name="division_in_force_since_a_moment",
                condition=Q(state=workflow.State.IN_FORCE, took_effect_at__isnull=False)
                | (~Q(state=workflow.State.IN_FORCE) & Q(took_effect_at=None)),
                violation_error_message=_("What holds took effect at some time."),
            ),
            both_or_neither(
                *("voted_on", "voters", "votes_for", "votes_against"), name="division_vote_is_whole"
            ),
            models.CheckConstraint(
                name="division_votes_add_up",
                condition=Q(voters=None) | Q(voters__gte=F("votes_for") + F("votes_against")),
                violation_error_message=_("There are more votes than took part."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["effective_on"],
                name="division_waits_for_its_day",
                condition=Q(state=workflow.State.APPROVED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("grids:division", args=[self.community.code, self.pk])

    @property
    def is_drawn_on(self) -> bool:
        return self.state == workflow.State.DRAFTED


class PieceQuerySet(models.QuerySet["Piece"]):
    def shown(self, division: Division) -> PieceQuerySet:
        """The pieces as they stand after the division's step, by number."""
        step = division.step
        return (
            self.filter(division=division, made_in__lte=step)
            .filter(Q(gone_in=None) | Q(gone_in__gt=step))
            .select_related("keeps")
            .order_by("number")
        )


class Piece(models.Model):
    """One piece of a draft, in the version that the steps ``made_in`` to ``gone_in`` show.

    ``number`` is what the map and the list call it, and stays through all its versions.
    """

    division = models.ForeignKey(Division, models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField(_("number"))
    made_in = models.PositiveIntegerField()
    gone_in = models.PositiveIntegerField(null=True)
    code = models.CharField(_("code"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=DRAWN_KINDS, default=Area.Kind.BASIC.value
    )
    household_count = models.PositiveIntegerField(_("households"), null=True, blank=True)
    # Shared out by area after a cut, not counted.
    is_estimated = models.BooleanField(default=False)
    keeps = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("keeps")
    )
    outline = models.MultiPolygonField(srid=WGS84, spatial_index=False)

    objects = PieceQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece")
        verbose_name_plural = _("pieces")
        ordering = ["division", "number", "made_in"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "number", "made_in"],
                name="piece_one_version_a_step",
                violation_error_message=_("This piece was drawn in that step."),
            ),
            models.CheckConstraint(
                name="piece_gone_after_made",
                condition=Q(gone_in=None) | Q(gone_in__gt=F("made_in")),
                violation_error_message=_("A piece goes after it is made."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.number}"

    @property
    def is_special(self) -> bool:
        return self.kind == Area.Kind.SPECIAL


class Step(models.Model):
    """One thing drawn; undoing goes back by one, and drawing anew forgets what was undone."""

    class Verb(models.TextChoices):
        SPLIT = "split", _("Split")
        MERGE = "merge", _("Merged")
        MOVE_BORDER = "move_border", _("Border moved")
        ADD_SPECIAL = "add_special", _("Special grid drawn")
        REMOVE_SPECIAL = "remove_special", _("Special grid removed")
        DESCRIBE = "describe", _("Described")
        MEND = "mend", _("Slivers closed")
        PROPOSE = "propose", _("Proposal taken over")
        REBASE = "rebase", _("Map in force taken over")

    division = models.ForeignKey(Division, models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=20, choices=Verb)
    pieces = ArrayField(models.PositiveIntegerField(), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["division", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "number"],
                name="step_once_a_number",
                violation_error_message=_("This step was drawn before."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {', '.join(map(str, self.pieces))}"

    @property
    def is_undoable(self) -> bool:
        """Behind the map in force lies one that does not hold any more."""
        return self.verb != self.Verb.REBASE


class Ending(models.Model):
    """What is said about a grid that no piece keeps: who follows it, and what of its posts.

    Without a row the piece that takes most of it follows, and its posts end with it.
    """

    division = models.ForeignKey(Division, models.CASCADE, related_name="endings")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    heir = models.PositiveIntegerField(_("followed by"), null=True, blank=True)
    carries_posts = models.BooleanField(_("posts go on in what follows"), default=False)

    class Meta:
        verbose_name = _("ending of a grid")
        verbose_name_plural = _("endings of grids")
        ordering = ["division", "area"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "area"],
                name="ending_once_a_grid",
                violation_error_message=_("This grid ends already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.area)


class Excuse(models.Model):
    """The written reason why one warning of the check may stand."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="excuses")
    finding = models.CharField(max_length=80)
    reason = models.TextField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("reason for a warning")
        verbose_name_plural = _("reasons for warnings")
        ordering = ["division", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "finding"],
                name="excuse_once_a_finding",
                violation_error_message=_("This warning has a reason."),
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Principle(models.Model):
    """Whether one of the eight division rules is kept, and why not where it is not."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="principles")
    slug = models.CharField(max_length=10, choices=list(workflow.PRINCIPLES.items()))
    is_kept = models.BooleanField(_("kept"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("division rule")
        verbose_name_plural = _("division rules")
        ordering = ["division", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "slug"],
                name="principle_once_a_division",
                violation_error_message=_("This rule is answered."),
            )
        ]

    def __str__(self) -> str:
        return self.get_slug_display()


class DivisionEvent(models.Model):
    """What became of a division, and who did it; never changed, never deleted."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="events")
    verb = models.CharField(max_length=20)
    before = models.CharField(max_length=10, choices=workflow.State, blank=True)
    after = models.CharField(max_length=10, choices=workflow.State)
    note = models.TextField(blank=True, max_length=1000)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("event of a division")
        verbose_name_plural = _("events of divisions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.verb}: {self.before} → {self.after}"
