# ruff: noqa: F811, F401 -- fixtures are imported, and asked for by their names
"""What waits for whom."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from govgrid.core import clock
from govgrid.home import desk, own_requests
from govgrid.privacy import actions as privacy
from tests.factories.accounts import UserFactory
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, filed, routed, whistled
from tests.tickets.conftest import cast, town  # the same people
from tickets import actions, inbox
from tickets.inbox import rows


def danger():
    return CategoryFactory(code="0102", hazard_limit="UH2", resolve_limit="WD5")


def _slugs(person):
    return {group.slug: [row.number for row in group.rows] for group in inbox.waiting(person)}


def _moved(ticket, cast, *steps):
    given = {"finish": {"note": "已修好"}}
    who = {"verify": "community", "close": "community"}
    for step in steps:
        actions.move(ticket, step, by=cast[who.get(step, "clerk")], **given.get(step, {}))
    return ticket


def test_a_department_sees_what_to_sign_and_what_comes_next(town, cast):
    new = routed(town, by=cast["worker"])
    signed = _moved(routed(town, by=cast["worker"]), cast, "sign")
    there = _moved(routed(town, by=cast["worker"]), cast, "sign", "report_in")
    _moved(routed(town, by=cast["worker"]), cast, "sign", "finish")

    assert _slugs(cast["clerk"]) == {
        "sign": [new.number],
        "report_in": [signed.number],
        "finish": [there.number],
    }
    assert _slugs(cast["urban"]) == {}


def test_the_next_act_is_a_form_where_nothing_need_be_written(town, cast):
    routed(town, by=cast["worker"])
    _moved(routed(town, by=cast["worker"]), cast, "sign")
    _moved(routed(town, by=cast["worker"]), cast, "sign", "report_in")

    acts = [row.act for group in inbox.waiting(cast["clerk"]) for row in group.rows]

    assert [act.url.rsplit("/", 2)[-2] for act in acts[:2]] == ["sign", "report_in"]
    assert all(set(act.fields) == {"assignment"} for act in acts[:2])
    assert acts[2].fields is None
    assert acts[2].url.endswith("/#finish")


def test_a_whistle_says_by_its_clocks_what_comes_next(town, cast, clock_at):
    clock_at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["worker"], category=danger())

    def next_of(who):
        ((kind, row),) = [
            (group.slug, row) for group in inbox.waiting(cast[who]) for row in group.rows
        ]
        return kind, row.clock.kind, f"{clock.local(row.due):%d %H:%M}", row.act

    assert next_of("clerk")[:3] == ("sign", "sign", "24 09:20")
    actions.move(ticket, "sign", by=cast["clerk"])
    kind, by, due, act = next_of("clerk")
    assert (kind, by, due) == ("report_in", "report_in", "24 09:35")
    # Who comes to a whistle says at what rank, so this is a form on its page.
    assert act.fields is None
    actions.move(ticket, "report_in", by=cast["clerk"], rank="liaison")
    kind, by, due, act = next_of("clerk")
    assert (kind, by, due) == ("make_safe", "make_safe", "24 11:05")
    assert act.url.endswith("/make_safe/")
    actions.move(ticket, "make_safe", by=cast["clerk"])
    assert next_of("clerk")[:3] == ("finish", "resolve", "09 18:00")


def test_a_plan_that_is_owed_comes_before_the_finish(town, cast, clock_at):
    clock_at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["community"], kind="consultation")
    for step in ("sign", "report_in"):
        actions.move(ticket, step, by=cast["clerk"])

    assert _slugs(cast["clerk"]) == {"plan": [ticket.number]}
    actions.move(ticket, "plan", by=cast["clerk"], note="周三开会")
    assert _slugs(cast["clerk"]) == {"finish": [ticket.number]}


def test_an_assistant_goes_by_its_own_clocks(town, cast, clock_at):
    clock_at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["worker"], category=danger(), helpers=[town.urban])
    actions.move(ticket, "sign", by=cast["clerk"])

    (row,) = inbox.in_order(inbox.waiting(cast["urban"]))

    assert row.clock.kind == "sign"
    assert row.clock.assignment.department == town.urban
    for step in ("sign", "report_in"):
        actions.move(ticket, step, by=cast["urban"])
    (group,) = inbox.waiting(cast["urban"])
    assert (group.slug, group.rows[0].due) == ("finish", None)


# ── areas ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "who"), [("enforcement", {"street", "head"}), ("hard", {"head"})])
def test_a_whistle_waits_for_who_may_approve_its_kind(town, cast, kind, who):
    ticket = whistled(town, by=cast["community"], kind=kind)

    asked = {name for name, person in cast.items() if "approve" in _slugs(person)}

    assert ticket.state == "awaiting_approval"
    assert asked == who


def test_the_grid_worker_is_asked_to_look_while_a_danger_is_open(town, cast, clock_at):
    clock_at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["community"], category=danger())
    whistled(town, by=cast["community"], category=danger(), grid=1)

    ((slug, numbers),) = _slugs(cast["worker"]).items()
    (row,) = inbox.in_order(inbox.waiting(cast["worker"]))
    assert (slug, numbers) == ("look", [ticket.number])
    assert row.clock.kind == "make_safe"
    assert row.act.url.endswith("/#confirm_safe")
    assert "look" not in _slugs(cast["community"])
    assert _slugs(cast["other_worker"]) == {}

    actions.move(ticket, "confirm_safe", by=cast["worker"])
    assert _slugs(cast["worker"]) == {}


def test_the_community_scores_what_it_whistled_for_within_thirty_days(town, cast, clock_at):
    clock_at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["community"], kind="routine")
    report = routed(town, by=cast["worker"])
    four = {"spoke_with": "沿街商户", "note": "已清走", "until": date(2026, 10, 1), "no_photo": "x"}
    for one, given in ((ticket, four), (report, {"note": "已修好"})):
        actions.move(one, "sign", by=cast["clerk"])
        actions.move(one, "report_in", by=cast["clerk"])
        actions.move(one, "finish", by=cast["clerk"], **given)
        actions.move(one, "verify", by=cast["worker"])
        actions.move(one, "close", by=cast["community"])

    assert _slugs(cast["community"]) == {"score": [ticket.number]}
    assert "score" not in _slugs(cast["street"])
    neighbour = holder("community_officer", area=town.communities[1])
    assert _slugs(neighbour) == {}

    clock_at("2026-10-24 09:00")
    assert _slugs(cast["community"]) == {"score": [ticket.number]}
    clock_at("2026-10-24 09:10")
    assert _slugs(cast["community"]) == {}
    clock_at("2026-10-01 09:00")
    actions.move(ticket, "rate", by=cast["community"], speed=4, quality=3)
    assert _slugs(cast["community"]) == {}


def test_the_street_decides_what_no_rule_could(town, cast):
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
    actions.route()

    assert _slugs(cast["street"]) == {"assign": [ticket.number]}
    assert _slugs(cast["head"]) == {"assign": [ticket.number]}
    assert _slugs(cast["other_street"]) == {}
    assert _slugs(cast["worker"]) == {}


def test_who_looks_after_the_place_verifies_and_closes(town, cast):
    handled = _moved(routed(town, by=cast["worker"]), cast, "sign", "finish")
    verified = _moved(routed(town, by=cast["worker"]), cast, "sign", "finish", "verify")

    assert _slugs(cast["worker"]) == {"verify": [handled.number]}
    assert _slugs(cast["community"]) == {"verify": [handled.number], "close": [verified.number]}
    assert _slugs(cast["other_worker"]) == {}
    assert _slugs(cast["clerk"]) == {}


def test_nobody_is_asked_to_verify_their_own_work(town, cast):
    ticket = filed(town, by=cast["worker"])
    actions.move(ticket, "settle", by=cast["worker"], note="自己捡起来了")

    assert _slugs(cast["worker"]) == {}
    assert _slugs(cast["community"]) == {"verify": [ticket.number]}


def test_an_office_signs_for_what_is_given_to_it(town, cast):
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
    actions.route()
    office = town.offices[town.communities[0].pk]
    actions.move(ticket, "assign", by=cast["street"], department=office)

    assert _slugs(cast["community"]) == {"sign": [ticket.number]}
    assert _slugs(cast["worker"]) == {}


def test_closed_and_returned_wait_for_nobody(town, cast):
    _moved(routed(town, by=cast["worker"]), cast, "sign", "finish", "verify", "close")
    back = routed(town, by=cast["worker"])
    actions.move(
        back,
        "return",
        by=cast["clerk"],
        note="不归我们",
        return_reason="not_ours",
        suggested_owner="城管局",
    )

    assert _slugs(cast["clerk"]) == {}
    assert _slugs(cast["community"]) == {}
    assert _slugs(cast["street"]) == {"assign": [back.number]}


def test_more_than_fits_leads_to_the_list(town, cast, monkeypatch):
    monkeypatch.setattr(rows, "LIMIT", 2)
    made = [routed(town, by=cast["worker"]) for _ in range(3)]
    _moved(routed(town, by=cast["worker"]), cast, "sign")

    sign, report_in = inbox.waiting(cast["clerk"])

    assert [row.number for row in sign.rows] == [one.number for one in made[:2]]
    assert sign.more_url == "/tickets/?state=dispatched"
    assert report_in.more_url == ""


def test_what_is_cut_off_is_what_has_most_time_left(town, cast, monkeypatch, clock_at):
    monkeypatch.setattr(rows, "LIMIT", 1)
    clock_at("2026-09-24 09:05")
    routed(town, by=cast["worker"])
    urgent = whistled(town, by=cast["worker"], category=danger())

    (group,) = inbox.waiting(cast["clerk"])

    assert [row.number for row in group.rows] == [urgent.number]


# The posts, two for departments, ten for areas, one for the clocks; what is not theirs is not asked.
@pytest.mark.parametrize(
    ("who", "most"),
    [("clerk", 4), ("community", 9), ("street", 10), ("head", 11), ("worker", 5), ("command", 6)],
)
def test_the_inbox_takes_few_statements_however_much_waits(town, cast, who, most):
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
        whistled(town, by=cast["worker"], category=danger())
        whistled(town, by=cast["community"], kind="hard")
        filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
        actions.route()

    one_of_each()
    once = statements()
    one_of_each()
    one_of_each()
    thrice = statements()

    assert len(once) == len(thrice) <= most
    assert not any("boundary" in query["sql"] for query in thrice)


# ── the page ──────────────────────────────────────────────────────────────────────────────────


def test_one_list_by_time_left(client, town, cast, clock_at):
    clock_at("2026-09-24 08:30")
    calm = _moved(routed(town, by=cast["worker"]), cast, "sign")
    today = routed(town, by=cast["worker"])
    clock_at("2026-09-24 08:40")
    late = whistled(town, by=cast["worker"], category=danger())
    clock_at("2026-09-24 08:50")
    near = whistled(town, by=cast["worker"], category=danger())
    clock_at("2026-09-24 09:00")
    client.force_login(cast["clerk"])

    response = client.get("/desk/")

    sections = response.context["sections"]
    assert [(str(section.title), [row.number for row in section.rows]) for section in sections] == [
        ("Late", [late.number]),
        ("Within the hour", [near.number]),
        ("Today", [today.number]),
        ("Later", [calm.number]),
    ]
    page = response.content.decode()
    assert "5 min late" in page
    assert "5 min left" in page
    assert "3 h 30 min left" in page
    assert "5 working days left" in page
    assert "Emergency whistle" in page
    assert (response.context["late"], response.context["today"]) == (1, 2)
    assert "1 late" in page
    assert "2 due today" in page


def test_what_waits_for_a_word_stands_with_today(client, town, cast, clock_at):
    clock_at("2026-09-24 16:20")
    whistled(town, by=cast["community"], kind="hard")
    client.force_login(cast["head"])

    response = client.get("/desk/")

    (section,) = response.context["sections"]
    assert str(section.title) == "Today"
    assert "today 16:20" in response.content.decode()
    assert (response.context["late"], response.context["today"]) == (0, 0)


def test_a_kind_can_be_chosen_and_an_unknown_one_is_all(client, town, cast):
    new = routed(town, by=cast["worker"])
    signed = _moved(routed(town, by=cast["worker"]), cast, "sign")
    client.force_login(cast["clerk"])

    page = client.get("/desk/?kind=sign").content.decode()
    assert new.number in page
    assert signed.number not in page
    assert 'href="?kind=sign" aria-current="true"' in page
    assert 'To sign for <span class="count">1</span>' in page
    assert 'All <span class="count">2</span>' in page
    # The act leads back to the very list.
    assert 'name="next" value="/desk/?kind=sign"' in page

    for kind in ("nonsense", "", "'"):
        page = client.get("/desk/", {"kind": kind}).content.decode()
        assert new.number in page
        assert signed.number in page


def test_a_long_list_is_cut_and_says_so(client, town, cast, monkeypatch):
    monkeypatch.setattr(desk, "SHOWN", 2)
    for _ in range(3):
        routed(town, by=cast["worker"])
    client.force_login(cast["clerk"])

    page = client.get("/desk/").content.decode()

    assert page.count("data-gg-row") == 2
    assert "There is more, with more time left" in page


def test_the_page_takes_as_many_statements_for_three_as_for_one(client, town, cast):
    client.force_login(cast["clerk"])

    def statements():
        with CaptureQueriesContext(connection) as asked:
            client.get("/desk/")
        return len(asked)

    whistled(town, by=cast["worker"], category=danger())
    statements()  # the calendar is read once a process
    once = statements()
    whistled(town, by=cast["worker"], category=danger())
    whistled(town, by=cast["worker"], category=danger())

    assert statements() == once


def test_another_app_brings_rows_with_their_own_due(client, town, cast, monkeypatch):
    at = clock.now()
    row = inbox.Row(
        state="filed", icon="talk", title="回复委员", text="", url="/x/", number="T-1",
        place="营盘社区", who="", since=at, due=at - timedelta(hours=1),
        act=inbox.Act("Answer", "/x/", "talk", ""),
    )  # fmt: skip
    other = inbox.Group("answer", "To answer", [row])
    monkeypatch.setattr(desk, "SOURCES", (*desk.SOURCES, lambda user: [other]))
    routed(town, by=cast["worker"])
    client.force_login(cast["clerk"])

    response = client.get("/desk/")

    first = response.context["sections"][0]
    assert (str(first.title), first.rows) == ("Late", [row])
    assert "回复委员" in response.content.decode()


def test_the_page_shows_them_with_their_buttons(client, town, cast):
    ticket = routed(town, by=cast["worker"], description="公交站旁")
    client.force_login(cast["clerk"])

    page = client.get("/desk/").content.decode()

    assert ticket.number in page
    assert "公交站旁" in page
    assert f'action="/tickets/{ticket.number}/sign/"' in page
    assert "style=" not in page


def test_the_button_on_the_page_works_and_leads_back(client, town, cast):
    ticket = routed(town, by=cast["worker"])
    client.force_login(cast["clerk"])

    response = client.post(
        f"/tickets/{ticket.number}/sign/",
        {"assignment": ticket.assignments.get().pk, "next": "/desk/"},
        follow=True,
    )

    assert response.redirect_chain == [("/desk/", 302)]
    assert f'action="/tickets/{ticket.number}/report_in/"' in response.content.decode()


def test_an_empty_desk_says_so(client, town, cast):
    routed(town, by=cast["worker"])
    client.force_login(cast["nobody"])

    assert "Nothing is waiting for you." in client.get("/desk/").content.decode()


def test_a_stranger_signs_in_first(client, db):
    assert client.get("/desk/")["Location"].startswith("/login/")


def test_a_post_that_ended_brings_no_work(town, cast):
    routed(town, by=cast["worker"])
    former = holder("department_clerk", department=town.housing)
    former.posts.update(period="[2025-01-01,2025-06-01)")

    assert inbox.waiting(former) == []


def test_requests_about_own_data_wait_for_the_data_officer_without_a_name(client, town):
    officer = holder("data_officer", area=town.district)
    asker = UserFactory(name="曾志远")
    first = privacy.ask("see", by=asker)
    privacy.ask("object", "不同意", by=officer)
    on_paper = privacy.ask("correct", "电话", by=officer, subject_ref="2026-014")

    (group,) = own_requests.waiting(officer)
    assert [row.number for row in group.rows] == [str(first.pk), str(on_paper.pk)]
    assert all(clock.local(row.due).date() == first.due_on for row in group.rows)
    assert own_requests.waiting(asker) == []

    client.force_login(officer)
    page = client.get("/desk/").content.decode()
    assert reverse("privacy:request", args=[first.pk]) in page
    assert "曾志远" not in page

    privacy.answer(first, "您的信息在这里。", by=officer)
    privacy.answer(on_paper, "改好了。", by=officer)
    assert own_requests.waiting(officer) == []
