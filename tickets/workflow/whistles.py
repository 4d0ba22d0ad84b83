"""The five kinds of whistle: who may blow it, who approves, and what must be said."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext

from govgrid.core.text import is_blank
from tickets.workflow.guards import Facts, Lack, text
from tickets.workflow.states import WhistleKind


class Terms(NamedTuple):
    """``blow`` and ``approve`` are permissions; no ``approve``: it goes out at once."""

    blow: str
    approve: str = ""
    has_reasons: bool = True  # what was tried and which power is missing must be said
    has_plan: bool = False


TERMS = {
    WhistleKind.EMERGENCY: Terms("tickets.whistle_emergency", has_reasons=False),
    WhistleKind.ROUTINE: Terms("tickets.whistle"),
    WhistleKind.ENFORCEMENT: Terms("tickets.whistle", "tickets.approve", has_plan=True),
    WhistleKind.HARD: Terms("tickets.whistle", "tickets.approve_hard", has_plan=True),
    WhistleKind.CONSULTATION: Terms("tickets.whistle", has_plan=True),
}


def reasons_lacking(kind: str, tried: str, missing_power: str) -> list[Lack]:
    """What a whistle must still say: small matters stay small unless somebody says why not."""
    if not TERMS[WhistleKind(kind)].has_reasons:
        return []
    found = []
    if is_blank(tried):
        found.append(Lack("tried_needed", gettext("Say what the community has tried.")))
    if is_blank(missing_power):
        found.append(Lack("power_needed", gettext("Say which power is missing.")))
    return found


def says_what_was_tried(facts: Facts) -> Lack | None:
    return _reason(facts, "tried_needed")


def says_which_power(facts: Facts) -> Lack | None:
    return _reason(facts, "power_needed")


def _reason(facts: Facts, code: str) -> Lack | None:
    kind = facts.given.get("whistle_kind")
    if not kind:
        return None
    found = reasons_lacking(str(kind), text(facts, "tried"), text(facts, "missing_power"))
    return next((lack for lack in found if lack.code == code), None)
