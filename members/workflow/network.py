"""Kinds of bodies and of places of the network."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StationKind(TextChoices):
    STATION = "station", _("Work station")
    WINDOW = "window", _("Reception window")
    HOME = "home", _("United-front home")
    SALON = "salon", _("Salon")
    STUDIO = "studio", _("Studio")
    BASE = "base", _("Base")


class Sector(TextChoices):
    """The twelve sectors, each an association and its office: a body's, never a person's."""

    COMMERCE = "commerce", _("Federation of industry and commerce")
    PARTIES = "parties", _("Democratic parties")
    NONPARTY = "nonparty", _("Personages without party affiliation")
    STRATUM = "stratum", _("New social stratum association")
    INTELLECTUALS = "intellectuals", _("Intellectuals' association")
    GLORY = "glory", _("Society for the Guangcai programme")
    PEOPLES = "peoples", _("Associations of ethnic minorities")
    CREEDS = "creeds", _("Religious bodies")
    TAIWAN = "taiwan", pgettext_lazy("sector", "Taiwan compatriots")
    HONGKONG = "hongkong", pgettext_lazy("sector", "Hong Kong compatriots")
    MACAO = "macao", pgettext_lazy("sector", "Macao compatriots")
    OVERSEAS = "overseas", pgettext_lazy("sector", "Returned overseas Chinese")


# Such a body has an office and a telephone. Which person belongs to it is nobody's to know here.
BODY_ONLY = frozenset({Sector.PEOPLES, Sector.CREEDS})
