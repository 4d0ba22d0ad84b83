"""The network's pages: what the public reads, what keepers do, what nobody sees."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from govgrid.core import clock
from grids.models import Area
from members.models import (
    Alliance,
    Association,
    Liaison,
    Milestone,
    NetworkPost,
    Pairing,
    Programme,
    Project,
    Station,
    Team,
    Unit,
    VisitCount,
)
from members.workflow.units import Quarter
from tests.factories import network as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import OrganisationFactory, build_town, holder
from tests.factories.members import AssociationFactory, StationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def keeper(town):
    return holder("roster_admin", area=town.district)


@pytest.fixture
def as_keeper(client, keeper):
    client.force_login(keeper)
    return client


@pytest.fixture
def world(town):
    """One of each thing, with a person wherever one can be."""
    person = UserFactory(name="欧阳测试")
    unit = made.UnitFactory(area=town.district, name="区工商联")
    post = made.NetworkPostFactory(area=town.streets[0], unit=unit)
    made.held(post, person, days=30)
    empty = made.NetworkPostFactory(area=town.streets[1])
    station = StationFactory(
        code="s1", area=town.communities[0], location=Point(111.005, 30.005, srid=4326)
    )
    service = made.serving(station, person, days=30)
    programme = made.ProgrammeFactory(area=town.district)
    project = made.ProjectFactory(programme=programme, lead=unit)
    milestone = made.MilestoneFactory(project=project)
    association = AssociationFactory(area=town.district)
    team = made.TeamFactory(area=town.streets[0], leader=person, unit=unit)
    team.answers_for.add(town.communities[0])
    alliance = made.AllianceFactory(area=town.district)
    link = made.AllianceUnitFactory(alliance=alliance, unit=unit)
    village = town.communities[3]
    Area.objects.filter(pk=village.pk).update(kind=Area.Kind.VILLAGE)
    pairing = made.PairingFactory(village=village, organisation=OrganisationFactory())
    return {
        "person": person, "unit": unit, "post": post, "empty": empty, "station": station,
        "service": service, "programme": programme, "project": project, "milestone": milestone,
        "association": association, "team": team, "alliance": alliance, "link": link,
        "pairing": pairing,
    }  # fmt: skip


def to(name, *args, **query):
    address = reverse(f"members:{name}", args=args)
    return f"{address}?{'&'.join(f'{k}={v}' for k, v in query.items())}" if query else address


PUBLIC = [
    ("units",), ("unit", "unit.code"), ("associations",), ("stations",), ("station", "station.code"),
    ("programmes",), ("programme", "programme.code"), ("project", "project.pk"), ("organisations",),
    ("pairings",), ("teams",), ("team", "team.code"), ("alliances",), ("alliance", "alliance.code"),
]  # fmt: skip
SIGNED_IN = [("units-export",), ("stations-export",), ("teams-export",), ("pairings-export",)]
KEPT = [
    ("network",), ("network-report",), ("post-new",), ("post", "post.pk"), ("post-fill", "empty.pk"),
    ("post-hand-over", "post.pk"), ("post-vacate", "post.pk"), ("post-close", "post.pk"),
    ("unit-new",), ("unit-edit", "unit.code"), ("unit-end", "unit.code"),
    ("unit-post-new", "unit.code"), ("association-new",), ("association-edit", "association.code"),
    ("association-end", "association.code"), ("station-new",), ("station-edit", "station.code"),
    ("station-check", "station.code"), ("station-visits", "station.code"),
    ("station-close", "station.code"), ("station-post-new", "station.code"),
    ("liaison-new", "station.code"), ("liaison-hand-over", "station.code", "service.pk"),
    ("liaison-renew", "station.code", "service.pk"), ("liaison-end", "station.code", "service.pk"),
    ("programme-new",), ("programme-edit", "programme.code"), ("project-new", "programme.code"),
    ("project-edit", "project.pk"), ("milestone-new", "project.pk"),
    ("milestone-reach", "milestone.pk"), ("milestone-shift", "milestone.pk"),
    ("organisation-new",), ("pairing-new",), ("pairing-end", "pairing.pk"), ("team-new",),
    ("team-edit", "team.code"), ("team-count", "team.code"), ("team-end", "team.code"),
    ("alliance-new",), ("alliance-edit", "alliance.code"), ("alliance-end", "alliance.code"),
    ("alliance-join", "alliance.code"), ("alliance-leave", "alliance.code", "link.pk"),
    ("pledge-new", "alliance.code", "link.pk"),
]  # fmt: skip


def address(world, name, *paths):
    args = []
    for path in paths:
        thing, _dot, attribute = path.partition(".")
        args.append(getattr(world[thing], attribute))
    return to(name, *args)


def test_the_public_reads_no_name_and_search_engines_nothing(client, world):
    for one in PUBLIC:
        page = client.get(address(world, *one))
        assert page.status_code == 200, one
        assert page["X-Robots-Tag"] == "noindex", one
        assert "欧阳测试" not in page.content.decode(), one


def test_who_is_signed_in_without_a_post_reads_no_name_either(client, world):
    client.force_login(UserFactory())
    for one in [*PUBLIC, *SIGNED_IN]:
        page = client.get(address(world, *one))
        assert page.status_code == 200, one
        assert "欧阳测试".encode() not in page.getvalue(), one
    for one in KEPT:
        page = client.get(address(world, *one))
        assert page.status_code == 403, one
        assert client.post(address(world, *one)).status_code in {403, 405}, one


def test_keepers_elsewhere_may_not(client, world, town):
    client.force_login(holder("roster_admin", area=town.communities[2]))
    for one in KEPT:
        if len(one) > 1:
            assert client.get(address(world, *one)).status_code == 403, one
    assert "欧阳测试" not in client.get(to("network")).content.decode()
    assert "欧阳测试" not in client.get(address(world, "station", "station.code")).content.decode()


def test_who_is_nobody_is_asked_to_sign_in(client, world):
    for one in [*KEPT, *SIGNED_IN]:
        page = client.get(address(world, *one))
        assert page.status_code == 302, one
        assert "/login/" in page["Location"], one


def test_keepers_see_every_page(as_keeper, world):
    for one in [*PUBLIC, *SIGNED_IN, *KEPT]:
        page = as_keeper.get(address(world, *one))
        assert page.status_code == 200, one
        if page.streaming:
            page.getvalue()
    assert "欧阳测试" in as_keeper.get(address(world, "post", "post.pk")).content.decode()
    assert "欧阳测试" in as_keeper.get(address(world, "station", "station.code")).content.decode()


def test_an_empty_form_that_is_sent_is_400_and_never_a_fault(as_keeper, world):
    given = {"team-count", "station-check"}
    for one in KEPT:
        if one[0] in {"network", "network-report", "post"} | given:
            continue
        page = as_keeper.post(address(world, *one))
        assert page.status_code == 400, one
        assert (
            "things to put right" in page.content.decode() or "put right" in page.content.decode()
        )


def test_what_is_nowhere_is_404(as_keeper):
    for name in ("unit", "station", "programme", "team", "alliance"):
        for code in ("nowhere", "%00"):
            assert as_keeper.get(f"/members/{name}s/{code}/").status_code == 404
    for where in ("posts/999999", "projects/999999", "network/report/docx", "network/report/x"):
        assert as_keeper.get(f"/members/{where}/").status_code == 404
    for wrong in ("quarter=2026-Q5", "quarter=2999-Q1", "area=nowhere"):
        assert as_keeper.get(f"/members/network/report/?{wrong}").status_code == 400


def done(client, where, **body):
    page = client.post(where, body)
    assert page.status_code == 302, page.context["form"].errors if page.context else page
    return page["Location"]


def test_the_network_is_set_up_by_its_pages(as_keeper, town):
    today = clock.today().isoformat()
    liaison, next_one = UserFactory(username="li"), UserFactory(username="he")
    where = done(as_keeper, to("unit-new"), name="区侨联", kind="unit", area=town.district.code,
                 office="东湖大道1号")  # fmt: skip
    unit = Unit.objects.get()
    assert where == unit.get_absolute_url()
    done(as_keeper, to("unit-edit", unit.code), name="区侨联", office="东湖大道2号")
    done(as_keeper, to("unit-post-new", unit.code), kind="contact", term_months=24)
    post = NetworkPost.objects.get()
    assert (post.unit, post.area, post.term_months) == (unit, town.district, 24)
    done(as_keeper, to("post-fill", post.pk), person="li", starts_on=today)
    again = as_keeper.post(to("post-fill", post.pk), {"person": "he", "starts_on": today})
    assert again.status_code == 409
    done(as_keeper, to("post-hand-over", post.pk), person="he", on=today, note="台账一本")
    done(as_keeper, to("post-vacate", post.pk), reason="调离")
    done(as_keeper, to("post-close", post.pk), reason="撤并")
    done(as_keeper, to("association-new"), name="光促会", sector="glory", area=town.district.code,
         office="三楼")  # fmt: skip
    done(as_keeper, to("association-end", Association.objects.get().code), reason="注销")
    where = done(as_keeper, to("station-new"), name="营盘工作站", kind="station", place="二楼",
                 area=town.communities[0].code, lon="111.005", lat="30.005")  # fmt: skip
    station = Station.objects.get()
    assert station.location.x == 111.005
    half = as_keeper.post(to("station-edit", station.code), {"name": "x", "place": "y", "lon": "1"})
    assert half.status_code == 400
    done(as_keeper, to("station-check", station.code), haves=["team", "sign"], note="缺设施")
    done(as_keeper, to("station-visits", station.code), day=today, kind="activity", number="30")
    done(as_keeper, to("station-visits", station.code), day=today, kind="activity", number="31")
    assert VisitCount.objects.get().number == 31
    station.refresh_from_db()
    assert (station.haves, station.has_team, station.has_room) == (2, True, False)
    done(as_keeper, to("liaison-new", station.code), person="li", role="head", starts_on=today)
    one = Liaison.objects.get()
    assert one.user == liaison
    later = (one.period.upper + timedelta(days=30)).isoformat()
    done(as_keeper, to("liaison-renew", station.code, one.pk), ends_on=later)
    done(
        as_keeper, to("liaison-hand-over", station.code, one.pk), person="he", on=today, note="钥匙"
    )
    there = Liaison.objects.held_on().get()
    assert (there.user, there.role) == (next_one, "head")
    done(as_keeper, to("liaison-end", station.code, there.pk), reason="退休")
    done(as_keeper, to("station-close", station.code), reason="搬迁")
    assert "closed on" in as_keeper.get(station.get_absolute_url()).content.decode()


def test_programmes_teams_and_alliances_by_their_pages(as_keeper, town):
    today = clock.today().isoformat()
    unit = made.UnitFactory(area=town.district, code="u1")
    done(as_keeper, to("programme-new"), name="六大工程", area=town.district.code, starts_on=today)
    programme = Programme.objects.get()
    done(as_keeper, to("project-new", programme.code), title="同心圆", area=town.streets[0].code,
         lead="u1")  # fmt: skip
    project = Project.objects.get()
    done(as_keeper, to("project-move", project.pk, "begin"))
    done(as_keeper, to("milestone-new", project.pk), title="揭牌", due_on=today)
    open_one = as_keeper.post(to("project-move", project.pk, "finish"))
    assert open_one.status_code == 409
    milestone = Milestone.objects.get()
    done(as_keeper, to("milestone-shift", milestone.pk), due_on=today, note="汛期")
    done(as_keeper, to("milestone-reach", milestone.pk), done_on=today)
    done(as_keeper, to("project-move", project.pk, "finish"))
    assert as_keeper.post(to("project-move", project.pk, "reopen")).status_code == 400
    done(as_keeper, to("project-move", project.pk, "reopen"), reason="返工")
    assert as_keeper.get(to("project-move", project.pk, "nap")).status_code == 404
    done(as_keeper, to("team-new"), name="橘都先锋", area=town.streets[0].code,
         answers_for=f"{town.communities[0].code}\n{town.communities[1].code}")  # fmt: skip
    team = Team.objects.get()
    assert team.answers_for.count() == 2
    outside = {"name": "x", "answers_for": town.communities[3].code}
    assert as_keeper.post(to("team-edit", team.code), outside).status_code == 409
    quarter = as_keeper.get(to("team-count", team.code)).context["form"]["quarter"].field.choices
    done(as_keeper, to("team-count", team.code), quarter=quarter[0][0], volunteers=20, activities=3,
         hours=60)  # fmt: skip
    done(as_keeper, to("alliance-new"), name="党建联盟", area=town.district.code)
    alliance = Alliance.objects.get()
    done(as_keeper, to("alliance-join", alliance.code), unit="u1")
    link = alliance.units.get()
    done(as_keeper, to("pledge-new", alliance.code, link.pk), what="会议室", due_on=today)
    given = link.pledges.get()
    done(as_keeper, to("pledge-fulfil", alliance.code, given.pk), on=today, note="已开放")
    assert "1 of 1" in as_keeper.get(alliance.get_absolute_url()).content.decode()
    done(as_keeper, to("alliance-leave", alliance.code, link.pk), reason="改制")
    assert unit.alliances.get().left_on == clock.today()


def test_facts_and_pairs_by_their_pages(as_keeper, town):
    today = clock.today().isoformat()
    body = OrganisationFactory(kind="society", grid=town.grids[0])
    assert as_keeper.post(to("organisation-new"), {"organisation": "x"}).status_code == 400
    where = done(as_keeper, to("organisation-new"), organisation=body.code)
    done(as_keeper, where, of_class="law", grade="3A", grant_yuan=50000, grant_year=2026)
    half = as_keeper.post(where, {"of_class": "law", "grant_yuan": 5})
    assert half.status_code == 409
    shown = as_keeper.get(to("organisations", of_class="law", grade="3A")).content.decode()
    assert "3A" in shown
    assert body.name in shown
    town_body = {"organisation": body.code, "village": town.communities[0].code, "what": "收购柑橘",
                 "since": today}  # fmt: skip
    assert as_keeper.post(to("pairing-new"), town_body).status_code == 400
    Area.objects.filter(pk__in=[town.communities[0].pk, town.communities[1].pk]).update(
        kind=Area.Kind.VILLAGE
    )
    done(as_keeper, to("pairing-new"), **town_body)
    assert as_keeper.post(to("pairing-new"), town_body).status_code == 409
    page = as_keeper.get(to("pairings")).content.decode()
    assert "1 of 2" in page
    assert "50 %" in page
    done(as_keeper, to("pairing-end", Pairing.objects.get().pk), reason="到期")
    assert "0 of 2" in as_keeper.get(to("pairings")).content.decode()


def test_stations_near_a_point_come_first_and_the_place_is_passed_on_to_nobody(client, town):
    for n in (5, 1, 3):
        StationFactory(
            area=town.communities[0], name=f"n{n}", location=Point(111 + n / 1000, 30, srid=4326)
        )
    page = client.get(to("stations", lon="111", lat="30"))
    assert [row.station.name for row in page.context["rows"]] == ["n1", "n3", "n5"]
    assert 90 < page.context["rows"][0].metres < 105
    assert page["Referrer-Policy"] == "no-referrer"
    assert client.get(to("stations", lon="x", lat="30")).status_code == 400
    assert client.get(to("stations", kind="nowhere")).status_code == 400


def test_the_report_as_a_page_a_workbook_and_a_paper(as_keeper, world, town):
    quarter = Quarter.of(clock.today())
    page = as_keeper.get(to("network-report", quarter=quarter, area=town.district.code))
    assert "1 bodies, 2 posts (1 vacant), 1 liaison officers (1 to be renewed), no names in it" in (
        page.content.decode()
    )
    book = as_keeper.get(to("network-report-file", "xlsx", quarter=quarter))
    assert b"".join(book.streaming_content).startswith(b"PK")
    paper = as_keeper.get(to("network-report-file", "pdf", quarter=quarter))
    assert paper.content.startswith(b"%PDF-")
    assert "欧阳测试" not in page.content.decode()


LISTS = ("units", "associations", "stations", "programmes", "organisations", "pairings", "teams",
         "alliances", "network")  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_three_take_as_many_statements_as_lists_of_one(as_keeper, town, name):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            _one_of_each(town)
        with CaptureQueriesContext(connection) as found:
            assert as_keeper.get(to(name)).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]


def _one_of_each(town):
    unit = made.UnitFactory(area=town.district)
    made.held(made.NetworkPostFactory(area=town.streets[0], unit=unit), days=20)
    made.serving(StationFactory(area=town.communities[0]), days=20)
    AssociationFactory(area=town.district)
    project = made.ProjectFactory(programme=made.ProgrammeFactory(area=town.district), lead=unit)
    made.MilestoneFactory(project=project)
    team = made.TeamFactory(area=town.streets[0], unit=unit)
    team.answers_for.add(town.communities[0])
    made.AllianceUnitFactory(alliance=made.AllianceFactory(area=town.district), unit=unit)
    Area.objects.filter(pk=town.communities[3].pk).update(kind=Area.Kind.VILLAGE)
    body = OrganisationFactory(grid=town.grids[0])
    made.PairingFactory(village=town.communities[3], organisation=body)
    made.FactsFactory(organisation=body, sponsor=unit)
