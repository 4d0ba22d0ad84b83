"""What the roster must forget of needs, and when. The nightly job of govgrid.privacy runs it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govgrid.core import clock
from govgrid.outbox.models import Message
from govgrid.privacy import holdings, retention
from govgrid.privacy.holdings import Holding
from govgrid.privacy.models import Consent
from members import actions, leaving, need_tidings, timebank
from members.models import (
    Claim,
    Member,
    Need,
    NeedContact,
    NeedEvent,
    Statement,
    TimeAccount,
)
from members.workflow.needs import CONTACT_DAYS, KEEP_DAYS, OVER

if TYPE_CHECKING:
    from govgrid.accounts.models import User

STATEMENT_KEEP_DAYS = 90


def erase_contacts(now: datetime, *, dry_run: bool) -> int:
    """A month after the end nobody sees it any more, so it is not kept either."""
    before = now - timedelta(days=CONTACT_DAYS)
    same = Q(user=OuterRef("consent__user")) | Q(subject_ref=OuterRef("consent__subject_ref"))
    agrees = Consent.objects.live().filter(same, purpose_key=OuterRef("consent__purpose_key"))
    due = NeedContact.objects.filter(Q(need__ended_at__lt=before) | ~Exists(agrees), erased_at=None)
    keys = list(due.values_list("pk", flat=True))
    if dry_run:
        return len(keys)
    return NeedContact.objects.filter(pk__in=keys).update(name=None, phone=None, erased_at=now)


def erase_needs(now: datetime, *, dry_run: bool) -> int:
    """A year after the end: the words and the people go; where, what field and what became of it
    are counted."""
    before = now - timedelta(days=KEEP_DAYS)
    due = Need.objects.filter(state__in=OVER, ended_at__lt=before, erased_at=None)
    if dry_run:
        return due.count()
    return forget(due, now)


def forget(due: QuerySet[Need], now: datetime) -> int:
    """Needs with all that names anybody: contact, claims, story."""
    rows = dict(due.values_list("pk", "number"))
    keys = list(rows)
    # What people were told repeats the title.
    told = Message.objects.filter(kind__in=need_tidings.KINDS)
    told.filter(params__number__in=list(rows.values())).delete()
    NeedContact.objects.filter(need__in=keys).delete()
    Claim.objects.filter(need__in=keys).update(
        member=None, plan="", result="", reason="", thanks="", score=None
    )
    NeedEvent.objects.filter(need__in=keys).update(by=None, note="")
    return Need.objects.filter(pk__in=keys).update(
        asker=None, entered_by=None, title="", body="", place="", point=None,
        from_ticket=None, from_topic=None, end_note="", erased_at=now,
    )  # fmt: skip


def erase_statements(now: datetime, *, dry_run: bool) -> int:
    """Print-outs that nothing was given for."""
    before = (now - timedelta(days=STATEMENT_KEEP_DAYS)).date()
    due = Statement.objects.filter(expires_on__lt=before, issue=None)
    return due.count() if dry_run else due.delete()[0]


# ── what a person may see and take away ───────────────────────────────────────────────────────


def _held_needs(user: User) -> list[Mapping[str, Any]]:
    rows = Need.objects.of(user).for_lists().order_by("-pk")
    return [
        {
            str(_("number")): one.number,
            str(_("title")): one.title,
            str(_("area")): one.area.name,
            str(_("state")): one.get_state_display(),
        }
        for one in rows
    ]


def _held_claims(user: User) -> list[Mapping[str, Any]]:
    rows = Claim.objects.of(user).whole().order_by("-pk")
    return [
        {
            str(_("number")): one.need.number,
            str(_("state")): one.get_state_display(),
            str(_("how and when")): one.plan,
            str(_("minutes")): one.minutes or 0,
            str(_("score")): one.score or "",
            str(_("thanks")): one.thanks,
        }
        for one in rows
    ]


def _held_time(user: User) -> list[Mapping[str, Any]]:
    account = timebank.account_of(user)
    if account is None:
        return []
    lines = [timebank.line(one, account) for one in timebank.entries(account)]
    return [
        {
            str(_("at")): clock.local(one.at).date().isoformat(),
            str(_("note")): one.note,
            str(_("minutes")): one.minutes,
        }
        for one in lines
    ]


def _contacts_of(user: User) -> list[tuple[str, Any]]:
    keys = NeedContact.objects.filter(need__asker=user).values_list("pk", flat=True)
    return [(NeedContact._meta.label, pk) for pk in keys]


def _forget_needs(user: User, at: datetime) -> int:
    mine = Need.objects.filter(asker=user)
    for need in mine.live():
        actions.withdraw_need(need, by=None)
    return forget(Need.objects.filter(asker=user), at)


def _forget_claims(user: User, _at: datetime) -> int:
    for member in Member.objects.of(user):
        actions.offer_back(member, by=None)
    # What the others wrote to him names him as well: thanks, and why it was not done yet.
    told = NeedEvent.objects.filter(claim__member__user=user)
    told.exclude(note="").update(note="")
    NeedEvent.objects.filter(by=user).update(by=None, note="")
    return Claim.objects.of(user).update(member=None, plan="", result="", reason="", thanks="")


def _forget_time(user: User, at: datetime) -> int:
    """The sums stay, nobody's."""
    Statement.objects.filter(account__user=user, issue=None).delete()
    return TimeAccount.objects.of(user).update(user=None, closed_at=at)


HOLDINGS = {
    "members.needs": Holding(gettext_lazy("My needs"), _held_needs, _contacts_of, _forget_needs),
    "members.claims": Holding(gettext_lazy("Offers of help"), _held_claims, erase=_forget_claims),
    "members.time": Holding(gettext_lazy("Time account"), _held_time, erase=_forget_time),
}


def let_go(member: Member, by: User | None) -> None:
    """A member leaves: what stands by him is offered back."""
    actions.offer_back(member, by=by)


def forget_member(member: Member) -> int:
    """A member is erased: the services stay as counts, the sums of time as nobody's."""
    at = clock.now()
    return _forget_claims(member.user, at) + _forget_time(member.user, at)


def register() -> None:
    """Called once at start-up."""
    leaving.register("needs", let_go)
    leaving.register_eraser("needs", forget_member)
    for name, holding in HOLDINGS.items():
        holdings.register(name, holding)
    retention.register("members.need_contact", erase_contacts)
    retention.register("members.need", erase_needs)
    retention.register("members.time_statement", erase_statements)
