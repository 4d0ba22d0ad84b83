"""A Monday morning of the command, on its very date: two reds, found by the sweeps, told to the right
post, taken up by themselves, and answered for on paper."""

from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from benchmarks.stage import until
from govgrid.outbox.models import Message
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_day_scripts import (  # noqa: F401 fixtures
    _test_clock,
    at,
    people,
)
from tests.browser.test_one_report import no_sideways_scroll, press, sign_in
from tests.factories.tickets import routed
from tickets import actions
from tickets.models import Card, SupervisionOrder, Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def reds(at, people):  # noqa: F811
    """Two in hand since the eve of two holidays, due on 9 October at 18:00."""
    at("2026-09-24 09:05")
    return [routed(people.town, by=people.worker, category=people.manhole, grid=2) for _n in "ab"]


def kinds(person) -> set[str]:
    return set(Message.objects.filter(recipient=person).values_list("kind", flat=True))


def test_two_reds_are_supervised_on_paper(reds, at, people, open_page):  # noqa: F811
    for one in reds:
        actions.move(one, "sign", by=people.clerk)
    at("2026-10-12 18:05")  # two working days after the end; the Saturday between is one
    red = Card.objects.live().filter(colour="red")
    until(lambda: red.count() >= 2, "both are red", seconds=120)
    until(lambda: Ticket.objects.filter(level="street").count() == 2, "the street has them")
    assert {"card_red"} <= kinds(people.boss) & kinds(people.head) & kinds(people.command)

    page = open_page(DESK)
    sign_in(page, "command", "/tickets/late/")
    no_sideways_scroll(page)
    expect(page.locator("[data-gg-row]")).to_have_count(2)
    for _row in reds:
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("[name=ticket]:checked")).to_have_count(2)
    page.locator(".late__bulk [value=supervise]").click()
    page.get_by_label("What the department shall account for").fill("办结已超期，未见说明")
    page.get_by_role("button", name="Issue a supervision order").click()
    expect(page.locator("#main")).to_contain_text("2 tickets")
    until(lambda: SupervisionOrder.objects.count() == 2, "both are issued")

    page.goto(reds[0].get_absolute_url())
    with page.expect_response(lambda answer: answer.url.endswith("/orders/1.pdf")) as got:
        page.evaluate("address => fetch(address)", f"{reds[0].get_absolute_url()}orders/1.pdf")
    paper = page.context.request.get(got.value.url)
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(paper.body())).pages)
    order = SupervisionOrder.objects.get(ticket=reds[0])
    assert order.number in "".join(text.split())
    assert "住建局" in text

    phone = open_page(PHONE)
    sign_in(phone, "boss", reds[0].get_absolute_url())
    no_sideways_scroll(phone)
    press(phone, "answer", "配件周三到，周四完成")
    expect(phone.locator("#cards")).to_contain_text("配件周三到，周四完成")

    page.reload()
    page.get_by_role("button", name="Close the order").click()
    expect(page.locator("#cards")).to_contain_text("Closed")
    order.refresh_from_db()
    assert order.state == "closed"
