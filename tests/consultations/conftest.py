import pytest

from tests.factories.consultations import PlatformFactory, sitting
from tests.factories.grids import Town, build_town, holder


@pytest.fixture
def town(db) -> Town:
    return build_town()


@pytest.fixture
def platform(town):
    """The community's table; another stands one street further."""
    return PlatformFactory(
        code="c11",
        name="营盘社区协商议事会",
        area=town.communities[0],
        host=town.offices[town.communities[0].pk],
    )


@pytest.fixture
def other_platform(town):
    return PlatformFactory(code="c21", name="另一平台", area=town.communities[2])


@pytest.fixture
def people(town, platform, other_platform):
    """One person for each part, and strangers one street further."""
    return {
        "resident": holder("resident", area=town.grids[0]),
        "neighbour": holder("resident", area=town.grids[1]),
        "convenor": sitting(platform, "convenor"),
        "screener": sitting(platform, "screener"),
        "recorder": sitting(platform, "recorder"),
        "member": sitting(platform, "member"),
        "expert": sitting(platform, "expert"),
        "head": holder("street_head", area=town.streets[0]),
        "command": holder("district_command", area=town.district),
        "clerk": holder("department_clerk", department=town.housing),
        "auditor": holder("auditor", area=town.city),
        "area_convenor": holder("convenor", area=town.streets[0]),
        "area_screener": holder("screener", area=town.streets[0]),
        "other_convenor": sitting(other_platform, "convenor"),
        "other_screener": holder("screener", area=town.streets[1]),
        "other_head": holder("street_head", area=town.streets[1]),
        "urban": holder("department_clerk", department=town.urban),
    }
