"""Bodies of the network and their posts: founded, held for a term, handed over, ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members import tidings_network as tidings
from members.actions import grounding
from members.actions.grounding import log, must, named, needed, office_number, words
from members.models import Association, NetworkPost, PostTerm, Station, TermEnd, Unit
from members.workflow.network import BODY_ONLY
from members.workflow.projects import OPEN
from members.workflow.units import LONGEST_TERM, SHORTEST_TERM, USUAL_TERM, UnitKind, months_later

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Area, Department


@transaction.atomic
def make_unit(
    area: Area, *, by: User, name: str, kind: str, office: str, office_phone: str = "",
    department: Department | None = None, founded_on: date | None = None,
) -> Unit:  # fmt: skip
    """A body comes into the network.

    Refused: ``no_name``, ``no_office``, ``no_office_phone``, ``body_only`` (it is an association
    of a sector in which no person is linked to a body), ``has_group``, ``begins_too_early``.
    """
    must(by, area)
    name = named(name)
    must_be_no_body(name)
    since = founded_on or clock.today()
    grounding.in_time(since)
    if kind == UnitKind.GROUP and Unit.objects.filter(area=area, kind=kind, ended_on=None).exists():
        raise Refused("has_group", _("This area has its leading group."))
    unit = Unit.objects.create(
        code=grounding.free_code(Unit, area, "u"), name=name, kind=kind, area=area,
        department=department, founded_on=since, office=_office(office),
        office_phone=office_number(office_phone),
    )  # fmt: skip
    log(f"unit:{unit.code}", "make", area, by=by, name=name, kind=kind)
    return unit


def must_be_no_body(name: str) -> None:
    """Posts are held by persons: what is an association of those sectors has none."""
    if Association.objects.filter(sector__in=BODY_ONLY, name__iexact=name).exists():
        raise Refused(
            "body_only",
            _("No person is linked to such a body: it is kept as an association, with its office."),
        )


def _office(office: str) -> str:
    return needed(office, 120, "no_office", _("A body has a name and an office that can be asked."))


def _lock_unit(unit: Unit, by: User) -> Unit:
    found = Unit.objects.select_for_update(of=("self",)).select_related("area").get(pk=unit.pk)
    must(by, found)
    if found.ended_on is not None:
        raise Refused("unit_ended", _("This unit has ended."))
    return found


@transaction.atomic
def change_unit(
    unit: Unit, *, by: User, name: str, office: str, office_phone: str = "",
    department: Department | None = None,
) -> Unit:  # fmt: skip
    """Another name or office. Refused: as :func:`make_unit`, and ``unit_ended``."""
    unit = _lock_unit(unit, by)
    name = named(name)
    must_be_no_body(name)
    new = grounding.changed(
        unit,
        {"name": name, "office": _office(office), "office_phone": office_number(office_phone),
         "department": department},
    )  # fmt: skip
    if new:
        log(f"unit:{unit.code}", "change", unit.area, by=by, changes=new)
    return unit


@transaction.atomic
def end_unit(unit: Unit, *, by: User, reason: str) -> Unit:
    """It is no part of the network from today on.

    Refused: ``reason_needed``, ``has_posts``, ``has_projects``, ``unit_ended``.
    """
    unit = _lock_unit(unit, by)
    why = grounding.reason(reason)
    if unit.posts.filter(ended_on=None).exists():
        raise Refused("has_posts", _("It still has posts: close them first."))
    if unit.projects.filter(state__in=OPEN).exists():
        raise Refused("has_projects", _("It still leads projects: settle them first."))
    unit.ended_on = clock.today()
    unit.save(update_fields=["ended_on"])
    log(f"unit:{unit.code}", "end", unit.area, by=by, reason=why)
    return unit


# ── posts ─────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def make_post(
    area: Area, *, by: User, kind: str, unit: Unit | None = None, station: Station | None = None,
    term_months: int = USUAL_TERM, founded_on: date | None = None,
) -> NetworkPost:  # fmt: skip
    """A post, empty at first. Refused: ``wrong_term``, ``of_two``, ``unit_ended``,
    ``station_closed``, ``begins_too_early``."""
    must(by, area)
    if not SHORTEST_TERM <= term_months <= LONGEST_TERM:
        raise Refused("wrong_term", _("A term has from 6 to 60 months."))
    if unit is not None and station is not None:
        raise Refused("of_two", _("A post is of a unit or of a station, not of both."))
    _must_stand(unit, station)
    since = founded_on or clock.today()
    grounding.in_time(since)
    post = NetworkPost.objects.create(
        kind=kind, area=area, unit=unit, station=station, term_months=term_months, founded_on=since
    )
    log(f"post:{post.pk}", "make", area, by=by, kind=kind)
    return post


def _must_stand(unit: Unit | None, station: Station | None) -> None:
    if unit is not None:
        unit = Unit.objects.select_for_update().get(pk=unit.pk)
        if unit.ended_on is not None:
            raise Refused("unit_ended", _("This unit has ended."))
        must_be_no_body(unit.name)
    if station is not None and station.closed_on is not None:
        raise Refused("station_closed", _("This station is closed."))


def _lock_post(post: NetworkPost, by: User) -> NetworkPost:
    rows = NetworkPost.objects.select_for_update(of=("self",)).for_lists()
    found = rows.get(pk=post.pk)
    must(by, found)
    if found.ended_on is not None:
        raise Refused("post_ended", _("This post does not exist any more."))
    return found


def _live(post: NetworkPost) -> list[PostTerm]:
    """The terms that run or are still to come, the earliest first."""
    rows = PostTerm.objects.select_for_update(of=("self",)).select_related("holder")
    return list(
        rows.filter(post=post, period__isempty=False, period__endswith__gt=clock.today()).order_by(
            "period"
        )
    )


@transaction.atomic
def fill_post(
    post: NetworkPost, person: User, *, by: User, starts_on: date, ends_on: date | None = None,
    note: str = "",
) -> PostTerm:  # fmt: skip
    """Give an empty post for a term; ``ends_on`` still counts, None: the usual term.

    Refused: ``oneself``, ``not_active``, ``begins_too_early``, ``begins_too_late``,
    ``ends_before_start``, ``term_too_long``, ``post_held``, ``post_ended``.
    """
    post = _lock_post(post, by)
    if _live(post):
        raise Refused("post_held", _("Somebody holds this post: hand it over instead."))
    term = _begin(post, person, by, starts_on, ends_on, words(note, 500))
    log(f"post:{post.pk}", "fill", post.area, by=by, term=term.pk, since=starts_on.isoformat())
    tidings.post_given(term)
    return term


@transaction.atomic
def hand_over_post(
    post: NetworkPost, person: User, *, by: User, on: date, note: str, ends_on: date | None = None
) -> PostTerm:
    """On a day the old term ends and the new one begins, with what the one leaves to the other.

    Refused: as :func:`fill_post`, and ``post_vacant``, ``same_person``, ``note_needed``,
    ``on_past``.
    """
    post = _lock_post(post, by)
    note = needed(note, 500, "note_needed", _("Write what is handed over."))
    running = _live(post)
    if not running:
        raise Refused("post_vacant", _("Nobody holds this post: fill it instead."))
    if running[-1].holder_id == person.pk and len(running) == 1 and on < running[0].period.upper:
        raise Refused("same_person", _("This person holds it already."))
    _must_be_from_today(on)
    for one in running:
        _cut(one, on)
    term = _begin(post, person, by, on, ends_on, note)
    log(
        f"post:{post.pk}", "hand_over", post.area, by=by, term=term.pk, on=on.isoformat(),
        before=[one.pk for one in running],
    )  # fmt: skip
    for one in running:
        if one.holder_id != person.pk:
            tidings.post_ended(one, on)
    tidings.post_given(term)
    return term


@transaction.atomic
def vacate_post(post: NetworkPost, *, by: User, reason: str, on: date | None = None) -> NetworkPost:
    """Nobody holds it from a day on, today by default. Refused: ``reason_needed``,
    ``post_vacant``, ``on_past``, ``post_ended``."""
    post = _lock_post(post, by)
    why = grounding.reason(reason)
    running = _live(post)
    if not running:
        raise Refused("post_vacant", _("Nobody holds this post."))
    day = on or clock.today()
    _must_be_from_today(day)
    _end(post, running, day, by, "vacate", why)
    return post


@transaction.atomic
def close_post(post: NetworkPost, *, by: User, reason: str) -> NetworkPost:
    """There is no such post from today on, and who holds it is told.

    Refused: ``reason_needed``, ``post_ended``.
    """
    post = _lock_post(post, by)
    why = grounding.reason(reason)
    _end(post, _live(post), clock.today(), by, "close", why)
    post.ended_on = clock.today()
    post.save(update_fields=["ended_on"])
    return post


def _end(
    post: NetworkPost, running: list[PostTerm], day: date, by: User, verb: str, why: str
) -> None:
    for one in running:
        _cut(one, day)
        tidings.post_ended(one, day)
    log(f"post:{post.pk}", verb, post.area, by=by, reason=why, on=day.isoformat())


def _must_be_from_today(day: date) -> None:
    if day < clock.today():
        raise Refused("on_past", _("It ends today or later."))


def _cut(term: PostTerm, day: date) -> None:
    """It ends before ``day``; one that has not begun by then is taken back whole."""
    lower, upper = term.period.lower, term.period.upper
    term.period = DateRange(lower, max(lower, min(upper, day)))
    term.save(update_fields=["period"])
    TermEnd.objects.create(term=term, last=min(upper, day) - timedelta(days=1))


def _begin(
    post: NetworkPost, person: User, by: User, starts_on: date, ends_on: date | None, note: str
) -> PostTerm:
    if person.pk == by.pk:
        raise Refused("oneself", _("Nobody appoints himself."))
    if not person.is_active:
        raise Refused("not_active", _("This account is closed."))
    grounding.in_time(starts_on)
    last = ends_on or months_later(starts_on, post.term_months) - timedelta(days=1)
    if last < starts_on:
        raise Refused("ends_before_start", _("It ends after it begins."))
    if last >= months_later(starts_on, LONGEST_TERM):
        raise Refused("term_too_long", _("A term has from 6 to 60 months."))
    try:
        with transaction.atomic():
            term = PostTerm.objects.create(
                post=post, holder=person, made_by=by, note=note,
                period=DateRange(starts_on, last + timedelta(days=1)),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("post_held", _("Somebody holds this post in that period.")) from error
    TermEnd.objects.create(term=term, last=last)
    return term
