"""A made-up town one can check in the head: every grid is a square of 0.01 degrees (about 1 km)."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import factory
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db.backends.postgresql.psycopg_any import DateRange
from factory.django import DjangoModelFactory

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.copying import reserve
from grids import uscc
from grids.models import (
    WGS84,
    Area,
    AreaShape,
    CheckIn,
    Compound,
    Department,
    Facility,
    FacilityClass,
    Level,
    Organisation,
    Patrol,
    Post,
    ServicePoint,
)
from tests.factories.accounts import UserFactory

SINCE = date(2026, 1, 1)


def square(x: float, y: float, size: float = 0.01) -> MultiPolygon:
    """A square whose lower left corner is (x, y), in degrees."""
    box = Polygon.from_bbox((x, y, round(x + size, 6), round(y + size, 6)))
    box.srid = WGS84
    return MultiPolygon(box, srid=WGS84)


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Area
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"4205{n:08d}")
    name = factory.Sequence(lambda n: f"Area {n}")
    level = Level.CITY
    parent = None
    valid_from = SINCE

    @factory.post_generation
    def path(self, create, extracted, **kwargs):
        above = self.parent.path if self.parent else ""
        self.path = f"{above}{self.pk}."
        self.save(update_fields=["path"])


def shape(area: Area, boundary: MultiPolygon) -> AreaShape:
    return AreaShape.objects.create(
        area=area,
        level=area.level,
        is_special=area.kind == Area.Kind.SPECIAL,
        boundary=boundary,
    )


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department

    code = factory.Sequence(lambda n: f"department-{n}")
    name = factory.Sequence(lambda n: f"Department {n}")
    short_name = factory.SelfAttribute("name")
    kind = Department.Kind.BUREAU
    area = factory.SubFactory(AreaFactory)


class PostFactory(DjangoModelFactory):
    class Meta:
        model = Post

    user = factory.SubFactory(UserFactory)
    role = "street_desk"
    period = DateRange(SINCE, None)


class PatrolFactory(DjangoModelFactory):
    """Open, and begun this moment."""

    class Meta:
        model = Patrol

    user = factory.SubFactory(UserFactory)
    area = factory.SubFactory(AreaFactory)
    client_id = factory.LazyFunction(uuid4)
    started_at = factory.LazyFunction(clock.now)


class CheckInFactory(DjangoModelFactory):
    class Meta:
        model = CheckIn

    patrol = factory.SubFactory(PatrolFactory)
    client_id = factory.LazyFunction(uuid4)
    at = factory.LazyFunction(clock.now)
    point = factory.LazyFunction(lambda: Point(111.005, 30.005, srid=WGS84))


class CompoundFactory(DjangoModelFactory):
    class Meta:
        model = Compound

    code = factory.Sequence(lambda n: f"compound-{n:03d}")
    name = factory.Sequence(lambda n: f"Compound {n}")
    kind = Compound.Kind.OLD
    point = factory.LazyFunction(lambda: Point(111.005, 30.005, srid=WGS84))


class FacilityClassFactory(DjangoModelFactory):
    class Meta:
        model = FacilityClass

    major = "01"
    minor = factory.Sequence(lambda n: f"{n % 900 + 100}")
    major_name = "公用设施"
    name = factory.Sequence(lambda n: f"Class {n}")


class FacilityFactory(DjangoModelFactory):
    class Meta:
        model = Facility

    district_code = "420506"
    facility_class = factory.SubFactory(FacilityClassFactory)
    serial = factory.Sequence(lambda n: f"{n:06d}")
    code = factory.LazyAttribute(
        lambda one: f"{one.district_code}{one.facility_class.code}{one.serial}"
    )
    point = factory.LazyFunction(lambda: Point(111.005, 30.005, srid=WGS84))


class ServicePointFactory(DjangoModelFactory):
    class Meta:
        model = ServicePoint

    code = factory.Sequence(lambda n: f"point-{n:03d}")
    name = factory.Sequence(lambda n: f"Service point {n}")
    kind = ServicePoint.Kind.STATION
    point = factory.LazyFunction(lambda: Point(111.005, 30.005, srid=WGS84))


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    code = factory.Sequence(lambda n: with_check(f"91420506MA{n:07d}"))
    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = Organisation.Kind.COMPANY


def with_check(first: str) -> str:
    """Seventeen characters and the one that fits."""
    return first + uscc.check_character(first)


@dataclass
class Town:
    """City → district → two streets → two communities each → two grids each, from (111, 30) east.

    Grids lie in one row, one after another: grid n covers 111 + n * 0.01 to 111 + (n + 1) * 0.01
    and 30 to 30.01. Streets: grids 0-3 and 4-7. Communities: 0-1, 2-3, 4-5, 6-7.
    """

    city: Area
    district: Area
    streets: list[Area]
    communities: list[Area]
    grids: list[Area]
    housing: Department
    urban: Department
    offices: dict[int, Department]

    def middle(self, n: int) -> tuple[float, float]:
        """A point in the middle of grid ``n``."""
        return 111 + n * 0.01 + 0.005, 30.005


def build_town() -> Town:
    """Made anew for most tests there are, so in one statement for each table."""
    numbers = iter(reserve(Area, 16))
    areas: list[Area] = []

    def area(code: str, name: str, level: Level, parent: Area | None = None, **more) -> Area:
        pk = next(numbers)
        path = f"{parent.path if parent else ''}{pk}."
        areas.append(
            Area(
                pk=pk, code=code, name=name, level=level, parent=parent, path=path,
                valid_from=SINCE, **more,
            )
        )  # fmt: skip
        return areas[-1]

    city = area("4205", "宜昌市", Level.CITY)
    district = area("420506", "夷陵区", Level.DISTRICT, city, letters="YL")
    streets, communities, grids = [], [], []
    for s in (1, 2):
        street = area(f"42050600{s}", f"街道{s}", Level.STREET, district)
        streets.append(street)
        for c in (1, 2):
            community = area(
                f"{street.code}00{c}", f"社区{s}{c}", Level.COMMUNITY, street, kind=Area.Kind.URBAN
            )
            communities.append(community)
            grids += [
                area(
                    f"{community.code}00{g}",
                    f"{community.name}-{g:02d}",
                    Level.GRID,
                    community,
                    kind=Area.Kind.BASIC,
                )
                for g in (1, 2)
            ]
    Area.objects.bulk_create(areas)
    borders = [(one, square(111 + n * 0.01, 30)) for n, one in enumerate(grids)]
    whole = MultiPolygon(Polygon.from_bbox((111, 30, 111.08, 30.01)), srid=WGS84)
    AreaShape.objects.bulk_create(
        AreaShape(area=one, level=one.level, boundary=border)
        for one, border in [*borders, (district, whole)]
    )
    offices = {
        one.pk: DepartmentFactory.build(
            name=f"{one.name}办公室", kind=Department.Kind.OFFICE, area=one
        )
        for one in [*streets, *communities]
    }
    housing = DepartmentFactory.build(name="住建局", area=district)
    urban = DepartmentFactory.build(name="城管局", area=district)
    Department.objects.bulk_create([*offices.values(), housing, urban])
    return Town(city, district, streets, communities, grids, housing, urban, offices)


def holder(role: str, *, area: Area | None = None, department: Department | None = None, **user):
    """A person with one post."""
    person = UserFactory(**user)
    PostFactory(user=person, role=role, area=area, department=department)
    return person


def cast_of(**posts: tuple[str, Area | Department]) -> dict[str, User]:
    """Persons with one post each, by their parts in the play: ``worker=("grid_worker", grid)``."""
    cast = {name: UserFactory.build() for name in posts}
    User.objects.bulk_create(cast.values())
    Post.objects.bulk_create(
        PostFactory.build(
            user=cast[name],
            role=role,
            area=where if isinstance(where, Area) else None,
            department=where if isinstance(where, Department) else None,
        )
        for name, (role, where) in posts.items()
    )
    return cast
