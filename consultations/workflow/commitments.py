"""The life of a promise: who accepts it, gives it back, does it, and what residents say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from consultations.workflow.facts import Lack
from consultations.workflow.states import CommitmentState
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank

if TYPE_CHECKING:
    from consultations.models import Commitment
    from govgrid.accounts.models import User

FARTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Promised:
    """What a guard may look at."""

    commitment: Commitment
    by: User | None = None
    given: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None

    def text(self, name: str) -> str:
        said = str(self.given.get(name) or "").strip()
        return "" if is_blank(said) else said


Guard = Callable[[Promised], Lack | None]


class Turn(NamedTuple):
    """One arrow in the life of a commitment."""

    label: str | Promise
    permission: str
    sources: frozenset[CommitmentState]
    target: CommitmentState
    guards: tuple[Guard, ...] = ()
    fields: tuple[str, ...] = ()
    icon: str = "check"
    stops: bool = False
    is_system: bool = False


def has_day(facts: Promised) -> Lack | None:
    due_on, today = facts.given.get("due_on"), clock.local(facts.at or clock.now()).date()
    if due_on is None:
        return Lack("due_on_needed", gettext("Name the day by which it is done."))
    if not today < due_on <= today + FARTHEST:
        return Lack(
            "due_on_out_of_range", gettext("Choose a day after today and within three years.")
        )
    return None


def says_why(facts: Promised) -> Lack | None:
    if facts.text("note"):
        return None
    return Lack("note_needed", gettext("Say why, in words that anybody understands."))


def has_result(facts: Promised) -> Lack | None:
    if facts.text("result"):
        return None
    return Lack(
        "result_needed", gettext("Say what was done, in words that the proposer understands.")
    )


def has_no_ticket(facts: Promised) -> Lack | None:
    """What a ticket does, its closing tells."""
    if facts.by is None or facts.commitment.ticket_id is None:
        return None
    return Lack("ticket_tells", gettext("Its ticket tells when it is done."))


def names_department(facts: Promised) -> Lack | None:
    if facts.given.get("department"):
        return None
    return Lack("department_needed", gettext("Choose the department that is asked."))


_C = CommitmentState


def _from(*states: CommitmentState) -> frozenset[CommitmentState]:
    return frozenset(states)


TURNS: dict[str, Turn] = {
    "accept": Turn(
        pgettext_lazy("commitment", "Accept"),
        "consultations.answer",
        _from(_C.OFFERED),
        _C.ACCEPTED,
        guards=(has_day,),
        fields=("due_on", "category", "note"),
    ),
    "give_back": Turn(
        pgettext_lazy("commitment", "Give it back"),
        "consultations.answer",
        _from(_C.OFFERED),
        _C.RETURNED,
        guards=(says_why,),
        fields=("note", "department"),
        icon="back",
    ),
    "offer": Turn(
        _("Offer it anew"),
        "consultations.convene",
        _from(_C.RETURNED, _C.OFFERED),
        _C.OFFERED,
        guards=(names_department, says_why),
        fields=("department", "note"),
        icon="out",
    ),
    "finish": Turn(
        pgettext_lazy("commitment", "It is done"),
        "consultations.answer",
        _from(_C.ACCEPTED),
        _C.DONE,
        guards=(has_no_ticket, has_result),
        fields=("result",),
        is_system=True,
    ),
    "confirm": Turn(
        _("Confirmed by residents"),
        "consultations.convene",
        _from(_C.DONE),
        _C.CONFIRMED,
        is_system=True,
    ),
    "redo": Turn(
        _("Have it done again"),
        "consultations.reopen",
        _from(_C.DONE, _C.CONFIRMED),
        _C.ACCEPTED,
        guards=(says_why,),
        fields=("note",),
        icon="back",
        is_system=True,
    ),
    "end": Turn(
        pgettext_lazy("commitment", "End it"),
        "consultations.supervise",
        _from(_C.OFFERED, _C.RETURNED, _C.ACCEPTED),
        _C.ENDED,
        guards=(says_why,),
        fields=("note",),
        icon="cross",
        stops=True,
    ),
}


def lacks(name: str, facts: Promised) -> list[Lack]:
    found = (guard(facts) for guard in TURNS[name].guards)
    return [lack for lack in found if lack is not None]


def check(name: str, facts: Promised) -> None:
    """Refused with the first lack's code, or with ``wrong_state``."""
    state = CommitmentState(facts.commitment.state)
    if state not in TURNS[name].sources:
        message = gettext("This commitment is in another state: %(state)s.")
        raise Refused("wrong_state", message % {"state": state.label})
    missing = lacks(name, facts)
    if missing:
        raise Refused(missing[0].code, missing[0].message, missing=missing)
