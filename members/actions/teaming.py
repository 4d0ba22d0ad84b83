"""Volunteer teams and what they did, in numbers; alliances and what was pledged in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members.actions import grounding
from members.actions.grounding import log, must, named, needed, words
from members.models import Alliance, AllianceUnit, Pledge, Team, TeamCount, Unit
from members.workflow.units import Quarter

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Area

MOST = 1_000_000
MOST_AREAS = 50


@transaction.atomic
def make_team(
    area: Area, *, by: User, name: str, about: str = "", answers_for: Iterable[Area] = (),
    unit: Unit | None = None, leader: User | None = None,
) -> Team:  # fmt: skip
    """Refused: ``no_name``, ``outside`` (it answers for an area elsewhere), ``too_many_areas``,
    ``unit_ended``."""
    must(by, area)
    places = _places(area, answers_for)
    _must_stand(unit)
    team = Team.objects.create(
        code=grounding.free_code(Team, area, "t"), name=named(name), about=words(about, 300),
        area=area, unit=unit, leader=leader,
    )  # fmt: skip
    team.answers_for.set(places)
    log(f"team:{team.code}", "make", area, by=by, name=team.name)
    return team


def _places(area: Area, answers_for: Iterable[Area]) -> list[Area]:
    places = list({one.pk: one for one in answers_for}.values())
    if any(not one.path.startswith(area.path) for one in places):
        raise Refused("outside", _("This lies in another area."))
    if len(places) > MOST_AREAS:
        raise Refused(
            "too_many_areas", _("A team answers for at most %(most)s areas.") % {"most": MOST_AREAS}
        )
    return places


def _must_stand(unit: Unit | None) -> None:
    if unit is not None and unit.ended_on is not None:
        raise Refused("unit_ended", _("This unit has ended."))


def _lock(team: Team, by: User) -> Team:
    found = Team.objects.select_for_update(of=("self",)).select_related("area").get(pk=team.pk)
    must(by, found)
    if found.ended_on is not None:
        raise Refused("team_ended", _("This team has ended."))
    return found


@transaction.atomic
def change_team(
    team: Team, *, by: User, name: str, about: str = "", answers_for: Iterable[Area] = (),
    unit: Unit | None = None, leader: User | None = None,
) -> Team:  # fmt: skip
    """Refused: as :func:`make_team`, and ``team_ended``."""
    team = _lock(team, by)
    places = _places(team.area, answers_for)
    _must_stand(unit)
    is_led_anew = team.leader_id != (leader.pk if leader else None)
    new = grounding.changed(team, {"name": named(name), "about": words(about, 300), "unit": unit})
    if is_led_anew:
        # The story names nobody.
        team.leader = leader
        team.save(update_fields=["leader"])
        new["leader"] = ["", ""]
    if {one.pk for one in places} != set(team.answers_for.values_list("pk", flat=True)):
        team.answers_for.set(places)
        new["answers_for"] = [one.code for one in places]
    if new:
        log(f"team:{team.code}", "change", team.area, by=by, changes=new)
    return team


@transaction.atomic
def end_team(team: Team, *, by: User, reason: str) -> Team:
    """Refused: ``reason_needed``, ``team_ended``."""
    team = _lock(team, by)
    why = grounding.reason(reason)
    team.ended_on = clock.today()
    team.save(update_fields=["ended_on"])
    log(f"team:{team.code}", "end", team.area, by=by, reason=why)
    return team


@transaction.atomic
def count_team(
    team: Team, *, by: User, quarter: Quarter, volunteers: int, activities: int, hours: int
) -> TeamCount:
    """What a team did in this quarter or the one before; counted again it is replaced.

    Refused: ``wrong_quarter``, ``wrong_count``, ``team_ended``.
    """
    team = _lock(team, by)
    present = Quarter.of(clock.today())
    if quarter not in {present, present.before} or quarter.last < team.founded_on:
        raise Refused("wrong_quarter", _("This quarter or the one before is counted."))
    numbers = {"volunteers": volunteers, "activities": activities, "hours": hours}
    if not all(0 <= one <= MOST for one in numbers.values()):
        raise Refused("wrong_count", _("These numbers are out of range."))
    count, _is_new = TeamCount.objects.update_or_create(
        team=team, year=quarter.year, quarter=quarter.number,
        defaults={**numbers, "entered_by": by},
    )  # fmt: skip
    log(f"team:{team.code}", "count", team.area, by=by, quarter=str(quarter), changes=numbers)
    return count


# ── alliances ─────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def make_alliance(
    area: Area, *, by: User, name: str, about: str = "", founded_on: date | None = None
) -> Alliance:
    """Refused: ``no_name``, ``begins_too_early``."""
    must(by, area)
    since = founded_on or clock.today()
    grounding.in_time(since)
    one = Alliance.objects.create(
        code=grounding.free_code(Alliance, area, "a"), name=named(name), about=words(about, 300),
        area=area, founded_on=since,
    )  # fmt: skip
    log(f"alliance:{one.code}", "make", area, by=by, name=one.name)
    return one


def _lock_alliance(one: Alliance, by: User) -> Alliance:
    rows = Alliance.objects.select_for_update(of=("self",)).select_related("area")
    found = rows.get(pk=one.pk)
    must(by, found)
    if found.ended_on is not None:
        raise Refused("alliance_ended", _("This alliance has ended."))
    return found


@transaction.atomic
def change_alliance(one: Alliance, *, by: User, name: str, about: str = "") -> Alliance:
    """Refused: ``no_name``, ``alliance_ended``."""
    one = _lock_alliance(one, by)
    new = grounding.changed(one, {"name": named(name), "about": words(about, 300)})
    if new:
        log(f"alliance:{one.code}", "change", one.area, by=by, changes=new)
    return one


@transaction.atomic
def end_alliance(one: Alliance, *, by: User, reason: str) -> Alliance:
    """Refused: ``reason_needed``, ``alliance_ended``."""
    one = _lock_alliance(one, by)
    why = grounding.reason(reason)
    one.ended_on = clock.today()
    one.save(update_fields=["ended_on"])
    log(f"alliance:{one.code}", "end", one.area, by=by, reason=why)
    return one


@transaction.atomic
def join_alliance(one: Alliance, unit: Unit, *, by: User) -> AllianceUnit:
    """Refused: ``unit_ended``, ``belongs_already``, ``alliance_ended``."""
    one = _lock_alliance(one, by)
    _must_stand(Unit.objects.select_for_update().get(pk=unit.pk))
    link = AllianceUnit.objects.filter(alliance=one, unit=unit).first()
    if link is not None and link.left_on is None:
        raise Refused("belongs_already", _("This unit belongs to it already."))
    if link is None:
        link = AllianceUnit.objects.create(alliance=one, unit=unit)
    else:
        link.left_on = None
        link.save(update_fields=["left_on"])
    log(f"alliance:{one.code}", "join", one.area, by=by, unit=unit.code)
    return link


def _lock_link(link: AllianceUnit, by: User) -> AllianceUnit:
    one = _lock_alliance(link.alliance, by)
    rows = AllianceUnit.objects.select_for_update(of=("self",)).select_related("unit")
    found = rows.get(pk=link.pk)
    found.alliance = one
    if found.left_on is not None:
        raise Refused("left_already", _("This unit has left it."))
    return found


@transaction.atomic
def leave_alliance(link: AllianceUnit, *, by: User, reason: str) -> AllianceUnit:
    """What it pledged stays to be read. Refused: ``reason_needed``, ``left_already``."""
    link = _lock_link(link, by)
    why = grounding.reason(reason)
    link.left_on = clock.today()
    link.save(update_fields=["left_on"])
    log(f"alliance:{link.alliance.code}", "leave", link.alliance.area, by=by,
        unit=link.unit.code, reason=why)  # fmt: skip
    return link


@transaction.atomic
def pledge(link: AllianceUnit, *, by: User, what: str, due_on: date) -> Pledge:
    """Refused: ``needs_words``, ``due_past``, ``left_already``, ``alliance_ended``."""
    link = _lock_link(link, by)
    what = needed(what, 200, "needs_words", _("Say what is offered."))
    if due_on < clock.today():
        raise Refused("due_past", _("This lies in the past: choose a day that is to come."))
    one = Pledge.objects.create(given_by=link, what=what, due_on=due_on)
    log(f"alliance:{link.alliance.code}", "pledge", link.alliance.area, by=by, pledge=one.pk)
    return one


@transaction.atomic
def fulfil(given: Pledge, *, by: User, note: str, on: date | None = None) -> Pledge:
    """It was given, in this quarter and not in days to come; the note says what shows it.

    Refused: ``note_needed``, ``fulfilled_already``, ``wrong_day``.
    """
    link = given.given_by
    one = _lock_alliance(link.alliance, by)
    given = Pledge.objects.select_for_update(of=("self",)).get(pk=given.pk)
    if given.fulfilled_on is not None:
        raise Refused("fulfilled_already", _("This pledge was kept already."))
    why = needed(note, 300, "note_needed", _("Say what shows it."))
    day = on or clock.today()
    if day > clock.today():
        raise Refused("wrong_day", _("This day is still to come."))
    grounding.in_time(day)
    given.fulfilled_on, given.note = day, why
    given.save(update_fields=["fulfilled_on", "note"])
    log(f"alliance:{one.code}", "fulfil", one.area, by=by, pledge=given.pk, on=day.isoformat())
    return given
