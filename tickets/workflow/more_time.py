"""More time, fairly: extensions that two agree to, a dated standstill, an exemption signed by two."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from tickets.workflow.guards import Facts, Lack, says_why
from tickets.workflow.move import Move, On
from tickets.workflow.states import IN_HAND, LET_GO, AssignmentState, State

if TYPE_CHECKING:
    from tickets.models import Appeal, Extension

MAX_EXTENSIONS = 2
LONGEST_SUSPENSION = timedelta(days=366)
WHOLE = 100
_WORKING = frozenset({State.DISPATCHED, State.HANDLING})


def added_to(share: int, amount: int) -> int:
    """What a limit of which only a share counts grows by, so that the time grows by ``amount``."""
    return ceil(amount * WHOLE / share)


# ── extension ─────────────────────────────────────────────────────────────────────────────────


def _request(facts: Facts) -> Extension | None:
    """The request that waits: of this part, or of whoever leads."""
    if facts.beside is None:
        return None
    one = facts.assignment
    return facts.beside.request(one.pk if one else None)


def leads_on_a_clock(facts: Facts) -> Lack | None:
    one = facts.assignment
    clock = facts.beside.resolve_clock(one.pk) if facts.beside and one else None
    if clock is not None and clock.limit.startswith("ON"):
        said = gettext("Its milestones say the day: ask the street to move the last one.")
        return Lack("milestones_decide", said)
    if clock is not None:
        return None
    return Lack("nothing_to_extend", gettext("No time to resolve it runs for this department."))


def before_the_deadline(facts: Facts) -> Lack | None:
    """Judged by the clock itself: late is late, whatever is asked for afterwards."""
    one, beside = facts.assignment, facts.beside
    running = beside.resolve_clock(one.pk) if beside and one else None
    if running is None or facts.at is None or facts.at < running.due_at:
        return None
    return Lack("after_the_deadline", gettext("The time is over: it can no longer be extended."))


def nothing_is_asked_yet(facts: Facts) -> Lack | None:
    if _request(facts) is None:
        return None
    return Lack("asked_already", gettext("An extension is asked for already; wait for the answer."))


def extensions_are_left(facts: Facts) -> Lack | None:
    one, beside = facts.assignment, facts.beside
    if one is None or beside is None or beside.granted(one.pk) < MAX_EXTENSIONS:
        return None
    return Lack("extensions_used_up", gettext("It was extended twice, and there is no third time."))


def asks_for_an_amount(facts: Facts) -> Lack | None:
    """No more than the limit was at first, in its own unit."""
    amount, one, beside = facts.given.get("amount"), facts.assignment, facts.beside
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 1:
        return Lack("amount_needed", gettext("Say by how much."))
    most = beside.most_to_extend(one.pk) if beside and one else 0
    if amount <= most:
        return None
    said = gettext("It can be extended by %(count)s at most, as long as its limit was.")
    return Lack("amount_too_large", said % {"count": most})


def is_asked_for(facts: Facts) -> Lack | None:
    if _request(facts) is not None:
        return None
    return Lack("nothing_asked", gettext("No extension is asked for, or its time is over."))


def not_endorsed_yet(facts: Facts) -> Lack | None:
    found = _request(facts)
    if found is None or found.endorsed_at is None:
        return None
    return Lack("endorsed_already", gettext("The department has agreed already."))


def the_department_agrees(facts: Facts) -> Lack | None:
    found = _request(facts)
    if found is None or found.endorsed_at is not None:
        return None
    return Lack("not_endorsed", gettext("The head of the department has not agreed yet."))


def not_own_request(facts: Facts) -> Lack | None:
    """Who asked or agreed for the department does not grant it as well."""
    found, by = _request(facts), facts.by
    if found is None or by is None or by.pk not in {found.asked_by_id, found.endorsed_by_id}:
        return None
    return Lack("own_request", gettext("Who asked for it cannot decide on it."))


# ── suspension ────────────────────────────────────────────────────────────────────────────────


def never_suspended(facts: Facts) -> Lack | None:
    if facts.beside is None or facts.beside.suspension is None:
        return None
    return Lack("suspended_once", gettext("It was suspended once, and that is the only time."))


def ends_within_a_year(facts: Facts) -> Lack | None:
    until = facts.given.get("until")
    if not isinstance(until, date):
        return Lack("until_needed", gettext("Say until when it is suspended."))
    today = clock.local(facts.at).date() if facts.at else clock.today()
    if today < until <= today + LONGEST_SUSPENSION:
        return None
    return Lack("wrong_until", gettext("Choose a day from tomorrow on, within a year."))


# ── appeal ────────────────────────────────────────────────────────────────────────────────────


def _appeal(facts: Facts) -> Appeal | None:
    """The oldest that this person can still sign; the oldest of all where there is none."""
    waiting = facts.beside.open_appeals if facts.beside else []
    by = facts.by.pk if facts.by else None
    free = [one for one in waiting if one.first_by_id != by]
    return next(iter(free or waiting), None)


def something_was_late(facts: Facts) -> Lack | None:
    one, beside = facts.assignment, facts.beside
    if one is not None and beside is not None and beside.late(one.pk):
        return None
    return Lack("nothing_late", gettext("Nothing was late, or an exemption was asked for already."))


def names_a_lateness(facts: Facts) -> Lack | None:
    one, beside, asked = facts.assignment, facts.beside, facts.given.get("clock")
    found = beside.late(one.pk) if beside and one else []
    if len(found) < 2 and asked is None:
        return None
    if asked is None:
        return Lack("clock_needed", gettext("Choose which lateness shall not count."))
    if any(late.pk == asked for late in found):
        return None
    return Lack("wrong_clock", gettext("This was not late, or was asked for already."))


def an_appeal_waits(facts: Facts) -> Lack | None:
    if _appeal(facts) is not None:
        return None
    return Lack("no_appeal", gettext("No exemption is asked for."))


def not_of_the_department(facts: Facts) -> Lack | None:
    found, by = _appeal(facts), facts.by
    if found is None or by is None:
        return None
    if found.assignment.department_id not in facts.answers_for and found.asked_by_id != by.pk:
        return None
    return Lack("own_department", gettext("Nobody exempts his own department."))


def not_signed_yet(facts: Facts) -> Lack | None:
    found = _appeal(facts)
    if found is None or facts.by is None or found.first_by_id != facts.by.pk:
        return None
    return Lack("signed_already", gettext("You have signed it; somebody else must sign as well."))


def next_appeal(facts: Facts) -> Appeal:
    found = _appeal(facts)
    assert found is not None, "an_appeal_waits lets none through"  # noqa: S101
    return found


def next_request(facts: Facts) -> Extension:
    found = _request(facts)
    assert found is not None, "is_asked_for lets none through"  # noqa: S101
    return found


_JUDGES = (an_appeal_waits, not_of_the_department, not_signed_yet)

MOVES: dict[str, Move] = {
    "extend": Move(
        _("Ask for more time"),
        "tickets.work",
        _WORKING,
        None,
        guards=(
            leads_on_a_clock,
            before_the_deadline,
            extensions_are_left,
            nothing_is_asked_yet,
            asks_for_an_amount,
            says_why,
        ),
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND,
        fields=("amount", "note"),
        icon="clock",
    ),
    "endorse": Move(
        _("Agree for the department"),
        "tickets.endorse",
        _WORKING,
        None,
        guards=(is_asked_for, not_endorsed_yet),
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND,
        fields=("note",),
        icon="check",
    ),
    "grant": Move(
        _("Grant the extension"),
        "tickets.grant",
        _WORKING,
        None,
        guards=(is_asked_for, the_department_agrees, not_own_request),
        fields=("note",),
        icon="clock",
    ),
    "deny": Move(
        _("Refuse the extension"),
        "tickets.grant",
        _WORKING,
        None,
        guards=(is_asked_for, not_own_request, says_why),
        fields=("note",),
        icon="s-declined",
        stops=True,
    ),
    "suspend": Move(
        _("Suspend"),
        "tickets.suspend",
        _WORKING | {State.TRIAGE},
        State.SUSPENDED,
        guards=(never_suspended, ends_within_a_year, says_why),
        fields=("until", "note"),
        icon="s-paused",
        stops=True,
    ),
    "resume": Move(
        _("Go on with it"),
        "tickets.suspend",
        frozenset({State.SUSPENDED}),
        None,
        fields=("note",),
        icon="play",
    ),
    "appeal": Move(
        _("Ask that a lateness not count"),
        "tickets.work",
        frozenset({State.CLOSED}),
        None,
        guards=(something_was_late, names_a_lateness, says_why),
        on=On.ASSIGNMENT,
        assignment_sources=LET_GO | {AssignmentState.DONE},
        fields=("clock", "note"),
        icon="doc",
    ),
    "exempt": Move(
        _("Sign the exemption"),
        "tickets.exempt",
        frozenset({State.CLOSED}),
        None,
        guards=_JUDGES,
        fields=("note",),
        icon="check",
    ),
    "uphold": Move(
        _("Refuse the exemption"),
        "tickets.exempt",
        frozenset({State.CLOSED}),
        None,
        guards=(an_appeal_waits, not_of_the_department, says_why),
        fields=("note",),
        icon="s-declined",
        stops=True,
    ),
}
