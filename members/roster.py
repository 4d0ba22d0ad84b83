"""The roster as a list: who is found, and in which order, page by page. Never by association."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, F, Q
from django.db.models.functions import Collate

from govgrid.accounts.actions import digest_of
from govgrid.core import clock
from govgrid.core.text import normalise, traditional
from govgrid.privacy import stats
from grids import scoping
from grids.models import Area, Level
from members import liaisons
from members.models import Batch, Invitation, Member, MemberEvent, Specialty
from members.workflow.joining import REMINDED_BEFORE, Verb
from members.workflow.roster import ON_ROSTER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from members.models.member import MemberQuerySet

    Person = User | AnonymousUser

VIEW = "members.view_roster"
KEEP = "members.keep_roster"
STROKE, PINYIN = "stroke", "pinyin"
ORDERS = (STROKE, PINYIN)
STR, PIN = "members_stroke", "members_pinyin"  # made by a migration
_LETTERS = re.compile(r"[a-z]{2,12}")


def within_reach(user: Person) -> MemberQuerySet:
    """Who is on the roster where ``user`` serves it; whose consent is stale is masked."""
    return Member.objects.on_roster().filter(liaisons.scope(user, VIEW)).fresh()


# ── order ─────────────────────────────────────────────────────────────────────────────────────


def ordered(rows: MemberQuerySet, order: str) -> MemberQuerySet:
    """By strokes of the surname, or by sound: 曾 stands under Z. The serial tells two alike apart."""
    if order == PINYIN:
        rows = rows.alias(_sound=Collate(F("pinyin"), "C"), _sign=Collate(F("name"), PIN))
        return rows.order_by("_sound", "_sign", "pk")
    return rows.alias(_sign=Collate(F("name"), STR)).order_by("_sign", "pk")


def after(rows: MemberQuerySet, order: str, serial: str) -> MemberQuerySet:
    """What follows the member of that number in an :func:`ordered` list; no name is in an address.

    One who is not in the list is asked for nothing: where he would stand tells his name.
    """
    if not serial or "\x00" in serial or len(serial) > 16:
        return rows
    last = rows.filter(serial=serial).first()
    if last is None:
        return rows
    sign = Q(_sign__gt=last.name) | Q(_sign=last.name, pk__gt=last.pk)
    if order == PINYIN:
        return rows.filter(Q(_sound__gt=last.pinyin) | Q(Q(_sound=last.pinyin), sign))
    return rows.filter(sign)


# ── search ────────────────────────────────────────────────────────────────────────────────────


def searched(rows: MemberQuerySet, text: str) -> MemberQuerySet:
    """By name, organisation, post, offer or specialty in either script, by number, by letters."""
    plain = text.strip()
    if not plain:
        return rows
    asked = Q(serial__iexact=plain)
    for said in {plain, normalise(plain), traditional(normalise(plain))}:
        asked |= Q(name__icontains=said) | Q(organisation__icontains=said)
        asked |= Q(public_post__icontains=said) | Q(offer__icontains=said)
    named = Specialty.objects.filter(name__icontains=normalise(plain)).values("pk")
    asked |= Q(pk__in=_skilled(beneath(named.values_list("pk", flat=True))))
    letters = plain.lower().replace(" ", "")
    if _LETTERS.fullmatch(letters):
        # zgf finds zeng guo fan, and so does zengguo.
        asked |= Q(pinyin__iregex=r"^" + r"\S* ".join(letters[:6]))
        asked |= Q(pinyin__iregex=r"^" + r" ?".join(letters))
    return rows.filter(asked)


def beneath(chosen: Iterable[int]) -> list[int]:
    """These specialties and all under them: a branch counts as everything beneath it."""
    tree: dict[int | None, list[int]] = {}
    for pk, parent in Specialty.objects.values_list("pk", "parent").order_by("pk"):
        tree.setdefault(parent, []).append(pk)
    found: dict[int, None] = {}
    waiting = list(chosen)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found[one] = None
            waiting += tree.get(one, [])
    return list(found)


def _skilled(specialties: list[int]) -> QuerySet[Any, Any]:
    return Member.specialties.through.objects.filter(specialty__in=specialties).values("member")


def skilled(rows: MemberQuerySet, specialty: Specialty) -> MemberQuerySet:
    return rows.filter(pk__in=_skilled(beneath([specialty.pk])))


# ── figures, and what a form offers ───────────────────────────────────────────────────────────


class Figures(NamedTuple):
    """How many there are, as the head of the roster says it."""

    active: int
    paused: int
    to_review: int
    invited: int
    applied: int


def figures(user: Person) -> Figures:
    soon = clock.today() + REMINDED_BEFORE
    reached = Member.objects.filter(liaisons.scope(user, VIEW))
    counts = reached.aggregate(
        active=Count("pk", filter=Q(state="active")),
        paused=Count("pk", filter=Q(state="paused")),
        to_review=Count("pk", filter=Q(state__in=ON_ROSTER, review_on__lte=soon)),
        applied=Count("pk", filter=Q(state="applied")),
    )
    asked = Invitation.objects.open().filter(liaisons.scope(user, KEEP, station=""))
    return Figures(invited=asked.count(), **counts)


def areas(user: Person, permission: str) -> QuerySet[Area]:
    """Districts, streets and communities in which ``user`` may do it."""
    asked = Q(pk__in=())
    for prefix in scoping.prefixes(user, permission):
        asked |= Q(path__startswith=prefix)
    return served().filter(asked)


def served() -> QuerySet[Area]:
    """The areas that somebody may say to serve."""
    levels = [Level.DISTRICT, Level.STREET, Level.COMMUNITY]
    return Area.objects.in_force().filter(level__in=levels).order_by("code")


def open_batches() -> list[Batch]:
    now = clock.now()
    rows = Batch.objects.filter(opens_at__lte=now, closes_at__gt=now)
    return list(rows.select_related("area").prefetch_related("wanted"))


def chosen_by(batch: Batch) -> int | None:
    """How many a call brought onto the roster, as everybody may read it: what had happened by the
    first day of the quarter, whoever left since; None where it is too few."""
    until = clock.midnight(stats.quarter_begun(clock.today()))
    rows = MemberEvent.objects.filter(
        member__batch=batch,
        verb__in=[Verb.TAKEN, Verb.JOINED],
        at__gte=batch.opens_at,
        at__lt=until,
    )
    people = rows.aggregate(n=Count("member", distinct=True))["n"]
    return stats.publishable({"chosen": people}).cells["chosen"]


def serves(user: Person) -> bool:
    """Whether ``user`` reads the roster anywhere, by a post or at a station."""
    if scoping.prefixes(user, VIEW):
        return True
    return bool(liaisons.by_station(user, VIEW))


def invitation_of(token: str) -> Invitation | None:
    """The invitation that can still be answered by this link."""
    digest = digest_of(token)
    return Invitation.objects.open().filter(digest=digest).select_related("area", "batch").first()
