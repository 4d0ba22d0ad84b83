"""Blowing the whistle in a browser: from the report page, and for a report that is there."""

import re
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.grids import AreaFactory, DepartmentFactory, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, routed
from tickets import actions
from tickets.models import Helper, Ticket, Whistle

NEW = "/tickets/new/"
TERMS = "/tickets/terms/"
REASONS = {"tried": "三方协调两次", "missing_power": "执法权"}


@pytest.fixture
def fire(town):
    return DepartmentFactory(name="消防救援", area=town.district)


@pytest.fixture
def category(town, fire):
    """A manhole: 住建局 leads, 消防救援 helps."""
    one = CategoryFactory(
        code="0101",
        picture_rank=1,
        helpers="消防救援,产权单位",
        hazard_limit="UH2",
        default_whistle="emergency",
    )
    RuleFactory(category=one, area=town.district, department=town.housing)
    return one


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


@pytest.fixture
def report(town, category):
    """What a browser sends from the report page, with what differs."""

    def content(grid=0, **differs):
        lon, lat = town.middle(grid)
        data = {
            "client_id": str(uuid4()),
            "lon": str(lon),
            "lat": str(lat),
            "crs": "wgs84",
            "category": category.code,
        } | differs
        return {name: value for name, value in data.items() if value is not None}

    return content


def text(response) -> str:
    return response.content.decode()


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text(response)))


def ask(client, town, grid=0, **differs):
    lon, lat = town.middle(grid)
    return client.get(TERMS, {"lon": lon, "lat": lat, "category": "0101"} | differs)


def page_of(ticket) -> str:
    return reverse("tickets:whistle", args=[ticket.number])


# ── what would become of it ───────────────────────────────────────────────────────────────────


def test_an_emergency_tells_its_limits_its_lead_and_why(sign_in, town, category, clock_at):
    clock_at("2026-09-24 09:05")

    said = words(ask(sign_in("worker"), town, whistle_kind="emergency"))

    assert "Goes to 住建局" in said
    assert "0101" in said
    assert "by 09:20 15 min" in said
    assert "by 09:35 30 min" in said
    assert "by 11:05 2 h" in said
    assert "by 9 Oct 18:00 5 working days" in said
    assert "waits" not in said


def test_helpers_come_ticked_with_their_reasons_and_the_unknown_are_named(
    sign_in, town, category, fire
):
    page = ask(sign_in("community"), town, whistle_kind="hard")

    assert f'name="helpers" value="{fire.pk}" checked' in text(page)
    assert f'name="seen_helpers" value="{fire.pk}"' in text(page)
    assert "The duty list names it for this category." in words(page)
    assert "产权单位: named for this category, not known here" in words(page)
    # Others can be called as well, unticked.
    assert f'name="helpers" value="{town.urban.pk}">' in text(page)
    assert f'value="{town.housing.pk}"' not in text(page)


def test_who_was_unticked_stays_unticked(sign_in, town, category, fire):
    client = sign_in("community")

    page = ask(client, town, whistle_kind="hard", seen_helpers=str(fire.pk), helpers=town.urban.pk)

    assert f'name="helpers" value="{fire.pk}">' in text(page)
    assert f'name="helpers" value="{town.urban.pk}" checked' in text(page)


@pytest.mark.parametrize(
    ("who", "kind", "waits"),
    [
        ("community", "hard", "It waits until the head of 街道1 approves it"),
        ("community", "enforcement", "It waits until 街道1 approves it"),
        ("street", "enforcement", ""),
        ("head", "hard", ""),
        ("community", "routine", ""),
    ],
)
def test_it_says_who_must_approve(sign_in, town, category, who, kind, waits):
    said = words(ask(sign_in(who), town, whistle_kind=kind))

    assert (waits in said) if waits else ("It waits until" not in said)


def test_a_report_has_limits_and_no_helpers(sign_in, town, category):
    page = ask(sign_in("worker"), town)

    assert "4 working hours" in words(page)
    assert 'name="helpers"' not in text(page)


@pytest.mark.parametrize(
    "bad",
    [
        {"lon": "nan"},
        {"lon": ""},
        {"category": "nope"},
        {"category": "\x00"},
        {"whistle_kind": "loud"},
        {"whistle_kind": "hard"},  # not the worker's
        {"helpers": "x"},
        {"helpers": "99999999999999999999"},
        {"seen_helpers": "1," * 300},
        {"grid_code": "nowhere", "lon": "", "lat": ""},
    ],
)
def test_terms_of_nonsense_are_no_fault(sign_in, town, category, bad):
    assert ask(sign_in("worker"), town, **bad).status_code == 200


def test_nothing_is_told_of_another_district(sign_in, town, category):
    far = AreaFactory(code="420581", name="别处", level=2, parent=town.city)
    stranger = sign_in(holder("district_command", area=far))

    page = ask(stranger, town, whistle_kind="emergency")
    sent = stranger.post(NEW, {"client_id": uuid4(), "lon": 111.005, "lat": 30.005,
                               "category": "0101", "whistle_kind": "emergency"})  # fmt: skip

    assert "住建局" not in text(page)
    assert "消防救援" not in text(page) + text(sent)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "auditor", "nobody"])
def test_terms_are_for_those_who_file(sign_in, town, category, who):
    assert ask(sign_in(who), town).status_code == 403


# ── from the report page ──────────────────────────────────────────────────────────────────────


def test_the_page_offers_what_the_person_may_blow(sign_in, report, category):
    def offered(who):
        return re.findall(r'name="whistle_kind" value="(\w*)"', text(sign_in(who).get(NEW)))

    assert offered("worker") == ["", "emergency"]
    assert offered("community") == [
        "", "emergency", "routine", "enforcement", "hard", "consultation",
    ]  # fmt: skip
    assert "What has the community tried?" not in text(sign_in("worker").get(NEW))


def test_an_emergency_is_three_taps_and_no_typing(sign_in, report, fire):
    content = report(whistle_kind="emergency", helpers=str(fire.pk), seen_helpers=str(fire.pk))

    response = sign_in("worker").post(NEW, content)

    ticket = Ticket.objects.get()
    assert response["Location"] == ticket.get_absolute_url()
    assert (ticket.kind, ticket.whistle_kind, ticket.state) == ("whistle", "emergency", "filed")
    helper = Helper.objects.get()
    assert helper.department == fire
    assert helper.why == {"by": "category", "name": "消防救援"}


def test_an_emergency_is_not_held_up_by_helpers_nobody_saw(sign_in, report):
    sign_in("worker").post(NEW, report(whistle_kind="emergency"))

    assert Ticket.objects.get().whistle_kind == "emergency"
    assert not Helper.objects.exists()


def test_without_script_the_helpers_are_asked_for_once(sign_in, report, fire):
    client, content = sign_in("community"), report(whistle_kind="hard", **REASONS)

    asked = client.post(NEW, content)
    assert "Other departments could help." in words(asked)
    assert f'name="helpers" value="{fire.pk}" checked' in text(asked)
    assert "三方协调两次" in text(asked)
    assert not Ticket.objects.exists()

    seen = re.search(r'name="seen_helpers" value="([^"]*)"', text(asked))[1]
    client.post(NEW, content | {"seen_helpers": seen, "helpers": seen})
    ticket = Ticket.objects.get()
    assert ticket.state == "awaiting_approval"
    assert Whistle.objects.get().helpers.get().department == fire


def test_without_script_one_may_look_first(sign_in, report):
    page = sign_in("worker").post(NEW, report(whistle_kind="emergency", look="1"))

    assert "Goes to 住建局" in words(page)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("missing", REASONS)
def test_without_reasons_nothing_is_sent_and_nothing_lost(sign_in, report, missing):
    content = report(whistle_kind="routine", description="车位全被占") | REASONS | {missing: " \n"}

    page = sign_in("community").post(NEW, content)

    said = {
        "tried": "Say what the community has tried.",
        "missing_power": "Say which power is missing.",
    }
    assert said[missing] in words(page)
    assert "车位全被占" in text(page)
    (other,) = set(REASONS) - {missing}
    assert REASONS[other] in text(page)
    assert 'value="routine" checked' in text(page)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("who", "grid", "kind", "says"),
    [
        ("worker", 0, "hard", "Select a valid choice"),
        ("community", 0, "loud", "Select a valid choice"),
        # Filing is free all over the district; whistling is not.
        ("community", 4, "routine", "You cannot blow this whistle at this place."),
    ],
)
def test_a_kind_that_is_not_allowed_is_said(sign_in, report, who, grid, kind, says):
    page = sign_in(who).post(NEW, report(grid, whistle_kind=kind, **REASONS))

    assert page.status_code == 200
    assert says in words(page)
    assert not Ticket.objects.exists()


def test_an_emergency_knows_no_border_in_the_district(sign_in, report):
    sign_in("worker").post(NEW, report(5, whistle_kind="emergency"))

    assert Ticket.objects.get().whistle_kind == "emergency"


@pytest.mark.parametrize("which", ["far", "gone", "nonsense"])
def test_a_helper_that_does_not_serve_the_place_is_said(sign_in, report, town, fire, which):
    helper = {
        "far": town.offices[town.streets[1].pk].pk,
        "gone": DepartmentFactory(area=town.district, is_active=False).pk,
        "nonsense": "abc",
    }[which]

    page = sign_in("community").post(
        NEW, report(whistle_kind="routine", seen_helpers=str(fire.pk), helpers=helper, **REASONS)
    )

    assert page.status_code == 200
    assert "data-gg-summary" in text(page)
    assert REASONS["tried"] in text(page)
    assert not Ticket.objects.exists()


def test_sent_twice_it_is_one_whistle(sign_in, report, fire):
    client = sign_in("community")
    content = report(
        whistle_kind="routine", seen_helpers=str(fire.pk), helpers=str(fire.pk), **REASONS
    )

    first, second = client.post(NEW, content), client.post(NEW, content)

    assert first["Location"] == second["Location"]
    assert Whistle.objects.count() == 1


def test_another_kind_with_the_same_id_is_another_content(sign_in, report):
    client, content = sign_in("worker"), report()
    client.post(NEW, content)

    page = client.post(NEW, content | {"whistle_kind": "emergency"})

    assert page.status_code == 409
    assert Ticket.objects.count() == 1


def test_too_long_reasons_are_said(sign_in, report):
    page = sign_in("community").post(
        NEW, report(whistle_kind="routine", tried="长" * 1001, missing_power="权" * 501)
    )

    assert words(page).count("Ensure this value has at most") >= 2
    assert not Ticket.objects.exists()


# ── closed here before ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def closed(town, cast, category, clock_at):
    """Closed on 31 August in the worker's own grid; now it is 24 September."""
    clock_at("2026-08-29 09:00")
    ticket = routed(town, by=cast["community"], category=category)
    actions.move(ticket, "settle", by=cast["community"], note="换了")
    actions.move(ticket, "verify", by=cast["worker"])
    clock_at("2026-08-31 15:00")
    actions.move(ticket, "close", by=cast["community"])
    clock_at("2026-09-24 09:05")
    ticket.refresh_from_db()
    return ticket


def near(client, town, metres=18, **differs):
    lon, lat = town.middle(0)
    place = {"lon": lon, "lat": lat + metres * 0.000009, "category": "0101"}
    return client.get("/tickets/near/", place | differs)


def test_near_offers_to_reopen_or_to_file_anew(sign_in, town, closed):
    page = near(sign_in("worker"), town)

    assert "18 m away, closed 31 August" in words(page)
    assert f'href="{closed.get_absolute_url()}#reopen"' in text(page)
    assert f'name="repeat_of" value="{closed.number}"' in text(page)


def test_near_tells_nothing_of_what_was_closed_to_a_stranger(sign_in, town, closed):
    page = near(sign_in("other_worker"), town)

    assert "closed 31 August" not in words(page)
    assert closed.number not in text(page)


def test_near_asks_as_much_for_three_as_for_one(sign_in, town, cast, closed):
    client = sign_in("worker")
    near(client, town)
    with CaptureQueriesContext(connection) as one:
        near(client, town)
    for _ in range(2):
        again = routed(town, by=cast["worker"], category=closed.category)
        Ticket.objects.filter(pk=again.pk).update(state="closed", closed_at=closed.closed_at)
    with CaptureQueriesContext(connection) as three:
        page = near(client, town)

    assert text(page).count('name="repeat_of"') == 3
    # The shifted clock is read anew now and then: that is no statement of the page.
    first, then = (
        [q["sql"] for q in some if "clockshift" not in q["sql"]] for some in (one, three)
    )
    assert len(then) == len(first)


def test_new_is_linked_to_what_was_closed(sign_in, report, closed):
    content = report(repeat_of=closed.number, whistle_kind="emergency", seen_near=str(closed.pk))

    sign_in("worker").post(NEW, content)

    ticket = Ticket.objects.exclude(pk=closed.pk).get()
    assert ticket.repeat_of == closed
    assert ticket.is_whistle


def test_without_script_the_closed_one_is_asked_about_once(sign_in, report, closed):
    client, content = sign_in("worker"), report()

    asked = client.post(NEW, content)
    assert "closed 31 August" in words(asked)
    assert Ticket.objects.count() == 1

    client.post(NEW, content | {"seen_near": str(closed.pk)})
    assert Ticket.objects.exclude(pk=closed.pk).get().repeat_of is None


@pytest.mark.parametrize("which", ["far", "strange", "nonsense", "unknown"])
def test_what_cannot_be_repeated_is_said_once_and_let_go(
    sign_in, report, town, cast, closed, which
):
    strange = routed(town, by=cast["other_worker"], grid=4, category=closed.category)
    number = {
        "far": closed.number,
        "strange": strange.number,
        "nonsense": "\x00",
        "unknown": "YL20260101-000001-1",
    }[which]
    client = sign_in("worker")
    content = report(1 if which == "far" else 0, seen_near=str(closed.pk), repeat_of=number)

    page = client.post(NEW, content)

    assert page.status_code == 200
    assert 'name="repeat_of" id="id_repeat_of"' in text(page)
    assert "data-gg-summary" in text(page)
    assert Ticket.objects.count() == 2
    client.post(NEW, content | {"repeat_of": ""})
    assert Ticket.objects.count() == 3


# ── for a report that is there ────────────────────────────────────────────────────────────────


@pytest.fixture
def ticket(town, cast, category):
    return routed(town, by=cast["worker"], category=category)


def test_the_page_offers_the_kinds_and_says_from_whom_it_is_taken(sign_in, ticket):
    page = sign_in("community").get(page_of(ticket))

    kinds = re.findall(r'name="whistle_kind" value="(\w*)"', text(page))
    assert kinds == ["emergency", "routine", "enforcement", "hard", "consultation"]
    assert (
        " checked" not in re.search(r'<div class="whistle__kinds">.*?</div>', text(page), re.S)[0]
    )
    assert "it is taken from who has it now and given out anew: 住建局" in words(page)
    assert f'name="seen" value="{ticket.events.latest("pk").pk}"' in text(page)


def test_a_worker_has_the_emergency_alone_and_chosen(sign_in, ticket):
    page = sign_in("worker").get(page_of(ticket))

    assert re.findall(r'name="whistle_kind" value="(\w*)" checked', text(page)) == ["emergency"]
    assert "What has the community tried?" not in text(page)
    assert "Goes to 住建局" in words(page)


def test_terms_of_a_ticket(sign_in, ticket, fire):
    client = sign_in("community")

    page = client.get(TERMS, {"ticket": ticket.number, "whistle_kind": "hard"})

    assert "It waits until the head of 街道1 approves it" in words(page)
    assert f'value="{fire.pk}" checked' in text(page)


def test_terms_of_a_ticket_out_of_reach_are_not_found(sign_in, ticket):
    asked = {"ticket": ticket.number, "whistle_kind": "emergency"}

    assert sign_in("other_street").get(TERMS, asked).status_code == 404
    assert sign_in("clerk").get(TERMS, asked).status_code == 403
    assert sign_in("clerk").get(TERMS, asked | {"ticket": "\x00"}).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("other_street", 404), ("other_worker", 404), ("clerk", 403), ("auditor", 403)],
)
def test_the_page_is_for_those_who_may_blow(sign_in, ticket, who, status):
    client = sign_in(who)

    assert client.get(page_of(ticket)).status_code == status
    assert client.post(page_of(ticket), {"whistle_kind": "emergency"}).status_code == status
    assert not Whistle.objects.exists()


def blow(client, ticket, fire, **differs):
    content = {
        "whistle_kind": "hard",
        "seen": ticket.events.latest("pk").pk,
        "seen_helpers": str(fire.pk),
        "helpers": str(fire.pk),
    }
    return client.post(page_of(ticket), content | REASONS | differs)


def test_blown_it_waits_and_the_ticket_says_so(sign_in, ticket, fire):
    response = blow(sign_in("community"), ticket, fire)

    ticket.refresh_from_db()
    assert response["Location"] == ticket.get_absolute_url()
    assert ticket.state == "awaiting_approval"
    said = [str(one) for one in get_messages(response.wsgi_request)]
    assert said == [f"{ticket.number}: the whistle waits for approval."]
    helper = Helper.objects.get()
    assert (helper.department, helper.why["by"]) == (fire, "category")


def test_the_helpers_are_confirmed_before_it_is_blown(sign_in, ticket, fire):
    page = blow(sign_in("community"), ticket, fire, seen_helpers="", helpers=[])

    assert "Please look at who shall help" in words(page)
    assert REASONS["tried"] in text(page)
    assert not Whistle.objects.exists()


def test_a_helper_of_ones_own_choice_is_kept_as_such(sign_in, ticket, fire, town):
    blow(sign_in("community"), ticket, fire, helpers=str(town.urban.pk))

    helper = Helper.objects.get()
    assert (helper.department, helper.why) == (town.urban, {"by": "author"})


@pytest.mark.parametrize(
    ("differs", "says"),
    [
        ({"tried": " "}, "Say what the community has tried."),
        ({"missing_power": ""}, "Say which power is missing."),
        ({"whistle_kind": ""}, "Choose the kind of whistle."),
        ({"whistle_kind": "loud"}, "Select a valid choice"),
        ({"helpers": "abc"}, "data-gg-summary"),
        ({"seen": "abc"}, "data-gg-summary"),
        ({"tried": "a\x00b"}, "data-gg-summary"),
    ],
)
def test_bad_input_gives_the_page_again(sign_in, ticket, fire, differs, says):
    page = blow(sign_in("community"), ticket, fire, **differs)

    assert page.status_code == 200
    assert says in text(page)
    assert "执法权" in text(page) or "missing_power" in differs
    assert not Whistle.objects.exists()


def test_a_worker_cannot_send_a_kind_that_is_not_his(sign_in, ticket, fire):
    page = blow(sign_in("worker"), ticket, fire)

    assert "Select a valid choice" in words(page)
    assert not Whistle.objects.exists()


def test_a_helper_of_another_street_is_said_at_its_field(sign_in, ticket, fire, town):
    far = town.offices[town.streets[1].pk]

    page = blow(sign_in("community"), ticket, fire, helpers=str(far.pk))

    assert "Choose a department that serves the place." in words(page)
    assert not Whistle.objects.exists()


def test_pressed_twice_it_is_blown_once(sign_in, ticket, fire):
    client = sign_in("community")
    seen = ticket.events.latest("pk").pk

    first = blow(client, ticket, fire, seen=seen)
    second = blow(client, ticket, fire, seen=seen)

    assert first["Location"] == second["Location"]
    assert Whistle.objects.count() == 1


def test_on_a_stale_page_it_says_who_was_faster_and_keeps_the_words(sign_in, ticket, fire, cast):
    client = sign_in("community")
    seen = ticket.events.latest("pk").pk
    actions.move(ticket, "settle", by=cast["street"], note="好了")

    page = blow(client, ticket, fire, seen=seen)

    assert page.status_code == 409
    assert "was faster" in words(page)
    assert REASONS["tried"] in text(page)
    assert REASONS["missing_power"] in text(page)
    assert not Whistle.objects.exists()


@pytest.mark.parametrize("state", ["closed", "merged"])
def test_where_no_whistle_helps_the_page_says_why(sign_in, ticket, fire, town, cast, state):
    if state == "merged":
        other = routed(town, by=cast["worker"], category=ticket.category)
        actions.move(ticket, "merge", by=cast["community"], into=other)
    else:
        actions.move(ticket, "settle", by=cast["community"], note="好了")
        actions.move(ticket, "verify", by=cast["worker"])
        actions.move(ticket, "close", by=cast["community"])
    client = sign_in("community")

    page = client.get(page_of(ticket))
    assert "This does not fit its state now" in words(page)
    assert 'name="whistle_kind"' not in text(page)
    sent = blow(client, ticket, fire)
    assert sent.status_code == 409
    assert REASONS["tried"] in text(sent)


def test_no_style_or_handler_stands_in_the_pages(sign_in, ticket):
    client = sign_in("community")

    for page in (client.get(page_of(ticket)), client.get(NEW)):
        assert "style=" not in text(page)
        assert not re.search(r"\son\w+=", text(page))
