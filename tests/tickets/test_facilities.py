"""A ticket may name what stands there: near the pin, in every way of filing, and read on its page."""

from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids.models import WGS84, Facility
from tests.factories.accounts import bearer
from tests.factories.grids import FacilityFactory, holder
from tests.factories.tickets import CategoryFactory, filed, filing
from tickets import actions
from tickets.models import Ticket
from tickets.queries import Spot

# East of the middle of the first grid; a degree is some 96 km here.
LAMP = (111.0052, 30.005)


@pytest.fixture
def lamp(town):
    return FacilityFactory(name="lamp 17", point=Point(*LAMP, srid=WGS84), grid=town.grids[0])


@pytest.fixture
def far(town):
    """300 m from the middle of the first grid, in the same."""
    return FacilityFactory(point=Point(111.0081, 30.005, srid=WGS84), grid=town.grids[0])


# ── filing ────────────────────────────────────────────────────────────────────────────────────


def test_a_report_keeps_what_it_named(town, cast, lamp):
    ticket = filed(town, by=cast["worker"], facility=lamp)

    assert ticket.facility == lamp
    assert Ticket.objects.get(pk=ticket.pk).facility == lamp


def test_what_stands_elsewhere_is_refused_and_nothing_is_written(town, cast, far):
    with pytest.raises(Refused) as refusal:
        filed(town, by=cast["worker"], facility=far)

    assert refusal.value.code == "wrong_facility"
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(("grid", "fits"), [(0, True), (1, False)])
def test_with_a_grid_alone_it_must_stand_in_that_grid(town, cast, far, grid, fits):
    report = filing(town, facility=far, spot=Spot(grid=town.grids[grid].code))

    if fits:
        assert actions.file(report, by=cast["worker"]).ticket.facility == far
    else:
        with pytest.raises(Refused, match="stands at another place"):
            actions.file(report, by=cast["worker"])


def test_the_same_report_about_another_facility_is_another(town, cast, lamp):
    beside = FacilityFactory(point=lamp.point, grid=town.grids[0])
    sent = filing(town, facility=lamp, client_id=uuid4())
    other = filing(town, facility=beside, client_id=sent.client_id)
    actions.file(sent, by=cast["worker"])

    with pytest.raises(Refused) as refusal:
        actions.file(other, by=cast["worker"])

    assert refusal.value.code == "client_id_reused"
    assert actions.file(sent, by=cast["worker"]).created is False


def test_a_retry_gets_its_ticket_though_the_facility_has_moved(town, cast, lamp):
    sent = filing(town, facility=lamp)
    ticket = actions.file(sent, by=cast["worker"]).ticket
    lamp.point = Point(111.009, 30.009, srid=WGS84)

    again = actions.file(sent, by=cast["worker"])

    assert (again.ticket, again.created) == (ticket, False)


def test_a_ticket_that_names_nothing_costs_no_index(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes"
            " WHERE tablename = 'tickets_ticket' AND indexdef LIKE '%facility_id%'"
        )
        found = [row[0] for row in cursor.fetchall()]

    assert len(found) == 1
    assert "WHERE (facility_id IS NOT NULL)" in found[0]


def test_one_without_a_facility_is_filed_by_as_many_statements_as_with(town, cast, lamp):
    filed(town, by=cast["worker"], facility=lamp)
    counts = []
    for facility in (None, lamp):
        report = filing(town, facility=facility)
        with CaptureQueriesContext(connection) as seen:
            actions.file(report, by=cast["worker"])
        counts.append(len(seen))

    assert counts[0] == counts[1]


# ── by program ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def body(town):
    lon, lat = town.middle(0)
    CategoryFactory(code="0101")

    def make(facility, **more):
        return {
            "client_id": str(uuid4()),
            "category": "0101",
            "description": "灯不亮",
            "location": {"lon": lon, "lat": lat},
            "facility": facility,
        } | more

    return make


@pytest.fixture
def worker(api, cast):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["worker"]))
    return api


def test_a_program_names_it_by_code_and_reads_it_back(worker, body, lamp):
    made = worker.post("/api/v1/tickets/", body(lamp.code), format="json")

    assert made.status_code == 201, made.content
    assert made.json()["facility"] == {"code": lamp.code, "name": "lamp 17"}
    again = worker.get(f"/api/v1/tickets/{made.json()['number']}/").json()
    assert again["facility"] == {"code": lamp.code, "name": "lamp 17"}


def test_without_one_it_is_null(worker, body):
    report = body("")
    del report["facility"]

    assert worker.post("/api/v1/tickets/", report, format="json").json()["facility"] is None


def _wrong(response):
    assert response.status_code == 400, response.content
    return {(one["attr"], one["code"]) for one in response.json()["errors"]}


def test_an_unknown_code_and_one_elsewhere_are_wrong_in_that_field(worker, body, far, lamp):
    Facility.objects.filter(pk=lamp.pk).update(retired_on=clock.today())

    for code, said in [
        ("4205060101999999", "unknown_facility"),
        (lamp.code, "unknown_facility"),
        (far.code, "wrong_facility"),
    ]:
        response = worker.post("/api/v1/tickets/", body(code), format="json")
        assert _wrong(response) == {("facility", said)}
    assert not Ticket.objects.exists()


def test_a_list_is_narrowed_to_one_facility(worker, town, cast, lamp):
    about = filed(town, by=cast["worker"], facility=lamp)
    filed(town, by=cast["worker"])

    found = worker.get("/api/v1/tickets/", {"facility": lamp.code}).json()["results"]

    assert [one["number"] for one in found] == [about.number]


def test_a_batch_keeps_the_good_and_names_the_bad(worker, body, lamp, far):
    sent = [body(lamp.code), body(far.code), body("4205060101999999"), body(lamp.code)]

    answers = worker.post("/api/v1/tickets/bulk/", sent, format="json").json()["results"]

    assert [one["status"] for one in answers] == [201, 400, 400, 201]
    assert [one["errors"][0]["attr"] for one in answers[1:3]] == ["facility", "facility"]
    assert Ticket.objects.filter(facility=lamp).count() == 2


def test_a_batch_reads_all_facilities_at_once(worker, body, town):
    standing = [
        FacilityFactory(point=Point(*LAMP, srid=WGS84), grid=town.grids[0]) for _ in range(3)
    ]

    def statements(facilities):
        items = [body(one.code) for one in facilities]
        with CaptureQueriesContext(connection) as seen:
            worker.post("/api/v1/tickets/bulk/", items, format="json")
        return len(seen)

    statements(standing[:1])
    assert statements(standing) == statements(standing[:1])


# ── on the pages ──────────────────────────────────────────────────────────────────────────────


def _report(town, **more):
    lon, lat = town.middle(0)
    CategoryFactory(code="0101")
    given = {"client_id": uuid4(), "category": "0101", "lon": lon, "lat": lat, "crs": "wgs84"}
    return {**given, "description": "灯不亮", **more}


def test_the_page_offers_what_stands_near_the_pin(client, town, cast, lamp, far):
    gone = FacilityFactory(name="gone", point=lamp.point, retired_on=clock.today())
    client.force_login(cast["worker"])
    lon, lat = town.middle(0)

    page = client.get("/tickets/standing/", {"lon": lon, "lat": lat}).content.decode()

    assert f'data-gg-facility="{lamp.code}"' in page
    assert "19 m" in page
    assert far.code not in page
    assert gone.code not in page


def test_the_offer_is_for_those_who_file(client, town, cast, lamp):
    client.force_login(cast["clerk"])
    assert client.get("/tickets/standing/", {"lon": LAMP[0], "lat": LAMP[1]}).status_code == 403
    client.force_login(cast["worker"])
    assert client.get("/tickets/standing/", {"lon": "x", "lat": 1}).status_code == 400


def test_the_page_files_what_was_named(client, town, cast, lamp):
    client.force_login(cast["worker"])

    client.post("/tickets/new/", _report(town, facility=f" {lamp.code[:6]} {lamp.code[6:]}"))

    assert Ticket.objects.get().facility == lamp


def test_a_wrong_number_is_said_beside_the_field(client, town, cast, far):
    client.force_login(cast["worker"])

    unknown = client.post("/tickets/new/", _report(town, facility="12"))
    elsewhere = client.post("/tickets/new/", _report(town, facility=far.code))

    assert "There is no facility with this number." in unknown.content.decode()
    assert "This facility stands at another place." in elsewhere.content.decode()
    assert not Ticket.objects.exists()


def test_from_the_page_of_a_facility_pin_and_number_are_filled_in(client, cast, lamp):
    client.force_login(cast["worker"])

    given = client.get("/tickets/new/", {"facility": lamp.code}).context["form"].initial

    assert (given["facility"], given["lon"], given["lat"]) == (lamp.code, *LAMP)
    for strange in ("4205060101999999", "\x00"):
        form = client.get("/tickets/new/", {"facility": strange}).context["form"]
        assert "facility" not in form.initial


def test_a_tickets_page_leads_to_its_facility(client, town, cast, lamp):
    ticket = filed(town, by=cast["worker"], facility=lamp)
    client.force_login(cast["worker"])

    page = client.get(ticket.get_absolute_url()).content.decode()

    assert f'href="{lamp.get_absolute_url()}"' in page
    assert "lamp 17" in page


def test_a_facility_shows_its_tickets_within_reach_and_no_others(client, town, cast, lamp):
    about = filed(town, by=cast["worker"], facility=lamp, description="灯不亮")
    client.force_login(cast["street"])
    assert about.get_absolute_url() in client.get(lamp.get_absolute_url()).content.decode()

    client.force_login(cast["other_street"])
    page = client.get(lamp.get_absolute_url()).content.decode()

    assert "lamp 17" in page
    assert about.number not in page
    assert "灯不亮" not in page
    assert "as far as you may see" in page


def test_a_facilitys_page_asks_as_much_for_three_tickets_as_for_one(client, town, cast, lamp):
    client.force_login(holder("street_desk", area=town.streets[0]))
    filed(town, by=cast["worker"], facility=lamp)
    client.get(lamp.get_absolute_url())
    with CaptureQueriesContext(connection) as one:
        client.get(lamp.get_absolute_url())
    filed(town, by=cast["worker"], facility=lamp)
    filed(town, by=cast["worker"], facility=lamp)
    with CaptureQueriesContext(connection) as three:
        client.get(lamp.get_absolute_url())

    assert len(one) == len(three)
