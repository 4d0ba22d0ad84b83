"""The pages of tickets, as a browser without script uses them."""

import re
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from govgrid.privacy.models import AccessLog
from tests.factories.grids import AreaFactory, holder
from tests.factories.tickets import CategoryFactory, filed, routed
from tickets import actions
from tickets.models import Contact, Ticket, TicketEvent
from tickets.workflow import MOVES, State

NEW = "/tickets/new/"
PHONE = "13812345678"
# Shang Yang's number in the standard's own example.
IDENTITY = "11010519491231002X"


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


@pytest.fixture
def report(town):
    """What a browser sends from the report page, with what differs."""
    CategoryFactory(code="0101", picture_rank=1)

    def content(**differs):
        lon, lat = town.middle(0)
        data = {
            "client_id": str(uuid4()),
            "lon": str(lon),
            "lat": str(lat),
            "crs": "wgs84",
            "category": "0101",
            "description": "路口南侧",
        } | differs
        return {name: value for name, value in data.items() if value is not None}

    return content


def _page(response):
    return response.content.decode()


def _act(client, ticket, name, **given):
    return client.post(reverse("tickets:act", args=[ticket.number, name]), given)


# ── filing ────────────────────────────────────────────────────────────────────────────────────


def test_the_page_makes_an_id_and_offers_pictures_and_own_grids(sign_in, town, report):
    report()
    client = sign_in("worker")

    page = _page(client.get(NEW))

    assert re.search(r'name="client_id" value="[0-9a-f-]{36}"', page)
    assert f'value="{town.grids[0].code}"' in page
    assert town.grids[1].code not in page
    assert 'type="radio" name="category" value="0101"' in page
    assert "style=" not in page


@pytest.mark.parametrize("who", ["nobody", "clerk", "auditor"])
def test_who_may_not_file_is_told_so(sign_in, report, who):
    client = sign_in(who)

    assert client.get(NEW).status_code == 403
    assert client.post(NEW, report()).status_code == 403
    assert not Ticket.objects.exists()


def test_a_report_becomes_a_ticket_and_leads_to_its_page(sign_in, report, woken):
    response = sign_in("worker").post(NEW, report())

    ticket = Ticket.objects.get()
    assert response.status_code == 302
    assert response["Location"] == ticket.get_absolute_url()
    assert f"Filed as {ticket.number}." in [str(one) for one in get_messages(response.wsgi_request)]
    assert ("tickets.tasks.route", ()) in woken


def test_a_grid_from_the_list_is_enough(sign_in, report, town):
    sign_in("worker").post(NEW, report(lon=None, lat=None, grid=town.grids[0].code))

    assert Ticket.objects.get().grid == town.grids[0]
    assert Ticket.objects.get().point is None


def test_sending_twice_makes_one(sign_in, report):
    client, content = sign_in("worker"), report()

    first = client.post(NEW, content)
    second = client.post(NEW, content)

    assert Ticket.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_the_same_id_with_other_words_keeps_the_words(sign_in, report):
    client, content = sign_in("worker"), report()
    client.post(NEW, content)

    response = client.post(NEW, content | {"description": "换一种说法"})

    assert response.status_code == 409
    assert "换一种说法" in _page(response)
    assert Ticket.objects.get().number in _page(response)
    # The page holds a fresh id, so that the person is not stuck.
    assert content["client_id"] not in _page(response)
    assert Ticket.objects.count() == 1


def test_a_bad_id_is_replaced_and_the_words_stay(sign_in, report):
    response = sign_in("worker").post(NEW, report(client_id="x"))

    assert response.status_code == 200
    assert "Please send it once more." in _page(response)
    assert "路口南侧" in _page(response)
    assert re.search(r'name="client_id" value="[0-9a-f-]{36}"', _page(response))


def test_outside_the_map_is_said_with_the_way_back(sign_in, report):
    response = sign_in("worker").post(NEW, report(lon="111.2", lat="30.005"))

    assert response.status_code == 200
    assert "outside 夷陵区. Please move the pin." in _page(response)
    assert "路口南侧" in _page(response)
    assert not Ticket.objects.exists()


def test_an_unknown_grid_is_said_at_its_field(sign_in, report):
    response = sign_in("worker").post(NEW, report(lon=None, lat=None, grid_code="nowhere"))

    assert "There is no grid with this code." in _page(response)


@pytest.mark.parametrize(
    "bad",
    [
        {"lon": "NaN"},
        {"lat": "Infinity"},
        {"lon": "1e400"},
        {"description": "a\x00b"},
        {"description": "长" * 33_000},
        {"category": "nope"},
        {"crs": "\x00"},
        {"lon": None, "lat": None, "grid_code": "' OR 1=1"},
        {"lon": None, "lat": None, "grid": "not-mine"},
        {"keep": "everything"},
        {"seen_near": "1,2," * 200},
        {"contact_phone": "<script>"},
    ],
)
def test_bad_input_gives_the_page_again(sign_in, report, bad):
    response = sign_in("worker").post(NEW, report(**bad))

    assert response.status_code == 200
    assert "data-gg-summary" in _page(response)
    assert "<script>" not in _page(response)
    assert not Ticket.objects.exists()


def test_numbers_of_persons_are_asked_about_and_covered(sign_in, report):
    client, words = sign_in("worker"), f"找张三 {PHONE}，{IDENTITY}"
    content = report(description=words)

    asked = client.post(NEW, content)
    assert "mobile phone number" in _page(asked)
    assert words in _page(asked)
    assert not Ticket.objects.exists()

    seen = re.search(r'name="seen_finds" value="([^"]*)"', _page(asked))[1]
    client.post(NEW, content | {"seen_finds": seen})
    text = Ticket.objects.get().description
    assert PHONE not in text
    assert IDENTITY not in text


def test_a_phone_number_stays_when_asked_for_an_identity_number_never(sign_in, report):
    content = report(description=f"{PHONE}，{IDENTITY}", keep="keep", seen_finds="id,phone")

    sign_in("worker").post(NEW, content)

    text = Ticket.objects.get().description
    assert PHONE in text
    assert IDENTITY not in text


def test_a_contact_is_sealed_and_not_on_the_page(sign_in, report):
    client = sign_in("worker")

    response = client.post(NEW, report(contact_name="张三丰", contact_phone=PHONE), follow=True)

    assert Contact.objects.count() == 1
    assert "张三丰" not in _page(response)
    assert PHONE not in _page(response)


def test_something_near_is_shown_before_filing(sign_in, report, town, cast):
    there = filed(town, by=cast["community"])
    client, content = sign_in("worker"), report()

    asked = client.post(NEW, content)
    assert there.number in _page(asked)
    assert "This is the same one" in _page(asked)
    assert Ticket.objects.count() == 1

    client.post(NEW, content | {"seen_near": str(there.pk)})
    assert Ticket.objects.count() == 2


# ── near ──────────────────────────────────────────────────────────────────────────────────────


def _near(client, town, grid=0, **differs):
    lon, lat = town.middle(grid)
    return client.get("/tickets/near/", {"lon": lon, "lat": lat, "category": "0101"} | differs)


def test_near_tells_state_and_metres(sign_in, town, cast):
    there = routed(town, by=cast["worker"])

    page = _page(_near(sign_in("worker"), town))

    assert there.number in page
    assert "0 m away" in page
    assert "To be signed for" in page


def test_near_tells_of_a_strangers_ticket_without_its_number(sign_in, town, cast):
    there = filed(town, by=cast["other_worker"], grid=4, description="只给那边看")

    page = _page(_near(sign_in("worker"), town, grid=4))

    assert "0 m away" in page
    assert there.number not in page
    assert "只给那边看" not in page


def test_near_is_for_those_who_file(sign_in, town, cast):
    filed(town, by=cast["worker"])

    assert _near(sign_in("clerk"), town).status_code == 403


@pytest.mark.parametrize("bad", [{"lon": "nan"}, {"lat": "x"}, {"category": "\x00"}, {"lon": ""}])
def test_near_refuses_what_is_no_place(sign_in, town, bad):
    assert _near(sign_in("worker"), town, **bad).status_code == 400


# ── the list ──────────────────────────────────────────────────────────────────────────────────


def test_the_list_shows_ones_reach_alone(sign_in, town, cast):
    here = filed(town, by=cast["worker"])
    there = filed(town, by=cast["other_worker"], grid=5)

    page = _page(sign_in("street").get("/tickets/"))

    assert here.number in page
    assert there.number not in page
    assert there.number in _page(sign_in("other_street").get("/tickets/"))


@pytest.mark.parametrize("who", ["street", "clerk", "worker", "auditor"])
def test_the_list_asks_as_much_for_three_as_for_one(sign_in, town, cast, who):
    client = sign_in(who)
    routed(town, by=cast["worker"])
    client.get("/tickets/")  # what the filters offer is read once a minute
    with CaptureQueriesContext(connection) as one:
        client.get("/tickets/")
    routed(town, by=cast["worker"])
    routed(town, by=cast["worker"])
    with CaptureQueriesContext(connection) as three:
        response = client.get("/tickets/")

    assert len(response.context["tickets"]) == 3
    assert len(one) == len(three) == 5
    asked = [query["sql"] for query in three]
    assert not any("boundary" in sql for sql in asked)
    assert not any("COUNT(" in sql and "tickets_ticket" in sql for sql in asked)


def test_older_pages_follow_a_cursor(sign_in, town, cast, monkeypatch):
    monkeypatch.setattr("tickets.views.tickets.PAGE", 2)
    made = [filed(town, by=cast["worker"]) for _ in range(3)]
    client = sign_in("worker")

    first = client.get("/tickets/?mine=on")
    assert [one.pk for one in first.context["tickets"]] == [made[2].pk, made[1].pk]
    assert first.context["older"] == f"?mine=on&before={made[1].pk}"

    second = client.get("/tickets/" + first.context["older"])
    assert [one.pk for one in second.context["tickets"]] == [made[0].pk]
    assert second.context["older"] == ""
    assert second.context["newest"] == "?mine=on"


def test_htmx_gets_the_results_alone(sign_in, town, cast):
    here = filed(town, by=cast["worker"])

    page = _page(sign_in("worker").get("/tickets/", headers={"HX-Request": "true"}))

    assert here.number in page
    assert "<html" not in page


@pytest.mark.parametrize(
    "query",
    ["foo=1", "state=zzz", "before=x", "before=99999999999999999999", "q=%00", "area=%00",
     "filed_after=0001-01-01", "department=%F0%9F", "category=%ED%A0%80"],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_a_word_and_no_fault(sign_in, town, query):
    response = sign_in("street").get(f"/tickets/?{query}")

    assert response.status_code == 200
    assert "data-gg-summary" in _page(response)


# ── one ticket ────────────────────────────────────────────────────────────────────────────────


def test_a_ticket_tells_its_story(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "report_in", by=cast["clerk"], note="两人到场")

    page = _page(sign_in("worker").get(ticket.get_absolute_url()))

    for words in (
        f"{cast['worker'].name} reported it",
        "Given to 住建局",
        "住建局 signed for it",
        "住建局 reported in",
        "两人到场",
        "Why 住建局",
        "Rule R-",
    ):
        assert words in page
    assert "style=" not in page
    assert "onclick" not in page


@pytest.mark.parametrize(("who", "is_told"), [("street", True), ("worker", True), ("clerk", False)])
def test_the_reporters_name_is_not_for_departments(sign_in, town, cast, who, is_told):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "settle", by=cast["worker"], note="当场清走")

    page = _page(sign_in(who).get(ticket.get_absolute_url()))

    # The rail names whoever is signed in.
    main = page.partition("<main")[2]
    assert (cast["worker"].name in main) is is_told
    assert "当场清走" in main


def test_a_number_is_read_in_either_case(sign_in, town, cast):
    ticket = filed(town, by=cast["worker"])

    assert sign_in("worker").get(f"/tickets/{ticket.number.lower()}/").status_code == 200


@pytest.mark.parametrize("who", ["other_worker", "other_street", "urban", "nobody"])
def test_out_of_reach_is_not_there(sign_in, town, cast, who):
    ticket = routed(town, by=cast["worker"], contact={"phone": PHONE})
    client = sign_in(who)

    assert client.get(ticket.get_absolute_url()).status_code == 404
    assert _act(client, ticket, "sign").status_code == 404
    path = reverse("tickets:contact", args=[ticket.number])
    assert client.post(path, {"reason": "want it"}).status_code == 404
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    "path", ["YL20200101-000000-0/", "nope/", "%00/", "YL20261122-00012３-7/", "x" * 500 + "/"]
)
def test_what_is_no_ticket_is_not_there(sign_in, town, path):
    assert sign_in("street").get(f"/tickets/{path}").status_code == 404


def test_strangers_are_asked_to_sign_in(client, town, cast):
    ticket = filed(town, by=cast["worker"])

    for path in ("/tickets/", NEW, "/tickets/near/", ticket.get_absolute_url()):
        assert client.get(path)["Location"].startswith("/login/")


@pytest.mark.parametrize("who", ["clerk", "street", "command"])
def test_a_ticket_asks_a_fixed_number_of_questions(
    sign_in, town, cast, who, django_assert_max_num_queries
):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    client = sign_in(who)

    with django_assert_max_num_queries(18):
        client.get(ticket.get_absolute_url())


def test_the_rail_counts_messages_on_a_tickets_page_as_on_any_other(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])  # the clerk is told
    client = sign_in("clerk")

    pages = [client.get(path).content.decode() for path in ("/desk/", ticket.get_absolute_url())]

    for html in pages:
        assert '<b class="faint">1</b>' in html


def test_buttons_are_those_of_the_person(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])

    clerk = sign_in("clerk").get(ticket.get_absolute_url())
    assert [offer.name for offer, _form in clerk.context["ready"]] == ["sign", "return", "hand_to"]
    shut = [offer.name for _why, group in clerk.context["not_now"] for offer in group]
    assert set(shut) == {"report_in", "make_safe", "finish"}
    assert 'aria-disabled="true"' in _page(clerk)

    auditor = sign_in("auditor").get(ticket.get_absolute_url())
    assert "You can now" not in _page(auditor)


def test_a_danger_is_ended_first_and_only_where_there_is_one(sign_in, town, cast):
    plain = routed(town, by=cast["worker"])
    danger = CategoryFactory(code="0104", hazard_limit="UH1")
    deep = routed(town, by=cast["worker"], category=danger)
    firsts = []
    for ticket in (plain, deep):
        actions.move(ticket, "sign", by=cast["clerk"])
        actions.move(ticket, "report_in", by=cast["clerk"])
        page = sign_in("clerk").get(ticket.get_absolute_url())
        firsts.append(page.context["ready"][0][0].name)

    assert firsts == ["finish", "make_safe"]


# ── acts ──────────────────────────────────────────────────────────────────────────────────────


def test_one_report_walks_to_its_end_by_forms_alone(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])
    for who, name, given in (
        ("clerk", "sign", {}),
        ("clerk", "report_in", {"note": "两人"}),
        ("clerk", "finish", {"note": "已更换"}),
        ("community", "verify", {}),
        ("community", "close", {}),
    ):
        response = _act(sign_in(who), ticket, name, **given)
        assert response.status_code == 302, (name, _page(response))

    ticket.refresh_from_db()
    assert ticket.state == State.CLOSED
    verbs = list(ticket.events.values_list("verb", flat=True))
    assert verbs == ["file", "route", "sign", "report_in", "finish", "verify", "close"]


def test_an_act_leads_back_to_where_its_button_was(sign_in, town, cast):
    first, second = routed(town, by=cast["worker"]), routed(town, by=cast["worker"])
    client = sign_in("clerk")

    assert _act(client, first, "sign", next="/desk/")["Location"] == "/desk/"
    elsewhere = _act(client, second, "sign", next="https://elsewhere.example.test/")
    assert elsewhere["Location"] == second.get_absolute_url()


def test_words_that_are_needed_are_asked_for_and_the_rest_is_kept(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])

    response = _act(
        sign_in("clerk"), ticket, "return", return_reason="not_ours", suggested_owner="物业企业"
    )

    assert response.status_code == 200
    assert "Say why." in _page(response)
    assert "物业企业" in _page(response)
    assert ticket.events.count() == 2


def test_who_comes_second_is_told_and_keeps_the_words(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "finish", by=cast["clerk"], note="先做好了")

    response = _act(sign_in("clerk"), ticket, "finish", note="我也写了一大段")

    assert response.status_code == 409
    assert "This does not fit its state now" in _page(response)
    assert "我也写了一大段" in _page(response)
    assert ticket.events.filter(verb="finish").count() == 1


def test_the_desk_gives_it_to_a_department(sign_in, town, cast):
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
    actions.route()
    client = sign_in("street")

    page = _page(client.get(ticket.get_absolute_url()))
    assert "Why a person decides" in page
    assert "住建局" in page

    _act(client, ticket, "assign", department=town.urban.pk, note="请城管看看")
    ticket.refresh_from_db()
    assert ticket.lead_department == town.urban


def test_a_department_of_elsewhere_cannot_be_chosen(sign_in, town, cast):
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
    actions.route()
    other_office = town.offices[town.streets[1].pk]

    response = _act(sign_in("street"), ticket, "assign", department=other_office.pk)

    assert response.status_code == 200
    ticket.refresh_from_db()
    assert ticket.state == State.TRIAGE


@pytest.mark.parametrize("name", sorted(MOVES))
def test_no_move_is_open_to_who_only_looks(sign_in, town, cast, name):
    ticket = routed(town, by=cast["worker"])
    given = {
        "note": "x",
        "return_reason": "not_ours",
        "suggested_owner": "x",
        "department": town.urban.pk,
        "within": "WD1",
    }
    if name == "supervise":  # it goes to who has a part alone
        given["department"] = town.housing.pk

    # Whose step it was is for the guard to say: who took none has none to take back.
    refused = 409 if name == "undo" else 403
    assert _act(sign_in("auditor"), ticket, name, **given).status_code == refused
    assert ticket.events.count() == 2


def test_an_unknown_move_is_not_there(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])

    assert _act(sign_in("clerk"), ticket, "explode").status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"assignment": "x"},
        {"assignment": "9" * 40},
        {"assignment": "999999"},
        {"note": "a\x00b"},
        {"note": "长" * 33_000},
    ],
)
def test_bad_words_move_nothing(sign_in, town, cast, given):
    ticket = routed(town, by=cast["worker"])

    response = _act(sign_in("clerk"), ticket, "return", **({"note": "x"} | given))

    assert response.status_code in {200, 403}
    assert ticket.events.count() == 2


def test_another_departments_assignment_is_not_ones_own(sign_in, town, cast):
    mine = routed(town, by=cast["worker"])
    theirs = routed(town, by=cast["worker"])

    response = _act(sign_in("clerk"), mine, "sign", assignment=theirs.assignments.get().pk)

    assert response.status_code == 403
    assert not TicketEvent.objects.filter(verb="sign").exists()


def test_an_act_that_is_only_looked_at_leads_to_the_ticket(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])

    response = sign_in("clerk").get(reverse("tickets:act", args=[ticket.number, "return"]))

    assert response["Location"] == f"{ticket.get_absolute_url()}#return"


# ── the contact ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sealed(town, cast):
    return routed(town, by=cast["worker"], contact={"name": "张三丰", "phone": PHONE})


def _open(client, ticket, reason="回访核实现场"):
    return client.post(reverse("tickets:contact", args=[ticket.number]), {"reason": reason})


def test_the_command_sees_a_contact_once_for_a_reason(sign_in, sealed, cast):
    client = sign_in("command")
    assert PHONE not in _page(client.get(sealed.get_absolute_url()))

    response = _open(client, sealed)

    assert PHONE in _page(response)
    assert "no-store" in response["Cache-Control"]
    entry = AccessLog.objects.get()
    assert (entry.by, entry.reason, entry.case) == (cast["command"], "回访核实现场", sealed.number)
    assert entry.role == "district_command"
    assert PHONE not in _page(client.get(sealed.get_absolute_url()))


@pytest.mark.parametrize("reason", ["", "x", "  a  ", "x\x00y", "x" * 301])
def test_without_a_reason_it_stays_sealed(sign_in, sealed, reason):
    response = _open(sign_in("command"), sealed, reason)

    assert response.status_code == 200
    assert PHONE not in _page(response)
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("who", ["worker", "community", "street", "head", "clerk", "auditor"])
def test_others_see_that_it_is_sealed(sign_in, sealed, who):
    client = sign_in(who)

    assert "Kept sealed" in _page(client.get(sealed.get_absolute_url()))
    assert _open(client, sealed).status_code == 403
    assert not AccessLog.objects.exists()


def test_where_no_contact_was_left_there_is_nothing_to_open(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])
    client = sign_in("command")

    assert "Somebody to call back" not in _page(client.get(ticket.get_absolute_url()))
    assert _open(client, ticket).status_code == 404


# ── this place ────────────────────────────────────────────────────────────────────────────────


def test_this_place_shows_what_one_may_see(sign_in, town, cast):
    ticket = filed(town, by=cast["worker"])
    again = filed(town, by=cast["worker"])
    far = filed(town, by=cast["worker"], grid=1)
    stranger = holder("grid_worker", area=town.grids[1])

    page = sign_in("street").get(ticket.get_absolute_url())
    assert list(page.context["nearby"]) == [again]
    assert far.number not in _page(page)
    assert sign_in(stranger).get(ticket.get_absolute_url()).status_code == 404


def test_a_ticket_without_a_pin_has_its_grid_for_a_map(sign_in, town, cast, report):
    client = sign_in("worker")
    client.post(NEW, report(lon=None, lat=None, grid=town.grids[0].code))

    page = _page(client.get(Ticket.objects.get().get_absolute_url()))

    assert 'data-gg-extent="111.0,30.0,111.01,30.01"' in page
    assert "This place" not in page


def test_filing_in_a_place_of_nobodys_post_keeps_the_words(sign_in, town, report):
    elsewhere = holder("grid_worker", area=_another_district())

    response = sign_in(elsewhere).post(NEW, report())

    assert "outside the districts where you hold a post" in _page(response)
    assert "路口南侧" in _page(response)
    assert not Ticket.objects.exists()


def _another_district():
    above = None
    for level in range(1, 6):
        above = AreaFactory(level=level, parent=above)
    return above


def test_the_report_page_asks_as_much_for_many_as_for_few(
    sign_in, report, django_assert_max_num_queries
):
    report()
    client = sign_in("street")
    client.get(NEW)

    with django_assert_max_num_queries(9):
        client.get(NEW)


def test_the_desk_gets_a_ticket_beside_its_list(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"], description="公交站旁")

    page = _page(
        sign_in("clerk").get(
            ticket.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "preview"}
        )
    )

    assert "<html" not in page
    assert "公交站旁" in page
    assert 'name="next" value="/desk/"' in page
