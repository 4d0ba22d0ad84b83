"""What is told of social organisations beside the public register: their class and their grade."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationClass(TextChoices):
    """The ten classes by what an organisation does, never by whom it is made up of."""

    GOVERNANCE = "governance", _("Community governance")
    ELDERS = "elders", _("Help for the elderly")
    YOUTH = "youth", _("Children and young people")
    RELIEF = "relief", _("Relief and charity")
    CULTURE = "culture", _("Culture and sports")
    LAW = "law", _("Law and mediation")
    GREEN = "green", _("Environment")
    SKILLS = "skills", _("Training and employment")
    TRADE = "trade", _("Trade and enterprise service")
    VOLUNTEERS = "volunteers", _("Volunteer service")


class Grade(TextChoices):
    NONE = "", _("Not graded")
    A1 = "1A", "1A"
    A2 = "2A", "2A"
    A3 = "3A", "3A"
    A4 = "4A", "4A"
    A5 = "5A", "5A"


MOST_YUAN = 1_000_000_000
