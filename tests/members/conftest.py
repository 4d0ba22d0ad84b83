import pytest

from tests.factories.grids import Town, build_town, holder
from tests.factories.members import LiaisonFactory, MemberFactory, StationFactory


@pytest.fixture
def town(db) -> Town:
    return build_town()


@pytest.fixture
def station(town):
    return StationFactory(code="s11", area=town.communities[0])


@pytest.fixture
def member(town, station):
    """Serves the first community, belongs to the station there, and is shown to the public."""
    return MemberFactory(
        area=town.communities[0], station=station, is_listed=True,
        name="张三丰", display_name="老张", user__name="张三丰",
    )  # fmt: skip


@pytest.fixture
def people(town, station, member):
    """One person for each part, and strangers one street further."""
    return {
        "author": member.user,
        "other_member": MemberFactory(area=town.communities[2]).user,
        "roster": holder("roster_admin", area=town.district),
        "other_roster": holder("roster_admin", area=town.streets[1]),
        "head": LiaisonFactory(station=station, role="head").user,
        "liaison": LiaisonFactory(station=station).user,
        "street": holder("street_head", area=town.streets[0]),
        "other_street": holder("street_head", area=town.streets[1]),
        "command": holder("district_command", area=town.district),
        "housing": holder("department_clerk", department=town.housing),
        "urban": holder("department_clerk", department=town.urban),
        "desk": holder("street_desk", area=town.streets[0]),
        "auditor": holder("auditor", area=town.city),
        "resident": holder("resident", area=town.grids[0]),
    }
