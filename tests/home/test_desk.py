"""What waits for whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, filed, routed
from tests.tickets.conftest import cast, town  # noqa: F401 the same people stand here
from tickets import actions, inbox


def _slugs(person):
    return {group.slug: [row.number for row in group.rows] for group in inbox.waiting(person)}


def _moved(ticket, cast, *steps):  # noqa: F811
    given = {"finish": {"note": "已修好"}}
    who = {"verify": "community", "close": "community"}
    for step in steps:
        actions.move(ticket, step, by=cast[who.get(step, "clerk")], **given.get(step, {}))
    return ticket


def test_a_department_sees_what_to_sign_and_what_is_in_hand(town, cast):  # noqa: F811
    new = routed(town, by=cast["worker"])
    signed = _moved(routed(town, by=cast["worker"]), cast, "sign")
    there = _moved(routed(town, by=cast["worker"]), cast, "sign", "report_in")
    _moved(routed(town, by=cast["worker"]), cast, "sign", "finish")

    assert _slugs(cast["clerk"]) == {
        "sign": [new.number],
        "in_hand": [signed.number, there.number],
    }
    assert _slugs(cast["urban"]) == {}


def test_the_next_act_is_a_form_where_nothing_need_be_written(town, cast):  # noqa: F811
    routed(town, by=cast["worker"])
    _moved(routed(town, by=cast["worker"]), cast, "sign")
    _moved(routed(town, by=cast["worker"]), cast, "sign", "report_in")

    acts = [row.act for group in inbox.waiting(cast["clerk"]) for row in group.rows]

    assert [act.url.rsplit("/", 2)[-2] for act in acts[:2]] == ["sign", "report_in"]
    assert all(set(act.fields) == {"assignment"} for act in acts[:2])
    assert acts[2].fields is None
    assert acts[2].url.endswith("/#finish")


def test_the_street_decides_what_no_rule_could(town, cast):  # noqa: F811
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
    actions.route()

    assert _slugs(cast["street"]) == {"assign": [ticket.number]}
    assert _slugs(cast["head"]) == {"assign": [ticket.number]}
    assert _slugs(cast["other_street"]) == {}
    assert _slugs(cast["worker"]) == {}


def test_who_looks_after_the_place_verifies_and_closes(town, cast):  # noqa: F811
    handled = _moved(routed(town, by=cast["worker"]), cast, "sign", "finish")
    verified = _moved(routed(town, by=cast["worker"]), cast, "sign", "finish", "verify")

    assert _slugs(cast["worker"]) == {"verify": [handled.number]}
    assert _slugs(cast["community"]) == {"verify": [handled.number], "close": [verified.number]}
    assert _slugs(cast["other_worker"]) == {}
    assert _slugs(cast["clerk"]) == {}


def test_nobody_is_asked_to_verify_their_own_work(town, cast):  # noqa: F811
    ticket = filed(town, by=cast["worker"])
    actions.move(ticket, "settle", by=cast["worker"], note="自己捡起来了")

    assert _slugs(cast["worker"]) == {}
    assert _slugs(cast["community"]) == {"verify": [ticket.number]}


def test_an_office_signs_for_what_is_given_to_it(town, cast):  # noqa: F811
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
    actions.route()
    office = town.offices[town.communities[0].pk]
    actions.move(ticket, "assign", by=cast["street"], department=office)

    assert _slugs(cast["community"]) == {"sign": [ticket.number]}
    assert _slugs(cast["worker"]) == {}


def test_closed_and_returned_wait_for_nobody(town, cast):  # noqa: F811
    _moved(routed(town, by=cast["worker"]), cast, "sign", "finish", "verify", "close")
    back = routed(town, by=cast["worker"])
    actions.move(back, "return", by=cast["clerk"], note="不归我们", suggested_owner="城管局")

    assert _slugs(cast["clerk"]) == {}
    assert _slugs(cast["community"]) == {}
    assert _slugs(cast["street"]) == {"assign": [back.number]}


def test_more_than_fits_leads_to_the_list(town, cast, monkeypatch):  # noqa: F811
    monkeypatch.setattr(inbox, "LIMIT", 2)
    made = [routed(town, by=cast["worker"]) for _ in range(3)]
    _moved(routed(town, by=cast["worker"]), cast, "sign")

    sign, in_hand = inbox.waiting(cast["clerk"])

    assert [row.number for row in sign.rows] == [one.number for one in made[:2]]
    assert sign.more_url == "/tickets/?state=dispatched"
    assert in_hand.more_url == ""


@pytest.mark.parametrize("who", ["clerk", "community", "street", "worker", "command"])
def test_the_inbox_takes_five_statements_however_much_waits(town, cast, who):  # noqa: F811
    def statements():
        person = type(cast[who]).objects.get(pk=cast[who].pk)
        with CaptureQueriesContext(connection) as asked:
            inbox.waiting(person)
        return asked

    def one_of_each():
        routed(town, by=cast["worker"])
        _moved(routed(town, by=cast["worker"]), cast, "sign")
        _moved(routed(town, by=cast["worker"]), cast, "sign", "finish")
        _moved(routed(town, by=cast["worker"]), cast, "sign", "finish", "verify")
        filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
        actions.route()

    one_of_each()
    once = statements()
    one_of_each()
    one_of_each()
    thrice = statements()

    assert len(once) == len(thrice) <= 5
    assert not any("boundary" in query["sql"] for query in thrice)


def test_the_page_shows_them_with_their_buttons(client, town, cast):  # noqa: F811
    ticket = routed(town, by=cast["worker"], description="公交站旁")
    client.force_login(cast["clerk"])

    page = client.get("/desk/").content.decode()

    assert ticket.number in page
    assert "公交站旁" in page
    assert f'action="/tickets/{ticket.number}/sign/"' in page
    assert "style=" not in page


def test_the_button_on_the_page_works_and_leads_back(client, town, cast):  # noqa: F811
    ticket = routed(town, by=cast["worker"])
    client.force_login(cast["clerk"])

    response = client.post(
        f"/tickets/{ticket.number}/sign/",
        {"assignment": ticket.assignments.get().pk, "next": "/desk/"},
        follow=True,
    )

    assert response.redirect_chain == [("/desk/", 302)]
    assert "In hand" in response.content.decode()


def test_an_empty_desk_says_so(client, town, cast):  # noqa: F811
    routed(town, by=cast["worker"])
    client.force_login(cast["nobody"])

    assert "Nothing is waiting for you." in client.get("/desk/").content.decode()


def test_a_stranger_signs_in_first(client, db):
    assert client.get("/desk/")["Location"].startswith("/login/")


def test_a_post_that_ended_brings_no_work(town, cast):  # noqa: F811
    routed(town, by=cast["worker"])
    former = holder("department_clerk", department=town.housing)
    former.posts.update(period="[2025-01-01,2025-06-01)")

    assert inbox.waiting(former) == []
