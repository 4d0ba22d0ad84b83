"""A community of two grids on the first of March, who draws there, and who decides."""

import pytest

from tests.factories.divisions import counted
from tests.factories.grids import build_town, holder


@pytest.fixture
def town(db, clock_at):
    clock_at("2026-03-01 09:00")
    made = build_town()
    counted(made, 240, 260)
    return made


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


@pytest.fixture
def head(town):
    return holder("street_head", area=town.streets[0])
