"""What tickets say on the map of areas: their layer, their counts, and the way to them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.tickets import routed
from tickets import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(town, cast):
    made = [routed(town, by=cast["worker"], grid=0), routed(town, by=cast["worker"], grid=0)]
    actions.roll_up()
    return made


def test_rows_say_what_is_open_as_far_as_one_may_see(client, cast, two):
    for who, is_told in (("community", True), ("clerk", True), ("other_street", False)):
        client.force_login(cast[who])
        assert ("2 open" in client.get("/grids/?q=11-01").content.decode()) is is_told


def test_the_sheet_counts_and_leads_to_the_tickets(client, town, cast, two):
    lon, lat = town.middle(0)
    asked = {"lon": lon, "lat": lat, "zoom": 15}
    way = f"/tickets/?area={town.grids[0].code}"

    client.force_login(cast["community"])
    seen = client.get("/grids/at/", asked).content.decode()
    client.force_login(cast["other_street"])
    hidden = client.get("/grids/at/", asked).content.decode()

    assert "<strong>2</strong>" in seen
    assert way in seen
    assert "<strong>2</strong>" not in hidden
    assert way not in hidden


def test_the_layer_knows_how_every_open_state_looks(client, cast):
    client.force_login(cast["community"])

    page = client.get("/grids/").content.decode()

    assert 'data-gg-dispatched="is-offered s-offered To be signed for"' in page
    assert "data-gg-closed" not in page


def test_the_pages_take_the_same_statements_for_one_ticket_and_for_three(client, town, cast):
    client.force_login(cast["community"])
    counts = []
    for many in (1, 2):
        for _each in range(many):
            routed(town, by=cast["worker"])
        with CaptureQueriesContext(connection) as listed:
            client.get("/grids/")
        with CaptureQueriesContext(connection) as shown:
            client.get(town.grids[0].get_absolute_url())
        counts.append((len(listed), len(shown)))

    assert counts[0] == counts[1]
    # The page of a grid has a part of each: who, tickets, places, duties, patrols, divisions, names.
    assert counts[0][0] <= 15
    assert counts[0][1] <= 26
