"""派单 on paper, and the history of a place."""

import pytest
from django.urls import reverse

from govgrid.privacy import guard
from tests.factories.tickets import CategoryFactory, filed, routed, spot
from tickets import actions, repeats
from tickets.models import Ticket
from tickets.queries import Spot


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


def slip(client, ticket):
    return client.get(reverse("tickets:print", args=[ticket.number]))


# ── the slip ──────────────────────────────────────────────────────────────────────────────────


def test_it_says_what_where_who_and_until_when(town, cast, sign_in):
    ticket = routed(town, by=cast["worker"], description="井盖缺失")

    page = slip(sign_in("clerk"), ticket).content.decode()

    for words in (ticket.number, "井盖缺失", ticket.grid.name, "住建局", "Resolve", "Handled by"):
        assert words in page
    assert page.count("<svg") > 1
    assert "<path" in page
    assert "<circle" in page
    assert 'style="' not in page


def test_nothing_on_it_is_about_who_reported(town, cast, sign_in):
    reporter = cast["worker"]
    reporter.name = "张三丰"
    reporter.save()
    ticket = routed(
        town,
        by=reporter,
        description="车 13812345678 挡路",
        contact={"name": "李女士", "phone": "13800000000"},
        keep=frozenset({guard.Kind.PHONE}),
    )
    assert "13812345678" in ticket.description
    client = sign_in("street")
    assert "张三丰" in client.get(ticket.get_absolute_url()).content.decode()

    page = slip(client, ticket).content.decode()

    for personal in ("张三丰", "李女士", "13800000000", "13812345678"):
        assert personal not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 200), ("worker", 200), ("auditor", 200), ("urban", 404), ("other_street", 404)],
)
def test_whoever_may_view_the_ticket_prints_it(town, cast, sign_in, who, status):
    assert slip(sign_in(who), routed(town, by=cast["worker"])).status_code == status


def test_it_is_few_statements(town, cast, sign_in, django_assert_num_queries):
    ticket = routed(town, by=cast["worker"])
    client = sign_in("clerk")
    slip(client, ticket)

    with django_assert_num_queries(8):
        slip(client, ticket)


def test_without_a_point_it_has_no_pin(town, cast, sign_in):
    ticket = filed(town, by=cast["worker"], spot=Spot(grid=town.grids[0].code))

    page = slip(sign_in("street"), ticket).content.decode()

    assert "<circle" not in page
    assert town.grids[0].name in page


# ── this place ────────────────────────────────────────────────────────────────────────────────


def closed(town, cast, **content) -> Ticket:
    ticket = routed(town, by=cast["worker"], **content)
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "finish", by=cast["clerk"], note="修好")
    actions.move(ticket, "verify", by=cast["community"])
    return actions.move(ticket, "close", by=cast["community"])


def of(ticket, user):
    return repeats.history(user, *ticket.point.coords, ticket.category, besides=ticket.pk)


def test_how_often_and_who_closed_it_last(town, cast, clock_at):
    clock_at("2026-01-20 09:00")
    closed(town, cast)  # more than a year before
    clock_at("2026-08-31 09:00")
    last = closed(town, cast)
    clock_at("2027-02-24 09:00")
    routed(town, by=cast["worker"])  # open
    closed(town, cast, category=CategoryFactory(code="0102"))  # of another kind
    lon, lat = town.middle(0)
    closed(town, cast, spot=spot(lon + 0.002, lat))  # 190 m away
    merged = routed(town, by=cast["worker"])
    now = routed(town, by=cast["worker"])
    actions.move(merged, "merge", by=cast["community"], into=now)

    for who in ("street", "clerk", "worker"):
        found = of(now, cast[who])
        assert (found.many, found.closed_at, found.department) == (2, last.closed_at, "住建局")


def test_nothing_before_is_nothing(town, cast):
    assert of(routed(town, by=cast["worker"]), cast["street"]) == (0, None, "")
    nowhere = repeats.history(cast["street"], None, None, CategoryFactory(code="0101"))
    assert nowhere.many == 0


def test_the_page_the_quick_look_and_the_report_page_say_so(town, cast, sign_in, clock_at):
    clock_at("2026-08-31 09:00")
    closed(town, cast)
    clock_at("2026-09-24 09:00")
    ticket = routed(town, by=cast["worker"])
    client = sign_in("clerk")
    lon, lat = town.middle(0)
    near = {"lon": lon, "lat": lat, "crs": "wgs84", "category": "0101"}

    page = client.get(ticket.get_absolute_url()).content.decode()
    look = client.get(
        ticket.get_absolute_url(), HTTP_HX_REQUEST="true", HTTP_HX_TARGET="preview"
    ).content.decode()  # fmt: skip
    stranger = sign_in("other_worker").get("/tickets/near/", near).content.decode()
    filing = sign_in("worker").get("/tickets/near/", near).content.decode()

    assert "1 of this kind within 50 m in 12 months, last closed 31 August by 住建局" in page
    assert "last closed 31 August by 住建局" in look
    assert "of this kind" not in stranger
    assert "2 of this kind within 50 m in 12 months, last closed 31 August by 住建局" in filing
