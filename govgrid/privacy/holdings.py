"""What is held about a person: each app says it of its own rows, once at start-up.

The page "My data", the copy, "who read my data" and erasure all ask here, so a holding that was
registered can be forgotten by none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from govgrid.accounts.models import User

Subject = tuple[str, str]


def _none(_user: User) -> list[tuple[str, Any]]:
    return []


def _keep(_user: User, _at: datetime) -> int:
    return 0


class Holding(NamedTuple):
    """One kind of record about a person.

    ``rows``: what is held, each record as label → value in words, for the person alone to read.
    ``subjects``: the records as (model label, pk), by which readings of them are found.
    ``erase``: makes them forget the person for good and says how many records that were; it may be
    called again, and finds nothing then. Without it the records go with others, or by their time.
    ``rank`` is its place on the page, small ones first; erasing goes the other way round, so that
    the account, by which others find their records, is forgotten last.
    """

    label: str | Promise
    rows: Callable[[User], list[Mapping[str, Any]]]
    subjects: Callable[[User], list[tuple[str, Any]]] = _none
    erase: Callable[[User, datetime], int] = _keep
    rank: int = 50


class Held(NamedTuple):
    """What one holding has of somebody."""

    name: str
    label: str
    rows: list[Mapping[str, Any]]


_holdings: dict[str, Holding] = {}


def register(name: str, holding: Holding) -> None:
    """Call from ``AppConfig.ready``; ``name`` begins with that of the app, as in "members.roster"."""
    _holdings[name] = holding


def names() -> list[str]:
    return sorted(_holdings, key=lambda name: (_holdings[name].rank, name))


def everything(user: User) -> Iterator[Held]:
    """All that is held about ``user``, holding by holding; those with nothing as well."""
    for name in names():
        holding = _holdings[name]
        yield Held(name, str(holding.label), list(holding.rows(user)))


def subjects(user: User) -> list[Subject]:
    """The records about ``user``, each once."""
    found = {
        (model, str(row)): None for name in names() for model, row in _holdings[name].subjects(user)
    }
    return list(found)


def erasers() -> Iterator[tuple[str, Holding]]:
    """Every holding, in the order in which they forget."""
    for name in reversed(names()):
        yield name, _holdings[name]


_role_names: dict[str, str | Promise] = {}


def name_roles(names: Mapping[str, str | Promise]) -> None:
    """Call from ``AppConfig.ready``: the roles of an app above, as readings have them, in words."""
    _role_names.update(names)


def role_name(slug: str) -> str:
    return str(_role_names.get(slug, slug))


_scope_names: dict[str, str | Promise] = {}


def name_scopes(names: Mapping[str, str | Promise]) -> None:
    """Call from ``AppConfig.ready``: what an app's impact assessments are about, in words."""
    _scope_names.update(names)


def scope_name(scope: str) -> str:
    return str(_scope_names.get(scope, scope))


_unnamed: set[str] = set()


def keep_unnamed(names: Mapping[str, str | Promise]) -> None:
    """The same for roles of those who hold no office: who was read by one is told as what, and not
    by whom, for nobody agreed to be named."""
    name_roles(names)
    _unnamed.update(names)


def reader_name(role: str, name: str) -> str:
    return "" if role in _unnamed else name
