import pytest

from tests.factories.grids import Town, build_town, cast_of


@pytest.fixture
def town(db) -> Town:
    return build_town()


@pytest.fixture
def cast(town):
    """Alice & co.: one person for each part, and strangers one street further."""
    return cast_of(
        worker=("grid_worker", town.grids[0]),
        community=("community_officer", town.communities[0]),
        street=("street_desk", town.streets[0]),
        head=("street_head", town.streets[0]),
        clerk=("department_clerk", town.housing),
        urban=("department_clerk", town.urban),
        command=("district_command", town.district),
        auditor=("auditor", town.city),
        other_worker=("grid_worker", town.grids[4]),
        other_street=("street_desk", town.streets[1]),
        nobody=("resident", town.grids[0]),
    )
