"""Write docs/consultations.md from the tables, so that page and code cannot differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from consultations.roles import MAY, SeatRole
from consultations.workflow import (
    DAYS,
    FIRINGS,
    JUDGED_IN,
    MOVES,
    PHASE_OF,
    REWORDED_IN,
    SPOKEN_IN,
    STANCE_ON_SUGGESTION,
    STANCE_ON_TOPIC,
    TURNS,
    CommitmentState,
    State,
)

HEAD = """# The life of a topic

Made by `manage.py document_consultations` from `consultations/workflow/`; a test holds the two equal.

People raise a topic at a **platform** (一线协商平台); a screener says within five working days whether
it is taken up, and why not. It is looked into, talked over, and judged: now, later or not at all. What
is promised is a **commitment** of a department, which opens an ordinary ticket due on the day that was
promised; the ticket's closing fills in the result. People rate what became of it, about a month and
half a year later. Silence moves a topic up a level, never out. What was taken up everybody reads; the
rest is for the proposer and the platform, since it may be about a person.
"""


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "consultations.md"
        path.write_text(document(), encoding="utf-8")
        self.stdout.write("docs/consultations.md")


def document() -> str:
    """The whole page, in English."""
    with translation.override("en"):
        return "\n".join(
            [
                HEAD,
                *(*_states(), *_graph(), *_moves(), *_talk(), *_promises(), *_clocks(), *_seats()),
                "",
            ]
        )


def _states() -> list[str]:
    rows = [f"| `{one}` | {one.label} | {PHASE_OF[one].label} |" for one in State]
    return ["## States", "", "| state | | step |", "|---|---|---|", *rows, ""]


def _graph() -> list[str]:
    lines = ["## The graph", "", "```mermaid", "stateDiagram-v2", "    [*] --> raised: raise"]
    for name, move in MOVES.items():
        for source in sorted(move.sources):
            lines += [f"    {source} --> {target}: {name}" for target in sorted(move.targets)]
    return [*lines, "```", ""]


def _moves() -> list[str]:
    rows = [
        f"| `{name}` | {move.label} | {_list(move.sources)} | {_list(move.targets)} | "
        f"`{move.permission}` | {_list(move.fields)} |"
        for name, move in MOVES.items()
    ]
    head = "| move | | from | to | who | asks for |"
    return ["## Moves", "", head, "|---|---|---|---|---|---|", *rows, ""]


def _talk() -> list[str]:
    rows = [f"| {kind.label} | {_list(SPOKEN_IN[kind])} |" for kind in SPOKEN_IN]
    rows += [
        f"| For or against the topic | {_list(STANCE_ON_TOPIC)} |",
        f"| For or against a suggestion | {_list(STANCE_ON_SUGGESTION)} |",
        f"| Another wording taken over | {_list(REWORDED_IN)} |",
        f"| A suggestion answered: adopted, in part, not | {_list(JUDGED_IN)} |",
    ]
    text = "What may be said in which state (`consultations/workflow/talk.py`)."
    return ["## Talk", "", text, "", "| what | states |", "|---|---|", *rows, ""]


def _promises() -> list[str]:
    states = [f"- `{one}` {one.label}" for one in CommitmentState]
    rows = [
        f"| `{name}` | {turn.label} | {_list(turn.sources)} | `{turn.target}` | `{turn.permission}` |"
        for name, turn in TURNS.items()
    ]
    head = "| turn | | from | to | who |"
    return ["## Commitments", "", *states, "", head, "|---|---|---|---|---|", *rows, ""]


def _clocks() -> list[str]:
    rows = [
        f"| `{state}` | {DAYS[one.days]} {'working days' if one.is_working else 'days'} | {one.effect} |"
        for state, firings in FIRINGS.items()
        for one in firings
    ]
    text = "Defaults; a platform may set its own days, names of the steps, quorum and share of residents."
    return [
        "## What happens by itself",
        "",
        text,
        "",
        "| state | after | |",
        "|---|---|---|",
        *rows,
        "",
    ]


def _seats() -> list[str]:
    rows = [f"| {SeatRole(role).label} | {_list(sorted(may))} |" for role, may in MAY.items()]
    text = (
        "A seat counts on its platform; a post over the area (`grids/roles.py`) on all beneath it."
    )
    return ["## Seats", "", text, "", "| seat | may |", "|---|---|", *rows]


def _list(words: Any) -> str:
    return " ".join(
        f"`{one}`" for one in (sorted(words) if isinstance(words, frozenset) else words)
    )
