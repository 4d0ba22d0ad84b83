"""Rows that a request names by code or number, each read once however many items name it."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from grids.models import Department, Facility
from tickets import queries
from tickets.models import Category, Ticket
from tickets.proposals import prospect

if TYPE_CHECKING:
    from govgrid.accounts.models import User


class Lookups:
    """What one request has looked up so far, for one caller."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._categories: dict[str, Category] = {}
        self._departments: dict[str, Department] = {}
        self._facilities: dict[str, Facility | None] = {}
        self._sent: dict[UUID, bool] = {}
        self._known: set[str] = set()

    def read_ahead(self, items: Iterable[Any]) -> None:
        """Few statements for a batch: its categories, facilities, and which ids came before."""
        codes, ids, facilities = set(), set(), set()
        for item in items:
            if isinstance(item, dict):
                codes.add(_text(item.get("category")))
                ids.add(_uuid(item.get("client_id")))
                facilities.add(_text(item.get("facility")))
        self._read_categories(codes - {""})
        if known := {one for one in facilities if one and "\x00" not in one}:
            self._read_facilities(known)
        wanted = ids - {None}
        filed = Ticket.objects.filter(filed_by=self.user, client_id__in=wanted)
        sent = set(filed.values_list("client_id", flat=True))
        self._sent |= {one: one in sent for one in wanted if one is not None}

    def category(self, code: str) -> Category | None:
        if code not in self._known:
            self._read_categories({code})
        return self._categories.get(code)

    def _read_categories(self, codes: set[str]) -> None:
        self._known |= codes
        self._categories |= queries.categories_by_code(codes)

    def departments(self, codes: Iterable[str]) -> dict[str, Department]:
        """Those of the codes that are known, closed departments among them."""
        wanted = set(codes)
        missing = wanted - self._departments.keys()
        if missing:
            found = Department.objects.filter(code__in=missing)
            self._departments |= {one.code: one for one in found}
        return {code: one for code, one in self._departments.items() if code in wanted}

    def facility(self, code: str) -> Facility | None:
        """What stands there, or stood there, with its grid."""
        if code not in self._facilities:
            self._read_facilities({code})
        return self._facilities[code]

    def _read_facilities(self, codes: set[str]) -> None:
        found = Facility.objects.select_related("facility_class", "grid").filter(code__in=codes)
        self._facilities |= dict.fromkeys(codes) | {one.code: one for one in found}

    def was_sent(self, client_id: UUID) -> bool:
        """A retry still gets its ticket when its category or a department has closed since."""
        if client_id not in self._sent:
            filed = Ticket.objects.filter(filed_by=self.user, client_id=client_id)
            self._sent[client_id] = filed.exists()
        return self._sent[client_id]

    def ticket(self, number: str) -> Ticket | None:
        """The ticket with this number, if it is within reach of the caller."""
        within = Ticket.objects.in_reach_of(self.user)
        return within.select_related("district").filter(number=number.upper()).first()


def with_reasons(
    helpers: Iterable[Department], ticket: Ticket, kind: str, by: User
) -> tuple[Department, ...]:
    """Each with why it was proposed, to be kept beside it, as the page does."""
    named = tuple(copy.copy(one) for one in helpers)
    if named:
        ahead = prospect(ticket, kind, by=by)
        for one in named:
            one.why = ahead.why_of(one)  # type: ignore[attr-defined]
    return named


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(_text(value))
    except ValueError:
        return None
