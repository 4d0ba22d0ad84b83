"""What a desk keeps for itself: notes beside a ticket, replies ready to hand, saved searches."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from grids.models import Area, Department

USER = settings.AUTH_USER_MODEL
MOST_SEARCHES = 20


class Note(models.Model):
    """A word among those who handle a ticket. Append-only: a trigger refuses to change a row.

    Never shown to the reporter as such, nor in public.
    """

    ticket = models.ForeignKey(
        "tickets.Ticket", models.PROTECT, related_name="notes", db_index=False
    )
    # The same sent twice is one note.
    client_id = models.UUIDField(default=uuid4)
    by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"))
    text = models.TextField(_("note"), max_length=2000)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["by", "client_id"],
                name="note_client_id_once_a_writer",
                violation_error_message=_("This client id was used before."),
            ),
            models.CheckConstraint(
                name="note_says_something",
                condition=~Q(text=""),
                violation_error_message=_("Write something."),
            ),
        ]
        indexes = [models.Index(fields=["ticket", "id"], name="note_of_ticket")]

    def __str__(self) -> str:
        return f"{self.at:%F %T}"


class ReplyTemplateQuerySet(models.QuerySet["ReplyTemplate"]):
    def in_force(self) -> ReplyTemplateQuerySet:
        return self.filter(valid_to=None)


class ReplyTemplate(models.Model):
    """Words ready to hand for the note of a move, of an area or of a department.

    Never edited: ``tickets.actions.set_template`` ends it and writes its successor.
    """

    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area")
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    # The name of a move; empty: for every one that takes a note.
    move = models.CharField(_("move"), max_length=30, blank=True)
    title = models.CharField(_("title"), max_length=40)
    text = models.TextField(_("text"), max_length=500)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    created_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    ended_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = ReplyTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="template_of_an_area_or_a_department",
                condition=Q(area__isnull=False, department=None)
                | Q(area=None, department__isnull=False),
                violation_error_message=_("A template belongs to an area or to a department."),
            ),
            models.UniqueConstraint(
                fields=["area", "department", "move", "title"],
                condition=Q(valid_to=None),
                nulls_distinct=False,
                name="template_one_of_a_title_in_force",
                violation_error_message=_("A template of this title is in force."),
            ),
            models.CheckConstraint(
                name="template_is_plain_text",
                condition=~Q(title__regex="[<>]") & ~Q(text__regex="[<>]|[{][{%]"),
                violation_error_message=_("Write plain words, without < and >."),
            ),
            both_or_neither("valid_to", "ended_by", name="template_ended_by_someone"),
        ]
        indexes = [
            models.Index(fields=["area"], condition=Q(valid_to=None), name="template_of_area"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def code(self) -> str:
        return f"T-{self.pk:04d}"


class SavedSearch(models.Model):
    """Filters of the list of tickets under a name: of one person, and seen by nobody else."""

    owner = models.ForeignKey(USER, models.CASCADE, related_name="+", db_index=False)
    # Which of the twenty it is: two windows at once cannot keep a twenty-first.
    place = models.PositiveSmallIntegerField(editable=False)
    name = models.CharField(_("name"), max_length=40)
    # As TicketSearchForm writes what it was asked: known filters alone, in its own order.
    query = models.CharField(_("filters"), max_length=600)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "place"],
                name="search_one_a_place",
                violation_error_message=_("Another search was saved this very moment."),
            ),
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="search_one_of_a_name",
                violation_error_message=_("You have a search of this name."),
            ),
            models.CheckConstraint(
                name="search_twenty_at_most",
                condition=Q(place__gte=1, place__lte=MOST_SEARCHES),
                violation_error_message=_("Twenty searches can be saved. Delete one first."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
