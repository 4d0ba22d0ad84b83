"""The back office of tickets: what is edited, what is read, what is not there."""

import pytest
from django.contrib import admin

from govgrid.core import clock
from tests.factories.accounts import UserFactory
from tests.factories.grids import square
from tests.factories.tickets import CategoryFactory, RuleFactory, routed
from tickets.models import (
    Category,
    Contact,
    FunctionHolder,
    RoutingRule,
    Ticket,
    TicketEvent,
    TimeLimit,
)


@pytest.fixture
def office(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def _url(row, what="change"):
    return f"/admin/tickets/{row._meta.model_name}/{row.pk}/{what}/"


def test_contacts_are_not_in_the_back_office():
    assert not admin.site.is_registered(Contact)


def test_a_categorys_words_change_and_its_code_does_not(office):
    category = CategoryFactory(code="0101")
    page = office.get(_url(category))
    fields = page.context["adminform"].form.initial | {"name_zh": "井盖", "code": "0666"}

    response = office.post(_url(category), {k: v for k, v in fields.items() if v is not None})

    assert response.status_code == 302, response.content.decode()
    category.refresh_from_db()
    assert (category.code, category.name_zh) == ("0101", "井盖")
    assert office.post(_url(category, "delete"), {"post": "yes"}).status_code == 403


def test_a_limit_that_cannot_be_read_is_refused(office):
    category = CategoryFactory(code="0101")
    fields = office.get(_url(category)).context["adminform"].form.initial

    response = office.post(_url(category), fields | {"resolve_limit": "soon"})

    assert "Write a limit as UH2, WH4 or WD5." in response.content.decode()
    assert Category.objects.get().resolve_limit == "WD5"


def test_history_is_read_and_not_written(office, town, cast):
    ticket = routed(town, by=cast["worker"])
    page = office.get(_url(ticket))

    assert ticket.number in page.content.decode()
    assert 'data-gg-pin="111.005,30.005"' in page.content.decode()
    assert office.post(_url(ticket), {"state": "closed"}).status_code == 403
    assert office.post(_url(ticket, "delete"), {"post": "yes"}).status_code == 403
    assert office.get("/admin/tickets/ticket/add/").status_code == 403
    ticket.refresh_from_db()
    assert ticket.state == "dispatched"
    assert TicketEvent.objects.count() == 2


def test_rules_are_read_and_not_written(office, town):
    rule = RuleFactory(
        category=CategoryFactory(code="0101"),
        area=town.district,
        department=town.housing,
        shape=square(111, 30),
    )
    page = office.get(_url(rule)).content.decode()

    assert "data-gg-shape=" in page
    assert "Polygon" in page
    assert office.post(_url(rule), {"department": town.urban.pk}).status_code == 403
    assert RoutingRule.objects.get().department == town.housing


def test_holders_of_functions_are_kept_here(office, town):
    office.post(
        "/admin/tickets/functionholder/add/",
        {"function": "property_company", "area": town.grids[0].pk, "department": town.urban.pk},
    )

    assert FunctionHolder.objects.get().department == town.urban


@pytest.mark.parametrize("name", ["category", "routingrule", "functionholder", "ticket"])
def test_every_list_opens_and_searches(office, town, cast, name):
    routed(town, by=cast["worker"])

    assert office.get(f"/admin/tickets/{name}/").status_code == 200
    assert office.get(f"/admin/tickets/{name}/?q={Ticket.objects.get().number}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/admin/tickets/ticket/?state__exact=%00",
        "/admin/autocomplete/?app_label=tickets&model_name=functionholder&field_name=area&term=%00",
    ],
)
def test_a_nul_in_an_address_is_a_bad_request(office, address):
    assert office.get(address).status_code == 400


def test_a_time_limit_is_read_and_not_edited(client, town):
    limit = TimeLimit.objects.create(
        clock="sign", scope="emergency", limit="UM10", area=town.district, reason="试点",
        valid_from=clock.now(),
    )  # fmt: skip
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    assert limit.code in client.get("/admin/tickets/timelimit/").content.decode()
    page = client.get(f"/admin/tickets/timelimit/{limit.pk}/change/").content.decode()
    assert 'name="_save"' not in page
    assert client.get("/admin/tickets/timelimit/add/").status_code == 403


BESIDE = [
    "extension", "suspension", "appeal", "ruling", "card", "supervisionorder", "callback",
    "milestone", "meeting", "categoryterms", "colourterms", "replytemplate",
]  # fmt: skip


@pytest.mark.parametrize("model", BESIDE)
def test_what_stands_beside_a_ticket_is_found_and_not_written(office, model):
    assert office.get(f"/admin/tickets/{model}/?q=YL2026").status_code == 200
    assert office.get(f"/admin/tickets/{model}/add/").status_code == 403
