"""Briefs before a leader, what the leader writes on them, and what departments answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import roles
from grids.models import Area
from members import counsels, duedays, heralds_counsel, liaisons
from members.actions.counsels import advance, log, next_number, tidied, wrong_state
from members.models import Brief, Counsel, Instruction
from members.workflow.counsel import MOVES, OVER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from govgrid.accounts.models import User
    from grids.models import Department

MOST = 20  # counsels in a brief
FARTHEST_DAYS = 366


def _locked(rows: Sequence[int] | None = None, brief: Brief | None = None) -> list[Counsel]:
    """In the order of their ids, so that two at once wait for each other and go on."""
    found = Counsel.objects.select_for_update(of=("self",)).order_by("pk")
    found = found.filter(brief=brief) if brief is not None else found.filter(pk__in=rows or ())
    return list(found.select_related("area", "member__user", "brief__area"))


@transaction.atomic
def make_brief(chosen: Sequence[Counsel], *, by: User, title: str, body: str = "") -> Brief:
    """Join edited counsels into a brief, numbered in the year, and put it before a leader.

    Without a ``body`` it is made of their edited texts. It names nobody. Refused: ``none_chosen``,
    ``too_many``, ``wrong_state``, ``title_needed``, ``no_common_area``.
    """
    joined = _locked([one.pk for one in chosen])
    _must_join(joined, by)
    kept = tidied(title, 80)
    if not kept:
        raise Refused("title_needed", _("Give it a title."))
    area = Area.objects.filter(path=counsels.covering([one.area for one in joined])).first()
    if area is None:
        raise Refused("no_common_area", _("These counsels have no area in common."))
    at = clock.now()
    year = clock.local(at).year
    brief = Brief.objects.create(
        year=year,
        serial=next_number("brief", year),
        title=kept,
        body=tidied(body, 20_000) or _joined(joined),
        area=area,
        made_by=by,
        made_at=at,
    )
    for one in joined:
        one.brief = brief
        advance(one, "brief", by=by, at=at)
    heralds_counsel.briefed(brief)
    return brief


def _must_join(joined: Sequence[Counsel], by: User) -> None:
    if not joined:
        raise Refused("none_chosen", _("Choose what goes into the brief."))
    if len(joined) > MOST:
        raise Refused("too_many", _("A brief joins 20 counsels at most."))
    for one in joined:
        if not by.has_perm(MOVES["brief"].permission, one):
            raise PermissionDenied
        if one.state not in MOVES["brief"].sources:
            raise wrong_state(one)


def _joined(joined: Sequence[Counsel]) -> str:
    if len(joined) == 1:
        return joined[0].shown_body
    parts = (f"{n}. {one.shown_title}\n{one.shown_body}" for n, one in enumerate(joined, start=1))
    return "\n\n".join(parts)[:20_000]


@transaction.atomic
def instruct(
    brief: Brief,
    *,
    by: User,
    text: str,
    department: Department | None = None,
    due_on: date | None = None,
    is_public: bool = False,
) -> Instruction:
    """A leader writes on a brief what is to be done, and who answers by which day.

    Refused: ``text_needed``, ``own_counsel``, ``wrong_state``, ``day_needed``, ``past``, ``far``,
    ``wrong_department``.
    """
    rows = _locked(brief=brief)
    brief = Brief.objects.select_related("area", "made_by").get(pk=brief.pk)
    if not by.has_perm("members.instruct", brief):
        raise PermissionDenied
    _must_take_it(rows, by)
    said = tidied(text, 1000)
    if not said:
        raise Refused("text_needed", _("Write what is to be done."))
    at = clock.now()
    if department is not None or due_on is not None:
        _must_fit(brief, department, due_on)
    role = liaisons.role_at(by, "members.instruct", brief.area)
    one = Instruction.objects.create(
        brief=brief,
        text=said,
        office=_office(by, role),
        role=role,
        department=department,
        due_on=due_on,
        due_at=duedays.due_at(brief.area, at, due_on) if due_on else None,
        fires_at=duedays.remind_at(brief.area, at, due_on) if due_on else None,
        is_public=is_public,
        by=by,
        at=at,
    )
    for each in rows:
        if each.state in MOVES["note"].sources:
            each.answer_due = max(filter(None, [each.answer_due, one.due_at]), default=None)
            advance(each, "note", by=by, at=at)
    heralds_counsel.instructed(one)
    return one


def _office(by: User, role: str) -> str:
    """The place of the post by which it was written."""
    held = liaisons.scoping.held(by)
    return next((post.label for post in held if post.role == role), str(roles.ROLES[role].label))


def _must_take_it(rows: Sequence[Counsel], by: User) -> None:
    if any(one.member is not None and one.member.user_id == by.pk for one in rows):
        raise Refused("own_counsel", _("Somebody else writes on what you advised yourself."))
    if all(one.state not in MOVES["note"].sources for one in rows):
        raise Refused("wrong_state", _("All that this brief holds is over."))


def _must_fit(brief: Brief, department: Department | None, due_on: date | None) -> None:
    if department is None or due_on is None:
        raise Refused("day_needed", _("A department answers by a day: name both or neither."))
    if due_on <= clock.today():
        raise Refused("past", _("Choose a day that is still to come."))
    if (due_on - clock.today()).days > FARTHEST_DAYS:
        raise Refused("far", _("Choose a day within a year."))
    there, here = department.area.path, brief.area.path
    if not (here.startswith(there) or there.startswith(here)):
        raise Refused("wrong_department", _("Choose a department that serves the place."))


@transaction.atomic
def answer_instruction(one: Instruction, *, by: User, answer: str) -> Instruction:
    """The department says what it does. The last answer that was missing is the counsels' answer.

    Refused: ``answered``, ``answer_needed``.
    """
    rows = _locked(brief=Brief(pk=one.brief_id))
    one = Instruction.objects.select_for_update(of=("self",)).get(pk=one.pk)
    if not by.has_perm("members.answer_counsel", one):
        raise PermissionDenied
    if one.answered_at is not None:
        raise Refused("answered", _("It was answered already."))
    said = tidied(answer, 4000)
    if not said:
        raise Refused("answer_needed", _("Write the answer."))
    at = clock.now()
    one.answer, one.answered_by, one.answered_at, one.fires_at = said, by, at, None
    one.save(update_fields=["answer", "answered_by", "answered_at", "fires_at"])
    is_last = not Instruction.objects.open().filter(brief=one.brief_id).exists()
    for each in rows:
        if each.state in OVER:
            continue
        log(each, "reply", by=by, at=at, before=each.state)
        if is_last and each.state in MOVES["answer"].sources:
            each.answer, each.answer_due = _answers(one.brief_id), None
            advance(each, "answer", by=None, at=at)
    heralds_counsel.answered(one)
    return one


def _answers(brief_id: int) -> str:
    """All that was answered, department by department."""
    rows = Instruction.objects.filter(brief=brief_id, answered_at__isnull=False)
    said = [(one.department, one.answer) for one in rows.select_related("department")]
    if len(said) == 1:
        return said[0][1]
    parts = (f"{one.short_name if one else ''}\n{answer}" for one, answer in said)
    return "\n\n".join(parts)[:4000]


def fire_instructions(*, by: None) -> int:
    """Remind when three quarters of the time are used, and tell who is late. Safe to run again."""
    at, count = clock.now(), 0
    ids = Instruction.objects.open().filter(fires_at__lte=at).values_list("pk", flat=True)
    for pk in list(ids):
        count += _fire(pk, at)
    return count


@transaction.atomic
def _fire(pk: int, at: datetime) -> int:
    rows = Instruction.objects.open().filter(pk=pk, fires_at__lte=at)
    one = rows.select_for_update(of=("self",), skip_locked=True).first()
    if one is None or one.due_at is None:
        return 0
    if at >= one.due_at:
        heralds_counsel.late(one)
        one.fires_at = None
    else:
        heralds_counsel.near(one)
        one.fires_at = one.due_at
    one.save(update_fields=["fires_at"])
    return 1
