"""An address finds its grid by the registers that are there, in either script."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client

from govgrid.core import throttle
from govgrid.home import finding, views
from grids.models import WGS84
from tests.factories.grids import (
    CompoundFactory,
    FacilityClassFactory,
    FacilityFactory,
    OrganisationFactory,
    ServicePointFactory,
    build_town,
    holder,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def street(town):
    """学院街: bodies at 8, 12 and 30, each in a grid of its own."""
    for n, number in enumerate((8, 12, 30)):
        OrganisationFactory(
            name=f"王大毛百货店{number}",
            address=f"学院街{number}号2栋501室",
            grid=town.grids[n],
            point=Point(*town.middle(n), srid=WGS84),
        )
    return town


def at(town, n):
    lon, lat = town.middle(n)
    return f"/?lon={lon:.5f}&lat={lat:.5f}#here"


def names(words):
    return [one.name for one in finding.find(words).choices]


@pytest.mark.parametrize(
    "words",
    [
        "学院街12号", "学院街 12号", "學院街12號", "学院街１２号", "学院街12",
        "学院街12号3栋2单元501室", "夷陵区学院街12号", "湖北省宜昌市夷陵区街道1学院街12号",
        "社区11学院街 12 号 501",
    ],
)  # fmt: skip
def test_an_address_leads_to_its_grid(client, street, words):
    found = finding.find(words)

    assert [one.url for one in found.choices] == [at(street, 1)]
    assert not found.is_near
    page = client.get("/", {"q": words}).content.decode()
    assert "学院街12号" in page
    assert f">{street.grids[1].name}</h2>" in client.get(found.choices[0].url).content.decode()


def test_of_a_registered_body_nothing_but_the_house_is_shown(client, street):
    page = client.get("/", {"q": "学院街12号"}).content.decode()

    assert "王大毛" not in page
    assert "501" not in page
    assert names("王大毛") == []
    assert names("百货店12") == []


def test_a_number_that_nobody_has_offers_the_nearest_of_its_street(client, street):
    found = finding.find("学院街13号")

    assert [one.name for one in found.choices] == ["学院街12号", "学院街8号", "学院街30号"]
    assert found.is_near
    page = client.get("/", {"q": "学院街13号"}).content.decode()
    assert "not in the registers" in page


def test_a_street_without_a_number_lists_what_is_known_of_it(street):
    found = finding.find("学院街")
    assert sorted(one.name for one in found.choices) == ["学院街12号", "学院街30号", "学院街8号"]
    assert not found.is_near


def test_compounds_points_and_facilities_are_found_in_both_scripts(town):
    point = Point(*town.middle(2), srid=WGS84)
    CompoundFactory(name="龙泉花园", community=town.communities[1], point=point)
    CompoundFactory(name="龙泉旧院", community=town.communities[1], retired_on="2026-01-05")
    ServicePointFactory(name="龙泉驿站", address="长江路5号", grid=town.grids[2], point=point)
    lamp = FacilityClassFactory(name="路灯")
    FacilityFactory(name="龙泉路7号灯杆", facility_class=lamp, grid=town.grids[2], point=point)

    for words in ("龙泉", "龍泉"):
        assert names(words) == ["龙泉花园", "龙泉驿站", "龙泉路7号灯杆"]
    assert names("龙泉花园3栋") == ["龙泉花园"]
    assert names("長江路5號") == ["龙泉驿站"]
    assert names("lqhy") == ["龙泉花园"]


def test_a_community_leads_to_its_grids_and_a_street_to_its_communities(client, town):
    assert names("社區11") == [town.grids[0].name, town.grids[1].name]
    communities = finding.find("街道1").choices
    assert [one.name for one in communities] == ["社区11", "社区12"]
    again = client.get(communities[0].url).content.decode()
    assert f'href="/?grid={town.grids[0].code}#here"' in again


@pytest.mark.parametrize("words", ["\x00", "号", "12", "12号", "%", "'; --", "省" * 80, "(", "１"])
def test_what_is_no_address_does_no_harm(client, street, words):
    assert client.get("/", {"q": words}).status_code == 200


def test_a_search_asks_a_fixed_number_of_times(street, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        finding.find("夷陵区学院街13号")


def test_each_register_is_searched_by_its_index(street):
    with connection.cursor() as cursor:
        # Of three rows any way of reading them is as good as another.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        for model, index in (
            (finding.Compound, "compound_words"),
            (finding.Organisation, "organisation_words"),
            (finding.ServicePoint, "servicepoint_words"),
            (finding.Facility, "facility_words"),
        ):
            plan = model.objects.called("学院街12号").order_by().explain()
            assert index in plan
            assert "Seq Scan" not in plan


# ── how often ─────────────────────────────────────────────────────────────────────────────────


def test_whoever_searches_too_often_is_asked_to_wait(client, town, monkeypatch):
    asked = {"q": "社区11"}
    monkeypatch.setattr(throttle.time, "time", lambda: 1_000_000.0)
    for _n in range(views.SEARCHES_A_MINUTE):
        assert client.get("/", asked).status_code == 200

    held = client.get("/", asked, headers={"Accept": "text/html"})

    assert held.status_code == 429
    assert held["Retry-After"] == "20"
    assert "Try again in 20 seconds." in held.content.decode()
    assert client.get("/").status_code == 200  # only searches are counted
    assert client.get("/", asked, REMOTE_ADDR="192.0.2.7").status_code == 200
    signed_in = Client()
    signed_in.force_login(
        holder("grid_worker", area=town.grids[0]),
        backend="govgrid.accounts.backends.NameOrPhone",
    )
    assert signed_in.get("/", asked).status_code == 200
