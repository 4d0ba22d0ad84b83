"""Founding a platform, changing what it is called and where it meets, its terms, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext as _

from consultations import seats
from consultations.models import Platform, PlatformEvent, Seat, Terms
from consultations.workflow import DAYS, Phase, PlatformKind
from consultations.workflow.states import OF_A_COMPOUND
from consultations.workflow.terms import FEWEST, MAX_LABEL, MOST
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank, tidy
from grids import scoping
from grids.models import Area, Compound, Department, Level

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# A table that meets with more than this counts nobody any more.
MOST_HEADS = 500


@dataclass(frozen=True)
class Founding:
    """What a platform is founded with; ``code`` is made where none is given."""

    name: str
    kind: str
    area: Area
    compound: Compound | None = None
    host: Department | None = None
    place: str = ""
    about: str = ""
    code: str = ""


@dataclass(frozen=True)
class NewTerms:
    """What a platform sets for itself; what is not named is as by default."""

    days: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    quorum: int = 3
    resident_share: int = 50
    endorsers: int = 10
    is_open: bool = True


def log(
    platform: Platform, verb: str, *, by: User | None, data: dict[str, Any] | None = None
) -> PlatformEvent:
    """Add to the story of a platform; the caller has a transaction."""
    role = ""
    if by is not None:
        role = seats.role_on(by, "consultations.convene", platform) or scoping.role_over(
            by, "consultations.keep", platform.place_ids
        )
    return PlatformEvent.objects.create(
        platform=platform, verb=verb, by=by, role=role, data=data or {}, at=clock.now()
    )


def lock_platform(platform: Platform, *, by: User | None, right: str) -> Platform:
    """The row as it is now, for who may; refused ``platform_ended``."""
    found = (
        Platform.objects.select_for_update(of=("self",)).select_related("area").get(pk=platform.pk)
    )
    if by is None or not by.has_perm(right, found):
        raise PermissionDenied
    if found.ended_on is not None and found.ended_on <= clock.today():
        raise Refused("platform_ended", _("This platform does not meet any more."))
    return found


@transaction.atomic
def found_platform(founding: Founding, *, by: User) -> Platform:
    """Set up a table for an area, for who keeps platforms there.

    Refused: ``no_words``, ``compound_needed``, ``outside`` (the compound lies elsewhere),
    ``wrong_level``, ``code_taken``, ``has_council``.
    """
    if not by.has_perm("consultations.found", founding.area):
        raise PermissionDenied
    _must_fit(founding)
    with connection.cursor() as cursor:
        # Codes and councils are counted: one founding after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('consultations.found'))")
    code = founding.code or _free_code(founding)
    if Platform.objects.filter(code=code).exists():
        raise Refused("code_taken", _("Another platform has this code."))
    platform = Platform(
        code=code, name=tidy(founding.name)[:60], kind=founding.kind, area=founding.area,
        compound=founding.compound, host=founding.host, place=tidy(founding.place)[:120],
        about=tidy(founding.about)[:300], founded_on=clock.today(),
    )  # fmt: skip
    _one_council(platform)
    platform.save(force_insert=True)
    log(platform, "found", by=by, data={"name": platform.name, "kind": platform.kind})
    return platform


def _must_fit(founding: Founding) -> None:
    if is_blank(founding.name):
        raise Refused("no_words", _("A platform has a name."))
    compound = founding.compound
    if founding.kind in OF_A_COMPOUND and compound is None:
        raise Refused("compound_needed", _("A compound's platform names the compound."))
    if founding.kind == PlatformKind.RESIDENTS and founding.area.level != Level.COMMUNITY:
        raise Refused("wrong_level", _("A residents' council is of a community."))
    if compound is not None and not compound.community.path.startswith(founding.area.path):
        raise Refused("outside", _("This compound lies in another area."))


def _one_council(platform: Platform) -> None:
    live = Platform.objects.filter(kind=platform.kind, ended_on=None)
    if platform.kind == PlatformKind.OWNERS and live.filter(compound=platform.compound).exists():
        raise Refused("has_council", _("This compound has its owners' council."))
    if platform.kind == PlatformKind.RESIDENTS and live.filter(area=platform.area).exists():
        raise Refused("has_council", _("This community has its residents' council."))


def _free_code(founding: Founding) -> str:
    """The code of the area and a number: 420506003001-2."""
    stem = founding.area.code.lower()[:30]
    taken = set(Platform.objects.filter(code__startswith=f"{stem}-").values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := f"{stem}-{n}") not in taken)


@transaction.atomic
def change_platform(
    platform: Platform, *, by: User, name: str, place: str = "", about: str = ""
) -> Platform:
    """Call it otherwise, meet elsewhere. Refused: ``no_words``, ``platform_ended``."""
    platform = lock_platform(platform, by=by, right="consultations.run")
    if is_blank(name):
        raise Refused("no_words", _("A platform has a name."))
    given = {"name": tidy(name)[:60], "place": tidy(place)[:120], "about": tidy(about)[:300]}
    before = {one: getattr(platform, one) for one in given}
    changed = {one: value for one, value in given.items() if before[one] != value}
    if not changed:
        return platform
    for one, value in changed.items():
        setattr(platform, one, value)
    platform.save(update_fields=[*changed])
    log(platform, "change", by=by, data={one: [before[one], given[one]] for one in changed})
    return platform


@transaction.atomic
def end_platform(platform: Platform, *, by: User, reason: str) -> Platform:
    """It meets no more from today on; what is open there must be settled first.

    Refused: ``reason_needed``, ``topics_open``, ``platform_ended``.
    """
    platform = lock_platform(platform, by=by, right="consultations.keep")
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it ends."))
    if platform.topics.open().exists():
        raise Refused("topics_open", _("Topics are still open there: settle them first."))
    platform.ended_on = clock.today()
    platform.save(update_fields=["ended_on"])
    today = clock.today()
    still = Q(period__endswith=None) | Q(period__endswith__gt=today)
    for seat in Seat.objects.filter(still, platform=platform, period__isempty=False):
        lower = seat.period.lower
        # One that has not begun is taken back whole.
        seat.period = DateRange(lower, max(lower, today))
        seat.save(update_fields=["period"])
    log(platform, "end", by=by, data={"reason": tidy(reason)[:300]})
    return platform


@transaction.atomic
def set_terms(platform: Platform, terms: NewTerms, *, by: User) -> Terms:
    """Another version of its terms; steps that run keep the days that they began with.

    Refused: ``unknown_day``, ``days_out_of_range``, ``unknown_step``, ``label_too_long``,
    ``heads_out_of_range``, ``share_out_of_range``.
    """
    platform = lock_platform(platform, by=by, right="consultations.run")
    _check_terms(terms)
    labels = {
        step: said for step, words in terms.labels.items() if (said := tidy(words)[:MAX_LABEL])
    }
    body = {
        "days": {name: days for name, days in terms.days.items() if days != DAYS[name]},
        "labels": labels,
        "quorum": terms.quorum,
        "resident_share": terms.resident_share,
        "endorsers": terms.endorsers,
        "is_open": terms.is_open,
    }
    row = Terms.objects.create(platform=platform, body=body, at=clock.now(), by=by)
    log(platform, "terms", by=by, data={"terms": row.pk})
    return row


def _check_terms(terms: NewTerms) -> None:
    if set(terms.days) - set(DAYS):
        raise Refused("unknown_day", _("There is no such number of days."))
    if any(not FEWEST <= days <= MOST for days in terms.days.values()):
        raise Refused(
            "days_out_of_range",
            _("From %(fewest)s to %(most)s days.") % {"fewest": FEWEST, "most": MOST},
        )
    if set(terms.labels) - set(Phase):
        raise Refused("unknown_step", _("There is no such step."))
    if any(len(words.strip()) > MAX_LABEL for words in terms.labels.values()):
        raise Refused(
            "label_too_long", _("A step's name has at most %(most)s signs.") % {"most": MAX_LABEL}
        )
    if not all(1 <= heads <= MOST_HEADS for heads in (terms.quorum, terms.endorsers)):
        raise Refused("heads_out_of_range", _("From 1 to %(most)s people.") % {"most": MOST_HEADS})
    if not 0 <= terms.resident_share <= 100:
        raise Refused("share_out_of_range", _("A share is 0 to 100 per cent."))
