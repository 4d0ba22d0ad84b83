"""Pages of topics: who sees what, what may be done, and that nothing typed is lost."""

from datetime import timedelta
from uuid import uuid4

import pytest

from consultations import actions
from consultations.models import Commitment, Score, Topic
from govgrid.core import clock
from tests.factories import consultations as made
from tests.factories.tickets import CategoryFactory

LIST = "/consultations/"


@pytest.fixture
def as_(client, people):
    def sign_in(who):
        client.force_login(people[who])
        return client

    return sign_in


@pytest.fixture
def raised(platform, people):
    return made.raised(platform, by=people["resident"], title="电动车上楼怎么管")


@pytest.fixture
def talk(platform, people, town):
    topic = made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"],
        area=town.grids[0],
    )  # fmt: skip
    return made.talked(topic, by=people["convenor"])


# ── who sees it ───────────────────────────────────────────────────────────────────────────────


def test_everybody_reads_what_was_taken_up_and_nobody_the_rest(client, raised, talk):
    page = client.get(LIST).content.decode()
    assert talk.title in page
    assert raised.title not in page
    assert client.get(talk.get_absolute_url()).status_code == 200
    assert client.get(raised.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("resident", 200),
        ("screener", 200),
        ("head", 200),
        ("neighbour", 404),
        ("other_screener", 404),
        ("urban", 404),
    ],
)
def test_what_is_not_taken_up_is_for_few(as_, raised, who, status):
    assert as_(who).get(raised.get_absolute_url()).status_code == status


def test_a_proposer_is_named_only_where_he_wants_it(client, platform, people):
    hidden = made.studying(platform, by=people["resident"], screener=people["screener"])
    named = made.studying(
        platform, by=people["neighbour"], screener=people["screener"], is_named=True
    )
    assert people["resident"].name not in client.get(hidden.get_absolute_url()).content.decode()
    assert people["neighbour"].name in client.get(named.get_absolute_url()).content.decode()


def test_the_public_story_leaves_out_who_decided(client, talk, people):
    page = client.get(talk.get_absolute_url()).content.decode()
    assert people["screener"].name not in page


def test_filters_narrow_and_nonsense_finds_nothing(client, talk, town):
    for query, finds in (
        ("q=护栏", True),
        ("q=護欄", True),
        (f"q={talk.number}", True),
        ("q=电梯", False),
        ("phase=deliberate", True),
        ("phase=study", False),
        ("kind=community", True),
        (f"area={town.grids[0].code}", True),
        (f"area={town.streets[0].code}", True),
        (f"area={town.streets[1].code}", False),
        ("phase=fly", False),
        ("after=999999999999999999", True),
        ("after=x", True),
    ):
        page = client.get(f"{LIST}?{query}")
        assert page.status_code == 200
        assert (talk.title in page.content.decode()) is finds, query


def test_the_list_costs_the_same_for_more(
    client, talk, platform, people, django_assert_max_num_queries
):
    for _ in range(3):
        made.studying(platform, by=people["neighbour"], screener=people["screener"])
    with django_assert_max_num_queries(2):
        client.get(LIST)


# ── moving ────────────────────────────────────────────────────────────────────────────────────


def test_a_screener_takes_it_up_on_the_page(as_, raised):
    page = as_("screener").get(raised.get_absolute_url())
    assert 'id="accept"' in page.content.decode()
    url = f"{raised.get_absolute_url()}acts/accept/"
    short = as_("screener").post(url, {"study_plan": "两次现场"})
    assert short.status_code == 409
    assert "Say who is affected." in short.content.decode()
    assert "两次现场" in short.content.decode()
    done = as_("screener").post(url, {"study_plan": "两次现场", "affected": "全楼"})
    assert done.status_code == 302
    raised.refresh_from_db()
    assert raised.state == "studying"


@pytest.mark.parametrize("who", ["resident", "convenor", "member", "auditor"])
def test_others_see_no_button_and_cannot_press_it(as_, raised, who):
    page = as_(who).get(raised.get_absolute_url())
    assert 'id="accept"' not in page.content.decode()
    answer = as_(who).post(f"{raised.get_absolute_url()}acts/accept/", made.STUDY)
    assert answer.status_code == 403
    raised.refresh_from_db()
    assert raised.state == "raised"


def test_what_is_missing_is_said_beside_the_button(as_, talk, people):
    made.session(talk, by=people["convenor"], kind="meeting")
    page = as_("convenor").get(talk.get_absolute_url()).content.decode()
    assert "Publish the minutes first." in page
    assert 'aria-disabled="true"' in page


@pytest.mark.parametrize("name", ["fly", "raise"])
def test_no_such_move(as_, talk, name):
    assert as_("convenor").post(f"{talk.get_absolute_url()}acts/{name}/").status_code == 404


def test_nonsense_is_answered_with_the_form(as_, talk):
    url = f"{talk.get_absolute_url()}acts/settle/"
    for body in (
        {"verdict": "maybe"},
        {"verdict": "later", "revisit_on": "9999-99-99"},
        {"verdict": "later", "revisit_on": "2250-01-01"},
        {"watched_by": "x"},
        {"verdict_reason": "长" * 1001},
        {"seen": "-1"},
    ):
        answer = as_("convenor").post(url, body)
        assert answer.status_code == 400, body
    talk.refresh_from_db()
    assert talk.state == "deliberating"


# ── raising ───────────────────────────────────────────────────────────────────────────────────


def body(platform, **more):
    return {
        "client_id": uuid4(),
        "platform": platform.code,
        "title": "电梯加装",
        "body": "三单元想加装电梯",
        **more,
    }


def test_a_resident_raises_one_and_finds_it_again(as_, platform):
    answer = as_("resident").post(f"{LIST}new/", body(platform))
    topic = Topic.objects.get()
    assert answer.headers["Location"] == topic.get_absolute_url()
    assert topic.title in as_("resident").get(LIST).content.decode()
    assert topic.title not in as_("neighbour").get(LIST).content.decode()


def test_like_ones_are_shown_once_before_it_is_sent(as_, talk, platform):
    sent = body(platform, title="校门口要装护栏")
    first = as_("neighbour").post(f"{LIST}new/", sent)
    assert first.status_code == 200
    assert talk.get_absolute_url() in first.content.decode()
    assert Topic.objects.count() == 1
    as_("neighbour").post(f"{LIST}new/", {**sent, "seen_like": "1"})
    assert Topic.objects.count() == 2


def test_sent_twice_it_is_one(as_, platform):
    sent = body(platform)
    for _ in range(2):
        assert as_("resident").post(f"{LIST}new/", sent).status_code == 302
    assert Topic.objects.count() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"title": ""},
        {"title": "\u200b"},
        {"title": "长" * 61},
        {"body": ""},
        {"platform": "nowhere"},
        {"client_id": "x"},
    ],
)
def test_a_bad_one_is_given_back(as_, platform, more):
    answer = as_("resident").post(f"{LIST}new/", {**body(platform), **more})
    assert answer.status_code == 400
    assert not Topic.objects.exists()


def test_only_the_recorder_is_offered_to_write_for_others(as_, platform):
    assert "on_behalf" not in as_("resident").get(f"{LIST}new/").content.decode()
    assert "on_behalf" in as_("recorder").get(f"{LIST}new/").content.decode()
    as_("recorder").post(f"{LIST}new/", body(platform, on_behalf="on"))
    assert Topic.objects.get().raised_by is None


def test_signed_out_one_is_asked_to_sign_in(client, db):
    assert client.get(f"{LIST}new/").status_code == 302


# ── promises and ratings ──────────────────────────────────────────────────────────────────────


def test_a_department_is_asked_answers_and_its_ticket_stands_on_the_page(as_, talk, town, people):
    answer = as_("convenor").post(
        f"{talk.get_absolute_url()}promises/", {"text": "护栏 60 米", "department": town.housing.pk}
    )
    assert answer.status_code == 302
    one = Commitment.objects.get()
    url = f"{talk.get_absolute_url()}promises/1/accept/"
    assert as_("urban").post(url, {"due_on": "2027-01-01"}).status_code == 403
    assert as_("clerk").post(url, {}).status_code == 409
    category = CategoryFactory(code="0101")
    day = (clock.today() + timedelta(days=30)).isoformat()
    assert as_("clerk").post(url, {"due_on": day, "category": category.pk}).status_code == 302
    one.refresh_from_db()
    assert one.ticket.number in as_("resident").get(talk.get_absolute_url()).content.decode()
    panel = as_("clerk").get(one.ticket.get_absolute_url()).content.decode()
    assert talk.title in panel


def test_what_waits_stands_on_the_desk(as_, raised, talk, town, people):
    assert raised.title in as_("screener").get("/desk/").content.decode()
    assert talk.title in as_("convenor").get("/desk/").content.decode()
    actions.offer(talk, "护栏 60 米", town.housing, by=people["convenor"])
    assert "护栏 60 米" in as_("clerk").get("/desk/").content.decode()
    for who in ("resident", "head", "other_screener", "urban"):
        page = as_(who).get("/desk/").content.decode()
        assert raised.title not in page
        assert "护栏 60 米" not in page


@pytest.fixture
def looked(talk, people):
    topic = actions.move(talk, "settle", by=people["convenor"], **made.NOW, consensus="轮流看护")
    topic = actions.move(topic, "explain", by=people["convenor"], result="轮流看护")
    return actions.move(topic, "look_back", by=people["convenor"])


def test_a_device_rates_once_without_a_login(client, looked):
    url = f"{looked.get_absolute_url()}rate/"
    client.get(url)
    assert client.post(url, {"overall": "4", "remark": "好"}).status_code == 302
    again = client.post(url, {"overall": "1"})
    assert again.status_code == 409
    assert "You have rated this already." in again.content.decode()
    score = Score.objects.get()
    assert (score.score, score.user) == (4, None)
    assert "gg_rating" not in score.device


@pytest.mark.parametrize("overall", ["", "0", "6", "x"])
def test_a_bad_rating_is_given_back(client, looked, overall):
    assert client.post(f"{looked.get_absolute_url()}rate/", {"overall": overall}).status_code == 400
    assert not Score.objects.exists()


def test_no_mean_of_a_few_and_none_while_people_rate(client, looked, people, shift_clock):
    for n in range(4):
        Score.objects.create(
            review=looked.reviews.get(), device=f"{n:064d}", score=1, at=clock.now()
        )
    assert "Too few ratings" not in client.get(looked.get_absolute_url()).content.decode()
    shift_clock(days=12)
    assert "Too few ratings" in client.get(looked.get_absolute_url()).content.decode()
    Score.objects.create(review=looked.reviews.get(), device="5" * 64, score=1, at=clock.now())
    assert "of 5, 5 ratings" in client.get(looked.get_absolute_url()).content.decode()


def test_the_page_of_a_topic_costs_no_more_with_more(
    as_, talk, town, people, django_assert_max_num_queries
):
    for n in range(3):
        actions.offer(talk, f"护栏 {n}", town.housing, by=people["convenor"])
    # The department has a form under each promise, all with the same choices.
    for who, most in (("convenor", 15), ("clerk", 13), ("neighbour", 11)):
        client = as_(who)
        client.get(talk.get_absolute_url())
        with django_assert_max_num_queries(most):
            client.get(talk.get_absolute_url())
    client.logout()
    with django_assert_max_num_queries(6):
        client.get(talk.get_absolute_url())


def test_a_form_under_each_promise_offers_the_same_departments(as_, talk, town, people):
    for n in range(2):
        actions.offer(talk, f"护栏 {n}", town.housing, by=people["convenor"])
    page = as_("clerk").get(talk.get_absolute_url()).content.decode()
    assert page.count(f'<option value="{town.urban.pk}">') == 2
    once = as_("clerk").post(
        f"{talk.get_absolute_url()}promises/1/give_back/",
        {"note": "归城管", "department": town.urban.pk},
    )
    assert once.status_code == 302
    assert talk.commitments.get(serial=1).return_reason == f"归城管 → {town.urban.short_name}"


def test_merging_does_not_tell_whether_a_hidden_number_exists(as_, raised, other_platform, people):
    hidden = made.raised(other_platform, by=people["neighbour"])
    url = f"{raised.get_absolute_url()}acts/merge/"
    said = [as_("screener").post(url, {"into": one}) for one in (hidden.number, "2026-99999")]
    assert [one.status_code for one in said] == [400, 400]
    assert all("There is no topic with this number." in one.content.decode() for one in said)


def test_a_number_with_a_nul_is_nowhere(client, api, db):
    for path in ("", "rate/"):
        assert client.get(f"{LIST}topics/%00/{path}").status_code == 404
    assert client.get(f"{LIST}?q=%00").status_code == 200
    assert client.get(f"{LIST}?area=%00").status_code == 200


def test_five_ratings_tell_nothing_while_more_may_come(client, looked):
    for n in range(5):
        Score.objects.create(
            review=looked.reviews.get(), device=f"{n:064d}", score=1, at=clock.now()
        )
    assert "of 5, 5 ratings" not in client.get(looked.get_absolute_url()).content.decode()


def test_what_waits_for_departments_is_not_the_convenors(as_, talk, town, people):
    actions.offer(talk, "护栏 60 米", town.housing, by=people["convenor"])
    actions.move(talk, "settle", by=people["convenor"], **made.NOW)
    assert talk.title not in as_("convenor").get("/desk/").content.decode()


def test_only_what_may_be_left_out_is_called_optional(as_, raised):
    page = as_("screener").get(raised.get_absolute_url()).content.decode()
    plan = page.partition('for="accept_study_plan"')[2].partition("</label>")[0]
    note = page.partition('for="accept_note"')[2].partition("</label>")[0]
    assert "(optional)" not in plan
    assert "(optional)" in note
