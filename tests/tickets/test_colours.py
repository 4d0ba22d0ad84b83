"""A district's own colours: who sets them, how they follow one another, the page."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from grids.models import Level
from tests.factories.grids import AreaFactory, holder
from tickets import rulebook
from tickets.models import ColourTerms
from tickets.workflow import STANDARD_COLOURS

PAGE = "/tickets/limits/colours/"


def put(by, area, **given):
    terms = STANDARD_COLOURS._asdict() | {"near_percent": 60, "reason": "试点"}
    return rulebook.set_colours(by=by, area=area, **(terms | given))


def test_terms_follow_one_another_and_the_same_stay(town, cast):
    first = put(cast["command"], town.district)
    assert put(cast["command"], town.district) == first
    second = put(cast["command"], town.district, answer_limit="WH4")
    first.refresh_from_db()
    assert (first.valid_to is not None, first.ended_by) == (True, cast["command"])
    assert list(ColourTerms.objects.in_force()) == [second]


@pytest.mark.parametrize("who", ["worker", "community", "street", "head", "clerk", "auditor"])
def test_nobody_else_sets_them(town, cast, who):
    with pytest.raises(PermissionDenied):
        put(cast[who], town.district)
    assert not ColourTerms.objects.exists()


def test_a_command_ends_at_its_district_and_a_city_may_set_all(town, cast):
    other = AreaFactory(
        code="420502", name="西陵区", level=Level.DISTRICT, parent=town.city, letters="XL"
    )
    with pytest.raises(PermissionDenied):
        put(cast["command"], other)
    with pytest.raises(PermissionDenied):
        put(cast["command"], None)
    assert put(holder("district_command", area=town.city), None).area is None


def test_a_street_has_no_colours_of_its_own(town, cast):
    with pytest.raises(ValidationError):
        put(cast["command"], town.streets[0])


@pytest.mark.parametrize(
    "given",
    [{"near_percent": 0}, {"near_percent": 101}, {"over_percent": 0}, {"over_limit": "soon"},
     {"answer_limit": ""}, {"reopenings": 0}],
)  # fmt: skip
def test_the_database_takes_no_nonsense(town, cast, given):
    with pytest.raises(ValidationError):
        put(cast["command"], town.district, **given)
    assert not ColourTerms.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one_in_force(town, cast):
    def work(percent):
        put(cast["command"], town.district, near_percent=percent)
        connection.close()

    threads = [threading.Thread(target=work, args=(50 + n,)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert ColourTerms.objects.in_force().count() == 1
    assert ColourTerms.objects.count() == 4


def test_the_page_shows_and_sets(client, town, cast):
    def sign_in(who):
        client.force_login(cast[who], backend="govgrid.accounts.backends.NameOrPhone")

    sign_in("clerk")
    assert client.get(PAGE).status_code == 200
    assert b'<form class="panel__body' not in client.get(PAGE).content
    assert client.post(PAGE, {}).status_code == 403
    sign_in("nobody")
    assert client.get(PAGE).status_code == 404

    sign_in("command")
    said = STANDARD_COLOURS._asdict() | {
        "area": town.district.pk,
        "reason": "试点",
        "reopenings": 1,
    }
    bad = client.post(PAGE, said | {"over_limit": "zwei", "near_percent": "x", "reason": " "})
    assert bad.status_code == 200
    assert set(bad.context["form"].errors) == {"over_limit", "near_percent", "reason"}
    assert client.post(PAGE, said | {"over_limit": "wd 3"}).status_code == 302
    assert ColourTerms.objects.get().over_limit == "WD3"
    assert ColourTerms.objects.get().code in client.get(PAGE).content.decode()
