"""Coming onto the roster. Every way in is the person's own act, under a consent given in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.actions import digest_of, make_login
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from govgrid.privacy.actions import give_consent
from govgrid.privacy.models import Consent
from members import names, tidings_roster
from members.actions.ground import (
    go,
    is_shown,
    locked,
    must_be_assessed,
    next_serial,
    note,
    notice_shown,
)
from members.actions.inviting import close
from members.actions.sealing import seal_affiliation, seal_phone
from members.models import Batch, Invitation, Member
from members.workflow.joining import DECLINED_KEPT, REVIEWED_AFTER, Answer, Verb
from members.workflow.roster import NEEDED, OVER, MemberState, Purpose

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Area
    from members.models import Association, Specialty, Station


@dataclass(frozen=True)
class Joining:
    """What the person gives; ``agreed`` are the purposes ticked, each with the notice that was read."""

    name: str
    agreed: Mapping[str, int]
    is_grown_up: bool
    display_name: str = ""
    organisation: str = ""
    public_post: str = ""
    work_phone: str = ""
    phone: str = ""
    offer: str = ""
    station: Station | None = None
    # Sealed, and only under the consent of its own.
    association: Association | None = None
    specialties: Sequence[Specialty] = field(default_factory=tuple)


@dataclass(frozen=True)
class Login:
    """For who has none yet."""

    username: str
    password: str
    language: str = ""


class NoSuchLink(Exception):
    """Never was, is over, was used, or was taken back: nobody is told which."""


@transaction.atomic
def answer_invitation(
    token: str, given: Joining, *, by: User | None, login: Login | None = None
) -> Member:
    """The person takes the invitation up: only now does a member exist, and active at once.

    ``by`` is whoever is signed in; else ``login`` is made first. One link, one member: of two
    answers at once the second finds nothing. Answered once more by the same person it is what it
    was. Raises :class:`NoSuchLink`; refused: ``is_member``, ``not_agreed``,
    ``not_grown_up``, and ``own_link`` for who made the link: nobody decides on himself.
    """
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("area", "batch")
    found = rows.filter(digest=digest_of(token)).first()
    if found is None:
        raise NoSuchLink
    if found.answer == Answer.JOINED and by is not None and found.answered_by_id == by.pk:
        return _again(by)
    if found.answer != Answer.OPEN or found.expires_at <= clock.now():
        raise NoSuchLink
    if by is not None and found.invited_by_id == by.pk:
        words = _("You made this link yourself. Apply, and somebody else decides.")
        raise Refused("own_link", words)
    must_be_assessed()
    _check(given)
    user = by or _login(given, login)
    member = _enter(user, given, area=found.area, batch=found.batch, state=MemberState.ACTIVE)
    if by is None:
        note(member, Verb.LOGIN, by=user)
    note(member, Verb.JOINED, by=user, fields=sorted(given.agreed))
    close(found, Answer.JOINED, by=user)
    return member


def _again(user: User) -> Member:
    member = Member.objects.filter(user=user).exclude(state__in=OVER).first()
    if member is None:
        # A link of somebody who has left since.
        raise NoSuchLink
    return member


@transaction.atomic
def apply(given: Joining, *, area: Area, by: User, batch: Batch | None = None) -> Member:
    """Somebody asks to be on the roster; who keeps it decides. Refused: ``batch_closed`` as well."""
    must_be_assessed()
    if batch is not None:
        batch = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if not batch.is_open:
            raise Refused("batch_closed", _("This batch is closed."))
    _check(given)
    member = _enter(by, given, area=area, batch=batch, state=MemberState.APPLIED)
    note(member, Verb.APPLIED, by=by, fields=sorted(given.agreed))
    tidings_roster.applied(member)
    return member


@transaction.atomic
def decide(member: Member, *, taken: bool, reason: str, by: User) -> Member:
    """Whoever keeps the roster takes an application or not, and says why in either case."""
    member = locked(member)
    if not by.has_perm("members.keep_roster", member.area) or member.user_id == by.pk:
        raise PermissionDenied
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why."))
    verb = go(member, "take" if taken else "decline")
    member.decided_by, member.decided_at = by, clock.now()
    member.decided_reason = guard.mask(reason)[:300]
    if taken:
        member.review_on = clock.today() + REVIEWED_AFTER
        member.is_listed = is_shown(member)
    else:
        member.erase_on = clock.today() + DECLINED_KEPT
    member.save()
    note(member, verb, by=by)
    tidings_roster.decided(member, taken=taken)
    return member


# ── the entry ─────────────────────────────────────────────────────────────────────────────────


def _check(given: Joining) -> None:
    if not given.is_grown_up:
        raise Refused("not_grown_up", _("Only grown-ups can be on the roster."))
    if NEEDED not in given.agreed:
        words = _("Without your consent to being on the roster nothing is kept of you.")
        raise Refused("not_agreed", words)
    if given.agreed.keys() - set(Purpose):
        raise Refused("purpose_unknown", _("Nobody is asked for that here."))
    if is_blank(given.name):
        raise Refused("name_needed", _("A member has a name."))
    if (given.association is not None) != (Purpose.AFFILIATION in given.agreed):
        words = _("Name the association and agree to it, or leave out both.")
        raise Refused("association_needed", words)


def _login(given: Joining, login: Login | None) -> User:
    if login is None:
        raise Refused("login_needed", _("Choose a user name and a password."))
    return make_login(
        login.username, login.password, by=None, name=given.name, language=login.language
    )


def _enter(
    user: User, given: Joining, *, area: Area, batch: Batch | None, state: MemberState
) -> Member:
    member = Member.objects.select_for_update(of=("self",)).filter(user=user).first()
    if member is None:
        member = Member(user=user, serial=next_serial())
    elif member.state not in OVER:
        raise Refused("is_member", _("You are on the roster already, or have applied."))
    consents = {
        key: give_consent(notice_shown(key, pk), by=user, channel=Consent.Channel.SITE, user=user)
        for key, pk in given.agreed.items()
    }
    _write(member, given, area)
    member.batch, member.state, member.consent = batch, state, consents[NEEDED]
    is_active = state == MemberState.ACTIVE
    member.is_listed = is_active and Purpose.LISTED in consents
    member.review_on = clock.today() + REVIEWED_AFTER if is_active else None
    try:
        # Of two at once by one person the second finds the first by the index.
        with transaction.atomic():
            member.save()
    except IntegrityError as error:
        raise Refused("is_member", _("You are on the roster already.")) from error
    member.specialties.set(given.specialties)
    seal_phone(member, given.phone)
    if given.association is not None:
        seal_affiliation(member, given.association, consents[Purpose.AFFILIATION])
    return member


def _write(member: Member, given: Joining, area: Area) -> None:
    member.name = given.name.strip()
    member.pinyin = names.spelt(member.name)[:120]
    member.display_name = given.display_name.strip() or f"{names.surname_of(member.name)}**"
    member.organisation, member.public_post = given.organisation, given.public_post
    member.work_phone, member.offer = given.work_phone, guard.mask(given.offer)
    member.area, member.station = area, given.station
    member.applied_at = clock.now()
    # Of an entry that was over nothing is left.
    member.decided_by = member.decided_at = member.left_at = member.erase_on = None
    member.decided_reason = ""
    member.version += 1
