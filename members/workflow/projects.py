"""How a project of a programme goes on: which move leads where, and what it takes. Pure."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProjectState(TextChoices):
    PLANNED = "planned", pgettext_lazy("project", "Planned")
    RUNNING = "running", pgettext_lazy("project", "Under way")
    DONE = "done", pgettext_lazy("project", "Done")
    DROPPED = "dropped", pgettext_lazy("project", "Dropped")


class Move(NamedTuple):
    """From which states, to which; whether it says why, and whether all milestones must be done."""

    label: str | Promise
    icon: str
    sources: tuple[str, ...]
    target: str
    needs_reason: bool = False
    needs_milestones: bool = False


OPEN = (ProjectState.PLANNED, ProjectState.RUNNING)
MOVES = {
    "begin": Move(_("Begin it"), "play", (ProjectState.PLANNED,), ProjectState.RUNNING),
    "finish": Move(
        _("It is done"), "check", (ProjectState.RUNNING,), ProjectState.DONE, needs_milestones=True
    ),
    "drop": Move(_("Drop it"), "cross", OPEN, ProjectState.DROPPED, needs_reason=True),
    "reopen": Move(
        _("Take it up again"), "undo", (ProjectState.DONE, ProjectState.DROPPED),
        ProjectState.RUNNING, needs_reason=True,
    ),
}  # fmt: skip


def moves_from(state: str) -> dict[str, Move]:
    return {name: move for name, move in MOVES.items() if state in move.sources}
