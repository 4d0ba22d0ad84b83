"""The late list: who sees what, in which order, narrowed how; and what is done from it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.outbox.models import Message
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, routed
from tests.tickets.test_cards import live, signed
from tickets import actions
from tickets.models import Card, SupervisionOrder, Ticket

LATE = "/tickets/late/"


@pytest.fixture
def browser(client, cast, town):
    people = cast | {
        "chief": holder("department_head", department=town.housing),
        "other_head": holder("street_head", area=town.streets[1]),
    }

    def sign_in(who):
        client.force_login(people[who], backend="govgrid.accounts.backends.NameOrPhone")
        return client

    return sign_in


def numbers(answer) -> list[str]:
    return [row.ticket.number for row, _acts in answer.context["rows"]]


@pytest.fixture
def lot(town, cast, clock_at):
    """Red, yellow and blue in the first street, yellow in the other, one calm, one at the desk."""
    clock_at("2026-11-16 09:00")
    made = {"red": signed(town, cast)}
    clock_at("2026-11-18 09:00")
    made["yellow"] = signed(town, cast)
    made["elsewhere"] = signed(town, cast, grid=4)
    made["blue"] = signed(town, cast, category=CategoryFactory(code="0302", resolve_limit="WD6"))
    clock_at("2026-11-25 16:00")
    made["calm"] = routed(town, by=cast["worker"])
    desk = made["desk"] = signed(town, cast)
    said = {"return_reason": "not_ours", "note": "不归我局", "suggested_owner": "城管局"}
    actions.move(desk, "return", by=cast["clerk"], **said)
    clock_at("2026-11-25 18:01")
    while actions.fire_clocks():
        pass
    assert live(made["red"]) == [("red", "long_overdue")]
    assert live(made["yellow"]) == live(made["elsewhere"]) == [("yellow", "overdue")]
    assert live(made["blue"]) == [("blue", "near")]
    assert live(made["calm"]) == live(desk) == []
    return made


def named(lot, *names) -> list[str]:
    return [lot[name].number for name in names]


def test_everything_late_or_carded_the_longest_overdue_first(browser, lot):
    found = numbers(browser("head").get(LATE))
    assert found == named(lot, "red", "desk", "yellow", "blue")


def test_the_command_sees_the_district_and_a_street_its_own(browser, lot):
    assert lot["elsewhere"].number in numbers(browser("command").get(LATE))
    assert numbers(browser("other_street").get(LATE)) == named(lot, "elsewhere")
    for who in ("street", "head"):
        assert lot["elsewhere"].number not in numbers(browser(who).get(LATE))


@pytest.mark.parametrize("who", ["worker", "community", "clerk", "chief", "nobody", "auditor"])
def test_nobody_else_sees_the_list_or_acts_from_it(browser, lot, who):
    assert browser(who).get(LATE).status_code == 403
    asked = {"one": f"urge:{lot['red'].number}"}
    assert browser(who).post(f"{LATE}act/", asked).status_code == 403
    assert not lot["red"].events.filter(verb="urge").exists()


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("colour=red", ["red"]),
        ("colour=blue", ["blue"]),
        ("cause=overdue", ["yellow"]),
        ("cause=desk_triage", ["desk"]),
        ("cause=unsolved", []),
        ("colour=red&cause=overdue", []),
    ],
)
def test_narrowed_by_colour_and_cause(browser, lot, asked, names):
    assert numbers(browser("head").get(f"{LATE}?{asked}")) == named(lot, *names)


def test_narrowed_by_department(browser, lot, town):
    client = browser("head")
    own = numbers(client.get(f"{LATE}?department={town.housing.code}"))
    assert own == named(lot, "red", "yellow", "blue")
    assert numbers(client.get(f"{LATE}?department={town.urban.code}")) == []


@pytest.mark.parametrize(
    "asked", ["colour=green", "cause=x", "department=x", "after=x", "after=99-" + "9" * 30]
)
def test_what_there_is_not_is_said(browser, lot, asked):
    answer = browser("head").get(f"{LATE}?{asked}")
    assert answer.status_code == 400
    assert numbers(answer) == []


def test_it_counts_by_department_colour_and_cause_and_ranks_nobody(browser, lot, town):
    tally = browser("head").get(LATE).context["tally"]
    assert tally.by_colour == {"red": 1, "yellow": 1, "blue": 1}
    assert tally.by_cause == {"long_overdue": 1, "overdue": 1, "near": 1, "desk_triage": 1}
    assert [(one.department, one.by_colour) for one in tally.departments] == [
        (town.housing, {"red": 1, "yellow": 1, "blue": 1})
    ]


def test_pages_by_cursor_neither_skip_nor_repeat(browser, lot, monkeypatch):
    monkeypatch.setattr("tickets.views.late.PAGE", 2)
    client = browser("command")
    seen, address = [], ""
    while True:
        answer = client.get(f"{LATE}{address}")
        seen += numbers(answer)
        address = answer.context["older"]
        if not address:
            break
    assert len(seen) == len(set(seen)) == 5


def test_statements_do_not_grow_with_the_rows(browser, lot, town, cast, clock_at):
    client = browser("head")
    client.get(LATE)
    with CaptureQueriesContext(connection) as few:
        client.get(LATE)
    clock_at("2026-11-18 09:00")
    for _n in range(6):
        signed(town, cast)
    clock_at("2026-11-26 09:00")
    while actions.fire_clocks():
        pass
    with CaptureQueriesContext(connection) as many:
        assert len(numbers(client.get(LATE))) == 11  # and the calm one is late by now
    assert asked_of(few) == asked_of(many) == 9


def asked_of(queries) -> int:
    """Without what the clock of the tests asks."""
    return sum("clockshift" not in one["sql"] for one in queries.captured_queries)


# ── acts ──────────────────────────────────────────────────────────────────────────────────────


def test_one_click_urges_and_comes_back_to_the_list(browser, lot, cast):
    Message.objects.all().delete()
    back = f"{LATE}?colour=red"
    answer = browser("command").post(
        f"{LATE}act/", {"one": f"urge:{lot['red'].number}", "next": back}
    )
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert lot["red"].events.filter(verb="urge").count() == 1
    assert Message.objects.for_person(cast["clerk"]).filter(kind="ticket_urged").count() == 1


def test_several_at_once_and_each_by_itself(browser, lot):
    client = browser("command")
    actions.move(lot["red"], "urge", by=holder_of(lot))
    answer = client.post(
        f"{LATE}act/",
        {"do": "urge", "ticket": [lot["red"].number, lot["yellow"].number]},
        follow=True,
    )
    text = answer.content.decode()
    assert lot["yellow"].events.filter(verb="urge").count() == 1
    assert lot["red"].events.filter(verb="urge").count() == 1
    assert f"{lot['red'].number}: It was urged less than an hour ago." in text


def holder_of(lot):
    return holder("district_command", area=lot["red"].district)


def test_orders_are_asked_for_their_words_first(browser, lot):
    client = browser("command")
    chosen = {"do": "supervise", "ticket": named(lot, "red", "yellow")}
    page = client.post(f"{LATE}act/", chosen)
    assert page.status_code == 200
    assert not SupervisionOrder.objects.exists()

    empty = client.post(f"{LATE}act/", chosen | {"sure": "1", "note": " ", "within": "WD1"})
    assert empty.status_code == 200
    assert not SupervisionOrder.objects.exists()

    said = chosen | {"sure": "1", "note": "说明原因", "within": "WD1"}
    assert client.post(f"{LATE}act/", said).status_code == 302
    orders = SupervisionOrder.objects.order_by("pk")
    assert [one.serial for one in orders] == [1, 2]
    assert {one.ticket for one in orders} == {lot["red"], lot["yellow"]}
    assert [one.colour for one in orders] == ["red", "yellow"]


def test_taken_up_a_level_with_reasons(browser, lot):
    client = browser("head")
    said = {
        "do": "escalate", "ticket": named(lot, "red"), "sure": "1", "tried": "两次催办",
        "missing_power": "执法权",
    }  # fmt: skip
    assert client.post(f"{LATE}act/", said).status_code == 302
    assert Ticket.objects.get(pk=lot["red"].pk).level == "street"


def test_out_of_reach_is_404_and_nothing_is_done(browser, lot):
    client = browser("other_head")
    for numbers_ in ([lot["red"].number], [lot["elsewhere"].number, lot["red"].number]):
        asked = {"do": "urge", "ticket": numbers_}
        assert client.post(f"{LATE}act/", asked).status_code == 404
    assert not lot["elsewhere"].events.filter(verb="urge").exists()


def test_bad_input_is_no_fault(browser, lot):
    client = browser("command")
    for asked in ({"do": "urge"}, {"do": "urge", "ticket": ["x", "\x00"]}, {"one": "urge:"}):
        assert client.post(f"{LATE}act/", asked).status_code == 302
    for asked in ({}, {"do": "close"}, {"one": "x"}):
        assert client.post(f"{LATE}act/", asked).status_code == 404
    assert client.get(f"{LATE}act/").status_code == 302


def test_a_desk_urges_and_issues_no_order(browser, lot):
    client = browser("street")
    assert client.post(f"{LATE}act/", {"one": f"urge:{lot['red'].number}"}).status_code == 302
    assert lot["red"].events.filter(verb="urge").exists()
    asked = {"one": f"supervise:{lot['red'].number}"}
    assert client.post(f"{LATE}act/", asked).status_code == 403


# ── on the page of the ticket ─────────────────────────────────────────────────────────────────


def test_the_page_shows_cards_and_orders_and_offers_the_answer(browser, lot):
    actions.move(lot["red"], "supervise", by=holder_of(lot), note="说明<i>原因</i>", within="WD1")
    address = lot["red"].get_absolute_url()
    text = browser("chief").get(address).content.decode()
    assert "督〔2026〕1号" in text
    assert "slip--red" in text
    assert "说明&lt;i&gt;原因" in text
    assert f"{address}answer/" in text

    answered = browser("chief").post(f"{address}answer/", {"note": "周五前完成"})
    assert answered.status_code == 302
    text = browser("chief").get(address).content.decode()
    assert f"{address}answer/" not in text
    assert "周五前完成" in text


def test_a_reporter_sees_no_card(browser, lot, cast, town, client):
    other = cast["other_worker"]
    ticket = signed(town, cast | {"worker": other})
    Card.objects.filter(ticket=lot["red"]).update(ticket=ticket)
    client.force_login(other, backend="govgrid.accounts.backends.NameOrPhone")
    answer = client.get(ticket.get_absolute_url())
    assert answer.status_code == 200
    assert "slip--" not in answer.content.decode()


@pytest.mark.parametrize("asked", ["department=%00", "department=a%00&colour=%00&cause=%00"])
def test_an_address_with_a_nul_asks_for_what_there_is_not(browser, lot, asked):
    assert browser("head").get(f"{LATE}?{asked}").status_code == 400
