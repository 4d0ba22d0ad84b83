"""Minutes move from the pool of a place to who helped there; a mistake moves them back."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids.models import Area, Level
from members import need_tidings, timebank
from members.actions.events import said
from members.models import Claim, Statement, TimeAccount, TimeEntry
from members.workflow.time import CODE_LENGTH, CODE_SIGNS, STATEMENT_DAYS, in_hours

if TYPE_CHECKING:
    from govgrid.accounts.models import User


def credit(claim: Claim) -> TimeEntry | None:
    """Within the confirmation's transaction; None where the member is gone."""
    if claim.member is None or claim.minutes is None:
        return None
    return TimeEntry.objects.create(
        payer=_pool(claim.need.area),
        payee=TimeAccount.objects.get_or_create(user=claim.member.user)[0],
        minutes=claim.minutes,
        claim=claim,
        note=claim.need.number,
        at=clock.now(),
    )


def _pool(area: Area) -> TimeAccount:
    """That of the community, or of the area itself where it is larger."""
    way = area.ancestor_ids
    community = way[Level.COMMUNITY - 1] if len(way) >= Level.COMMUNITY else area.pk
    return TimeAccount.objects.get_or_create(area_id=community)[0]


@transaction.atomic
def reverse_time(claim: Claim, *, by: User, note: str) -> TimeEntry:
    """Take the minutes of a service back, whole and once, with a reason that its holder reads.

    Refused: ``no_entry``, ``taken_back``, ``note_needed``.
    """
    claim = Claim.objects.whole().get(pk=claim.pk)
    if not by.has_perm("members.reverse_time", claim):
        raise PermissionDenied
    why = said(note)[:120]
    if not why:
        raise Refused("note_needed", _("Say why it is taken back."))
    entry = TimeEntry.objects.filter(claim=claim).first()
    if entry is None:
        raise Refused("no_entry", _("There is no entry for this."))
    try:
        with transaction.atomic():
            back = TimeEntry.objects.create(
                payer_id=entry.payee_id, payee_id=entry.payer_id, minutes=entry.minutes,
                reverses=entry, note=why, at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("taken_back", _("It was taken back already.")) from error
    need_tidings.taken_back(claim, in_hours(entry.minutes), why)
    return back


@transaction.atomic
def print_statement(*, by: User) -> Statement:
    """The holder's own print-out with a code for one gift; the same again within a month.

    Refused: ``nothing_yet``.
    """
    account = TimeAccount.objects.of(by).select_for_update().first()
    if account is None:
        raise Refused("nothing_yet", _("There is nothing to print yet."))
    earlier = timebank.statement_of_month(account)
    if earlier is not None:
        return earlier
    minutes = timebank.balance(account)
    if minutes < 1:
        raise Refused("nothing_yet", _("There is nothing to print yet."))
    today = clock.today()
    return Statement.objects.create(
        account=account,
        code="".join(secrets.choice(CODE_SIGNS) for _n in range(CODE_LENGTH)),
        minutes=minutes,
        month=today.replace(day=1),
        made_at=clock.now(),
        expires_on=today + timedelta(days=STATEMENT_DAYS),
    )
