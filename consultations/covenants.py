"""Covenants as everybody reads them: the one in force, its history, what a version changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q

from consultations.models import ClauseComment, Covenant
from consultations.workflow.ballots import CovenantState
from consultations.workflow.wording import Piece, by_clause

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from consultations.models import Platform


class ClauseShown(NamedTuple):
    """A clause with what was said of it, without names; ``was_reworded``: of other words."""

    position: int
    text: str
    comments: list[ClauseComment]


def visible() -> QuerySet[Covenant]:
    """Everybody reads them, drafts too: they are to be commented on."""
    return Covenant.objects.public().select_related(
        "platform__area", "area", "compound", "topic", "ballot", "checked_by", "filed_by"
    )


def versions(covenant: Covenant) -> list[Covenant]:
    """All of its place and kind, the last first."""
    return list(Covenant.objects.public().same_as(covenant).order_by("-number"))


def clauses(covenant: Covenant, *, with_hidden: bool = False) -> list[ClauseShown]:
    """Two statements, however many clauses."""
    rows = ClauseComment.objects.filter(covenant=covenant).order_by("pk")
    if not with_hidden:
        rows = rows.filter(hidden_at=None)
    said: dict[int, list[ClauseComment]] = {}
    for one in rows:
        said.setdefault(one.position, []).append(one)
    return [
        ClauseShown(one.position, one.text, said.get(one.position, []))
        for one in covenant.clauses.all()
    ]


def changes(new: Covenant, old: Covenant) -> list[list[Piece]]:
    """What ``new`` changed, clause by clause and character by character."""
    return by_clause(
        list(old.clauses.values_list("text", flat=True)),
        list(new.clauses.values_list("text", flat=True)),
    )


def before(covenant: Covenant) -> Covenant | None:
    """The version that ``covenant`` replaces, or replaced."""
    rows = Covenant.objects.same_as(covenant).filter(
        number__lt=covenant.number, state__in=[CovenantState.IN_FORCE, CovenantState.REPLACED]
    )
    return rows.order_by("-number").first()


def of_platform(platform: Platform, most: int = 20) -> list[Covenant]:
    """What is in force at its place, and what is in the making."""
    now = Q(state__in=[CovenantState.IN_FORCE, CovenantState.DRAFT, CovenantState.VOTING])
    rows = visible().filter(now, platform=platform).annotate(many=Count("clauses"))
    return list(rows.order_by("kind", "-number")[:most])
