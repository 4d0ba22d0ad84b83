"""Reading the roster: every list, search, copy and opening is on record before it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from consultations.models import Topic
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy.actions import note_reading
from govgrid.privacy.actions import reveal as open_sealed
from govgrid.privacy.models import AccessLog
from grids import scoping
from grids.roles import ROLES
from members import liaisons
from members.models import Association, Member, Need, Sealed
from members.roles import MAY
from members.roster import VIEW
from tickets.models import Ticket

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from govgrid.privacy.proofs import SecondFactorProof

# What a list shows of each member, and what a copy of it holds.
LISTED = ("name", "organisation", "public_post", "specialties", "area", "station", "offer")
COPIED = (*LISTED, "work_phone")
_NUMBER = re.compile(r"[A-Z0-9-]{6,24}", re.ASCII)


def role_of(user: User) -> str:
    """As what somebody reads the list: the first post or station that lets him."""
    for post in scoping.held(user):
        if VIEW in ROLES[post.role].over_area:
            return post.role
    return next((str(one.role) for one in liaisons.held(user) if VIEW in MAY[one.role]), "")


def note_list(
    rows: Sequence[Member], *, by: User, asked: Sequence[str] = (), ip: str | None = None
) -> AccessLog:
    """A page of the roster was read. ``asked`` names the filters, for a name sought names somebody."""
    action = AccessLog.Action.SEARCH if asked else AccessLog.Action.LIST
    return note_reading(
        by=by, model=Member, fields=LISTED, rows=rows, action=action, role=role_of(by),
        case=" ".join(asked)[:60], ip=ip,
    )  # fmt: skip


def nameless(text: str, rows: Iterable[Member]) -> str:
    """``text`` with the roster number for each name: the log outlives the entry, and is not changed."""
    for one in rows:
        if len(one.name) > 1:
            text = text.replace(one.name, one.serial)
    return text


def _is_open(case: str) -> bool:
    """Whether it is a ticket, topic or need under way; whoever names another has the officer ask."""
    said = case.strip()
    if not _NUMBER.fullmatch(said):
        return False
    return (
        Ticket.objects.open().filter(number=said).exists()
        or Topic.objects.open().numbered(said).exists()
        or Need.objects.live().numbered(said).exists()
    )


def note_copy(
    rows: Sequence[Member], *, by: User, reason: str, asked: Sequence[str] = (),
    ip: str | None = None,
) -> AccessLog:  # fmt: skip
    """The whole list leaves the page, as a print or a file. Refused without a reason."""
    if is_blank(reason):
        raise Refused("reason_needed", _("Say what the list is needed for."))
    return note_reading(
        by=by, model=Member, fields=COPIED, rows=rows, action=AccessLog.Action.EXPORT,
        role=role_of(by), reason=nameless(reason, rows), case=" ".join(asked)[:60], ip=ip,
    )  # fmt: skip


def note_entry(member: Member, *, by: User, ip: str | None = None) -> AccessLog:
    """One entry was opened; what is sealed stays so."""
    return note_reading(by=by, model=Member, fields=COPIED, rows=[member], role=role_of(by), ip=ip)


def reveal(
    member: Member,
    *,
    by: User,
    reason: str,
    case: str,
    proof: SecondFactorProof | None,
    ip: str | None = None,
) -> str:
    """The private telephone of one member, once; call it outside a transaction.

    For who serves where the member belongs, with a case, a reason and a code of a moment ago. Of a
    case that is no ticket, topic or need under way the data officer is told.
    Refused: ``no_phone``, ``reason_needed``, ``case_needed``, ``second_factor_needed``.
    """
    if not by.has_perm("members.reveal", member):
        raise PermissionDenied
    sealed = Sealed.objects.filter(member=member, phone__isnull=False).first()
    if sealed is None:
        raise Refused("no_phone", _("This member has left no private telephone."))
    role = liaisons.role_at(by, "members.reveal", member.area, member.station_id)
    role = role or liaisons.role_at(by, "members.reveal", member.area)
    opened = open_sealed(
        sealed, ["phone"], by=by, reason=nameless(reason, [member]), case=nameless(case, [member]),
        role=role, ip=ip, needs_second_factor=True, proof=proof, is_case_open=_is_open(case),
        subject=f"members.Member:{member.pk}",
    )  # fmt: skip
    return opened["phone"]


def own_sealed(member: Member, *, by: User, ip: str | None = None) -> dict[str, Any]:
    """What is sealed of one's own, opened for oneself alone; on record like any other opening."""
    if not by.has_perm("members.own", member):
        raise PermissionDenied
    sealed = Sealed.objects.filter(member=member).first()
    if sealed is None:
        return {}
    opened = open_sealed(
        sealed, ["phone", "affiliation"], by=by, reason=_("The person's own copy"),
        case=member.serial, role="member", ip=ip, subject=f"members.Member:{member.pk}",
    )  # fmt: skip
    if code := opened.get("affiliation"):
        named = Association.objects.filter(code=code).first()
        opened["affiliation"] = named.name if named else code
    return opened


def has_sealed(member: Member, *, by: User) -> frozenset[str]:
    """Which sealed fields of one's own hold anything."""
    if not by.has_perm("members.own", member):
        raise PermissionDenied
    row = (
        Sealed.objects.filter(member=member)
        .values_list("phone_index", "affiliation_consent")
        .first()
    )
    phone, affiliation = row or (None, None)
    held = {"phone": phone, "affiliation": affiliation}
    return frozenset(name for name, value in held.items() if value)
