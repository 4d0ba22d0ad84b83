"""What the other actions stand on: the locked row, one step of the table, what is written down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from govgrid.privacy import queries as privacy
from govgrid.privacy.models import Consent
from members.models import Member, MemberEvent
from members.workflow.joining import REFUSALS, SCOPE, STEPS, Verb
from members.workflow.roster import NEEDED, MemberState, Purpose

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from govgrid.privacy.models import Notice


def must_be_assessed() -> None:
    """Nobody is asked for anything before the use of it was weighed."""
    if not privacy.is_assessed(SCOPE):
        raise Refused("not_assessed", str(REFUSALS["not_assessed"]))


def locked(member: Member) -> Member:
    rows = Member.objects.select_related("area", "user", "consent").order_by()
    return rows.select_for_update(of=("self",)).get(pk=member.pk)


def must_own(member: Member, by: User | None) -> None:
    if by is None or not by.has_perm("members.own", member):
        raise PermissionDenied


def go(member: Member, name: str) -> Verb:
    """Set the state that a step leads to, or refuse; the caller saves."""
    step = STEPS[name]
    if member.state not in step.sources:
        raise Refused("wrong_state", str(REFUSALS["wrong_state"]))
    member.state = step.target
    return step.verb


def is_shown(member: Member) -> bool:
    """Whether the public may see him: active, and agreed to all that either notice asks today."""
    keys = {str(NEEDED), str(Purpose.LISTED)}
    fresh = Consent.objects.of(user=member.user_id).fresh().filter(purpose_key__in=keys)
    if member.state != MemberState.ACTIVE:
        return False
    return set(fresh.values_list("purpose_key", flat=True)) == keys


def note(member: Member, verb: Verb, *, by: User | None, fields: Iterable[str] = ()) -> None:
    """One line more of what became of it: names of fields, never what stands in them."""
    MemberEvent.objects.create(member=member, verb=verb, by=by, fields=list(fields))


def next_serial() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('members_member_serial')")
        return f"R{cursor.fetchone()[0]:06d}"


def notice_shown(key: str, pk: int) -> Notice:
    """The notice that was read, if it still is the one that holds."""
    newest = privacy.newest_notice(key)
    if newest is None or newest.pk != pk:
        words = _("The notice has changed since you opened the page. Please read it again.")
        raise Refused("notice_changed", words)
    return newest
