"""A community of two square grids of 0.01 degrees, and a draft that begins from them."""

from datetime import date
from uuid import uuid4

from grids import actions
from grids.models import Division, Principle
from grids.workflow import PRINCIPLES
from tests.factories.grids import AreaFactory, holder, shape, square

MIDDLE = 111.005


def begin(town, *, by=None, community=0) -> Division:
    """A draft of a community of the town: grids 0 and 1, side by side from 111 to 111.02."""
    by = by or holder("community_officer", area=town.communities[community])
    return actions.begin_division(town.communities[community], by=by, client_id=uuid4())


def counted(town, *counts):
    """Households for the first grids of the town."""
    for grid, count in zip(town.grids, counts, strict=False):
        grid.household_count = count
        grid.save(update_fields=["household_count"])


def upright(x):
    """A line from border to border of the row of grids, at ``x``."""
    return [(x, 29.999), (x, 30.011)]


def ready(division: Division, *, by, on: date, voted_on: date) -> Division:
    """All that is asked for beside a sound map."""
    for slug in PRINCIPLES:
        Principle.objects.create(division=division, slug=slug, is_kept=True)
    return actions.plan(
        division,
        by=by,
        effective_on=on,
        vote_form="assembly",
        voted_on=voted_on,
        voters=120,
        votes_for=101,
        votes_against=7,
    )


def further_grid(community, x, y=30.0, size=0.01):
    """Another grid of a community, in force."""
    grid = AreaFactory(
        code=f"{community.code}{AreaFactory._meta.model.objects.count():03d}",
        level=5,
        parent=community,
        kind="basic",
    )
    shape(grid, square(x, y, size))
    return grid
