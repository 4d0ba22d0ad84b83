"""Searches that somebody keeps for himself: kept, called otherwise, thrown away."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from tickets.models import MOST_SEARCHES, SavedSearch


@transaction.atomic
def keep_search(*, by: User, name: str, query: str) -> SavedSearch:
    """Keep these filters, as ``SavedSearchForm`` writes them, in the first free place of twenty.

    Refuses ``name_taken`` and, where all are taken, ``twenty_searches``.
    """
    # Two windows at once take two places, one after the other.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    mine = SavedSearch.objects.filter(owner=by)
    taken = set(mine.values_list("place", flat=True))
    free = next((n for n in range(1, MOST_SEARCHES + 1) if n not in taken), None)
    if mine.filter(name=name).exists():
        raise _name_taken()
    if free is None:
        raise Refused("twenty_searches", _("Twenty searches can be saved. Delete one first."))
    return SavedSearch.objects.create(
        owner=by, place=free, name=name, query=query, saved_at=clock.now()
    )


@transaction.atomic
def rename_search(search: SavedSearch, *, by: User, name: str) -> SavedSearch:
    """The same filters under another name; refuses ``name_taken``."""
    _ask(search, by)
    search.name = name
    try:
        with transaction.atomic():
            search.save(update_fields=["name"])
    except IntegrityError as clash:
        if "search_one_of_a_name" not in str(clash):
            raise
        raise _name_taken() from clash
    return search


def forget_search(search: SavedSearch, *, by: User) -> None:
    """Gone for good; a second time it is gone already."""
    _ask(search, by)
    SavedSearch.objects.filter(pk=search.pk).delete()


def _ask(search: SavedSearch, by: User) -> None:
    if search.owner_id != by.pk:
        raise PermissionDenied


def _name_taken() -> Refused:
    return Refused("name_taken", _("You have a search of this name."))
