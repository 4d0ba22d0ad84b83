"""What the board's keys send, and the page that merges."""

from datetime import timedelta

import pytest
from django.urls import reverse

from govgrid.core import clock
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, routed, whistled
from tests.tickets.test_board import BOARD, in_triage
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


def send(client, ticket, name, **given):
    return client.post(f"{BOARD}{ticket.number}/{name}/", given, HTTP_ACCEPT="application/json")


def seen(ticket):
    return ticket.events.order_by("-pk").first().pk


def state(ticket):
    return Ticket.objects.get(pk=ticket.pk).state


# ── the tile in hand ──────────────────────────────────────────────────────────────────────────


def test_the_desk_is_offered_the_suggestion_by_its_key(cast, town, sign_in):
    ticket = in_triage(town, cast["worker"])
    RuleFactory(category=ticket.category, area=town.district, department=town.urban)

    page = sign_in("street").get(f"{BOARD}{ticket.number}/").content.decode()

    assert "城管局 leads" in page
    assert f'data-gg-department="{town.urban.pk}"' in page
    assert 'data-gg-key="R"' in page
    assert reverse("tickets:merge", args=[ticket.number]) in page


def test_a_department_is_offered_its_own_acts(cast, town, sign_in):
    ticket = routed(town, by=cast["worker"])

    page = sign_in("clerk").get(f"{BOARD}{ticket.number}/").content.decode()

    assert 'data-gg-now="sign"' in page
    assert 'data-gg-ask="return"' in page
    assert "data-gg-merge" not in page


def test_who_only_looks_on_is_offered_nothing(cast, town, sign_in):
    ticket = in_triage(town, cast["worker"])

    page = sign_in("auditor").get(f"{BOARD}{ticket.number}/").content.decode()

    assert "data-gg-now" not in page
    assert "data-gg-ask" not in page
    assert "data-gg-merge" not in page


# ── moves ─────────────────────────────────────────────────────────────────────────────────────


def test_assign_and_undo(cast, town, sign_in):
    ticket = in_triage(town, cast["worker"])
    client = sign_in("street")

    done = send(client, ticket, "assign", department=town.urban.pk, seen=seen(ticket))
    assert (done.status_code, done.json()["undo"]) == (200, True)
    assert state(ticket) == "dispatched"

    undone = send(client, ticket, "undo")
    assert (undone.status_code, undone.json()["undo"]) == (200, False)
    assert state(ticket) == "triage"


def test_what_is_too_late_to_undo_is_said(cast, town, sign_in, shift_clock):
    ticket = in_triage(town, cast["worker"])
    client = sign_in("street")
    send(client, ticket, "assign", department=town.urban.pk)
    shift_clock(seconds=60)

    response = send(client, ticket, "undo")

    assert response.status_code == 409
    assert response.json()["code"] == "too_late"
    assert state(ticket) == "dispatched"


def test_a_stale_tile_is_told_who_was_faster(cast, town, sign_in):
    ticket = in_triage(town, cast["worker"])
    before = seen(ticket)
    actions.move(ticket, "assign", by=cast["head"], department=town.housing)

    response = send(sign_in("street"), ticket, "assign", department=town.urban.pk, seen=before)

    assert response.status_code == 409
    assert response.json()["code"] == "changed_since"
    assert "was faster: Assign at" in response.json()["detail"]


def test_a_dialog_asks_for_what_is_lacking_and_keeps_what_was_written(cast, town, sign_in):
    ticket = routed(town, by=cast["worker"])
    client = sign_in("clerk")

    dialog = client.get(f"{BOARD}{ticket.number}/return/").content.decode()
    wrong = send(client, ticket, "return", note="not ours")
    right = send(
        client,
        ticket,
        "return",
        note="not ours",
        return_reason="not_ours",
        suggested_owner="城管局",
    )

    assert 'name="suggested_owner"' in dialog
    assert wrong.status_code == 400
    assert "not ours" in wrong.content.decode()
    assert right.status_code == 200
    assert state(ticket) == "triage"


def test_a_dialog_for_what_cannot_be_says_why(cast, town, sign_in):
    ticket = routed(town, by=cast["worker"])

    page = sign_in("street").get(f"{BOARD}{ticket.number}/close/").content.decode()

    assert "Not now:" in page
    assert "<form" not in page


@pytest.mark.parametrize("name", ["blow", "finish", "nonsense", "merge"])
def test_other_moves_have_pages_of_their_own(cast, town, sign_in, name):
    ticket = routed(town, by=cast["worker"])

    assert sign_in("clerk").get(f"{BOARD}{ticket.number}/{name}/").status_code == 404


def test_who_may_not_is_refused(cast, town, sign_in):
    ticket = in_triage(town, cast["worker"])

    response = send(sign_in("community"), ticket, "assign", department=town.urban.pk)

    assert response.status_code == 403
    assert state(ticket) == "triage"


# ── merging ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def two(cast, town):
    return [in_triage(town, cast["worker"], description=text) for text in ("first", "second")]


def merge_url(ticket):
    return reverse("tickets:merge", args=[ticket.number])


def test_what_lies_near_is_offered(cast, town, sign_in, two):
    near, far = two[0], in_triage(town, cast["street"], grid=1)

    page = sign_in("street").get(merge_url(two[1])).content.decode()

    assert f'value="{near.number}"' in page
    assert far.number not in page


def test_nothing_is_offered_that_the_reader_may_not_merge(cast, town, sign_in):
    """Two grids of different streets meet at 111.04: what lies just over it is not offered."""
    category = CategoryFactory(code="0909")
    over, here = (
        filed(town, by=by, category=category, grid=grid)
        for by, grid in ((cast["other_worker"], 4), (cast["street"], 3))
    )
    for one, lon in ((over, 111.0401), (here, 111.0399)):
        point = f"SRID=4326;POINT({lon} 30.005)"
        Ticket.objects.filter(pk=one.pk).update(point=point)
    actions.route()

    client = sign_in("street")
    page = client.get(merge_url(here)).content.decode()
    typed = client.post(merge_url(here), {"number": over.number})
    asked = client.get(f"{merge_url(here)}?into={over.number}").content.decode()

    assert over.number not in page
    assert "You have no ticket of this number." in typed.content.decode()
    assert over.grid.name not in asked
    assert state(here) == "triage"
    assert client.get(merge_url(over)).status_code == 404


@pytest.mark.parametrize("rubbish", ["\x00", "9" * 30, "%", "YL\x0020261122-000123-7"])
def test_rubbish_is_no_number_of_a_ticket(sign_in, two, rubbish):
    client = sign_in("street")
    assert client.get(merge_url(two[1]), {"into": rubbish}).status_code == 200
    assert client.post(merge_url(two[1]), {"number": rubbish}).status_code == 200
    assert state(two[1]) == "triage"


def test_merge_by_number_then_part_again(cast, town, sign_in, two):
    main, other = two
    client = sign_in("street")

    done = client.post(merge_url(other), {"number": main.number.lower(), "note": "the same"})
    assert done.status_code == 302
    assert state(other) == "merged"
    assert main.number in client.get(done["Location"]).content.decode()
    shown = client.get(main.get_absolute_url()).content.decode()
    assert other.number in shown
    assert "Part again" in shown

    client.post(reverse("tickets:act", args=[other.number, "unmerge"]))
    assert state(other) == "triage"


def test_merge_from_the_board_can_be_undone(cast, town, sign_in, two):
    main, other = two
    client = sign_in("street")
    script = {"HTTP_ACCEPT": "application/json"}

    form = client.get(f"{merge_url(other)}?into={main.number}", HTTP_HX_REQUEST="true")
    nothing = client.post(merge_url(other), {}, **script)
    done = client.post(merge_url(other), {"near": main.number}, **script)

    assert "<html" not in form.content.decode()
    assert "The other way round" in form.content.decode()
    assert nothing.status_code == 400
    assert "Say with which ticket." in nothing.content.decode()
    assert done.json() | {"said": ""} == {"said": "", "number": other.number, "undo": True}
    assert send(client, other, "undo").status_code == 200
    assert state(other) == "triage"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("x", "Write the number in full"),
        ("YL20260101-999999-0", "You have no ticket of this number."),
        ("itself", "This is the ticket itself."),
    ],
)
def test_a_wrong_number_is_said(sign_in, two, number, said):
    number = two[0].number if number == "itself" else number

    response = sign_in("street").post(merge_url(two[0]), {"number": number, "note": "kept"})

    assert said in response.content.decode()
    assert "kept" in response.content.decode()


def test_what_holds_others_says_so(cast, town, sign_in, two):
    main, other = two
    third = in_triage(town, cast["worker"], description="third")
    actions.move(other, "merge", by=cast["street"], into=main)

    response = sign_in("street").post(merge_url(main), {"number": third.number, "note": "kept"})

    assert response.status_code == 409
    assert "Merge the other way round." in response.content.decode()
    assert "kept" in response.content.decode()


@pytest.mark.parametrize(("who", "status"), [("worker", 403), ("auditor", 403), ("street", 200)])
def test_who_may_merge(sign_in, two, who, status):
    assert sign_in(who).get(merge_url(two[0])).status_code == status


def test_a_department_merges_nothing(cast, town, sign_in):
    ticket = routed(town, by=cast["worker"])

    assert sign_in("clerk").get(merge_url(ticket)).status_code == 403
    assert sign_in(holder("resident", area=town.grids[0])).get(merge_url(ticket)).status_code == 404


# ── the list by time left ─────────────────────────────────────────────────────────────────────


def order_of(response):
    return [one.number for one in response.context["tickets"]]


@pytest.fixture
def due(cast, town):
    """Four open tickets: late by an hour, due in an hour, due in two, without a limit."""
    found = [routed(town, by=cast["worker"], description=str(n)) for n in range(4)]
    hours = [2, -1, None, 1]
    for one, hour in zip(found, hours, strict=True):
        at = None if hour is None else clock.now() + timedelta(hours=hour)
        Ticket.objects.filter(pk=one.pk).update(due_at=at)
    return [found[1].number, found[3].number, found[0].number, found[2].number]


def test_the_list_by_time_left_page_by_page(sign_in, due, monkeypatch):
    client = sign_in("street")
    assert order_of(client.get("/tickets/?ordering=due")) == due

    monkeypatch.setattr("tickets.views.tickets.PAGE", 1)
    seen, url = [], "/tickets/?ordering=due"
    while url:
        response = client.get(url)
        seen += order_of(response)
        older = response.context["older"]
        url = f"/tickets/{older}" if older else ""

    assert seen == due
    assert response.context["newest"] == "?ordering=due"


def test_the_list_of_what_is_late(sign_in, due):
    assert order_of(sign_in("street").get("/tickets/?overdue=on")) == due[:1]


def test_the_list_of_one_kind_of_whistle(cast, town, sign_in, due):
    urgent = whistled(town, by=cast["worker"], description="e")

    assert order_of(sign_in("street").get("/tickets/?whistle=emergency")) == [urgent.number]


@pytest.mark.parametrize("after", ["x", "1", "-", "999999999999999999-1", "9" * 30 + "-1"])
def test_a_cursor_that_is_nonsense_breaks_nothing(sign_in, due, after):
    response = sign_in("street").get(f"/tickets/?ordering=due&after={after}")

    assert response.status_code == 200


# ── what it is narrowed to ────────────────────────────────────────────────────────────────────


def test_a_department_that_leads_nothing_here_stays_chosen(cast, town, sign_in):
    """Else the select would say "all departments" while the board is empty."""
    routed(town, by=cast["worker"])  # 住建局 leads it
    client = sign_in("street")

    whole = client.get(BOARD).content.decode()
    narrow = client.get(BOARD, {"department": town.urban.code}).content.decode()

    assert f'value="{town.housing.code}"' in whole
    assert f'value="{town.urban.code}"' not in whole
    assert f'value="{town.urban.code}" selected' in narrow
