"""Which counsels, briefs and instructions somebody may open, and what a page shows of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from grids import scoping
from members import liaisons
from members.models import Brief, Counsel, CounselQuerySet, Instruction
from members.workflow.counsel import HANDED_IN, OVER, PUBLIC, CounselState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from grids.models import Area

    Person = User | AnonymousUser

EDIT, LEAD, HEED = "members.edit_counsel", "members.instruct", "members.answer_counsel"


def edited_by(user: Person) -> Q:
    """Of counsels: those whose editor ``user`` is."""
    return liaisons.scope(user, EDIT, station="member__station")


def led_by(user: Person, area: str = "area") -> Q:
    """Of briefs: those on which ``user`` may write an instruction."""
    return liaisons.scope(user, LEAD, area=area, station="")


def departments_of(user: Person) -> list[int]:
    return sorted(scoping.reach(user, HEED).departments)


def _asked(user: Person, brief: str) -> Exists:
    rows = Instruction.objects.filter(department__in=departments_of(user))
    return Exists(rows.filter(brief=OuterRef(brief)))


def visible(user: Person) -> CounselQuerySet:
    """Mirrors ``rules.can_see_counsel``; a test holds them equal."""
    found = Q(state__in=PUBLIC)
    if user.is_authenticated:
        found |= Q(member__user=user.pk)
        found |= edited_by(user) & Q(state__in=HANDED_IN)
        found |= led_by(user, "brief__area") & Q(brief__isnull=False)
        if departments_of(user):
            found |= Q(_asked(user, "brief"))
    return Counsel.objects.filter(found)


def briefs(user: Person) -> QuerySet[Brief]:
    """Mirrors ``rules.can_see_brief``: who edits one of its counsels, who leads, who was asked."""
    if not user.is_authenticated:
        return Brief.objects.none()
    own = Counsel.objects.filter(edited_by(user), brief=OuterRef("pk"))
    found = Q(made_by=user.pk) | Q(Exists(own)) | led_by(user)
    if departments_of(user):
        found |= Q(_asked(user, "pk"))
    return Brief.objects.filter(found).select_related("area")


def to_edit(user: Person) -> CounselQuerySet:
    """What waits for the editor; nobody edits his own."""
    rows = Counsel.objects.filter(edited_by(user)).exclude(member__user=user.pk)
    return rows.filter(state__in=[CounselState.SUBMITTED, CounselState.EDITED])


def to_close(user: Person) -> CounselQuerySet:
    """Answered, and nobody has said yet what became of it."""
    rows = Counsel.objects.filter(edited_by(user)).exclude(member__user=user.pk)
    return rows.filter(state=CounselState.ANSWERED)


def to_note(user: Person) -> QuerySet[Brief]:
    """Briefs on which nobody has written yet."""
    still = Counsel.objects.filter(brief=OuterRef("pk"), state=CounselState.BRIEFED)
    rows = Brief.objects.filter(led_by(user)).filter(Exists(still), instructions=None)
    return rows.select_related("area")


def to_answer(user: Person) -> QuerySet[Instruction]:
    rows = Instruction.objects.open().filter(department__in=departments_of(user))
    # One whose counsels are all over asks for nothing any more.
    live = Counsel.objects.filter(brief=OuterRef("brief")).exclude(state__in=OVER)
    return rows.filter(Exists(live)).select_related("brief__area", "department")


def covering(areas: Iterable[Area]) -> str:
    """The path of the smallest area in which all of ``areas`` lie; empty where none does."""
    paths = [one.path.strip(".").split(".") for one in areas]
    same: list[str] = []
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        same.append(parts[0])
    return "".join(f"{part}." for part in same)
