"""What is said about a draft, who decides on it, and how it becomes the map in force."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import GEOSException
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.privacy import guard
from grids import notices, workflow
from grids.actions.areas import SPECIAL_AS_THE_AREA_SAYS
from grids.actions.drafts import draft, log_event
from grids.actions.imports import lock, reserve_ids, saved
from grids.actions.outlines import write_outlines
from grids.actions.places import place_again, take_the_map
from grids.actions.posts import end_post
from grids.division import lint, succession
from grids.division.reading import Ended, ends_with
from grids.models import (
    Area,
    AreaName,
    Division,
    Ending,
    Excuse,
    GridSize,
    Level,
    Piece,
    Post,
    Principle,
    Step,
)
from grids.workflow import MOVES, PRINCIPLES, Facts, State

if TYPE_CHECKING:
    from govgrid.accounts.models import User


# ── what is said about a draft ────────────────────────────────────────────────────────────────


@transaction.atomic
def plan(division: Division, *, by: User, **said: Any) -> Division:
    """Note why, from when, and how the residents voted. The vote is numbers, and no names."""
    found = draft(division, by)
    names = (
        *("reason", "effective_on", "vote_form", "voted_on"),
        *("voters", "votes_for", "votes_against"),
    )
    changed = [name for name in names if name in said]
    for name in changed:
        setattr(found, name, said[name])
    found.reason = guard.mask(found.reason)
    if found.voted_on is not None and found.voted_on > clock.today():
        raise Refused("vote_to_come", _("The vote cannot lie in the future."))
    if changed:
        found.save(update_fields=changed)
    return found


@transaction.atomic
def answer_principle(
    division: Division, slug: str, *, by: User, is_kept: bool, note: str = ""
) -> Principle:
    """Say whether one of the eight rules is kept, and why not where it is not."""
    found = draft(division, by)
    if slug not in PRINCIPLES:
        raise Refused("no_such_principle", _("There is no such rule."))
    return Principle.objects.update_or_create(
        division=found, slug=slug, defaults={"is_kept": is_kept, "note": guard.mask(tidy(note))}
    )[0]


@transaction.atomic
def excuse(division: Division, key: str, reason: str, *, by: User) -> None:
    """Write why a warning may stand; an empty reason takes it back. An error has no excuse."""
    found = draft(division, by)
    if key not in {one.key for one in lint.check(found).warnings}:
        raise Refused("no_such_warning", _("The check does not find this warning any more."))
    if not tidy(reason):
        Excuse.objects.filter(division=found, finding=key).delete()
        return
    Excuse.objects.update_or_create(
        division=found,
        finding=key,
        defaults={"reason": guard.mask(tidy(reason)), "by": by, "at": clock.now()},
    )


@transaction.atomic
def say_ending(
    division: Division, area: Area, *, by: User, heir: int | None, carries_posts: bool
) -> Ending:
    """Who follows a grid that ends, and whether its posts go on there or end with it."""
    found = draft(division, by)
    if area.pk not in found.base:
        raise Refused("no_such_grid", _("This grid does not lie in the community."))
    if heir is not None and not Piece.objects.shown(found).filter(number=heir).exists():
        raise Refused("no_such_piece", _("There is no piece %(n)s.") % {"n": heir})
    return Ending.objects.update_or_create(
        division=found, area=area, defaults={"heir": heir, "carries_posts": carries_posts}
    )[0]


@transaction.atomic
def set_size(area: Area, kind: str, least: int, most: int, *, by: User | None) -> GridSize:
    """How many households a grid of ``kind`` is to have in ``area`` and beneath, from today."""
    if by is not None and not by.has_perm("grids.approve_division", area):
        raise PermissionDenied
    if not 1 <= least <= most:
        raise Refused("size_backwards", _("The least lies above the most."))
    return GridSize.objects.update_or_create(
        area=area,
        kind=kind,
        since=clock.today(),
        defaults={"least": least, "most": most, "set_by": by},
    )[0]


# ── who decides ───────────────────────────────────────────────────────────────────────────────


def gather(division: Division, *, by: User | None, checked: lint.Checked, note: str = "") -> Facts:
    """All that the guards may ask; reads only."""
    answers = list(Principle.objects.filter(division=division))
    has_vote = division.votes_for is not None and division.votes_against is not None
    return Facts(
        state=division.state,
        today=clock.today(),
        effective_on=division.effective_on,
        note=note,
        errors=len(checked.errors),
        unexplained=len(checked.unexplained),
        answered=frozenset(one.slug for one in answers),
        unkept_without_note=frozenset(
            one.slug for one in answers if not one.is_kept and not one.note
        ),
        votes=(division.votes_for, division.votes_against) if has_vote else None,  # type: ignore[arg-type]
        is_own_work=by is not None and _has_worked_on(division, by),
    )


def _has_worked_on(division: Division, by: User) -> bool:
    return (
        division.begun_by_id == by.pk
        or Step.objects.filter(division=division, by=by).exists()
        or division.events.filter(by=by, verb="submit").exists()
    )


@transaction.atomic
def move(division: Division, name: str, *, by: User, note: str = "") -> Division:
    """Take one arrow of ``workflow.MOVES``, or raise; the check runs anew on the locked draft.

    Refused with the first lack's code when the state or a guard says no, and where another
    division of the community waits for its day.
    """
    found = (
        Division.objects.select_for_update(of=("self",))
        .select_related("community")
        .get(pk=division.pk)
    )
    arrow = MOVES[name]
    if not by.has_perm(arrow.permission, found.community):
        raise PermissionDenied
    workflow.check(name, gather(found, by=by, checked=lint.check(found), note=note))
    before, found.state = found.state, arrow.target
    try:
        with transaction.atomic():
            found.save(update_fields=["state"])
    except IntegrityError as error:
        raise Refused(
            "another_approved",
            _("Another division of this community is approved and waits for its day."),
        ) from error
    notices.moved(found, log_event(found, name, before=before, by=by, note=guard.mask(tidy(note))))
    return found


# ── taking effect ─────────────────────────────────────────────────────────────────────────────

# Less is a corner that a neighbour got: the same place, and no history.
MOVED_METRES2 = 1

MOST_NOTE = 1000
logger = logging.getLogger(__name__)

MOVED = """
    SELECT p.keeps_id FROM grids_piece p JOIN grids_areashape s ON s.area_id = p.keeps_id
    WHERE p.id = ANY(%s)
      AND ST_Area(ST_SymDifference(p.outline, s.boundary)::geography) > %s
"""


@transaction.atomic
def take_effect() -> int:
    """Make one approved division whose day has come the map in force; how many that were.

    One transaction: the areas, their outlines, what stood in them and the event, or nothing. Who comes
    second finds the row taken or done. Where the grids or the codes changed meanwhile it falls back
    to refused, with what the check says now.
    """
    waiting = Division.objects.filter(state=State.APPROVED, effective_on__lte=clock.today())
    division = (
        waiting.select_for_update(skip_locked=True, of=("self",))
        .select_related("community", "begun_by")
        .order_by("effective_on", "pk")
        .first()
    )
    if division is None:
        return 0
    take_the_map()
    lock(Area)
    if note := _drawn_or_why_not(division):
        division.state = State.REFUSED
        division.save(update_fields=["state"])
        event = log_event(division, "fall_back", before=State.APPROVED, by=None, note=note)
        notices.moved(division, event)
        return 1
    division.state, division.took_effect_at = State.IN_FORCE, clock.now()
    division.save(update_fields=["state", "took_effect_at", "carried"])
    event = log_event(division, "take_effect", before=State.APPROVED, by=None)
    notices.moved(division, event)
    notices.left_over(division, event, sum(_is_open(row) for row in division.carried))
    return 1


def _is_open(row: dict[str, Any]) -> bool:
    return succession.Fate(row["fate"]).wants_a_person


def _drawn_or_why_not(division: Division) -> str:
    """Redraw the map; empty, or what the check says against it by now.

    What no check foresaw must not stand in the way of the divisions after this one.
    """
    try:
        with transaction.atomic():
            errors = lint.check(division).errors
            if not errors:
                _redraw(division)
    except (DatabaseError, GEOSException):
        logger.exception("division %s could not be drawn", division.pk)
        return _("The map could not be redrawn. The log of the server says why.")
    return " ".join(one.words for one in errors)[:MOST_NOTE]


def _redraw(division: Division) -> None:
    pieces = list(Piece.objects.shown(division))
    ended = ends_with(division, pieces)
    assert division.effective_on is not None  # noqa: S101
    left = succession.left_by(ended, pieces, division.effective_on)
    areas = _areas_of(division, pieces)
    _end(division, ended, areas)
    moved = set(_moved(pieces))
    begun = {one.number: one for one in Piece.objects.filter(division=division, made_in=0)}
    for piece in pieces:
        _describe(areas[piece.number], piece, begun.get(piece.number), division.effective_on)
    drawn = [one for one in pieces if one.keeps_id is None or one.keeps_id in moved]
    outlined = [(areas[piece.number], piece.outline) for piece in drawn]
    write_outlines(outlined, on=division.effective_on)
    with connection.cursor() as cursor:
        cursor.execute(SPECIAL_AS_THE_AREA_SAYS)
    for one in ended:
        _hand_over(division, one, areas.get(one.heir or 0))
    division.carried = succession.hand_on(left, areas, division.effective_on)
    place_again(by=None)


def _describe(area: Area, piece: Piece, begun: Piece | None, on: date) -> None:
    """Write what the draft changed; what was changed beside it meanwhile stays."""
    for name in ("name", "kind", "household_count"):
        said = getattr(piece, name)
        if area._state.adding or begun is None or getattr(begun, name) != said:
            if name == "name" and not area._state.adding and area.name != said:
                AreaName.objects.get_or_create(area=area, valid_to=on, defaults={"name": area.name})
            setattr(area, name, said)
    area.save()


def _moved(pieces: list[Piece]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [[one.pk for one in pieces], MOVED_METRES2])
        return [area_id for (area_id,) in cursor.fetchall()]


def _areas_of(division: Division, pieces: list[Piece]) -> dict[int, Area]:
    """The area of each piece by number: the grid that it keeps, or a new one."""
    new = [piece for piece in pieces if piece.keeps is None]
    ids = reserve_ids(Area, len(new))
    found = {piece.number: piece.keeps for piece in pieces if piece.keeps is not None}
    for piece in new:
        found[piece.number] = _new_area(division, piece, ids.pop())
    return found


def _new_area(division: Division, piece: Piece, pk: int) -> Area:
    above = division.community
    assert division.effective_on is not None  # noqa: S101
    return Area(
        pk=pk,
        code=piece.code,
        code_system=above.code_system,
        name=piece.name,
        level=Level.GRID,
        kind=piece.kind,
        parent=above,
        path=f"{above.path}{pk}.",
        valid_from=division.effective_on,
    )


def _end(division: Division, ended: list[Ended], areas: dict[int, Area]) -> None:
    """Grids that no piece keeps end on the day; their rows and outlines stay to be read."""
    new = {area.pk for area in areas.values() if area._state.adding}
    for one in ended:
        one.area.valid_to = division.effective_on
        heir = areas.get(one.heir or 0)
        # What follows may be new, and is written first; without its code there is no clash.
        if heir is not None and heir.pk in new:
            heir.save(force_insert=True)
            new.discard(heir.pk)
        one.area.successor = heir
        one.area.save(update_fields=["valid_to", "successor"])
        one.area.other_codes.filter(valid_to=None).update(valid_to=division.effective_on)


def _hand_over(division: Division, one: Ended, heir: Area | None) -> None:
    """Posts of a grid that ended end that day; carried, they begin anew in what follows."""
    day = division.effective_on
    assert day is not None  # noqa: S101
    for post in Post.objects.filter(area=one.area, period__isempty=False).order_by("pk"):
        until = post.period.upper
        if until is not None and until <= day:
            continue
        first = max(post.period.lower, day)
        end_post(post, by=None, on=day)
        if one.carries_posts and heir is not None:
            _carry(post, heir, DateRange(first, until))


def _carry(post: Post, heir: Area, period: DateRange) -> None:
    in_heir = Post.objects.filter(area=heir, period__overlap=period, role=post.role)
    if in_heir.filter(user=post.user).exists():
        return  # holds that very post already
    has_main = in_heir.filter(is_main=True).exists()
    saved(
        Post(
            user=post.user,
            role=post.role,
            area=heir,
            is_main=post.is_main and not has_main,
            period=period,
        )
    )
