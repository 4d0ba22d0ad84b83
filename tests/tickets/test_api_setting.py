"""Scores, colours, conditions and saved searches over REST: whose they are, and what is refused."""

from urllib.parse import urlsplit

import pytest

from grids.models import Level
from tests.factories.accounts import bearer
from tests.factories.grids import AreaFactory, holder
from tests.factories.tickets import CategoryFactory
from tests.tickets.test_conditions import put as put_terms
from tests.tickets.test_scores import SENTENCE, _more, scored  # noqa: F401 a fixture
from tests.tickets.test_searches import kept
from tickets import rulebook
from tickets.api.colours import ColoursRow
from tickets.api.conditions import ConditionsRow
from tickets.api.scores import OwnScore, ScoreAverage, ScoreFigures
from tickets.api.searches import SearchRow
from tickets.models import CategoryTerms, ColourTerms, SavedSearch, Score
from tickets.workflow import STANDARD_COLOURS

ROOT = "/api/v1/"
SCORES, COLOURS, TERMS = f"{ROOT}scores/", f"{ROOT}colours/", f"{ROOT}conditions/"
SEARCHES = f"{ROOT}searches/"


@pytest.fixture
def as_(api, cast):
    def sign_in(who, *scopes):
        person = cast[who] if isinstance(who, str) else who
        api.credentials(HTTP_AUTHORIZATION=bearer(person, *scopes))
        return api

    return sign_in


@pytest.fixture
def neighbour(town):
    district = AreaFactory(
        code="420502", name="西陵区", level=Level.DISTRICT, parent=town.city, letters="XL"
    )
    district.command = holder("district_command", area=district)
    return district


def post(client, path, body):
    return client.post(path, body, format="json")


def first(answer):
    return answer.json()["errors"][0]


# ── scores ────────────────────────────────────────────────────────────────────────────────────


def test_a_score_is_given_by_the_community_with_the_move(as_, scored):  # noqa: F811
    Score.objects.all().delete()
    path = f"{ROOT}tickets/{scored.number}/actions/rate/"
    said = {"speed": 2, "quality": 5, "note": SENTENCE}
    assert post(as_("clerk"), path, said).status_code == 403
    assert post(as_("community"), path, said).status_code == 200
    assert (first(post(as_("community"), path, said))["code"]) == "scored_already"
    assert post(as_("community"), path, {"speed": 6, "quality": 1}).status_code == 400
    assert Score.objects.get().sentence == SENTENCE


def test_averages_begin_with_five_and_single_scores_are_not_told(as_, scored):  # noqa: F811
    answer = as_("command").get(SCORES)
    assert set(answer.json()) == set(ScoreFigures().fields)
    (few,) = answer.json()["averages"]
    assert set(few) == set(ScoreAverage().fields)
    assert (few["counted"], few["speed"], few["quality"]) == (0, None, None)
    assert SENTENCE not in answer.content.decode()
    assert answer.json()["own"] is None

    _more(scored, 4)
    (five,) = as_("command").get(SCORES).json()["averages"]
    assert (five["counted"], five["speed"], five["quality"]) == (5, 3.6, 5.0)
    # One more, a very bad one: nothing moves.
    _more(scored, 1, speed=1)
    assert as_("command").get(SCORES).json()["averages"] == [five]
    assert [one["counted"] for one in as_("street").get(SCORES).json()["averages"]] == [5]
    assert as_("other_street").get(SCORES).json()["averages"] == []


def test_a_department_reads_its_own_and_nobody_elses(as_, scored):  # noqa: F811
    answer = as_("clerk").get(SCORES)
    assert answer.json()["averages"] is None
    (own,) = answer.json()["own"]
    assert set(own) == set(OwnScore().fields)
    assert (own["ticket"], own["speed"], own["sentence"]) == (scored.number, 2, SENTENCE)

    stranger = as_("urban").get(SCORES)
    assert stranger.json()["own"] == []
    assert SENTENCE not in stranger.content.decode()
    for who in ("worker", "nobody"):
        assert as_(who).get(SCORES).status_code == 403


@pytest.mark.parametrize("asked", ["2026", "2026Q9", "1999Q1", "x" * 20, "%00"])
def test_what_is_no_quarter_on_offer_is_refused(as_, scored, asked):  # noqa: F811
    answer = as_("command").get(f"{SCORES}?quarter={asked}")
    assert (answer.status_code, first(answer)["attr"]) == (400, "quarter")


def test_statements_do_not_grow_with_the_scores(as_, scored, django_assert_num_queries):  # noqa: F811
    client = as_("clerk")
    client.get(SCORES)
    with django_assert_num_queries(3):
        client.get(SCORES)
    _more(scored, 3)
    with django_assert_num_queries(3):
        assert len(client.get(SCORES).json()["own"]) == 4


# ── colours ───────────────────────────────────────────────────────────────────────────────────


def colours(town, **given):
    body = STANDARD_COLOURS._asdict() | {"near_percent": 60, "reason": "试点"}
    return body | {"area": town.district.code} | given


def test_colours_are_set_by_succession_and_read_beside_the_standard(as_, town):
    client = as_("command")
    answer = post(client, COLOURS, colours(town, answer_limit=" wh 4 "))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert set(made) == set(ColoursRow().fields)
    assert (made["near_percent"], made["answer_limit"]) == (60, "WH4")
    assert made["area"]["code"] == town.district.code
    again = post(client, COLOURS, colours(town, answer_limit="WH4")).json()
    assert again["code"] == made["code"]
    second = post(client, COLOURS, colours(town, near_percent=70)).json()

    rows = as_("worker").get(COLOURS).json()["results"]
    assert [one["code"] for one in rows] == ["standard", second["code"]]
    with_history = as_("worker").get(f"{COLOURS}?history=true").json()["results"]
    assert [one["code"] for one in with_history] == ["standard", second["code"], made["code"]]
    assert with_history[-1]["valid_to"] is not None


def test_each_reads_those_of_his_own_district(as_, town, neighbour):
    terms = STANDARD_COLOURS._asdict() | {"reason": "只有西陵看见"}
    rulebook.set_colours(by=neighbour.command, area=neighbour, **terms)
    assert "只有西陵看见" not in as_("worker").get(f"{COLOURS}?history=true").content.decode()
    assert "只有西陵看见" in as_(neighbour.command).get(COLOURS).content.decode()
    # A resident reads no limits.
    assert as_("nobody").get(COLOURS).status_code in {200, 404}


@pytest.mark.parametrize("who", ["worker", "community", "street", "head", "clerk", "auditor"])
def test_nobody_else_sets_colours(as_, town, who):
    assert post(as_(who), COLOURS, colours(town)).status_code == 403
    assert not ColourTerms.objects.exists()


def test_a_command_ends_at_its_district(as_, town, neighbour):
    for area in (neighbour.code, None):
        assert post(as_("command"), COLOURS, colours(town, area=area)).status_code == 403
    assert not ColourTerms.objects.exists()
    city = holder("district_command", area=town.city)
    everywhere = colours(town)
    del everywhere["area"]
    assert post(as_(city), COLOURS, everywhere).json()["area"] is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"near_percent": 0}, ""), ({"near_percent": 101}, ""), ({"over_percent": "50"}, ""),
        ({"reopenings": True}, ""),
        ({"over_limit": "soon"}, "Write a limit as UM15, UH2, WM15, WH4 or WD5."),
        ({"answer_limit": "WD0"}, "Write a limit as UM15, UH2, WM15, WH4 or WD5."),
        ({"reason": " \u200b"}, "Say why."), ({"reason": "x" * 201}, ""),
        ({"area": "420506001"}, "The colours are set for a district."),
        ({"area": "999"}, "There is no area with this code."), ({"shade": 1}, ""),
    ],
)  # fmt: skip
def test_colours_take_no_nonsense(as_, town, given, words):
    if given.get("area") == "420506001":
        given = {"area": town.streets[0].code}
    answer = post(as_("command"), COLOURS, colours(town, **given))
    assert (answer.status_code, first(answer)["attr"]) == (400, next(iter(given)))
    assert not words or first(answer)["detail"] == words
    assert not ColourTerms.objects.exists()


# ── conditions ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def category(db):
    return CategoryFactory(code="0101")


def terms(town, **given):
    body = {"category": "0101", "closing": "新井盖与路面齐平", "reason": "试点"}
    return body | {"area": town.district.code} | given


def test_conditions_are_set_by_succession_and_ended(as_, town, category):
    client = as_("command")
    answer = post(client, TERMS, terms(town))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert set(made) == set(ConditionsRow().fields)
    assert post(client, TERMS, terms(town)).json()["code"] == made["code"]
    second = post(client, TERMS, terms(town, closing="", checks_first=True)).json()
    assert (second["checks_first"], second["closing"]) == (True, "")

    rows = as_("worker").get(TERMS).json()["results"]
    assert [one["code"] for one in rows] == [second["code"]]
    history = as_("worker").get(f"{TERMS}?history=true").json()["results"]
    assert [one["code"] for one in history] == [second["code"], made["code"]]

    assert post(as_("street"), f"{TERMS}{second['id']}/end/", {}).status_code == 403
    for _twice in range(2):
        ended = post(as_("command"), f"{TERMS}{second['id']}/end/", {})
        assert ended.status_code == 200
        assert ended.json()["valid_to"] is not None
    assert as_("worker").get(TERMS).json()["results"] == []


def test_those_of_others_are_not_there(as_, town, category, neighbour):
    theirs = put_terms(neighbour.command, category, neighbour)
    assert as_("command").get(f"{TERMS}?history=true").json()["results"] == []
    assert post(as_("command"), f"{TERMS}{theirs.pk}/end/", {}).status_code == 404
    for area in (neighbour.code, None):
        assert post(as_("command"), TERMS, terms(town, area=area)).status_code == 403
    theirs.refresh_from_db()
    assert theirs.valid_to is None
    assert CategoryTerms.objects.count() == 1


@pytest.mark.parametrize("who", ["worker", "community", "street", "head", "clerk", "auditor"])
def test_nobody_but_the_command_writes_them(as_, town, category, who):
    assert post(as_(who), TERMS, terms(town)).status_code == 403
    assert not CategoryTerms.objects.exists()


@pytest.mark.parametrize(
    ("given", "attr", "words"),
    [
        ({"category": "9999"}, "category", "There is no category with this code."),
        ({"category": "0190"}, "category", "This category is closed."),
        ({"closing": " "}, "filing", "Write at least one condition."),
        ({"reason": ""}, "reason", "Say why."), ({"closing": "x" * 1001}, "closing", ""),
        ({"checks_first": "yes"}, "checks_first", ""), ({"filing": 7}, "filing", ""),
        ({"area": "street"}, "area", "A district sets conditions, not a part of it."),
        ({"when": "now"}, "when", ""),
    ],
)  # fmt: skip
def test_conditions_take_no_nonsense(as_, town, category, given, attr, words):
    CategoryFactory(code="0190", is_active=False)
    if given.get("area") == "street":
        given = {"area": town.streets[0].code}
    answer = post(as_("command"), TERMS, terms(town, **given))
    assert (answer.status_code, first(answer)["attr"]) == (400, attr)
    assert not words or first(answer)["detail"] == words
    assert not CategoryTerms.objects.exists()


# ── saved searches ────────────────────────────────────────────────────────────────────────────


def test_a_search_is_kept_renamed_and_thrown_away(as_, client, cast):
    answer = post(as_("street"), SEARCHES, {"name": "我的", "query": "overdue=on&state=triage"})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert set(made) == set(SearchRow().fields)
    # In the order of the page, whatever the order of what was sent.
    assert made["query"] == "state=triage&overdue=on"
    client.force_login(cast["street"])
    assert client.get("?".join(urlsplit(made["page"])[2:4])).status_code == 200

    path = f"{SEARCHES}{made['id']}/"
    assert post(as_("street"), f"{path}rename/", {"name": "待派"}).json()["name"] == "待派"
    assert [one["name"] for one in as_("street").get(SEARCHES).json()["results"]] == ["待派"]
    assert post(as_("street"), f"{path}delete/", {}).status_code == 204
    assert post(as_("street"), f"{path}delete/", {}).status_code == 404
    assert not SavedSearch.objects.exists()


def test_those_of_another_do_not_exist(as_, cast):
    other = kept(cast["head"], name="头的搜索")
    client = as_("street")
    assert client.get(SEARCHES).json()["results"] == []
    assert post(client, f"{SEARCHES}{other.pk}/rename/", {"name": "我的"}).status_code == 404
    assert post(client, f"{SEARCHES}{other.pk}/delete/", {}).status_code == 404
    other.refresh_from_db()
    assert other.name == "头的搜索"


def test_a_name_is_given_once_and_twenty_are_the_most(as_, cast):
    mine = [kept(cast["street"], n) for n in range(1, 20)]
    client = as_("street")
    taken = post(client, SEARCHES, {"name": mine[0].name, "query": "state=triage"})
    assert (taken.status_code, first(taken)["code"]) == (409, "name_taken")
    renamed = post(client, f"{SEARCHES}{mine[1].pk}/rename/", {"name": mine[0].name})
    assert (renamed.status_code, first(renamed)["detail"]) == (
        409, "You have a search of this name.",
    )  # fmt: skip
    assert post(client, SEARCHES, {"name": "第二十", "query": "state=triage"}).status_code == 201
    full = post(client, SEARCHES, {"name": "一个多", "query": "state=triage"})
    assert (full.status_code, first(full)["code"]) == (409, "twenty_searches")
    # What it is called already it may be called.
    same = post(client, f"{SEARCHES}{mine[0].pk}/rename/", {"name": mine[0].name})
    assert same.status_code == 200


@pytest.mark.parametrize(
    ("given", "attr", "words"),
    [
        ({"name": ""}, "name", "Give it a name."),
        ({"name": " \u200b"}, "name", "Give it a name."), ({"name": "x" * 41}, "name", ""),
        ({"name": "\x00"}, None, ""), ({"name": 7}, "name", ""),
        ({"query": ""}, "query", "Choose a filter first: this is the whole list."),
        ({"query": "before=7"}, "query", "Choose a filter first: this is the whole list."),
        ({"query": "nonsense=1"}, "query", "The list does not know these filters."),
        ({"query": "state=nowhere"}, "query", "The list does not know these filters."),
        ({"query": "q=%00%00"}, "query", ""), ({"query": "q=" + "x" * 2001}, "query", ""),
        ({"owner": 1}, "owner", ""),
    ],
)  # fmt: skip
def test_a_search_is_refused_with_the_words_of_the_page(as_, given, attr, words):
    body = {"name": "我的", "query": "state=triage"} | given
    answer = post(as_("street"), SEARCHES, body)
    assert (answer.status_code, first(answer)["attr"]) == (400, attr)
    assert not words or first(answer)["detail"] == words
    assert not SavedSearch.objects.exists()


def test_who_may_only_read_keeps_nothing(as_):
    answer = post(as_("street", "read"), SEARCHES, {"name": "我的", "query": "state=triage"})
    assert (answer.status_code, first(answer)["code"]) == (403, "scope_missing")
