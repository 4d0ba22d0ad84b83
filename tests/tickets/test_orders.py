"""督办单: numbered, told, answered, closed, and as a paper."""

from io import BytesIO
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from govgrid.core import pdf
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from grids.models import Department
from tests.factories.accounts import bearer
from tests.factories.grids import DepartmentFactory, holder
from tests.factories.tickets import routed
from tests.tickets.test_cards import here, signed, told
from tests.tickets.test_ticking import at_once
from tickets import actions, inbox, papers
from tickets.models import SupervisionOrder

REASON = "办结已超期两天，未见说明"


@pytest.fixture
def heads(town, cast):
    DepartmentFactory(
        name="夷陵区网格化服务指挥中心", kind=Department.Kind.COMMAND, area=town.district
    )
    return cast | {
        "chief": holder("department_head", department=town.housing),
        "other_head": holder("street_head", area=town.streets[1]),
    }


def supervised(ticket, *, by, **more) -> SupervisionOrder:
    actions.move(ticket, "supervise", by=by, **{"note": REASON, "within": "WD3", **more})
    return ticket.orders.latest("pk")


# ── issued ────────────────────────────────────────────────────────────────────────────────────


def test_an_order_is_numbered_dated_and_told_to_the_post(town, heads, clock_at):
    clock_at("2026-09-30 10:00")
    ticket = signed(town, heads)
    Message.objects.all().delete()

    order = supervised(ticket, by=heads["command"])

    assert order.number == "夷陵督〔2026〕1号"
    assert order.department == town.housing
    assert here(order.answer_by) == "2026-10-10 18:00"  # past the holidays, on a working Saturday
    assert order.issuer == "夷陵区网格化服务指挥中心"
    assert (order.state, order.post, order.place) == ("open", "head", 1)
    assert told(heads["chief"]) == ["order_issued"]
    assert told(heads["clerk"]) == told(heads["urban"]) == []
    event = ticket.events.latest("pk")
    assert (event.verb, event.note, event.data["within"]) == ("supervise", REASON, "WD3")
    ticket.refresh_from_db()
    assert ticket.state == "handling"


def test_a_street_head_signs_with_the_office_of_the_street(town, heads):
    order = supervised(signed(town, heads), by=heads["head"])
    assert order.issuer == town.offices[town.streets[0].pk].name


def test_numbers_go_on_over_tickets_and_begin_again_with_the_year(town, heads, clock_at):
    clock_at("2026-12-30 10:00")
    assert [supervised(signed(town, heads), by=heads["command"]).serial for _n in range(3)] == [
        1,
        2,
        3,
    ]
    clock_at("2027-01-05 10:00")
    assert supervised(signed(town, heads), by=heads["command"]).number == "夷陵督〔2027〕1号"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"note": ""}, "matter_needed"),
        ({"note": " \u200b "}, "matter_needed"),
        ({"within": ""}, "within_needed"),
        ({"within": "WD9999"}, "within_needed"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(town, heads, given, code):
    ticket = signed(town, heads)
    before = ticket.events.count()

    with pytest.raises(Refused) as refusal:
        supervised(ticket, by=heads["command"], **given)

    assert refusal.value.code == code
    assert not SupervisionOrder.objects.exists()
    assert ticket.events.count() == before


def test_one_order_a_department_is_open_at_a_time(town, heads):
    ticket = signed(town, heads)
    order = supervised(ticket, by=heads["command"])

    with pytest.raises(Refused) as refusal:
        supervised(ticket, by=heads["head"])
    assert refusal.value.code == "order_is_open"

    actions.move(ticket, "answer", by=heads["chief"], note="配件未到，周五前完成")
    actions.close_order(order, by=heads["command"])
    assert supervised(ticket, by=heads["head"]).place == 2


def test_an_order_goes_to_who_has_a_part(town, heads):
    ticket = signed(town, heads)
    with pytest.raises(Refused) as refusal:
        supervised(ticket, by=heads["command"], department=town.urban)
    assert refusal.value.code == "wrong_department"


@pytest.mark.parametrize("who", ["clerk", "chief", "street", "community", "worker", "other_head"])
def test_who_does_not_oversee_the_place_issues_none(town, heads, who):
    ticket = signed(town, heads)
    with pytest.raises(PermissionDenied):
        supervised(ticket, by=heads[who])


# ── answered and closed ───────────────────────────────────────────────────────────────────────


def test_the_department_answers_in_words_and_the_issuer_closes(town, heads, clock_at):
    ticket = signed(town, heads)
    order = supervised(ticket, by=heads["command"])
    Message.objects.all().delete()

    actions.move(ticket, "answer", by=heads["chief"], note="电话 13812345678，周五前完成")

    order.refresh_from_db()
    assert order.state == "answered"
    assert "13812345678" not in order.answer
    assert told(heads["command"]) == ["order_answered"]
    for who in ("head", "other_head", "chief", "street"):
        with pytest.raises(PermissionDenied):
            actions.close_order(order, by=heads[who])
    actions.close_order(order, by=heads["command"])
    order.refresh_from_db()
    assert order.state == "closed"
    with pytest.raises(Refused) as refusal:
        actions.close_order(order, by=heads["command"])
    assert refusal.value.code == "order_is_closed"
    assert ticket.events.filter(verb="close_order").count() == 1


def test_the_database_holds_what_an_order_is(town, heads):
    ticket = signed(town, heads)
    order = supervised(ticket, by=heads["command"])
    for name, values in {
        "order_state_has_its_time": {"state": "answered"},
        "order_answered_in_words": {"answer": "没有时间"},
        "order_limit_is_readable": {"limit": "soon"},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SupervisionOrder.objects.filter(pk=order.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_at_once_issue_one_order_a_ticket_and_no_number_twice(
    town, heads, clock_at
):
    clock_at("2026-11-16 10:00")
    tickets = [signed(town, heads) for _n in range(6)]
    together, refused = Barrier(2), []

    def supervise(who, order):
        def work():
            together.wait()
            for one in order:
                try:
                    supervised(one, by=heads[who])
                except Refused as refusal:
                    refused.append(refusal.code)
            connection.close()

        return work

    at_once([supervise("command", tickets), supervise("head", tickets[::-1])])

    serials = sorted(SupervisionOrder.objects.values_list("serial", flat=True))
    assert serials == [1, 2, 3, 4, 5, 6]
    assert refused == ["order_is_open"] * 6


def test_what_is_to_be_answered_waits_on_the_desk(town, heads, clock_at):
    def asked(who):
        groups = {one.slug: one for one in inbox.waiting(heads[who])}
        return (
            [(row.number, row.due) for row in groups["answer"].rows] if "answer" in groups else []
        )

    clock_at("2026-11-16 10:00")
    ticket, other = signed(town, heads), signed(town, heads)
    order = supervised(ticket, by=heads["command"])
    assert asked("clerk") == asked("chief") == [(ticket.number, order.answer_by)]
    assert asked("urban") == asked("command") == asked("street") == []

    clock_at("2026-11-23 18:01")
    actions.fire_clocks()
    assert [number for number, _due in asked("chief")] == [ticket.number, other.number]
    actions.move(ticket, "answer", by=heads["chief"], note="周五前完成")
    assert [number for number, _due in asked("chief")] == [other.number]


# ── urged ─────────────────────────────────────────────────────────────────────────────────────


def test_urged_once_an_hour(town, heads, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = signed(town, heads)
    Message.objects.all().delete()
    actions.move(ticket, "urge", by=heads["command"])
    assert told(heads["clerk"]) == told(heads["chief"]) == ["ticket_urged"]
    assert told(heads["urban"]) == []
    clock_at("2026-11-16 10:59")
    with pytest.raises(Refused) as refusal:
        actions.move(ticket, "urge", by=heads["head"])
    assert refusal.value.code == "urged_already"
    clock_at("2026-11-16 11:01")
    actions.move(ticket, "urge", by=heads["head"])
    assert told(heads["clerk"]) == ["ticket_urged"] * 2
    events = ticket.events.filter(verb="urge")
    assert {one.department for one in events} == {town.housing}


def test_a_desk_that_does_not_assign_is_urged(town, heads):
    ticket = signed(town, heads)
    actions.move(
        ticket,
        "return",
        by=heads["clerk"],
        note="不归我局",
        return_reason="not_ours",
        suggested_owner="城管局",
    )
    Message.objects.all().delete()
    actions.move(ticket, "urge", by=heads["command"])
    assert told(heads["street"]) == ["ticket_urged"]
    assert told(heads["clerk"]) == []


def test_who_has_not_looked_is_urged(town, heads):
    ticket = signed(town, heads)
    actions.move(ticket, "finish", by=heads["clerk"], note="已修好")
    Message.objects.all().delete()
    actions.move(ticket, "urge", by=heads["street"])
    assert told(heads["community"]) == told(heads["worker"]) == ["ticket_urged"]
    assert told(heads["clerk"]) == told(heads["street"]) == []


# ── as a paper ────────────────────────────────────────────────────────────────────────────────


def words_of(paper: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)


@pytest.fixture
def order(town, heads, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = signed(town, heads, description='<b>粗</b> & <img src="file:///etc/passwd">')
    return supervised(
        ticket,
        by=heads["command"],
        note='未说明原因 <script>alert(1)</script> <link href="http://x/">',
    )


def test_the_paper_holds_number_addressee_and_reason_and_escapes_markup(order):
    printed = papers.order_pdf(order)
    text = "".join(words_of(printed).split())

    assert printed.startswith(b"%PDF-")
    assert "夷陵督〔2026〕1号" in text
    assert "住建局" in text
    assert order.ticket.number in text
    assert "夷陵区网格化服务指挥中心" in text
    assert "<script>alert(1)</script>" in text
    assert "<b>粗</b>" in text
    sizes = {
        tuple(round(x) for x in page.mediabox[2:]) for page in PdfReader(BytesIO(printed)).pages
    }
    assert sizes == {(595, 842)}  # A4


def test_the_letters_are_in_the_paper(order):
    (page, *_rest) = PdfReader(BytesIO(papers.order_pdf(order))).pages
    for font in page["/Resources"]["/Font"].values():
        (inner,) = font.get_object()["/DescendantFonts"]
        described = inner.get_object()["/FontDescriptor"].get_object()
        assert "Noto" in described["/FontName"]
        assert {"/FontFile2", "/FontFile3"} & set(described)


def test_a_paper_fetches_nothing():
    for url in ("http://example.test/x.png", "file:///etc/passwd", "data:text/css,a{}"):
        with pytest.raises(ValueError, match="fetches nothing"):
            pdf.nothing(url)


def test_the_paper_is_for_who_has_to_do_with_it(client, order, heads, town):
    address = order.get_absolute_url()
    assert address == f"/tickets/{order.ticket.number}/orders/1.pdf"
    for who in ("chief", "command", "head", "street"):
        client.force_login(heads[who], backend="govgrid.accounts.backends.NameOrPhone")
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), who
        assert client.get(address.replace("/1.pdf", "/2.pdf")).status_code == 404
    for who in ("other_head", "urban", "other_worker"):
        client.force_login(heads[who], backend="govgrid.accounts.backends.NameOrPhone")
        assert client.get(address).status_code == 404, who
    # Who only reported it sees the ticket and no paper.
    reporter = holder("grid_worker", area=town.grids[6])
    ticket = routed(town, by=reporter)
    theirs = supervised(ticket, by=heads["command"])
    client.force_login(reporter, backend="govgrid.accounts.backends.NameOrPhone")
    assert client.get(ticket.get_absolute_url()).status_code == 200
    assert client.get(theirs.get_absolute_url()).status_code == 404


def test_only_the_issuer_closes_on_the_page(client, order, heads):
    address = f"/tickets/{order.ticket.number}/orders/1/close/"
    client.force_login(heads["head"], backend="govgrid.accounts.backends.NameOrPhone")
    assert client.post(address).status_code == 403
    client.force_login(heads["command"], backend="govgrid.accounts.backends.NameOrPhone")
    assert client.get(address).status_code == 302
    for _twice in range(2):
        assert client.post(address).status_code == 302
    order.refresh_from_db()
    assert order.state == "closed"


# ── the history ───────────────────────────────────────────────────────────────────────────────


def test_who_only_reported_it_reads_nothing_of_cards_and_orders(client, api, heads, town, clock_at):
    clock_at("2026-11-16 09:00")
    reporter = holder("grid_worker", area=town.grids[6])
    ticket = routed(town, by=reporter)
    actions.move(ticket, "sign", by=heads["clerk"])
    clock_at("2026-11-25 18:01")
    while actions.fire_clocks():
        pass
    order = supervised(ticket, by=heads["command"])
    actions.move(ticket, "answer", by=heads["chief"], note="承诺周五前完成")
    actions.close_order(order, by=heads["command"])
    said = (REASON, "承诺周五前完成", order.number, "A card", "red card", "Red, ")

    def story(who):
        client.force_login(who, backend="govgrid.accounts.backends.NameOrPhone")
        return client.get(ticket.get_absolute_url()).content.decode()

    def events(who):
        api.credentials(HTTP_AUTHORIZATION=bearer(who))
        return api.get(f"/api/v1/tickets/{ticket.number}/events/").json()["results"]

    assert all(words in story(heads["chief"]) for words in said[:4])
    assert [words for words in said if words in story(reporter)] == []

    kept, told_to_him = events(heads["chief"]), events(reporter)
    between = {"supervise", "answer", "close_order"}
    assert between <= {one["verb"] for one in kept}
    assert any("colour" in one["data"] for one in kept)
    assert not {"card", *between} & {one["verb"] for one in told_to_him}
    assert {"over"} <= {one["verb"] for one in told_to_him}
    assert not any({"card", "colour", "cause"} & set(one["data"]) for one in told_to_him)
