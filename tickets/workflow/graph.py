"""The life of a ticket as a graph: which state follows which, and by what. Pure: no database.

Most arrows stand in the table of moves. What follows from the assignments, or from where a ticket
was before, is said here once; the tests hold it against what really happens.
"""

from __future__ import annotations

from typing import NamedTuple

from tickets.workflow.moves import MOVES
from tickets.workflow.states import ENDED, State

BORN = ""
_BEFORE_A_MERGE = frozenset({State.FILED, State.TRIAGE, State.DISPATCHED, State.HANDLING})

# Where a move leads that has no target of its own, or more than one. Any other without a target
# leaves the ticket in the state in which it was.
LEADS_TO: dict[str, frozenset[State]] = {
    "sign": frozenset({State.HANDLING}),
    "finish": frozenset({State.DISPATCHED, State.HANDLING, State.HANDLED}),
    "return": frozenset({State.TRIAGE, State.DISPATCHED, State.HANDLING, State.HANDLED}),
    "assign": frozenset({State.DISPATCHED, State.HANDLING}),
    "refuse": _BEFORE_A_MERGE,
    "blow": frozenset({State.FILED, State.AWAITING_APPROVAL}),
    "unmerge": _BEFORE_A_MERGE,
    "resume": frozenset({State.TRIAGE, State.DISPATCHED, State.HANDLING}),
    "withdraw": frozenset({State.TRIAGE, State.DISPATCHED, State.HANDLING, State.HANDLED}),
    "rule": frozenset({State.DISPATCHED, State.HANDLING}),
    "undo": frozenset(State),
}
# What is no move: filing, as a whistle or not, and the rules that give a ticket to somebody or to
# the desk.
_OTHERS = (
    ("file", BORN, State.FILED),
    ("blow", State.FILED, State.FILED),
    ("blow", State.FILED, State.AWAITING_APPROVAL),
    ("route", State.FILED, State.DISPATCHED),
    ("route", State.FILED, State.TRIAGE),
)


class Arrow(NamedTuple):
    verb: str
    source: str
    target: str


def arrows() -> frozenset[Arrow]:
    """Every step that can happen, those that change nothing but what hangs on the ticket too."""
    found = {Arrow(verb, str(source), str(target)) for verb, source, target in _OTHERS}
    for name, move in MOVES.items():
        for source in move.sources:
            targets = LEADS_TO.get(name) or {move.target or source}
            found |= {Arrow(name, str(source), str(target)) for target in targets}
    return frozenset(found)


def ways() -> dict[str, set[str]]:
    """Where one can get from each state; taking back what was done a moment ago is no way."""
    found: dict[str, set[str]] = {}
    for one in arrows():
        if one.verb != "undo" and one.source != one.target:
            found.setdefault(one.source, set()).add(one.target)
    return found


def reached_from(start: str) -> set[str]:
    """All that can follow, however long it takes; ``start`` itself only where it comes again."""
    all_ways, found, ahead = ways(), set[str](), [start]
    while ahead:
        fresh = all_ways.get(ahead.pop(), set()) - found
        found |= fresh
        ahead += fresh
    return found


def diagram() -> str:
    """The graph in Mermaid: one arrow from state to state, with what leads along it."""
    along: dict[tuple[str, str], list[str]] = {}
    for one in sorted(arrows()):
        if one.verb != "undo" and one.source != one.target:
            along.setdefault((one.source or "[*]", one.target), []).append(one.verb)
    ends = [(str(state), "[*]") for state in sorted(ENDED)]
    lines = [
        *(
            f"    {source} --> {target}: {', '.join(verbs)}"
            for (source, target), verbs in sorted(along.items())
        ),
        *(f"    {source} --> {target}" for source, target in ends),
    ]
    return "\n".join(["stateDiagram-v2", *lines])
