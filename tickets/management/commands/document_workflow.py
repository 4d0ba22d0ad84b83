"""Write the table of moves as a page of the documentation."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from tickets.workflow import MOVES, AssignmentState, Move, State
from tickets.workflow.graph import diagram

PAGE = Path(settings.BASE_DIR) / "docs" / "workflow.md"
HEAD = """# The life of a ticket

Made by `manage.py document_workflow` from `tickets/workflow/`; a test holds the two equal.

A report is `filed`, then routed by Celery: `dispatched` when a rule names who must respond,
`triage` when none does or when two responsibilities meet there. A ticket is `handled` when every
assignment that is neither withdrawn nor returned is done. A whistle is `filed` when it goes out, at
once or once it is approved, and routed as a report is; see `docs/clocks.md` for what runs meanwhile.
"""


# Where the target is not the table's alone: what decides it.
FOLLOWS = {
    "assign": "`dispatched`, or `handling` where it assists already",
    "finish": "`handled` when all are done",
    "return": "`triage` when it was the lead",
    "refuse": "where it was before the whistle",
    "blow": "`filed`, or `awaiting_approval` where somebody else must approve",
    "unmerge": "where it was before",
    "undo": "where it was before",
    "rule": "`dispatched`, or `handling` where it is in hand already",
    "withdraw": "`triage` when it was the lead; its assignment `withdrawn`",
    "resume": "where it was before",
}


def document() -> str:
    """The page, in English."""
    with translation.override("en"):
        parts = [HEAD, *_states(), *_assignment_states(), *_graph(), *_moves()]
        return "\n".join(parts) + "\n"


def _states() -> list[str]:
    return ["## States of a ticket", "", *(f"- `{s.value}` {s.label}" for s in State), ""]


def _assignment_states() -> list[str]:
    rows = (f"- `{s.value}` {s.label}" for s in AssignmentState)
    return ["## States of an assignment", "", *rows, ""]


def _graph() -> list[str]:
    return [
        "## What follows what",
        "",
        "Without what changes no state, and without `undo`, which goes back to where it was.",
        "",
        "```mermaid",
        diagram(),
        "```",
        "",
    ]


def _moves() -> list[str]:
    head = ["## Moves", "", "| move | from | to | permission | asks for | guards |"]
    return [*head, "|---|---|---|---|---|---|", *(_row(n, m) for n, m in MOVES.items())]


def _row(name: str, move: Move) -> str:
    sources = " ".join(f"`{s}`" for s in sorted(move.sources))
    if move.assignment_sources:
        sources += "; assignment " + " ".join(f"`{s}`" for s in sorted(move.assignment_sources))
    target = FOLLOWS.get(name) or (f"`{move.target}`" if move.target else "")
    targets = [target] if target else []
    if move.assignment_target:
        targets.append(f"assignment `{move.assignment_target}`")
    guards = ", ".join(guard.__name__.replace("_", " ") for guard in move.guards)
    fields = ", ".join(move.fields)
    return (
        f"| `{name}` {move.label} | {sources} | {'; '.join(targets) or 'as it is'} "
        f"| `{move.permission}` | {fields} | {guards} |"
    )


class Command(BaseCommand):
    help = "Write docs/workflow.md from the table of moves."

    def handle(self, **options: Any) -> None:
        PAGE.write_text(document())
        self.stdout.write(str(PAGE.relative_to(settings.BASE_DIR)))
