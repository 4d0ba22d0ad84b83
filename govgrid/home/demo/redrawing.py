"""Two divisions of the demo: a draft that is being drawn, and one that waits for the street head."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID

from govgrid.accounts.models import User
from govgrid.core import clock
from grids import actions
from grids.division import lint
from grids.models import Area, Division, Level, Piece
from grids.workflow import PRINCIPLES

DAYS_AHEAD, DAYS_AGO = 14, 6
# Beyond the border, so that the line cuts whatever shape lies between.
BEYOND = 0.001


def draw(seed: int) -> None:
    """Write them by the actions, as the logins ``community`` and ``street`` would."""
    rng = Random(f"{seed} divisions")  # noqa: S311 nothing secret
    officer = User.objects.get(username="community")
    desk = User.objects.get(username="street")
    own = Area.objects.get(posts__user=officer, level=Level.COMMUNITY)
    _halve(_begin(own, officer, rng, "新楼入住，最大的网格户数偏多"), officer)
    beside = Area.objects.in_force().filter(parent=own.parent_id).exclude(pk=own.pk)
    other = beside.order_by("code").first()
    if other is not None:
        _submit(_begin(other, desk, rng, "户数变化后重新核定网格"), desk)


def _begin(community: Area, by: User, rng: Random, reason: str) -> Division:
    client_id = UUID(int=rng.getrandbits(128), version=4)
    return actions.begin_division(community, by=by, client_id=client_id, reason=reason)


def _halve(division: Division, by: User) -> None:
    """Cut the largest basic grid from north to south."""
    basic = [one for one in Piece.objects.shown(division) if not one.is_special]
    largest = max(basic, key=lambda one: (one.household_count or 0, -one.number))
    west, south, east, north = largest.outline.extent
    x = (west + east) / 2
    actions.split(division, largest.number, [(x, south - BEYOND), (x, north + BEYOND)], by=by)


def _submit(division: Division, by: User) -> None:
    """All that is asked for; where the check finds errors it stays a draft."""
    for warning in lint.check(division).warnings:
        actions.excuse(division, warning.key, "沿用现有边界，群众习惯", by=by)
    for slug in PRINCIPLES:
        actions.answer_principle(division, slug, by=by, is_kept=True)
    today = clock.today()
    actions.plan(
        division,
        by=by,
        effective_on=today + timedelta(days=DAYS_AHEAD),
        vote_form="assembly",
        voted_on=today - timedelta(days=DAYS_AGO),
        voters=146,
        votes_for=131,
        votes_against=9,
    )
    division.refresh_from_db()
    if not lint.check(division).errors:
        actions.move(division, "submit", by=by)
