"""Who is told what of counsels, instructions and grants. No message holds a name or a number of anybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.sayings import by_language, day
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all
from grids import roles
from grids.models import Post
from members.models import Brief, Counsel, CounselStep, Grant, Instruction, Liaison
from members.roles import MAY
from members.workflow.counsel import VERBS
from members.workflow.grants import DutyLevel, Matter
from tickets import staff

if TYPE_CHECKING:
    from grids.models import Area

KINDS = {
    "counsel_submitted": (
        _("A counsel to edit: %(number)s"),
        _("“%(title)s” (%(area)s) was handed in. Please edit it or give it back."),
    ),
    "counsel_moved": (
        _("Your counsel %(number)s: %(step)s"),
        _("“%(title)s”: %(step)s. %(note)s"),
    ),
    "brief_made": (
        _("A brief for you: No. %(number)s"),
        _("“%(title)s” is before you. Please write what is to be done."),
    ),
    "instruction_given": (
        _("Please answer by %(day)s: brief No. %(number)s"),
        _("%(office)s wrote on “%(title)s”: %(text)s"),
    ),
    "instruction_soon": (
        _("To be answered by %(day)s: brief No. %(number)s"),
        _("%(department)s has still to answer what %(office)s wrote on “%(title)s”."),
    ),
    "instruction_late": (
        _("Not answered by %(day)s: brief No. %(number)s"),
        _("%(department)s has not answered what %(office)s wrote on “%(title)s”."),
    ),
    "instruction_answered": (
        _("Answered: brief No. %(number)s"),
        _("%(department)s answered what %(office)s wrote on “%(title)s”."),
    ),
    "grant_offered": (
        _("A duty is offered to you: No. %(number)s"),
        _("%(matter)s (%(level)s), %(area)s, until %(day)s. Nothing holds until you accept it."),
    ),
    "grant_answered": (
        _("A grant was answered: No. %(number)s"),
        _("%(holder)s has answered the grant about %(matter)s in %(area)s."),
    ),
    "grant_revoked": (
        _("A grant was revoked: No. %(number)s"),
        _("%(matter)s (%(level)s), %(area)s: %(note)s"),
    ),
    "grant_ends": (
        _("A grant ends on %(day)s: No. %(number)s"),
        _("%(holder)s: %(matter)s (%(level)s), %(area)s. If it is to go on, grant it anew."),
    ),
}  # fmt: skip


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def _owe(people: Iterable[User], kind: str, url: str, fact: Any, **params: Any) -> None:
    owe_all([Debt(people, kind, params, url, f"{kind}:{fact}")])


def nearest(area: Area, permission: str) -> list[User]:
    """Who holds it over ``area``, nobody further up than need be."""
    carry = [slug for slug, role in roles.ROLES.items() if permission in role.over_area]
    for one in reversed(area.ancestor_ids):
        posts = Post.objects.held_on().filter(area=one, role__in=carry)
        people = list(User.objects.filter(pk__in=posts.values("user"), is_active=True))
        if people:
            return people
    return []


def _editors(counsel: Counsel) -> list[User]:
    people = {one.pk: one for one in nearest(counsel.area, "members.edit_counsel")}
    member = counsel.member
    if member is not None and member.station_id:
        heads = [role for role, may in MAY.items() if "members.edit_counsel" in may]
        seats = Liaison.objects.held_on().filter(station=member.station_id, role__in=heads)
        found = User.objects.filter(pk__in=seats.values("user"), is_active=True)
        people |= {one.pk: one for one in found}
        people.pop(member.user_id, None)
    return list(people.values())


def stepped(counsel: Counsel, step: CounselStep) -> None:
    """The author hears of every step that is not his own; who edits hears of what came in."""
    title = counsel.shown_title
    if step.verb == "submit":
        _owe(
            _editors(counsel), "counsel_submitted", counsel.get_absolute_url(), step.pk,
            number=counsel.number, title=title, area=counsel.area.name,
        )  # fmt: skip
    member = counsel.member
    if member is None or step.by_id == member.user_id:
        return
    _owe(
        [member.user], "counsel_moved", counsel.get_absolute_url(), step.pk,
        number=counsel.number, title=title, step=by_language(VERBS[step.verb]), note=step.note,
    )  # fmt: skip


def briefed(brief: Brief) -> None:
    people = nearest(brief.area, "members.instruct")
    url = brief.get_absolute_url()
    _owe(people, "brief_made", url, brief.pk, number=brief.number, title=brief.title)


def _said(one: Instruction) -> dict[str, Any]:
    return {
        "number": one.brief.number,
        "title": one.brief.title,
        "office": one.office,
        "department": one.department.short_name if one.department else "",
        "day": day(one.due_on) if one.due_on else "",
        "text": one.text,
    }


def _heeding(one: Instruction) -> list[User]:
    if one.department_id is None:
        return []
    return list(staff.of([one.department_id], "members.answer_counsel"))


def instructed(one: Instruction) -> None:
    _owe(_heeding(one), "instruction_given", one.brief.get_absolute_url(), one.pk, **_said(one))


def near(one: Instruction) -> None:
    _owe(_heeding(one), "instruction_soon", one.brief.get_absolute_url(), one.pk, **_said(one))


def late(one: Instruction) -> None:
    """Beside the department, who wrote it and who made the brief."""
    people = [*_heeding(one), one.by, one.brief.made_by]
    _owe(people, "instruction_late", one.brief.get_absolute_url(), one.pk, **_said(one))


def answered(one: Instruction) -> None:
    people = [one.by, one.brief.made_by]
    _owe(people, "instruction_answered", one.brief.get_absolute_url(), one.pk, **_said(one))


def _granted(one: Grant) -> dict[str, Any]:
    return {
        "number": one.number,
        "holder": one.holder,
        "matter": by_language(Matter(one.matter).label),
        "level": by_language(DutyLevel(one.level).label),
        "area": one.area.name,
        "day": day(one.ends_on),
        "note": one.revoked_reason,
    }


def _representative(one: Grant) -> list[User]:
    return [one.representative.user] if one.representative is not None else []


def granted(one: Grant) -> None:
    _owe(_representative(one), "grant_offered", one.get_absolute_url(), one.pk, **_granted(one))


def grant_answered(one: Grant) -> None:
    _owe([one.granted_by], "grant_answered", one.get_absolute_url(), one.pk, **_granted(one))


def revoked(one: Grant) -> None:
    _owe(_representative(one), "grant_revoked", one.get_absolute_url(), one.pk, **_granted(one))


def ends(one: Grant) -> None:
    people = [one.granted_by, *_representative(one)]
    fact = f"{one.pk}:{clock.today().year}"
    _owe(people, "grant_ends", one.get_absolute_url(), fact, **_granted(one))
