"""Who stands behind a place: the team by function, what a post asks, and posts handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids import roles
from grids.models.area import Area
from grids.models.department import Department
from grids.models.phones import MOBILE
from grids.models.post import Post

if TYPE_CHECKING:
    from govgrid.accounts.models import User


class TeamSeat(models.Model):
    """One force of the grid's team: what it does there, which office sends it, and its telephone.

    It holds for an area and all beneath. No person is named.
    """

    class Function(models.TextChoices):
        COMMUNITY = "community", _("Community officer")
        POLICE = "police", _("Police liaison")
        SANITATION = "sanitation", _("Sanitation")
        URBAN = "urban", _("Urban management")
        CLINIC = "clinic", _("Public health")
        EMERGENCY = "emergency", _("Emergency and fire")
        UTILITIES = "utilities", _("Water, power and gas")
        PROPERTY = "property", _("Property company")
        CONSULTATION = "consultation", _("Consultation")
        MEDIATION = "mediation", _("Mediation")

    area = models.ForeignKey(
        Area, models.PROTECT, related_name="team_seats", verbose_name=_("area")
    )
    function = models.CharField(_("function"), max_length=12, choices=Function)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="team_seats", verbose_name=_("office")
    )
    phone = models.CharField(_("office phone"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("seat in a grid's team")
        verbose_name_plural = _("seats in grids' teams")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "function", "department"],
                name="teamseat_once_a_function",
                violation_error_message=_("This office has that function here already."),
            ),
            models.CheckConstraint(
                name="teamseat_office_phone_only",
                condition=~Q(phone__regex=MOBILE),
                violation_error_message=_("Give the telephone of the office, not a mobile phone."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_function_display()}: {self.department}"

    @property
    def number(self) -> str:
        """Its own telephone, or that of the office that sends it."""
        return self.phone or self.department.office_phone


class Requirement(models.Model):
    """What a post asks of whoever holds it. Kept of the post: nobody is measured here."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    role = models.CharField(_("role"), max_length=30, choices=roles.CHOICES)
    text = models.CharField(_("what it asks"), max_length=200)

    class Meta:
        verbose_name = _("requirement of a post")
        verbose_name_plural = _("requirements of posts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "role"],
                name="requirement_one_a_post",
                violation_error_message=_("What this post asks is written down already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.area}"


class HandOver(models.Model):
    """A's post became B's on a day, with the open work that went along."""

    outgoing = models.OneToOneField(
        Post, models.PROTECT, related_name="handed_on", verbose_name=_("post that ends")
    )
    incoming = models.OneToOneField(
        Post, models.PROTECT, related_name="taken_over", verbose_name=_("post that begins")
    )
    arranged_at = models.DateTimeField(_("arranged at"), default=clock.now)
    arranged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("arranged by"),
    )
    listed_at = models.DateTimeField(_("listed at"), default=clock.now)
    taken_at = models.DateTimeField(_("taken over at"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken over by"),
    )

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-pk"]
        constraints = [
            both_or_neither("taken_at", "taken_by", name="handover_taken_at_and_by"),
        ]

    def __str__(self) -> str:
        return f"{self.incoming}"

    def concerns(self, user: User) -> bool:
        """Whether ``user`` gives or takes here."""
        return user.pk in (self.outgoing.user_id, self.incoming.user_id)


class HandOverItem(models.Model):
    """A piece of open work as it was listed: a name and a number, no text about anybody."""

    hand_over = models.ForeignKey(
        HandOver, models.CASCADE, related_name="items", verbose_name=_("hand-over")
    )
    source = models.CharField(_("source"), max_length=30)
    key = models.CharField(_("number"), max_length=40)
    words = models.CharField(_("what"), max_length=200)
    explained_at = models.DateTimeField(_("explained at"), null=True, blank=True)

    class Meta:
        verbose_name = _("open work handed over")
        verbose_name_plural = _("open work handed over")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["hand_over", "source", "key"], name="handoveritem_listed_once"
            ),
        ]

    def __str__(self) -> str:
        return self.words
