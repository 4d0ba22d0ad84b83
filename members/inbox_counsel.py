"""What waits for a person: counsels to edit and to close, briefs, instructions, grants, one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from govgrid.core.parts import may_have
from grids import scoping
from members import counsels, grants, liaisons
from members.models import Brief, Counsel, Grant, Instruction, Member
from members.workflow.counsel import MOVES, CounselState
from tickets.inbox.rows import LIMIT, Act, Group, Row

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

EDIT = "members.edit_counsel"
TITLES = {
    "counsel_edit": _("Counsels to edit"),
    "counsel_close": _("Counsels to close"),
    "brief": _("Briefs before you"),
    "instruction": _("Instructions to answer"),
    "grant": _("Duties offered to you"),
    "counsel_own": _("Your counsels that were given back"),
}


def waiting(user: Person) -> list[Group]:
    """By kind; kinds with nothing are left out. Who is not on the roster is asked once for that."""
    is_member = (
        user.is_authenticated
        and may_have(user, "roster_entry")
        and Member.objects.of(user).exists()
    )
    groups = [
        Group(
            "counsel_edit",
            TITLES["counsel_edit"],
            [_counsel(one, "edit") for one in _mine(user, counsels.to_edit)],
        ),
        Group(
            "counsel_close",
            TITLES["counsel_close"],
            [_counsel(one, "close") for one in _mine(user, counsels.to_close)],
        ),
        Group("brief", TITLES["brief"], [_brief(one) for one in _briefs(user)]),
        Group(
            "instruction", TITLES["instruction"], [_instruction(one) for one in _to_answer(user)]
        ),
        Group(
            "grant",
            TITLES["grant"],
            [_grant(one) for one in (_offered(user) if is_member else ())],
        ),
        Group(
            "counsel_own",
            TITLES["counsel_own"],
            [_counsel(one, "submit") for one in (_own(user) if is_member else ())],
        ),
    ]
    return [group for group in groups if group.rows]


def _mine(user: Person, ask: object) -> list[Counsel]:
    if not liaisons.may_anywhere(user, EDIT):
        return []
    return list(ask(user).for_lists().order_by("state_since", "pk")[:LIMIT])  # type: ignore[operator]


def _briefs(user: Person) -> list[Brief]:
    if not scoping.prefixes(user, "members.instruct"):
        return []
    return list(counsels.to_note(user).order_by("pk")[:LIMIT])


def _to_answer(user: Person) -> list[Instruction]:
    if not counsels.departments_of(user):
        return []
    return list(counsels.to_answer(user).order_by("due_at", "pk")[:LIMIT])


def _offered(user: Person) -> list[Grant]:
    return list(grants.to_accept(user).for_lists().order_by("pk")[:LIMIT])


def _own(user: Person) -> list[Counsel]:
    rows = Counsel.objects.of(user).filter(state=CounselState.RETURNED)
    return list(rows.for_lists().order_by("pk")[:LIMIT])


def _counsel(one: Counsel, name: str) -> Row:
    url = one.get_absolute_url()
    return Row(
        state=f"counsel:{one.state}",
        icon="talk",
        title=one.shown_title,
        text=one.note if name == "submit" else one.shown_body,
        url=url,
        number=one.number,
        place=one.area.name,
        who="",
        since=one.state_since,
        act=Act(MOVES[name].label, f"{url}#{name}", MOVES[name].icon, ""),
    )


def _brief(one: Brief) -> Row:
    url = one.get_absolute_url()
    return Row(
        state=f"counsel:{CounselState.BRIEFED}",
        icon="doc",
        title=one.title,
        text=one.body,
        url=url,
        number=one.number,
        place=one.area.name,
        who="",
        since=one.made_at,
        act=Act(MOVES["note"].label, f"{url}#note", MOVES["note"].icon, ""),
    )


def _instruction(one: Instruction) -> Row:
    url = one.brief.get_absolute_url()
    return Row(
        state=f"counsel:{CounselState.NOTED}",
        icon="ruling",
        title=one.brief.title,
        text=one.text,
        url=url,
        number=one.brief.number,
        place=one.brief.area.name,
        who=one.office,
        since=one.at,
        due=one.due_at,
        act=Act(MOVES["answer"].label, f"{url}#answer-{one.pk}", MOVES["answer"].icon, ""),
    )


def _grant(one: Grant) -> Row:
    url = one.get_absolute_url()
    return Row(
        state=f"grant:{one.state}",
        icon="shield",
        title=str(one.get_matter_display()),
        text=one.text,
        url=url,
        number=one.number,
        place=one.area.name,
        who=one.holder,
        since=one.granted_at,
        act=Act(_("Accept or decline"), f"{url}#accept", "check", ""),
    )
