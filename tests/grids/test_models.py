"""What the database keeps true, each with the sentence a person reads."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from grids.models import Area, Department, Level, Post
from tests.factories.accounts import UserFactory
from tests.factories.grids import AreaFactory, DepartmentFactory, PostFactory, build_town

pytestmark = pytest.mark.django_db
SPRING = DateRange(date(2026, 1, 1), date(2026, 4, 1))
SUMMER = DateRange(date(2026, 4, 1), date(2026, 7, 1))


@pytest.fixture
def town():
    return build_town()


def refused(row, sentence):
    """The sentence is said beforehand, and the database refuses who does not ask."""
    with pytest.raises(ValidationError, match=sentence):
        row.validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_code_is_in_force_once(town):
    refused(Area(code="4205", name="x", level=Level.CITY), "in force for another area")


def test_a_code_may_return_when_its_area_has_ended(town):
    Area.objects.filter(pk=town.city.pk).update(valid_to=date(2026, 2, 1))

    assert AreaFactory(code="4205").pk


def test_only_a_city_stands_at_the_top(town):
    refused(Area(code="1", name="x", level=Level.DISTRICT), "Only a city stands at the top")
    refused(
        Area(code="1", name="x", level=Level.CITY, parent=town.city),
        "Only a city stands at the top",
    )


def test_an_area_ends_after_it_begins():
    day = date(2026, 3, 1)
    refused(
        Area(code="1", name="x", level=Level.CITY, valid_from=day, valid_to=day),
        "cannot end before it begins",
    )


def test_an_area_has_one_office(town):
    kind = Department.Kind.OFFICE
    refused(
        Department(code="x", name="x", short_name="x", kind=kind, area=town.streets[0]),
        "has an office already",
    )
    assert DepartmentFactory(area=town.streets[0]).pk  # a bureau beside it


@pytest.mark.parametrize(
    ("role", "with_area", "with_department"),
    [
        ("street_desk", False, False),
        ("street_desk", False, True),
        ("street_desk", True, True),
        ("department_clerk", True, False),
        ("department_clerk", True, True),
    ],
)
def test_a_post_names_an_area_or_a_department(town, role, with_area, with_department):
    post = Post(
        user=UserFactory(),
        role=role,
        area=town.streets[0] if with_area else None,
        department=town.housing if with_department else None,
        period=SPRING,
    )
    refused(post, "A department's post names a department")


def test_a_grid_has_one_main_worker_at_a_time(town):
    PostFactory(role="grid_worker", area=town.grids[0], period=SPRING)
    second = {"user": UserFactory(), "role": "grid_worker", "area": town.grids[0]}

    refused(Post(**second, period=SPRING), "has a main worker in that period")

    assert Post.objects.create(**second, period=SUMMER).pk  # the next one
    helper = {**second, "user": UserFactory(), "is_main": False}
    assert Post.objects.create(**helper, period=SPRING).pk  # beside the main one


def test_a_person_holds_a_post_once_at_a_time(town):
    post = PostFactory(area=town.streets[0], period=SPRING)
    again = {"user": post.user, "role": post.role, "area": post.area}

    refused(Post(**again, period=SPRING), "holds that post already")

    assert Post.objects.create(**again, period=SUMMER).pk


def test_a_department_s_post_is_held_once_at_a_time(town):
    post = PostFactory(role="department_clerk", area=None, department=town.housing, period=SPRING)
    again = {"user": post.user, "role": post.role, "department": town.housing}

    refused(Post(**again, period=SPRING), "holds that post already")

    assert Post.objects.create(**again, period=SUMMER).pk
    assert Post.objects.create(**{**again, "department": town.urban}, period=SPRING).pk


def test_in_force_is_from_the_first_day_to_the_day_before_the_end():
    area = AreaFactory(valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1))

    days = {day: Area.objects.in_force(date.fromisoformat(day)).exists() for day in (
        "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01",
    )}  # fmt: skip

    assert list(days.values()) == [False, True, True, False]
    assert str(area) == area.name


def test_beneath_takes_no_neighbour_whose_id_begins_alike(town):
    Area.objects.filter(pk=town.streets[1].pk).update(path=f"{town.streets[0].path[:-1]}7.")

    beneath = Area.objects.beneath(town.streets[0])

    assert town.streets[1] not in beneath
    assert set(beneath) == {town.streets[0], *town.communities[:2], *town.grids[:4]}


@pytest.mark.parametrize(
    ("count", "words"), [(None, ""), (0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (312, "312")]
)
def test_few_households_are_not_counted_aloud(count, words):
    assert Area(household_count=count).household_words == words


def test_a_department_has_no_mobile_phone(town):
    office = town.housing
    office.office_phone = "+86 138 1234 5678"
    with pytest.raises(ValidationError, match="mobile number"):
        office.full_clean()
    office.office_phone = "0717-555-0101"
    office.full_clean()
