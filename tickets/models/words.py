"""What a ticket is found by: pieces of its text, its category and its place, in one script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from govgrid.core.text import bigrams, search_terms

if TYPE_CHECKING:
    from tickets.models.rule import Category


def own_words(text: str, category: Category) -> list[str]:
    """What it says itself; where it lies the database adds (``tickets_place_words``)."""
    return bigrams(f"{text} {category.name_zh} {category.name_en}")


class WordsQuerySet(models.QuerySet["TicketWords"]):
    def holding(self, query: str) -> WordsQuerySet:
        """Those that hold every piece of ``query``, in whichever script either is written."""
        terms = search_terms(query)
        if not terms:
            return self.none()
        asked = " & ".join(_quoted(term) for term in terms)
        return self.alias(hit=RawSQL("words @@ %s::tsquery", [asked], BooleanField())).filter(
            hit=True
        )


def _quoted(term: str) -> str:
    """A lexeme as tsquery reads it: quotes and backslashes doubled."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


class TicketWords(models.Model):
    """The search words of a ticket: two-character pieces, since Chinese has no spaces.

    A table of its own, hardly ever updated: a text index on the ticket would make every change of
    state 4 to 8 times dearer.
    """

    ticket = models.OneToOneField(
        "tickets.Ticket", models.CASCADE, primary_key=True, related_name="words"
    )
    words = SearchVectorField()

    objects = WordsQuerySet.as_manager()

    class Meta:
        verbose_name = _("search words")
        verbose_name_plural = _("search words")
        indexes = [GinIndex(fields=["words"], name="ticket_words")]

    def __str__(self) -> str:
        return str(self.ticket_id)
