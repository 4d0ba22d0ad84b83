"""What people are told about needs. The title is public; a name or a number is in none of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all
from members.workflow.time import in_hours

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from members.models import Claim, Need
    from members.models.need import NeedEvent

KINDS = {
    "need_fits": (
        _("A need that fits you: %(number)s"),
        _("“%(title)s”, %(area)s. It is a suggestion; you decide."),
    ),
    "need_claimed": (
        _("Somebody can help: %(number)s"),
        _("A member offers help with “%(title)s”. You choose whether to accept."),
    ),
    "claim_accepted": (
        _("Your offer was accepted: %(number)s"),
        _("Your offer for “%(title)s” was accepted. You may now see how to get in touch."),
    ),
    "claim_declined": (
        _("Not this time: %(number)s"),
        _("Somebody else helps with “%(title)s”, or it is not needed any more. Thank you."),
    ),
    "claim_back": (
        _("Looking for help again: %(number)s"),
        _("Who wanted to help with “%(title)s” cannot. It is looked for again."),
    ),
    "need_served": (
        _("Was it done? %(number)s"),
        _("A member says that “%(title)s” is done. Please confirm it."),
    ),
    "need_confirmed": (
        _("Confirmed, thank you: %(number)s"),
        _("“%(title)s” was confirmed: %(hours)s h stand in your time account."),
    ),
    "need_not_done": (
        _("Not done yet: %(number)s"),
        _("Who asked for “%(title)s” says that it was not done: %(note)s"),
    ),
    "need_over": (
        _("It has ended: %(number)s"),
        _("“%(title)s” has ended. %(note)s"),
    ),
    "need_passed": (
        _("Passed on: %(number)s"),
        _("“%(title)s” was passed on as %(other)s. Its page says what becomes of it."),
    ),
    "time_taken_back": (
        _("An entry was taken back: %(number)s"),
        _("%(hours)s h for “%(title)s” were taken back: %(note)s"),
    ),
}


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def _owe(people: Iterable[User], kind: str, need: Need, fact: str, **more: str) -> None:
    params = {"number": need.number, "title": need.title, **more}
    url = need.get_absolute_url()
    owe_all([Debt(recipients=people, kind=kind, params=params, url=url, fact=f"{kind}:{fact}")])


def owners(need: Need) -> list[User]:
    return [one for one in (need.asker, need.entered_by) if one is not None]


def fits(need: Need, people: Iterable[User]) -> None:
    _owe(people, "need_fits", need, str(need.pk), area=need.area.name)


def claimed(claim: Claim) -> None:
    _owe(owners(claim.need), "need_claimed", claim.need, str(claim.pk))


def answered(claim: Claim, kind: str) -> None:
    """``claim_accepted`` or ``claim_declined``."""
    if claim.member is not None:
        _owe([claim.member.user], kind, claim.need, str(claim.pk))


def came_back(claim: Claim) -> None:
    _owe(owners(claim.need), "claim_back", claim.need, str(claim.pk))


def served(claim: Claim, event: NeedEvent) -> None:
    _owe(owners(claim.need), "need_served", claim.need, str(event.pk))


def confirmed(claim: Claim) -> None:
    if claim.member is not None and claim.minutes is not None:
        hours = in_hours(claim.minutes)
        _owe([claim.member.user], "need_confirmed", claim.need, str(claim.pk), hours=hours)


def disputed(claim: Claim, event: NeedEvent, note: str) -> None:
    if claim.member is not None:
        people = [claim.member.user]
        _owe(people, "need_not_done", claim.need, str(event.pk), note=note)


def over(need: Need, people: Iterable[User]) -> None:
    _owe(people, "need_over", need, str(need.pk), note=need.end_note)


def passed(need: Need, other: str) -> None:
    _owe(owners(need), "need_passed", need, str(need.pk), other=other)


def taken_back(claim: Claim, hours: str, note: str) -> None:
    if claim.member is not None:
        people = [claim.member.user]
        _owe(people, "time_taken_back", claim.need, str(claim.pk), hours=hours, note=note)
