"""Kinds of bodies and posts of the network, and how long a term and a quarter are."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import sayings


class UnitKind(TextChoices):
    GROUP = "group", _("Leading group")
    UNIT = "unit", _("Member unit")
    CHAMBER = "chamber", _("Branch of the chamber of commerce")
    MASS = "mass", _("Mass organisation")


# The group is what the bodies form together; it is no further body.
BODIES = (UnitKind.UNIT, UnitKind.CHAMBER, UnitKind.MASS)


class PostKind(TextChoices):
    LEADER = "leader", _("Group leader")
    DEPUTY = "deputy", _("Deputy group leader")
    OFFICE = "office", _("Head of the group's office")
    COMMISSIONER = "commissioner", _("United-front commissioner")
    CONTACT = "contact", _("Contact of a member unit")


class VisitKind(TextChoices):
    RECEPTION = "reception", pgettext_lazy("visit", "Reception")
    ACTIVITY = "activity", pgettext_lazy("visit", "Activity")
    STUDY = "study", pgettext_lazy("visit", "Study and practice")
    CALL = "call", pgettext_lazy("visit", "Calling in")


# The "five haves" of a place, in the order in which they are looked at.
HAVES = ("team", "room", "rules", "sign", "equipment")
HAVE_WORDS = {
    "team": pgettext_lazy("have", "A team"),
    "room": pgettext_lazy("have", "A room"),
    "rules": pgettext_lazy("have", "Rules"),
    "sign": pgettext_lazy("have", "A sign"),
    "equipment": pgettext_lazy("have", "Equipment"),
}

# Terms that end within so many days are to be renewed.
RENEW_DAYS = 60
SHORTEST_TERM, USUAL_TERM, LONGEST_TERM = 6, 36, 60  # months
# Words that stand in addresses where a code would.
RESERVED = frozenset({"new", "export", "near"})
# The last day of a service that has none.
FOREVER = date(9999, 12, 31)
# A place where more came on one day has written down something else.
MOST_VISITS = 100_000


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where that one is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Quarter(NamedTuple):
    """A quarter of a year, spelt 2026-Q3."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def read(cls, words: str) -> Quarter | None:
        """As spelt; None where it is no quarter between 2000 and 2099."""
        year, mark, number = words[:4], words[4:6], words[6:]
        if mark != "-Q" or number not in {"1", "2", "3", "4"}:
            return None
        if not (year.isascii() and year.isdecimal() and 2000 <= int(year) <= 2099):
            return None
        return cls(int(year), int(number))

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> Quarter:
        return Quarter.of(self.first - timedelta(days=1))

    @property
    def label(self) -> str:
        """For people, as pages and papers write it."""
        return sayings.quarter(self.year, self.number)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"
