"""Scores: each to the two whom it concerns, averages to the district, and nothing to subtract."""

from datetime import date
from itertools import pairwise

import pytest
from django.urls import reverse

from govgrid.core import clock
from govgrid.core.errors import Refused
from tests.factories.grids import PostFactory, holder
from tests.factories.tickets import whistled
from tickets import actions
from tickets.models import Score
from tickets.scores import Quarter, averages

SENTENCE = "来得快，谈得好"


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


@pytest.fixture
def scored(town, cast):
    """A whistle of the first community that was closed and scored 2 and 5."""
    ticket = whistled(town, by=cast["community"], kind="routine")
    for name, who, given in (
        ("sign", "clerk", {}),
        ("report_in", "clerk", {}),
        (
            "finish",
            "clerk",
            {"note": "好", "spoke_with": "店主", "until": date(2030, 1, 1), "no_photo": "夜间"},
        ),
        ("verify", "community", {}),
        ("close", "community", {}),
        ("rate", "community", {"speed": 2, "quality": 5, "note": SENTENCE}),
    ):
        actions.move(ticket, name, by=cast[who], **given)
    ticket.refresh_from_db()
    return ticket


def test_a_score_does_not_move_the_closing(scored):
    assert scored.closed_at == scored.events.get(verb="close").at


def _more(scored, count, *, speed=4, department=None, **place):
    """Further scores like this one, on tickets of their own."""
    for _ in range(count):
        ticket = type(scored).objects.get(pk=scored.pk)
        ticket.pk = None
        ticket._state.adding = True
        number = type(scored).objects.count()
        ticket.number = f"YL20260924-{number:06d}-0"
        ticket.client_id = f"00000000-0000-4000-8000-{number:012d}"
        for name, area in place.items():
            setattr(ticket, name, area)
        ticket.save()
        score = scored.scores.get()
        score.pk, score.ticket, score.speed = None, ticket, speed
        score.department = department or score.department
        score._state.adding = True
        score.save()


def _page(response):
    return response.content.decode()


def _main(response):
    return _page(response).partition("<main")[2]


@pytest.mark.parametrize("how", ["signed", "colleague"])
def test_who_did_the_work_scores_nothing(town, cast, how, sign_in):
    """Neither the hand that signed nor a colleague there, with the community's post besides."""
    ticket = whistled(town, by=cast["community"], kind="routine")
    said = {"note": "好", "spoke_with": "店主", "until": date(2030, 1, 1), "no_photo": "夜间"}
    for name, given in (("sign", {}), ("report_in", {}), ("finish", said)):
        actions.move(ticket, name, by=cast["clerk"], **given)
    actions.move(ticket, "verify", by=cast["community"])
    actions.move(ticket, "close", by=cast["community"])
    colleague = holder("department_clerk", department=town.housing)
    who = cast["clerk"] if how == "signed" else colleague
    PostFactory(user=who, role="community_officer", area=town.communities[0])
    who = type(who).objects.get(pk=who.pk)
    assert who.has_perm("tickets.rate", ticket)
    events = ticket.events.count()

    with pytest.raises(Refused, match="Who did the work") as refusal:
        actions.move(ticket, "rate", by=who, speed=5, quality=5, note=SENTENCE)
    address = reverse("tickets:act", args=[ticket.number, "rate"])
    answer = sign_in(who).post(address, {"speed": "5", "quality": "5", "note": SENTENCE})

    assert refusal.value.code == "own_work"
    assert answer.status_code == 409
    assert not Score.objects.exists()
    assert ticket.events.count() == events


@pytest.mark.parametrize(
    ("who", "is_told"),
    [
        ("community", True), ("clerk", True),
        ("worker", False), ("street", False), ("head", False), ("command", False),
        ("auditor", False),
    ],
)  # fmt: skip
def test_a_score_is_for_the_two_whom_it_concerns(sign_in, api, scored, cast, who, is_told):
    page = _main(sign_in(who).get(scored.get_absolute_url()))
    assert (SENTENCE in page) is is_told
    assert ("Speed 2 of 5" in page) is is_told
    assert ("How the community scored it" in page) is is_told
    # That it was scored is no secret.
    assert "scored 住建局" in page or "Score the department" in page

    api.force_authenticate(cast[who])
    told = api.get(f"/api/v1/tickets/{scored.number}/events/").content.decode()
    assert (SENTENCE in told) is is_told
    assert ('"speed"' in told) is is_told


def test_a_helping_department_does_not_read_the_leads_score(sign_in, town, cast, scored):
    scored.assignments.create(
        department=town.urban, role="assist", state="withdrawn", offered_at=scored.filed_at
    )

    assert SENTENCE not in _main(sign_in("urban").get(scored.get_absolute_url()))


def test_a_scored_one_is_not_offered_again(sign_in, scored):
    page = sign_in("community").get(scored.get_absolute_url())

    assert "rate" not in [offer.name for offer, _form in page.context["ready"]]


@pytest.mark.parametrize("given", [{}, {"speed": 6, "quality": 1}, {"speed": "x"}, {"speed": 3}])
def test_two_scores_from_one_to_five(sign_in, town, cast, scored, given):
    Score.objects.all().delete()
    client = sign_in("community")
    address = reverse("tickets:act", args=[scored.number, "rate"])

    assert client.post(address, given).status_code == 200
    assert client.post(address, {"speed": 3, "quality": 4, "note": "行"}).status_code == 302
    score = Score.objects.get()
    assert (score.speed, score.quality, score.sentence) == (3, 4, "行")


@pytest.mark.parametrize("who", ["street", "head", "command", "auditor"])
def test_fewer_than_five_have_no_figures(sign_in, scored, who):
    _more(scored, 3)

    response = sign_in(who).get("/tickets/scores/")

    page = _main(response)
    assert "fewer than 5" in page
    assert [one.counted for one in response.context["averages"]] == [0]
    assert "3.5" not in page
    assert SENTENCE not in page


def test_averages_move_in_steps_so_that_no_single_score_shows(sign_in, scored, cast):
    _more(scored, 4)
    now = Quarter.of(clock.local(scored.scores.get().given_at).date())
    five = averages(cast["command"], now)
    assert (five[0].counted, five[0].speed) == (5, 3.6)

    # One more, a very bad one: nothing moves.
    _more(scored, 1, speed=1)
    assert averages(cast["command"], now) == five

    _more(scored, 4, speed=1)
    (ten,) = averages(cast["command"], now)
    assert (ten.counted, ten.speed) == (10, 2.3)


def test_a_street_sees_its_own_tickets_alone(scored, town, cast):
    other = town.communities[2]
    _more(scored, 9, street=town.streets[1], community=other, grid=town.grids[4])
    now = Quarter.of(clock.local(scored.scores.get().given_at).date())

    counted = {
        who: [one.counted for one in averages(cast[who], now)]
        for who in ("street", "other_street", "command", "community")
    }

    assert counted == {"street": [0], "other_street": [5], "command": [10], "community": []}


def test_there_is_no_total_and_no_period_that_overlaps(sign_in, scored, town, cast):
    _more(scored, 4)
    _more(scored, 2, department=town.urban)
    response = sign_in("command").get("/tickets/scores/")

    assert "fewer than 5" in _main(response)
    assert "otal" not in _main(response)
    quarters = response.context["quarters"]
    assert all(later == earlier.next for later, earlier in pairwise(quarters))
    # What is no quarter on offer is the newest, and never another span.
    for asked in ("2026", "2026Q9", "\x00", "1999Q1"):
        page = sign_in("command").get("/tickets/scores/", {"quarter": asked})
        assert page.context["chosen"] == quarters[0]


def test_a_department_reads_its_own_with_their_sentences(sign_in, scored, town):
    page = _main(sign_in("clerk").get("/tickets/scores/"))
    assert SENTENCE in page
    assert scored.number in page

    stranger = _main(sign_in("urban").get("/tickets/scores/"))
    assert SENTENCE not in stranger
    assert scored.number not in stranger
    assert "Averages" not in stranger


@pytest.mark.parametrize("who", ["worker", "nobody"])
def test_the_page_is_not_for_everybody(sign_in, scored, who):
    assert sign_in(who).get("/tickets/scores/").status_code == 403


def test_scores_ask_as_much_for_many_as_for_one(
    sign_in, scored, town, cast, django_assert_max_num_queries
):
    chief = holder("department_head", department=town.housing)
    _more(scored, 7)
    _more(scored, 6, department=town.urban)

    for who in (chief, "command"):
        client = sign_in(who)
        with django_assert_max_num_queries(10):
            client.get("/tickets/scores/")


def test_quarters_follow_one_another():
    assert Quarter.of(date(2026, 9, 30)) == Quarter(2026, 3)
    assert Quarter(2026, 4).next == Quarter(2027, 1)
    assert Quarter(2026, 1).before == Quarter(2025, 4)
    assert Quarter(2026, 2).first == date(2026, 4, 1)
