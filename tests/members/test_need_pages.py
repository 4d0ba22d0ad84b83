"""The pages of needs, one's own time and the gifts; what each shows to whom."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.models import Platform
from govgrid.privacy.models import AccessLog
from members import actions, inbox_needs
from members.models import Claim, Gift, Need
from members.workflow.needs import ClaimState, NeedState
from members.workflow.roster import Purpose
from tests.factories import consultations as talk
from tests.factories import needs as made
from tests.factories.consultations import PlatformFactory, sitting
from tests.factories.members import agree
from tests.factories.tickets import CategoryFactory, routed

pytestmark = pytest.mark.django_db
NEEDS = "/members/needs/"


@pytest.fixture
def roster():
    return made.build_roster()


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def body(roster, **more):
    return {
        "client_id": uuid4(), "title": "晚间法律咨询", "body": "劳动合同到期怎么办",
        "area": roster.town.communities[0].code, "specialty": "law-labour", "days": "30", **more,
    }  # fmt: skip


def text(page):
    return page.content.decode()


# ── the public list ───────────────────────────────────────────────────────────────────────────


def test_r20_everybody_reads_what_is_looked_for_without_a_name_or_a_word_of_the_rest(
    client, roster
):
    need = made.asked(roster, **made.WITH_CONTACT)
    for url in (NEEDS, need.get_absolute_url()):
        page = client.get(url)
        assert page.status_code == 200
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in text(page)
        assert need.title in text(page)
        for hidden in (need.body, roster.resident.name, "王先生", "13912345678"):
            assert hidden not in text(page)


def test_a_visitor_sees_where_this_is_and_how_to_join(client, roster):
    need = made.asked(roster)
    page = client.get(need.get_absolute_url()).content.decode()
    assert f'href="{NEEDS}" aria-current="true"' in page
    assert f'href="{reverse("members:apply")}"' in page


def test_what_is_over_or_given_is_no_more_on_the_public_list(client, roster):
    given = made.accepted(roster, title="已有人").need
    page = client.get(NEEDS)
    assert given.title not in text(page)
    assert client.get(given.get_absolute_url()).status_code == 404


def test_filters_narrow_and_nonsense_finds_nothing(client, roster):
    need = made.asked(roster, lon=111.005, lat=30.005)
    for query, status, finds in (
        ("specialty=law", 200, True),
        ("specialty=law-labour", 200, True),
        ("specialty=garden", 200, False),
        ("specialty=nothing", 400, False),
        (f"area={roster.town.streets[0].code}", 200, True),
        (f"area={roster.town.streets[1].code}", 200, False),
        ("area=nowhere", 400, False),
        ("lon=111.01&lat=30.005", 200, True),
        ("lon=111.07&lat=30.005", 200, False),
        ("lon=999&lat=30", 400, False),
        ("lon=x&lat=y", 400, False),
        ("after=999999999999999999", 200, True),
        ("after=²", 200, True),
    ):
        page = client.get(f"{NEEDS}?{query}")
        assert page.status_code == status, query
        assert (need.title in text(page)) is finds, query


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_more(client, roster, count, django_assert_num_queries):
    for _n in range(count):
        made.asked(roster)
    with django_assert_num_queries(3):
        client.get(NEEDS)


def test_one_page_after_another(client, roster):
    for n in range(31):
        made.asked(roster, title=f"需求{n:02d}")
    page = text(client.get(NEEDS))
    assert "需求00" not in page
    older = re.search(r"after=(\d+)", page)[1]
    assert "需求00" in text(client.get(f"{NEEDS}?after={older}"))


# ── asking ────────────────────────────────────────────────────────────────────────────────────


def test_a_resident_asks_on_the_page(as_, roster):
    page = as_(roster.resident).get(f"{NEEDS}new/")
    assert "Leave out illness" in text(page)
    assert 'name="on_behalf"' not in text(page)
    answer = as_(roster.resident).post(f"{NEEDS}new/", body(roster))
    need = Need.objects.get()
    assert answer.headers["Location"] == need.get_absolute_url()
    assert need.body in text(as_(roster.resident).get(need.get_absolute_url()))


def test_nobody_asks_without_signing_in(client, roster):
    assert client.get(f"{NEEDS}new/").status_code == 302
    assert client.post(f"{NEEDS}new/", body(roster)).status_code == 302
    assert not Need.objects.exists()


def test_r14_what_sounds_like_an_illness_is_warned_of_once(as_, roster):
    sent = body(roster, title="陪老人看病")
    first = as_(roster.resident).post(f"{NEEDS}new/", sent)
    assert first.status_code == 200
    assert "somebody's illness" in text(first)
    assert not Need.objects.exists()
    assert (
        as_(roster.resident).post(f"{NEEDS}new/", {**sent, "seen_warning": "1"}).status_code == 302
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "\u200b\u200b"},
        {"title": "长" * 61},
        {"body": "号码 42050619900307123X"},
        {"area": "nowhere"},
        {"area": ""},
        {"lon": "100", "lat": "20"},
        {"lon": "181", "lat": "30.005", "area": ""},
        {"specialty": "nothing"},
        {"wanted_on": "9999-99-99"},
        {"days": "31"},
        {"days": "x"},
        {"client_id": "x"},
        {"phone": "13912345678"},
        {"body": "a\x00b"},
    ],
)
def test_a_form_that_is_wrong_comes_back_with_what_was_typed(as_, roster, wrong):
    page = as_(roster.resident).post(f"{NEEDS}new/", body(roster, **wrong))
    assert page.status_code == 400
    assert not Need.objects.exists()


def test_the_pin_says_where_and_is_kept_roughly(as_, roster):
    """The pin wins over what was written, as where a ticket is filed."""
    other = roster.town.communities[1]
    pin = {"lon": "111.025678", "lat": "30.005123", "area": ""}
    form = text(as_(roster.resident).get(f"{NEEDS}new/"))
    assert "data-gg-pick" in form
    assert form.count('name="lon"') == form.count('name="area"') == 1

    page = as_(roster.resident).post(f"{NEEDS}new/", body(roster, **pin))

    assert page.status_code == 302
    need = Need.objects.get()
    assert need.area == other
    assert (need.point.x, need.point.y) == (111.026, 30.005)


def test_entering_for_somebody_needs_the_right_over_the_place(as_, roster):
    more = {"on_behalf": "on", "channel": "paper", **made.WITH_CONTACT}
    elsewhere = as_(roster.other_officer).post(f"{NEEDS}new/", body(roster, **more))
    assert elsewhere.status_code == 403
    assert as_(roster.officer).post(f"{NEEDS}new/", body(roster, **more)).status_code == 302
    need = Need.objects.get()
    assert (need.asker, need.entered_by) == (None, roster.officer)


def test_a_ticket_has_the_way_to_ask_and_shows_what_was_asked(as_, roster):
    CategoryFactory(code="0101")
    ticket = routed(roster.town, by=roster.officer)
    page = text(as_(roster.officer).get(ticket.get_absolute_url()))
    assert f"{NEEDS}new/?ticket={ticket.number}" in page
    form = as_(roster.officer).get(f"{NEEDS}new/?ticket={ticket.number}")
    assert ticket.number in text(form)
    assert f'value="{roster.town.communities[0].name}"' in text(form)
    as_(roster.officer).post(f"{NEEDS}new/", body(roster, ticket=ticket.number))
    need = Need.objects.get()
    assert need.from_ticket == ticket
    assert need.title in text(as_(roster.officer).get(ticket.get_absolute_url()))
    for person in (roster.resident, roster.other_officer):
        assert as_(person).get(f"{NEEDS}new/?ticket={ticket.number}").status_code == 404
    assert as_(roster.officer).get(f"{NEEDS}new/?ticket=x").status_code == 404


def test_a_topic_and_an_area_have_the_way_to_ask(as_, roster):
    platform = PlatformFactory(code="p1", area=roster.town.communities[0])
    topic = talk.studying(platform, by=roster.resident, screener=sitting(platform, "screener"))
    assert Platform.objects.count() == 1
    page = text(as_(roster.officer).get(topic.get_absolute_url()))
    assert f"{NEEDS}new/?topic={topic.number}" in page
    form = as_(roster.officer).get(f"{NEEDS}new/?topic={topic.number}")
    assert topic.title in text(form)
    assert as_(roster.resident).get(f"{NEEDS}new/?topic={topic.number}").status_code == 404
    need = made.asked(roster)
    area = as_(roster.officer).get(roster.town.communities[0].get_absolute_url())
    assert need.title in text(area)
    assert f"{NEEDS}new/?area={roster.town.communities[0].code}" in text(area)


# ── from offer to thanks ──────────────────────────────────────────────────────────────────────


def test_from_the_offer_to_the_thanks_on_the_pages(as_, roster):
    need = made.asked(roster)
    url = need.get_absolute_url()
    assert "I can help" in text(as_(roster.lawyer.user).get(url))
    as_(roster.lawyer.user).post(f"{url}acts/claim/", {"plan": "周三晚上七点"})
    claim = Claim.objects.get()
    page = text(as_(roster.resident).get(url))
    assert roster.lawyer.display_name in page
    assert "周三晚上七点" in page
    assert roster.lawyer.name not in page
    as_(roster.resident).post(f"{url}claims/{claim.pk}/accept/")
    wrong = as_(roster.lawyer.user).post(f"{url}claims/{claim.pk}/done/", {"minutes": "0"})
    assert wrong.status_code == 400
    as_(roster.lawyer.user).post(f"{url}claims/{claim.pk}/done/", {"minutes": "120"})
    bad = as_(roster.resident).post(f"{url}acts/confirm/", {"score": "6"})
    assert bad.status_code == 400
    as_(roster.resident).post(f"{url}acts/confirm/", {"score": "5", "thanks": "帮了大忙"})
    need.refresh_from_db()
    claim.refresh_from_db()
    assert (need.state, claim.state, claim.score) == (NeedState.CONFIRMED, ClaimState.DONE, 5)
    mine = text(as_(roster.lawyer.user).get(f"{NEEDS}mine/"))
    assert "帮了大忙" in mine
    served = text(as_(roster.liaison).get(url))
    assert "帮了大忙" not in served
    assert "Score" not in served
    hours = text(as_(roster.lawyer.user).get("/members/time/"))
    assert need.number in hours
    assert ">2 <" in hours


def test_who_may_not_is_told_so_and_what_does_not_fit_is_409(as_, roster):
    need = made.asked(roster)
    url = need.get_absolute_url()
    assert as_(roster.neighbour).post(f"{url}acts/claim/").status_code == 403
    assert as_(roster.neighbour).post(f"{url}acts/withdraw/").status_code == 403
    assert as_(roster.resident).post(f"{url}acts/fly/").status_code == 404
    assert as_(roster.resident).get(f"{url}acts/claim/").status_code == 405
    assert as_(roster.resident).post(f"{url}claims/999/accept/").status_code == 404
    claim = actions.claim_need(need, by=roster.lawyer.user)
    assert as_(roster.resident).post(f"{url}claims/{claim.pk}/fly/").status_code == 404
    again = as_(roster.lawyer.user).post(f"{url}acts/claim/")
    assert again.status_code == 409
    assert "You have offered already." in text(again)
    other = made.asked(roster)
    strange = f"{other.get_absolute_url()}claims/{claim.pk}/accept/"
    assert as_(roster.resident).post(strange).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_contact_is_shown_once_and_each_showing_is_on_record(client):
    roster = made.build_roster()
    made.shows_contact(roster.lawyer)
    claim = made.accepted(roster, **made.WITH_CONTACT)
    url = claim.need.get_absolute_url()
    client.force_login(roster.lawyer.user)
    assert "13912345678" not in text(client.get(url))
    page = client.post(f"{url}contact/")
    assert "13912345678" in text(page)
    assert "no-store" in page.headers["Cache-Control"]
    client.force_login(roster.resident)
    assert "0717-1234567" not in text(client.get(url))
    assert "0717-1234567" in text(client.post(f"{url}contact/"))
    for person, status in (
        (roster.branch.user, 404),
        (roster.neighbour, 404),
        (roster.liaison, 404),
        (roster.admin, 404),
    ):
        client.force_login(person)
        answer = client.post(f"{url}contact/")
        assert answer.status_code == status
        assert "13912345678" not in text(answer)
    assert AccessLog.objects.count() == 2


def test_suggestions_are_for_who_serves_needs_and_fitting_needs_for_the_member(as_, roster):
    need = made.asked(roster)
    url = need.get_absolute_url()
    assert roster.lawyer.display_name in text(as_(roster.liaison).get(url))
    for person in (roster.resident, roster.branch.user, roster.other_liaison, roster.neighbour):
        assert roster.lawyer.display_name not in text(as_(person).get(url))
    assert need.title in text(as_(roster.lawyer.user).get(f"{NEEDS}mine/"))
    assert need.title not in text(as_(roster.gardener.user).get(f"{NEEDS}mine/"))


def test_the_board_is_for_who_serves_needs_within_reach(as_, roster):
    need, far = (
        made.asked(roster),
        made.asked(roster, area=roster.town.communities[2], title="远处"),
    )
    page = text(as_(roster.liaison).get(f"{NEEDS}board/"))
    assert need.title in page
    assert far.title not in page
    assert as_(roster.admin).get(f"{NEEDS}board/").status_code == 200
    for person in (roster.resident, roster.lawyer.user, roster.head):
        assert as_(person).get(f"{NEEDS}board/").status_code == 403


def test_a_fault_is_passed_on_and_its_page_says_what_became_of_it(as_, roster):
    category = CategoryFactory(code="0102")
    need = made.asked(roster, area=roster.town.grids[0])
    url = need.get_absolute_url()
    wrong = as_(roster.liaison).post(f"{url}acts/to-ticket/", {"category": "9999"})
    assert wrong.status_code == 400
    given = {"category": category.code, "due_on": "2099-01-01"}
    as_(roster.liaison).post(f"{url}acts/to-ticket/", given)
    need.refresh_from_db()
    assert need.ticket.number in text(as_(roster.resident).get(url))


# ── the desk, the lists ───────────────────────────────────────────────────────────────────────


def test_what_waits_for_whom(roster, shift_clock):
    need = made.asked(roster)
    assert inbox_needs.waiting(roster.resident) == []
    claim = actions.claim_need(need, by=roster.lawyer.user)
    assert [one.slug for one in inbox_needs.waiting(roster.resident)] == ["choose"]
    actions.accept_claim(claim, by=roster.resident)
    assert [one.slug for one in inbox_needs.waiting(roster.lawyer.user)] == ["help"]
    actions.report_service(claim, by=roster.lawyer.user, minutes=10)
    assert [one.slug for one in inbox_needs.waiting(roster.resident)] == ["confirm"]
    assert inbox_needs.waiting(roster.liaison) == []
    shift_clock(days=15)
    assert [one.slug for one in inbox_needs.waiting(roster.liaison)] == ["silent"]
    assert inbox_needs.waiting(roster.other_liaison) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_costs_the_same_for_more(roster, count):
    for _n in range(count):
        actions.claim_need(made.asked(roster), by=roster.lawyer.user)
        made.accepted(roster, need=made.asked(roster, by=roster.neighbour))
    roster.lawyer.user.refresh_from_db()
    with CaptureQueriesContext(connection) as seen:
        inbox_needs.waiting(roster.resident)
        inbox_needs.waiting(roster.lawyer.user)
    assert len(seen) == 10


@pytest.mark.parametrize("name", ["needs", "resources"])
@pytest.mark.parametrize("kind", ["", "docx/", "xlsx/"])
def test_both_lists_stand_among_the_others_without_a_name(client, roster, name, kind):
    made.asked(roster)
    page = client.get(reverse("consultations:rows", args=[name]))
    assert page.status_code == 200
    assert roster.resident.name not in text(page)
    assert roster.lawyer.display_name not in text(page)


def test_resources_are_what_listed_members_offer(client, roster):
    agree(roster.lawyer.user, Purpose.LISTED)
    type(roster.lawyer).objects.filter(pk=roster.lawyer.pk).update(is_listed=True, offer="夜间咨询")
    type(roster.branch).objects.filter(pk=roster.branch.pk).update(offer="不公开的")
    page = text(client.get(reverse("consultations:rows", args=["resources"])))
    assert "夜间咨询" in page
    assert "不公开的" not in page
    other = f"?area={roster.town.streets[1].code}"
    assert "夜间咨询" not in text(
        client.get(reverse("consultations:rows", args=["resources"]) + other)
    )


# ── time and gifts ────────────────────────────────────────────────────────────────────────────


def test_hours_are_printed_by_their_holder_and_a_gift_is_given(as_, roster):
    made.confirmed(roster)
    assert as_(roster.resident).post("/members/time/statement/").status_code == 409
    paper = as_(roster.lawyer.user).post("/members/time/statement/")
    assert paper.content.startswith(b"%PDF")
    assert as_(roster.resident).post("/members/gifts/new/").status_code == 403
    short = as_(roster.liaison).post("/members/gifts/new/", {"name": "米"})
    assert short.status_code == 400
    whole = {
        "name": "大米", "place": "雷锋超市", "left": 3, "area": roster.town.communities[0].code,
    }  # fmt: skip
    assert as_(roster.liaison).post("/members/gifts/new/", whole).status_code == 302
    gift = Gift.objects.get()
    code = roster.lawyer.user.pk and actions.print_statement(by=roster.lawyer.user).code
    give = f"/members/gifts/{gift.pk}/give/"
    assert as_(roster.neighbour).post(give, {"code": code}).status_code == 403
    assert as_(roster.liaison).post(give, {"code": ""}).status_code == 400
    assert as_(roster.liaison).post(give, {"code": "ZZZZ"}).status_code == 409
    assert as_(roster.liaison).post(give, {"code": code}).status_code == 302
    gift.refresh_from_db()
    assert gift.left == 2
    shelf = text(as_(roster.neighbour).get("/members/gifts/"))
    assert "大米" in shelf
    assert 'name="code"' not in shelf
    assert as_(roster.liaison).post(f"/members/gifts/{gift.pk}/fly/").status_code == 404
    assert as_(roster.liaison).post(f"/members/gifts/{gift.pk}/end/").status_code == 302
    assert "大米" not in text(as_(roster.neighbour).get("/members/gifts/"))


def test_minutes_are_taken_back_on_the_page_of_the_need(as_, roster):
    claim = made.confirmed(roster)
    url = claim.need.get_absolute_url()
    assert "Take the minutes back" in text(as_(roster.liaison).get(url))
    assert "Take the minutes back" not in text(as_(roster.resident).get(url))
    back = f"{url}claims/{claim.pk}/reverse/"
    assert as_(roster.resident).post(back, {"note": "x"}).status_code == 403
    assert as_(roster.liaison).post(back, {"note": "时长写错"}).status_code == 302
    assert as_(roster.liaison).post(back, {"note": "时长写错"}).status_code == 409
