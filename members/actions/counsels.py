"""Counsels: written and handed in by a member, edited or given back, and closed with what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from consultations.actions import Raising, raise_topic
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint
from grids.models import Area, Level
from members import heralds_counsel, liaisons
from members.models import Counsel, CounselStep, CounselVersion, Instruction, Member
from members.workflow.counsel import (
    EDIT,
    HANDED_IN,
    LEAD,
    MOVES,
    OWN,
    STARTED,
    WRITABLE,
    CounselState,
    Reason,
)
from members.workflow.roster import MemberState
from tickets.actions import Order, open_ticket
from tickets.queries import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from consultations.models import Platform
    from govgrid.accounts.models import User
    from grids.models import Department
    from tickets.models import Category

NEXT = """
    INSERT INTO members_yearnumber AS n (kind, year, last) VALUES (%s, %s, 1)
    ON CONFLICT (kind, year) DO UPDATE SET last = n.last + 1 RETURNING last
"""
LENGTHS = {"title": 60, "body": 4000, "note": 500, "answer": 4000, "became": 2000}
NEEDED = {
    "title": _("Give it a title."),
    "body": _("Say what is to be done."),
    "note": _("Say what is to be changed."),
    "reason": _("Choose a reason."),
    "answer": _("Write the answer."),
    "became": _("Say what became of it."),
}


@dataclass(frozen=True)
class Advice:
    """What a member advises on a public matter."""

    client_id: UUID
    title: str
    body: str
    area: Area
    is_named: bool = False

    def digest(self) -> str:
        content = [self.title, self.body, self.area.code, self.is_named]
        return fingerprint(json.dumps(content, ensure_ascii=False).encode())


def next_number(kind: str, year: int, *, by: None = None) -> int:
    """The next of a kind in a year, without gaps: it is taken back with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [kind, year])
        return int(cursor.fetchone()[0])


def tidied(text: str, most: int, *, by: None = None) -> str:
    """As it is kept: without numbers of persons, and empty where nothing is to be seen."""
    return "" if is_blank(text) else guard.mask(text.strip())[:most]


@transaction.atomic
def write_counsel(advice: Advice, *, by: User, hand_in: bool = False) -> tuple[Counsel, bool]:
    """A member writes a counsel, and hands it in at once if he says so. False: sent before.

    Refused: ``not_active`` (not on the roster, or paused), ``title_needed``, ``body_needed``,
    ``client_id_reused``.
    """
    member = Member.objects.select_for_update(of=("self",)).filter(user=by.pk).first()
    if member is None:
        raise PermissionDenied
    _must_be_active(member)
    sent = Counsel.objects.for_lists().filter(member=member, client_id=advice.client_id).first()
    if sent is not None:
        return _same(sent, advice), False
    at = clock.now()
    counsel = Counsel(
        number=f"{clock.local(at).year}-{next_number('counsel', clock.local(at).year):04d}",
        client_id=advice.client_id,
        member=member,
        area=advice.area,
        is_named=advice.is_named,
        written_at=at,
        state_since=at,
        **_words(title=advice.title, body=advice.body),
    )
    counsel.save(force_insert=True)
    log(counsel, STARTED, by=by, at=at)
    return (move_counsel(counsel, "submit", by=by) if hand_in else counsel), True


def _same(sent: Counsel, advice: Advice) -> Counsel:
    """What was typed then is compared as it was kept."""
    kept = Advice(advice.client_id, sent.title, sent.body, sent.area, sent.is_named)
    now = Advice(advice.client_id, **_words(title=advice.title, body=advice.body),
                 area=advice.area, is_named=advice.is_named)  # fmt: skip
    if kept.digest() != now.digest():
        raise Refused("client_id_reused", _("This client id was used for something else."))
    return sent


def _must_be_active(member: Member) -> None:
    if member.state != MemberState.ACTIVE:
        raise Refused("not_active", _("Members who are active on the roster give counsel."))


def _words(**given: str) -> dict[str, Any]:
    kept = {name: tidied(value, LENGTHS[name]) for name, value in given.items()}
    for name, value in kept.items():
        if not value:
            raise Refused(f"{name}_needed", _(NEEDED[name]))
    return kept


def lock(counsel: Counsel) -> Counsel:
    rows = Counsel.objects.select_for_update(of=("self",))
    return rows.select_related("area", "member__user", "brief__area").get(pk=counsel.pk)


@transaction.atomic
def reword_counsel(
    counsel: Counsel, *, by: User, title: str, body: str, area: Area, is_named: bool
) -> Counsel:
    """Its author words it anew, before it is handed in. Refused: ``wrong_state``, …"""
    counsel = lock(counsel)
    if not by.has_perm(OWN, counsel):
        raise PermissionDenied
    if counsel.state not in WRITABLE:
        raise wrong_state(counsel)
    for name, value in _words(title=title, body=body).items():
        setattr(counsel, name, value)
    counsel.area, counsel.is_named, counsel.state_since = area, is_named, clock.now()
    counsel.save()
    return counsel


@transaction.atomic
def name_counsel(counsel: Counsel, *, by: User, is_named: bool) -> Counsel:
    """Its author shows his name or takes it back, at any time and at once."""
    counsel = lock(counsel)
    if not by.has_perm(OWN, counsel):
        raise PermissionDenied
    counsel.is_named = is_named
    counsel.save(update_fields=["is_named"])
    return counsel


def wrong_state(counsel: Counsel) -> Refused:
    state = counsel.get_state_display()
    return Refused(
        "wrong_state", _("This counsel is in another state: %(state)s.") % {"state": state}
    )


@transaction.atomic
def move_counsel(counsel: Counsel, name: str, *, by: User, **given: str) -> Counsel:
    """Hand it in, take it back, give it back, edit, take no further, close.

    Refused: ``wrong_state``, ``<what>_needed``, ``not_active``, ``still_asked``. What is about a
    person is refused with the reason ``about_a_person`` and never put before anybody.
    """
    if name not in EFFECTS:
        raise PermissionDenied
    counsel, step = lock(counsel), MOVES[name]
    if not by.has_perm(step.permission, counsel):
        raise PermissionDenied
    if counsel.state not in step.sources:
        raise wrong_state(counsel)
    kept = {one: tidied(given.get(one, ""), LENGTHS.get(one, 16)) for one in step.needs}
    for one, value in kept.items():
        if not value or (one == "reason" and value not in Reason.values):
            raise Refused(f"{one}_needed", _(NEEDED[one]))
    at = clock.now()
    EFFECTS[name](counsel, kept, by, at)
    return advance(counsel, name, by=by, at=at, note=kept.get("note", ""))


def advance(
    counsel: Counsel, name: str, *, by: User | None, at: datetime, note: str = ""
) -> Counsel:
    """Into the state that the table names, with its step and its messages. The caller holds it."""
    before = counsel.state
    counsel.state, counsel.state_since = MOVES[name].target, at
    counsel.save()
    log(counsel, name, by=by, at=at, before=before, note=note)
    return counsel


def log(
    counsel: Counsel, verb: str, *, by: User | None, at: datetime, before: str = "", note: str = ""
) -> CounselStep:
    """Add to the story of a counsel; ``by`` is told as what he acted, not who he is."""
    step = CounselStep.objects.create(
        counsel=counsel,
        verb=verb,
        before=before,
        after=counsel.state,
        by=by,
        role=_role(counsel, verb, by),
        note=note,
        is_public=verb in {"reply", "topic", "ticket"} or (verb in MOVES and MOVES[verb].is_public),
        at=at,
    )
    if verb != STARTED:
        heralds_counsel.stepped(counsel, step)
    return step


def _role(counsel: Counsel, verb: str, by: User | None) -> str:
    if by is None:
        return ""
    member = counsel.member
    if member is not None and by.pk == member.user_id:
        return "author"
    station = member.station_id if member is not None else None
    permission = MOVES[verb].permission if verb in MOVES else EDIT
    area = counsel.brief.area if permission == LEAD and counsel.brief else counsel.area
    return liaisons.role_at(by, permission, area, station)


# ── what each move does beside the state ──────────────────────────────────────────────────────


def _version(counsel: Counsel, by: User, at: datetime, *, is_authors: bool) -> None:
    CounselVersion.objects.create(
        counsel=counsel,
        number=counsel.versions.count() + 1,
        is_authors=is_authors,
        title=counsel.title if is_authors else counsel.edited_title,
        body=counsel.body if is_authors else counsel.edited_body,
        by=by,
        at=at,
    )


def _submit(counsel: Counsel, given: dict[str, str], by: User, at: datetime) -> None:
    assert counsel.member is not None, "its author hands it in"  # noqa: S101
    _must_be_active(counsel.member)
    counsel.submitted_at, counsel.reason, counsel.note = at, "", ""
    counsel.edited_title = counsel.edited_body = ""
    _version(counsel, by, at, is_authors=True)


def _withdraw(counsel: Counsel, given: dict[str, str], by: User, at: datetime) -> None:
    counsel.is_named = False


def _give_back(counsel: Counsel, given: dict[str, str], by: User, at: datetime) -> None:
    counsel.reason, counsel.note = given["reason"], given["note"]


def _edit(counsel: Counsel, given: dict[str, str], by: User, at: datetime) -> None:
    counsel.edited_title, counsel.edited_body = given["title"], given["body"]
    _version(counsel, by, at, is_authors=False)


def _file(counsel: Counsel, given: dict[str, str], by: User, at: datetime) -> None:
    counsel.reason, counsel.answer = given["reason"], given["answer"]


def _close(counsel: Counsel, given: dict[str, str], by: User, at: datetime) -> None:
    if Instruction.objects.open().filter(brief=counsel.brief_id).exists():
        raise Refused("still_asked", _("A department has still to answer."))
    counsel.became = given["became"]


EFFECTS = {
    "submit": _submit,
    "withdraw": _withdraw,
    "give_back": _give_back,
    "edit": _edit,
    "file": _file,
    "close": _close,
}


# ── a topic or a ticket comes of it ───────────────────────────────────────────────────────────

# A counsel that was handed in and not refused.
LIVE = HANDED_IN - {CounselState.WITHDRAWN, CounselState.FILED, CounselState.RETURNED}


@transaction.atomic
def raise_counsel(counsel: Counsel, platform: Platform, *, by: User) -> Counsel:
    """Its author brings it to a table, in his own name as anybody would. Refused: ``has_topic``."""
    counsel = lock(counsel)
    if not by.has_perm(OWN, counsel):
        raise PermissionDenied
    _must_be_live(counsel)
    if counsel.topic_id:
        raise Refused("has_topic", _("It is a topic already."))
    raising = Raising(
        client_id=uuid5(NAMESPACE_URL, f"counsel:{counsel.number}"),
        platform=platform,
        title=counsel.shown_title,
        body=counsel.shown_body,
    )
    counsel.topic, _made = raise_topic(raising, by=by)
    counsel.save(update_fields=["topic"])
    log(counsel, "topic", by=by, at=clock.now(), before=counsel.state)
    return counsel


@transaction.atomic
def ticket_counsel(
    counsel: Counsel, *, by: User, category: Category, department: Department, due_on: date
) -> Counsel:
    """An editor opens a ticket for what a counsel points at. Refused: ``has_ticket``, ``past``,
    ``wrong_department``. The ticket does not say who advised it."""
    counsel = lock(counsel)
    if not by.has_perm(EDIT, counsel):
        raise PermissionDenied
    _must_be_live(counsel)
    if counsel.ticket_id:
        raise Refused("has_ticket", _("It has a ticket already."))
    if due_on <= clock.today():
        raise Refused("past", _("Choose a day that is still to come."))
    order = Order(
        client_id=uuid5(NAMESPACE_URL, f"counsel ticket:{counsel.number}"),
        category=category,
        spot=Spot(grid=_first_grid(counsel.area)),
        description=f"{counsel.shown_title}\n{counsel.shown_body}",
        department=department,
        due_on=due_on,
    )
    counsel.ticket = open_ticket(order, by=by, origin=f"counsel:{counsel.number}")
    counsel.save(update_fields=["ticket"])
    log(counsel, "ticket", by=by, at=clock.now(), before=counsel.state)
    return counsel


def _must_be_live(counsel: Counsel) -> None:
    if counsel.state not in LIVE:
        raise wrong_state(counsel)


def _first_grid(area: Area) -> str:
    """A ticket lies in a grid."""
    grids = Area.objects.in_force().filter(level=Level.GRID, path__startswith=area.path)
    return grids.order_by("code").values_list("code", flat=True).first() or ""


# ── when its author goes ──────────────────────────────────────────────────────────────────────


@transaction.atomic
def forget_author(counsels: Iterable[Counsel], *, by: User | None) -> int:
    """What went no further is erased; what a leader read goes on without its author."""
    count = 0
    for one in counsels:
        counsel = lock(one)
        if counsel.brief_id is None:
            Counsel.objects.filter(pk=counsel.pk).update(state=CounselState.WITHDRAWN)
            counsel.delete()
        else:
            Counsel.objects.filter(pk=counsel.pk).update(member=None, is_named=False)
        count += 1
    return count
