"""The pages of posts, duties and layers: who reads what, and that acts end where they should."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from grids import actions
from grids.models import (
    WGS84,
    Duty,
    DutyDone,
    HandOver,
    Layer,
    LayerPiece,
    Post,
    ServicePoint,
    TeamSeat,
)
from tests.factories.accounts import UserFactory
from tests.factories.grids import DepartmentFactory, PostFactory, build_town, holder, shape


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0], name="Officer One")


@pytest.fixture
def post(town):
    worker = UserFactory(username="lin", name="Lin Old")
    return PostFactory(user=worker, role="grid_worker", area=town.grids[0])


@pytest.fixture
def duty(town, officer):
    today = clock.today()
    proposed = actions.propose_duty(
        by=officer,
        name="Fire lanes",
        what="Look whether they are free.",
        items=["Stairwell", "Hydrant"],
        department=town.housing,
        area=town.communities[0],
        rhythm="monthly",
        minutes=30,
        starts_on=today,
        ends_on=today + timedelta(days=90),
    )
    head = holder("street_head", area=town.streets[0])
    return actions.decide_duty(proposed, "admit", by=head)


def box(west, east):
    return MultiPolygon(Polygon.from_bbox((west, 30.0, east, 30.01)), srid=WGS84)


def layer_of(town):
    layer = actions.open_layer(town.urban, "street trade", town.district, by=None)
    for n, (west, east) in enumerate([(111, 111.027), (111.027, 111.07)]):
        unit = DepartmentFactory(name=f"Station {n}", area=town.district)
        actions.draw_piece(layer, unit, box(west, east), by=None)
    return layer


def read(client, address, **given):
    response = client.get(address, given)
    assert response.status_code == 200, address
    return response.content.decode()


PAGES = [
    "/grids/vacancies/",
    "/grids/hand-overs/",
    "/grids/duties/",
    "/grids/duties/new/",
    "/grids/layers/",
    "/grids/conflicts/",
    "/grids/conflicts.csv",
]


@pytest.mark.parametrize("address", PAGES)
def test_they_ask_who_you_are(client, db, address):
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", [one for one in PAGES if "hand-overs" not in one])
def test_who_oversees_nothing_is_told_nothing(client, town, address):
    for person in (UserFactory(), holder("resident", area=town.grids[0])):
        client.force_login(person)
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_the_street_reads_them_all(client, town, address):
    client.force_login(holder("street_desk", area=town.streets[0]))
    assert client.get(address).status_code == 200


# ── vacancies and posts ───────────────────────────────────────────────────────────────────────


def test_vacancies_of_ones_own_area_only(client, town, officer, post):
    client.force_login(officer)
    html = read(client, "/grids/vacancies/")

    assert town.grids[1].name in html
    assert town.grids[0].name not in html
    assert town.grids[2].name not in html


def test_the_list_of_vacancies_costs_the_same_for_many(client, town, officer):
    counts = []
    for person in (officer, holder("street_desk", area=town.streets[0])):
        client.force_login(person)
        client.get("/grids/vacancies/")
        with CaptureQueriesContext(connection) as asked:
            read(client, "/grids/vacancies/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_names_are_for_who_oversees_the_area(client, town, officer, post):
    address = f"/grids/{town.grids[0].code}/who/"
    client.force_login(officer)
    assert "Lin Old" in read(client, address)
    client.force_login(post.user)
    assert "Lin Old" in read(client, address)
    for person in (
        holder("community_officer", area=town.communities[1]),
        holder("resident", area=town.grids[0]),
        holder("grid_worker", area=town.grids[1]),
        holder("department_clerk", department=town.housing),
    ):
        client.force_login(person)
        html = read(client, address)
        assert "Lin Old" not in html
        assert "Grid worker" in html


def test_residents_and_roster_members_stand_in_no_history(client, town, officer):
    holder("resident", area=town.communities[0], name="Resident Wu")
    holder("member", area=town.communities[0], name="Member Zhao")
    client.force_login(holder("street_desk", area=town.streets[0]))
    html = read(client, f"/grids/{town.communities[0].code}/who/")

    assert "Officer One" in html
    assert "Resident Wu" not in html
    assert "Member Zhao" not in html


def test_a_vacancy_is_filled_from_the_page(client, town, officer):
    UserFactory(username="wang", name="Wang New")
    client.force_login(officer)
    address = f"/grids/{town.grids[1].code}/who/"
    assert "Fill the vacancy" in read(client, address)

    wrong = client.post(f"{address}fill/", {"person": "nobody"})
    assert wrong.status_code == 400
    assert "Nobody who may sign in has this user name." in wrong.content.decode()
    done = client.post(f"{address}fill/", {"person": "WANG"}, follow=True)
    assert "Wang New" in done.content.decode()
    assert "Fill the vacancy" not in read(client, address)


def test_a_post_is_handed_over_ticked_and_taken(client, town, officer, post, duty):
    new = UserFactory(username="wang", name="Wang New")
    client.force_login(officer)
    address = f"/grids/{town.grids[0].code}/who/{post.pk}/hand-over/"
    assert "Fire lanes" in read(client, address)
    done = client.post(address, {"person": "wang"}, follow=True)
    made = HandOver.objects.get()
    assert done.redirect_chain[-1][0] == f"/grids/hand-overs/{made.pk}/"
    assert 'type="checkbox"' not in done.content.decode()

    client.force_login(new)
    assert "Lin Old" in read(client, "/grids/hand-overs/")
    html = read(client, f"/grids/hand-overs/{made.pk}/")
    assert html.count('type="checkbox"') == 1
    ticked = {"item": ["x", "9" * 5000, made.items.get().pk], "take": "1"}
    client.post(f"/grids/hand-overs/{made.pk}/explained/", ticked)
    made.refresh_from_db()
    assert made.taken_by == new
    assert made.items.get().explained_at is not None
    assert 'type="checkbox"' not in read(client, f"/grids/hand-overs/{made.pk}/")


def test_a_sheet_is_for_the_two_and_who_oversees_them(client, town, officer, post):
    made = actions.hand_over(post, UserFactory(), by=officer)
    sheet = f"/grids/hand-overs/{made.pk}/"
    for person in (officer, post.user, made.incoming.user):
        client.force_login(person)
        assert client.get(sheet).status_code == 200
    for person in (
        UserFactory(),
        holder("street_desk", area=town.streets[1]),
        holder("grid_worker", area=town.grids[1]),
    ):
        client.force_login(person)
        assert client.get(sheet).status_code == 404
        assert client.post(f"{sheet}explained/").status_code == 404
        assert client.post(f"{sheet}list/").status_code == 404
        assert "Lin Old" not in read(client, "/grids/hand-overs/")
    client.force_login(officer)
    assert client.post(f"{sheet}explained/", {"take": "1"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        ("resident", "grid", 404),
        ("grid_worker", "grid", 404),
        ("community_officer", "other", 404),
        ("auditor", "district", 403),
        ("street_desk", "street", 200),
    ],
)
def test_who_may_not_hand_over_is_stopped_on_every_way(client, town, post, role, place, status):
    area = {
        "grid": town.grids[0],
        "other": town.communities[1],
        "district": town.district,
        "street": town.streets[0],
    }[place]
    person = UserFactory()
    PostFactory(user=person, role=role, area=area, is_main=False)
    client.force_login(person)
    base = f"/grids/{town.grids[0].code}"

    assert client.get(f"{base}/who/{post.pk}/hand-over/").status_code == status
    if status != 200:
        for address in (f"{base}/who/fill/", f"{base}/who/{post.pk}/end/", f"{base}/team/"):
            assert client.post(address, {"person": "lin"}).status_code == status
        assert Post.objects.count() == 2


def test_a_post_of_another_area_is_not_found_under_this_one(client, town, officer, post):
    client.force_login(officer)
    other = PostFactory(role="grid_worker", area=town.grids[2])

    base = f"/grids/{town.grids[0].code}/who"
    assert client.get(f"{base}/{other.pk}/hand-over/").status_code == 404
    assert client.post(f"{base}/{other.pk}/end/").status_code == 404


def test_the_team_is_kept_from_the_page_and_shown_on_the_area(client, town, officer):
    client.force_login(officer)
    base = f"/grids/{town.grids[0].code}"
    sent = {"function": "police", "department": town.housing.pk, "phone": "0717-5550001"}
    client.post(f"{base}/team/", sent)
    seat = TeamSeat.objects.get()
    assert "0717-5550001" in read(client, f"{base}/")
    mobile = client.post(
        f"{base}/team/", sent | {"function": "clinic", "phone": "13812345678"}, follow=True,
        headers={"Referer": "http://testserver/grids/"},
    )  # fmt: skip
    assert "not a mobile phone" in mobile.content.decode()

    client.post(f"{base}/team/{seat.pk}/remove/")
    assert not TeamSeat.objects.exists()


# ── duties ────────────────────────────────────────────────────────────────────────────────────


def test_a_duty_goes_through_the_gate(client, town, officer):
    client.force_login(officer)
    sent = {
        "name": "Hydrants",
        "what": "Look at the hydrants.",
        "items": "Hydrant north\n\nHydrant south",
        "department": town.housing.pk,
        "area": town.communities[0].pk,
        "level": "5",
        "kind": "",
        "rhythm": "monthly",
        "minutes": "20",
        "starts_on": clock.today().isoformat(),
        "ends_on": (clock.today() + timedelta(days=60)).isoformat(),
    }
    about = client.post("/grids/duties/new/", sent | {"items": "Names of the tenants"})
    assert "asks about persons" in about.content.decode()
    assert not Duty.objects.exists()

    client.post("/grids/duties/new/", sent)
    duty = Duty.objects.get()
    assert duty.items == ["Hydrant north", "Hydrant south"]
    address = f"/grids/duties/{duty.pk}/"
    assert client.post(f"{address}decide/", {"step": "admit"}).status_code == 403

    client.force_login(holder("street_head", area=town.streets[0]))
    assert "this one adds 20 minutes" in read(client, address)
    client.post(f"{address}decide/", {"step": "admit"})
    assert "Running" in read(client, address)
    assert "Hydrants" in read(client, "/grids/duties/")


@pytest.mark.parametrize("stage", ["proposed", "running", "coming", "ended", "refused", "nonsense"])
def test_every_stage_is_a_list(client, officer, duty, stage):
    client.force_login(officer)
    html = read(client, "/grids/duties/", stage=stage)
    assert ("Fire lanes" in html) == (stage in {"running", "nonsense"})


def test_a_duty_out_of_reach_is_not_there(client, town, duty):
    for person in (
        UserFactory(),
        holder("street_head", area=town.streets[1]),
        holder("grid_worker", area=town.grids[2]),
        holder("department_clerk", department=town.urban),
    ):
        client.force_login(person)
        assert client.get(f"/grids/duties/{duty.pk}/").status_code == 404
        decided = client.post(f"/grids/duties/{duty.pk}/decide/", {"step": "withdraw"})
        assert decided.status_code == 404
        assert client.get(f"/grids/{town.grids[0].code}/duties/").status_code == 404
        assert "Fire lanes" not in read(client, f"/grids/{town.grids[0].code}/")


def test_the_worker_answers_in_the_field(client, town, post, duty):
    client.force_login(post.user)
    address = f"/grids/{town.grids[0].code}/duties/{duty.pk}/"
    assert address in read(client, "/field/")
    assert read(client, address).count('type="radio"') == 6

    sent = {"client_id": uuid4(), "outcome": "done", "item0": "good"}
    assert "Answer every line" in client.post(address, sent).content.decode()
    client.post(address, sent | {"item1": "absent"})
    assert DutyDone.objects.get().answers == ["good", "absent"]
    assert address not in read(client, "/field/")
    assert "done for the period already" in read(client, address)


def test_nobody_answers_for_a_grid_that_is_not_his(client, town, duty):
    for person in (
        holder("grid_worker", area=town.grids[1]),
        holder("street_desk", area=town.streets[0]),
    ):
        client.force_login(person)
        address = f"/grids/{town.grids[0].code}/duties/{duty.pk}/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"outcome": "done"}).status_code == 404


def test_what_came_of_it_names_places_and_nobody(client, town, officer, post, duty):
    actions.answer_duty(
        duty, town.grids[0], by=post.user, client_id=uuid4(), is_done=False, note="Gate locked"
    )
    client.force_login(officer)
    html = read(client, f"/grids/{town.communities[0].code}/duties/")
    html += read(client, f"/grids/duties/{duty.pk}/")

    assert town.grids[0].name in html
    assert "Lin Old" not in html
    assert "Gate locked" in read(client, f"/grids/{town.grids[0].code}/duties/")


# ── layers ────────────────────────────────────────────────────────────────────────────────────


def test_layers_are_begun_and_drawn_by_the_district(client, town):
    client.force_login(holder("district_command", area=town.district))
    sent = {"department": town.urban.pk, "matter": "parks", "area": town.district.pk}
    client.post("/grids/layers/", sent)
    layer = Layer.objects.get()
    address = f"/grids/layers/{layer.pk}/"
    outline = {"unit": town.urban.pk, "outline": '{"type": "Point", "coordinates": [1, 2]}'}
    assert "no surface" in client.post(address, outline).content.decode()
    client.post(address, outline | {"outline": box(111, 111.03).json})
    assert LayerPiece.objects.get().unit == town.urban
    assert town.urban.name in read(client, address)

    client.force_login(holder("street_desk", area=town.streets[0]))
    assert "Draw a piece" not in read(client, address)
    assert client.post(address, outline).status_code == 403
    assert client.post("/grids/layers/", sent).status_code == 403
    assert client.post(f"{address}end/").status_code == 403


def test_a_layer_out_of_reach_is_not_there(client, town):
    layer = actions.open_layer(town.urban, "parks", town.streets[1], by=None, name="Secret layer")
    client.force_login(holder("street_desk", area=town.streets[0]))

    assert client.get(f"/grids/layers/{layer.pk}/").status_code == 404
    assert client.post(f"/grids/layers/{layer.pk}/end/").status_code == 404
    assert "Secret layer" not in read(client, "/grids/layers/")


def test_the_report_in_words_on_maps_and_as_a_table(client, town):
    layer_of(town)
    client.force_login(holder("district_command", area=town.district))
    html = read(client, "/grids/conflicts/", area=town.district.code)
    assert f"{town.grids[2].name} is cut in two" in html
    assert f"{town.grids[7].name}: nobody for street trade" in html
    assert html.count("data-gg-conflict=") == 2

    assert "is cut in two" not in read(
        client, "/grids/conflicts/", kind="nobody", area=town.district.code
    )
    table = client.get("/grids/conflicts.csv", {"area": town.district.code})
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[1] == (
        f"cut,street trade,{town.grids[2].code},{town.grids[2].name},Station 0 / Station 1,30,"
        + lines[1].rsplit(",", 1)[1]
    )
    assert len(lines) == 3


def test_the_report_opens_on_a_street_and_the_district_is_one_click_away(client, town):
    layer_of(town)
    client.force_login(holder("district_command", area=town.district))
    html = read(client, "/grids/conflicts/")
    assert town.grids[2].name in html
    assert town.grids[7].name not in html
    assert f'href="?area={town.district.code}"' in html
    assert f'conflicts.csv?area={town.streets[0].code}"' in html
    whole = read(client, "/grids/conflicts/", area=town.district.code)
    assert f'href="?area={town.district.code}"' not in whole


def test_the_report_of_a_street_does_not_tell_of_the_next(client, town):
    layer_of(town)
    shape(town.streets[0], box(111, 111.04))
    client.force_login(holder("street_desk", area=town.streets[0]))

    html = read(client, "/grids/conflicts/")
    assert town.grids[2].name in html
    assert town.grids[7].name not in html
    for address in ("/grids/conflicts/", "/grids/conflicts.csv"):
        assert client.get(address, {"area": town.streets[1].code}).status_code == 404


def test_a_cell_that_would_run_is_marked(client, town):
    layer = actions.open_layer(town.urban, "=1+1", town.district, by=None)
    actions.draw_piece(layer, town.urban, box(111, 111.07), by=None)
    client.force_login(holder("district_command", area=town.district))

    table = client.get("/grids/conflicts.csv", {"area": town.district.code})
    assert "nobody,'=1+1," in table.content.decode("utf-8-sig")


def test_the_way_there_is_shown_to_who_oversees_something_and_to_nobody_else(client, town, officer):
    client.force_login(officer)
    assert 'href="/grids/vacancies/"' in read(client, "/grids/")

    client.force_login(holder("resident", area=town.grids[0]))
    assert 'href="/grids/vacancies/"' not in read(client, "/grids/")
    assert client.get("/grids/vacancies/").status_code == 404


def test_a_service_point_takes_no_mobile_number(town):
    point = ServicePoint(
        code="P1", name="工作站", kind="station", office_phone="139 1234 5678",
        point=Point(111.005, 30.005, srid=4326),
    )  # fmt: skip

    with pytest.raises(ValidationError, match="mobile number"):
        point.full_clean()
