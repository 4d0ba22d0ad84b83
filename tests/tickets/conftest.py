import pytest

from tests.factories.grids import Town, build_town, holder


@pytest.fixture
def town(db) -> Town:
    return build_town()


@pytest.fixture
def cast(town):
    """Alice & co.: one person for each part, and strangers one street further."""
    return {
        "worker": holder("grid_worker", area=town.grids[0]),
        "community": holder("community_officer", area=town.communities[0]),
        "street": holder("street_desk", area=town.streets[0]),
        "head": holder("street_head", area=town.streets[0]),
        "clerk": holder("department_clerk", department=town.housing),
        "urban": holder("department_clerk", department=town.urban),
        "command": holder("district_command", area=town.district),
        "auditor": holder("auditor", area=town.city),
        "other_worker": holder("grid_worker", area=town.grids[4]),
        "other_street": holder("street_desk", area=town.streets[1]),
        "nobody": holder("resident", area=town.grids[0]),
    }
