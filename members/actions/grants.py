"""Grants of duty: offered to a body, accepted, revoked, renewed. They end by themselves."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members import heralds_counsel
from members.actions.counsels import next_number, tidied
from members.models import Grant
from members.workflow.grants import MOST_DAYS, REMIND_DAYS, GrantState
from members.workflow.roster import MemberState

if TYPE_CHECKING:
    from datetime import date

    from govgrid.accounts.models import User
    from grids.models import Area, Organisation
    from members.models import Association, Member

ONCE = "grant_once_at_a_time"


@dataclass(frozen=True)
class Granting:
    """What is granted to whom. One of ``organisation``, ``association``, ``unit`` is the holder."""

    matter: str
    level: str
    text: str
    area: Area
    document: str
    document_on: date
    starts_on: date
    ends_on: date
    organisation: Organisation | None = None
    association: Association | None = None
    unit: str = ""
    representative: Member | None = None


@transaction.atomic
def grant_duty(granting: Granting, *, by: User, renews: Grant | None = None) -> Grant:
    """Offer a duty to a body; nothing holds before it accepts. A renewal is a new grant.

    Refused: ``one_holder``, ``body_only``, ``no_person``, ``not_active``, ``oneself``, ``text_needed``,
    ``ends_first``, ``too_long``, ``past``, ``overlaps``, ``renewed``.
    """
    if not by.has_perm("members.grant_duty", granting.area):
        raise PermissionDenied
    _must_hold(granting)
    _must_know(granting.representative, by)
    _must_last(granting)
    if renews is not None:
        renews = Grant.objects.select_for_update(of=("self",)).get(pk=renews.pk)
        if not by.has_perm("members.grant_duty", renews.area):
            raise PermissionDenied
        if Grant.objects.filter(renews=renews).exists():
            raise Refused("renewed", _("It was renewed already."))
    at = clock.now()
    year = clock.local(at).year
    values = {one.name: getattr(granting, one.name) for one in fields(granting)}
    values["text"], values["document"] = tidied(granting.text, 1000), tidied(granting.document, 60)
    if not values["text"] or not values["document"]:
        raise Refused(
            "text_needed", _("Say what exactly is granted, and by which document.")
        )  # fmt: skip
    number = f"{year}-{next_number('grant', year):03d}"
    made = Grant(number=number, granted_by=by, granted_at=at, renews=renews, **values)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if ONCE not in str(error):
            raise
        words = _("This holder has the same duty in the same area in these days.")
        raise Refused("overlaps", words) from error
    heralds_counsel.granted(made)
    return made


def _must_hold(granting: Granting) -> None:
    holders = [granting.organisation, granting.association, granting.unit.strip()]
    if sum(map(bool, holders)) != 1:
        raise Refused("one_holder", _("Name one holder."))
    if granting.association is not None and granting.association.is_body_only:
        raise Refused("body_only", _("This body holds no grant."))
    if granting.association is not None and granting.representative is not None:
        raise Refused("no_person", _("No person is linked to an association."))


def _must_know(representative: Member | None, by: User) -> None:
    """Roster numbers can be counted up: of one out of reach nothing is told, not even that he is."""
    if representative is None:
        return
    if representative.user_id == by.pk:
        raise Refused("oneself", _("Nobody appoints himself."))
    if representative.state != MemberState.ACTIVE or not by.has_perm(
        "members.view", representative
    ):
        raise Refused("not_active", _("A representative is active on the roster."))


def _must_last(granting: Granting) -> None:
    if granting.ends_on < granting.starts_on:
        raise Refused("ends_first", _("The last day comes after the first."))
    if (granting.ends_on - granting.starts_on).days + 1 > MOST_DAYS:
        raise Refused("too_long", _("A grant is for 366 days at most."))
    if granting.ends_on < clock.today():
        raise Refused("past", _("Choose days that are still to come."))


def _lock(grant: Grant) -> Grant:
    rows = Grant.objects.select_for_update(of=("self",))
    return rows.select_related(
        "area", "organisation", "association", "representative__user", "granted_by"
    ).get(pk=grant.pk)


def _must_wait(grant: Grant) -> None:
    if grant.state != GrantState.OFFERED:
        raise Refused("not_offered", _("This grant does not wait for an answer."))


@transaction.atomic
def accept_grant(grant: Grant, *, by: User, paper: str = "") -> Grant:
    """The representative accepts; of a body without one, who granted enters the paper that says so.

    Refused: ``not_offered``, ``paper_needed``.
    """
    grant = _lock(grant)
    said = ""
    if grant.representative is not None:
        if not by.has_perm("members.accept_grant", grant):
            raise PermissionDenied
    elif not by.has_perm("members.grant_duty", grant.area):
        raise PermissionDenied
    else:
        said = tidied(paper, 120)
        if not said:
            raise Refused("paper_needed", _("Name the paper by which the holder accepts."))
    _must_wait(grant)
    grant.accepted_by, grant.accepted_at, grant.accepted_paper = by, clock.now(), said
    grant.save()
    heralds_counsel.grant_answered(grant)
    return grant


@transaction.atomic
def decline_grant(grant: Grant, *, by: User) -> Grant:
    """No reason is asked for. Refused: ``not_offered``."""
    grant = _lock(grant)
    if not by.has_perm("members.accept_grant", grant):
        raise PermissionDenied
    _must_wait(grant)
    grant.declined_at = clock.now()
    grant.save()
    heralds_counsel.grant_answered(grant)
    return grant


@transaction.atomic
def revoke_grant(grant: Grant, *, by: User, reason: str) -> Grant:
    """It ends today, and the register says why. Refused: ``reason_needed``, ``over``."""
    grant = _lock(grant)
    if not by.has_perm("members.grant_duty", grant.area):
        raise PermissionDenied
    if grant.state not in {GrantState.OFFERED, GrantState.AHEAD, GrantState.IN_FORCE}:
        raise Refused("over", _("This grant is over."))
    said = tidied(reason, 300)
    if not said:
        raise Refused("reason_needed", _("Say why it is revoked."))
    grant.revoked_by, grant.revoked_at, grant.revoked_reason = by, clock.now(), said
    grant.save()
    heralds_counsel.revoked(grant)
    return grant


@transaction.atomic
def release_grants(member: Member, *, by: User | None) -> int:
    """Whoever leaves represents nobody any more; what was granted stays the body's. How many."""
    return Grant.objects.filter(representative=member).update(representative=None)


def remind_of_grants(*, by: None) -> int:
    """Thirty days before the end, once. Safe to run again."""
    from_day = clock.today()
    soon = Grant.objects.in_force(from_day).filter(reminded_at=None, renewed_by=None)
    count = 0
    for one in soon.values_list("pk", "ends_on"):
        if (one[1] - from_day).days <= REMIND_DAYS:
            count += _remind(one[0])
    return count


@transaction.atomic
def _remind(pk: int) -> int:
    free = Grant.objects.select_for_update(of=("self",), skip_locked=True)
    if not free.filter(pk=pk, reminded_at=None).exists():
        return 0
    grant = _lock(Grant(pk=pk))
    grant.reminded_at = clock.now()
    grant.save(update_fields=["reminded_at"])
    heralds_counsel.ends(grant)
    return 1
