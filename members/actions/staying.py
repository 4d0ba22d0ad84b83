"""What a member does with the own entry: rest, go on, change it, agree, say it still holds, leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from govgrid.privacy.actions import give_consent, withdraw_consent
from govgrid.privacy.models import Consent
from members import leaving, names
from members.actions.ground import go, is_shown, locked, must_own, note, notice_shown
from members.actions.sealing import seal_affiliation, seal_phone
from members.models import Association, Member
from members.workflow.joining import (
    ARCHIVED_AFTER,
    ERASED_AFTER,
    OWN_FIELDS,
    REVIEWED_AFTER,
    Verb,
)
from members.workflow.roster import HELD, NEEDED, ON_ROSTER, Purpose

if TYPE_CHECKING:
    from govgrid.accounts.models import User

FREE_TEXT = frozenset({"offer", "organisation", "public_post"})


@transaction.atomic
def pause(member: Member, *, by: User) -> Member:
    """Out of search and of the public page until :func:`resume`; nothing is lost."""
    return _step(member, "pause", by)


@transaction.atomic
def resume(member: Member, *, by: User) -> Member:
    return _step(member, "resume", by)


def _step(member: Member, name: str, by: User) -> Member:
    member = locked(member)
    must_own(member, by)
    verb = go(member, name)
    member.is_listed = is_shown(member)
    member.version += 1
    member.save()
    note(member, verb, by=by)
    return member


@transaction.atomic
def leave(member: Member, *, by: User) -> Member:
    """Out at once, without anybody's leave: unlisted, every consent taken back, erased in days.

    What other parts of the roster hold of the member is let go in the same transaction. A second
    time changes nothing.
    """
    member = locked(member)
    must_own(member, by)
    if member.state not in HELD:
        return member
    return out(member, "leave", by=by)


@transaction.atomic
def archive(member: Member, *, by: None) -> Member:
    """Two years and two months on, and nobody said that it still holds."""
    member = locked(member)
    if member.review_on is None or member.review_on + ARCHIVED_AFTER >= clock.today():
        return member
    return out(member, "archive", by=by)


def out(member: Member, name: str, *, by: User | None) -> Member:
    """Off the roster by one step or another; the row is locked, and who may was asked."""
    verb = go(member, name)
    member.is_listed = member.takes_suggestions = member.welcomes_visits = False
    member.left_at, member.erase_on = clock.now(), clock.today() + ERASED_AFTER
    member.version += 1
    member.save()
    for hook in leaving.hooks():
        hook(member, by)
    for consent in _consents(member):
        withdraw_consent(consent, by=by)
    note(member, verb, by=by)
    return member


def _consents(member: Member) -> list[Consent]:
    keys = [str(one) for one in Purpose]
    return list(Consent.objects.of(user=member.user).live().filter(purpose_key__in=keys))


def _live(user: User, key: str) -> Consent | None:
    return Consent.objects.of(user=user).live().filter(purpose_key=key).first()


# ── changing it ───────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def edit(member: Member, changes: Mapping[str, Any], *, by: User) -> Member:
    """The person's own entry; that something changed is on record, not what it was or is.

    ``phone`` is the sealed one: a number, "" to remove it.
    """
    member = locked(member)
    must_own(member, by)
    _must_be_held(member)
    changed = [name for name in OWN_FIELDS if name in changes and _set(member, name, changes[name])]
    if is_blank(member.name) or is_blank(member.display_name):
        raise Refused("name_needed", _("A member has a name."))
    if "phone" in changes:
        seal_phone(member, changes["phone"])
        changed.append("phone")
    if changed:
        member.version += 1
        member.save()
        note(member, Verb.EDITED, by=by, fields=changed)
    return member


def _must_be_held(member: Member) -> None:
    if member.state not in HELD:
        raise Refused("wrong_state", _("You are not on the roster any more."))


def _set(member: Member, name: str, value: Any) -> bool:
    """Whether it is another value than before."""
    if name == "specialties":
        before, after = set(member.specialties.all()), set(value)
        member.specialties.set(after)
        return before != after
    if name in FREE_TEXT:
        value = guard.mask(value)
    before = getattr(member, name)
    if name == "name" and value != before and member.pinyin == names.spelt(before)[:120]:
        # As the table says it, until the person says otherwise.
        member.pinyin = names.spelt(value)[:120]
    if name == "pinyin" and is_blank(value):
        value = names.spelt(member.name)[:120]
    setattr(member, name, value)
    return bool(before != value)


@transaction.atomic
def review(member: Member, *, by: User) -> Member:
    """All of it still holds: asked again in two years."""
    member = locked(member)
    must_own(member, by)
    if member.state not in ON_ROSTER:
        raise Refused("wrong_state", _("You are not on the roster any more."))
    member.review_on = clock.today() + REVIEWED_AFTER
    member.save(update_fields=["review_on"])
    note(member, Verb.REVIEWED, by=by)
    return member


# ── consents ──────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def agree(member: Member, key: str, notice_pk: int, *, by: User) -> Consent:
    """One purpose more, or what is asked for now instead of what was: one tick, one row."""
    member = locked(member)
    must_own(member, by)
    _must_be_held(member)
    if key == Purpose.AFFILIATION:
        words = _("Name the association, and agree to it there.")
        raise Refused("association_needed", words)
    return _agree(member, key, notice_pk, by)


def _agree(member: Member, key: str, notice_pk: int, by: User) -> Consent:
    before = _live(by, key)
    notice = notice_shown(key, notice_pk)
    consent = give_consent(notice, by=by, channel=Consent.Channel.SITE, user=by)
    if before is not None and before.pk != consent.pk:
        # One that takes the place of an older one: see :mod:`following`.
        return consent
    if key == Purpose.LISTED:
        member.is_listed = is_shown(member)
    member.version += 1
    member.save()
    note(member, Verb.AGREED, by=by, fields=[key])
    return consent


@transaction.atomic
def withdraw(member: Member, key: str, *, by: User) -> Member:
    """One switch off, at once; nothing else changes by it. Off the roster is :func:`leave`."""
    member = locked(member)
    must_own(member, by)
    if key == NEEDED:
        return leave(member, by=by)
    if live := _live(by, key):
        # What follows from it is done by :mod:`following`, whichever page it was taken back on.
        withdraw_consent(live, by=by)
    return locked(member)


@transaction.atomic
def set_affiliation(
    member: Member, association: Association, notice_pk: int, *, by: User
) -> Member:
    """The one association somebody names: sealed, under a consent of its own, in no list.

    Refused: ``body_only``. Who belongs to some bodies is nobody's to know here.
    """
    member = locked(member)
    must_own(member, by)
    _must_be_held(member)
    consent = _agree(member, Purpose.AFFILIATION, notice_pk, by)
    seal_affiliation(member, association, consent)
    return member
